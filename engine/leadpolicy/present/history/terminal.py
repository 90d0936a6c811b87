"""A replay on a terminal: the three readings side by side, each named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadpolicy.diagnostics import listing
from leadpolicy.english import plural
from leadpolicy.history.summary import RungCounts, rung_counts
from leadpolicy.present.console import grid, heading, label, line, said, show
from leadpolicy.present.wording import rows_aside

if TYPE_CHECKING:
    from rich.console import Console

    from leadpolicy.history.result import Replay

MOST_NOTES = 8


def print_replay(replay: Replay, console: Console) -> None:
    """What was replayed, then per policy and rung the counts, then what to beware of."""
    chronicle = replay.chronicle
    heading(console, f"Replay: {chronicle.dataset.title or chronicle.dataset.name}", first=True)
    late = len(replay.starts) - len(replay)
    line(
        console,
        f"{plural(len(replay), 'record')} under "
        f"{plural(len(replay.policies), 'policy', 'policies')}, from the entry of each until "
        f"{replay.ends}: {plural(replay.points, 'evaluation point')}, "
        f"{plural(replay.spans.num_rows, 'span')}.",
    )
    if late:
        line(
            console, f"{plural(late, 'record')} {'was' if late == 1 else 'were'} not there by then."
        )
    for text in rows_aside(chronicle.tables, chronicle.quarantine.counts()):
        line(console, text, "yellow")
    for note in replay.notes[:MOST_NOTES]:
        line(console, f"Note: {note}")
    heading(console, f"Rungs: first entry, current as of and furthest reached by {replay.ends}")
    _rungs(replay, console)
    badged = {name: facts for name, facts in replay.badges.items() if facts}
    if badged:
        heading(console, "Known only as of today")
        for name, facts in badged.items():
            line(console, f"{name} uses {listing(facts, 20)}: what it says of the past may be "
                 "what was learnt later.", "yellow")  # fmt: skip


def _rungs(replay: Replay, console: Console) -> None:
    table = grid(
        "policy", "rung", "first entries", "of them\nat first look", "current", "current:\nunknown",
        "furthest",
    )  # fmt: skip
    table.columns[1].justify = "left"
    counts = rung_counts(replay)
    for row in counts:
        numbers = (row.first_entries, row.baseline, row.current, row.open, row.furthest)
        table.add_row(label(row.policy), said(_rung(row)), *(f"{number:,}" for number in numbers))
    show(console, table)
    without = [name for name, policy in replay.policies.items() if not policy.rungs]
    if without:
        line(console, f"No stage counts as a common rung: {listing(without)}.")
    line(
        console,
        "First entries: records that reached the rung at some time, once each; at first look: they "
        "were in it when they were first seen. Current: in it at the end; "
        "unknown: what is known then leaves open whether they are. Furthest: got there and to no "
        "higher rung.",
        "dim",
    )


def _rung(row: RungCounts) -> str:
    return row.rung.replace("_", " ")
