"""A replay as it shows itself in a notebook."""

from __future__ import annotations

from typing import Final

from leadpolicy.diagnostics import listing
from leadpolicy.english import plural
from leadpolicy.history.result import Replay
from leadpolicy.history.summary import rung_counts
from leadpolicy.present.notebook import box, first, folded, head, listed, table
from leadpolicy.present.wording import rows_aside
from leadpolicy.shown import html

_READINGS: Final = (
    "First entry: reached at some time. Current: in it at the end. "
    "Furthest: got there and to no higher rung."
)


@html.register
def replay_summary(replay: Replay) -> str:
    """The three readings side by side, each by its name."""
    rows = [
        (c.policy, c.rung.replace("_", " "), f"{c.first_entries:,}", f"{c.baseline:,}",
         f"{c.current:,}", f"{c.open:,}", f"{c.furthest:,}")
        for c in rung_counts(replay)
    ]  # fmt: skip
    heads = ("policy", "rung", "first entries", "of them at first look", "current", "UNKNOWN now",
             "furthest")  # fmt: skip
    badged = [
        f"{name} takes these as they are today: {listing(facts, 20)}"
        for name, facts in replay.badges.items()
        if facts
    ]
    chronicle = replay.chronicle
    dataset = chronicle.dataset
    aside = rows_aside(chronicle.tables, chronicle.quarantine.counts())
    return box(
        [
            head(
                f"Replay: {dataset.title or dataset.name}",
                f"{plural(len(replay), 'record')} from entry until {replay.ends}, "
                f"{plural(replay.points, 'evaluation point')}, "
                f"{plural(replay.spans.num_rows, 'span')}",
            ),
            table(heads, rows) if rows else "",
            f"<p class='faint'>{_READINGS}</p>",
            folded("Known only as of today", listed(badged)) if badged else "",
            folded("Rows set aside", listed(first(aside))) if aside else "",
            folded("What to beware of", listed(first(replay.notes))) if replay.notes else "",
        ]
    )
