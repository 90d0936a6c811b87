"""A decision for people at a terminal: the tree of verdicts, the questions, the nearest flips."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

from leadpolicy.characters import visible
from leadpolicy.decision import Counted, Decision, Question, Seen, Step
from leadpolicy.diagnostics import width as columns_of
from leadpolicy.policy.model import RUNGS
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth, some
from leadpolicy.types import Kind, Range, show
from leadpolicy.vocabulary.model import EVENT, Vocabulary

MARKS: Final = {TRUE: "✓", FALSE: "✗", UNKNOWN: "?"}
WORDS: Final = {TRUE: "yes", FALSE: "no", UNKNOWN: "unknown"}
NOT_DEFINED: Final = "not defined"
WIDTH: Final = 100
FLIPS: Final = 3
SEEN: Final = "→ "
_BETWEEN: Final = " │ "
_GAP: Final = "  "
_READABLE: Final = 56
_NARROWEST: Final = 8
_MARK: Final = re.compile(r"((?:^|│) *)([✓✗?])(?= )", re.MULTILINE)
_COLOURS: Final = {"✓": "\033[32m", "✗": "\033[31m", "?": "\033[33m"}


def render_decision(decision: Decision, width: int = WIDTH) -> str:
    """Everything about one decision as text, in lines of at most `width` columns."""
    lines = [*_head(decision), ""]
    for step in reversed(decision.tree):
        lines += [*tree_lines(step, decision.policy.vocabulary), ""]
    lines += [*_questions(decision), *_flips(decision)]
    while not lines[-1]:
        lines.pop()
    return "\n".join(part for line in lines for part in folded(visible(line), width))


def folded(line: str, width: int) -> Iterator[str]:
    """A line broken at spaces; what follows hangs below the text, not below the mark."""
    bare = line.lstrip(" ")
    indent = len(line) - len(bare)
    mark = bare.partition(" ")[0]
    hanging = indent + (len(mark) + 1 if len(mark) <= 2 else 2)
    yield from _wrapped(bare.split(" "), width, indent, hanging)


def _wrapped(words: Iterable[str], width: int, indent: int, hanging: int) -> Iterator[str]:
    """Words in lines; only a word that is wider than a line is broken."""
    line, room, empty = " " * indent, width - indent, True
    for word in words:
        rest = word
        if columns_of(rest) + (not empty) > room and not empty:
            yield line.rstrip(" ")
            line, room, empty = " " * hanging, width - hanging, True
        while columns_of(rest) > max(room, 2):
            fitting = _fitting(rest, max(room, 2))
            yield line + rest[:fitting]
            rest = rest[fitting:]
            line, room = " " * hanging, width - hanging
        line += rest if empty else f" {rest}"
        room -= columns_of(rest) + (not empty)
        empty = False
    yield line.rstrip(" ")


def _fitting(word: str, columns: int) -> int:
    """How many characters of a word fit into so many columns."""
    taken = 0
    for place, char in enumerate(word):
        taken += columns_of(char)
        if taken > columns:
            return place
    return len(word)


def _head(decision: Decision) -> Iterator[str]:
    who = decision.record.id or "The record"
    yield f"{who} under {decision.policy.identity}, as of {show(decision.as_of)}"
    yield decision.policy.title
    yield ""
    stage, possible = decision.stage, decision.possible_stage
    yield f"Stage     {_stage(decision, stage)}"
    if possible != stage:
        yield f"Possible  {_stage(decision, possible)}"


def _stage(decision: Decision, stage: str | None) -> str:
    title = decision.title_of(stage)
    rung = None if stage is None else decision.policy.stage(stage).counts_as
    if rung is None or rung.replace("_", " ") == title.casefold():
        return title
    return f"{title} (counts as {rung.replace('_', ' ')})"


# --------------------------------------------------------------------------------------- the tree


def tree_lines(step: Step, vocabulary: Vocabulary, depth: int = 0) -> Iterator[str]:
    """A step and everything below it. What was decided against the rest is shown as well."""
    yield f"{'  ' * depth}{MARKS[step.truth]} {heading(step)}"
    below = "  " * (depth + 2)
    if step.rule:
        yield f"{below}{step.rule}"
    for seen in step.seen:
        yield f"{below}{SEEN}{seen_text(seen, vocabulary)}"
    if step.counted is not None:
        yield f"{below}{SEEN}{event_text(step.counted)}"
    for inner in step.steps:
        yield from tree_lines(inner, vocabulary, depth + 1)


def heading(step: Step) -> str:
    """What a step says, how its parts belong together, and how far they have come."""
    text = f"{step.label}: {step.grouping}" if step.grouping else step.label
    return f"{text}; {step.tally}" if step.tally else text


def seen_text(seen: Seen, vocabulary: Vocabulary) -> str:
    """`company.employees = 19 (companies, 2026-01-12)`."""
    if seen.value is None:
        return f"{seen.fact} is not known"
    kind = vocabulary.facts[seen.fact].type
    text = f"{seen.fact} = {show(seen.value, kind)}"
    if kind.kind is Kind.MONEY and isinstance(seen.value, Range) and seen.value.text:
        unknown = seen.value.low is None and seen.value.high is None
        text += f" (cannot be compared with {kind.currency})" if unknown else ""
    origin = seen.origin
    if origin is None:
        return text
    told = (
        origin.source,
        "" if origin.at is None else show(origin.at),
        f"by {origin.by}" if origin.by else "",
    )
    where = ", ".join(part for part in told if part)
    return f"{text} ({where})" if where else text


def event_text(counted: Counted) -> str:
    """Which events counted, and when the last of them happened."""
    if not counted.kept:
        return f"{counted.event}: nobody recorded whether it happened"
    unclear = counted.possible - counted.certain
    told = [
        _happened(counted),
        _unclear(unclear, "more " if counted.certain else ""),
        _other(counted.recorded - counted.possible, counted),
        "" if counted.since is None else f"recorded only since {show(counted.since)}",
    ]
    text = "; ".join(part for part in told if part)
    return f"{counted.event}: {text or 'none on record'}"


def _happened(counted: Counted) -> str:
    if not counted.certain:
        return "" if counted.recorded or counted.since is None else "none on record"
    if counted.certain == 1:
        return f"happened {_when(counted)}"
    return f"happened {counted.certain} times, the last {_when(counted)}"


def _when(counted: Counted) -> str:
    last = counted.last
    if last is None or last.at is None:
        return "on a day not recorded"
    return f"on {show(last.at)}{f' ({last.source})' if last.source else ''}"


def _unclear(count: int, more: str) -> str:
    if not count:
        return ""
    if count == 1:
        return f"1 {more}may count, its date or a detail is not known"
    return f"{count} {more}may count, their dates or details are not known"


def _other(count: int, counted: Counted) -> str:
    """What is on record and does not count."""
    if not count:
        return ""
    if counted.possible:
        return f"{count} {'other does' if count == 1 else 'others do'} not count"
    if count == 1:
        return f"1 on record, {_when(counted)}, which does not count"
    return f"{count} on record, the last {_when(counted)}, none of which counts"


# ------------------------------------------------------------------------------- what could change


def _questions(decision: Decision) -> Iterator[str]:
    stage = decision.next_open
    if stage is None:
        return
    reaching = [q for q in decision.questions if q.reaches]
    ruling = [q for q in decision.questions if not q.reaches]
    title = f"“{stage.title}”"
    yield f"Ask next, about {title}"
    if reaching and [q.facts for q in reaching] == [q.facts for q in ruling]:
        yield f"  {answers(reaching)} could bring it about, or rule it out:"
        yield from _sets(reaching, decision)
    elif not decision.questions:
        yield "  It is open, but no answers were found that would decide it."
    else:
        for could, sets in (("bring it about", reaching), ("rule it out", ruling)):
            if sets:
                yield f"  {answers(sets)} could {could}:"
                yield from _sets(sets, decision)
    yield ""


def answers(questions: Sequence[Question]) -> str:
    """How the sets of questions belong together."""
    single = all(len(question.facts) == 1 for question in questions)
    if len(questions) == 1:
        return "The answer" if single else "These answers together"
    return "Any one of these answers" if single else "Any one of these sets of answers"


def _sets(questions: Sequence[Question], decision: Decision) -> Iterator[str]:
    single = len(questions) == 1 or all(len(question.facts) == 1 for question in questions)
    for number, question in enumerate(questions, start=1):
        for place, (fact, ask) in enumerate(zip(question.facts, question.asks, strict=True)):
            mark = "•" if single else f"{number}." if place == 0 else " " * len(f"{number}.")
            yield f"    {mark} {ask}  [{known_so_far(fact, decision)}]"


def known_so_far(fact: str, decision: Decision) -> str:
    """The name of a fact to ask for, with what is known of it."""
    value = decision.record.facts.get(fact)
    if isinstance(value, Range):
        return f"{fact}, so far {show(value)}"
    if fact.startswith(EVENT) and fact.removeprefix(EVENT) in decision.record.events:
        return f"{fact}, so far not in full"
    return fact


def _flips(decision: Decision) -> Iterator[str]:
    if not decision.flips:
        return
    yield "Nearest flips"
    for flip in decision.flips[:FLIPS]:
        yield f"  • {flip.text[0].upper()}{flip.text[1:]}"


# --------------------------------------------------------------------------------------- several


def rung_verdict(decision: Decision, rung: str) -> Truth | None:
    """What a policy says of a common rung; None where it does not define it."""
    stages = decision.policy.rung(rung)
    return some(decision.stages[stage.name] for stage in stages) if stages else None


def render_side_by_side(decisions: Sequence[Decision], width: int = WIDTH) -> str:
    """Several readings of one record: what each says of the common rungs, then each in full.

    The readings stand beside one another where there is room, else below one another.
    """
    overview = _overview(decisions)
    across = list(map(list, zip(*overview, strict=True)))
    if _total([max(map(columns_of, column)) for column in overview]) <= width:
        overview = across
    lines = [*table(overview, width), ""]
    room = (width - len(_BETWEEN) * (len(decisions) - 1)) // len(decisions)
    if room >= _READABLE:
        texts = [render_decision(decision, room).split("\n") for decision in decisions]
        rows = zip_longest(*texts, fillvalue="")
        lines += [_BETWEEN.join(_padded(part, room) for part in row).rstrip() for row in rows]
    else:
        for decision in decisions:
            lines += ["─" * min(width, WIDTH), *render_decision(decision, width).split("\n")]
    return "\n".join(lines)


def _overview(decisions: Sequence[Decision]) -> list[list[str]]:
    """A row for every policy, under a heading."""
    titles = ["policy", "stage", "possible stage", *(rung.replace("_", " ") for rung in RUNGS)]
    rows = [titles]
    for decision in decisions:
        verdicts = [rung_verdict(decision, rung) for rung in RUNGS]
        words = [NOT_DEFINED if v is None else f"{MARKS[v]} {WORDS[v]}" for v in verdicts]
        reached = (decision.stage, decision.possible_stage)
        stages = ["none" if stage is None else decision.title_of(stage) for stage in reached]
        rows.append([visible(text) for text in (decision.policy.identity, *stages, *words)])
    return rows


def table(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Cells in columns, a line below the first row; wide columns are folded if need be."""
    widths = _widths(rows, width)
    for number, row in enumerate(rows):
        cells = [
            list(_wrapped(cell.split(" "), most, 0, 0))
            for cell, most in zip(row, widths, strict=True)
        ]
        for parts in zip_longest(*cells, fillvalue=""):
            yield _GAP.join(map(_padded, parts, widths)).rstrip()
        if number == 0:
            yield "─" * min(width, _total(widths))


def _widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Column widths that fit: the widest column gives way first, whole words as long as it goes."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(columns_of, column)) for column in columns]
    words = [max(columns_of(w) for cell in column for w in cell.split(" ")) for column in columns]
    for least in (words, [_NARROWEST] * len(columns)):
        while _total(widths) > width:
            give = [have if have > keep else 0 for have, keep in zip(widths, least, strict=True)]
            if not any(give):
                break
            widths[give.index(max(give))] -= 1
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _padded(text: str, most: int) -> str:
    return text + " " * (most - columns_of(text))


def painted(text: str) -> str:
    """The same with the marks in colour, for a terminal that wants it."""
    return _MARK.sub(lambda found: f"{found[1]}{_COLOURS[found[2]]}{found[2]}\033[0m", text)
