"""A validation on a terminal: what is kept, what is broken, and the rows that break it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from leadpolicy.comparison.leaks import Leak
from leadpolicy.comparison.readiness import MissingFact, PolicyReadiness
from leadpolicy.data.contract.model import Level
from leadpolicy.data.contract.report import Validation
from leadpolicy.diagnostics import listing
from leadpolicy.english import plural
from leadpolicy.present.comparison.evidence import told
from leadpolicy.present.console import grid, heading, label, line, said, show
from leadpolicy.present.wording import percent

if TYPE_CHECKING:
    from rich.console import Console

MOST_ROWS: Final = 3
"""Failing rows shown per expectation; all are in the file."""
MOST_MISSING: Final = 3


def print_validation(
    found: Validation,
    leaks: Sequence[Leak],
    ready: Sequence[tuple[PolicyReadiness, Sequence[MissingFact]]],
    console: Console,
) -> None:
    """The whole of a validation."""
    _kept(found, console)
    _broken(found, console)
    _leaks(leaks, console)
    _ready(ready, console)


def _kept(found: Validation, console: Console) -> None:
    name = found.dataset.title or found.dataset.name
    heading(
        console, f"Contract of {name}: {plural(len(found.contract), 'expectation')}", first=True
    )
    broken = {f.expectation.name: f.expectation.level for f in found.broken}
    aside = {read.name: read.set_aside for read in found.tables}
    table = grid(
        "table", "rows", "set aside", "expectations", "broken\nwarnings", "broken\ncritical"
    )
    for name in found.contract.sheets:
        own = [e.name for e in found.contract.expectations if e.sheet == name]
        if own:
            levels = Counter(broken[n] for n in own if n in broken)
            table.add_row(
                label(name),
                f"{found.rows_read(name):,}",
                f"{aside[name]:,}" if name in aside else "",
                str(len(own)),
                str(levels[Level.WARNING]),
                str(levels[Level.CRITICAL]),
            )
    show(console, table)


def _broken(found: Validation, console: Console) -> None:
    heading(console, "What is broken")
    ragged = found.ragged()
    if not found.broken and not ragged:
        line(console, "Nothing: every expectation is kept.")
        return
    for finding in found.broken:
        one = finding.expectation
        critical = one.level is Level.CRITICAL
        mark = " (accepted)" if critical and one.name in found.accepted else ""
        text = f"{one.level}{mark}: {one.name}: {finding.observed}"
        line(console, text, "red" if critical and not mark else "yellow")
        line(console, f"expected: {one.says}", "dim", indent=4)
        for row in found.rows_of(finding, MOST_ROWS):
            line(console, str(row) + ("" if row.set_aside else " (not set aside)"), indent=4)
    for name, rows in ragged.items():
        line(console, f"warning: {name}: {ragged_rows(found, name, len(rows))}", "yellow")
        for aside in rows[:MOST_ROWS]:
            line(console, str(aside), indent=4)
    if found.stopping:
        names = listing([f"--accept '{f.expectation.name}'" for f in found.stopping], 3)
        line(
            console,
            f"every command that draws figures from this data stops, unless told: {names}",
            "red",
        )


def ragged_rows(found: Validation, table: str, count: int) -> str:
    """How many rows of a table are ragged."""
    read = plural(found.rows_read(table), "row")
    return f"{count:,} of {read}: the number of cells is not that of the header"


def _leaks(leaks: Sequence[Leak], console: Console) -> None:
    heading(console, "Facts that know the outcome")
    bare = [leak for leak in leaks if not leak.guarded]
    if not bare:
        line(console, "None is known that their dates do not guard.")
    for leak in bare:
        line(console, told(leak.fact, leak.sort, leak.evidence, None), "yellow")
    for leak in leaks:
        if leak.guarded:
            line(console, f"Guarded by its dates: {leak}.")


def _ready(
    ready: Sequence[tuple[PolicyReadiness, Sequence[MissingFact]]], console: Console
) -> None:
    if not ready:
        return
    heading(console, "What this data can decide")
    table = grid("policy", "criteria\nevaluable", "in part", "decided\non average", "left open")
    for one, _ in ready:
        table.add_row(
            label(one.policy),
            f"{one.fully} of {one.criteria}",
            str(one.partly),
            percent(one.decided, 0),
            percent(one.open_records / one.records if one.records else None, 0),
        )
    show(console, table)
    for one, lacking in ready:
        if not lacking:
            continue
        console.print()
        line(console, f"{one.policy}: records with an UNKNOWN stage, by what they lack", "bold")
        facts = grid("fact or event", "leaves open", "alone decides", "")
        facts.columns[-1].justify = "left"
        alone = sorted(lacking, key=lambda m: -m.alone)[:1]
        for missing in dict.fromkeys([*lacking[:MOST_MISSING], *alone]):
            facts.add_row(
                said(missing.fact.removeprefix("event:")),
                percent(missing.share, 1),
                percent(missing.share_alone, 1),
                said("" if missing.in_data else "not in the data"),
            )
        show(console, facts)
    line(
        console,
        "Alone decides: the share of all records whose undecided stages lack nothing else, so that "
        "any answer decides them.",
        "dim",
    )
