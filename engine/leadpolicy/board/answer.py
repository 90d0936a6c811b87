"""What one move of a slider shows, as HTML: figures, ladder, outcome, agreement, names, sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from leadpolicy.board.drawings import RateSpan, StageBar, bars, spans
from leadpolicy.board.style import faint, table
from leadpolicy.characters import inert, visible
from leadpolicy.english import plural
from leadpolicy.policy.model import Policy
from leadpolicy.present.comparison.wording import few
from leadpolicy.present.wording import number, percent, ratio, recalled, rows_of, rung_title

if TYPE_CHECKING:
    from leadpolicy.comparison.cubes.view import CubeLevel, CubeView

OTHERS: Final = 8
"""Other policies whose agreement is shown; more would not be read, and would cost time."""
RUNG: Final = "rung"


@dataclass(frozen=True, slots=True, eq=False)
class StandCounts:
    """What one view counts at every stage and rung: the rows of its frames, by kind and name."""

    volumes: Mapping[tuple[str, str], Any]
    outcomes: Mapping[tuple[str, str], Any]


def counts(view: CubeView) -> StandCounts:
    """Both frames of a view; most of a move's time goes into making frames, so each once."""
    return StandCounts(
        {(row.kind, row.name): row for row in rows_of(view.volumes())},
        {(row.kind, row.name): row for row in rows_of(view.outcomes())},
    )


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """A policy as it is set now and as its file has it, at one stage or rung, beside others."""

    now: CubeView
    before: CubeView
    before_counts: StandCounts
    level: CubeLevel
    others: Sequence[CubeView]
    """Of those that define the level, as many as are compared."""
    left: int
    """How many more define it."""
    reps: int
    leaks: Sequence[str] = ()
    """What is to be said before any figure: facts that know the future, and that it looks at."""

    @property
    def policy(self) -> Policy:
        return self.now.policy

    @property
    def named(self) -> dict[str, str]:
        """The level as the frames of a view take it."""
        return {self.level.kind: self.level.name}

    @property
    def title(self) -> str:
        """The level in the policy's words."""
        if self.level.kind == RUNG:
            return rung_title(self.level.name)
        return self.policy.stage(self.level.name).title


def figures(asked: Stand) -> str:
    """The headline numbers, the ladder, the outcome and the agreement with other policies."""
    now, before = counts(asked.now), asked.before_counts
    key = asked.level.kind, asked.level.name
    volume, outcome = now.volumes[key], now.outcomes[key]
    return "".join(
        (
            *(f'<p class="lp-bad">{inert(text)}</p>' for text in asked.leaks),
            _headline(asked, volume, before.volumes[key], outcome),
            _ladder(asked, now, int(volume.records)),
            _outcome(asked, outcome, before.outcomes[key]),
            _agreement(asked),
        )
    )


def _headline(asked: Stand, volume: Any, before: Any, outcome: Any) -> str:
    change = int(volume.certain) - int(before.certain)
    moved = f"{change:+,} against the file".replace("-", "−") if change else "as in the file"
    per_rep = f"{int(volume.certain) / asked.reps:,.1f}"
    cells = [
        (number(volume.certain), f"{inert(asked.title)}, certain; {moved}"),
        (number(volume.unknown), "open: facts are missing"),
        (percent(outcome.rate), _precision(outcome)),
        (recalled(outcome), "of all won records are among them, without and with the open ones"),
        (per_rep, f"records per rep, with {plural(asked.reps, 'rep')}"),
    ]
    boxes = "".join(f"<div><b>{value}</b><span>{what}</span></div>" for value, what in cells)
    return f'<div class="lp-figures" aria-live="polite">{boxes}</div>'


def _precision(outcome: Any) -> str:
    if not outcome.known:
        return "won: no outcome is known for them"
    interval = f"{percent(outcome.low)} to {percent(outcome.high)}"
    warning = f"; {few(int(outcome.known))}" if outcome.few else ""
    return (
        f"won, 95 % interval {interval}, of {number(outcome.known)} with a known outcome{warning}"
    )


def _ladder(asked: Stand, now: StandCounts, records: int) -> str:
    found = []
    for stage in asked.policy.stages:
        row = now.volumes["stage", stage.name]
        was = asked.before_counts.volumes["stage", stage.name]
        found.append(StageBar(stage.title, int(row.certain), int(row.unknown), int(was.certain)))
    told = (
        f"<h2>Volumes: {number(records)} records, each stage by itself</h2>"
        + bars(found, records)
        + faint(
            "Blue: certain. Amber: open, because facts are missing. Dashed line: as in the file."
        )
    )
    return told if records else told + "<p>There is no record in this data.</p>"


def _outcome(asked: Stand, now: Any, before: Any) -> str:
    found = [_span("as set here", now)]
    if asked.policy.changed:
        found.append(_span("as in the file", before))
    base = None if not now.known and not before.known else float(now.base_rate)
    return f"<h2>Won among “{inert(asked.title)}”, 95 % interval</h2>" + spans(found, base)


def _span(name: str, row: Any) -> RateSpan:
    if not row.known:
        return RateSpan(name, None, None, None)
    return RateSpan(name, float(row.rate), float(row.low), float(row.high))


def _agreement(asked: Stand) -> str:
    title = f"<h2>Agreement on “{inert(asked.title)}”</h2>"
    if asked.level.kind != RUNG:
        told = "Stages have names of their own; look at a common rung to compare definitions."
        return title + faint(told)
    if not asked.others:
        return title + faint("No other definition here speaks of this rung.")
    rows = []
    for other in asked.others:
        (row,) = rows_of(asked.now.agreement(other, rung=asked.level.name))
        rows.append(
            (
                inert(other.label), percent(row.raw), ratio(row.kappa), number(row.both),
                number(row.only_a), number(row.only_b), number(row.undecided),
            )
        )  # fmt: skip
    heads = ("with", "same verdict", "kappa", "both", "only this", "only the other", "undecided")
    more = f"{asked.left} more are not shown; choose fewer." if asked.left else ""
    return title + table(heads, rows, range(1, 7)) + (faint(more) if more else "")


def names(asked: Stand) -> str:
    """Who comes and who goes, by name."""
    title = f"<h2>Gained and lost at “{inert(asked.title)}”</h2>"
    rows = rows_of(asked.now.gained_lost(asked.before, **asked.named))
    if not rows:
        if not asked.policy.changed:
            return title + faint("Move a slider to see who comes and who goes.")
        return title + _felt_elsewhere(asked)
    told = [
        (
            f"<b>{row.change}</b>", number(row.records),
            f"{number(row.won)} of {number(row.known)}" if row.known else "—",
            _listed(row.examples, int(row.records)),
        )
        for row in rows
    ]  # fmt: skip
    return (
        title
        + table(("", "records", "won of known", "among them"), told, (1,))
        + faint(
            "Gained and lost: certain before and now. Now open: certainly here before, and not any "
            "more for want of facts; now certain: the other way round."
        )
    )


def _felt_elsewhere(asked: Stand) -> str:
    """Where a change is felt that this stage does not feel."""
    changed = asked.now.gained_lost(asked.before)
    stages = dict.fromkeys(changed.name[changed.kind == "stage"])
    if not stages:
        return "<p>Nobody comes or goes, at any stage: every record keeps its verdict.</p>"
    told = ", ".join(f"“{inert(asked.policy.stage(name).title)}”" for name in stages)
    return f"<p>Nobody comes or goes here. The change is felt at {told}: look there.</p>"


def _listed(examples: Sequence[str], records: int) -> str:
    told = ", ".join(inert(one) for one in examples)
    more = records - len(examples)
    return f"{told} and {more:,} more" if more > 0 else told


def sheet(policy: Policy) -> str:
    """The definition as it now reads; what was changed is marked."""
    from markdown_it import MarkdownIt

    from leadpolicy.present.policy.sheet import sheet as markdown

    # Raw HTML is off: whatever a policy says arrives as text.
    text = "\n".join(visible(line) for line in markdown(policy).splitlines())
    html = str(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))
    for name in policy.changed:
        html = html.replace(f"<code>{name}</code>", f"<mark><code>{name}</code></mark>")
    return f'<div class="lp-sheet" tabindex="0" dir="auto">{html}</div>'


def settings_told(policy: Policy, own: Mapping[str, str]) -> str:
    """The settings that differ from the file's, in one line; `own` are those of the file."""
    if not policy.changed:
        return "All parameters stand as in the file."
    return "; ".join(
        f"<b>{inert(name)}</b> {inert(own[name])} → <mark>{inert(value)}</mark>"
        for name, value in policy.changed.items()
    )
