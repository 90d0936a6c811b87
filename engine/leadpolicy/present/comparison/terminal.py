"""A comparison on a terminal: the same text everywhere, colour only where there is a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from leadpolicy.comparison.comparison import Comparison
from leadpolicy.comparison.study import READING
from leadpolicy.english import plural
from leadpolicy.present.comparison.evidence import deciding, leak_warnings, one_answer
from leadpolicy.present.comparison.matrix import print_matrix
from leadpolicy.present.comparison.wording import cause_sentence, crossings_of, few, kappa
from leadpolicy.present.console import grid, heading, label, line, said, show
from leadpolicy.present.wording import (
    NOT_DEFINED,
    missing,
    names,
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

WIDE: Final = 100
"""From this width on tables have their extra columns."""
FEW_POLICIES: Final = 4
"""Up to so many policies agreement is a list of pairs, beyond it a matrix."""
MANY_POLICIES: Final = 40
"""Beyond so many nobody reads a matrix: the pairs that agree least are shown."""
LEAST_AGREEING: Final = 10
MOST_CAUSES: Final = 8
MOST_NOTES: Final = 8
MOST_CROSSINGS: Final = 5
ALIKE: Final = 0.25
"""From this Jaccard index on two rungs are worth calling the same thing under other names."""
MOST_SEGMENTS: Final = 12


def print_comparison(comparison: Comparison, console: Console) -> None:
    """The whole comparison in reading order: data, volumes, agreement, records, outcome."""
    _data(comparison, console)
    _readiness(comparison, console)
    _volumes(comparison, console)
    _stages(comparison, console)
    _agreement(comparison, console)
    _crossings(comparison, console)
    _contested(comparison, console)
    _causes(comparison, console)
    _outcomes(comparison, console)
    _segments(comparison, console)


# ------------------------------------------------------------------------------------- data


def _data(comparison: Comparison, console: Console) -> None:
    study = comparison.study
    heading(console, f"Data: {study.title}", first=True)
    line(
        console,
        f"{plural(study.records, 'record')}, each one {study.grain}, as of {study.as_of}.",
    )
    table = grid("table", "rows read", "set aside")
    for read in study.tables:
        table.add_row(label(read.name), number(read.rows), number(read.set_aside))
    show(console, table)
    for text in reasons_aside(dict(study.reasons)):
        line(console, text, "yellow")
    for note in study.notes[:MOST_NOTES]:
        line(console, f"Note: {note}")
    if len(study.notes) > MOST_NOTES:
        line(console, f"{len(study.notes) - MOST_NOTES} more notes are in the report.", "dim")
    if study.other_grain:
        speak = "speaks" if len(study.other_grain) == 1 else "speak"
        line(
            console,
            f"Note: {names(study.other_grain)} {speak} of another unit than one {study.grain}; "
            f"their verdicts are read per {study.grain} here.",
        )
    if study.snapshot_facts:
        line(
            console,
            f"Known only as they are today, so they may have been filled later than the moment "
            f"of evaluation: {names(study.snapshot_facts, 8)}.",
        )
    line(console, READING)


def _readiness(comparison: Comparison, console: Console) -> None:
    heading(console, "Readiness: how much of each policy this data can evaluate")
    wide = console.width >= WIDE
    columns = ["policy", "criteria\nevaluable", "in part", "decided\non average"]
    columns += ["records\nleft open", "most often missing"] if wide else ["records\nleft open"]
    table = grid(*columns)
    if wide:
        table.columns[-1].justify, table.columns[-1].no_wrap = "left", False
    for row in rows_of(comparison.policies):
        cells: list[str | Text] = [
            label(row.policy),
            f"{row.fully} of {row.criteria}",
            str(row.partly),
            percent(row.decided, 0),
            percent(row.open_records / row.records if row.records else None, 0),
        ]
        if wide:
            own = comparison.missing[comparison.missing["policy"] == row.policy]
            cells.append(said(_missing_fact(own.iloc[0]) if len(own) else "nothing"))
        table.add_row(*cells)
    show(console, table)
    for row in deciding(comparison.missing):
        line(console, one_answer(row))
    line(
        console,
        "A criterion is evaluable when the data has all facts and events that it looks at. "
        "Decided: TRUE or FALSE for a record, on average over criteria. Left open: at least one "
        "stage is UNKNOWN.",
        "dim",
    )


def _missing_fact(row: pd.Series[Any]) -> str:
    name = str(row["fact"]).removeprefix("event:")
    return name if row["in_data"] else f"{name} (not in the data)"


# ---------------------------------------------------------------------------------- volumes


def _volumes(comparison: Comparison, console: Console) -> None:
    study = comparison.study
    heading(console, "Volumes: records on each rung; UNKNOWN is counted apart")
    wide = console.width >= WIDE
    columns = ["policy"]
    for rung in study.rungs:
        title = rung_title(rung) if wide else rung_title(rung).replace(" ", "\n")
        columns += [f"{title}\ncertain{'  share' if wide else ''}", "unknown"]
    table = grid(*columns, gap=2 if wide else 1)
    for policy, own in comparison.volumes.groupby("policy", sort=False):
        cells: list[str | Text] = [label(policy)]
        for row in rows_of(own):
            share = f"{percent(row.share_certain):>8}" if wide and row.defined else ""
            cells += [number(row.certain) + share, Text(number(row.unknown), style="yellow")]
        table.add_row(*cells)
    show(console, table)
    line(
        console,
        f"Shares are of all {plural(study.records, 'record')}. "
        f"{NOT_DEFINED}: the policy does not define the rung.",
        "dim",
    )


def _stages(comparison: Comparison, console: Console) -> None:
    heading(console, "Stages: where records stand on each policy's own ladder")
    for policy, own in comparison.stages.groupby("policy", sort=False):
        steps = [
            f"{row.stage or 'no stage'} {number(row.current)} ({number(row.possible)})"
            for row in rows_of(own)
        ]
        line(console, f"{policy}: {' → '.join(steps)}")
    line(
        console,
        "Counted at the last stage that is TRUE; in brackets, at the last one still possible.",
        "dim",
    )


# -------------------------------------------------------------------------------- agreement


def _agreement(comparison: Comparison, console: Console) -> None:
    heading(console, "Agreement, among records that are decided (TRUE or FALSE)")
    if comparison.overall.empty:
        line(
            console, "No rung is defined by two of these policies, so there is nothing to agree on."
        )
        return
    table = grid("rung", "policies", "records all\ndecide", "all say\nthe same", "two agree", "κ")
    for row in rows_of(comparison.overall):
        table.add_row(
            rung_title(row.rung),
            str(row.policies),
            f"{number(row.decided)} of {number(row.records)}",
            percent(row.unanimous),
            percent(row.raw),
            kappa(row),
        )
    show(console, table)
    notes = {row.note for row in rows_of(comparison.overall) if row.note}
    for rung in comparison.study.rungs:
        pairs = comparison.agreement[comparison.agreement["rung"] == rung]
        if pairs.empty:
            continue
        defining = comparison.volumes.query("rung == @rung and defined")["policy"]
        if len(defining) > MANY_POLICIES:
            least = pairs.sort_values(["raw", "a", "b"], kind="stable").head(LEAST_AGREEING)
            notes |= {row.note for row in rows_of(least) if row.note}
            _pairs(console, rung, least, wide=console.width >= WIDE)
            line(
                console,
                f"The {len(least)} pairs that agree least; all {len(pairs):,} are in --json.",
                "dim",
            )
            continue
        if len(defining) > FEW_POLICIES:
            print_matrix(console, rung_title(rung), list(defining), pairs)
            continue
        notes |= {row.note for row in rows_of(pairs) if row.note}
        _pairs(console, rung, pairs, wide=console.width >= WIDE)
    line(
        console,
        "κ (kappa) is agreement beyond chance: 1 complete, 0 no better than chance; "
        "Fleiss' for all policies, Cohen's for two.",
        "dim",
    )
    for note in sorted(notes):
        mark = NOT_DEFINED if note.startswith("undefined") else "*"
        line(console, f"κ {mark} {note.removeprefix('undefined: ')}.", "dim")


def _pairs(console: Console, rung: str, pairs: pd.DataFrame, *, wide: bool) -> None:
    columns = [rung_title(rung), "", "both\ndecide", "agree", "κ", "only\nfirst", "only\nsecond"]
    table = grid(*columns, *(["one is\nunknown"] if wide else []))
    table.columns[1].justify = "left"
    for row in rows_of(pairs):
        more = [number(row.undecided)] if wide else []
        table.add_row(
            label(row.a),
            label(row.b),
            number(row.decided),
            percent(row.raw),
            kappa(row),
            number(row.only_a),
            number(row.only_b),
            *more,
        )
    show(console, table)


def _crossings(comparison: Comparison, console: Console) -> None:
    found = crossings_of(comparison.crossings, ALIKE, MOST_CROSSINGS)
    if not found:
        return
    heading(console, "Other words for the same records")
    for row in found:
        line(
            console,
            f"What {row.a} calls {rung_title(row.rung_a).lower()} is most nearly what {row.b} "
            f"calls {rung_title(row.rung_b).lower()}: {number(row.both)} records in both, "
            f"{percent(row.jaccard, 0)} of those in either.",
        )


# ---------------------------------------------------------------------------------- records


def _contested(comparison: Comparison, console: Console) -> None:
    heading(console, "Records most worth arguing about")
    if comparison.contested.empty:
        line(console, "There is no record on which these policies certainly disagree.")
        return
    for place, row in enumerate(rows_of(comparison.contested), 1):
        split = f"{len(row.claims)} yes, {len(row.denies)} no"
        split += f", {len(row.undecided)} cannot tell" if row.undecided else ""
        outcome = "" if missing(row.outcome) else f" · {row.outcome}"
        head = Text.assemble(
            f"{place:>2}. ",
            said(row.record, "bold"),
            f" · {rung_title(row.rung)}? {split}{outcome}",
        )
        console.print(head, highlight=False)
        for word, policies in (("yes:", row.claims), ("no: ", row.denies)):
            line(console, f"{word} {', '.join(policies)}", indent=4)
        where = f"They part at {row.nearest}: " if len(row.denies) > 1 else "They part at: "
        line(console, where + cause_sentence(row), indent=4)
        if row.seen:
            line(console, f"Seen: {'; '.join(row.seen)}", "dim", indent=4)


def _causes(comparison: Comparison, console: Console) -> None:
    table = comparison.refusals
    denied = table[table["kind"] == "denied"]
    if denied.empty:
        return
    heading(console, "What makes the difference most often")
    order = denied.sort_values(["records", "rung", "policy"], ascending=[False, True, True])
    for row in rows_of(order.head(MOST_CAUSES)):
        claims = f"{names(row.claims, 2)} {'says' if len(row.claims) == 1 else 'say'}"
        line(
            console,
            f"{rung_title(row.rung)}, {plural(row.records, 'record')}: {row.policy} says no where "
            f"{claims} yes: {cause_sentence(row)}",
        )
    if len(denied) > MOST_CAUSES:
        line(
            console,
            f"All {len(denied):,} causes, by pair and with sample records, are in the report and "
            "in --json.",
            "dim",
        )


# ---------------------------------------------------------------------------------- outcome


def _outcomes(comparison: Comparison, console: Console) -> None:
    study = comparison.study
    heading(console, f"Outcome: share {study.outcome_name} on each rung, with 95 % intervals")
    if comparison.outcomes.empty:
        line(console, "The data set says nothing of outcomes, or of no record before this moment.")
        return
    base = study.base
    line(
        console,
        f"All records: {percent(base.rate)} ({number(base.won)} of {number(base.known)}), "
        f"95 % interval {percent(base.low)} to {percent(base.high)}.",
    )
    for text in leak_warnings(comparison.leaks):
        line(console, text, "yellow")
    won = study.outcome_name
    table = grid("policy", f"{won} of known", "rate", "95 % interval", "lift", f"of all {won}", "")
    table.columns[-1].justify = "left"
    for rung in study.rungs:
        own = comparison.outcomes[comparison.outcomes["rung"] == rung]
        if own.empty:
            continue
        table.add_row(Text(rung_title(rung), style="bold"))
        for row in rows_of(own):
            table.add_row(
                label(row.policy),
                f"{number(row.won)} of {number(row.known)}",
                percent(row.rate),
                f"{percent(row.low)} to {percent(row.high)}" if row.known else NOT_DEFINED,
                ratio(row.lift),
                recalled(row),
                Text(few(row.known), style="yellow"),
            )
    show(console, table)
    line(
        console,
        f"Rates are over {study.denominator}. Only records certainly on the rung count; those "
        f"UNKNOWN are left out, and of all {won} the share is told without and with them. Wilson "
        "intervals; lift is the rate over that of all records. The policies share records, so "
        "overlapping intervals do not say that two are equally good: look at the records on which "
        "they part.",
        "dim",
    )


# --------------------------------------------------------------------------------- segments


def _segments(comparison: Comparison, console: Console) -> None:
    table, by = comparison.segments, comparison.study.by
    if by is None:
        return
    heading(console, f"Segments by {by}: records certainly on the rung")
    for rung in comparison.study.rungs:
        own = table[table["rung"] == rung]
        if own.empty:
            continue
        policies = list(dict.fromkeys(own["policy"]))
        numbered = len(policies) > FEW_POLICIES
        heads = [str(at) for at in range(1, len(policies) + 1)] if numbered else policies
        shown = grid(rung_title(rung), "records", *heads)
        for segment, counts in _folded(own, policies):
            shown.add_row(said(segment), *(number(count) for count in counts))
        show(console, shown)
        if numbered:
            legend = ", ".join(f"{at} {name}" for at, name in enumerate(policies, 1))
            line(console, legend, "dim")
    line(console, "UNKNOWN and outcomes per segment are in the report and in --json.", "dim")


def _folded(table: pd.DataFrame, policies: list[str]) -> list[tuple[str, list[int]]]:
    """Counts per segment: all records, then each policy's; what is too many becomes one row."""
    wide = table.pivot(index="segment", columns="policy", values="certain")[policies]
    wide.insert(0, "records", table.groupby("segment")["records"].first())
    wide = wide.loc[list(dict.fromkeys(table["segment"]))]
    rows = [(str(segment), [int(c) for c in counts]) for segment, *counts in wide.itertuples()]
    if len(rows) > MOST_SEGMENTS:
        rest = rows[MOST_SEGMENTS - 1 :]
        sums = [sum(column) for column in zip(*(counts for _, counts in rest), strict=True)]
        rows = [*rows[: MOST_SEGMENTS - 1], (f"({len(rest)} others)", sums)]
    total = [sum(column) for column in zip(*(counts for _, counts in rows), strict=True)]
    return [*rows, ("(all)", total)]
