"""A decision for people at a terminal: the tree of verdicts, the questions, the nearest flips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from leadpolicy.decision import Decision, Question, Seen, Step
from leadpolicy.policy.model import RUNGS
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth, some
from leadpolicy.types import Kind, Range, show
from leadpolicy.vocabulary.model import Vocabulary

MARKS: Final = {TRUE: "✓", FALSE: "✗", UNKNOWN: "?"}
WORDS: Final = {TRUE: "yes", FALSE: "no", UNKNOWN: "unknown"}
INDENT: Final = "  "
LABEL: Final = 92


def render_decision(decision: Decision) -> str:
    """Everything about one decision as text."""
    lines = [*_head(decision), ""]
    for step in reversed(decision.tree):
        lines += tree_lines(step, decision.policy.vocabulary)
    lines += [*_questions(decision), *_flips(decision)]
    return "\n".join(lines)


def _head(decision: Decision) -> Iterator[str]:
    who = decision.record.id or "The record"
    yield f"{who} under {decision.policy.identity}, as of {show(decision.as_of)}"
    yield decision.policy.title
    yield ""
    stage, possible = decision.stage, decision.possible_stage
    yield f"Stage     {decision.title_of(stage)}"
    if possible != stage:
        yield f"Possible  {decision.title_of(possible)}"


def tree_lines(step: Step, vocabulary: Vocabulary, depth: int = 0) -> Iterator[str]:
    """A step and everything below it. What was decided against the rest is shown as well."""
    label = step.label
    if len(label) > LABEL and step.steps:
        label = label[: LABEL - 1] + "…"
    grouping = f": {step.grouping}" if step.grouping else ""
    yield f"{INDENT * depth}{MARKS[step.truth]} {label}{grouping}"
    for seen in step.seen:
        yield f"{INDENT * (depth + 1)}{INDENT}{seen_text(seen, vocabulary)}"
    if step.event:
        yield f"{INDENT * (depth + 1)}{INDENT}{event_text(step)}"
    for inner in step.steps:
        yield from tree_lines(inner, vocabulary, depth + 1)


def seen_text(seen: Seen, vocabulary: Vocabulary) -> str:
    """`company.employees = 19 (companies, 2026-01-12)`."""
    if seen.value is None:
        return f"{seen.fact} is not known"
    kind = vocabulary.facts[seen.fact].type
    text = f"{seen.fact} = {show(seen.value, kind)}"
    if kind.kind is Kind.MONEY and isinstance(seen.value, Range) and seen.value.low is None:
        text += f" (not comparable with {kind.currency})"
    origin = seen.origin
    if origin is None:
        return text
    parts = [origin.source, show(origin.at) if origin.at else "", f"by {origin.by}" * bool(origin.by)]
    told = ", ".join(part for part in parts if part)
    return f"{text} ({told})" if told else text


def event_text(step: Step) -> str:
    """How many events counted."""
    if step.events is None:
        return f"{step.event}: nobody recorded whether it happened"
    certain, possible, recorded = step.events
    text = f"{step.event}: {certain} of {recorded} on record count"
    return text if possible == certain else f"{text}, {possible - certain} more may"


def _questions(decision: Decision) -> Iterator[str]:
    reaching = [q for q in decision.questions if q.reaches]
    ruling = [q for q in decision.questions if not q.reaches]
    stage = decision.next_open
    if stage is None:
        return
    yield ""
    if reaching:
        yield f"Ask next: with the right answers this is at “{stage.title}”"
        yield from _sets(reaching)
    if ruling:
        yield f"One answer could rule “{stage.title}” out" if all(
            len(q.facts) == 1 for q in ruling
        ) else f"These answers could rule “{stage.title}” out"  # fmt: skip
        yield from _sets(ruling)


def _sets(questions: Sequence[Question]) -> Iterator[str]:
    single = all(len(question.facts) == 1 for question in questions)
    for number, question in enumerate(questions, start=1):
        for place, (fact, ask) in enumerate(zip(question.facts, question.asks, strict=True)):
            mark = "•" if single else f"{number}." if place == 0 else " " * len(f"{number}.")
            yield f"{INDENT}{mark} {ask}  [{fact}]"


def _flips(decision: Decision) -> Iterator[str]:
    if not decision.flips:
        return
    yield ""
    yield "Nearest flips"
    for flip in decision.flips[:3]:
        yield f"{INDENT}• {flip.text[0].upper()}{flip.text[1:]}"


def rung_verdict(decision: Decision, rung: str) -> Truth | None:
    """What a policy says of a common rung; None where it does not define it."""
    stages = decision.policy.rung(rung)
    return some(decision.stages[stage.name] for stage in stages) if stages else None


def render_side_by_side(decisions: Sequence[Decision], width: int) -> str:
    """Several readings of one record: what each says of the common rungs, then each in full."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=width, color_system=None, highlight=False)
    rungs = Table(title=None, show_edge=False, pad_edge=False)
    rungs.add_column("")
    for decision in decisions:
        rungs.add_column(decision.policy.identity)
    rungs.add_row("stage", *(Text(d.title_of(d.stage)) for d in decisions))
    rungs.add_row("possible stage", *(Text(d.title_of(d.possible_stage)) for d in decisions))
    for rung in RUNGS:
        verdicts = [rung_verdict(decision, rung) for decision in decisions]
        words = ["not defined" if v is None else f"{MARKS[v]} {WORDS[v]}" for v in verdicts]
        rungs.add_row(rung.replace("_", " "), *words)
    columns = Table(show_edge=False, pad_edge=False, show_header=False)
    for _ in decisions:
        columns.add_column(ratio=1, overflow="fold")
    columns.add_row(*(Text(render_decision(d)) for d in decisions))
    with console.capture() as captured:
        console.print(rungs)
        console.print()
        if width // len(decisions) >= 56:
            console.print(columns)
        else:
            for number, decision in enumerate(decisions):
                if number:
                    console.print("─" * min(width, 80))
                console.print(Text(render_decision(decision)))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())
