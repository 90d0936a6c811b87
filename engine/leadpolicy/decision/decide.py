"""Deciding: a policy, a record, a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.decision.model import Decision
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy.model import Policy
from leadpolicy.truth import FALSE, TRUE
from leadpolicy.types import ValueProblem, in_utc, read_moment
from leadpolicy.vocabulary.record import RECORD_KEYS, Record, read_record


def decide(
    policy: Policy,
    record: Record | Mapping[str, object],
    events: Iterable[Mapping[str, object]] | None = None,
    *,
    as_of: datetime | date | str | None = None,
) -> Decision:
    """What a policy says of one record, given what is known of it at the moment `as_of`.

    `record` maps fact names to values, or is a mapping with the keys facts, events, recorded, id
    and as_of (the JSON that `leadpolicy explain --record` reads), or a `Record`. Without `events`
    nobody recorded events, and conditions on them are UNKNOWN; an empty list says that none
    happened. The clock is never read. Raises `LeadpolicyError` for unknown names, values outside
    their type, and a missing `as_of`.
    """
    if not isinstance(record, Record):
        if "facts" in record:
            as_of = as_of if as_of is not None else _given_moment(record)
            events = events if events is not None else record.get("events")  # type: ignore[assignment]
        record = as_record(policy, record, events)
    moment = as_moment(as_of)
    evaluation = Evaluation(record.facts, record.events, moment)
    criteria = dict(zip(policy.criteria, map(evaluation.truth, policy.logic.criteria), strict=True))
    names = [stage.name for stage in policy.stages]
    stages = dict(zip(names, map(evaluation.truth, policy.logic.stages), strict=True))
    stage = next((n for n in reversed(names) if stages[n] is TRUE), None)
    possible = next((n for n in reversed(names) if stages[n] is not FALSE), None)
    return Decision(policy, record, moment, stage, possible, stages, criteria, evaluation)


def as_record(
    policy: Policy,
    given: Mapping[str, object],
    events: Iterable[Mapping[str, object]] | None = None,
) -> Record:
    """A record out of plain data in either form. Raises `LeadpolicyError`."""
    if "facts" not in given:
        return read_record(policy.vocabulary, given, events)
    unknown = [key for key in given if key not in RECORD_KEYS]
    facts, recorded = given.get("facts"), given.get("recorded")
    if unknown or not isinstance(facts, Mapping):
        raise LeadpolicyError.of(
            "LP107", "this is not a record", where=str(given.get("id") or "record"),
            expected="facts with their values, or the keys " + ", ".join(RECORD_KEYS),
            help=f"remove `{unknown[0]}`" if unknown else None,
        )  # fmt: skip
    if events is not None and not isinstance(events, list | tuple):
        raise LeadpolicyError.of("LP107", "events are not a list", expected="a list of events")
    names = [str(name) for name in recorded] if isinstance(recorded, list) else None
    identity = str(given.get("id") or "")
    return read_record(policy.vocabulary, facts, events, recorded=names, id=identity)


def _given_moment(record: Mapping[str, object]) -> str | None:
    given = record.get("as_of")
    return None if given is None else str(given)


def as_moment(as_of: datetime | date | str | None) -> datetime:
    """A moment out of what a caller may write; a date is its first moment in UTC."""
    if as_of is None:
        raise LeadpolicyError.of(
            "LP506", "the moment of evaluation is missing",
            expected="as_of: a date such as 2026-03-01, or a moment",
            help="verdicts depend on when they are asked for; nothing reads the clock",
        )  # fmt: skip
    if isinstance(as_of, datetime):
        return in_utc(as_of)
    try:
        return read_moment(as_of.isoformat() if isinstance(as_of, date) else as_of)
    except ValueProblem as problem:
        raise LeadpolicyError.of(
            problem.code, f"as_of: {problem.message}", expected=problem.expected
        ) from None
