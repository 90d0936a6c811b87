"""vocabulary.yaml to facts and events."""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from pathlib import Path
from typing import Final

from leadpolicy.diagnostics import (
    LeadpolicyError,
    Problems,
    ValueProblem,
    cited,
    listing,
    suggest,
    unfit,
)
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence
from leadpolicy.syntax.reader import read_source, read_yaml
from leadpolicy.syntax.shape import as_items, as_mapping, as_text, check_keys, text_of
from leadpolicy.types import NUMERIC, Kind, Type, described, exact_float
from leadpolicy.vocabulary.model import Attribute, EventKind, Fact, PointInTime, Vocabulary

TOP_KEYS: Final = ("vocabulary", "extends", "title", "about", "facts", "events")
TYPE_KEYS: Final = ("type", "values", "currency", "range")
FACT_KEYS: Final = (*TYPE_KEYS, "phrase", "ask", "owner", "point_in_time", "unit", "note")
EVENT_KEYS: Final = ("phrase", "ask", "owner", "attributes", "note")
ATTRIBUTE_KEYS: Final = (*TYPE_KEYS, "phrase", "note")
OWNERS: Final = ("marketing", "sales", "data")
FACT_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\Z")
NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")


def load_vocabulary(path: Path | str) -> Vocabulary:
    """The vocabulary in a file. Raises `LeadpolicyError` with everything that is wrong with it."""
    if not isinstance(path, str | Path):
        raise unfit("`path`", path, "the file of a vocabulary")
    problems = Problems()
    vocabulary = read_vocabulary(Path(path), problems)
    problems.stop_on_errors()
    if vocabulary is None:
        raise LeadpolicyError.of("LP101", "the vocabulary cannot be read", where=str(path))
    return vocabulary


def read_vocabulary(
    path: Path, problems: Problems, inside: tuple[Path, ...] = ()
) -> Vocabulary | None:
    """The vocabulary in a file with what it extends; problems are noted, not raised."""
    source = read_source(path, problems)
    node = read_yaml(source, problems) if source is not None else None
    top = as_mapping(node, problems, "the keys vocabulary, facts and events")
    if top is None:
        return None
    check_keys(top, problems, known=TOP_KEYS, required=("vocabulary",), of="a vocabulary")
    facts: dict[str, Fact] = {}
    events: dict[str, EventKind] = {}
    base = _base(top, path, problems, inside)
    if base is not None:
        facts.update(base.facts)
        events.update(base.events)
    for key, value in _entries(top.get("facts"), problems):
        if _is_new(key, facts, FACT_NAME, "company.employees", problems):
            fact = _fact(key, value, problems)
            if fact is not None:
                facts[key.text] = fact
    for key, value in _entries(top.get("events"), problems):
        if _is_new(key, events, NAME, "inbound_request", problems):
            event = _event(key, value, problems)
            if event is not None:
                events[key.text] = event
    version = text_of(top.get("vocabulary"), problems, "a number such as 1") or ""
    return Vocabulary(version, facts, events, str(path))


def _base(
    top: Mapping, path: Path, problems: Problems, inside: tuple[Path, ...]
) -> Vocabulary | None:
    extends = as_text(top.get("extends"), problems, "a path to another vocabulary")
    if extends is None:
        return None
    target = (path.parent / extends.text).resolve()
    if target in (*inside, path.resolve()):
        problems.error("LP401", "vocabularies extend one another in a circle", extends.span)
        return None
    if not target.is_file():
        problems.error(
            "LP101",
            f"there is no file `{extends.text}`",
            extends.span,
            help="the path is relative to this vocabulary",
        )
        return None
    shown = path.parent / extends.text
    return read_vocabulary(shown, problems, (*inside, path.resolve()))


def _entries(node: Node | None, problems: Problems) -> tuple[tuple[Scalar, Node], ...]:
    mapping = as_mapping(node, problems, "names with their declarations")
    return mapping.entries if mapping is not None else ()


def _is_new(
    key: Scalar,
    taken: dict[str, Fact] | dict[str, EventKind],
    form: re.Pattern[str],
    example: str,
    problems: Problems,
) -> bool:
    if not form.match(key.text):
        problems.error(
            "LP210",
            f"`{cited(key.text)}` cannot be a name here",
            key.span,
            expected=f"lower-case letters, digits and _, such as {example}",
        )
        return False
    if key.text in taken:
        problems.error(
            "LP209",
            f"`{key.text}` is already declared in the vocabulary that this one extends",
            key.span,
        )
        return False
    return True


def _fact(key: Scalar, node: Node, problems: Problems) -> Fact | None:
    body = as_mapping(node, problems, "the keys type, phrase, ask, owner and point_in_time")
    if body is None:
        return None
    required = ("type", "phrase", "ask", "owner", "point_in_time")
    check_keys(body, problems, known=FACT_KEYS, required=required, of="a fact")
    kind = read_type(body, problems)
    text = partial(_plain, body, problems)
    owner = _choice(body.get("owner"), OWNERS, problems)
    when = _choice(body.get("point_in_time"), tuple(PointInTime), problems)
    if kind is None:
        return None
    return Fact(
        key.text,
        kind,
        text("phrase") or key.text,
        text("ask") or f"What is {key.text}?",
        owner or "data",
        PointInTime(when or "snapshot"),
        text("unit"),
        key.span,
    )


def _event(key: Scalar, node: Node, problems: Problems) -> EventKind | None:
    body = as_mapping(node, problems, "the keys phrase, ask, owner and attributes")
    if body is None:
        return None
    check_keys(body, problems, known=EVENT_KEYS, required=("phrase", "ask"), of="an event")
    attributes: dict[str, Attribute] = {}
    for name, value in _entries(body.get("attributes"), problems):
        declared = as_mapping(value, problems, "the keys type and phrase")
        if declared is None:
            continue
        check_keys(declared, problems, known=ATTRIBUTE_KEYS, required=("type",), of="an attribute")
        if not NAME.match(name.text) or name.text in ("event", "at"):
            taken = NAME.match(name.text) is not None
            problems.error(
                "LP210",
                f"`{cited(name.text)}` cannot be a name here",
                name.span,
                expected="another name: every event has `event` and `at`"
                if taken
                else "lower-case letters, digits and _, such as kind",
            )
            continue
        kind = read_type(declared, problems)
        if kind is not None:
            phrase = _plain(declared, problems, "phrase") or name.text
            attributes[name.text] = Attribute(name.text, kind, phrase, name.span)
    return EventKind(
        key.text,
        _plain(body, problems, "phrase") or key.text,
        _plain(body, problems, "ask") or f"Has {key.text} happened?",
        _choice(body.get("owner"), OWNERS, problems) or "data",
        attributes,
        key.span,
    )


def _plain(body: Mapping, problems: Problems, key: str) -> str | None:
    return text_of(body.get(key), problems, "a text")


def _choice(node: Node | None, allowed: tuple[str, ...], problems: Problems) -> str | None:
    scalar = as_text(node, problems, f"one of {listing(allowed)}")
    if scalar is None:
        return None
    if scalar.text not in allowed:
        problems.error(
            "LP302",
            f"`{scalar.text}` is not allowed here",
            scalar.span,
            expected=f"one of {listing(allowed)}",
            help=suggest(scalar.text, allowed),
        )
        return None
    return str(scalar.text)


def read_type(body: Mapping, problems: Problems) -> Type | None:
    """The type that the keys `type`, `values`, `currency` and `range` declare together."""
    name = _choice(body.get("type"), tuple(Kind), problems)
    if name is None:
        return None
    kind = Kind(name)
    values = _values(body, kind, problems)
    currency = text_of(body.get("currency"), problems, "a currency such as EUR")
    if kind is Kind.MONEY and (currency is None or not re.fullmatch(r"[A-Z]{3}", currency)):
        node = body.get("currency") or body.key("type") or body
        given = "money needs a currency" if currency is None else f"`{currency}` is no currency"
        problems.error(
            "LP202",
            given,
            node.span,
            expected="an ISO 4217 code such as EUR under the key `currency`",
        )
    if kind is not Kind.MONEY and currency is not None:
        at = body.key("currency") or body
        problems.error("LP201", f"{described(Type(kind))} has no currency", at.span)
    return Type(kind, values, currency, _limits(body, kind, problems))


def _values(body: Mapping, kind: Kind, problems: Problems) -> tuple[str, ...]:
    node = body.get("values")
    if node is None:
        if kind in (Kind.CHOICE, Kind.LEVEL):
            at = body.key("type") or body
            order = ", lowest first" if kind is Kind.LEVEL else ""
            problems.error(
                "LP202",
                f"a {kind} needs the key `values`",
                at.span,
                expected=f"the list of allowed values{order}",
            )
        return ()
    if kind not in (Kind.CHOICE, Kind.LEVEL, Kind.CHOICES):
        problems.error("LP201", f"{described(Type(kind))} has no list of values", node.span)
        return ()
    if isinstance(node, Sequence) and not node.items:
        problems.error("LP108", "the list of values is empty", node.span)
    values: dict[str, None] = {}
    for item in as_items(node, problems, "a list of values"):
        scalar = as_text(item, problems, "a value")
        if scalar is None:
            continue
        value = unicodedata.normalize("NFC", scalar.text)
        if value in values:
            problems.error("LP209", f"the value `{value}` stands twice", scalar.span)
        values[value] = None
    return tuple(values)


def _limits(body: Mapping, kind: Kind, problems: Problems) -> tuple[float, float] | None:
    node = body.get("range")
    if node is None:
        return None
    if kind not in NUMERIC:
        problems.error("LP201", f"{described(Type(kind))} has no range", node.span)
        return None
    ends: list[float] = []
    items = as_items(node, problems, "the lowest and the highest value")
    for item in items:
        scalar = as_text(item, problems, "a number")
        try:
            ends += [exact_float(scalar.text)] if scalar is not None else []
        except (ValueError, ValueProblem):
            problems.error("LP301", "a number is expected here", item.span)
    if len(ends) == len(items) and (len(ends) != 2 or ends[0] > ends[1]):
        problems.error(
            "LP302",
            "a range is two numbers, the lower one first",
            node.span,
            expected="such as [0, 100]",
        )
    return (ends[0], ends[1]) if len(ends) == 2 and ends[0] <= ends[1] else None
