"""Results as tidy data frames, with the same columns and types also where there are no rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from leadpolicy.comparison.agreement import agreement_of, overall_agreement
from leadpolicy.comparison.contested import Contested
from leadpolicy.comparison.disagreements import Disagreement, Refusal
from leadpolicy.comparison.outcomes import outcome
from leadpolicy.comparison.overlap import exclusive, overlap_of
from leadpolicy.comparison.readiness import ConditionReadiness, MissingFact, PolicyReadiness
from leadpolicy.comparison.segments import SegmentVolume
from leadpolicy.comparison.tidy import Columns, Row, frame
from leadpolicy.comparison.volumes import stage_volumes, volume
from leadpolicy.evaluation.codes import OPEN, TRUE, UNKNOWN, WON, crossed_pairs, share
from leadpolicy.evaluation.groups import RecordGroups
from leadpolicy.evaluation.verdicts import RecordVerdicts
from leadpolicy.logic.walk import needs
from leadpolicy.types import show
from leadpolicy.vocabulary.model import EVENT
from leadpolicy.vocabulary.record import EventLog

if TYPE_CHECKING:
    import pandas as pd

POLICIES: Final[Columns] = {
    "policy": "str", "identity": "str", "id": "str", "version": "str", "title": "str",
    "organization": "str", "grain": "str", "criteria": "int64", "fully": "int64",
    "partly": "int64", "not_ready": "int64", "decided": "float64", "open_records": "int64",
    "records": "int64",
}  # fmt: skip
CRITERIA: Final[Columns] = {
    "policy": "str", "kind": "str", "name": "str", "says": "str", "ready": "str",
    "needs": "object", "absent": "object", "certain": "int64", "unknown": "int64",
    "refused": "int64", "decided": "float64",
}  # fmt: skip
MISSING: Final[Columns] = {
    "policy": "str", "fact": "str", "open": "int64", "alone": "int64", "examined": "int64",
    "undecided": "int64", "records": "int64", "share": "float64", "share_alone": "float64",
    "in_data": "bool", "ask": "str", "owner": "str",
}  # fmt: skip
VOLUMES: Final[Columns] = {
    "policy": "str", "rung": "str", "defined": "bool", "records": "int64", "certain": "Int64",
    "unknown": "Int64", "refused": "Int64", "possible": "Int64", "share_certain": "float64",
    "share_possible": "float64",
}  # fmt: skip
STAGES: Final[Columns] = {
    "policy": "str", "position": "int64", "stage": "str", "title": "str", "counts_as": "str",
    "current": "int64", "possible": "int64", "certain": "Int64", "unknown": "Int64",
    "refused": "Int64",
}  # fmt: skip
AGREEMENT: Final[Columns] = {
    "rung": "str", "a": "str", "b": "str", "records": "int64", "decided": "int64",
    "undecided": "int64", "both": "int64", "only_a": "int64", "only_b": "int64",
    "neither": "int64", "raw": "float64", "kappa": "float64", "note": "str",
}  # fmt: skip
OVERALL: Final[Columns] = {
    "rung": "str", "policies": "int64", "records": "int64", "decided": "int64",
    "undecided": "int64", "unanimous": "float64", "raw": "float64", "kappa": "float64",
    "note": "str",
}  # fmt: skip
OVERLAP: Final[Columns] = {
    "rung": "str", "a": "str", "b": "str", "size_a": "int64", "size_b": "int64",
    "difference": "int64", "both": "int64", "only_a": "int64", "a_denied_by_b": "int64",
    "a_undecided_by_b": "int64", "only_b": "int64", "b_denied_by_a": "int64",
    "b_undecided_by_a": "int64", "jaccard": "float64", "a_in_b": "float64", "b_in_a": "float64",
}  # fmt: skip
EXCLUSIVE: Final[Columns] = {
    "rung": "str", "policy": "str", "certain": "int64", "exclusive": "int64", "known": "int64",
    "won": "int64",
}  # fmt: skip
CROSSINGS: Final[Columns] = {
    "a": "str", "rung_a": "str", "b": "str", "rung_b": "str", "same": "bool", "size_a": "int64",
    "size_b": "int64", "both": "int64", "jaccard": "float64", "jaccard_same": "float64",
    "a_in_b": "float64", "b_in_a": "float64",
}  # fmt: skip
DISAGREEMENTS: Final[Columns] = {
    "rung": "str", "claims": "str", "other": "str", "kind": "str", "records": "int64",
    "of": "int64", "reason": "str", "criteria": "object", "against": "object", "first": "str",
    "says": "str", "samples": "object",
}  # fmt: skip
REFUSALS: Final[Columns] = {
    "rung": "str", "policy": "str", "kind": "str", "records": "int64", "of": "int64",
    "reason": "str", "criteria": "object", "against": "object", "first": "str", "says": "str",
    "claims": "object", "samples": "object",
}  # fmt: skip
CONTESTED: Final[Columns] = {
    "rung": "str", "record": "str", "claims": "object", "denies": "object",
    "undecided": "object", "nearest": "str", "reason": "str", "criteria": "object",
    "against": "object", "first": "str", "says": "str", "seen": "object", "outcome": "object",
}  # fmt: skip
OUTCOMES: Final[Columns] = {
    "rung": "str", "policy": "str", "certain": "int64", "known": "int64", "won": "int64",
    "rate": "float64", "low": "float64", "high": "float64", "base_rate": "float64",
    "lift": "float64", "recall": "float64", "recall_possible": "float64", "few": "bool",
    "unknown": "int64",
    "unknown_known": "int64", "unknown_won": "int64",
}  # fmt: skip
SEGMENTS: Final[Columns] = {
    "segment": "str", "rung": "str", "policy": "str", "records": "int64", "certain": "int64",
    "unknown": "int64", "refused": "int64", "possible": "int64", "known": "int64",
    "won": "int64", "rate": "float64", "low": "float64", "high": "float64", "few": "bool",
}  # fmt: skip


def policies_frame(evaluation: RecordVerdicts, ready: Sequence[PolicyReadiness]) -> pd.DataFrame:
    """One row per policy."""
    rows = (
        {
            "policy": one.label,
            "identity": one.policy.identity,
            "id": one.policy.id,
            "version": one.policy.version,
            "title": one.policy.title,
            "organization": one.policy.organization,
            "grain": one.policy.grain,
            "criteria": r.criteria,
            "fully": r.fully,
            "partly": r.partly,
            "not_ready": r.not_ready,
            "decided": r.decided,
            "open_records": r.open_records,
            "records": r.records,
        }
        for one, r in zip(evaluation.policies, ready, strict=True)
    )
    return frame(rows, POLICIES)


def criteria_frame(conditions: Sequence[ConditionReadiness]) -> pd.DataFrame:
    """One row per criterion and stage of each policy."""
    rows = (
        {
            "policy": c.policy,
            "kind": c.kind,
            "name": c.name,
            "says": c.says,
            "ready": str(c.ready),
            "needs": c.needs,
            "absent": c.absent,
            "certain": c.verdicts.certain,
            "unknown": c.verdicts.unknown,
            "refused": c.verdicts.refused,
            "decided": c.decided,
        }
        for c in conditions
    )
    return frame(rows, CRITERIA)


def missing_frame(missing: Sequence[MissingFact]) -> pd.DataFrame:
    """One row per policy and fact or event that leaves stages of it UNKNOWN."""
    rows = (
        {
            "policy": m.policy,
            "fact": m.fact,
            "open": m.open,
            "alone": m.alone,
            "examined": m.examined,
            "undecided": m.undecided,
            "records": m.records,
            "share": m.share,
            "share_alone": m.share_alone,
            "in_data": m.in_data,
            "ask": m.ask,
            "owner": m.owner,
        }
        for m in missing
    )
    return frame(rows, MISSING)


def volumes_frame(groups: RecordGroups, rungs: Sequence[str]) -> pd.DataFrame:
    """One row per policy and rung; no counts where the policy does not define the rung."""
    rows: list[Row] = []
    records = groups.records
    for one in groups.policies:
        for rung in rungs:
            row: Row = {
                "policy": one.label,
                "rung": rung,
                "defined": rung in one.rungs,
                "records": records,
            }
            if rung in one.rungs:
                v = volume(one.rungs[rung], groups.counts)
                row |= {
                    "certain": v.certain,
                    "unknown": v.unknown,
                    "refused": v.refused,
                    "possible": v.possible,
                    "share_certain": v.share_certain,
                    "share_possible": v.share_possible,
                }
            rows.append(row)
    return frame(rows, VOLUMES)


def stages_frame(groups: RecordGroups) -> pd.DataFrame:
    """One row per policy and stage, and one for records at no stage (position -1)."""
    rows: list[Row] = []
    for one in groups.policies:
        for v in stage_volumes(one.stages, groups.counts):
            stage = one.policy.stages[v.position] if v.position >= 0 else None
            rows.append(
                {
                    "policy": one.label,
                    "position": v.position,
                    "stage": stage.name if stage else "",
                    "title": stage.title if stage else "no stage",
                    "counts_as": (stage.counts_as or "") if stage else "",
                    "current": v.current,
                    "possible": v.possible,
                    "certain": v.verdicts.certain if v.verdicts else None,
                    "unknown": v.verdicts.unknown if v.verdicts else None,
                    "refused": v.verdicts.refused if v.verdicts else None,
                }
            )
    return frame(rows, STAGES)


def agreement_frames(
    groups: RecordGroups, rungs: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per rung and pair, and one per rung for all policies that define it."""
    pairs: list[tuple[object, ...]] = []
    overall: list[Row] = []
    for rung in rungs:
        defining = groups.defining(rung)
        if len(defining) < 2:
            continue
        for a, b, counts in _pairs(groups, rung):
            of = agreement_of(counts)
            pairs.append(
                (rung, a, b, of.records, of.decided, of.undecided, of.both, of.only_a, of.only_b,
                 of.neither, of.raw, of.kappa, str(of.note))
            )  # fmt: skip
        every = overall_agreement(
            np.column_stack([one.rungs[rung] for one in defining]), groups.counts
        )
        overall.append({"rung": rung} | asdict(every) | {"note": str(every.note)})
    return frame(pairs, AGREEMENT), frame(overall, OVERALL)


def _pairs(groups: RecordGroups, rung: str) -> Iterator[tuple[str, str, list[list[int]]]]:
    """For every pair of policies that define a rung how many records have which two verdicts."""
    defining = groups.defining(rung)
    columns = np.column_stack([one.rungs[rung] for one in defining])
    found = crossed_pairs(columns, groups.counts).transpose(2, 3, 0, 1)
    for (at, a), (to, b) in combinations(enumerate(defining), 2):
        yield a.label, b.label, found[at, to].tolist()


def overlap_frames(groups: RecordGroups, rungs: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per rung and pair, and one per rung and policy with what it alone holds."""
    pairs: list[tuple[object, ...]] = []
    alone: list[Row] = []
    for rung in rungs:
        defining = groups.defining(rung)
        if len(defining) < 2:
            continue
        for a, b, counts in _pairs(groups, rung):
            o = overlap_of(counts)
            pairs.append(
                (rung, a, b, o.size_a, o.size_b, o.size_a - o.size_b, o.both, o.only_a,
                 o.a_denied_by_b, o.a_undecided_by_b, o.only_b, o.b_denied_by_a,
                 o.b_undecided_by_a, o.jaccard, o.a_in_b, o.b_in_a)
            )  # fmt: skip
        held = exclusive(np.column_stack([one.rungs[rung] for one in defining]))
        for at, one in enumerate(defining):
            of = outcome(held[:, at], groups.outcomes, groups.counts)
            alone.append(
                {
                    "rung": rung,
                    "policy": one.label,
                    "certain": volume(one.rungs[rung], groups.counts).certain,
                    "exclusive": of.records,
                    "known": of.known,
                    "won": of.won,
                }
            )
    return frame(pairs, OVERLAP), frame(alone, EXCLUSIVE)


def crossings_frame(groups: RecordGroups, rungs: Sequence[str]) -> pd.DataFrame:
    """For these rungs of a policy the rung of each other policy that holds most nearly the same.

    The best match has the highest Jaccard index; between equals the same rung, then the lower.
    """
    levels = [(one.label, rung) for one in groups.policies for rung in one.rungs]
    if not levels:
        return frame([], CROSSINGS)
    held = np.column_stack(
        [codes == TRUE for one in groups.policies for codes in one.rungs.values()]
    ).astype(np.float64)
    both = held.T @ (held * groups.counts[:, None])
    size = both.diagonal()
    either = size[:, None] + size - both
    jaccard = np.divide(both, either, out=np.full(both.shape, np.nan), where=either > 0)
    own: dict[str, list[int]] = {}
    for place, (label, _) in enumerate(levels):
        own.setdefault(label, []).append(place)
    rows: list[tuple[object, ...]] = []
    for a in groups.policies:
        for b in groups.policies:
            if a is b or not b.rungs:
                continue
            for at in own.get(a.label, ()):
                rung = levels[at][1]
                if rung not in rungs:
                    continue
                near = {to: (jaccard[at, to], levels[to][1]) for to in own[b.label]}
                best = max(near, key=lambda to: (_or_zero(near[to][0]), near[to][1] == rung))
                same = next((one for one, other in near.values() if other == rung), np.nan)
                rows.append(
                    (a.label, rung, b.label, levels[best][1], levels[best][1] == rung, size[at],
                     size[best], both[at, best], jaccard[at, best], same,
                     both[at, best] / size[at] if size[at] else np.nan,
                     both[at, best] / size[best] if size[best] else np.nan)
                )  # fmt: skip
    return frame(rows, CROSSINGS)


def _or_zero(share: float) -> float:
    return 0.0 if np.isnan(share) else float(share)


def disagreements_frame(found: Iterable[Disagreement]) -> pd.DataFrame:
    """One row per rung, ordered pair, kind and cause."""
    rows = (
        {
            "rung": d.rung,
            "claims": d.claims,
            "other": d.other,
            "kind": d.kind,
            "records": d.records,
            "of": d.of,
            "reason": str(d.cause.reason),
            "criteria": d.cause.criteria,
            "against": d.cause.against,
            "first": d.cause.first,
            "says": d.cause.says,
            "samples": d.samples,
        }
        for d in found
    )
    return frame(rows, DISAGREEMENTS)


def refusals_frame(found: Iterable[Refusal]) -> pd.DataFrame:
    """One row per rung, policy, kind and cause."""
    rows = (
        {
            "rung": r.rung,
            "policy": r.policy,
            "kind": r.kind,
            "records": r.records,
            "of": r.of,
            "reason": str(r.cause.reason),
            "criteria": r.cause.criteria,
            "against": r.cause.against,
            "first": r.cause.first,
            "says": r.cause.says,
            "claims": r.claims,
            "samples": r.samples,
        }
        for r in found
    )
    return frame(rows, REFUSALS)


def contested_frame(evaluation: RecordVerdicts, found: Iterable[Contested]) -> pd.DataFrame:
    """One row per record, the one most worth arguing about first."""
    rows = (
        {
            "rung": c.rung,
            "record": c.record,
            "claims": c.claims,
            "denies": c.denies,
            "undecided": c.undecided,
            "nearest": c.nearest,
            "reason": str(c.cause.reason),
            "criteria": c.cause.criteria,
            "against": c.cause.against,
            "first": c.cause.first,
            "says": c.cause.says,
            "seen": _seen(evaluation, c),
            "outcome": _outcome_word(evaluation, c.row),
        }
        for c in found
    )
    return frame(rows, CONTESTED)


def _outcome_word(evaluation: RecordVerdicts, row: int) -> str | None:
    code, name = int(evaluation.outcomes[row]), evaluation.data.outcome_name or "won"
    return None if code == OPEN else name if code == WON else f"not {name}"


def _seen(evaluation: RecordVerdicts, contested: Contested) -> tuple[str, ...]:
    """What the record says on the facts of the first criterion: `company.employees: 19`."""
    policy = evaluation[contested.nearest].policy
    if not contested.cause.first:
        return ()
    at = list(policy.criteria).index(contested.cause.first)
    record = evaluation.data.records[contested.row]
    said: list[str] = []
    for name in sorted(needs([policy.logic.criteria[at]])):
        if name.startswith(EVENT):
            event = name.removeprefix(EVENT)
            log = record.events.get(event)
            said.append(f"{event}: {_count(log)}")
        else:
            value = record.facts.get(name)
            kind = policy.vocabulary.facts[name].type
            said.append(f"{name}: {'not known' if value is None else show(value, kind)}")
    return tuple(said)


def _count(log: EventLog | None) -> str:
    """How often it happened by the moment of evaluation, and when last."""
    if log is None:
        return "not recorded"
    last = max((h.at for h in log.happenings if h.at is not None), default=None)
    return f"{len(log.happenings)} so far" + (f", last {last.date()}" if last else "")


def outcomes_frame(groups: RecordGroups, rungs: Sequence[str]) -> pd.DataFrame:
    """One row per rung and policy that defines it; empty where no outcome is known."""
    rows: list[Row] = []
    base = outcome(np.ones(len(groups), np.bool_), groups.outcomes, groups.counts)
    if not base.known:
        return frame([], OUTCOMES)
    for rung in rungs:
        for one in groups.defining(rung):
            verdicts = one.rungs[rung]
            held = outcome(verdicts == TRUE, groups.outcomes, groups.counts)
            maybe = outcome(verdicts == UNKNOWN, groups.outcomes, groups.counts)
            rows.append(
                {
                    "rung": rung,
                    "policy": one.label,
                    "certain": held.records,
                    "known": held.known,
                    "won": held.won,
                    "rate": held.rate,
                    "low": held.low,
                    "high": held.high,
                    "base_rate": base.rate,
                    "lift": held.lift,
                    "recall": held.recall,
                    "recall_possible": share(held.won + maybe.won, base.won),
                    "few": held.few,
                    "unknown": maybe.records,
                    "unknown_known": maybe.known,
                    "unknown_won": maybe.won,
                }
            )
    return frame(rows, OUTCOMES)


def segments_frame(found: Iterable[SegmentVolume]) -> pd.DataFrame:
    """One row per segment, rung and policy that defines it."""
    rows = (
        {
            "segment": s.segment,
            "rung": s.rung,
            "policy": s.policy,
            "records": s.volume.records,
            "certain": s.volume.certain,
            "unknown": s.volume.unknown,
            "refused": s.volume.refused,
            "possible": s.volume.possible,
            "known": s.outcome.known,
            "won": s.outcome.won,
            "rate": s.outcome.rate,
            "low": s.outcome.low,
            "high": s.outcome.high,
            "few": s.outcome.few,
        }
        for s in found
    )
    return frame(rows, SEGMENTS)
