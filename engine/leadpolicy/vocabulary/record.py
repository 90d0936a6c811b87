"""What is known about one record: values of facts, and logs of what happened.

A record holds only what is known. A fact that is left out is missing; an event kind that is left
out has no log, so that nobody can say whether it happened. An empty log says: it did not happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from leadpolicy.characters import json_text
from leadpolicy.diagnostics import Problems, ValueProblem, listing, suggest, unfit
from leadpolicy.source import Span
from leadpolicy.times import in_utc, read_moment
from leadpolicy.types import Value, plain, read_python
from leadpolicy.vocabulary.model import EventKind, Vocabulary


@dataclass(frozen=True, slots=True)
class Happening:
    """One event. `at` is None when the date is not known; `details` holds known attributes only."""

    at: datetime | None
    details: Mapping[str, Value] = field(default_factory=dict)
    source: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class EventLog:
    """All happenings of one kind that were recorded.

    `since`: the moment the recording began; what happened before is not known. None: always.
    """

    happenings: tuple[Happening, ...] = ()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from and since when it is known."""

    source: str = ""
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One company, person or deal as it is known at one moment."""

    facts: Mapping[str, Value] = field(default_factory=dict)
    events: Mapping[str, EventLog] = field(default_factory=dict)
    id: str = ""
    origins: Mapping[str, Origin] = field(default_factory=dict, compare=False)


EMPTY: Final = Record()

ORIGIN_KEYS: Final = ("value", "at", "source", "by")
RECORD_KEYS: Final = ("id", "facts", "events", "recorded", "as_of")


def read_record(
    vocabulary: Vocabulary,
    facts: Mapping[str, object],
    events: Iterable[Mapping[str, object]] | None = None,
    *,
    recorded: Iterable[str] | None = None,
    id: str = "",
    problems: Problems | None = None,
    where: str | None = None,
    spans: Mapping[str, Span] | None = None,
) -> Record:
    """A record out of plain Python or JSON data.

    `facts` maps names to values, or to `{"value": …, "at": …, "source": …, "by": …}` where it is
    told where a value came from; None means missing. `events` is a list of `{"event": kind,
    "at": moment, attribute: value}`; None means that no log was kept. A list is taken to be
    complete for the kinds in `recorded` (default: all kinds of the vocabulary).

    Raises `LeadpolicyError` for unknown names and values outside their type, unless `problems`
    is given to collect them. `spans` tells where each fact (`fact:NAME`), event (`event:N`,
    `event:N:KEY`) and recorded kind (`recorded:NAME`) was written.
    """
    if not isinstance(vocabulary, Vocabulary):
        raise unfit("`vocabulary`", vocabulary, "what `load_vocabulary` returns")
    if not isinstance(facts, Mapping):
        raise unfit("`facts`", facts, "a mapping of facts to their values")
    collected = problems if problems is not None else Problems()
    reading = _Reading(vocabulary, collected, where or (id or "record"), spans or {})
    values: dict[str, Value] = {}
    origins: dict[str, Origin] = {}
    for name, given in facts.items():
        bare, origin = reading.origin(name, given)
        value = None if bare is None else reading.fact(name, bare)
        if value is not None:
            values[name] = value
            if origin is not None:
                origins[name] = origin
    logs = {} if events is None else reading.logs(list(events), recorded)
    if problems is None:
        collected.stop_on_errors()
    return Record(values, logs, id, origins)


@dataclass(slots=True)
class _Reading:
    vocabulary: Vocabulary
    problems: Problems
    where: str
    spans: Mapping[str, Span]

    def note(self, problem: ValueProblem, what: str, key: str) -> None:
        span = self.spans.get(key) or self.spans.get(key.rpartition(":")[0])
        self.problems.error(
            problem.code,
            f"{what}: {problem.message}" if what else problem.message,
            span,
            expected=problem.expected,
            help=problem.help,
            where=None if span is not None else self.where,
        )

    def origin(self, name: str, given: object) -> tuple[object, Origin | None]:
        """The bare value and what was said of where it came from."""
        if not isinstance(given, Mapping) or "value" not in given:
            return given, None
        for key in given:
            if key not in ORIGIN_KEYS:
                problem = ValueProblem(
                    f"a value has no key `{key}`",
                    f"one of {listing(ORIGIN_KEYS)}",
                    suggest(str(key), ORIGIN_KEYS),
                    "LP201",
                )
                self.note(problem, f"`{name}`", f"fact:{name}")
        at = None
        try:
            at = None if given.get("at") is None else _moment(given["at"])
        except ValueProblem as problem:
            self.note(problem, f"`{name}`", f"fact:{name}")
        source, by = (str(given.get(key) or "") for key in ("source", "by"))
        return given["value"], Origin(source, at, by)

    def fact(self, name: str, given: object) -> Value | None:
        fact = self.vocabulary.facts.get(name)
        if fact is None:
            hint = suggest(name, self.vocabulary.facts)
            missing = f"there is no fact `{name}` in the vocabulary"
            self.note(ValueProblem(missing, None, hint, "LP203"), "", f"fact:{name}")
            return None
        try:
            return read_python(fact.type, given)
        except ValueProblem as problem:
            self.note(problem, f"`{name}`", f"fact:{name}")
            return None

    def logs(self, events: list[object], recorded: Iterable[str] | None) -> dict[str, EventLog]:
        kinds = list(self.vocabulary.events) if recorded is None else list(recorded)
        for name in kinds:
            if name not in self.vocabulary.events:
                self._unknown_event(name, f"recorded:{name}")
        logs: dict[str, list[Happening]] = {k: [] for k in kinds if k in self.vocabulary.events}
        for number, event in enumerate(events):
            named = event.get("event") if isinstance(event, Mapping) else None
            kind = self.vocabulary.events.get(str(named))
            if not isinstance(event, Mapping):
                self.note(
                    ValueProblem(
                        "an event is expected here",
                        "its kind under the key `event`, its moment under `at`",
                    ),
                    "",
                    f"event:{number}",
                )
            elif named is None:
                problem = ValueProblem("an event needs the key `event`", "its kind", None, "LP202")
                self.note(problem, "", f"event:{number}")
            elif kind is None:
                self._unknown_event(str(named), f"event:{number}:event")
            elif kind.name not in logs:
                message = f"`{kind.name}` happened, but is not among the kinds that were recorded"
                problem = ValueProblem(message, None, f"add `{kind.name}` to `recorded`", "LP204")
                self.note(problem, "", f"event:{number}:event")
            else:
                logs[kind.name].append(self.happening(kind, event, number))
        return {name: EventLog(tuple(log)) for name, log in logs.items()}

    def _unknown_event(self, name: str, key: str) -> None:
        hint = suggest(name, self.vocabulary.events)
        missing = f"there is no event `{name}` in the vocabulary"
        self.note(ValueProblem(missing, None, hint, "LP204"), "", key)

    def happening(self, kind: EventKind, event: Mapping[str, object], number: int) -> Happening:
        at: datetime | None = None
        details: dict[str, Value] = {}
        for name, given in event.items():
            if name == "event" or given is None:
                continue
            try:
                if name == "at":
                    at = _moment(given)
                elif (attribute := kind.attributes.get(name)) is not None:
                    details[name] = read_python(attribute.type, given)
                else:
                    hint = suggest(name, [*kind.attributes, "at"])
                    raise ValueProblem(f"the event has no attribute `{name}`", None, hint, "LP205")
            except ValueProblem as problem:
                self.note(problem, f"`{kind.name}`", f"event:{number}:{name}")
        return Happening(at, details)


def _moment(given: object) -> datetime:
    if isinstance(given, datetime):
        return in_utc(given)
    if isinstance(given, date):
        return read_moment(given.isoformat())
    return read_moment(str(given))


def record_to_dict(record: Record) -> dict[str, Any]:
    """Plain data that `read_record` reads back (through `facts`, `events`, `recorded`)."""
    out: dict[str, Any] = {"id": record.id} if record.id else {}
    out["facts"] = {name: plain(value) for name, value in record.facts.items()}
    if record.events:
        out["events"] = [
            {"event": kind}
            | ({"at": plain(happening.at)} if happening.at else {})
            | {name: plain(value) for name, value in happening.details.items()}
            for kind, log in record.events.items()
            for happening in log.happenings
        ]
        out["recorded"] = list(record.events)
    return out


def record_to_json(record: Record) -> str:
    """The record as the JSON that `leadpolicy explain --record` reads."""
    return json_text(record_to_dict(record))
