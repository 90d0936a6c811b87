"""From a study to its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from leadpolicy.backtest import courses, tables
from leadpolicy.backtest.arrays import NEVER, Whole
from leadpolicy.backtest.build import build_cohort, undated_totals
from leadpolicy.backtest.captions import CaptionParts, captions, day, words
from leadpolicy.backtest.cohort import Cohort
from leadpolicy.backtest.effects import Removed, Tried, by_label, criteria_frame, sweeps_frame
from leadpolicy.backtest.fates import Fate
from leadpolicy.backtest.frames import CRITERIA, SWEEPS, frame
from leadpolicy.backtest.pairs import discordant_frame, pairs_frame
from leadpolicy.backtest.rates import share
from leadpolicy.backtest.read import open_study
from leadpolicy.backtest.result import Backtest
from leadpolicy.backtest.spans import VerdictSpans, of_records
from leadpolicy.backtest.study import Study
from leadpolicy.backtest.variants import reduced, swept
from leadpolicy.backtest.verdict import POINTS, RELATIVE
from leadpolicy.backtest.view import PolicyView, bits_of, seen_at, views
from leadpolicy.comparison.leaks import leaks, leaks_frame
from leadpolicy.data.moments import MICROSECOND
from leadpolicy.data.recordset import Progress
from leadpolicy.diagnostics import LeadpolicyError, Problems, listing, suggest
from leadpolicy.english import plural
from leadpolicy.evaluation.arguments import check
from leadpolicy.history.snapshots import accepted_snapshots
from leadpolicy.policy import Policy, load
from leadpolicy.policy.labels import labels

if TYPE_CHECKING:
    import pandas as pd

    from leadpolicy.data.chronicle import Chronicle

POLICIES: Final = {
    "policy": "str", "identity": "str", "title": "str", "organization": "str", "grain": "str",
    "rungs": "object", "snapshot": "object",
}  # fmt: skip
Replayed: TypeAlias = Callable[
    [Mapping[str, Policy], "Chronicle", Sequence[str], Progress | None], Mapping[str, VerdictSpans]
]


def backtest(
    study: Study | str | Path,
    *,
    policies: Sequence[Policy] | None = None,
    chronicle: Chronicle | None = None,
    progress: Progress | None = None,
    replayed: Replayed | None = None,
) -> Backtest:
    """Carry out a study: a `Study`, a study.yaml, its folder, or its name below `fixtures`.

    `policies` and `chronicle` replace what the study names; `replayed` replaces the replay.

    Raises `LeadpolicyError` where the study cannot be carried out as asked.
    """
    check(study=study, chronicle=chronicle, progress=progress, replayed=replayed)
    if policies is not None:
        check(policies=policies)
    if not isinstance(study, Study):
        study = open_study(study)
    given = policies_of(study, policies)
    named = dict(zip(labels(given), given, strict=True))
    _check(study, named)
    chronicle = history_of(study, progress) if chronicle is None else chronicle
    snapshot = _snapshot(study, named, chronicle)
    _check_outcome(study, chronicle)
    cohort = build_cohort(chronicle, study)
    replayed = replay_spans if replayed is None else replayed
    numbers = _numbers(chronicle, cohort)

    every: dict[tuple[str, str], Whole] = {}

    def seen(chosen: Mapping[str, Policy]) -> list[PolicyView]:
        spans = replayed(chosen, chronicle, study.accept_snapshot, progress)
        if study.capacity is not None:
            every.update(_entries(spans, chosen))
        own = {label: of_records(one, numbers) for label, one in spans.items()}
        return views(own, chosen, cohort, study.rungs, study.reading)

    found = seen(named)
    removed, tried = _variants(study, named, seen)
    if progress is not None:
        progress("working out the figures", 0, 1)
    as_of = str(study.as_of or chronicle.dataset.default_as_of)
    outcome = study.outcome or chronicle.outcome_name or "won"
    said = words(study, cohort, as_of, outcome)
    return Backtest(
        study=study,
        title=study.title or chronicle.dataset.title,
        outcome=outcome,
        as_of=as_of,
        facts=_facts(cohort, chronicle),
        notes=_notes(study, cohort, named, snapshot, chronicle),
        captions=captions(study, cohort, said, badged=any(snapshot.values())),
        policies=_policies_frame(named, snapshot),
        leaks=_leaks(study, named, chronicle),
        **_frames(study, cohort, found, said, removed, tried, every),
        cohort=cohort,
        views=tuple(found),
    )


def _frames(
    study: Study, cohort: Cohort, found: Sequence[PolicyView], said: CaptionParts,
    removed: Sequence[Removed], tried: Sequence[Tried], every: Mapping[tuple[str, str], Whole],
) -> dict[str, pd.DataFrame]:  # fmt: skip
    calendar = tables.study_periods(cohort, study.period)
    velocity, curves = courses.velocity_frames(cohort, found, said.outcome)
    decay, trends = courses.decay_frames(cohort, found, calendar)
    hold_out = None if study.hold_out is None else study.hold_out // MICROSECOND
    smallest = worth_knowing(study, cohort)
    return {
        "flow": tables.flow_frame(cohort, found, calendar),
        "stock": tables.stock_frame(cohort, found, calendar),
        "conversion": tables.conversion_frame(cohort, found, said.outcome),
        "precision": tables.precision_frame(cohort, found),
        "revenue": tables.revenue_frame(cohort, found),
        "capacity": tables.capacity_frame(cohort, found, study.capacity, every),
        "segments": tables.segments_frame(cohort, found),
        "pairs": pairs_frame(cohort, found, smallest, at_other_moments(cohort, found)),
        "discordant": discordant_frame(cohort, found),
        "velocity": velocity,
        "curves": curves,
        "ends": courses.ends_frame(cohort, found),
        "log_rank": courses.log_rank_frame(cohort, found),
        "agreement": courses.agreement_frame(cohort, found, calendar),
        "decay": decay,
        "trends": trends,
        "criteria": criteria_frame(cohort, found, removed)
        if removed else frame([], CRITERIA),
        "sweeps": sweeps_frame(cohort, found, tried, hold_out, smallest)
        if tried else frame([], SWEEPS),
    }  # fmt: skip


def worth_knowing(study: Study, cohort: Cohort) -> float:
    """The difference of two rates that is worth knowing: the study's, or a quarter of the rate of
    all records and five points at most. That also stands in for more than half of that rate: where
    2 % are won at all, no definition could be worse by five points.
    """
    fate = cohort.fate
    base = share(int((fate == Fate.REACHED).sum()), int((fate >= Fate.NOT_REACHED).sum())).value
    asked = study.smallest_difference
    if asked is None or (base and asked > base / 2):
        return min(RELATIVE * (base or 0.0), POINTS)
    return asked


def at_other_moments(
    cohort: Cohort, found: Sequence[PolicyView]
) -> dict[str, tuple[Cohort, Sequence[PolicyView]]]:
    """The same records at half and at twice the moment; none where that is the same moment."""
    if (cohort.moment == cohort.entered).all():
        return {}
    others = {"half": cohort.at_moment(0.5), "twice": cohort.at_moment(2.0)}
    return {
        name: (there, [seen_at(one, there) for one in found])
        for name, there in others.items()
        if (there.fate >= Fate.NOT_REACHED).any()
    }


# ------------------------------------------------------------------------------------- asking


def policies_of(study: Study, given: Sequence[Policy] | None = None) -> list[Policy]:
    """The policies of a study, or those given for it. Raises `LeadpolicyError`."""
    return load.policies_of(study.policies if given is None else given, policies=study.folder)


def _check(study: Study, policies: Mapping[str, Policy]) -> None:
    """Whether what the study asks of its policies exists."""
    where = str(study.path or study.dataset)
    defined = {rung for policy in policies.values() for rung in policy.rungs}
    if not defined & set(study.rungs):
        raise LeadpolicyError.of(
            "LP514",
            f"none of the policies defines {' or '.join(study.rungs)}",
            where=where,
            expected=f"`rungs` among {listing(sorted(defined))}" if defined else
            "policies with stages that count as a rung",
            help="a stage says so with `counts_as`",
        )  # fmt: skip
    problems = Problems()
    for sweep in study.sweeps:
        names = {n: p for label, p in policies.items() for n in (label, p.id, p.identity)}
        if sweep.policy not in names:
            problems.error(
                "LP514",
                f"the sweep speaks of `{sweep.policy}`, which the study does not compare",
                sweep.span,
                where=where,
                help=suggest(sweep.policy, names) or f"compared are {listing(policies)}",
            )
        elif sweep.parameter not in names[sweep.policy].parameters:
            known = names[sweep.policy].parameters
            problems.error(
                "LP207",
                f"`{sweep.policy}` has no parameter `{sweep.parameter}`",
                sweep.span,
                where=where,
                help=suggest(sweep.parameter, known) or f"its parameters are {listing(known)}",
            )
    problems.stop_on_errors()


def history_of(study: Study, progress: Progress | None = None) -> Chronicle:
    """The history that a study is about. Raises `LeadpolicyError`."""
    from leadpolicy.data.dataset import open_dataset

    dataset = open_dataset(study.dataset)
    if study.grain is not None and study.grain != dataset.grain:
        raise LeadpolicyError.of(
            "LP514",
            f"the study is about one {study.grain} per record, but {dataset.name} has one "
            f"{dataset.grain}",
            where=str(study.path or study.dataset),
        )
    return dataset.chronicle(progress)


def _check_outcome(study: Study, chronicle: Chronicle) -> None:
    if study.outcome is not None and study.outcome != chronicle.outcome_name:
        raise LeadpolicyError.of(
            "LP514",
            f"the study asks for the outcome `{study.outcome}`, but {chronicle.dataset.name} "
            + (
                f"tells `{chronicle.outcome_name}`"
                if chronicle.outcome_name
                else "tells no outcome"
            ),
            where=str(study.path or study.dataset),
            help=suggest(study.outcome, [chronicle.outcome_name]),
        )


def _snapshot(
    study: Study, policies: Mapping[str, Policy], chronicle: Chronicle
) -> dict[str, tuple[str, ...]]:
    """Per policy the facts known only as of today. Raises unless the study accepts each."""
    used = accepted_snapshots(policies, chronicle, "all")
    if "all" in study.accept_snapshot:
        return used
    accepted_snapshots(policies, chronicle, ["all", *study.accept_snapshot])
    refused = sorted({name for names in used.values() for name in names})
    refused = [name for name in refused if name not in study.accept_snapshot]
    if refused:
        by = [label for label, names in used.items() if set(names) & set(refused)]
        raise LeadpolicyError.of(
            "LP507",
            f"{chronicle.dataset.name} knows {listing(refused, 30)} only as of today, so that "
            "nobody knows what they were at an earlier moment",
            where=str(study.path or study.dataset),
            expected="facts with dates, or a study that accepts these by name",
            help=f"they are used by {listing(by)}; to go on all the same, with a mark at every "
            f"figure, add `accept_snapshot: [{', '.join(refused)}]` to the study",
        )
    return used


# ----------------------------------------------------------------------------------- replaying


def replay_spans(
    policies: Mapping[str, Policy],
    chronicle: Chronicle,
    accepted: Sequence[str],
    progress: Progress | None,
) -> dict[str, VerdictSpans]:
    """The spans of every policy on all records of a chronicle."""
    from leadpolicy.history.run import replay

    found = replay(policies, chronicle, accept_snapshot=accepted, progress=progress)
    spans = {}
    for label in policies:
        lines = found.timelines(label)
        spans[label] = VerdictSpans(
            len(chronicle), lines.record, lines.begin, lines.end, lines.held, lines.open
        )
    return spans


def _entries(
    spans: Mapping[str, VerdictSpans], policies: Mapping[str, Policy]
) -> dict[tuple[str, str], Whole]:
    """First entries of all records of the data, by rung and policy."""
    return {
        (rung, label): spans[label].first_entry(bits_of(policy, rung))
        for label, policy in policies.items()
        for rung in policy.rungs
    }


def _numbers(chronicle: Chronicle, cohort: Cohort) -> Whole:
    place = {name: at for at, name in enumerate(chronicle.ids)}
    return np.array([place[name] for name in cohort.ids], np.int64)


def _variants(
    study: Study,
    policies: Mapping[str, Policy],
    seen: Callable[[Mapping[str, Policy]], list[PolicyView]],
) -> tuple[list[Removed], list[Tried]]:
    """Views of the policies less a criterion, and with other values of parameters."""
    less = reduced(policies) if study.leave_one_out else {}
    other = swept(policies, study.sweeps)
    chosen = {label: one[2] for label, one in less.items()}
    chosen |= {label: one[3] for label, one in other.items()}
    if not chosen:
        return [], []
    found = by_label(seen(chosen))
    removed = [
        Removed(policy, name, policies[policy].criteria[name].says, one)
        for label, (policy, name, _) in less.items()
        for one in found.get(label, [])
    ]
    tried = [
        Tried(policy, sweep, value, _same(policies[policy], changed), one)
        for label, (policy, sweep, value, changed) in other.items()
        for one in found.get(label, [])
    ]
    return removed, tried


def _same(policy: Policy, changed: Policy) -> bool:
    return policy.changed == changed.changed


# -------------------------------------------------------------------------------------- telling


def _policies_frame(
    policies: Mapping[str, Policy], snapshot: Mapping[str, tuple[str, ...]]
) -> pd.DataFrame:
    rows = (
        {
            "policy": label, "identity": policy.identity, "title": policy.title,
            "organization": policy.organization, "grain": policy.grain, "rungs": policy.rungs,
            "snapshot": snapshot[label],
        }
        for label, policy in policies.items()
    )  # fmt: skip
    return frame(rows, POLICIES)


def _facts(cohort: Cohort, chronicle: Chronicle) -> dict[str, Any]:
    fate = cohort.fate
    return {
        "records": len(cohort),
        "of": len(chronicle),
        "rows": _rows(chronicle),
        **chronicle.quarantine.to_dict(chronicle.tables),
        "left_out": dict(cohort.left_out),
        "entered": [day(int(cohort.entered.min())), day(int(cohort.entered.max()))],
        "observed_until": day(cohort.until),
        "accounts": len(np.unique(cohort.account)),
        "won": int((fate == Fate.REACHED).sum()),
        "not_won": int((fate == Fate.NOT_REACHED).sum()),
        "too_new": int((fate == Fate.IMMATURE).sum()),
        "over_before": int((fate == Fate.OVER).sum()),
        "not_told": int((fate == Fate.UNTOLD).sum()),
        "no_moment": int((fate == Fate.OUT).sum()),
        "never_worked": None if cohort.worked is None else int((cohort.worked == NEVER).sum()),
    }


def _rows(chronicle: Chronicle) -> int:
    """How many rows stand where the records come from; those set aside are no records."""
    main = chronicle.dataset.spec.records.table
    aside = sum(table.set_aside for table in chronicle.tables if table.name == main)
    return next(t.rows for t in chronicle.tables if t.name == main) if aside else len(chronicle)


def _leaks(study: Study, policies: Mapping[str, Policy], chronicle: Chronicle) -> pd.DataFrame:
    """The facts that know the future, with what of this study looks at them."""
    direct = dict.fromkeys(study.segments, "the segments of this study")
    if study.amount is not None:
        direct[study.amount] = "the amounts of this study"
    return leaks_frame(leaks(chronicle), policies, direct)


def _notes(
    study: Study,
    cohort: Cohort,
    policies: Mapping[str, Policy],
    snapshot: Mapping[str, tuple[str, ...]],
    chronicle: Chronicle,
) -> tuple[str, ...]:
    """What a reader has to know before believing anything."""
    notes = [f"Left out: {reason}: {count:,}." for reason, count in cohort.left_out.items()]
    fate = cohort.fate
    if early := int(cohort.early.sum()):
        notes.append(
            f"{plural(early, 'record')} with an outcome dated before the entry: it is not used, "
            "and they are in no rate."
        )
    if cohort.undated:
        won, known = int((fate == Fate.REACHED).sum()), int((fate >= Fate.NOT_REACHED).sum())
        most = share(won + cohort.undated, known + cohort.undated)
        notes.append(
            f"{plural(cohort.undated, 'record')} won without a date, so that nobody knows whether "
            f"within the window: in no rate. Were all of them, {most.part:,} of {most.of:,} would "
            f"be won ({100 * (most.value or 0.0):.1f} %)."
        )
    if closed := int((cohort.closed < cohort.entered).sum()):
        notes.append(
            f"{plural(closed, 'record')} closed before the entry: over from the start, and in no "
            "rate."
        )
    if not (fate == Fate.REACHED).any():
        notes.append(
            "No record reached the outcome within the window. Rates are zero with their upper "
            "bounds; lift and recall are not defined."
        )
    if not (fate >= Fate.NOT_REACHED).any():
        notes.append("No record was followed for the whole window: there is no rate to show.")
    if len(policies) == 1:
        notes.append("There is one policy, so that nothing is compared.")
    for label, policy in policies.items():
        lacking = [rung for rung in study.rungs if rung not in policy.rungs]
        if lacking:
            notes.append(f"{label} does not define {' or '.join(lacking)}.")
    notes += [
        f"{label} looks at facts known only as they are today: {', '.join(names)}."
        for label, names in snapshot.items()
        if names
    ]
    totals = undated_totals(chronicle)
    notes += [
        f"{label} looks at totals without dates, which may count what happened later: "
        f"{', '.join(sorted(totals & set(policy.events)))}."
        for label, policy in policies.items()
        if totals & set(policy.events)
    ]
    other = [p.id for p in policies.values() if p.grain != chronicle.dataset.grain]
    if other:
        notes.append(
            f"{', '.join(other)}: written for another unit than one {chronicle.dataset.grain}; "
            "read per record here."
        )
    if cohort.since is None and (cohort.entered == cohort.entered.min()).mean() > 0.5:
        notes.append(
            "More than half of the records entered at the same moment, as after an import: what "
            "they were before is not known. `observed_since` tells when observation began."
        )
    return (*notes, *chronicle.notes)
