"""What has to be in order before somebody signs, and what the room leaves behind."""

from __future__ import annotations

from pathlib import Path

from leadpolicy.board.look import plain
from leadpolicy.comparison.ballots import Ballots
from leadpolicy.comparison.scale import told as step_told
from leadpolicy.comparison.votes import agreed_cards
from leadpolicy.diagnostics import Problems
from leadpolicy.governance.adoption import Adoption, adoption, read_adoptions
from leadpolicy.governance.examples import read_cards, run_cards
from leadpolicy.governance.keep import Agreed, add_cards
from leadpolicy.policy.load import EXAMPLES, Shelf, policy_files
from leadpolicy.policy.model import Policy
from leadpolicy.present.wording import plural


def state_of(policy: Policy) -> Adoption:
    """Who has signed a version. Raises `LeadpolicyError`."""
    problems = Problems()
    signatures = read_adoptions(Path(policy.path).parent, [policy], problems)
    problems.stop_on_errors()
    return adoption(policy, signatures)


def failing_cards(policy: Policy) -> list[str]:
    """The example cards to which a version gives another stage. Raises `LeadpolicyError`."""
    folder = Path(policy.path).parent
    if not (folder / EXAMPLES).is_file():
        return []
    shelf = Shelf()
    every = [one for file in policy_files(folder) if (one := shelf.policy(file))]
    cards = read_cards(folder, every, shelf.problems)
    shelf.problems.stop_on_errors()
    return [result.card.name for result in run_cards(policy, cards).failures]


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
        told.append(f"<b>{cards}</b> added to <code>{plain(kept.path)}</code>.")
    if kept.present:
        told.append(f"{plural(len(kept.present), 'card')} stood there already.")
    for code, (says, wanted) in (kept.refused or {}).items():
        told.append(
            f"{plain(code)} is left out: this version says {plain(step_told(says))}, you agreed "
            f"on {plain(step_told(wanted))}."
        )
    return "".join(f"<p role='status'>{one}</p>" for one in told)


def _by(ballots: Ballots, code: str, answer: int) -> str:
    """Who agreed: `2 of 2 in sales, 3 of 4 in marketing`."""
    told = []
    for team in ballots.deck.teams:
        votes = [v.answer for v in ballots.votes if v.card == code and v.team == team]
        told.append(f"{votes.count(answer)} of {len(votes)} in {team}")
    return ", ".join(told)
