"""What is wrong with an input, where, and what to do about it.

Diagnostics are collected, not thrown one by one: a reader of a policy wants all problems at once.
Every code is listed in `CODES` with its meaning; messages are written for a marketing analyst.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from leadpolicy.characters import visible
from leadpolicy.source import Span


class Severity(StrEnum):
    """Errors stop the work; warnings are findings of the lint."""

    ERROR = "error"
    WARNING = "warning"


CODES: Final[dict[str, str]] = {
    # 1xx: the text
    "LP101": "the file cannot be read",
    "LP102": "the file is not YAML",
    "LP103": "a key stands twice",
    "LP104": "an anchor or alias is used",
    "LP105": "a tag is used",
    "LP106": "the file is too large or too deep",
    "LP107": "a mapping, list or value is expected",
    "LP108": "a value is missing",
    # 2xx: names
    "LP201": "unknown key",
    "LP202": "a required key is missing",
    "LP203": "unknown fact",
    "LP204": "unknown event",
    "LP205": "unknown attribute of an event",
    "LP206": "unknown operator",
    "LP207": "unknown parameter",
    "LP208": "unknown criterion or stage",
    "LP209": "a name is used twice",
    "LP210": "a name is not well formed",
    "LP211": "the file's name or folder does not match its content",
    # 3xx: types and values
    "LP301": "the value does not fit the type",
    "LP302": "the value is outside the declared values or range",
    "LP303": "the operator does not fit the fact's type",
    "LP304": "another currency than the fact's",
    "LP305": "the window is missing or not a fixed length of time",
    "LP306": "the regular expression is not valid",
    "LP307": "two facts cannot be compared",
    # 4xx: the meaning of a policy
    "LP401": "criteria that refer to one another in a circle",
    "LP402": "a reference to a stage that comes later",
    "LP403": "more than one condition form, or none",
    "LP404": "a number that can never or always be reached",
    "LP405": "a version that exists already says something else",
    # 5xx: data sets and records
    "LP501": "a table cannot be read",
    "LP502": "a column is missing",
    "LP503": "rows do not fit",
    "LP504": "a record cannot be found",
    "LP505": "the data set is empty",
    "LP506": "an argument cannot be taken",
    "LP507": "a fact is known only as it is today",
    "LP508": "the data break a critical expectation",
    "LP509": "nothing is named to work on",
    "LP510": "a file cannot be written",
    "LP511": "something that has to be installed is missing, or cannot be loaded",
    "LP512": "an engine cannot say what the policy says",
    "LP513": "the moment of evaluation is missing, or does not fit the data",
    "LP514": "a study does not fit its data",
    # 6xx: cards
    "LP601": "a card expects another stage",
    "LP602": "a stage is not covered by cards",
    # 7xx: adoption
    "LP701": "a signature that does not fit the policy",
    "LP702": "a signature under other content",
    "LP703": "a review is due",
    # 9xx: lint
    "LP901": "an empty list",
    "LP902": "a criterion that is never used",
    "LP903": "a parameter that is never used",
    "LP904": "a condition that cannot be true",
    "LP905": "a condition that is always true",
    "LP906": "a stage that strands records",
    "LP907": "a condition stands twice",
}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: the code, what is wrong, where, what was expected, and the likely fix."""

    code: str
    message: str
    span: Span | None = None
    expected: str | None = None
    help: str | None = None
    severity: Severity = Severity.ERROR
    where: str | None = None
    """A place that is not a position in a text: a file, a table, a row."""

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise KeyError(self.code)

    @property
    def place(self) -> str:
        """`file:line:column`, or whatever says best where this is."""
        if self.span is not None:
            return str(self.span)
        return self.where or ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: code, severity, message, expected, help, file, line, column."""
        out: dict[str, Any] = {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "expected": self.expected,
            "help": self.help,
        }
        if self.span is not None:
            out |= {
                "file": self.span.source.name,
                "line": self.span.line,
                "column": self.span.column,
                "underlined": self.span.text.splitlines()[0] if self.span.text else "",
            }
        elif self.where is not None:
            out["file"] = self.where
        return out


def _order(diagnostic: Diagnostic) -> tuple[str, int, str, str]:
    span = diagnostic.span
    if span is None:
        return (diagnostic.where or "", -1, diagnostic.code, diagnostic.message)
    return (span.source.name, span.start, diagnostic.code, diagnostic.message)


@dataclass(slots=True)
class Problems:
    """Collects diagnostics while the work goes on; the only mutable thing that readers pass on."""

    found: list[Diagnostic] = field(default_factory=list)

    def error(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        expected: str | None = None,
        help: str | None = None,
        where: str | None = None,
    ) -> None:
        """Note an error."""
        self.found.append(Diagnostic(code, message, span, expected, help, Severity.ERROR, where))

    def warn(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        expected: str | None = None,
        help: str | None = None,
        where: str | None = None,
    ) -> None:
        """Note a finding that does not stop the work."""
        self.found.append(Diagnostic(code, message, span, expected, help, Severity.WARNING, where))

    def __iter__(self) -> Iterator[Diagnostic]:
        """In the order of files and positions, each finding once."""
        return iter(sorted(dict.fromkeys(self.found), key=_order))

    def __bool__(self) -> bool:
        return bool(self.found)

    @property
    def errors(self) -> list[Diagnostic]:
        return [d for d in self if d.severity is Severity.ERROR]

    @property
    def warnings(self) -> list[Diagnostic]:
        return [d for d in self if d.severity is Severity.WARNING]

    def failed(self, since: int = 0) -> bool:
        """Whether there is an error among the findings after the first `since`."""
        return any(d.severity is Severity.ERROR for d in self.found[since:])

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Notes what is raised inside as findings."""
        try:
            yield
        except LeadpolicyError as error:
            self.found += error.diagnostics

    def stop_on_errors(self) -> None:
        """Raise `LeadpolicyError` with all errors found so far, if there is any."""
        if errors := self.errors:
            raise LeadpolicyError(errors)


class LeadpolicyError(Exception):
    """The input cannot be used. `diagnostics` says why; the text of the error shows them all."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        super().__init__("\n\n".join(render(d) for d in self.diagnostics))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the findings, and no way through our code."""
        return [str(self)]

    @classmethod
    def of(
        cls,
        code: str,
        message: str,
        *,
        where: str | None = None,
        expected: str | None = None,
        help: str | None = None,
        span: Span | None = None,
    ) -> LeadpolicyError:
        """An error with a single diagnostic."""
        return cls([Diagnostic(code, message, span, expected, help, Severity.ERROR, where)])


def unfit(what: str, given: object, expected: str) -> LeadpolicyError:
    """What to say of an argument of another kind than is expected."""
    return LeadpolicyError.of("LP506", f"{what} is {kind_of(given)}", expected=expected)


def kind_of(value: object) -> str:
    """What a value is, where it is not what is expected."""
    shown = f" ({value})" if isinstance(value, int) else ""
    kind = f"a value of the type `{type(value).__name__}`"
    return "nothing (None)" if value is None else f"{kind}{shown}"


_NEAR: Final = 0.7


def suggest(name: object, candidates: Iterable[str]) -> str | None:
    """`did you mean ...?` for the nearest candidate, or None when nothing is near."""
    if not isinstance(name, str):
        return None  # a key of a dictionary may be anything
    folded = {c.casefold(): c for c in candidates}
    given = name.casefold()
    near = [
        n
        for n in difflib.get_close_matches(given, list(folded), n=3, cutoff=_NEAR)
        if _alike(given.rpartition(".")[2], n.rpartition(".")[2])
    ]
    if not near:
        near = [c for c in folded if c.rpartition(".")[2] == given.rpartition(".")[2]]
    if not near and len(given) > 2:
        near = [c for c in folded if c.startswith(given)]
    return f"did you mean `{folded[near[0]]}`?" if near else None


def _alike(one: str, other: str) -> bool:
    return difflib.SequenceMatcher(None, one, other).ratio() >= _NEAR


def cited(text: str, most: int = 60) -> str:
    """A text of the user's for a message: in one line and cut after `most` characters."""
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in " ".join(text.split()))
    return line if len(line) <= most else line[:most] + "…"


def listing(names: Iterable[str], most: int = 12) -> str:
    """`a, b, c` for a message, cut after `most` names."""
    pool = list(names)
    shown = ", ".join(pool[:most])
    return f"{shown}, … ({len(pool)} in all)" if len(pool) > most else shown


def width(text: str) -> int:
    """Columns that a text takes on a terminal: wide characters count two, combining ones none."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def snippet(span: Span) -> list[str]:
    """The source line with the span underlined; a span over several lines shows its first."""
    line, column = span.line, span.column
    text = span.source.line(line)
    length = min(span.end - span.start, max(len(text) - column + 1, 1))
    if len(text) > 160:
        cut = max(0, column - 60)
        text, column = "…" + text[cut : cut + 140] + "…", column - cut + 1
    shown = "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in text)
    before = " " * width(shown[: column - 1])
    marks = "^" * max(1, width(shown[column - 1 : column - 1 + length]))
    number = f"{line:>5}"
    return [f"{number} | {shown}", f"{' ' * len(number)} | {before}{marks}"]


def render(diagnostic: Diagnostic) -> str:
    """The finding as plain text of several lines."""
    place = f"{visible(diagnostic.place)}: " if diagnostic.place else ""
    lines = [f"{place}{diagnostic.severity} {diagnostic.code}: {visible(diagnostic.message)}"]
    if diagnostic.span is not None:
        lines += snippet(diagnostic.span)
    if diagnostic.expected:
        lines.append(f"      = expected: {visible(diagnostic.expected)}")
    if diagnostic.help:
        lines.append(f"      = help: {visible(diagnostic.help)}")
    return "\n".join(lines)


@dataclass(eq=False)  # not frozen: Python itself notes traceback and cause on an exception
class ValueProblem(Exception):
    """A text or object that is no value of the type. Readers turn it into a diagnostic."""

    message: str
    expected: str | None = None
    help: str | None = None
    code: str = "LP301"

    def __str__(self) -> str:
        return self.message
