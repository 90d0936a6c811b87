"""The disagreement card: one record, and where the definitions part over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from leadpolicy.characters import visible
from leadpolicy.comparison.parting import Parting, PolicyReading
from leadpolicy.comparison.scale import step_told
from leadpolicy.files import write_whole
from leadpolicy.present.comparison.wording import cause_sentence
from leadpolicy.present.decision.terminal import MARKS, NOT_DEFINED, WORDS, folded
from leadpolicy.present.decision.terminal import table as columns
from leadpolicy.present.pages import page
from leadpolicy.present.wording import rung_title
from leadpolicy.truth import TRUE, UNKNOWN
from leadpolicy.types import show

TEMPLATE: Final = "comparison/disagreement.html.j2"
QUESTIONS: Final = 4
"""Missing facts that a card lists; the rest is counted."""


def render_disagreement(parting: Parting, width: int) -> str:
    """The card as text, in lines of at most `width` columns."""
    lines = [headline(parting), *summary(parting), ""]
    lines += columns(
        [["policy", "stage", "possible stage", _asked(parting)], *map(_row, parting.readings)],
        width,
    )
    for reading in parting.readings:
        told_of = list(_told(reading))
        if told_of:
            lines += ["", reading.decision.policy.identity, *(f"  {line}" for line in told_of)]
    return "\n".join(part for line in lines for part in folded(visible(line), width))


def disagreement_page(parting: Parting) -> str:
    """The card as a page of its own."""
    return page(
        TEMPLATE,
        title=headline(parting),
        summary=list(summary(parting)),
        asked=_asked(parting),
        readings=[
            {
                "policy": reading.decision.policy.identity,
                "title": reading.decision.policy.title,
                "stage": _stage(reading, reading.decision.stage),
                "possible": _possible(reading),
                "verdict": "none" if reading.verdict is None else str(reading.verdict).lower(),
                "mark": "–" if reading.verdict is None else MARKS[reading.verdict],
                "word": NOT_DEFINED if reading.verdict is None else WORDS[reading.verdict],
                "because": because(reading),
                "missing": missing(reading),
                "flip": flip(reading),
            }
            for reading in parting.readings
        ],
    )


def write_disagreement(parting: Parting, path: Path) -> Path:
    """Writes the page in one step. Raises `LeadpolicyError`."""
    return write_whole(path, disagreement_page(parting))


def headline(parting: Parting) -> str:
    """The record and the moment."""
    return f"{parting.record or 'The record'}, as of {show(parting.readings[0].decision.as_of)}"


def summary(parting: Parting) -> Iterator[str]:
    """Where the policies part, in a sentence."""
    if len(parting.readings) == 1:
        yield "This is one policy alone: it takes two to disagree."
    elif parting.step is None:
        undecided = any(reading.place.open for reading in parting.readings)
        yield "The policies do not part over this record" + (
            ": none says yes where another does not, though something is open."
            if undecided
            else ": none says yes where another does not."
        )
    else:
        yes = [r.decision.policy.id for r in parting.readings if r.verdict is TRUE]
        say = "says" if len(yes) == 1 else "say"
        yield f"The policies part at “{_step(parting)}”: {', '.join(yes)} {say} yes."


def _step(parting: Parting) -> str:
    step = parting.step or ""
    return rung_title(step) if parting.scale.common else step_told(step).capitalize()


def _asked(parting: Parting) -> str:
    return _step(parting).lower() + "?" if parting.step else ""


def _row(reading: PolicyReading) -> list[str]:
    verdict = reading.verdict
    word = "" if verdict is None else f"{MARKS[verdict]} {WORDS[verdict]}"
    decision = reading.decision
    cells = (decision.policy.identity, _stage(reading, decision.stage), _possible(reading), word)
    return [visible(cell) for cell in cells]


def _stage(reading: PolicyReading, stage: str | None) -> str:
    return "none" if stage is None else reading.decision.title_of(stage)


def _possible(reading: PolicyReading) -> str:
    decision = reading.decision
    same = decision.possible_stage == decision.stage
    return "" if same else _stage(reading, decision.possible_stage)


def _told(reading: PolicyReading) -> Iterator[str]:
    if text := because(reading):
        yield f"Why not: {text}"
    if asks := missing(reading):
        yield f"Nobody knows: {' '.join(asks)}"
    if text := flip(reading):
        yield f"Nearest flip: {text}"


def because(reading: PolicyReading) -> str:
    """The first criterion on which the policies part, in words; nothing where it says yes."""
    if reading.cause is None:
        return ""
    kind = "undecided" if reading.verdict is UNKNOWN else "denied"
    return cause_sentence(reading.cause, kind)


def missing(reading: PolicyReading) -> list[str]:
    """Questions whose answers are missing, at most so many as a card holds."""
    asks = list(reading.missing)
    more = len(asks) - QUESTIONS
    return asks if more <= 0 else [*asks[:QUESTIONS], f"… and {more} more."]


def flip(reading: PolicyReading) -> str:
    """The nearest change of one value that gives another stage, in words."""
    found = reading.decision.flip
    return "" if found is None else found.text[:1].upper() + found.text[1:]
