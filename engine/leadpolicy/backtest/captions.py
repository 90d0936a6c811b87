"""What has to be said beside every figure: reading, cohort, denominator, unknowns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from leadpolicy.backtest.arrays import NEVER
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.fates import Fate
from leadpolicy.backtest.paired import LEAST_ACCOUNTS, LEAST_EXPECTED
from leadpolicy.backtest.study import Study
from leadpolicy.english import capital
from leadpolicy.times import show_duration

SNAPSHOT = "† looks at facts that are known only as they are today, and may have been set later"

TOO_NARROW = (
    " The records of one account are taken for independent here, so that these intervals are "
    "narrower than they should be."
)


UNCLUSTERED: Final = "16 to 37"
"""Simulated: accounts of four to twelve records (`tests/evidence`)."""


@dataclass(frozen=True, slots=True)
class CaptionParts:
    """The parts that captions share."""

    cohort: str
    moment: str
    window: str
    outcome: str
    known: str


def headline(caption: str) -> str:
    """The first sentence of a caption: reading, cohort, outcome."""
    return caption.split(". ", 1)[0].rstrip(".") + "."


def day(moment: int) -> str:
    """The day of a moment in microseconds."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)).date().isoformat()


def words(study: Study, cohort: Cohort, as_of: str, outcome: str) -> CaptionParts:
    """Cohort, moment, window and what is known of it, in words."""
    fate = cohort.fate
    count = {kind: int((fate == kind).sum()) for kind in Fate}
    known = count[Fate.REACHED] + count[Fate.NOT_REACHED]
    apart = [
        f"{count[kind]:,} {text}"
        for kind, text in (
            (Fate.OVER, "over by their moment"),
            (Fate.IMMATURE, "not followed for the whole window"),
            (Fate.UNTOLD, "without a usable outcome"),
            (Fate.OUT, "that had not entered by their moment, or whose moment is after the data"),
        )
        if count[kind]
    ]
    set_apart = f"; set apart are {', '.join(apart)}" if apart else ""
    first, last = int(cohort.entered.min()), int(cohort.entered.max())
    reading = "furthest reached by" if study.reading == "furthest" else "current as of"
    return CaptionParts(
        cohort=f"{len(cohort):,} records that entered from {day(first)} to {day(last)}",
        moment=f"{reading} {as_of}",
        window=f"{show_duration(study.within)}",
        outcome=outcome,
        known=f"{known:,} records with a known outcome{set_apart}",
    )


def captions(study: Study, cohort: Cohort, said: CaptionParts, *, badged: bool) -> dict[str, str]:
    """A caption per frame."""
    unit = "account" if cohort.several else "record"
    until = day(cohort.until)
    rate = f"outcome “{said.outcome}” within {said.window} after the moment"
    entry = f"First entry to each rung; {said.cohort}, observed until {until}."
    found = {
        "leaks": "Over all records of the data with everything that became of them: facts that "
        "know the future, those first that rank the won records best. Figures that use them are "
        "too good.",
        "flow": f"{entry} Each record counts once per rung, in the period of its first entry. "
        "UNKNOWN: may have entered by the end of the period, for all that is known. A period "
        "marked as incomplete had not ended.",
        "stock": f"Current at the end of each period (or of observation); {said.cohort}, of those "
        "that had entered by then. UNKNOWN: a missing fact leaves it open, counted as neither.",
        "conversion": f"{entry} Share that reaches the next within {said.window} after the first "
        "entry, of the mature ones (followed for the whole window), with 95 % Wilson intervals. "
        "Immature ones are set apart, whatever became of them so far. Over: had reached it, or had "
        "ended, before. UNKNOWN: may have entered; in no rate. Late: on the rung before "
        "observation began; in no rate. Naive is what dividing by all would show.",
        "precision": f"{capital(said.moment)}; {said.cohort}; {rate}. Rates are over {said.known}; "
        "95 % Wilson intervals. Records that are UNKNOWN on the rung are in none of its rates; "
        "recall is given without and with them. Of all comers: the rate when those count, too, of "
        "whom all was over by the moment; a definition that is met late looks worse without them. "
        + _worked(cohort),
        "revenue": f"{capital(said.moment)}; {said.cohort}; {rate}. Weighted by {study.amount} as "
        "it was known at the moment; records without it are left out and counted.",
        "capacity": f"{entry} The whole weeks in which records of the cohort came in. Load is "
        "first entries per rep and week; beyond are the entries over what the team takes on in "
        "their week. Outside: first entries in these weeks of records that are not in the cohort; "
        "the team has to take them on as well.",
        "segments": f"{capital(said.moment)}; {said.cohort}; {rate}; 95 % Wilson intervals. "
        "Segments by the value at the moment; over the segments of a fact all counts add up.",
        "pairs": f"{capital(said.moment)}; {said.cohort}; {rate}. From the first to the second, "
        "where both are certain: gained is held by the second only, lost by the first only. "
        f"UNKNOWN: with either of them, in none of these figures. Over {said.known}. Intervals of "
        f"the difference count {unit}s (linearized, Student's t; at least {LEAST_ACCOUNTS} that "
        f"carry weight and {LEAST_EXPECTED} won to be expected on each side). McNemar's exact test "
        "among the won, and among the not won. q is p adjusted for all tests that lead to "
        "verdicts, of pairs that part at all (Benjamini and Hochberg)." + _accounts(study),
        "discordant": f"{capital(said.moment)}; {said.cohort}; {rate}. Every record that only one "
        "of two definitions holds.",
        "velocity": f"{entry} Kaplan-Meier by day t after the first entry, 95 % log-log intervals, "
        "nothing beyond what was observed. Who ends otherwise is counted as not arrived for as "
        "long as it could have been watched, so that the curve is the share that arrives. Records "
        "on the rung before observation began enter late; where records can end otherwise they are "
        "left out. Over: had arrived or ended by then.",
        "ends": f"{entry} Shares by way of ending (Aalen-Johansen), by day t after the first "
        "entry; whichever came first. Records that came late under observation are left out.",
        "log_rank": f"{capital(said.moment)}; {said.cohort}. Log-rank test of the time from the "
        "moment to the outcome between records that only one of the two certainly holds then; "
        f"{unit}s are what is counted.",
        "agreement": f"Current at the end of each period; {said.cohort}, of those that had entered "
        "by then. Of the records that either holds, and both decide, the share that both hold.",
        "decay": f"{capital(said.moment)}, by the period in which records entered; {said.cohort}; "
        f"{rate}. 95 % Wilson intervals; test for a trend by Cochran and Armitage.",
        "criteria": f"{capital(said.moment)}; {said.cohort}; {rate}. The definition as if one "
        "criterion were not asked: dropped from lists, counts and scores; a count that asked for "
        "more than are left asks for all that are. Worth is precision with it minus without, on "
        "the records of which both are certain. q is adjusted for all criteria with an effect.",
        "sweeps": f"{capital(said.moment)}; {said.cohort}; {rate}. Each value against the "
        "definition as written, by the rule of all verdicts. A best value is one that is better on "
        "the earlier records, the most precise of these; the records held out (the last that "
        "entered, of those with a known outcome) show what became of that choice.",
    }  # fmt: skip
    if cohort.several:
        for name in ("conversion", "precision", "segments", "velocity", "ends", "decay", "sweeps"):
            found[name] += TOO_NARROW
    found |= {
        "curves": found["velocity"],
        "trends": found["decay"],
        "verdicts": found["pairs"],
    }
    if badged:
        found = {name: f"{text} {SNAPSHOT}." for name, text in found.items()}
    return found


def _accounts(study: Study) -> str:
    """What it can cost that nobody says whose record each one is."""
    if study.account is not None:
        return ""
    return (
        " The study names no account, so each record counts for itself. Where several are of one "
        f"company and share its luck, {UNCLUSTERED} of 100 pairs of worthless definitions come out "
        "as different at p < 0.05 instead of 5: name `account` where the data have one."
    )


def _worked(cohort: Cohort) -> str:
    if cohort.worked is None:
        return (
            "The study names no events that show work, so it cannot be told how many were never "
            "worked; a record that nobody worked could hardly be won."
        )
    never = int((cohort.worked == NEVER).sum())
    return (
        f"Whoever was never worked could hardly be won: {never:,} of {len(cohort):,} records show "
        "no sign of work. Recall is over what was ever won, so it is a bound."
    )
