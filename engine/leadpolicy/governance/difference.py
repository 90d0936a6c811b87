"""What two versions of definitions say differently, part by part, in plain English.

It compares what was written, not what follows from it: two ways to write the same thing may show
as a change. Wording that decides nothing (`says`, titles, quotes, notes) is told apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from leadpolicy.governance.identity import canonical, canonical_condition
from leadpolicy.policy.model import (
    AllOf,
    AnyOf,
    Condition,
    NoneOf,
    Parameter,
    Policy,
    Quorum,
    Stage,
    parameters_in,
)
from leadpolicy.policy.phrases import sentence

T = TypeVar("T")
NOTHING: Final = "nothing"


class ChangedPart(StrEnum):
    """Which part of a policy a change is about."""

    HEAD = "head"
    PARAMETER = "parameter"
    STAGE = "stage"
    CRITERION = "criterion"
    WORDING = "wording"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: `before` is None for what is new, `after` for what is gone.

    `gained` and `lost` list the conditions that a group asks for now, and no longer.
    """

    part: ChangedPart
    name: str
    before: str | None
    after: str | None
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()
    """For a parameter: the criteria and stages that use it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes from one version to another; those of wording decide nothing."""

    before: str
    after: str
    changes: tuple[Change, ...]

    @property
    def in_meaning(self) -> tuple[Change, ...]:
        """The changes that may move a record."""
        return tuple(change for change in self.changes if change.part is not ChangedPart.WORDING)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "before": self.before,
            "after": self.after,
            "changes": [asdict(change) for change in self.changes],
        }


def difference(before: Policy, after: Policy) -> Difference:
    """What `after` says that `before` does not, and the other way round."""
    pair = _Pair(before, after)
    changes = (
        *pair.head(),
        *pair.stages(),
        *pair.criteria(),
        *pair.parameters(),
        *pair.wording(),
    )
    return Difference(before.identity, after.identity, changes)


@dataclass(frozen=True, slots=True)
class _Pair:
    before: Policy
    after: Policy

    def head(self) -> Iterator[Change]:
        if self.before.grain != self.after.grain:
            yield Change(ChangedPart.HEAD, "one record is", self.before.grain, self.after.grain)
        old, new = ([s.name for s in p.stages] for p in (self.before, self.after))
        kept = [name for name in old if name in new]
        if kept != [name for name in new if name in old]:
            yield Change(ChangedPart.HEAD, "order of the stages", ", ".join(old), ", ".join(new))
        old_types, new_types = (canonical(p) for p in (self.before, self.after))
        for key in ("facts", "events"):
            for name in sorted(old_types[key].keys() & new_types[key].keys()):
                if old_types[key][name] != new_types[key][name]:
                    yield Change(
                        ChangedPart.HEAD,
                        f"type of {name}",
                        json.dumps(old_types[key][name]),
                        json.dumps(new_types[key][name]),
                    )

    def stages(self) -> Iterator[Change]:
        old = {stage.name: stage for stage in self.before.stages}
        new = {stage.name: stage for stage in self.after.stages}
        for name, one, other in _both(old, new):
            first = None if one is None else _stage(one, self.before)
            second = None if other is None else _stage(other, self.after)
            if one is None or other is None:
                yield Change(ChangedPart.STAGE, name, first, second)
            elif (_frame(one), _content(one.when)) != (_frame(other), _content(other.when)):
                same_frame = _frame(one) == _frame(other)
                bodies = (one.when, other.when) if same_frame else None
                yield self._between(ChangedPart.STAGE, name, (first, second), bodies)

    def criteria(self) -> Iterator[Change]:
        for name, one, other in _both(self.before.criteria, self.after.criteria):
            first = None if one is None else sentence(one.condition, self.before)
            second = None if other is None else sentence(other.condition, self.after)
            if one is None or other is None:
                yield Change(ChangedPart.CRITERION, name, first, second)
            elif _content(one.condition) != _content(other.condition):
                bodies = (one.condition, other.condition)
                yield self._between(ChangedPart.CRITERION, name, (first, second), bodies)

    def _between(
        self,
        part: ChangedPart,
        name: str,
        told: tuple[str | None, str | None],
        bodies: tuple[Condition, Condition] | None,
    ) -> Change:
        gained, lost = ((), ()) if bodies is None else _parts_changed(*bodies)
        return Change(
            part,
            name,
            *told,
            tuple(sentence(one, self.after) for one in gained),
            tuple(sentence(one, self.before) for one in lost),
        )

    def parameters(self) -> Iterator[Change]:
        for name, one, other in _both(self.before.parameters, self.after.parameters):
            if one is None or other is None or one.texts != other.texts:
                policy = self.before if other is None else self.after
                yield Change(
                    ChangedPart.PARAMETER,
                    name,
                    _shown(one),
                    _shown(other),
                    used_by=_users(name, policy),
                )
            if one is not None and other is not None and _limits(one) != _limits(other):
                yield Change(
                    ChangedPart.PARAMETER, f"limits of {name}", _limits(one), _limits(other)
                )

    def wording(self) -> Iterator[Change]:
        said: list[tuple[str, str, str]] = [("title", self.before.title, self.after.title)]
        said += [
            (name, one.says, other.says)
            for name, one, other in _both(self.before.criteria, self.after.criteria)
            if one is not None and other is not None
        ]
        stages = ({s.name: s for s in p.stages} for p in (self.before, self.after))
        said += [
            (name, f"{one.title}. {one.says}", f"{other.title}. {other.says}")
            for name, one, other in _both(*stages)
            if one is not None and other is not None
        ]
        for name, old, new in said:
            if old != new:
                yield Change(ChangedPart.WORDING, name, old, new)


def _both(
    before: Mapping[str, T], after: Mapping[str, T]
) -> Iterator[tuple[str, T | None, T | None]]:
    """Every name of either side, those of the new one first in their order."""
    for name in dict.fromkeys((*after, *before)):
        yield name, before.get(name), after.get(name)


def _content(condition: Condition) -> str:
    return json.dumps(canonical_condition(condition), sort_keys=True)


def _frame(stage: Stage) -> tuple[object, ...]:
    """What a stage says beside its condition."""
    return stage.requires, stage.counts_as, sorted(stage.excludes), sorted(stage.advises)


def _stage(stage: Stage, policy: Policy) -> str:
    text = f"requires {stage.requires or NOTHING}"
    if stage.counts_as is not None:
        text += f", counts as {stage.counts_as.replace('_', ' ')}"
    text += f"; {sentence(stage.when, policy)}"
    if stage.excludes:
        text += f"; never if {' or '.join(stage.excludes)}"
    if stage.advises:
        text += f"; good to know: {', '.join(stage.advises)}"
    return text


def _parts_changed(
    before: Condition, after: Condition
) -> tuple[Sequence[Condition], Sequence[Condition]]:
    """The parts that only the second, and only the first, has; nothing where more has changed."""
    old: Sequence[Condition]
    new: Sequence[Condition]
    match before, after:
        case AnyOf(parts=old), AnyOf(parts=new):
            pass
        case NoneOf(parts=old), NoneOf(parts=new):
            pass
        case Quorum(bound, count, old), Quorum(other, least, new) if (bound, count) == (
            other,
            least,
        ):
            pass
        case _ if isinstance(before, AllOf) or isinstance(after, AllOf):
            old, new = _conjuncts(before), _conjuncts(after)
        case _:
            return (), ()
    return _only(new, old), _only(old, new)


def _conjuncts(condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, AllOf) else (condition,)


def _only(these: Sequence[Condition], those: Sequence[Condition]) -> list[Condition]:
    there = {_content(one) for one in those}
    return [one for one in these if _content(one) not in there]


def _shown(parameter: Parameter | None) -> str | None:
    return None if parameter is None else parameter.shown


def _limits(parameter: Parameter) -> str:
    if parameter.range is not None:
        return " to ".join(parameter.range)
    return ", ".join(sorted(parameter.values)) or "none"


def _users(name: str, policy: Policy) -> tuple[str, ...]:
    bodies = {n: c.condition for n, c in policy.criteria.items()}
    bodies |= {stage.name: stage.when for stage in policy.stages}
    return tuple(n for n, body in bodies.items() if name in parameters_in(body))
