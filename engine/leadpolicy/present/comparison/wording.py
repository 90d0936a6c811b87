"""How a comparison says what it found, on a terminal and on a page alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leadpolicy.characters import isolated
from leadpolicy.english import plural
from leadpolicy.present.wording import missing, ratio, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from leadpolicy.comparison.study import ComparedRecords


def cohort(study: ComparedRecords) -> str:
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


def kappa(row: Any) -> str:
    """Cohen's kappa of a pair; a star where a note says what to beware of."""
    return ratio(row.kappa) + ("*" if row.note and not missing(row.kappa) else "")
