"""What has to be in order before somebody signs, and what the room leaves behind."""

from __future__ import annotations

from typing import Final

from leadpolicy.board.style import faint, table
from leadpolicy.characters import inert
from leadpolicy.comparison.scale import step_told
from leadpolicy.english import plural
from leadpolicy.governance.expect import failures
from leadpolicy.policy.model import Policy
from leadpolicy.workshop.ballots import Ballots
from leadpolicy.workshop.examples import Agreed, add_cards
from leadpolicy.workshop.votes import agreed_cards

SHOWN: Final = 12
"""Changed examples that are listed; the others are counted."""


def changed_examples(policy: Policy) -> str:
    """The example cards to which a version gives another stage, as HTML; empty if there are none.

    Raises `LeadpolicyError`.
    """
    found = failures(policy)
    if not found:
        return ""
    rows = [
        (
            inert(one.card.name), inert(one.card.says),
            _reading(policy, one.expected.stage, one.expected.possible),
            f"<mark>{_reading(policy, one.stage, one.possible)}</mark>",
        )
        for one in found[:SHOWN]
    ]  # fmt: skip
    more = faint(f"and {len(found) - SHOWN} more") if len(found) > SHOWN else ""
    return (
        f"<h2>{plural(len(found), 'example')} would change</h2><p>Examples say what a definition "
        "means. This version reads these otherwise. If that is what you want, let them follow; "
        "earlier versions keep theirs. If not, choose other settings.</p>"
        + table(("example", "what it shows", "was", "now"), rows)
        + more
    )


def _reading(policy: Policy, stage: str | None, possible: str | None) -> str:
    titles = {one.name: one.title for one in policy.stages}
    told = inert(titles.get(stage or "", "no stage"))
    if stage == possible:
        return told
    return f"{told}, perhaps {inert(titles.get(possible or '', 'no stage'))}"


def keep_agreed(policy: Policy, ballots: Ballots) -> str:
    """Adds what the room agreed on to the policy's examples; what became of it, as HTML.

    Raises `LeadpolicyError`.
    """
    last = ballots.last()
    agreed = [
        Agreed(card, answer, _by(last, card.code, answer)) for card, answer in agreed_cards(ballots)
    ]
    if not agreed:
        return (
            "<p>No card is agreed yet: that takes three quarters of each team, and two of it at "
            "least.</p>"
        )
    kept = add_cards(policy, last.deck.scale, agreed)
    told = []
    if kept.added:
        cards = plural(len(kept.added), "agreed card")
        told.append(f"<b>{cards}</b> added to <code>{inert(kept.path)}</code>.")
    if kept.present:
        told.append(f"{plural(len(kept.present), 'card')} stood there already.")
    for code, (says, wanted) in (kept.refused or {}).items():
        told.append(
            f"{inert(code)} is left out: this version says {inert(step_told(says))}, you agreed "
            f"on {inert(step_told(wanted))}."
        )
    return "".join(f"<p role='status'>{one}</p>" for one in told)


def _by(ballots: Ballots, code: str, answer: int) -> str:
    """Who agreed: `2 of 2 in sales, 3 of 4 in marketing`."""
    told = []
    for team in ballots.deck.teams:
        votes = [v.answer for v in ballots.votes if v.card == code and v.team == team]
        told.append(f"{votes.count(answer)} of {len(votes)} in {team}")
    return ", ".join(told)
