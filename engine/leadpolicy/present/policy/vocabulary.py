"""The vocabulary for people: lists of facts and events, and everything about one of them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, TypeAlias

from leadpolicy.operators import OPERATORS, fitting
from leadpolicy.policy.model import (
    Condition,
    Criterion,
    EventTest,
    FactUse,
    Policy,
    Stage,
    Test,
    walk,
)
from leadpolicy.types import NUMERIC, Kind, Type, show_number
from leadpolicy.vocabulary.model import EVENT, Attribute, EventKind, Fact, PointInTime

Row: TypeAlias = tuple[str, str, str, str, str]
WIDE: Final = 112
"""Columns from which a list is set as a table."""
_PAST: Final = {
    PointInTime.YES: "yes: its past can be rebuilt",
    PointInTime.SNAPSHOT: "snapshot: only today's value exists",
    PointInTime.JUDGEMENT: "judgement: somebody judged it on a date, and that date counts",
}


def type_text(kind: Type, most: int | None = 6) -> str:
    """`level: none < stated < agreed`, `integer from 0 to 1,000`; long lists are cut."""
    text = str(kind)
    if kind.values:
        mark = " < " if kind.kind is Kind.LEVEL else ", "
        shown = kind.values if most is None else kind.values[:most]
        text += f": {mark.join(shown)}"
        if len(shown) < len(kind.values):
            text += f", … ({len(kind.values)} values)"
    if kind.limits is not None:
        low, high = kind.limits
        text += f" from {show_number(low)} to {show_number(high)}"
    return text


def render_facts(facts: Sequence[Fact], width: int) -> str:
    """Facts grouped by the part of the name before the first dot."""
    groups: dict[str, list[Row]] = {}
    for fact in facts:
        past = str(fact.point_in_time)
        row = (fact.name, type_text(fact.type), fact.ask, fact.owner, past)
        groups.setdefault(fact.name.partition(".")[0], []).append(row)
    heads = ("", "type", "question", "owner", "past")
    return _listed(groups, heads, width) if groups else ""


def render_events(events: Sequence[EventKind], width: int) -> str:
    """Events with their attributes."""
    rows: list[Row] = []
    for event in events:
        details = "; ".join(f"{a.name} ({type_text(a.type, 4)})" for a in event.attributes.values())
        rows.append((event.name, details or "no attributes", event.ask, event.owner, ""))
    heads = ("", "attributes", "question", "owner", "")
    return _listed({"events": rows}, heads, width) if rows else ""


def _listed(groups: Mapping[str, Sequence[Row]], heads: Row, width: int) -> str:
    """In columns where there is room, one below the other elsewhere."""
    if width < WIDE:
        blocks = [[title, *_stacked(rows, width)] for title, rows in groups.items()]
    else:
        columns = _Columns.of([row for rows in groups.values() for row in rows], heads, width)
        blocks = [[title, *columns.lines(rows)] for title, rows in groups.items()]
        blocks[0][:0] = [*columns.lines([heads]), ""]
    return "\n\n".join("\n".join(block) for block in blocks)


def _stacked(rows: Sequence[Row], width: int) -> Iterator[str]:
    for name, kind, ask, owner, past in rows:
        told = f"{owner}; past: {past}" if past else owner
        first = f"  {name}  ({told})"
        yield from [first] if len(first) <= width else [f"  {name}", f"      ({told})"]
        yield from _wrapped(kind, width, 6)
        yield from _wrapped(ask, width, 6)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Widths of columns; the texts of a cell wrap inside it."""

    widths: tuple[int, ...]

    @classmethod
    def of(cls, rows: Sequence[Row], heads: Row, width: int) -> _Columns:
        longest = [max(len(row[i]) for row in (*rows, heads)) for i in range(5)]
        rest = width - 2 - longest[0] - longest[3] - longest[4] - 8
        kind = min(longest[1], rest * 2 // 5)
        return cls((longest[0], kind, rest - kind, longest[3], longest[4]))

    def lines(self, rows: Sequence[Row]) -> Iterator[str]:
        for row in rows:
            cells = [
                textwrap.wrap(cell, max(width, 1), break_on_hyphens=False) or [""]
                for cell, width in zip(row, self.widths, strict=True)
            ]
            for parts in zip_longest(*cells, fillvalue=""):
                padded = (part.ljust(w) for part, w in zip(parts, self.widths, strict=True))
                yield f"  {'  '.join(padded)}".rstrip()


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    pad = " " * indent
    return textwrap.wrap(
        text, max(width, 40), initial_indent=pad, subsequent_indent=pad, break_on_hyphens=False
    )


# ---------------------------------------------------------------------------------- one alone


def render_fact(fact: Fact, uses: Sequence[str], width: int) -> str:
    """Everything about one fact."""
    unit = f", in {fact.unit}" if fact.unit else ""
    ranges = ["may also be known as a range, such as 11-50"] if fact.type.kind in NUMERIC else []
    return "\n".join(
        [
            fact.name,
            *_fields(
                [
                    ("reads", [fact.phrase]),
                    ("type", [type_text(fact.type, None) + unit, *ranges]),
                    ("question", [fact.ask]),
                    ("owner", [fact.owner]),
                    ("the past", [_PAST[fact.point_in_time]]),
                ],
                width,
            ),
            "",
            "  operators",
            *_fields([(n, [OPERATORS[n].summary]) for n in fitting(fact.type)], width, 4),
            "",
            "  used by",
            *(_wrapped(", ".join(uses) or "no policy", width, 4)),
        ]
    )


def render_event(event: EventKind, uses: Sequence[str], width: int) -> str:
    """Everything about one event."""
    attributes = [
        (a.name, [f"{a.phrase}; {type_text(a.type, None)}", "operators: " + _operators(a.type)])
        for a in event.attributes.values()
    ]
    return "\n".join(
        [
            f"{event.name} (event)",
            *_fields(
                [
                    ("reads", [f"the buyer {event.phrase}"]),
                    ("question", [event.ask]),
                    ("owner", [event.owner]),
                    ("written", [f"happened: {event.name}, with within: 90 days or within: ever"]),
                ],
                width,
            ),
            "",
            "  attributes, for where:",
            *(_fields(attributes, width, 4) if attributes else ["    none"]),
            "",
            "  used by",
            *(_wrapped(", ".join(uses) or "no policy", width, 4)),
        ]
    )


def _fields(
    fields: Sequence[tuple[str, Sequence[str]]], width: int, indent: int = 2
) -> Iterator[str]:
    """Labels with texts that hang beside them."""
    room = max((len(label) for label, _ in fields), default=0) + 2
    for label, texts in fields:
        start = label
        for text in texts:
            lead = f"{' ' * indent}{start.ljust(room)}"
            yield from textwrap.wrap(
                text,
                max(width, 40),
                initial_indent=lead,
                subsequent_indent=" " * len(lead),
                break_on_hyphens=False,
            )
            start = ""


def _operators(kind: Type) -> str:
    return ", ".join(fitting(kind))


def uses(name: str, policies: Iterable[Policy]) -> list[str]:
    """Where policies speak of a fact, or of an event (`event:NAME`): `heinz@1.1.0 (on_a_list)`."""
    found = []
    for policy in policies:
        bodies: list[Criterion | Stage] = [*policy.criteria.values(), *policy.stages]
        places = [body.name for body in bodies if name in _spoken_of(_body(body))]
        if places:
            found.append(f"{policy.identity} ({', '.join(places)})")
    return found


def _body(body: Criterion | Stage) -> Condition:
    return body.condition if isinstance(body, Criterion) else body.when


def _spoken_of(condition: Condition) -> set[str]:
    names: set[str] = set()
    for part in walk(condition):
        if isinstance(part, Test):
            names |= {part.subject, *(o.name for o in part.operands if isinstance(o, FactUse))}
        elif isinstance(part, EventTest):
            names.add(EVENT + part.event)
    return names


# --------------------------------------------------------------------------------------- data


def fact_to_dict(fact: Fact) -> dict[str, Any]:
    """A fact as plain data."""
    return {
        "fact": fact.name,
        **_type_to_dict(fact.type),
        "unit": fact.unit,
        "phrase": fact.phrase,
        "ask": fact.ask,
        "owner": fact.owner,
        "point_in_time": str(fact.point_in_time),
        "operators": fitting(fact.type),
    }


def event_to_dict(event: EventKind) -> dict[str, Any]:
    """An event as plain data."""
    return {
        "event": event.name,
        "phrase": event.phrase,
        "ask": event.ask,
        "owner": event.owner,
        "attributes": _attributes_to_dict(event.attributes),
    }


def _attributes_to_dict(attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    return {
        a.name: {**_type_to_dict(a.type), "phrase": a.phrase, "operators": fitting(a.type)}
        for a in attributes.values()
    }


def _type_to_dict(kind: Type) -> dict[str, Any]:
    return {
        "type": str(kind.kind),
        "values": list(kind.values) or None,
        "currency": kind.currency,
        "range": list(kind.limits) if kind.limits is not None else None,
    }
