"""What is said of the data beside its figures: leaks, and the answer that would help most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from leadpolicy.diagnostics import listing
from leadpolicy.present.wording import percent, rows_of

if TYPE_CHECKING:
    import pandas as pd


def leak_warnings(leaks: pd.DataFrame) -> list[str]:
    """The facts that know the future, to stand before any figure about the outcome.

    Those that their own dates guard are named together.
    """
    said = [
        told(row.fact, row.sort, row.evidence, row.policies)
        for row in rows_of(leaks[~leaks["guarded"]])
    ]
    guarded = list(leaks.loc[leaks["guarded"], "fact"])
    if guarded:
        said.append(
            "Known only from the end of a record on, and kept out of what comes before by their "
            f"dates: {listing(guarded, 8)}."
        )
    return said


def used_leaks(leaks: pd.DataFrame) -> list[str]:
    """The facts that know the future and on which verdicts rest."""
    return [
        told(row.fact, row.sort, row.evidence, row.policies)
        for row in rows_of(leaks[~leaks["guarded"]])
        if row.policies
    ]


def deciding(missing: pd.DataFrame) -> list[Any]:
    """For each policy the one fact that, if collected, would decide most records."""
    alone = missing[missing["alone"] > 0]
    best = alone.sort_values(["share_alone", "fact"], ascending=[False, True], kind="stable")
    return rows_of(best.drop_duplicates("policy").sort_index())


def one_answer(row: Any) -> str:
    """`heinz: person.job_level alone, once known, would decide 12 % of the records.`"""
    return (
        f"{row.policy}: {str(row.fact).removeprefix('event:')} alone, once known, would decide "
        f"{percent(row.share_alone, 0)} of the records."
    )


def told(fact: str, sort: str, evidence: str, by: Sequence[str] | None) -> str:
    """A leak in words, with the policies that look at it (None: no policy is in question)."""
    use = "no policy here looks at it."
    if by is None:
        use = "figures on the outcome that use it are too good."
    elif by:
        use = f"used by {listing(by, 6)}, whose figures on the outcome are too good."
    return f"Leak: {fact.removeprefix('event:')} knows the future ({sort}): {evidence}; {use}"
