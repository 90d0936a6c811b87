"""Examples that follow a new version: what it reads otherwise on purpose is written down as such.

Other versions keep what they expect; comments and layout stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.files import alone, write_whole
from leadpolicy.governance.examples import (
    NO_STAGE,
    Card,
    CardResult,
    ExpectedStage,
    read_cards,
    run_cards,
)
from leadpolicy.policy.load import EXAMPLES, Shelf, policy_files
from leadpolicy.policy.model import Policy
from leadpolicy.syntax.writing import written


def read_examples(policy: Policy) -> tuple[list[Policy], list[Card]]:
    """All versions beside a policy, and their cards; none without a file. Raises
    `LeadpolicyError`.
    """
    folder = Path(policy.path).parent
    shelf = Shelf()
    every = [one for file in policy_files(folder) if (one := shelf.policy(file))]
    cards: list[Card] = []
    if (folder / EXAMPLES).is_file():
        cards = read_cards(folder, every, shelf.problems)
    shelf.problems.stop_on_errors()
    return every, cards


def failures(policy: Policy) -> tuple[CardResult, ...]:
    """The cards of which a version says something else than they expect of it."""
    _, cards = read_examples(policy)
    return run_cards(policy, cards).failures


def follow(policy: Policy) -> Path:
    """Lets every card that fails expect of this version what it says; the others stay.

    Raises `LeadpolicyError` where the file cannot be edited faithfully; it is then left alone.
    """
    path = Path(policy.path).parent / EXAMPLES
    with alone(path):
        every, cards = read_examples(policy)
        failing = run_cards(policy, cards).failures
        before = path.read_bytes().decode()
        text = before
        edits = (_edit(result, policy, every, before) for result in failing)
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        write_whole(path, text)
        if not _as_wanted(policy, every, cards, {one.card.name for one in failing}):
            write_whole(path, before)
            raise LeadpolicyError.of(
                "LP510", "these examples cannot be edited without losing something",
                where=str(path),
                help="say by hand what "
                f"{policy.version} has to give: expect: {{{policy.version}: …}}",
            )  # fmt: skip
    return path


def _edit(
    result: CardResult, policy: Policy, every: Sequence[Policy], text: str
) -> tuple[int, int, str]:
    """Where an expectation stands, and what has to stand there."""
    span = result.expected.span
    assert span is not None
    new = _told(result.stage, result.possible)
    if policy.version in result.card.expect:
        return span.start, span.end, new
    old = text[span.start : span.end].strip()
    others = [f"{one.version}: {old}" for one in every if one.version != policy.version]
    return span.start, span.end, f"{{{', '.join([*others, f'{policy.version}: {new}'])}}}"


def _told(stage: str | None, possible: str | None) -> str:
    said = written(stage or NO_STAGE)
    if stage == possible:
        return said
    return f"{{stage: {said}, possible: {written(possible or NO_STAGE)}}}"


def _as_wanted(
    policy: Policy, every: Sequence[Policy], cards: Sequence[Card], changed: Iterable[str]
) -> bool:
    """Whether the file reads as before but for the new version on the changed cards."""
    names = set(changed)
    problems = Problems()
    now = read_cards(Path(policy.path).parent, every, problems)
    if problems.errors or [one.name for one in now] != [one.name for one in cards]:
        return False
    for old, new in zip(cards, now, strict=True):
        for one in every:
            moved = old.name in names and one.version == policy.version
            if not moved and _plain(old, one) != _plain(new, one):
                return False
    return not run_cards(policy, now).failures


def _plain(card: Card, policy: Policy) -> tuple[object, ...]:
    expected: ExpectedStage | None = card.expectation(policy.version)
    reading = None if expected is None else (expected.stage, expected.possible)
    return card.record, card.as_of, card.says, reading
