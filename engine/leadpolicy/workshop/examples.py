"""Agreed cards become examples: appended to examples.yaml, they guard the policy from then on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.comparison.scale import NONE, Scale, step_told
from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.files import alone, write_whole
from leadpolicy.governance.examples import NO_STAGE, Card, reached, read_cards
from leadpolicy.policy.load import EXAMPLES, load_policies, versions
from leadpolicy.policy.model import Policy
from leadpolicy.syntax.writing import written
from leadpolicy.times import in_utc
from leadpolicy.types import plain
from leadpolicy.workshop.blind import BlindCard
from leadpolicy.workshop.decks import record_lines

_HEAD: Final = """\
policy: {policy}
cards:
"""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A card with the answer on which the room agreed (see `Place`), and who agreed."""

    card: BlindCard
    answer: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of agreed cards: added, there already, or refused with what the policy says."""

    path: Path
    added: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    refused: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """For each card left out: what the policy says, and what was agreed."""

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {
            "file": str(self.path),
            "added": list(self.added),
            "present": list(self.present),
            "refused": {
                code: {"policy": says, "agreed": wanted}
                for code, (says, wanted) in self.refused.items()
            },
        }


def add_cards(policy: Policy, scale: Scale, cards: Iterable[Agreed]) -> Kept:
    """Appends agreed cards to the examples of a policy; comments and layout stay as they are.

    A card on which the policy says otherwise is left out, so that the file always passes: change
    the policy first. A card expects its stage of every version that gives it. Raises
    `LeadpolicyError` where the file cannot be read or appended to; then nothing is written.
    """
    if not policy.path:
        raise LeadpolicyError.of("LP510", f"{policy.identity} does not come from a file")
    if policy.changed:
        raise LeadpolicyError.of(
            "LP510", f"{policy.identity} is no version of its own",
            help=f"write it first: leadpolicy revise {policy.id}",
        )  # fmt: skip
    path = Path(policy.path).parent / EXAMPLES
    with alone(path):
        return _add(path, policy, scale, cards)


def _add(path: Path, policy: Policy, scale: Scale, cards: Iterable[Agreed]) -> Kept:
    folder = path.parent
    every = load_policies(versions(folder))
    before = _cards(folder, every) if path.is_file() else []
    known = {card.name for card in before}
    added: dict[str, list[str]] = {}
    present: list[str] = []
    refused: dict[str, tuple[str, str]] = {}
    for one in cards:
        name = _slug(one.card.name)
        place = scale.place(policy, one.card.record, one.card.as_of)
        if name in known:
            present.append(one.card.code)
        elif place.at != one.answer:
            refused[one.card.code] = scale.answers[place.at], scale.answers[one.answer]
        else:
            added[name] = _lines(one, policy, every, scale)
            known.add(name)
    if added:
        text = path.read_bytes().decode() if path.is_file() else _HEAD.format(policy=policy.id)
        ending = "\r\n" if "\r\n" in text else "\n"
        indent = _indent(text)
        block = "\n".join("\n" + "\n".join(indent + line for line in ls) for ls in added.values())
        text = text.rstrip() + (block + "\n").replace("\n", ending)
        _check(path, text, every, [*(card.name for card in before), *added])
        write_whole(path, text)
    return Kept(path, tuple(added), tuple(present), refused)


def _cards(folder: Path, policies: Sequence[Policy]) -> list[Card]:
    problems = Problems()
    found = read_cards(folder, policies, problems)
    problems.stop_on_errors()
    return found


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "card"


def _indent(text: str) -> str:
    """The spaces before the dashes of the list of cards."""
    found = re.search(r"^( *)- card:", text, re.MULTILINE)
    return found[1] if found else "  "


def _lines(one: Agreed, policy: Policy, every: Sequence[Policy], scale: Scale) -> list[str]:
    """One item of the list of cards."""
    card = one.card
    step = scale.answers[one.answer]
    below = f"none of {', '.join(map(step_told, scale.steps))}"
    says = f"{card.name}, agreed in a workshop: {step_told(step) if step != NONE else below}"
    lines = [
        f"- card: {_slug(card.name)}",
        f"  says: {written(says)}",
        *([f"  note: {written(one.by)}"] if one.by else []),
        f"  as_of: {written(str(plain(in_utc(card.as_of))))}",
        *(f"  {line}" for line in record_lines(card.record)),
    ]
    wanted = {version.version: _expectation(version, card) for version in every}
    alike = {
        version.version: wanted[version.version]
        for version in every
        if scale.place(version, card.record, card.as_of).at == one.answer
    }
    own = wanted[policy.version]
    if len(alike) == len(every) and set(alike.values()) == {own}:
        return [*lines, f"  expect: {own}"]
    return [*lines, "  expect:", *(f"    {version}: {text}" for version, text in alike.items())]


def _expectation(policy: Policy, card: BlindCard) -> str:
    """The policy's own stage for the card, as an example expects it."""
    found = verdicts(policy.logic, card.record, card.as_of).stages
    stage, possible = reached(policy, found)
    if stage == possible:
        return written(stage or NO_STAGE)
    return f"{{stage: {written(stage or NO_STAGE)}, possible: {written(possible or NO_STAGE)}}}"


def _check(path: Path, text: str, every: Sequence[Policy], names: Sequence[str]) -> None:
    """Raises `LeadpolicyError` unless the new text holds these cards, in this order."""
    with TemporaryDirectory() as beside:
        write_whole(Path(beside) / EXAMPLES, text)
        try:
            fits = [card.name for card in _cards(Path(beside), every)] == list(names)
        except LeadpolicyError:
            fits = False
    if not fits:
        raise LeadpolicyError.of(
            "LP510",
            "cards cannot be appended to this file",
            where=str(path),
            expected="the list `cards:` at its end, an item a line",
        )
