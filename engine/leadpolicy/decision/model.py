"""A decision: what a policy says of one record at one moment, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.policy.model import Condition, Policy, Stage
from leadpolicy.truth import FALSE, UNKNOWN, Truth
from leadpolicy.types import Kind, Value, plain, show
from leadpolicy.vocabulary.model import EVENT
from leadpolicy.vocabulary.record import Origin, Record


@dataclass(frozen=True, slots=True)
class Seen:
    """A value that was looked at: None where it is missing."""

    fact: str
    value: Value | None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the reasoning: a stage, a criterion or a condition, with its verdict.

    `seen` holds the values that a test looked at; `events` how many events counted, were possible
    and are on record (None: no log was kept).
    """

    label: str
    truth: Truth
    condition: Condition | None = field(default=None, repr=False)
    name: str = ""
    seen: tuple[Seen, ...] = ()
    events: tuple[int, int, int] | None = None
    event: str = ""
    steps: tuple[Step, ...] = ()
    grouping: str = ""
    """How the parts below belong together, where not all of them must hold: "any of these"."""
    advice: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        out: dict[str, Any] = {"says": self.label, "verdict": str(self.truth)}
        if self.name:
            out["name"] = self.name
        if self.seen:
            out["seen"] = [_seen(one) for one in self.seen]
        if self.event:
            out["event"] = self.event
            out["counted"] = None if self.events is None else self.events[0]
        if self.advice:
            out["advice"] = True
        if self.grouping:
            out["holds_with"] = self.grouping
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
    """A smallest set of facts that could decide a stage: with the right answers it is reached
    (`reaches`), or with the wrong ones ruled out."""

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

    `distance` orders flips: the relative change of a number, steps of a level, 1 for other values.
    """

    fact: str
    instead_of: Value | None
    value: Value | None
    stage: str | None
    distance: float
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "fact": self.fact,
            "instead_of": None if self.instead_of is None else plain(self.instead_of),
            "value": None if self.value is None else plain(self.value),
            "stage": self.stage,
            "says": self.text,
        }


@dataclass(frozen=True)
class Decision:
    """What a policy says of a record. Explanations are made when they are asked for."""

    policy: Policy
    record: Record
    as_of: datetime
    stage: str | None
    possible_stage: str | None
    stages: Mapping[str, Truth]
    criteria: Mapping[str, Truth]
    evaluation: Evaluation = field(repr=False, compare=False)

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
        above = self.stage is None
        for stage in self.policy.stages:
            if above and self.stages[stage.name] is UNKNOWN:
                return stage
            above = above or stage.name == self.stage
        return None

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

    def title_of(self, stage: str | None) -> str:
        """The policy's own word for a stage."""
        return "none of the stages" if stage is None else self.policy.stage(stage).title

    def sentence(self) -> str:
        """The decision in one plain sentence."""
        who = self.record.id or "The record"
        when = show(self.as_of)
        verb = f"has reached {self.title_of(None)}" if self.stage is None else (
            f"is at the stage “{self.title_of(self.stage)}”"
        )  # fmt: skip
        text = f"{who} {verb} of {self.policy.identity} on {when}"
        if self.possible_stage != self.stage:
            missing = [self._name(what) for what in self.missing]
            more = f", and {len(missing) - 3} more" if len(missing) > 3 else ""
            text += f"; it may be at “{self.title_of(self.possible_stage)}”. Not known: "
            text += "; ".join(missing[:3]) + more
        elif (reason := self._first_failure()) is not None:
            text += f"; {reason}"
        return text + "."

    def _name(self, what: str) -> str:
        vocabulary = self.policy.vocabulary
        if what.startswith(EVENT):
            return f"whether the buyer {vocabulary.phrase(what)}"
        clause = vocabulary.facts[what].type.kind is Kind.BOOLEAN
        return f"whether {vocabulary.phrase(what)}" if clause else vocabulary.phrase(what)

    def _first_failure(self) -> str | None:
        """Why the next stage is not reached."""
        names = [stage.name for stage in self.policy.stages]
        place = -1 if self.stage is None else names.index(self.stage)
        for stage in self.policy.stages[place + 1 :]:
            if self.stages[stage.name] is FALSE:
                from leadpolicy.decision.reasons import smallest_criteria

                given = tuple(self.criteria.values())
                lacking = smallest_criteria(self.policy, given, (stage.name,))
                if not lacking:
                    return f"not “{stage.title}”"
                says = self.policy.criteria[lacking[0]].says.rstrip(".")
                rest = f" (and {len(lacking) - 1} more)" if len(lacking) > 1 else ""
                return f"not “{stage.title}”, because this does not hold: {says}{rest}"
        return None

    def to_dict(self) -> dict[str, Any]:
        """Plain data: everything, explanations included."""
        return {
            "policy": self.policy.identity,
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
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def __str__(self) -> str:
        return self.sentence()

    def _repr_html_(self) -> str:
        from leadpolicy.present.notebook import decision_card

        return decision_card(self)


__all__ = ["Decision", "Flip", "Question", "Seen", "Step"]
