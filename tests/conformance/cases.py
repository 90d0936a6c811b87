"""Reads conformance cases: conditions with records and the verdict that each record must get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from leadpolicy.diagnostics import Problems
from leadpolicy.governance.examples import data
from leadpolicy.policy import Policy
from leadpolicy.policy.read import read_policy
from leadpolicy.source import Source, Span
from leadpolicy.syntax.nodes import Mapping as MappingNode
from leadpolicy.syntax.nodes import Node, Scalar
from leadpolicy.syntax.nodes import Sequence as SequenceNode
from leadpolicy.syntax.reader import read_yaml
from leadpolicy.syntax.shape import check_keys
from leadpolicy.times import read_moment
from leadpolicy.truth import Truth
from leadpolicy.vocabulary import (
    Attribute,
    EventKind,
    EventLog,
    Fact,
    PointInTime,
    Record,
    Vocabulary,
    read_record,
)
from leadpolicy.vocabulary.load import read_type

FOLDER: Final = Path(__file__).parent
FILE_KEYS: Final = ("about", "as_of", "facts", "events", "cases")
CASE_KEYS: Final = (
    *("case", "says", "as_of", "facts", "parameters", "criteria", "condition"),
    *("fact", "event", *Truth.__members__),
)
ROW_KEYS: Final = ("events", "recorded", "since", "as_of")
STAGE: Final = "holds"
_NOWHERE: Final = Span(Source("case", " "), 0, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """A record at a moment, with the verdict that it must get and the place where this is said."""

    record: Record
    as_of: datetime
    expected: Truth
    place: str


@dataclass(frozen=True, slots=True)
class Case:
    """One condition, as the only stage of a policy, and its rows."""

    name: str
    policy: Policy
    rows: tuple[Row, ...]


def read_cases(path: Path) -> list[Case]:
    """All cases of a file. Raises `LeadpolicyError` for a file that cannot be used."""
    problems = Problems()
    node = read_yaml(Source(path.name, path.read_text(encoding="utf-8")), problems)
    problems.stop_on_errors()
    top = _mapping(node)
    _check(top, FILE_KEYS, ("about", "as_of", "cases"))
    facts = facts_of(top.get("facts"))
    events = events_of(top.get("events"))
    cases = [
        _case(_mapping(item), path.stem, facts, events, _moment(top.get("as_of")))
        for item in _items(top.get("cases"))
    ]
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), f"{path.name}: two cases with one name"
    return cases


def every_case() -> Iterator[Case]:
    """The cases of every file here."""
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.stem != "foreign":
            yield from read_cases(path)


# ------------------------------------------------------------------------------- vocabulary


def declared(body: MappingNode) -> Fact:
    """A fact of which only the type matters. Raises `LeadpolicyError`."""
    problems = Problems()
    kind = read_type(body, problems)
    problems.stop_on_errors()
    assert kind is not None
    return Fact("", kind, "value", "What is it?", "data", PointInTime.YES)


def facts_of(node: Node | None) -> dict[str, Fact]:
    """Facts out of a mapping of names to types. Raises `LeadpolicyError`."""
    entries = _mapping(node).entries if node is not None else ()
    return {key.text: replace(declared(_mapping(body)), name=key.text) for key, body in entries}


def events_of(node: Node | None) -> dict[str, EventKind]:
    """Kinds of events out of a mapping of names to attributes. Raises `LeadpolicyError`."""
    events: dict[str, EventKind] = {}
    for key, body in _mapping(node).entries if node is not None else ():
        attributes = {
            name.text: Attribute(name.text, declared(_mapping(value)).type, name.text)
            for name, value in _mapping(body).entries
        }
        events[key.text] = EventKind(key.text, key.text, "Did it happen?", "data", attributes)
    return events


# ------------------------------------------------------------------------------------ cases


def _case(
    body: MappingNode,
    file: str,
    facts: Mapping[str, Fact],
    events: Mapping[str, EventKind],
    as_of: datetime,
) -> Case:
    _check(body, CASE_KEYS, ("case", "condition"))
    vocabulary = Vocabulary("1", {**facts, **facts_of(body.get("facts"))}, events)
    moment = _moment(body.get("as_of")) if body.get("as_of") is not None else as_of
    condition = body.get("condition")
    assert condition is not None
    policy = policy_of(
        condition, vocabulary, parameters=body.get("parameters"), criteria=body.get("criteria")
    )
    reading = _Rows(vocabulary, moment, _text(body.get("fact")), _text(body.get("event")))
    rows = [
        reading.row(item, expected)
        for word, expected in Truth.__members__.items()
        if (listed := body.get(word)) is not None
        for item in _items(listed)
    ]
    assert rows, f"{file}: {_text(body.get('case'))} has no rows"
    return Case(f"{file}: {_text(body.get('case'))}", policy, tuple(rows))


def policy_of(
    condition: Node,
    vocabulary: Vocabulary,
    *,
    parameters: Node | None = None,
    criteria: Node | None = None,
) -> Policy:
    """A policy whose one stage is the condition. Raises `LeadpolicyError`."""
    stage = _node(stage=STAGE, requires="nothing", when=condition)
    top = _node(
        policy="case", version="1.0.0", title="A case", vocabulary="1", grain="company",
        stages=SequenceNode((stage,), stage.span), parameters=parameters, criteria=criteria,
    )  # fmt: skip
    problems = Problems()
    policy = read_policy(top, vocabulary, problems)
    problems.stop_on_errors()
    assert policy is not None
    return policy


def _node(**values: Node | str | None) -> MappingNode:
    entries = (
        (Scalar(key, _NOWHERE), Scalar(value, _NOWHERE) if isinstance(value, str) else value)
        for key, value in values.items()
        if value is not None
    )
    return MappingNode(tuple(entries), _NOWHERE)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Reads rows in their long form and in the two short ones."""

    vocabulary: Vocabulary
    as_of: datetime
    fact: str | None
    event: str | None

    def row(self, node: Node, expected: Truth) -> Row:
        place = str(node.span)
        if isinstance(node, MappingNode) and _is_long(node):
            return self.long(node, expected, place)
        if self.event is not None:
            return Row(self.happened(node), self.as_of, expected, place)
        assert self.fact is not None, f"{place}: a row in the short form, but no fact or event"
        return Row(self.record({self.fact: data(node)}), self.as_of, expected, place)

    def long(self, node: MappingNode, expected: Truth, place: str) -> Row:
        """Facts by name, beside the keys in `ROW_KEYS`."""
        given = {key.text: data(value) for key, value in node.entries}
        moment = _moment(node.get("as_of")) if "as_of" in given else self.as_of
        facts = {name: value for name, value in given.items() if name not in ROW_KEYS}
        events = [data(item) for item in _items(node.get("events"))] if "events" in given else None
        recorded = (
            [_text(item) for item in _items(node.get("recorded"))] if "recorded" in given else None
        )
        record = self.record(facts, events, recorded)
        since = {
            key.text: _moment(value)
            for key, value in (_mapping(node.get("since")).entries if "since" in given else ())
        }
        logs = {
            name: EventLog(log.happenings, since.get(name)) for name, log in record.events.items()
        }
        return Row(replace(record, events=logs), moment, expected, place)

    def happened(self, node: Node) -> Record:
        """A list of moments (`~`: not dated) at which the event happened; `~`: no log."""
        moments = data(node)
        if moments is None:
            return self.record({})
        assert isinstance(moments, list)
        return self.record({}, [{"event": self.event, "at": at} for at in moments])

    def record(
        self,
        facts: dict[str, object],
        events: list[object] | None = None,
        recorded: list[str | None] | None = None,
    ) -> Record:
        return read_record(
            self.vocabulary,
            facts,
            events,  # type: ignore[arg-type]
            recorded=None if recorded is None else [name for name in recorded if name],
        )


def _is_long(node: MappingNode) -> bool:
    keys = node.keys()
    return not keys or any("." in key or key in ROW_KEYS for key in keys)


# ------------------------------------------------------------------------------------ nodes


def _check(body: MappingNode, known: tuple[str, ...], required: tuple[str, ...]) -> None:
    problems = Problems()
    check_keys(body, problems, known=known, required=required, of="a file of cases")
    problems.stop_on_errors()


def _mapping(node: Node | None) -> MappingNode:
    assert isinstance(node, MappingNode), f"{node}: a mapping is expected"
    return node


def _items(node: Node | None) -> tuple[Node, ...]:
    assert isinstance(node, SequenceNode), f"{node}: a list is expected"
    return node.items


def _text(node: Node | None) -> str | None:
    return node.text if isinstance(node, Scalar) else None


def _moment(node: Node | None) -> datetime:
    assert isinstance(node, Scalar)
    return read_moment(node.text)
