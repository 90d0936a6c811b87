"""`leadpolicy cards`: records to judge in a workshop."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from leadpolicy.backends import AUTO
from leadpolicy.cli.chosen import chosen_policies
from leadpolicy.cli.options import (
    PAGE,
    Accepted,
    DataFolder,
    EngineName,
    PoliciesFolder,
    PolicyNames,
    QuarantineFile,
    writes,
)
from leadpolicy.files import promise
from leadpolicy.policy.load import POLICIES


def cards(
    policies: PolicyNames,
    data: DataFolder,
    number: Annotated[int, typer.Option("--n", "-n", help="How many cards.", min=1, max=200)] = 12,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where to write the printable cards.",
            metavar="FILE.html",
            callback=writes(*PAGE),
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="The moment (default: the data set's).", metavar="DATE"),
    ] = None,
    seed: Annotated[
        int, typer.Option(help="Another number draws other cards and other names.")
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the cards as JSON, without the key.")
    ] = False,
    quarantine: QuarantineFile = None,
    accept: Accepted = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace other cards that stand beside FILE.html.")
    ] = False,
    engine: EngineName = AUTO,
    folder: PoliciesFolder = POLICIES,
) -> None:
    """Choose the records that are worth arguing about, and make cards of them.

    Half of the cards divide the policies most, a quarter stand close to an edge, a quarter turn on
    one fact. Names are invented; no card tells what a policy says.

    Beside FILE.html (one A6 page per card) stand FILE.yaml, for `leadpolicy votes` and the board,
    FILE-ballot.csv, a sheet for a voter, and FILE-key.csv, which tells whose records they are:
    whoever leads the workshop keeps it. Without --out or --json the cards are only listed.

    Example: leadpolicy cards heinz b2b-international --data demo --out workshop/cards.html
    """
    from leadpolicy.data.contract.gate import admitted
    from leadpolicy.data.dataset import open_dataset
    from leadpolicy.data.moments import parse_as_of
    from leadpolicy.evaluation.verdicts import verdicts_of
    from leadpolicy.present.progress import ProgressLine
    from leadpolicy.workshop.deal import deal
    from leadpolicy.workshop.decks import beside, deck_json

    for path in beside(out) if out is not None else ():
        promise(path)
    chosen = chosen_policies(policies, folder)
    with ProgressLine(sys.stderr) as progress:
        moment = parse_as_of(as_of) if as_of is not None else None
        records = open_dataset(data).records(moment, progress=progress)
        records = admitted(records, accept, quarantine, progress)
        said = verdicts_of(chosen, records, progress, engine=engine)
        dealt = deal(said, number, seed=seed, progress=progress)
    if as_json:
        typer.echo(deck_json(dealt, said))
    else:
        from leadpolicy.characters import visible
        from leadpolicy.present.wording import rows_aside
        from leadpolicy.present.workshop.cards import listed

        for text in rows_aside(records.tables, records.quarantine.counts()):
            typer.echo(visible(text))
        typer.echo(listed(dealt))
    if out is not None:
        from leadpolicy.workshop.decks import write_all

        facts = [name for policy in chosen for name in policy.facts]
        events = [name for policy in chosen for name in policy.events]
        from leadpolicy.present.workshop.printed import cards_page

        written = write_all(dealt, out, cards_page(dealt.deck, facts, events), force=force)
        typer.echo(err=as_json)
        for what, path in written.items():
            typer.echo(f"{what}: {path}", err=as_json)
    if quarantine is not None:
        typer.echo(f"Rows set aside: {quarantine}", err=as_json)
    for note in dealt.notes:
        typer.echo(f"note: {note}", err=True)
