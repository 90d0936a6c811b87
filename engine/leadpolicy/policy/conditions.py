"""Nodes to conditions: one reader for each form that a condition can take."""

from __future__ import annotations

from typing import Final

from leadpolicy.diagnostics import listing, suggest
from leadpolicy.logic.terms import Subject
from leadpolicy.operators import OPERATORS, Operator, Shape
from leadpolicy.policy.model import (
    AllOf,
    AnyOf,
    Condition,
    EventTest,
    Given,
    NoneOf,
    ParameterTest,
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
    read_literal,
    read_operands,
    read_window,
)
from leadpolicy.source import Span
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence, what
from leadpolicy.syntax.shape import as_items, as_mapping, as_text, check_keys
from leadpolicy.types import Kind, Type, described
from leadpolicy.vocabulary.model import EventKind

LISTS: Final[dict[str, type[AllOf | AnyOf | NoneOf]]] = {"all": AllOf, "any": AnyOf, "none": NoneOf}
BOUNDS: Final = ("at_least", "at_most", "exactly")
EVENTS: Final = ("happened", "not_happened")
FORMS: Final = (*LISTS, "of", "points", *EVENTS)
FORM_KEYS: Final = (*LISTS, *BOUNDS, "of", "points", "cap", *EVENTS, "where", "within")
POINT: Final = Type(Kind.NUMBER, limits=(-1_000_000, 1_000_000))
_ELSEWHERE: Final = {
    "=": ("is",), "==": ("is",), "equals": ("is",), "eq": ("is",), "equal": ("is",),
    "!=": ("is_not",), "<>": ("is_not",), "not": ("is_not",), "not_equals": ("is_not",),
    ">": ("above", "after"), "gt": ("above", "after"), "more_than": ("above",),
    ">=": ("at_least", "after"), "gte": ("at_least", "after"), "min": ("at_least", "after"),
    "<": ("below", "before"), "lt": ("below", "before"), "less_than": ("below",),
    "<=": ("at_most", "before"), "lte": ("at_most", "before"), "max": ("at_most", "before"),
    "in": ("one_of", "contains_any"), "any_of": ("one_of", "contains_any"),
    "not_in": ("none_of",), "like": ("contains",), "includes": ("contains",),
    "regex": ("matches",), "exists": ("known",), "is_known": ("known",), "is_null": ("known",),
    "within": ("within_last",), "since": ("after",), "until": ("before",),
}  # fmt: skip
"""What operators are called elsewhere; the first that fits the type is meant."""
HELP: Final = "a criterion's name, or one of: `fact: value`, all, any, none, at_least with of, " \
              "points, happened, not_happened"  # fmt: skip


def read_condition(scope: Scope, node: Node) -> Condition | None:
    """The condition that a node stands for; None where something is wrong (and noted)."""
    match node:
        case Scalar():
            if node.empty:
                scope.problems.error("LP108", "a condition is missing here", node.span,
                                     expected=HELP)  # fmt: skip
                return None
            return Ref(node.text, node.span)
        case Sequence():
            scope.problems.error(
                "LP403", "a list stands where a condition is expected", node.span,
                help="write `all:` above it if every part must hold, `any:` if one is enough",
            )  # fmt: skip
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
                "LP403", f"`{stray[0].text}` does not belong beside a fact", stray[0].span,
                help=f"put it inside: `{key.text}: {{{stray[0].text}: …}}`",
            )  # fmt: skip
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
                "LP201", f"a condition has no key `{key.text}`", key.span,
                expected=f"one of {listing(FORM_KEYS, 20)}", help=suggest(key.text, FORM_KEYS),
            )  # fmt: skip
        return
    scope.problems.error(
        "LP403", f"two conditions stand side by side: {listing(names)}", second.span,
        expected="one condition", help="list them under `all:` or `any:`, each with a `-` before it",
    )  # fmt: skip


def _check_companions(
    scope: Scope, form: str, entries: tuple[tuple[Scalar, Node], ...]
) -> None:
    """Notes keys that belong to another form."""
    allowed: dict[str, tuple[str, ...]] = {
        "of": BOUNDS,
        "points": ("at_least", "cap"),
        "happened": ("at_least", "within", "where"),
        "not_happened": ("at_least", "within", "where"),
    }
    for key, _ in entries:
        if key.text != form and key.text not in allowed.get(form, ()):
            scope.problems.error(
                "LP201", f"`{key.text}` does not belong beside `{form}`", key.span
            )


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
            "LP901", f"`{form}` has an empty list, which is {meaning}",
            key.span if key is not None else node.span,
        )  # fmt: skip
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


# ------------------------------------------------------------------------------ fact tests


def read_test(scope: Scope, key: Scalar, value: Node) -> Condition | None:
    """`fact: …` or `$parameter: …`."""
    if is_parameter(key):
        return _parameter_test(scope, key, value)
    fact = scope.vocabulary.facts.get(key.text)
    if fact is None:
        _unknown_fact(scope, key)
        return None
    span = Span(key.span.source, key.span.start, value.span.end)
    tests = read_tests(scope, Subject(fact.name, fact.type), value, span)
    if tests is None:
        return None
    return tests[0] if len(tests) == 1 else AllOf(tests, span)


def _unknown_fact(scope: Scope, key: Scalar) -> None:
    facts = scope.vocabulary.facts
    if key.text in scope.vocabulary.events:
        scope.problems.error(
            "LP203", f"`{key.text}` is an event, not a fact", key.span,
            help=f"write `happened: {key.text}` with `within: 90 days` or `within: ever`",
        )  # fmt: skip
        return
    if "." not in key.text:
        scope.problems.error(
            "LP201", f"a condition has no key `{key.text}`", key.span,
            expected=HELP, help=suggest(key.text, [*FORM_KEYS, *facts]),
        )  # fmt: skip
        return
    scope.problems.error(
        "LP203", f"there is no fact `{key.text}` in the vocabulary", key.span,
        help=suggest(key.text, facts) or "`leadpolicy facts` lists them all",
    )  # fmt: skip


def _parameter_test(scope: Scope, key: Scalar, value: Node) -> Condition | None:
    used = parameter_use(scope, key)
    items = value.items if isinstance(value, Sequence) else (value,)
    scalars = [as_text(item, scope.problems, "a value to compare with") for item in items]
    if used is None or None in scalars:
        return None
    texts = tuple(scalar.text for scalar in scalars if scalar is not None)
    allowed = scope.parameters[used.name].values
    for scalar in scalars:
        if allowed and scalar is not None and scalar.text not in allowed:
            scope.problems.error(
                "LP302", f"the parameter `{used.name}` can never be `{scalar.text}`", scalar.span,
                expected=f"one of {listing(allowed)}", help=suggest(scalar.text, allowed),
            )  # fmt: skip
            return None
    return ParameterTest(used.name, texts, Span(key.span.source, key.span.start, value.span.end))


def read_tests(
    scope: Scope, subject: Subject, node: Node, span: Span
) -> tuple[Test, ...] | None:
    """All tests that one subject's right-hand side stands for."""
    match node:
        case Mapping() if node.get("fact") is None and node.get("amount") is None:
            return _operators(scope, subject, node, span)
        case Sequence():
            name = "one_of"
        case _:
            name = "is"
            if isinstance(node, Scalar) and is_parameter(node):
                declared = scope.parameters.get(node.text[1:])
                name = "one_of" if declared is not None and declared.listed else "is"
    test = _test(scope, subject, name, node, node.span, span)
    return None if test is None else (test,)


def _operators(
    scope: Scope, subject: Subject, node: Mapping, span: Span
) -> tuple[Test, ...] | None:
    if not node.entries:
        scope.problems.error("LP403", "an operator is missing here", node.span,
                             expected=f"one of {listing(_suited(subject.type), 20)}")  # fmt: skip
        return None
    tests: list[Test] = []
    for key, value in node.entries:
        whole = span if len(node.entries) == 1 else Span(
            key.span.source, key.span.start, value.span.end
        )  # fmt: skip
        test = _test(scope, subject, key.text, value, key.span, whole)
        if test is not None:
            tests.append(test)
    return tuple(tests) if len(tests) == len(node.entries) else None


def _suited(kind: Type) -> list[str]:
    return [name for name, operator in OPERATORS.items() if kind.kind in operator.kinds]


def _test(
    scope: Scope, subject: Subject, name: str, value: Node, at: Span, span: Span
) -> Test | None:
    operator = OPERATORS.get(name)
    if operator is None:
        scope.problems.error(
            "LP206", f"there is no operator `{name}`", at,
            expected=f"for {described(subject.type)}: {listing(_suited(subject.type), 20)}",
            help=_meant(name, subject.type, value),
        )  # fmt: skip
        return None
    if subject.type.kind not in operator.kinds:
        scope.problems.error(
            "LP303",
            f"`{operator.name}` does not fit `{subject.name}`, which is {described(subject.type)}",
            at, expected=listing(_suited(subject.type), 20), help=_instead(operator, subject.type),
        )  # fmt: skip
        return None
    operands = read_operands(scope, subject, operator, value)
    return None if operands is None else Test(subject.name, operator.name, operands, span)


def _meant(name: str, kind: Type, value: Node) -> str | None:
    """The operator that goes by another name elsewhere, or is misspelt."""
    if name.isdigit() and isinstance(value, Scalar) and value.empty:
        return "a comma separates operators: write numbers without commas"
    for operator in _ELSEWHERE.get(name.casefold(), ()):
        if kind.kind in OPERATORS[operator].kinds:
            return f"write `{operator}`"
    return suggest(name, OPERATORS)


def _instead(operator: Operator, kind: Type) -> str | None:
    """The operator that was probably meant."""
    match kind.kind, operator.name:
        case Kind.CHOICES, ("is" | "one_of"):
            return "use `contains`, `contains_any` or `contains_all` for a set"
        case (Kind.DATE | Kind.MOMENT), ("above" | "at_least"):
            return "use `after`"
        case (Kind.DATE | Kind.MOMENT), ("below" | "at_most"):
            return "use `before`"
        case Kind.CHOICE, ("above" | "at_least" | "below" | "at_most" | "between"):
            return "a choice has no order; declare the fact as a `level` if its values do"
        case Kind.BOOLEAN, _:
            return "compare with true or false"
        case _:
            return None


# ---------------------------------------------------------------- quorum, points and events


def _quorum(scope: Scope, node: Mapping, keys: dict[str, Node]) -> Condition | None:
    bounds = [bound for bound in BOUNDS if bound in keys]
    if len(bounds) != 1:
        at = node.key("of")
        scope.problems.error(
            "LP403", "`of` needs exactly one of at_least, at_most and exactly beside it",
            at.span if at is not None else node.span,
        )  # fmt: skip
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
        scope.problems.error("LP202", "`points` needs a threshold `at_least` beside it",
                             at.span if at is not None else node.span)  # fmt: skip
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


def _event(
    scope: Scope, node: Mapping, keys: dict[str, Node], form: str
) -> Condition | None:
    name = as_text(keys[form], scope.problems, "the name of an event")
    if name is None:
        return None
    kind = scope.vocabulary.events.get(name.text)
    if kind is None:
        scope.problems.error(
            "LP204", f"there is no event `{name.text}` in the vocabulary", name.span,
            help=suggest(name.text, scope.vocabulary.events)
            or f"events are {listing(scope.vocabulary.events)}",
        )  # fmt: skip
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
            "LP305", f"`{event.text}` needs a window", event.span,
            expected="`within: 90 days`, or `within: ever` if it never expires",
        )  # fmt: skip
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
                "LP205", f"the event `{kind.name}` has no attribute `{key.text}`", key.span,
                expected=f"one of {listing(kind.attributes)}" if kind.attributes
                else "this event has no attributes",
                help=suggest(key.text, kind.attributes),
            )  # fmt: skip
            complete = False
            continue
        span = Span(key.span.source, key.span.start, value.span.end)
        read = read_tests(scope, Subject(attribute.name, attribute.type), value, span)
        complete = complete and read is not None
        tests.extend(read or ())
    return tuple(tests) if complete else None


__all__ = ["FORM_KEYS", "read_condition", "read_form", "read_literal", "what"]
