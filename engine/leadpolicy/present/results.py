"""Policies, comparisons, backtests and replays as they show themselves in a notebook.

Plain HTML without script or external resource; details open and close with the keyboard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt

from leadpolicy.diagnostics import listing
from leadpolicy.present.characters import visible
from leadpolicy.present.notebook import text, themed
from leadpolicy.present.policy.sheet import sheet

if TYPE_CHECKING:
    from leadpolicy.backtest.result import Backtest
    from leadpolicy.comparison.comparison import Comparison
    from leadpolicy.history.result import Replay
    from leadpolicy.policy.model import Policy
    from leadpolicy.present.drawing import Plot

_CLASS: Final = "leadpolicy-result"
_STYLE: Final = themed(
    _CLASS,
    "& .h{font-weight:650;font-size:1.15em;margin:0 0 6px}"
    "& p,& ul,& ol{margin:4px 0 8px}& ul,& ol{padding-left:1.4em}& li{margin:2px 0}"
    "& + &{margin-top:10px}& summary{cursor:pointer;font-weight:650;padding:6px 0}"
    "& details{border-top:1px solid var(--line)}"
    "& .faint{color:var(--faint);font-size:.92em}"
    "& blockquote{margin:4px 0 8px;padding:0 0 0 10px;border-left:3px solid var(--line);"
    "color:var(--faint)}"
    "& code{font-size:.88em;color:var(--faint);background:var(--soft);padding:0 4px;"
    "border-radius:4px;border:0}"
    "& table{border-collapse:collapse;margin:4px 0 10px;font-size:.95em}"
    "& th,& td{padding:3px 12px 3px 0;text-align:left !important;border:0;border-bottom:1px solid "
    "var(--line);color:var(--text)}& thead th{color:var(--faint);font-weight:500}"
    "& tr{background:none !important}& .num{text-align:right !important}"
    "& .leadpolicy-plot{margin:0 0 8px;border:0;padding:0}",
)
OPEN_SECTIONS: Final = 1
"""How many sections of a definition sheet stand open: the ladder."""
MOST_NOTES: Final = 6
_READINGS: Final = (
    "First entry: reached at some time. Current: in it at the end. "
    "Furthest: got there and to no higher rung."
)


def _box(parts: Iterable[str]) -> str:
    return f'<div class="{_CLASS}">{_STYLE}{"".join(parts)}</div>'


def _head(title: str, *under: str) -> str:
    lines = "<br>".join(text(line) for line in under if line)
    return f'<div class="h">{text(title)}</div><div class="faint">{lines}</div>'


def _listed(items: Iterable[str]) -> str:
    found = "".join(f"<li>{text(item)}</li>" for item in items)
    return f"<ul>{found}</ul>" if found else ""


def _folded(title: str, body: str, *, open: bool = False) -> str:
    return f"<details{' open' if open else ''}><summary>{text(title)}</summary>{body}</details>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]], words: int = 2) -> str:
    """A table; the first `words` columns are text, the others numbers."""
    kinds = ["" if at < words else ' class="num"' for at in range(len(heads))]
    head = "".join(f"<th{k} scope='col'>{text(h)}</th>" for k, h in zip(kinds, heads, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{k}>{text(c)}</td>" for k, c in zip(kinds, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


# ------------------------------------------------------------------------------- a policy


def policy_sheet(policy: Policy) -> str:
    """The definition sheet: its head and ladder, and every section to open."""
    lines = (visible(line) for line in sheet(policy).split("\n"))
    first, *sections = "\n".join(lines).split("\n## ")
    title, _, head = first.partition("\n")
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    parts = [f'<div class="h">{reader.renderInline(title.removeprefix("# "))}</div>']
    parts.append(reader.render(head))
    for at, section in enumerate(sections):
        name, _, body = section.partition("\n")
        opened = " open" if at < OPEN_SECTIONS else ""
        parts.append(
            f"<details{opened}><summary>{reader.renderInline(name)}</summary>"
            f"{reader.render(body)}</details>"
        )
    return _box(parts)


# -------------------------------------------------------------------- frames of many records


def comparison_summary(comparison: Comparison) -> str:
    """What stands out, the volumes, and more plots to open."""
    from leadpolicy.present.comparison.agreement import agreement
    from leadpolicy.present.comparison.findings import findings
    from leadpolicy.present.comparison.plots import outcomes_plot, volumes_plot
    from leadpolicy.present.comparison.unknowns import unknowns

    study = comparison.study
    policies = [f"{row.policy}: {row.title}" for row in comparison.policies.itertuples()]
    box = _box(
        [
            _head(f"Comparison of {_count(len(policies), 'policy', 'policies')}", study.cohort),
            _listed(findings(comparison)),
            _folded("The policies", _listed(policies)),
            _folded("What to beware of", _listed(_first(study.notes))) if study.notes else "",
            _hint("frames", comparison.frames()),
        ]
    )
    drawn: list[tuple[str, Callable[[], Plot | None]]] = [
        ("Volumes", lambda: volumes_plot(comparison)),
        ("Outcomes", lambda: outcomes_plot(comparison)),
        ("Agreement", lambda: agreement(comparison)),
        ("What to ask next", lambda: unknowns(comparison)),
    ]
    return box + _plots(drawn if study.records else [])


def backtest_summary(backtest: Backtest) -> str:
    """The verdicts, the cohort, and the plots to open."""
    from leadpolicy.present.backtest.plots import rates_plot
    from leadpolicy.present.backtest.waiting import kaplan_meier
    from leadpolicy.present.backtest.wording import cohort_line, grouped, outcome_line
    from leadpolicy.present.wording import rung_title

    box = _box(
        [
            _head(backtest.title, cohort_line(backtest), outcome_line(backtest)),
            *(
                _folded(
                    f"{rung_title(rung)}: which is better?",
                    _listed(r.says for r in rows),
                    open=not at,
                )
                for at, ((rung,), rows) in enumerate(grouped(backtest.pairs, "rung"))
            ),
            _folded("What to beware of", _listed(_first(backtest.notes))) if backtest.notes else "",
            _hint("frames", backtest.frames()),
        ]
    )
    drawn: list[tuple[str, Callable[[], Plot | None]]] = [
        ("Precision", lambda: rates_plot(backtest, "precision")),
        ("Conversion", lambda: rates_plot(backtest, "conversion")),
        ("Time to the outcome", lambda: kaplan_meier(backtest)),
    ]
    return box + _plots(drawn)


def replay_summary(replay: Replay) -> str:
    """The three readings side by side, each by its name."""
    from leadpolicy.history.summary import rung_counts

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
    dataset = replay.chronicle.dataset
    return _box(
        [
            _head(
                f"Replay: {dataset.title or dataset.name}",
                f"{_count(len(replay), 'record')} from entry until {replay.ends}, "
                f"{_count(replay.points, 'evaluation point')}, "
                f"{_count(replay.spans.num_rows, 'span')}",
            ),
            _table(heads, rows) if rows else "",
            f"<p class='faint'>{_READINGS}</p>",
            _folded("Known only as of today", _listed(badged)) if badged else "",
            _folded("What to beware of", _listed(_first(replay.notes))) if replay.notes else "",
        ]
    )


def _plots(drawn: Sequence[tuple[str, Callable[[], Plot | None]]]) -> str:
    """All plots, the first one open."""
    found = [(name, plot.figure()) for name, draw in drawn if (plot := draw()) is not None]
    folded = "".join(
        f"<details{'' if at else ' open'}><summary>{text(name)}</summary>{figure}</details>"
        for at, (name, figure) in enumerate(found)
    )
    return _box([folded]) if found else ""


def _hint(name: str, frames: Iterable[str]) -> str:
    return f"<p class='faint'>Data frames, as .name or .{name}(): {text(', '.join(frames))}</p>"


def _first(notes: Sequence[str]) -> list[str]:
    rest = len(notes) - MOST_NOTES
    return [*notes[:MOST_NOTES], *([f"and {rest} more"] if rest > 0 else [])]


def _count(number: int, thing: str, things: str = "") -> str:
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"
