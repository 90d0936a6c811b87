"""`leadpolicy validate`: a data set held against its contract."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from leadpolicy.backends import AUTO
from leadpolicy.characters import json_text
from leadpolicy.cli.options import EngineName, PoliciesFolder
from leadpolicy.policy.load import POLICIES

if TYPE_CHECKING:
    from leadpolicy.comparison.readiness import MissingFact, PolicyReadiness
    from leadpolicy.data.dataset import Dataset
    from leadpolicy.data.recordset import Progress

BUILD: Final = Path("build/validate")


def validate(
    data: Annotated[
        str,
        typer.Argument(
            help="A folder with a dataset.yaml, or a name below fixtures.", metavar="DATASET"
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where the pages and the failing rows go (default: build/validate/NAME).",
            metavar="DIR",
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept",
            help="Let a broken critical expectation pass; may be repeated.",
            metavar="NAME",
        ),
    ] = None,
    policies: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            help="Tell what this data can decide for a policy, too; may be repeated. "
            "`--policy all` takes the newest version of each.",
            metavar="POLICY",
        ),
    ] = None,
    json_output: Annotated[
        bool, typer.Option("--json", help="Print JSON, and nothing else, on standard output.")
    ] = False,
    engine: EngineName = AUTO,
    folder: PoliciesFolder = POLICIES,
) -> None:
    """Hold a data set against its contract, which follows from the vocabulary and the mapping.

    Types, closed domains, ranges, unique ids, references, dates in order, recent and in the time of
    the data, and how much is filled: tested by Great Expectations, whose Data Docs are written.
    Every failing row is listed with its reason. Facts that know the outcome (leaks) are named.

    Warnings are broken by one row. Critical expectations are broken when more than 5 % of the rows
    fail (two always may); they stop `compare` and `backtest`, too, unless accepted by name. The
    exit code is 1 then.

    Example: leadpolicy validate demo --policy heinz --out build/validate/demo
    """
    from leadpolicy.comparison.leaks import leaks
    from leadpolicy.data.contract.report import validated
    from leadpolicy.data.dataset import open_dataset
    from leadpolicy.present.console import stdout_console
    from leadpolicy.present.data.page import write_index
    from leadpolicy.present.data.terminal import print_validation
    from leadpolicy.present.progress import ProgressLine

    with ProgressLine(sys.stderr) as progress:
        dataset = open_dataset(data)
        target = out if out is not None else BUILD / dataset.name
        ready = _readiness(dataset, policies or [], folder, engine, progress)
        found = validated(dataset, target, accept or (), progress)
        progress("looking for leaks", 0, 1)
        known = leaks(dataset.chronicle())
        index = write_index(found, known, target)
    if json_output:
        plain = found.to_dict() | {
            "leaks": [leak.to_dict() for leak in known],
            "readiness": [_plain(*one) for one in ready],
            "pages": {name: str(path) for name, path in found.pages.items()},
        }
        typer.echo(json_text(plain, indent=1))
    else:
        print_validation(found, known, ready, stdout_console())
        typer.echo(f"\nReport and Data Docs: {index}")
        typer.echo(f"Failing rows: {target / 'failing_rows.csv'}")
        typer.echo(f"Rows set aside: {target / 'quarantine.csv'}")
    raise typer.Exit(1 if found.stopping else 0)


def _readiness(
    dataset: Dataset, names: list[str], folder: Path, engine: str, progress: Progress
) -> list[tuple[PolicyReadiness, list[MissingFact]]]:
    """What the data can decide for each of the policies, and what is missing."""
    if not names:
        return []
    from leadpolicy.cli.chosen import chosen_policies
    from leadpolicy.comparison.readiness import condition_readiness, missing, policy_readiness
    from leadpolicy.evaluation.verdicts import verdicts_of

    chosen = chosen_policies([str(folder) if name == "all" else name for name in names], folder)
    evaluation = verdicts_of(chosen, dataset.records(progress=progress), progress, engine=engine)
    lacking = missing(evaluation)
    ready = policy_readiness(evaluation, condition_readiness(evaluation))
    return [(one, [m for m in lacking if m.policy == one.policy]) for one in ready]


def _plain(ready: PolicyReadiness, lacking: list[MissingFact]) -> dict[str, object]:
    return {
        "policy": ready.policy,
        "criteria": ready.criteria,
        "evaluable": ready.fully,
        "in_part": ready.partly,
        "open_records": ready.open_records,
        "records": ready.records,
        "missing": [
            {"fact": m.fact, "share": m.share, "share_alone": m.share_alone, "in_data": m.in_data}
            for m in lacking
        ],
    }
