"""The comparison in a few sentences, each with its denominator."""

from __future__ import annotations

from leadpolicy.comparison.comparison import Comparison
from leadpolicy.english import plural
from leadpolicy.present.comparison.evidence import used_leaks
from leadpolicy.present.wording import number, percent, rows_of, rung_title


def findings(comparison: Comparison) -> list[str]:
    """What a reader should take away, at most a handful of sentences."""
    said = [*used_leaks(comparison.leaks)]
    said += [_spread(comparison, rung) for rung in comparison.study.rungs]
    said += [_unanimity(comparison), _likeness(comparison), _outcome(comparison)]
    said += [_missing(comparison)]
    return [sentence for sentence in said if sentence]


def _spread(comparison: Comparison, rung: str) -> str:
    table = comparison.volumes
    own = table[(table["rung"] == rung) & table["defined"]].sort_values("certain", kind="stable")
    title, total = rung_title(rung), number(comparison.study.records)
    if own.empty:
        return f"{title}: none of these policies defines it."
    rows = rows_of(own)
    low, high = rows[0], rows[-1]
    if len(rows) == 1:
        return (
            f"{title}: only {low.policy} defines it and puts {number(low.certain)} of {total} "
            f"records there, {number(low.unknown)} more are UNKNOWN."
        )
    of = f"{len(rows)} of {len(comparison.policies)} policies define it"
    if low.certain == high.certain:
        return f"{title}: {of}, and each puts {number(low.certain)} of {total} records there."
    return (
        f"{title}: {of}. From {number(low.certain)} ({low.policy}) to {number(high.certain)} "
        f"({high.policy}) of {total} records are certainly there."
    )


def _unanimity(comparison: Comparison) -> str:
    parts = [
        f"{rung_title(row.rung).lower()} {percent(row.unanimous)} of the {number(row.decided)} "
        f"records that all {row.policies} decide"
        for row in rows_of(comparison.overall)
        if row.decided
    ]
    return f"All say the same of: {'; '.join(parts)}." if parts else ""


def _likeness(comparison: Comparison) -> str:
    pairs = comparison.agreement[comparison.agreement["neither"] < comparison.agreement["decided"]]
    if len(pairs) < 2:
        return ""
    ordered = rows_of(pairs.sort_values(["raw", "a", "b"], kind="stable"))
    least, most = ordered[0], ordered[-1]
    if len({(pair.a, pair.b) for pair in ordered}) == 1:
        each = ", ".join(f"{rung_title(p.rung).lower()} {percent(p.raw, 0)}" for p in ordered)
        return f"Where both decide, {least.a} and {least.b} agree on so many records: {each}."
    return (
        f"Furthest apart are {least.a} and {least.b} on {rung_title(least.rung).lower()} "
        f"({percent(least.raw, 0)} agreement where both decide), closest {most.a} and {most.b} on "
        f"{rung_title(most.rung).lower()} ({percent(most.raw, 0)})."
    )


def _outcome(comparison: Comparison) -> str:
    table, study = comparison.outcomes, comparison.study
    rated = table[table["known"] > 0]
    if rated.empty:
        return ""
    above = rated[rated["low"] > study.base.rate]
    below = rated[rated["high"] < study.base.rate]
    base = f"the rate of all records ({percent(study.base.rate)})"
    rates = f"{plural(len(rated), 'rate')} of “{study.outcome_name}”"
    if above.empty and below.empty:
        return f"None of {rates} can be told apart from {base}."
    rest = len(rated) - len(above) - len(below)
    apart = (
        f"Of {rates}, {len(above)} {'lies' if len(above) == 1 else 'lie'} above {base} with the "
        f"whole interval, {len(below)} below it"
        + (f"; {rest} cannot be told apart from it." if rest else ".")
    )
    if above.empty:
        return apart
    best = rows_of(above.sort_values("low", ascending=False, kind="stable"))[0]
    return (
        f"{apart} Furthest above: {rung_title(best.rung).lower()} of {best.policy}, "
        f"{percent(best.rate)} of {number(best.known)} (interval {percent(best.low)} to "
        f"{percent(best.high)})."
    )


def _missing(comparison: Comparison) -> str:
    table = comparison.missing
    if table.empty:
        return "Nothing is UNKNOWN: the data decides every stage of every record."
    each = (table["share"] / len(comparison.policies)).groupby([table["fact"], table["in_data"]])
    facts = each.sum().reset_index().sort_values(["share", "fact"], ascending=[False, True])
    worst = rows_of(facts)[0]
    name = worst.fact.removeprefix("event:")
    where = "is often empty" if worst.in_data else "is not in the data"
    return (
        f"Most verdicts are left open for want of {name}, which {where}: "
        f"{percent(worst.share)} of all policies × records."
    )
