"""How numbers and names are written, on a terminal, in a plot and on a page alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from leadpolicy.english import plural

if TYPE_CHECKING:
    import pandas as pd

    from leadpolicy.data.quarantine import TableRead

NOT_DEFINED: Final = "—"
_TITLES: Final = {
    "lead": "Lead",
    "qualified_lead": "Qualified lead",
    "opportunity": "Opportunity",
}


def rows_of(table: pd.DataFrame) -> list[Any]:
    """The rows of a frame as named tuples."""
    return list(table.itertuples(index=False))


def rung_title(rung: str) -> str:
    """The common name of a rung."""
    return _TITLES.get(rung, rung)


def number(value: Any) -> str:
    """A count with separators; a dash where it is not defined."""
    return NOT_DEFINED if missing(value) else f"{int(value):,}"


def percent(value: Any, digits: int = 1) -> str:
    """A share in percent; a dash where it is not defined.

    What is neither none nor all is never rounded to it: `<0.1 %`, `>99.9 %`.
    """
    if missing(value):
        return NOT_DEFINED
    share = float(value)
    least = 10.0**-digits
    if share > 0 and 100 * share < least / 2:
        return f"<{least:g} %"
    if share < 1 and 100 * (1 - share) < least / 2:
        return f">{100 - least:g} %"
    return f"{100 * share:.{digits}f} %"


def recalled(row: Any) -> str:
    """The share of the won that is certainly held, and the share that may be."""
    if missing(row.recall):
        return NOT_DEFINED
    if row.recall_possible == row.recall:
        return percent(row.recall, 0)
    return f"{percent(row.recall, 0).removesuffix(' %')} to {percent(row.recall_possible, 0)}"


def ratio(value: Any) -> str:
    """A kappa, a Jaccard index or a lift with two decimals; a dash where it is not defined."""
    if missing(value):
        return NOT_DEFINED
    rounded = round(float(value), 2) or 0.0
    return f"{rounded:.2f}".replace("-", "−")


def missing(value: Any) -> bool:
    """Whether a cell of a frame holds nothing."""
    import pandas as pd

    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def names(labels: Iterable[object], most: int = 3) -> str:
    """`a, b, c and 4 more`."""
    pool = [str(label) for label in labels]
    if len(pool) <= most + 1:
        return ", ".join(pool) or "none"
    return f"{', '.join(pool[:most])} and {len(pool) - most} more"


def reasons_aside(reasons: Mapping[str, int]) -> list[str]:
    """Why rows are set aside, and how many for each reason."""
    return [f"Set aside: {plural(count, 'row')}: {why}" for why, count in reasons.items()]


def rows_aside(tables: Iterable[TableRead], reasons: Mapping[str, int]) -> list[str]:
    """The tables of which rows are set aside, and why; nothing where every row fits."""
    short = [
        f"{t.name}: {plural(t.rows, 'row')} read, {t.set_aside:,} set aside"
        for t in tables
        if t.set_aside
    ]
    return [*short, *reasons_aside(reasons)]
