"""What has to be said beside every figure: reading, cohort, denominator, unknowns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leadpolicy.backtest.arrays import NEVER
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.fates import Fate
from leadpolicy.backtest.paired import DRAWS, LEAST_ACCOUNTS
from leadpolicy.backtest.study import Study
from leadpolicy.english import capital
from leadpolicy.times import show_duration

SNAPSHOT = "† looks at facts that are known only as they are today, and may have been set later"

TOO_NARROW = (
    " The records of one account are taken for independent here, so that these intervals are "
    "narrower than they should be."
)


@dataclass(frozen=True, slots=True)
class Words:
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


def words(study: Study, cohort: Cohort, as_of: str, outcome: str) -> Words:
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
    return Words(
        cohort=f"{len(cohort):,} records that entered from {day(first)} to {day(last)}",
        moment=f"{reading} {as_of}",
        window=f"{show_duration(study.within)}",
        outcome=outcome,
        known=f"{known:,} records with a known outcome{set_apart}",
    )


def captions(study: Study, cohort: Cohort, said: Words, *, badged: bool) -> dict[str, str]:
    """A caption per frame."""
    unit = "account" if cohort.several else "record"
    clustered = " Records of one account are resampled together." if cohort.several else ""
    until = day(cohort.until)
    rate = f"outcome “{said.outcome}” within {said.window} after the moment"
    entry = f"First entry to each rung; {said.cohort}, observed until {until}."
    found = {
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
        "95 % Wilson intervals. Records that are UNKNOWN on the rung are in none of its rates. "
        + _worked(cohort),
        "revenue": f"{capital(said.moment)}; {said.cohort}; {rate}. Weighted by {study.amount} as "
        "it was known at the moment; records without it are left out and counted.",
        "capacity": f"{entry} Whole weeks only. Load is first entries per rep and week; beyond "
        "are the entries over what the team takes on in their week.",
        "segments": f"{capital(said.moment)}; {said.cohort}; {rate}; 95 % Wilson intervals. "
        "Segments by the value at the moment; over the segments of a fact all counts add up.",
        "pairs": f"{capital(said.moment)}; {said.cohort}; {rate}. Gained: held by the second only; "
        f"lost: by the first only. Over {said.known}. Intervals of the difference by the bootstrap "
        f"(BCa, {DRAWS:,} draws, seed {study.seed}; at least {LEAST_ACCOUNTS} {unit}s on each "
        f"side).{clustered} McNemar's exact test among the won, and among the not won. q is p "
        "adjusted for all tests that lead to verdicts (Benjamini and Hochberg).",
        "discordant": f"{capital(said.moment)}; {said.cohort}; {rate}. Every record that only one "
        "of two definitions holds.",
        "velocity": f"{entry} Kaplan-Meier by day t after the first entry, 95 % log-log intervals, "
        "nothing beyond what was observed. Who ends otherwise is counted as not arrived for as "
        "long as it could have been watched, so that the curve is the share that arrives. Records "
        "on the rung before observation began enter late. Over: had arrived or ended by then.",
        "ends": f"{entry} Shares by way of ending (Aalen-Johansen), by day t after the first "
        "entry; whichever came first. Records that came late under observation are left out.",
        "log_rank": f"{entry} Log-rank test of the time to the outcome between records that only "
        "one of the two ever held; those held by both are in neither group.",
        "agreement": f"Current at the end of each period; {said.cohort}, of those that had entered "
        "by then. Among records that both decide; κ corrects for chance.",
        "decay": f"{capital(said.moment)}, by the period in which records entered; {said.cohort}; "
        f"{rate}. 95 % Wilson intervals; test for a trend by Cochran and Armitage.",
        "criteria": f"{capital(said.moment)}; {said.cohort}; {rate}. The definition as if one "
        "criterion were not asked: dropped from lists, counts and scores; a count that asked for "
        "more than are left asks for all that are. Worth is precision with it minus without.",
        "sweeps": f"{capital(said.moment)}; {said.cohort}; {rate}. The best value is chosen on the "
        "earlier records; the records held out (the last that entered, of those with a known "
        "outcome) show what became of that choice.",
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
