"""Findings that do not stop a policy, but that its author would want to know.

Only what can be seen without a prover: bounds that exclude one another, constants, unused names,
and ladders that strand records.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from leadpolicy.diagnostics import Problems
from leadpolicy.logic.terms import (
    All,
    Any,
    Compare,
    Const,
    Happened,
    Literal,
    Member,
    Relation,
    Term,
)
from leadpolicy.logic.walk import all_of, conjuncts, upwards
from leadpolicy.logic.walk import walk as walk_terms
from leadpolicy.policy.model import (
    AllOf,
    Condition,
    EventTest,
    Given,
    ParameterTest,
    Points,
    Policy,
    Quorum,
    Ref,
    Test,
    walk,
)
from leadpolicy.source import Span
from leadpolicy.truth import TRUE
from leadpolicy.types import Kind


def lint(policy: Policy, problems: Problems, used_parameters: set[str]) -> None:
    """Notes warnings about a policy that is otherwise sound."""
    _unused(policy, problems, used_parameters)
    _counts(policy, problems)
    _decided(policy, problems)
    _impossible(policy, problems)
    _stranding(policy, problems)


def _unused(policy: Policy, problems: Problems, used_parameters: set[str]) -> None:
    used = [stage.when for stage in policy.stages]
    used += [Ref(n) for s in policy.stages for n in (*s.excludes, *s.advises)]
    names = {part.name for part in policy.behind(used) if isinstance(part, Ref)}
    for criterion in policy.criteria.values():
        if criterion.name not in names:
            problems.warn(
                "LP902",
                f"no stage uses the criterion `{criterion.name}`",
                criterion.span,
                help="use it in `when`, `excludes` or `advises`, or remove it",
            )
    for parameter in policy.parameters.values():
        if parameter.name not in used_parameters:
            problems.warn(
                "LP903",
                f"nothing uses the parameter `{parameter.name}`",
                parameter.span,
                help=f"write `${parameter.name}` where its value belongs, or remove it",
            )


def _conditions(policy: Policy) -> Iterable[Condition]:
    for criterion in policy.criteria.values():
        yield from walk(criterion.condition)
    for stage in policy.stages:
        yield from walk(stage.when)


def _counts(policy: Policy, problems: Problems) -> None:
    """k of n with k above n, or k of none."""
    for condition in _conditions(policy):
        if not isinstance(condition, Quorum):
            continue
        count = _count(policy, condition)
        most = len(condition.parts)
        if condition.bound in ("at_least", "exactly") and count > most:
            problems.warn(
                "LP404",
                f"{count} of {most} can never be reached",
                condition.span,
                help=f"`of` lists {most} conditions",
            )
        elif (condition.bound == "at_least" and count == 0) or (
            condition.bound == "at_most" and count >= most
        ):
            bound = condition.bound.replace("_", " ")
            problems.warn("LP404", f"{bound} {count} of {most} is always TRUE", condition.span)


def _count(policy: Policy, quorum: Quorum) -> int:
    if isinstance(quorum.count, Given):
        return int(str(quorum.count.value))
    return int(policy.parameters[getattr(quorum.count, "name", "")].texts[0])


def _decided(policy: Policy, problems: Problems) -> None:
    """Conditions that are the same for every record. Tests of parameters are meant to be."""
    decided: list[tuple[str, Term, Condition, Span | None]] = [
        (f"the criterion `{c.name}`", term, c.condition, c.span)
        for c, term in zip(policy.criteria.values(), policy.logic.criteria, strict=True)
    ]
    decided += [
        (f"the stage `{s.name}`", term, s.when, s.span)
        for s, term in zip(policy.stages, policy.logic.stages, strict=True)
    ]
    for name, term, condition, span in decided:
        by_choice = any(isinstance(part, ParameterTest) for part in walk(condition))
        if isinstance(term, Const) and not by_choice:
            always = term.value is TRUE
            problems.warn(
                "LP905" if always else "LP904",
                f"{name} is {'always' if always else 'never'} TRUE",
                span,
            )
    for condition in _conditions(policy):
        if isinstance(condition, Points):
            term = policy.terms[condition]
            if isinstance(term, Const):
                word = "always" if term.value is TRUE else "never"
                problems.warn(
                    "LP404",
                    f"the points threshold is {word} reached",
                    condition.span,
                    help="compare it with the sum of all points, and with the cap",
                )


def _impossible(policy: Policy, problems: Problems) -> None:
    """Bounds on one fact, all of which must hold, that leave no value."""
    leeway = _Leeway()
    for condition in _conditions(policy):
        if isinstance(condition, AllOf | Test):
            for fact in leeway.none(policy.terms[condition]):
                problems.warn(
                    "LP904", f"no value of `{fact}` can satisfy all of this", condition.span
                )
    for stage, term in zip(policy.stages, policy.logic.stages, strict=True):
        direct = leeway.none(policy.terms[stage.when])
        for fact in sorted(set(leeway.none(term)) - set(direct)):
            problems.warn(
                "LP904",
                f"the stage `{stage.name}` can never be reached: no value of `{fact}` satisfies "
                "it together with the stages and criteria that it builds on",
                stage.span,
            )


@dataclass(frozen=True, slots=True)
class _Room:
    """What a fact may still be: between two ends (with whether they are excluded, or included),
    and one of some values, where they are listed.
    """

    low: tuple[float, bool] = (-math.inf, False)
    high: tuple[float, bool] = (math.inf, True)
    among: frozenset[object] | None = None

    def meet(self, other: _Room) -> _Room:
        """What both leave."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if self.among is None or other.among is None:
            return _Room(low, high, other.among if self.among is None else self.among)
        return _Room(low, high, self.among & other.among)

    @property
    def empty(self) -> bool:
        """Whether nothing is left."""
        (low, above), (high, included) = self.low, self.high
        return self.among == frozenset() or low > high or (low == high and (above or not included))


class _Leeway:
    """What facts may still be where a term holds, as far as atoms that must hold say it."""

    def __init__(self) -> None:
        self._rooms: dict[Term, Mapping[str, _Room]] = {}

    def none(self, term: Term) -> list[str]:
        """Names of facts whose necessary bounds exclude one another."""
        for one in upwards((term,), all_of, self._rooms):
            rooms: dict[str, _Room] = (
                dict([_room(one)]) if isinstance(one, Compare | Member) else {}
            )
            for part in all_of(one):
                for name, room in self._rooms[part].items():
                    rooms[name] = room.meet(rooms[name]) if name in rooms else room
            self._rooms[one] = rooms
        return sorted(name for name, room in self._rooms[term].items() if room.empty)


def _room(atom: Compare | Member) -> tuple[str, _Room]:
    """What an atom leaves of the fact that it looks at."""
    if isinstance(atom, Member):
        return atom.subject.name, _Room(among=frozenset(atom.values))
    name = atom.left.name
    if not isinstance(atom.right, Literal):
        return name, _Room()
    value, kind = atom.right.value, atom.left.type
    among = frozenset({value}) if atom.op is Relation.EQ else None
    number = kind.rank(str(value)) if kind.kind is Kind.LEVEL else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        return name, _Room(among=among)
    low, high = (-math.inf, False), (math.inf, True)
    if atom.op in (Relation.GE, Relation.GT, Relation.EQ):
        low = (number, atom.op is Relation.GT)
    if atom.op in (Relation.LE, Relation.LT, Relation.EQ):
        high = (number, atom.op is not Relation.LT)
    return name, _Room(low, high, among)


def _stranding(policy: Policy, problems: Problems) -> None:
    """Later stages that demand an event through the chain of required stages.

    A deal that sales brought in never had that event, so it can never reach the stage.
    """
    terms = dict(zip((s.name for s in policy.stages), policy.logic.stages, strict=True))
    for stage in policy.stages:
        if stage.counts_as != "opportunity" or stage.requires is None:
            continue
        own = {c.event for c in policy.behind([stage.when]) if isinstance(c, EventTest)}
        for events in _demanded_events(terms[stage.requires]):
            if not events & own:
                problems.warn(
                    "LP906",
                    f"a record without {_either(events)} can never reach `{stage.name}`, because "
                    f"it requires `{stage.requires}`",
                    stage.span,
                    help="`requires: nothing` lets deals in that sales brought; or accept the "
                    "finding under `accepts:` with the reason",
                )


def _either(events: frozenset[str]) -> str:
    return " or ".join(f"`{event}`" for event in sorted(events))


def _demanded_events(term: Term) -> list[frozenset[str]]:
    """Sets of events, of each of which at least one must have happened for the term to hold."""
    first: dict[Term, frozenset[str]] = {}
    for one in walk_terms([term]):
        match one:
            case Happened():
                first[one] = frozenset([one.event])
            case All() if any(part in first for part in one.terms):
                first[one] = next(first[part] for part in one.terms if part in first)
            case Any() if all(part in first for part in one.terms):
                first[one] = frozenset().union(*(first[part] for part in one.terms))
            case _:
                pass
    return list(dict.fromkeys(first[part] for part in conjuncts(term) if part in first))
