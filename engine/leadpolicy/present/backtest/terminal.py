"""A backtest on a terminal: verdicts first, then the figures they rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from leadpolicy.backtest.result import Backtest
from leadpolicy.english import plural
from leadpolicy.evaluation.codes import CHANGED
from leadpolicy.present.backtest.wording import (
    MOST_NOTES,
    against,
    change,
    cohort_line,
    days,
    decimal,
    grouped,
    interval,
    marked,
    of,
    order_of,
    outcome_line,
    p_value,
    points,
    points_interval,
    shared,
)
from leadpolicy.present.comparison.evidence import leak_warnings
from leadpolicy.present.console import grid, heading, label, line, show
from leadpolicy.present.wording import (
    number,
    percent,
    ratio,
    reasons_aside,
    recalled,
    rows_of,
    rung_title,
)

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

MOST_DISCORDANT: Final = 6
MOST_CRITERIA: Final = 10
MOST_SEGMENTS: Final = 8
ROOMY: Final = 130
"""From this many columns on, flow shows ten periods."""


def print_backtest(backtest: Backtest, console: Console) -> None:
    """The whole result in reading order."""
    heading(console, backtest.title, first=True)
    line(console, cohort_line(backtest))
    line(console, outcome_line(backtest))
    for text in leak_warnings(backtest.leaks):
        line(console, text, "yellow")
    for text in reasons_aside(backtest.facts["set_aside"]):
        line(console, text, "yellow")
    for note in backtest.notes[:MOST_NOTES]:
        line(console, f"Note: {note}", "dim")
    if len(backtest.notes) > MOST_NOTES:
        line(console, f"{len(backtest.notes) - MOST_NOTES} more notes are in the report.", "dim")
    _verdicts(backtest, console)
    _pairs(backtest, console)
    _precision(backtest, console)
    _revenue(backtest, console)
    _flow(backtest, console)
    _conversion(backtest, console)
    _capacity(backtest, console)
    _velocity(backtest, console)
    _over_time(backtest, console)
    _criteria(backtest, console)
    _sweeps(backtest, console)
    _segments(backtest, console)


def _table(
    console: Console,
    columns: Iterable[str],
    rows: Iterable[Any],
    cells: Callable[[Any], list[Any]],
    caption: str,
) -> None:
    table = grid(*columns)
    for row in rows:
        table.add_row(*cells(row))
    show(console, table)
    if caption:
        line(console, caption, "dim")


def _by_rung(console: Console, table: pd.DataFrame) -> Iterable[tuple[str, list[Any]]]:
    for (rung,), rows in grouped(table, "rung"):
        line(console, rung_title(rung), "bold")
        yield rung, rows


def _verdicts(backtest: Backtest, console: Console) -> None:
    if backtest.pairs.empty:
        return
    heading(console, "Verdicts")
    for rung, rows in grouped(backtest.pairs, "rung"):
        line(console, rung_title(rung[0]), "bold")
        for row in rows:
            line(console, f"{marked(backtest, row.a)} or {marked(backtest, row.b)}?", "cyan")
            line(console, row.says, indent=4)


def _pairs(backtest: Backtest, console: Console) -> None:
    if backtest.pairs.empty:
        return
    heading(console, "Where definitions part")
    columns = ("first, second", "gained\nwon of", "lost\nwon of", "UNKNOWN\nwon of",
               "difference\nin points", "95 % interval", "q", "q among\nthe won")  # fmt: skip
    for _, rows in _by_rung(console, backtest.pairs):
        table = grid(*columns)
        for row in rows:
            table.add_row(
                label(f"{row.a}, {row.b}"),
                of(row.gained_won, row.gained),
                of(row.lost_won, row.lost),
                of(row.unknown_won, row.unknown),
                points(row.difference),
                points_interval(row.low, row.high),
                p_value(row.q),
                p_value(row.won_q),
            )
        show(console, table)
    line(console, backtest.captions["pairs"], "dim")
    _discordant(backtest, console)


def _discordant(backtest: Backtest, console: Console) -> None:
    """The records on which the first pair of each rung parts, those won first."""
    for (rung, a, b), rows in grouped(backtest.discordant, "rung", "a", "b"):
        told = sorted(rows, key=lambda row: (row.fate != "won", row.fate != "not won"))
        sides = [[row for row in told if row.change == side] for side in CHANGED.values()]
        chosen = [row for side in sides for row in side[: MOST_DISCORDANT // 2]]
        shown = ", ".join(f"{row.record} ({row.change}, {row.fate})" for row in chosen)
        rest = len(rows) - len(chosen)
        more = f", and {rest:,} more" if rest > 0 else ""
        line(console, f"{rung_title(rung)}, {a} or {b}: {shown}{more}.")


def _precision(backtest: Backtest, console: Console) -> None:
    heading(console, "What became of the records held")
    columns = ("policy", "held", "UNKNOWN", "won of known", "rate", "95 % interval",
               "of all\ncomers", "lift", "recall", "never\nworked")  # fmt: skip
    for _, rows in _by_rung(console, backtest.precision):
        table = grid(*columns)
        for row in rows:
            table.add_row(
                label(marked(backtest, row.policy)),
                number(row.held),
                number(row.unknown),
                of(row.won, row.known),
                percent(row.rate),
                interval(row.low, row.high),
                percent(row.comers_rate),
                ratio(row.lift),
                recalled(row),
                number(row.never_worked),
            )
        show(console, table)
    line(console, backtest.captions["precision"], "dim")


def _revenue(backtest: Backtest, console: Console) -> None:
    if backtest.revenue.empty:
        return
    heading(console, "The same by amount")
    for _, rows in _by_rung(console, backtest.revenue):
        _table(
            console,
            ("policy", "won", "of amount held", "share", "of all won", "records without\namount"),
            rows,
            lambda row: [
                label(marked(backtest, row.policy)), decimal(row.amount_won, 0),
                decimal(row.amount_held, 0), percent(row.precision), percent(row.recall),
                of(row.without_amount, row.known),
            ],
            "",
        )  # fmt: skip
    line(console, backtest.captions["revenue"], "dim")


def _flow(backtest: Backtest, console: Console) -> None:
    """Entries per period; on a terminal at most the last eight periods."""
    heading(console, "Flow and stock")
    periods = order_of(backtest.flow["period"])
    shown = periods[-(6 if console.width < ROOMY else 10) :]
    stock = {(r.rung, r.policy): r for r in rows_of(backtest.stock)}
    for _, rows in _by_rung(console, backtest.flow):
        table = grid("policy", "all", *shown, "current at\nthe end")
        policies = order_of(row.policy for row in rows)
        for policy in policies:
            own = [row for row in rows if row.policy == policy]
            cells = [number(row.entries) for row in own if row.period in shown]
            last = stock[own[0].rung, policy]
            total = number(sum(row.entries for row in own))
            table.add_row(label(marked(backtest, policy)), total, *cells, number(last.current))
        show(console, table)
    if len(shown) < len(periods):
        line(
            console,
            f"Shown are the last {len(shown)} of {len(periods)} periods, {shown[0]} to "
            f"{shown[-1]}; “all” counts every period. The report has all of them.",
        )
    line(console, backtest.captions["flow"], "dim")


def _conversion(backtest: Backtest, console: Console) -> None:
    heading(console, "Conversion")
    columns = ("policy", "to", "entered", "UNKNOWN", "immature", "reached of mature", "rate",
               "95 % interval", "naive")  # fmt: skip
    for _, rows in _by_rung(console, backtest.conversion):
        table = grid(*columns)
        table.columns[1].justify = "left"
        for row in rows:
            table.add_row(
                label(marked(backtest, row.policy)),
                rung_title(row.to),
                number(row.entered),
                number(row.unknown),
                number(row.immature),
                of(row.reached, row.mature),
                percent(row.rate),
                interval(row.low, row.high),
                percent(row.naive),
            )
        show(console, table)
    line(console, backtest.captions["conversion"], "dim")


def _capacity(backtest: Backtest, console: Console) -> None:
    if backtest.capacity.empty:
        return
    heading(console, "Load")
    for _, rows in _by_rung(console, backtest.capacity):
        _table(
            console,
            ("policy", "per rep and week", "capacity", "busiest week", "weeks over", "beyond",
             "outside"),
            rows,
            lambda row: [
                label(marked(backtest, row.policy)), decimal(row.per_rep_and_week, 2),
                decimal(row.capacity, 1), f"{decimal(row.busiest)} ({row.busiest_week})",
                of(row.weeks_over, row.weeks), number(row.beyond), number(row.outside),
            ],
            "",
        )  # fmt: skip
    line(console, backtest.captions["capacity"], "dim")


def _velocity(backtest: Backtest, console: Console) -> None:
    heading(console, "Time")
    last = {key: rows[-1] for key, rows in grouped(backtest.curves, "rung", "policy", "to") if rows}
    for _, rows in _by_rung(console, backtest.velocity):
        table = grid("policy", "to", "records", "arrived", "median", "by day", "share",
                     "95 % interval", "at risk")  # fmt: skip
        table.columns[1].justify = "left"
        for row in rows:
            end = last.get((row.rung, row.policy, row.to))
            table.add_row(
                label(marked(backtest, row.policy)),
                rung_title(row.to),
                number(row.records),
                number(row.arrived),
                days(row.median),
                decimal(end.day, 0) if end else "—",
                percent(end.share) if end else "—",
                interval(end.low, end.high) if end else "—",
                f"{end.at_risk:,}{' (few)' if end.thin else ''}" if end else "—",
            )
        show(console, table)
    line(console, backtest.captions["velocity"], "dim")


def _over_time(backtest: Backtest, console: Console) -> None:
    heading(console, "Does it last")
    for row in rows_of(backtest.trends):
        own = backtest.decay[
            (backtest.decay["rung"] == row.rung) & (backtest.decay["policy"] == row.policy)
        ]
        rates = ", ".join(f"{r.period} {percent(r.rate, 0)}" for r in rows_of(own) if r.known)
        rates = rates or "of no record the outcome is known"
        trend = f"; {row.direction}, q = {p_value(row.q)}" if row.direction else ""
        line(console, f"{rung_title(row.rung)}, {marked(backtest, row.policy)}: {rates}{trend}.")
    line(console, backtest.captions["decay"], "dim")
    for (rung, a, b), rows in grouped(backtest.agreement, "rung", "a", "b"):
        first, end = rows[0], rows[-1]
        line(
            console,
            f"{rung_title(rung)}, of those that {a} or {b} holds both hold {shared(first)} in "
            f"{first.period}, {shared(end)} in {end.period}; {plural(end.undecided, 'record')} "
            "undecided.",
        )
    if not backtest.agreement.empty:
        line(console, backtest.captions["agreement"], "dim")


def _criteria(backtest: Backtest, console: Console) -> None:
    if backtest.criteria.empty:
        return
    heading(console, "What each criterion is worth")
    for (rung, policy), rows in grouped(backtest.criteria, "rung", "policy"):
        line(console, f"{rung_title(rung)}, {marked(backtest, policy)}", "bold")
        moved = sorted((r for r in rows if r.change), key=lambda r: -abs(r.change))
        if not moved:
            line(console, "No criterion has any effect here.")
            continue
        _table(
            console,
            ("without", "records", "rate without", "worth in points", "95 % interval", "q"),
            moved[:MOST_CRITERIA],
            lambda row: [
                label(row.without), change(row.change),
                percent(row.rate), points(row.difference),
                points_interval(row.difference_low, row.difference_high), p_value(row.q),
            ],
            _without_effect(len(rows) - len(moved)),
        )  # fmt: skip
    line(console, backtest.captions["criteria"], "dim")


def _without_effect(criteria: int) -> str:
    """Of how many criteria nothing is shown; nothing where there are none."""
    if not criteria:
        return ""
    return f"{criteria} {'criterion' if criteria == 1 else 'criteria'} without any effect here."


def _sweeps(backtest: Backtest, console: Console) -> None:
    if backtest.sweeps.empty:
        return
    heading(console, "Other values of parameters")
    for (rung, policy, parameter), rows in grouped(backtest.sweeps, "rung", "policy", "parameter"):
        line(console, f"{rung_title(rung)}, {marked(backtest, policy)}, {parameter}", "bold")
        _table(
            console,
            ("value", "records", "held", "won of known", "rate", "95 % interval", "recall",
             "against as written"),
            rows,
            lambda row: [
                f"{row.value}{' (as written)' if row.current else ''}", row.part, number(row.held),
                of(row.won, row.known), percent(row.rate), interval(row.low, row.high),
                percent(row.recall, 0), against(row),
            ],
            "",
        )  # fmt: skip
    line(console, backtest.captions["sweeps"], "dim")


def _segments(backtest: Backtest, console: Console) -> None:
    if backtest.segments.empty:
        return
    heading(console, "Segments")
    for (fact, rung, policy), table in backtest.segments.groupby(
        ["fact", "rung", "policy"], sort=False
    ):
        rows = sorted(rows_of(table), key=lambda row: -row.held)[:MOST_SEGMENTS]
        told = "; ".join(
            f"{row.segment} {of(row.won, row.known)} ({percent(row.rate, 0)})"
            for row in rows
            if row.known
        )
        told = told or "of no record the outcome is known"
        hidden = len(table) - len(rows)
        more = f"; {plural(hidden, 'smaller segment')} are in the report" if hidden else ""
        where = f"{fact}, {rung_title(str(rung))}, {marked(backtest, str(policy))}"
        line(console, f"{where}: {told}{more}.")
    line(console, backtest.captions["segments"], "dim")
