"""Where the parameters of a policy may go: for each a list of settings, fixed before the scan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from leadpolicy.diagnostics import LeadpolicyError, Problems, listing, suggest, unfit
from leadpolicy.policy.lower import lower
from leadpolicy.policy.model import (
    Condition,
    Given,
    Parameter,
    ParameterUse,
    Points,
    Policy,
    Quorum,
)

Settings: TypeAlias = Mapping[str, tuple[Parameter, ...]]
"""For each parameter that moves its settings, the policy's own among them."""
POSITIONS: Final = 21
"""Settings of a slider over a declared range."""


@dataclass(frozen=True, slots=True)
class Steps:
    """All numbers from `low` to `high` (included where a step meets it), `step` apart."""

    low: object
    high: object
    step: object

    def values(self) -> list[Decimal]:
        """The numbers, exact. Raises ValueError for a step that leads nowhere."""
        low, high, step = (decimal_of(str(part)) for part in (self.low, self.high, self.step))
        if low is None or high is None or step is None or step <= 0 or high < low:
            raise ValueError("steps need numbers, low before high, and a step above 0")
        return [low + step * place for place in range(int((high - low) / step) + 1)]


Wanted: TypeAlias = (
    "Mapping[str, Iterable[object] | Steps | Mapping[str, Iterable[object] | Steps]]"
)


def settings(policies: Mapping[str, Policy], wanted: Wanted | None) -> dict[str, Settings]:
    """The settings by policy label. Raises `LeadpolicyError`.

    `wanted` names parameters of every policy that has them, or policies and then parameters.
    None: every parameter with declared values or a declared range, at `POSITIONS` places of it.
    """
    if wanted is None:
        return {label: _declared(policy) for label, policy in policies.items()}
    found: dict[str, dict[str, tuple[Parameter, ...]]] = {label: {} for label in policies}
    problems = Problems()
    for name, given in wanted.items():
        if isinstance(given, Mapping):
            if name not in policies:
                help = suggest(name, policies) or f"the policies are {listing(policies)}"
                problems.error("LP207", f"there is no policy `{name}` here", help=help)
                continue
            for parameter, values in given.items():
                listed = values if isinstance(values, Steps | str) else _listed(parameter, values)
                found[name][parameter] = _positions(policies[name], parameter, listed)
            continue
        having = [label for label, policy in policies.items() if name in policy.parameters]
        if not having:
            every = {name for policy in policies.values() for name in policy.parameters}
            help = suggest(name, every) or f"the parameters are {listing(sorted(every)) or 'none'}"
            problems.error("LP207", f"no policy here has a parameter `{name}`", help=help)
        values = given if isinstance(given, Steps | str) else _listed(name, given)
        for label in having:
            found[label][name] = _positions(policies[label], name, values)
    problems.stop_on_errors()
    return dict(found)


def _listed(name: str, values: object) -> list[object]:
    """The settings, which may be told one after the other. Raises `LeadpolicyError`."""
    if not isinstance(values, Iterable):
        raise unfit(f"`parameters`: `{name}`", values, "a list of settings, or `Steps(0, 9, 3)`")
    return list(values)


def freed(policies: Mapping[str, Policy], wanted: Wanted | None) -> dict[str, Policy]:
    """The policies with a parameter in place of the number of each quorum, and the threshold of
    each score, that is `wanted` by the name of the criterion or stage that consists of it.
    """
    found = dict(policies)
    for name, values in (wanted or {}).items():
        if isinstance(values, Mapping):
            for inner in values:
                if name in found:
                    found[name] = _freed(found[name], inner)
        else:
            found = {label: _freed(policy, name) for label, policy in found.items()}
    return found


def _freed(policy: Policy, name: str) -> Policy:
    if name in policy.parameters:
        return policy
    use = ParameterUse(name)
    criterion = policy.criteria.get(name)
    stage = next((stage for stage in policy.stages if stage.name == name), None)
    condition = criterion.condition if criterion else stage.when if stage else None
    changed: Condition
    match condition:
        case Quorum(count=Given(value)):
            changed = replace(condition, count=use)
        case Points(least=Given(value)):
            changed = replace(condition, least=use)
        case _:
            return policy
    says = f"Threshold of {name.replace('_', ' ')}"
    parameters = {**policy.parameters, name: Parameter(name, (str(value),), False, says)}
    criteria, stages = dict(policy.criteria), policy.stages
    if criterion is not None:
        criteria[name] = replace(criterion, condition=changed)
    else:
        stages = tuple(replace(s, when=changed) if s is stage else s for s in stages)
    logic, terms = lower(policy.vocabulary, parameters, criteria, stages)
    return replace(
        policy, parameters=parameters, criteria=criteria, stages=stages, logic=logic, terms=terms
    )


def _declared(policy: Policy) -> Settings:
    found = {}
    for name, parameter in policy.parameters.items():
        if parameter.values and not parameter.listed:
            found[name] = _positions(policy, name, parameter.values)
        elif parameter.range is not None:
            found[name] = _positions(policy, name, _spread(*parameter.range))
    return found


def _spread(first: str, last: str) -> list[str]:
    """Numbers at even distances between two; whole ones where both are."""
    low, high = decimal_of(first), decimal_of(last)
    if low is None or high is None:
        return []
    step = (high - low) / (POSITIONS - 1)
    if low == int(low) and high == int(high):
        step = max(Decimal(1), Decimal(int(step)))
    values = Steps(low, high, step).values() if step > 0 else [low]
    return [f"{value:f}" for value in dict.fromkeys([*values, high])]


def _positions(
    policy: Policy, name: str, values: Iterable[object] | Steps
) -> tuple[Parameter, ...]:
    """The policy's own value and those given, each once. Raises `LeadpolicyError`."""
    if isinstance(values, str):
        raise LeadpolicyError.of(
            "LP301", f"`{values}` is one value of `{name}`, not a list of settings",
            where=policy.identity, expected="a list of values, or `Steps(low, high, step)`",
        )  # fmt: skip
    if isinstance(values, Steps):
        try:
            values = [f"{value:f}" for value in values.values()]
        except ValueError as error:
            raise LeadpolicyError.of("LP301", f"`{name}`: {error}") from None
    made = [
        policy.with_parameters(**{name: _plain(value)}).parameters[name] for value in values
    ] or [policy.with_parameters(**{name: policy.parameters[name].texts[0]}).parameters[name]]
    own = policy.parameters[name]
    distinct: list[Parameter] = []
    for one in made:
        if not any(alike(one, other) for other in distinct):
            distinct.append(one)
    if not any(alike(own, other) for other in distinct):
        distinct.append(own)
    if all(_number(one) is not None for one in distinct):
        distinct.sort(key=lambda one: _number(one) or Decimal(0))
    return tuple(distinct)


def _plain(value: object) -> object:
    """Numbers of other libraries as Python's own."""
    item = getattr(value, "item", None)
    return item() if callable(item) else value


def alike(one: Parameter, other: Parameter) -> bool:
    """Whether two settings are the same text, or the same number."""
    if one.texts == other.texts:
        return True
    first, second = _number(one), _number(other)
    return first is not None and first == second


def _number(setting: Parameter) -> Decimal | None:
    return None if setting.listed or len(setting.texts) != 1 else decimal_of(setting.texts[0])


def decimal_of(text: str) -> Decimal | None:
    """The number that a text writes; None where it writes none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def moved(policy: Policy, allowed: Settings, given: Mapping[str, object]) -> Policy:
    """The policy with other settings. Raises `LeadpolicyError` for those that were not scanned."""
    changed = policy.with_parameters(**{name: _plain(value) for name, value in given.items()})
    problems = Problems()
    for name in given:
        own, new = policy.parameters[name], changed.parameters[name]
        options: Sequence[Parameter] = allowed.get(name, (own,))
        if not any(alike(new, option) for option in options):
            shown = listing([option.shown for option in options], 30)
            problems.error(
                "LP302", f"`{name}` cannot be set to `{new.shown}` without another scan",
                where=policy.identity, expected=f"one of {shown}",
                help=f"name it when the cube is made: parameters={{'{name}': […]}}",
            )  # fmt: skip
    problems.stop_on_errors()
    return changed
