"""`leadpolicy evaluate`: the stage of every record of a table."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from leadpolicy.backends import AUTO
from leadpolicy.characters import json_text
from leadpolicy.cli.options import (
    Accepted,
    EngineName,
    PoliciesFolder,
    PolicyNames,
    QuarantineFile,
    writes,
)
from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.policy import load_policies
from leadpolicy.policy.load import POLICIES

if TYPE_CHECKING:
    from rich.console import Console

    from leadpolicy.backends import Place
    from leadpolicy.evaluation.answers import StageAnswers

FIRST: Final = 10
"""Records shown on the terminal."""
SHOWN: Final = 4
"""Policies of which stages are shown record by record; more do not fit."""
NOTES: Final = 8
MAPPINGS: Final = (".yaml", ".yml")


def evaluate(
    policies: PolicyNames,
    data: Annotated[
        str,
        typer.Option(
            help="A Parquet or CSV file, or a data set: its folder, or its name below fixtures.",
            metavar="FILE|DATASET",
        ),
    ],
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="The moment of evaluation: a date, or the column that holds each record's "
            "(default: the data set's; for a file, now).",
            metavar="DATE|COLUMN",
        ),
    ] = None,
    id: Annotated[
        str | None, typer.Option(help="The column of the records' keys.", metavar="COLUMN")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            help="The column of a fact, or a YAML file with the columns of many; an empty column "
            "says that nobody recorded the fact. May be repeated. "
            "Columns named like facts need nothing.",
            metavar="FACT=COLUMN|FILE.yaml",
        ),
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option(
            help="A table of events with the columns of --id, event and at.", metavar="FILE"
        ),
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Facts without a column were not recorded.")
    ] = False,
    criteria: Annotated[
        bool, typer.Option("--criteria", help="Tell each criterion's verdict, too.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write all records to a Parquet or CSV file.", metavar="FILE", callback=writes()
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    quarantine: QuarantineFile = None,
    accept: Accepted = None,
    engine: EngineName = AUTO,
    folder: PoliciesFolder = POLICIES,
) -> None:
    """Tell the stage, and the possible stage, of every record under every policy.

    Prints how many records reach each stage and the first records; --out writes all of them.

    leadpolicy evaluate heinz --data companies.parquet --as-of 2026-03-01 --id company_id
    --columns company.employees=staff --out stages.parquet
    """
    chosen = load_policies(policies, policies=folder)
    places = _places(columns or [])

    from leadpolicy.data.contract.gate import admitted
    from leadpolicy.data.given import is_table
    from leadpolicy.evaluation.sources import Described, Room
    from leadpolicy.evaluation.stages import answers
    from leadpolicy.present.console import stdout_console
    from leadpolicy.present.progress import ProgressLine

    table = is_table(data)
    if table and (quarantine is not None or accept):
        raise LeadpolicyError.of(
            "LP506", f"`--quarantine` and `--accept` are about a data set, and {data} is a table",
            help="in a table a value that does not fit is an error: no row is set aside",
        )  # fmt: skip
    moment = as_of or (datetime.now(UTC).isoformat() if table else None)
    described = Described(places or None, id, events, None, partial)
    with ProgressLine(sys.stderr) as progress, closing(Room()) as room:
        progress("reading", 0, 1)
        found = answers(
            chosen, data, room, moment, described,
            explain=criteria, engine=engine, progress=progress,
        )  # fmt: skip
        if found.data is not None:
            admitted(found.data, accept, quarantine, progress)
        made: Any = out
        if out is None:
            made = found.arrow(progress)
        else:
            found.write(out, progress)
        counts, verdicts = found.counts(made), found.verdicts(made)
    if as_json:
        summary = _plain(found, counts, verdicts) | ({"as_of": moment} if table else {})
        typer.echo(json_text(summary, indent=1))
    else:
        console = stdout_console()
        _print_read(found, console)
        _print_counts(found, counts, verdicts, console)
        if out is None:
            _print_first(found, made, console, id or "record")
    if out is not None:
        typer.echo(f"Stages of all records: {out}", err=True)
    if quarantine is not None:
        typer.echo(f"Rows set aside: {quarantine}", err=True)


# ------------------------------------------------------------------------------- arguments


def _places(given: Iterable[str]) -> dict[str, Place]:
    """Where facts stand; what is said later wins. Raises `LeadpolicyError`."""
    places: dict[str, Place] = {}
    for text in given:
        fact, equals, column = text.partition("=")
        if equals:
            places[fact.strip()] = column.strip() or None
        elif text.casefold().endswith(MAPPINGS):
            places |= _mapping(Path(text))
        else:
            raise LeadpolicyError.of(
                "LP506", f"`--columns {text}` does not say which column holds which fact",
                expected="FACT=COLUMN, such as company.employees=staff, or a YAML file",
            )  # fmt: skip
    return places


def _mapping(path: Path) -> dict[str, Place]:
    """A YAML file: `fact: column`, `fact: {low: column, high: column}`, or nothing after it."""
    from leadpolicy.backends import Between
    from leadpolicy.syntax.nodes import Mapping as MappingNode
    from leadpolicy.syntax.nodes import Scalar
    from leadpolicy.syntax.reader import read_source, read_yaml
    from leadpolicy.syntax.shape import as_mapping, as_text, check_keys, text_of

    problems = Problems()
    source = read_source(path, problems)
    node = read_yaml(source, problems) if source is not None else None
    body = as_mapping(node, problems, "facts with their columns") if node is not None else None
    places: dict[str, Place] = {}
    for key, value in body.entries if body is not None else ():
        if isinstance(value, MappingNode):
            check_keys(
                value, problems, known=("low", "high", "known"), required=("low", "high"),
                of="a range of two columns",
            )  # fmt: skip
            low, high, known = (
                text_of(value.get(name), problems, "a column") for name in ("low", "high", "known")
            )
            if low and high:
                places[key.text] = Between(low, high, known)
        elif isinstance(value, Scalar) and not value.text:
            places[key.text] = None
        elif (scalar := as_text(value, problems, "the column that holds the fact")) is not None:
            places[key.text] = scalar.text
    problems.stop_on_errors()
    return places


# --------------------------------------------------------------------------------- results

Counts = Mapping[str, list[tuple[str | None, int, int]]]
Verdicts = Mapping[str, Mapping[str, tuple[int, ...]]]


def _plain(found: StageAnswers, counts: Counts, verdicts: Verdicts) -> dict[str, Any]:
    """The summary as JSON carries it."""
    data = found.data
    read = {} if data is None else data.quarantine.to_dict(data.tables) | {"notes": data.notes}
    return read | {
        "leadpolicy_evaluation": 1,
        "engine": found.engine,
        "records": sum(number for _, number, _ in next(iter(counts.values()))),
        "policies": [
            {
                "policy": label,
                "identity": policy.identity,
                "stages": [
                    {"stage": name, "records": number, "possible": possible}
                    for name, number, possible in counts[label]
                ],
            }
            | ({"criteria": _criteria(verdicts[label])} if label in verdicts else {})
            for label, policy in found.policies.items()
        ],
    }


def _criteria(verdicts: Mapping[str, tuple[int, ...]]) -> list[dict[str, Any]]:
    return [
        {"criterion": name, "true": true, "false": false, "unknown": unknown}
        for name, (true, false, unknown) in verdicts.items()
    ]


def _print_read(found: StageAnswers, console: Console) -> None:
    """Which rows of a data set are no records, and what else to know of it."""
    from leadpolicy.present.console import line
    from leadpolicy.present.wording import rows_aside

    if (data := found.data) is None:
        return
    for text in rows_aside(data.tables, data.quarantine.counts()):
        line(console, text, "yellow", indent=0)
    for note in data.notes[:NOTES]:
        line(console, f"Note: {note}", indent=0)


def _print_counts(
    found: StageAnswers, counts: Counts, verdicts: Verdicts, console: Console
) -> None:
    for label, policy in found.policies.items():
        total = sum(number for _, number, _ in counts[label])
        rows = [
            (
                stage or "no stage",
                f"{number:,}",
                f"{100 * number / total:.1f} %" if total else "",
                f"{possible:,}",
            )
            for stage, number, possible in counts[label]
        ]
        title = f"{policy.identity}: {total:,} records"
        _print_table(console, title, ("stage", "records", "share", "possible"), rows)
        if label in verdicts:
            numbers = [
                (name, *(f"{number:,}" for number in of)) for name, of in verdicts[label].items()
            ]
            _print_table(console, "Criteria", ("criterion", "true", "false", "unknown"), numbers)


def _print_table(
    console: Console, title: str, header: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """A table whose columns, but the first, hold numbers."""
    from rich.table import Table

    from leadpolicy.present.console import said

    table = Table(title=title, title_justify="left", box=None)
    for place, name in enumerate(header):
        table.add_column(name, justify="right" if place else "left")
    for row in rows:
        table.add_row(*map(said, row))
    console.print(table)
    console.print()


def _print_first(found: StageAnswers, made: Any, console: Console, key: str) -> None:
    """The first records, with the stages of as many policies as fit."""
    from rich.table import Table

    from leadpolicy.present.console import said

    labels = list(found.policies)[:SHOWN]
    shown = [name for name in made.column_names if name == key]
    for label in labels:
        shown += [found.names.stage[label], found.names.possible[label]]
    table = Table(title="The first records", title_justify="left", box=None)
    for name in shown:
        table.add_column(said(name))
    for row in made.select(shown).slice(0, FIRST).to_pylist():
        table.add_row(*(said("—" if row[name] is None else row[name]) for name in shown))
    console.print(table)
    if len(found.policies) > len(labels):
        console.print(f"{len(found.policies) - len(labels)} policies more: --out writes all")
