"""YAML text to nodes with places.

Only what a definition needs of YAML is accepted: mappings with unique text keys, lists and texts.
Anchors, aliases and tags are refused: a file cannot expand, construct objects or mean two things.
Built on PyYAML's events (libyaml's where it is installed), which carry the places.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

from leadpolicy.diagnostics import Problems, cited
from leadpolicy.files import opened, strange
from leadpolicy.source import Source, Span
from leadpolicy.syntax.nodes import Mapping, Node, Scalar, Sequence, what

MOST_BYTES: Final = 2_000_000
MOST_DEPTH: Final = 40
_STRANGE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What the YAML 1.1 specification leaves out of its characters (section 5.1)."""
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Stop(Exception):
    """The rest of the file cannot be read; the reason has been noted."""


def read_source(path: Path, problems: Problems, name: str | None = None) -> Source | None:
    """The text of a file, or None with the reason noted; large and non-UTF-8 files are refused."""
    name = name or str(path)
    opened(path)
    try:
        if what := strange(path):
            problems.error("LP101", f"this is {what}, not a file", where=name)
            return None
        size = path.stat().st_size
        if size > MOST_BYTES:
            problems.error(
                "LP106",
                f"the file has {size / 1e6:,.0f} MB",
                where=name,
                expected=f"at most {MOST_BYTES // 1_000_000} MB of YAML",
                help="data belongs into tables that a dataset.yaml points to",
            )
            return None
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        problems.error("LP101", "there is no such file", where=name)
    except UnicodeDecodeError as error:
        problems.error(
            "LP101",
            "the file is not UTF-8 text",
            where=f"{name}:{error.object[: error.start].count(10) + 1}",
            expected="the encoding UTF-8",
            help="save the file as UTF-8; the editor offers it under `save as` or `encoding`",
        )
    except OSError as error:
        problems.error("LP101", f"the file cannot be read: {error.strerror}", where=name)
    else:
        return Source(name, text)
    return None


def read_yaml(source: Source, problems: Problems) -> Node | None:
    """The single document in a text, or None with the reason noted in `problems`."""
    if len(source.text) > MOST_BYTES:
        problems.error("LP106", "the text is too long", where=source.name)
        return None
    if (strange := _STRANGE.search(source.text)) is not None:
        problems.error(
            "LP102",
            f"the character U+{ord(strange[0]):04X} is not allowed in YAML",
            Span(source, *strange.span()),
            expected="printable text",
            help="remove control characters; save the file as UTF-8",
        )
        return None
    reader = _Reader(source, problems)
    try:
        return reader.document()
    except _Stop:
        return None
    except yaml.MarkedYAMLError as error:
        reader.refuse(error)
    return None


def _clip(source: Source, offset: int) -> tuple[int, int]:
    start = max(0, min(offset, len(source.text) - 1))
    return start, start + 1


class _Reader:
    """Turns the event stream of one text into nodes."""

    def __init__(self, source: Source, problems: Problems) -> None:
        self.source = source
        self.problems = problems
        self._loader = _LOADER(source.text)
        self._peeked: Any = None

    def next(self) -> Any:
        return self._loader.get_event()

    def span(self, event: Any) -> Span:
        return Span(self.source, event.start_mark.index, event.end_mark.index)

    def document(self) -> Node | None:
        self.next()  # the start of the stream
        if isinstance(self.next(), yaml.StreamEndEvent):
            self.problems.error("LP108", "the file is empty", where=self.source.name)
            return None
        node = self.node(self.next(), 0)
        self.next()  # the end of the document
        extra = self.next()
        if not isinstance(extra, yaml.StreamEndEvent):
            self.problems.error(
                "LP102", "a second document begins here", self.span(extra), expected="one per file"
            )
        return node

    def node(self, event: Any, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            self.alias(event)
        if depth > MOST_DEPTH:
            self.problems.error(
                "LP106",
                f"the file is nested more than {MOST_DEPTH} levels deep here",
                self.first(event),
            )
            raise _Stop
        if event.anchor is not None:
            self.problems.error(
                "LP104",
                f"the anchor `&{event.anchor}` is not allowed here",
                self.first(event),
                help="write the value out, or name it as a criterion or parameter",
            )
        if event.tag is not None and not (isinstance(event, yaml.ScalarEvent) and event.tag == "!"):
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.problems.error(
                "LP105",
                f"the tag `{tag}` is not allowed here",
                self.first(event),
                help="write the value without it; the vocabulary says of which type it is",
            )
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, self.span(event), quoted=event.style not in (None, ""))
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, depth)
        return self.mapping(event, depth)

    def first(self, event: Any) -> Span:
        """The first line of a node, which is what gets underlined."""
        span = self.span(event)
        text = self.source.text
        stop = text.find("\n", span.start)
        return Span(self.source, span.start, max(span.end, stop if stop >= 0 else len(text)))

    def alias(self, event: Any) -> None:
        self.problems.error(
            "LP104",
            f"the alias `*{event.anchor}` is not allowed here",
            self.span(event),
            help="write the value out, or name it as a criterion or parameter",
        )
        raise _Stop

    def sequence(self, start: Any, depth: int) -> Sequence:
        items = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            items.append(self.node(event, depth + 1))
        return Sequence(tuple(items), self._close(start, event))

    def mapping(self, start: Any, depth: int) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Scalar] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            value = self.node(self.next(), depth + 1)
            if not isinstance(key, Scalar):
                self.problems.error(
                    "LP107", f"a key is expected here, not {what(key)}", key.span, expected="a name"
                )
            elif key.text in seen:
                self.problems.error(
                    "LP103",
                    f"`{cited(key.text)}` stands twice; the first is on line "
                    f"{seen[key.text].span.line}",
                    key.span,
                    help="keep one of the two"
                    if not key.text.isdigit()
                    else "a comma separates entries: write numbers without commas",
                )
            else:
                seen[key.text] = key
                entries.append((key, value))
        return Mapping(tuple(entries), self._close(start, event))

    def _close(self, start: Any, end: Any) -> Span:
        """From the first character to the last that is not white space."""
        first, last = start.start_mark.index, end.end_mark.index
        while last > first and self.source.text[last - 1].isspace():
            last -= 1
        return Span(self.source, first, max(last, first + 1))

    def refuse(self, error: yaml.MarkedYAMLError) -> None:
        """Notes why the text is not YAML, at the place where its author would look."""
        mark = error.problem_mark or error.context_mark
        offset = mark.index if mark is not None else 0
        start, end = _clip(self.source, offset)
        problem = error.problem or "the text is not YAML"
        if error.context_mark is not None and _begins_earlier(problem, error.context or ""):
            start, end = _clip(self.source, error.context_mark.index)
        message, help = _in_plain_words(problem, self.source.text[start : start + 1])
        self.problems.error("LP102", message, Span(self.source, start, end), help=help)


def _begins_earlier(problem: str, context: str) -> bool:
    """Whether something is open that began earlier: a quote, a bracket, a key without its colon."""
    return (
        "quoted scalar" in context or "flow" in context or "could not find expected ':'" in problem
    )


def _in_plain_words(problem: str, at: str) -> tuple[str, str | None]:
    """libyaml's and PyYAML's complaints, said for people who do not know YAML's grammar."""
    if at == "\t" or "\\t" in problem or "tab" in problem:
        return "a tab is used for indentation", "indent with spaces"
    if "mapping values are not allowed" in problem:
        return (
            "a second `:` on one line",
            "put the text in quotes, or start a new line with deeper indentation",
        )
    if at in "\"'" or "quoted scalar" in problem or "unexpected end of stream" in problem:
        return "a quote is opened here and never closed", "close it, or leave it out"
    if at in "[{" or "',' or" in problem:
        return (
            "a bracket is opened here and not closed, or a comma is missing inside",
            "check that every `[` and `{` has its partner",
        )
    if "could not find expected ':'" in problem or "did not find expected key" in problem:
        return (
            "a `key: value` is expected here",
            "check the indentation of this and the previous line, and that quotes are closed",
        )
    if "expected <block end>" in problem or "did not find expected '-'" in problem:
        return "the indentation does not fit the lines above", "align it with its neighbours"
    if "undefined alias" in problem:
        return "the alias is not allowed here", "write the value out"
    return f"this is not YAML: {problem}", None
