"""How numbers and names of a comparison are written, on a terminal and on a page alike."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from leadpolicy.present.characters import isolated

if TYPE_CHECKING:
    import pandas as pd

    from leadpolicy.comparison.study import Study

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


def cohort(study: Study) -> str:
    """For captions: the data, the number of records and the moment."""
    return f"{isolated(study.title)}, {plural(study.records, 'record')}, as of {study.as_of}"


def crossings_of(table: pd.DataFrame, least: float, most: int) -> list[Any]:
    """Rungs that hold most nearly the same records as another rung of another policy.

    Each pair of rungs once, the nearest first, from a Jaccard index of `least` on.
    """
    found = table[~table["same"] & (table["jaccard"] >= least)]
    once: dict[frozenset[tuple[str, str]], Any] = {}
    for row in rows_of(found.sort_values(["jaccard", "a", "b"], ascending=[False, True, True])):
        once.setdefault(frozenset({(row.a, row.rung_a), (row.b, row.rung_b)}), row)
    return list(once.values())[:most]


def names(labels: Iterable[object], most: int = 3) -> str:
    """`a, b, c and 4 more`."""
    pool = [str(label) for label in labels]
    if len(pool) <= most + 1:
        return ", ".join(pool) or "none"
    return f"{', '.join(pool[:most])} and {len(pool) - most} more"


def plural(count: int, thing: str) -> str:
    """`1 record`, `2,000 records`."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def cause_sentence(row: Any, kind: str = "denied") -> str:
    """Why a policy does not say yes: `“Budget is there” (has_budget) is not met`.

    `kind` is "denied" where the verdict is FALSE, "undecided" where it is UNKNOWN.
    """
    open = kind == "undecided"
    if row.reason == "stage":
        state = "is not settled" if open else "is not met"
        return f"a condition of the stage itself, “{row.says}”, {state}"
    rest = [name for name in row.criteria[1:] if name not in row.against]
    against = [name for name in row.criteria[1:] if name in row.against]
    first = f"“{row.says}” ({row.first})"
    if row.reason == "excluded":
        said = f"{first} {'may hold and would rule it out' if open else 'rules it out'}"
        said += f"; not {'settled' if open else 'met'}: {', '.join(rest)}" if rest else ""
    else:
        said = f"{first} is not {'settled' if open else 'met'}"
        said += f", nor {'are' if len(rest) > 1 else 'is'} {', '.join(rest)}" if rest else ""
    return said + (f"; in the way: {', '.join(against)}" if against else "")


def few(known: int) -> str:
    """A warning where a rate rests on few records or none."""
    from leadpolicy.comparison.outcomes import FEW

    return "" if known >= FEW else "few records" if known else "no record"
