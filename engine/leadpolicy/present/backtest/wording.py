"""How the figures of a backtest are written, on a terminal and on a page alike."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from leadpolicy.english import plural
from leadpolicy.present.wording import missing, number, percent, ratio, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from leadpolicy.backtest.result import Backtest

MARK: Final = " †"
"""Stands behind a policy that looks at facts known only as they are today."""
MOST_NOTES: Final = 12
SHORT: Final = 10
"""Below so many days a decimal is shown."""


def marked(backtest: Backtest, policy: str) -> str:
    """A policy's label with its mark."""
    return policy + (MARK if policy in backtest.badged else "")


def interval(low: Any, high: Any, digits: int = 1) -> str:
    """`12.1 to 18.2 %`, or a dash."""
    if missing(low) or missing(high):
        return percent(None)
    return f"{percent(low, digits).removesuffix(' %')} to {percent(high, digits)}"


def points(value: Any) -> str:
    """A difference of two shares in percentage points, with its sign."""
    if missing(value):
        return percent(None)
    rounded = round(100 * float(value), 1) or 0.0
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"


def points_interval(low: Any, high: Any) -> str:
    """`−4.3 to +1.1`, or a dash."""
    if missing(low) or missing(high):
        return percent(None)
    return f"{points(low)} to {points(high)}"


def ratio_interval(low: Any, high: Any) -> str:
    """`0.80 to 1.50`, or a dash."""
    if missing(low) or missing(high):
        return ratio(None)
    return f"{ratio(low)} to {ratio(high)}"


def p_value(value: Any) -> str:
    """`0.03`, `<0.001`, or a dash."""
    if missing(value):
        return percent(None)
    return "<0.001" if float(value) < 0.001 else f"{float(value):.3f}"


def decimal(value: Any, digits: int = 1) -> str:
    """A number with so many decimals, or a dash."""
    return percent(None) if missing(value) else f"{float(value):,.{digits}f}"


def days(value: Any) -> str:
    """A number of days, or that fewer than half have arrived."""
    if missing(value):
        return "not reached"
    return f"{day_count(value)} day{'' if float(value) == 1 else 's'}"


def day_count(value: Any) -> str:
    """Days without a unit; with a decimal where they are few."""
    return decimal(value, 1 if float(value) < SHORT else 0)


def of(part: Any, whole: Any) -> str:
    """`63 of 359`."""
    return f"{number(part)} of {number(whole)}"


def change(value: Any) -> str:
    """A count with its sign."""
    return f"{int(value):+,}".replace("-", "−") if value else "0"


def grouped(table: pd.DataFrame, *columns: str) -> list[tuple[tuple[str, ...], list[Any]]]:
    """Rows in runs of equal values of some columns."""
    runs = groupby(rows_of(table), key=lambda row: tuple(str(getattr(row, c)) for c in columns))
    return [(key, list(rows)) for key, rows in runs]


def shared(row: Any) -> str:
    """`40 % (12 of 30)`, or that nobody is held."""
    return f"{percent(row.overlap, 0)} ({of(row.both, row.either)})" if row.either else "nobody"


def against(row: Any) -> str:
    """What a value comes to against the definition as written."""
    if row.current:
        return "as written"
    told = {"a": "worse", "b": "better"}.get(row.verdict, row.verdict)
    return f"{told}: the best earlier" if row.best else told


def order_of(values: Iterable[Any]) -> list[str]:
    """Different values in the order in which they come."""
    return list(dict.fromkeys(str(value) for value in values))


def cohort_line(backtest: Backtest) -> str:
    """Who was studied."""
    facts = backtest.facts
    first, last = facts["entered"]
    whole = (
        plural(facts["rows"], "row")
        if facts["rows"] > facts["of"]
        else (plural(facts["of"], "record"))
    )
    return (
        f"{facts['records']:,} of {whole}, entered {first} to {last}, observed "
        f"until {facts['observed_until']}. Compared {_reading(backtest)}."
    )


def outcome_line(backtest: Backtest) -> str:
    """What is known of the outcome, and what is set apart."""
    facts = backtest.facts
    known = facts["won"] + facts["not_won"]
    rate = facts["won"] / known if known else None
    apart = [
        f"{facts[key]:,} {text}"
        for key, text in (
            ("over_before", "over by their moment"),
            ("too_new", "not followed for the whole window"),
            ("not_told", "without a usable outcome"),
            ("no_moment", "without a moment of comparison"),
        )
        if facts[key]
    ]
    window = backtest.study.to_dict()["within"]
    said = (
        f"Outcome “{backtest.outcome}” within {window} after that moment: {facts['won']:,} of "
        f"{known:,} records ({percent(rate)})"
    )
    return said + (f"; set apart: {', '.join(apart)}." if apart else ".")


def _reading(backtest: Backtest) -> str:
    if backtest.study.reading == "furthest":
        return f"by the furthest reached, {backtest.as_of}"
    return f"as they stand, {backtest.as_of}"
