"""Deciding: a policy, a record, a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from leadpolicy.backends import AUTO, Engine, all_at_once, engine_name, one_by_one, ready
from leadpolicy.backends.interpreter import Evaluation, Verdicts
from leadpolicy.decision.model import Decision
from leadpolicy.diagnostics import LeadpolicyError, Problems, ValueProblem, listing, suggest
from leadpolicy.policy.load import policies_of
from leadpolicy.policy.model import Policy
from leadpolicy.times import in_utc, read_moment
from leadpolicy.truth import FALSE, TRUE, Truth
from leadpolicy.vocabulary.model import Vocabulary
from leadpolicy.vocabulary.record import RECORD_KEYS, Record, read_record

_A_RECORD: Final = 'an object such as {"facts": {…}, "events": […], "as_of": "2026-03-01"}'


def decide(
    policy: Policy | str | Path,
    record: Record | Mapping[str, object],
    events: Iterable[Mapping[str, object]] | None = None,
    *,
    as_of: datetime | date | str | None = None,
    engine: str = AUTO,
) -> Decision:
    """What a policy says of one record, given what is known of it at the moment `as_of`.

    `policy` may be a name (`heinz@1.0.0`), or the path of its file or folder.
    `record` maps fact names to values, or is a mapping with the keys facts, events, recorded, id
    and as_of (the JSON that `leadpolicy explain --record` reads), or a `Record`. Without `events`
    nobody recorded events, and conditions on them are UNKNOWN; an empty list says that none
    happened. The clock is never read. `engine` is one of `backends.ENGINES`: it gives the verdicts,
    the interpreter the explanation. Raises `LeadpolicyError` for unknown names, values outside
    their type, and a missing `as_of`.
    """
    name = engine_name(engine, single=True)
    policy = _one(policy)
    running = ready(name, {policy.id: policy.logic}, lambda: {policy.id: policy.spans})
    if not isinstance(record, Record):
        if as_of is None and isinstance(record, Mapping):
            as_of = _given_moment(record)
        record = as_record(policy.vocabulary, record, events)
    moment = as_moment(as_of)
    said = _verdicts(running, policy, record, moment)
    criteria = dict(zip(policy.criteria, said.criteria, strict=True))
    names = [stage.name for stage in policy.stages]
    stages = dict(zip(names, said.stages, strict=True))
    evaluation = Evaluation(record.facts, record.events, moment)
    stage = next((n for n in reversed(names) if stages[n] is TRUE), None)
    possible = next((n for n in reversed(names) if stages[n] is not FALSE), None)
    return Decision(policy, record, moment, stage, possible, stages, criteria, evaluation, name)


def _one(given: object) -> Policy:
    """The policy that is meant. Raises `LeadpolicyError` for none, and for several."""
    if isinstance(given, Policy):
        return given
    found = policies_of(given)
    if len(found) > 1:
        raise LeadpolicyError.of(
            "LP506", f"{len(found)} policies are named, and a decision is one policy's",
            expected="one policy, or its name",
        )  # fmt: skip
    return found[0]


def _verdicts(engine: Engine, policy: Policy, record: Record, moment: datetime) -> Verdicts:
    single = one_by_one(engine)
    if single is not None:
        return single.verdicts(policy.logic, record, moment)
    from leadpolicy.backends.columns import columns_of

    words = policy.vocabulary
    table = columns_of(
        [record], [moment],
        {name: words.facts[name].type for name in record.facts if name in words.facts},
        {
            kind: {name: one.type for name, one in words.events[kind].attributes.items()}
            for kind in record.events if kind in words.events
        },
    )  # fmt: skip
    said = all_at_once(engine).of_columns({policy.id: policy.logic}, table, None)
    criteria, stages = said.criteria(policy.id)[0], said.stages(policy.id)[0]
    return Verdicts(tuple(map(Truth, criteria.tolist())), tuple(map(Truth, stages.tolist())))


def as_record(
    vocabulary: Vocabulary,
    given: object,
    events: Iterable[Mapping[str, object]] | None = None,
    *,
    where: str = "record",
) -> Record:
    """A record out of plain data in either form; `where` names it in messages.

    Raises `LeadpolicyError` with everything that is wrong.
    """
    problems = Problems()
    if not isinstance(given, Mapping):
        raise LeadpolicyError.of(
            "LP107", "one record is expected here", where=where, expected=_A_RECORD
        )
    reading = _Envelope(given, vocabulary, problems, where)
    happened = reading.events(given.get("events") if events is None else events)
    record = read_record(
        vocabulary,
        reading.facts(),
        happened,
        recorded=reading.recorded(happened),
        id=reading.id(),
        problems=problems,
        where=where,
    )
    problems.stop_on_errors()
    return record


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What stands around the facts. Names of facts have a dot, so that the two forms differ."""

    given: Mapping[str, object]
    vocabulary: Vocabulary
    problems: Problems
    where: str

    def facts(self) -> Mapping[str, object]:
        around = [key for key in self.given if key in RECORD_KEYS]
        if not around:
            return self.given
        for key in self.given:
            if key not in RECORD_KEYS:
                is_fact = key in self.vocabulary.facts
                self.problems.error(
                    "LP201",
                    f"a record has no key `{key}`",
                    where=self.where,
                    expected=listing(RECORD_KEYS),
                    help=f"put `{key}` under `facts`" if is_fact else suggest(key, RECORD_KEYS),
                )
        facts = self.given.get("facts")
        if isinstance(facts, Mapping):
            return facts
        if facts is None:
            self.problems.error("LP202", "the facts are missing", where=self.where,
                                expected=_A_RECORD, help="write `{}` if none is known")  # fmt: skip
        else:
            self.unfit("facts", "names of facts with their values")
        return {}

    def events(self, events: object) -> list[Mapping[str, object]] | None:
        if events is None:
            return None
        if isinstance(events, Iterable) and not isinstance(events, str | Mapping):
            return list(events)
        self.unfit("events", "a list of events, which may be empty")
        return None

    def recorded(self, events: list[Mapping[str, object]] | None) -> list[str] | None:
        names = self.given.get("recorded")
        if names is None:
            return None
        if not isinstance(names, list | tuple) or not all(isinstance(n, str) for n in names):
            self.unfit("recorded", "a list of kinds of events")
            return None
        if events is None:
            self.problems.error(
                "LP202", "`recorded` says which events were recorded, but `events` is missing",
                where=self.where, expected="a list of events",
                help="write `[]` if nothing happened",
            )  # fmt: skip
        return list(names)

    def id(self) -> str:
        found = self.given.get("id")
        if found is None:
            return ""
        if isinstance(found, str | int) and not isinstance(found, bool):
            return str(found)
        self.unfit("id", "a text or a whole number")
        return ""

    def unfit(self, key: str, expected: str) -> None:
        self.problems.error("LP107", f"`{key}` is not what is expected here", where=self.where,
                            expected=expected)  # fmt: skip


def _given_moment(record: Mapping[str, object]) -> datetime | date | str | None:
    given = record.get("as_of")
    return given if given is None or isinstance(given, date) else str(given)


def as_moment(as_of: datetime | date | str | None) -> datetime:
    """A moment out of what a caller may write; a date is its first moment in UTC."""
    if as_of is None:
        raise LeadpolicyError.of(
            "LP513", "the moment of evaluation is missing",
            expected="as_of: a date such as 2026-03-01, or a moment",
            help="verdicts depend on when they are asked for; nothing reads the clock",
        )  # fmt: skip
    try:
        if isinstance(as_of, datetime):
            return in_utc(as_of)
        return read_moment(as_of.isoformat() if isinstance(as_of, date) else str(as_of))
    except ValueProblem as problem:
        raise LeadpolicyError.of(
            problem.code, f"as_of: {problem.message}", expected=problem.expected
        ) from None


__all__ = ["Decision", "decide"]
