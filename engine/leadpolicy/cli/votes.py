"""`leadpolicy votes`: what a room says of the cards, and which definition it fits."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadpolicy.characters import json_text
from leadpolicy.cli.chosen import chosen_policies
from leadpolicy.cli.options import PoliciesFolder
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy.load import POLICIES

if TYPE_CHECKING:
    from leadpolicy.policy.model import Policy
    from leadpolicy.workshop.agreement import Workshop
    from leadpolicy.workshop.examples import Kept

WIDEST = 120


def votes(
    cards: Annotated[
        Path, typer.Argument(help="The cards, as `leadpolicy cards` wrote them.", metavar="CARDS")
    ],
    files: Annotated[
        list[Path],
        typer.Argument(help="Votes as CSV: voter, team, card, stage.", metavar="VOTES"),
    ],
    before: Annotated[
        list[Path] | None,
        typer.Option("--before", help="Votes from before the discussion; may be repeated."),
    ] = None,
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            "-p",
            help="Compare with this policy; may be repeated (default: those of the cards).",
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show every card, not only split ones.")
    ] = False,
    add: Annotated[
        str | None,
        typer.Option(
            "--add", help="Add the agreed cards to this policy's examples.", metavar="POLICY"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All results as JSON.")] = False,
    folder: PoliciesFolder = POLICIES,
) -> None:
    """Tell how far a room agrees on cards, and which policy and setting it fits.

    Agreement is shown within each team and across; then the most split cards, and how well every
    policy fits, as it is and with every setting of its parameters. Rounds are compared: those of a
    column `round`, or before (--before) and after a discussion.

    A card is agreed when three quarters of each team, and at least two of it, give the same
    answer. With --add, agreed cards that the policy reads so are appended to its examples.yaml.

    Example: leadpolicy votes cards.yaml ann.csv bo.csv --before morning.csv --add heinz@1.1.0
    """
    from leadpolicy.present.progress import ProgressLine
    from leadpolicy.workshop.agreement import workshop
    from leadpolicy.workshop.ballots import read_ballots
    from leadpolicy.workshop.blind import common_vocabulary
    from leadpolicy.workshop.decks import deck_policies, read_deck

    cards = cards.with_suffix(".yaml") if cards.suffix == ".html" else cards
    policies = chosen_policies(names or deck_policies(cards), folder)
    kept_by = chosen_policies([add], folder) if add else []
    if not policies:
        raise LeadpolicyError.of("LP509", "there is no policy to compare with", where=str(cards),
                                 expected="--policy NAME")  # fmt: skip
    deck = read_deck(cards, common_vocabulary([*policies, *kept_by]))
    ballots = read_ballots(deck, files, before or [])
    with ProgressLine(sys.stderr) as progress:
        found = workshop(ballots, policies, progress)
    kept = [(_keep(policy, found), policy) for policy in kept_by]
    if as_json:
        added = {"added": [one.to_dict() for one, _ in kept]} if kept else {}
        typer.echo(json_text(found.to_dict() | added))
        return
    from leadpolicy.present.workshop.votes import render_kept, render_workshop

    width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
    typer.echo(render_workshop(found, width, every=every))
    for one, policy in kept:
        typer.echo("\n" + render_kept(one, policy))


def _keep(policy: Policy, found: Workshop) -> Kept:
    """Adds what the room has agreed on to the examples of a policy."""
    from leadpolicy.workshop.examples import Agreed, add_cards

    last = found.ballots.last()
    agreed = [
        Agreed(card, answer, ", ".join(
            f"{sum(v.answer == answer for v in last.on(card, team))} of "
            f"{len(last.on(card, team))} in {team}"
            for team in last.deck.teams
        ))
        for card, answer in found.agreed
    ]  # fmt: skip
    return add_cards(policy, last.deck.scale, agreed)
