"""A decision: what a policy says of one record at one moment, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.characters import json_text
from leadpolicy.decision.outline import Role
from leadpolicy.policy.model import Condition, Policy, Stage
from leadpolicy.shown import Shown
from leadpolicy.truth import UNKNOWN, Truth
from leadpolicy.types import Value, plain
from leadpolicy.vocabulary.model import EVENT
from leadpolicy.vocabulary.record import Happening, Origin, Record


@dataclass(frozen=True, slots=True)
class Seen:
    """A value that was looked at: None where it is missing."""

    fact: str
    value: Value | None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Events of one kind that a condition counted. `kept` False: nobody recorded them.

    `possible` ones may count, `recorded` ones are on record at all. `last` is the latest that
    counts, or the latest on record where none does. `since`: the moment the recording began.
    """

    event: str
    kept: bool = True
    certain: int = 0
    possible: int = 0
    recorded: int = 0
    last: Happening | None = None
    since: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data; numbers are None without a log."""
        if not self.kept:
            return {"event": self.event, "counted": None}
        out: dict[str, Any] = {
            "event": self.event,
            "counted": self.certain,
            "possible": self.possible,
            "recorded": self.recorded,
        }
        if self.last is not None:
            out["last"] = None if self.last.at is None else plain(self.last.at)
        if self.since is not None:
            out["since"] = plain(self.since)
        return out


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the reasoning: a stage, a criterion or a condition, with its verdict.

    A stage holds when all its steps hold, those that only advise apart. `rule` is the test in
    words where the label is a criterion's own words; `seen` holds the values that it looked at.
    """

    label: str
    truth: Truth
    condition: Condition | None = field(default=None, repr=False)
    name: str = ""
    role: Role = Role.CONDITION
    rule: str = ""
    grouping: str = ""
    """How the steps below belong together, where not all of them must hold: "none of these"."""
    tally: str = ""
    """How far a count or a score has come: "4 hold, 1 unknown"."""
    seen: tuple[Seen, ...] = ()
    counted: Counted | None = None
    steps: tuple[Step, ...] = ()

    @property
    def advice(self) -> bool:
        """Whether the step never decides."""
        return self.role is Role.ADVISES

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        out: dict[str, Any] = {"says": self.label, "verdict": str(self.truth)}
        told = {
            "name": self.name,
            "role": str(self.role),
            "rule": self.rule,
            "holds_with": self.grouping,
            "tally": self.tally,
        }
        out |= {key: text for key, text in told.items() if text}
        if self.seen:
            out["seen"] = [_seen(one) for one in self.seen]
        if self.counted is not None:
            out |= self.counted.to_dict()
        if self.steps:
            out["because"] = [step.to_dict() for step in self.steps]
        return out


def _seen(seen: Seen) -> dict[str, Any]:
    out: dict[str, Any] = {
        "fact": seen.fact,
        "value": None if seen.value is None else plain(seen.value),
    }
    if seen.origin is not None:
        out["source"] = seen.origin.source
        out["at"] = None if seen.origin.at is None else plain(seen.origin.at)
        if seen.origin.by:
            out["by"] = seen.origin.by
    return out


@dataclass(frozen=True, slots=True)
class Question:
    """A smallest set of facts that could decide a stage.

    With the right answers it is reached (`reaches`), or with the wrong ones ruled out.
    """

    stage: str
    reaches: bool
    facts: tuple[str, ...]
    asks: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "stage": self.stage,
            "decides": "yes" if self.reaches else "no",
            "facts": list(self.facts),
            "ask": list(self.asks),
        }


@dataclass(frozen=True, slots=True)
class Flip:
    """One value that, had it been another, would have given another stage.

    `fact` may be an event (`event:KIND`): then `happening` would have to happen now, `times` times,
    or, where it is None, what counted must not have happened. `distance` orders flips: the relative
    change of a number, steps of a level, months of a date, 1 for other values. `record` is the
    record with that change.
    """

    fact: str
    instead_of: Value | None
    value: Value | None
    stage: str | None
    distance: float
    text: str
    record: Record = field(repr=False, compare=False)
    happening: Happening | None = None
    times: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        out: dict[str, Any] = {"fact": self.fact}
        if self.fact.startswith(EVENT):
            out["times"] = self.times
            if self.happening is not None:
                out["details"] = {k: plain(v) for k, v in self.happening.details.items()}
        else:
            out["instead_of"] = None if self.instead_of is None else plain(self.instead_of)
            out["value"] = None if self.value is None else plain(self.value)
        return out | {"stage": self.stage, "says": self.text}


@dataclass(frozen=True)
class Decision(Shown):
    """What a policy says of a record. Explanations are made when they are asked for."""

    policy: Policy
    record: Record
    as_of: datetime
    stage: str | None
    possible_stage: str | None
    stages: Mapping[str, Truth]
    criteria: Mapping[str, Truth]
    evaluation: Evaluation = field(repr=False, compare=False)
    engine: str = field(default="interpreter", compare=False)
    """The engine that gave the verdicts; explanations are the interpreter's."""

    @cached_property
    def tree(self) -> tuple[Step, ...]:
        """A step for every stage of the ladder, down to the values seen."""
        from leadpolicy.decision.tree import explain

        return explain(self)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The smallest sets of missing facts that could decide the next open stage."""
        from leadpolicy.decision.questions import questions

        return questions(self)

    @cached_property
    def flips(self) -> tuple[Flip, ...]:
        """Changes of a single known value that give another stage, nearest first."""
        from leadpolicy.decision.flips import flips

        return flips(self)

    @property
    def flip(self) -> Flip | None:
        """The nearest flip."""
        return self.flips[0] if self.flips else None

    @property
    def next_open(self) -> Stage | None:
        """The lowest stage above the present one that is UNKNOWN: the one to ask about."""
        open_stages = self.open_stages
        return self.policy.stage(open_stages[0]) if open_stages else None

    @property
    def seen(self) -> Mapping[str, Value | None]:
        """The facts that decide this policy's stages, with their values; None where missing."""
        return {name: self.record.facts.get(name) for name in self.policy.facts}

    @property
    def missing(self) -> tuple[str, ...]:
        """What makes open stages UNKNOWN: facts, and `event:KIND` for logs not kept."""
        from leadpolicy.decision.reasons import missing_facts

        open_stages = tuple(name for name, truth in self.stages.items() if truth is UNKNOWN)
        return missing_facts(self.policy, self.record, self.as_of, open_stages)

    @property
    def open_stages(self) -> tuple[str, ...]:
        """The stages above the present one that are UNKNOWN, lowest first."""
        names = [stage.name for stage in self.policy.stages]
        above = names if self.stage is None else names[names.index(self.stage) + 1 :]
        return tuple(name for name in above if self.stages[name] is UNKNOWN)

    def title_of(self, stage: str | None) -> str:
        """The policy's own word for a stage."""
        return "none of the stages" if stage is None else self.policy.stage(stage).title

    def sentence(self) -> str:
        """The decision in one plain sentence."""
        from leadpolicy.decision.wording import sentence_of

        return sentence_of(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain data: everything, explanations included."""
        return {
            "policy": self.policy.identity,
            "engine": self.engine,
            "record": self.record.id,
            "as_of": plain(self.as_of),
            "stage": self.stage,
            "possible_stage": self.possible_stage,
            "stages": {name: str(truth) for name, truth in self.stages.items()},
            "criteria": {name: str(truth) for name, truth in self.criteria.items()},
            "missing": list(self.missing),
            "because": [step.to_dict() for step in self.tree],
            "questions": [question.to_dict() for question in self.questions],
            "flips": [flip.to_dict() for flip in self.flips],
            "sentence": self.sentence(),
        }

    def to_json(self) -> str:
        """The same as JSON text."""
        return json_text(self.to_dict())

    def __str__(self) -> str:
        return self.sentence()


__all__ = ["Counted", "Decision", "Flip", "Question", "Seen", "Step"]
