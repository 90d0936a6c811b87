"""The cohort of a study out of a chronicle: who is in, who is left out and why."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadpolicy.backtest.arrays import ALWAYS, NEVER, Mask, Numbers, Whole, later
from leadpolicy.backtest.cohort import Cohort, Segments
from leadpolicy.backtest.study import Study, StudyCondition
from leadpolicy.data import segments
from leadpolicy.data.as_of import last_changes
from leadpolicy.data.chronicle import MISSING, Chronicle
from leadpolicy.data.moments import MICROSECOND, AfterEntry
from leadpolicy.diagnostics import LeadpolicyError, Problems, ValueProblem, listing, suggest
from leadpolicy.times import microseconds, show_duration
from leadpolicy.types import Range, Type, Value, read_text

NO_ENTRY = "nobody knows when they entered"
NOT_ENTERED = "entered outside the cohort"
BY_ID = "excluded by name"
BY_FACT = "excluded by a fact"


def build_cohort(chronicle: Chronicle, study: Study) -> Cohort:
    """The records of the study. Raises `LeadpolicyError` where none is left to look at."""
    until = _until(chronicle)
    kept, left_out = _who(chronicle, study)
    moment = _moments(chronicle, study, until)
    gone = kept & _excluded(chronicle, study.exclude_where, moment)
    left_out[BY_FACT] = int(gone.sum())
    kept &= ~gone
    left_out = {reason: count for reason, count in left_out.items() if count}
    rows = np.flatnonzero(kept)
    if not len(rows):
        raise LeadpolicyError.of(
            "LP505",
            f"the cohort of {study.name} is empty: of {len(chronicle):,} records none is left",
            where=str(study.path or study.dataset),
            expected="records that entered between the dates of the study",
            help="; ".join(f"{reason}: {count:,}" for reason, count in left_out.items()) or None,
        )
    within = study.within // MICROSECOND
    early = (chronicle.won[rows] < chronicle.entered[rows]) & (chronicle.won[rows] != NEVER)
    cohort = Cohort(
        ids=tuple(chronicle.ids[row] for row in rows.tolist()),
        entered=chronicle.entered[rows],
        won=chronicle.won[rows],
        closed=chronicle.closed[rows],
        told=chronicle.outcome_known[rows] & ~early,
        moment=moment[rows],
        account=_accounts(chronicle, study.account, rows, until),
        until=until,
        within=within,
        amount=_amounts(chronicle, study.amount, moment, rows, until),
        worked=_worked(chronicle, study.worked, rows),
        segments={name: _segments(chronicle, name, moment, rows, until) for name in study.segments},
        left_out=left_out,
        undated=0 if chronicle.won_undated is None else int(chronicle.won_undated[rows].sum()),
        since=None if study.since is None else microseconds(study.since),
    )
    _check_window(cohort, study)
    return cohort


def _until(chronicle: Chronicle) -> int:
    if chronicle.observed_until is None:
        raise LeadpolicyError.of(
            "LP514",
            f"{chronicle.dataset.name} does not say until when it was observed, so that nobody "
            "knows which records were followed for long enough",
            where=str(chronicle.dataset.path),
            help="add `observed_until: DATE` to the dataset.yaml",
        )
    return microseconds(chronicle.observed_until)


def _who(chronicle: Chronicle, study: Study) -> tuple[Mask, dict[str, int]]:
    left_out: dict[str, int] = {}
    dated = chronicle.entered != ALWAYS
    left_out[NO_ENTRY] = int((~dated).sum())
    inside = dated.copy()
    if study.entered_from is not None:
        inside &= chronicle.entered >= microseconds(study.entered_from)
    if study.entered_until is not None:
        inside &= chronicle.entered < microseconds(study.entered_until)
    left_out[NOT_ENTERED] = int((dated & ~inside).sum())
    if study.exclude_records:
        numbers = {name: at for at, name in enumerate(chronicle.ids)}
        unknown = [name for name in study.exclude_records if name not in numbers]
        if unknown:
            raise LeadpolicyError.of(
                "LP504",
                f"the study excludes `{unknown[0]}`, which is no record of "
                f"{chronicle.dataset.name}",
                where=str(study.path or study.dataset),
                help=suggest(unknown[0], chronicle.ids[:20_000]),
            )
        named = np.zeros(len(chronicle), np.bool_)
        named[[numbers[name] for name in study.exclude_records]] = True
        left_out[BY_ID] = int((inside & named).sum())
        inside &= ~named
    return inside, left_out


def _moments(chronicle: Chronicle, study: Study, until: int) -> Whole:
    """When each record is looked at; `NEVER` where that is before it entered, or unobserved."""
    as_of = study.as_of or chronicle.dataset.default_as_of
    if as_of is None:
        raise LeadpolicyError.of(
            "LP513",
            "neither the study nor its data set says when definitions are compared on a record",
            where=str(study.path or study.dataset),
            help="add `as_of: 30 days after entry`, or a date, to the study",
        )
    if isinstance(as_of, AfterEntry):
        moments = later(chronicle.entered, as_of.delay // MICROSECOND)
    else:
        moments = np.full(len(chronicle), microseconds(as_of.moment), np.int64)
    out = (moments > until) | (moments < chronicle.entered) | (chronicle.entered == ALWAYS)
    if study.since is not None:
        out |= moments < microseconds(study.since)
    return np.where(out, NEVER, moments)


def _check_window(cohort: Cohort, study: Study) -> None:
    looked_at = cohort.moment[cohort.moment != NEVER]
    if not len(looked_at):
        raise LeadpolicyError.of(
            "LP514",
            f"the moment of comparison ({study.as_of}) comes before every record entered, or after "
            "the end of the data",
            where=str(study.path or study.dataset),
        )
    longest = cohort.until - int(looked_at.min())
    if cohort.within > longest:
        days = longest // (86_400 * 1_000_000)
        raise LeadpolicyError.of(
            "LP514",
            f"the maturity window of {show_duration(study.within)} is longer than the history: the "
            f"earliest record was followed for {days} days after its moment",
            where=str(study.path or study.dataset),
            expected=f"`within` of at most {days} days",
            help="shorten the window, or compare definitions at an earlier moment",
        )


# ------------------------------------------------------------------------------ facts at a moment


def values_at(chronicle: Chronicle, name: str, moments: Whole) -> list[Value | None]:
    """The value of a fact for every record at its moment."""
    base = chronicle.facts.get(name)
    changes = chronicle.changes.get(name)
    found: list[Value | None] = [None] * len(chronicle)
    if base is not None:
        found = [None if c == MISSING else base.values[c] for c in base.codes.tolist()]
    if changes is not None:
        everyone = np.arange(len(chronicle), dtype=np.int64)
        last = last_changes(changes, len(chronicle), everyone, moments)
        for record in np.flatnonzero(last >= 0).tolist():
            found[record] = changes.value.value(int(last[record]))
    return found


def _fact(chronicle: Chronicle, name: str, what: str) -> Type:
    vocabulary = chronicle.dataset.vocabulary
    if name not in vocabulary.facts:
        raise LeadpolicyError.of(
            "LP203",
            f"{what} of the study is `{name}`, which is not in the vocabulary",
            help=suggest(name, vocabulary.facts),
        )
    if name not in chronicle.facts and name not in chronicle.changes:
        raise LeadpolicyError.of(
            "LP203",
            f"{what} of the study is `{name}`, of which {chronicle.dataset.name} knows nothing",
            help=f"the data know {listing(sorted({*chronicle.facts, *chronicle.changes}), 20)}",
        )
    return vocabulary.facts[name].type


def _looked(moment: Whole, until: int) -> Whole:
    return np.where(moment == NEVER, until, moment)


def _excluded(chronicle: Chronicle, where: Sequence[StudyCondition], moment: Whole) -> Mask:
    gone = np.zeros(len(chronicle), np.bool_)
    problems = Problems()
    for condition in where:
        kind = _fact(chronicle, condition.fact, "a condition to exclude records")
        wanted = _wanted(condition, kind, problems)
        values = values_at(chronicle, condition.fact, _looked(moment, NEVER - 1))
        gone |= np.array([value in wanted for value in values], np.bool_)
    problems.stop_on_errors()
    return gone


def _wanted(condition: StudyCondition, kind: Type, problems: Problems) -> list[Value]:
    found: list[Value] = []
    for text in condition.values:
        try:
            found.append(read_text(kind, text))
        except ValueProblem as problem:
            problems.error(
                problem.code,
                problem.message,
                condition.span,
                expected=problem.expected,
                help=problem.help,
            )
    return found


def _accounts(chronicle: Chronicle, fact: str | None, rows: Whole, until: int) -> Whole:
    """A number per account; records whose account nobody knows are accounts of their own."""
    if fact is None:
        return np.arange(len(rows), dtype=np.int64)
    _fact(chronicle, fact, "the account")
    values = values_at(chronicle, fact, np.full(len(chronicle), until))
    numbers: dict[Value, int] = {}
    own = len(rows)
    found = []
    for place, row in enumerate(rows.tolist()):
        value = values[row]
        found.append(own + place if value is None else numbers.setdefault(value, len(numbers)))
    return np.array(found, np.int64)


def _amounts(
    chronicle: Chronicle, fact: str | None, moment: Whole, rows: Whole, until: int
) -> Numbers | None:
    """Amounts as of the moment of comparison: later ones may have been set by the outcome."""
    if fact is None:
        return None
    kind = _fact(chronicle, fact, "the amount")
    if str(kind.kind) not in ("integer", "number", "money"):
        raise LeadpolicyError.of(
            "LP303", f"the amount of the study is `{fact}`, which is no number but {kind}"
        )
    values = values_at(chronicle, fact, _looked(moment, until))
    return np.array([_number(values[row]) for row in rows.tolist()], np.float64)


def _number(value: Value | None) -> float:
    if isinstance(value, Range):
        return float(value.low) if value.low is not None and value.low == value.high else np.nan
    return float(value) if isinstance(value, int | float) else np.nan


def _worked(chronicle: Chronicle, kinds: Sequence[str], rows: Whole) -> Whole | None:
    """The first sign of work on each record; None where the study names none."""
    if not kinds:
        return None
    first = np.full(len(chronicle), NEVER, np.int64)
    for kind in kinds:
        log = chronicle.events.get(kind)
        if log is None:
            raise LeadpolicyError.of(
                "LP204",
                f"the study takes `{kind}` for a sign of work, but {chronicle.dataset.name} does "
                "not record such events",
                help=suggest(kind, chronicle.events) or f"it records {listing(chronicle.events)}",
            )
        np.minimum.at(first, log.records, log.at)
    return first[rows]


def _segments(chronicle: Chronicle, fact: str, moment: Whole, rows: Whole, until: int) -> Segments:
    kind = _fact(chronicle, fact, "a segment")
    values = values_at(chronicle, fact, _looked(moment, until))
    labels = segments.labels([values[row] for row in rows.tolist()], kind)
    order = segments.in_order(labels, kind)
    place = {label: at for at, label in enumerate(order)}
    return Segments(tuple(order), np.array([place[label] for label in labels], np.int64))


def undated_totals(chronicle: Chronicle) -> frozenset[str]:
    """Kinds of events that the data know as totals without dates."""
    return frozenset(
        name
        for name, log in chronicle.events.items()
        if len(log.at) and bool((log.at == ALWAYS).all())
    )
