"""The definition sheet: one version of a policy in plain English, as Markdown.

Markdown is the only source; a terminal shows the same text set by rich.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from leadpolicy.characters import visible
from leadpolicy.diagnostics import CODES
from leadpolicy.english import capital
from leadpolicy.governance.identity import content_hash
from leadpolicy.policy.model import (
    Condition,
    Criterion,
    EventTest,
    FactUse,
    Parameter,
    Points,
    Policy,
    Ref,
    Stage,
    Test,
    walk,
)
from leadpolicy.policy.phrases import Line, lines, sentence, series
from leadpolicy.types import show_number
from leadpolicy.vocabulary.model import EVENT

_SPECIAL: Final = re.compile(
    r"[\\`*]|<(?=[A-Za-z/!?])|(?<!\w)_|_(?!\w)|~(?=~)|\](?=[(\[])|&(?=#?\w+;)"
)
_NUMBER: Final = re.compile(r"[+-]?\d[\d_]*(\.\d+)?\Z")
_HEADS: Final = {
    "all of these": "All of these must hold:",
    "both of these": "Both of these must hold:",
    "at least one of these": "At least one of these must hold:",
    "none of these": "None of these may hold:",
    "it is not so that": "This must not hold:",
}
DEEPEST: Final = 12
"""Levels of bullets that are still read as being inside one another."""
_OWNERS: Final = {
    "marketing": "Marketing",
    "sales": "Sales",
    "data": "Whoever keeps the data",
}


def sheet(policy: Policy) -> str:
    """The whole sheet, ending in a newline."""
    blocks = [block for block in _Sheet(policy).blocks() if block]
    return "\n\n".join(blocks) + "\n"


def render(markdown: str, width: int, *, colour: bool) -> str:
    """Markdown set for a terminal."""
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(width=width, force_terminal=colour, color_system="auto" if colour else None)
    with console.capture() as captured:
        console.print(Markdown(markdown))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


@dataclass(slots=True)
class _Sheet:
    """Writes one sheet. Remembers where each criterion was defined, so that none stands twice."""

    policy: Policy
    defined: dict[str, Stage | None] = field(default_factory=dict)
    stage: Stage | None = None
    later: dict[str, None] = field(default_factory=dict)
    """Criteria that would be defined too deep where they are named, and so are after the stage."""

    def blocks(self) -> Iterator[str]:
        yield f"# {self.text(self.policy.title)}"
        yield self.head()
        yield self.text(self.policy.about)
        yield "## The ladder"
        yield self.ladder()
        for number, stage in enumerate(self.policy.stages, start=1):
            self.stage = stage
            yield from self.rung(number, stage)
            yield from self.deferred()
        yield from self.parameters()
        yield from self.questions()
        yield from self.unused()
        yield from self.accepted()

    # ------------------------------------------------------------------------------- head

    def head(self) -> str:
        policy, source = self.policy, self.policy.source
        rows = [
            ("Policy", f"`{policy.identity}`"),
            ("Organization", self.text(policy.organization)),
            ("One record is", f"one {policy.grain}"),
            ("Source", self.source()),
            ("About the source", self.text(source.get("note", ""))),
            ("Content hash", f"`{content_hash(policy)}`"),
        ]
        return "\n".join(f"- {label}: {text}" for label, text in rows if text)

    def source(self) -> str:
        """What the definition was taken from; all quotes of the sheet stand there."""
        source = self.policy.source
        named = source.get("title") or source.get("document", "")
        told = [self.text(named)]
        if "title" in source and "document" in source:
            told.append(self.text(source["document"]))
        organization = source.get("organization", "")
        told += [self.text(source.get("author", "")), self.text(organization)]
        told.append(self.text(source.get("published", "")))
        if url := source.get("url"):
            told.append(f"<{url}>")
        text = ", ".join(part for part in told if part)
        return f"{text}; all quotes are taken from it" if text and self.quoting() else text

    def quoting(self) -> bool:
        policy = self.policy
        return any(c.quotes for c in policy.criteria.values()) or any(
            s.quotes for s in policy.stages
        )

    # ----------------------------------------------------------------------------- ladder

    def ladder(self) -> str:
        titles = {stage.name: stage.title for stage in self.policy.stages}
        rows = [
            (
                str(number),
                self.text(stage.title),
                _rung(stage.counts_as) or "–",
                self.text(titles[stage.requires]) if stage.requires else "nothing",
            )
            for number, stage in enumerate(self.policy.stages, start=1)
        ]
        return table(("", "Stage", "Counts as", "Requires"), rows, right=(0,))

    def rung(self, number: int, stage: Stage) -> Iterator[str]:
        yield f"## {number}. {self.text(stage.title)}"
        yield self.text(_stopped(stage.says))
        yield "\n".join(self.quotes(stage.quotes))
        if stage.requires is not None:
            title = self.text(self.policy.stage(stage.requires).title)
            yield f"Only a record that is also at the stage “{title}” can be here."
        yield from self.body(stage.when)
        if stage.excludes:
            which = "this" if len(stage.excludes) == 1 else "one of these"
            yield f"Never, however, if {which} holds:"
            yield self.bullets(lines(Ref(name), self.policy) for name in stage.excludes)
        if stage.advises:
            yield "Good to know, though it decides nothing:"
            yield self.bullets(lines(Ref(name), self.policy) for name in stage.advises)
        yield self.reading(stage.note)

    def deferred(self) -> Iterator[str]:
        """The criteria that were to be seen below."""
        while self.later:
            refs = [Ref(name) for name in self.later if name not in self.defined]
            self.later.clear()
            if refs:
                yield "The criteria that were to be seen below:"
                yield self.bullets(lines(ref, self.policy) for ref in refs)

    def body(self, condition: Condition) -> Iterator[str]:
        """A stage's condition: a heading and its parts, or a table of points."""
        line = lines(condition, self.policy)
        if isinstance(condition, Points):
            rules, named = self.points(condition)
            yield f"{capital(self.plain(line))}:"
            yield rules
            yield self.bullets(named)
        elif line.parts and not line.label:
            head = _HEADS.get(line.text, f"{capital(self.text(line.text))}:")
            yield head
            yield self.bullets(line.parts)
        else:
            yield "This must hold:"
            yield self.bullets((line,))

    def points(self, points: Points) -> tuple[str, list[Line]]:
        """The rules as a table, and the criteria it names that are not defined yet."""
        parts = lines(points, self.policy).parts
        rows = []
        refs: dict[str, Line] = {}
        for part, (_, rule) in zip(parts, points.rules, strict=True):
            rows.append((part.label.partition(" ")[0], self.text(sentence(rule, self.policy))))
            for ref in walk(rule):
                if isinstance(ref, Ref) and ref.name in self.policy.criteria:
                    refs.setdefault(ref.name, lines(ref, self.policy))
        return table(("Points", "if"), rows, right=(0,)), [
            line for name, line in refs.items() if name not in self.defined
        ]

    # ---------------------------------------------------------------------------- bullets

    def bullets(self, found: Iterable[Line], depth: int = 0) -> str:
        items = [self.item(line, depth) for line in found]
        loose = next((n for n, item in enumerate(items) if "\n\n" in item), len(items))
        return "\n\n".join(["\n".join(items[: loose + 1]), *items[loose + 1 :]])

    def item(self, line: Line, depth: int) -> str:
        indent = "  " * depth
        condition = line.condition
        if isinstance(condition, Ref) and condition.name in self.policy.criteria:
            first, rest = self.criterion(
                self.policy.criteria[condition.name], line.label, depth + 1
            )
        else:
            first, rest = self.plain(line), ""
            if line.parts:
                first, rest = f"{first}:", self.bullets(line.parts, depth + 1)
        return f"{indent}- {first}" + (f"\n{rest}" if rest else "")

    def criterion(self, criterion: Criterion, label: str, depth: int) -> tuple[str, str]:
        """The first line of a criterion, and what stands below it."""
        says = criterion.says.rstrip(".")
        before = f"{self.text(label)}: " if label else ""
        if depth > DEEPEST and criterion.name not in self.defined:
            self.later[criterion.name] = None
        if criterion.name in self.defined or criterion.name in self.later:
            return f"{before}**{self.text(says)}** ({self.where(criterion.name)})", ""
        self.defined[criterion.name] = self.stage
        test, below = self.definition(criterion, depth)
        indent = "  " * depth
        if quotes := self.quotes(criterion.quotes):
            below += ["", *(indent + quote for quote in quotes), ""]
        if note := self.reading(criterion.note):
            below += ["", indent + note]
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(below)).rstrip("\n")
        return f"{before}**{self.text(says)}**{test}", text

    def definition(self, criterion: Criterion, depth: int) -> tuple[str, list[str]]:
        """What follows a criterion's name in its line, and the parts below it."""
        condition = criterion.condition
        line = lines(condition, self.policy)
        if isinstance(condition, Points):
            rules, named = self.points(condition)
            below = ["", _indented(rules, depth), "", self.bullets(named, depth)]
            return f": {self.text(line.text)}:", below
        if isinstance(line.condition, Ref) or (line.parts and line.label):
            return ":", [self.bullets((line,), depth)]
        if line.parts:
            return f": {self.text(line.text)}:", [self.bullets(line.parts, depth)]
        same = _folded(line.text) == _folded(criterion.says) and not line.label
        return "" if same else f": {self.plain(line)}", []

    def where(self, name: str) -> str:
        """Where a criterion was defined."""
        if name in self.later:
            return "see below"
        stage = self.defined[name]
        if stage is None or stage is self.stage:
            return "as above"
        return f"see “{self.text(stage.title)}”"

    def plain(self, line: Line) -> str:
        return self.text(str(line))

    def quotes(self, quotes: Sequence[str]) -> list[str]:
        """Lines of a block quote."""
        found: list[str] = []
        for quote in quotes:
            found += [">", f"> “{self.text(quote)}”"] if found else [f"> “{self.text(quote)}”"]
        return found

    def reading(self, note: str) -> str:
        return f"*Reading:* {self.text(note)}" if note else ""

    # -------------------------------------------------------------------- what may be set

    def parameters(self) -> Iterator[str]:
        if not self.policy.parameters:
            return
        yield "## What may be set"
        yield "\n".join(self.parameter(p) for p in self.policy.parameters.values())

    def parameter(self, parameter: Parameter) -> str:
        value = ", ".join(_figure(text) for text in parameter.texts) or "an empty list"
        allowed = ""
        if parameter.range is not None:
            low, high = (_figure(end) for end in parameter.range)
            allowed = f", from {low} to {high}"
        elif others := [text for text in parameter.values if text not in parameter.texts]:
            allowed = f", or else {series(others, 'or')}"
        set_here = " (set for this reading)" if parameter.name in self.policy.changed else ""
        says = self.text(_stopped(parameter.says))
        return f"- `{parameter.name}` is **{self.text(value)}**{allowed}{set_here}. {says}"

    # -------------------------------------------------------------------------- questions

    def questions(self) -> Iterator[str]:
        """What has to be known, by whom it is asked, in the order of the ladder."""
        deciding = self.needed((s.when, *map(Ref, s.excludes)) for s in self.policy.stages)
        advising = [
            name
            for name in self.needed(tuple(map(Ref, s.advises)) for s in self.policy.stages)
            if name not in deciding
        ]
        if not deciding:
            return
        yield "## Questions to ask"
        yield self.asked(deciding)
        if advising:
            yield "Good to know:"
            yield self.asked(advising)

    def asked(self, names: Iterable[str]) -> str:
        pool = list(names)
        found = []
        for owner, title in _OWNERS.items():
            mine = [name for name in pool if self.owner(name) == owner]
            if mine:
                found.append(f"- {title}")
                found += [f"  - {self.text(self.policy.vocabulary.ask(name))}" for name in mine]
        return "\n".join(found)

    def owner(self, name: str) -> str:
        vocabulary = self.policy.vocabulary
        if name.startswith(EVENT):
            return vocabulary.events[name.removeprefix(EVENT)].owner
        return vocabulary.facts[name].owner

    def needed(self, stages: Iterable[Iterable[Condition]]) -> list[str]:
        """Facts and events (`event:NAME`) that conditions rest on, each once, in order."""
        names: dict[str, None] = {}
        for part in self.policy.behind(one for conditions in stages for one in conditions):
            match part:
                case Test():
                    names.setdefault(part.subject)
                    for operand in part.operands:
                        if isinstance(operand, FactUse):
                            names.setdefault(operand.name)
                case EventTest():
                    names.setdefault(EVENT + part.event)
                case _:
                    pass
        return list(names)

    # ----------------------------------------------------------------------------- the end

    def unused(self) -> Iterator[str]:
        left = [Ref(name) for name in self.policy.criteria if name not in self.defined]
        if left:
            self.stage = None
            yield "## Defined, but not used by any stage"
            yield self.bullets(lines(ref, self.policy) for ref in left)
            yield from self.deferred()

    def accepted(self) -> Iterator[str]:
        if self.policy.accepts:
            yield "## Accepted findings"
            yield "\n".join(
                f"- {code}, {CODES[code]}: {self.text(reason)}"
                for code, reason in self.policy.accepts.items()
            )

    def text(self, text: str) -> str:
        """A text that Markdown leaves alone; names of parameters are set as code."""
        return re.sub(r"\bparameter ([a-z][a-z0-9_]*)", self._named, escaped(text))

    def _named(self, found: re.Match[str]) -> str:
        name = found[1]
        return f"parameter `{name}`" if name in self.policy.parameters else found[0]


def escaped(text: str) -> str:
    """A text in one line that Markdown leaves alone."""
    return _SPECIAL.sub(lambda found: "\\" + found[0], visible(" ".join(text.split())))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> str:
    """A Markdown table, its columns padded so that the source reads as a table, too."""
    cells = [tuple(heads), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    widths = [max(3, *(len(row[i]) for row in cells)) for i in range(len(heads))]

    def line(row: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return f"| {' | '.join(padded)} |"

    rule = ("-" * (w - 1) + (":" if i in right else "-") for i, w in enumerate(widths))
    return "\n".join([line(cells[0]), f"| {' | '.join(rule)} |", *map(line, cells[1:])])


def _rung(rung: str | None) -> str:
    return (rung or "").replace("_", " ")


def _indented(text: str, depth: int) -> str:
    return "\n".join("  " * depth + line for line in text.splitlines())


def _figure(text: str) -> str:
    """`5_000_000` as `5,000,000`; anything else as it was written."""
    if not _NUMBER.match(text):
        return text
    plain = text.replace("_", "")
    return show_number(float(plain) if "." in plain else int(plain))


def _stopped(text: str) -> str:
    """With a full stop, if there is none."""
    return f"{text}." if text and text[-1] not in ".!?…" else text


def _folded(text: str) -> str:
    return text.casefold().strip().rstrip(".")
