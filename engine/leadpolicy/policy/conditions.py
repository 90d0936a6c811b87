"""Nodes to conditions: one reader for each form that a condition can take."""

from __future__ import annotations

from typing import Final

from leadpolicy.diagnostics import listing, suggest
from leadpolicy.logic.terms import Subject
from leadpolicy.operators import Shape
from leadpolicy.policy.comparisons import read_test, read_tests
from leadpolicy.policy.keywords import BOUNDS, FORM_KEYS, FORMS, HELP
from leadpolicy.policy.model import (
    AllOf,
    AnyOf,
    Condition,
    EventTest,
    Given,
    NoneOf,
    Points,
    Quorum,
    Ref,
    Test,
    Written,
)
from leadpolicy.policy.operands import (
    COUNT,
    Scope,
    fits,
    is_parameter,
    parameter_use,
    read_count,
    read_window,
)
from leadpolicy.source import Span
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence
from leadpolicy.syntax.shape import as_items, as_mapping, as_text, check_keys
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary.model import EventKind

LISTS: Final[dict[str, type[AllOf | AnyOf | NoneOf]]] = {"all": AllOf, "any": AnyOf, "none": NoneOf}
POINT: Final = Type(Kind.NUMBER, limits=(-1_000_000, 1_000_000))


def read_condition(scope: Scope, node: Node) -> Condition | None:
    """The condition that a node stands for; None where something is wrong (and noted)."""
    match node:
        case Scalar():
            if node.empty:
                scope.problems.error(
                    "LP108", "a condition is missing here", node.span, expected=HELP
                )
                return None
            return Ref(node.text, node.span)
        case Sequence():
            scope.problems.error(
                "LP403",
                "a list stands where a condition is expected",
                node.span,
                help="write `all:` above it if every part must hold, `any:` if one is enough",
            )
            return None
        case Mapping():
            return read_form(scope, node, node.entries)


def read_form(
    scope: Scope, node: Mapping, entries: tuple[tuple[Scalar, Node], ...]
) -> Condition | None:
    """The one condition form among the entries of a mapping."""
    keys = {key.text: value for key, value in entries}
    forms = [name for name in FORMS if name in keys]
    tests = [(key, value) for key, value in entries if key.text not in FORM_KEYS]
    if len(forms) + len(tests) != 1:
        _note_not_one(scope, node, forms, tests, entries)
        return None
    if tests:
        key, value = tests[0]
        stray = [key for key, _ in entries if key.text in FORM_KEYS]
        if stray:
            scope.problems.error(
                "LP403",
                f"`{stray[0].text}` does not belong beside a fact",
                stray[0].span,
                help=f"put it inside: `{key.text}: {{{stray[0].text}: …}}`",
            )
            return None
        return read_test(scope, key, value)
    (form,) = forms
    _check_companions(scope, form, entries)
    if form in LISTS:
        items = read_parts(scope, keys[form], form, node)
        return None if items is None else LISTS[form](items, node.span)
    if form == "of":
        return _quorum(scope, node, keys)
    if form == "points":
        return _points(scope, node, keys)
    return _event(scope, node, keys, form)


def _note_not_one(
    scope: Scope,
    node: Mapping,
    forms: list[str],
    tests: list[tuple[Scalar, Node]],
    entries: tuple[tuple[Scalar, Node], ...],
) -> None:
    if not forms and not tests:
        message, help = "a condition is missing here", None
        if any(key.text in BOUNDS for key, _ in entries):
            help = "`at_least` needs `of: [...]` or `points: [...]` beside it"
        elif any(key.text in ("within", "where") for key, _ in entries):
            help = "`within` and `where` belong beside `happened: EVENT`"
        span = entries[0][0].span if entries else node.span
        scope.problems.error("LP403", message, span, expected=HELP, help=help)
        return
    names = forms + [key.text for key, _ in tests]
    second = [key for key, _ in entries if key.text in names][1]
    unknown = [key for key, _ in tests if "." not in key.text and not key.text.startswith("$")]
    if forms and unknown and len(tests) == len(unknown):
        for key in unknown:
            scope.problems.error(
                "LP201",
                f"a condition has no key `{key.text}`",
                key.span,
                expected=f"one of {listing(FORM_KEYS, 20)}",
                help=suggest(key.text, FORM_KEYS),
            )
        return
    scope.problems.error(
        "LP403",
        f"two conditions stand side by side: {listing(names)}",
        second.span,
        expected="one condition",
        help="list them under `all:` or `any:`, each with a `-` before it",
    )


def _check_companions(scope: Scope, form: str, entries: tuple[tuple[Scalar, Node], ...]) -> None:
    """Notes keys that belong to another form."""
    allowed: dict[str, tuple[str, ...]] = {
        "of": BOUNDS,
        "points": ("at_least", "cap"),
        "happened": ("at_least", "within", "where"),
        "not_happened": ("at_least", "within", "where"),
    }
    for key, _ in entries:
        if key.text != form and key.text not in allowed.get(form, ()):
            scope.problems.error("LP201", f"`{key.text}` does not belong beside `{form}`", key.span)


def read_parts(
    scope: Scope, node: Node, form: str, parent: Mapping
) -> tuple[Condition, ...] | None:
    """A list of conditions."""
    if not isinstance(node, Sequence):
        as_items(node, scope.problems, f"`{form}:` with a list of conditions")
        return None
    if not node.items:
        meaning = {"all": "always TRUE", "any": "always FALSE", "none": "always TRUE"}.get(
            form, "without meaning"
        )
        key = parent.key(form)
        scope.problems.warn(
            "LP901",
            f"`{form}` has an empty list, which is {meaning}",
            key.span if key is not None else node.span,
        )
    read = [read_condition(scope, item) for item in node.items]
    found = tuple(condition for condition in read if condition is not None)
    if form != "of":
        _note_repetition(scope, found)
    return found if len(found) == len(read) else None


def _note_repetition(scope: Scope, found: tuple[Condition, ...]) -> None:
    seen: set[Condition] = set()
    for condition in found:
        if condition in seen:
            scope.problems.warn("LP907", "the same condition stands twice", condition.span)
        seen.add(condition)


# ---------------------------------------------------------------- quorum, points and events


def _quorum(scope: Scope, node: Mapping, keys: dict[str, Node]) -> Condition | None:
    bounds = [bound for bound in BOUNDS if bound in keys]
    if len(bounds) != 1:
        at = node.key("of")
        scope.problems.error(
            "LP403",
            "`of` needs exactly one of at_least, at_most and exactly beside it",
            at.span if at is not None else node.span,
        )
        return None
    count = read_count(scope, keys[bounds[0]])
    items = read_parts(scope, keys["of"], "of", node)
    if count is None or items is None:
        return None
    return Quorum(bounds[0], count, items, node.span)


def _points(scope: Scope, node: Mapping, keys: dict[str, Node]) -> Condition | None:
    least_node = keys.get("at_least")
    if least_node is None:
        at = node.key("points")
        scope.problems.error(
            "LP202",
            "`points` needs a threshold `at_least` beside it",
            at.span if at is not None else node.span,
        )
        return None
    least = read_count(scope, least_node, POINT)
    cap = read_count(scope, keys["cap"], POINT) if "cap" in keys else None
    rules: list[tuple[Written, Condition]] = []
    items = as_items(keys["points"], scope.problems, "a list of `{points: 15, when: …}`")
    for item in items:
        rule = as_mapping(item, scope.problems, "`{points: 15, when: condition}`")
        if rule is None:
            continue
        required = ("points", "when")
        check_keys(rule, scope.problems, known=required, required=required, of="a points rule")
        points, when = rule.get("points"), rule.get("when")
        if points is None or when is None:
            continue
        weight, condition = read_count(scope, points, POINT), read_condition(scope, when)
        if weight is not None and condition is not None:
            rules.append((weight, condition))
    if not items and isinstance(keys["points"], Sequence):
        scope.problems.warn("LP901", "`points` has an empty list", keys["points"].span)
    if least is None or len(rules) != len(items):
        return None
    return Points(tuple(rules), least, cap, node.span)


def _event(scope: Scope, node: Mapping, keys: dict[str, Node], form: str) -> Condition | None:
    name = as_text(keys[form], scope.problems, "the name of an event")
    if name is None:
        return None
    kind = scope.vocabulary.events.get(name.text)
    if kind is None:
        scope.problems.error(
            "LP204",
            f"there is no event `{name.text}` in the vocabulary",
            name.span,
            help=suggest(name.text, scope.vocabulary.events)
            or f"events are {listing(scope.vocabulary.events)}",
        )
    window, ok = _window(scope, keys.get("within"), name)
    least: Written | None = Given(1)
    if "at_least" in keys:
        least = read_count(scope, keys["at_least"])
    where = _where(scope, kind, keys.get("where")) if kind is not None else None
    if kind is None or where is None or least is None or not ok:
        return None
    return EventTest(kind.name, form == "happened", where, least, window, node.span)


def _window(scope: Scope, node: Node | None, event: Scalar) -> tuple[Written | None, bool]:
    """The window (None: ever) and whether it was written well."""
    if node is None:
        scope.problems.error(
            "LP305",
            f"`{event.text}` needs a window",
            event.span,
            expected="`within: 90 days`, or `within: ever` if it never expires",
        )
        return None, False
    if isinstance(node, Scalar) and node.text == "ever":
        return None, True
    if isinstance(node, Scalar) and is_parameter(node):
        used = parameter_use(scope, node)
        good = used is not None and fits(scope, used, COUNT, Shape.DURATION)
        return used, good
    window = read_window(scope, node)
    return window, window is not None


def _where(scope: Scope, kind: EventKind, node: Node | None) -> tuple[Test, ...] | None:
    mapping = as_mapping(node, scope.problems, "attributes of the event with their values")
    if mapping is None:
        return () if node is None else None
    tests: list[Test] = []
    complete = True
    for key, value in mapping.entries:
        attribute = kind.attributes.get(key.text)
        if attribute is None:
            scope.problems.error(
                "LP205",
                f"the event `{kind.name}` has no attribute `{key.text}`",
                key.span,
                expected=f"one of {listing(kind.attributes)}"
                if kind.attributes
                else "this event has no attributes",
                help=suggest(key.text, kind.attributes),
            )
            complete = False
            continue
        span = Span(key.span.source, key.span.start, value.span.end)
        read = read_tests(scope, Subject(attribute.name, attribute.type), value, span)
        complete = complete and read is not None
        tests.extend(read or ())
    return tuple(tests) if complete else None
