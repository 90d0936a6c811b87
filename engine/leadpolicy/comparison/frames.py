"""Results as tidy data frames, with the same columns and types also where there are no rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import combinations
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from leadpolicy.comparison.agreement import (
    OverallAgreement,
    PairAgreement,
    overall_agreement,
    pair_agreement,
)
from leadpolicy.comparison.contested import Contested
from leadpolicy.comparison.disagreements import Disagreement, Refusal
from leadpolicy.comparison.outcomes import outcome
from leadpolicy.comparison.overlap import exclusive, overlap
from leadpolicy.comparison.readiness import ConditionReadiness, MissingFact, PolicyReadiness
from leadpolicy.comparison.segments import SegmentVolume
from leadpolicy.comparison.volumes import stage_volumes, volume
from leadpolicy.evaluation.codes import OPEN, TRUE, UNKNOWN, WON
from leadpolicy.evaluation.verdicts import PolicyVerdicts, RecordVerdicts
from leadpolicy.logic.walk import needs
from leadpolicy.types import show
from leadpolicy.vocabulary.model import EVENT
from leadpolicy.vocabulary.record import EventLog

Columns: TypeAlias = Mapping[str, str]
Row: TypeAlias = dict[str, Any]

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
    "lift": "float64", "recall": "float64", "few": "bool", "unknown": "int64",
    "unknown_known": "int64", "unknown_won": "int64",
}  # fmt: skip
SEGMENTS: Final[Columns] = {
    "segment": "str", "rung": "str", "policy": "str", "records": "int64", "certain": "int64",
    "unknown": "int64", "refused": "int64", "possible": "int64", "known": "int64",
    "won": "int64", "rate": "float64", "low": "float64", "high": "float64", "few": "bool",
}  # fmt: skip


def frame(rows: Iterable[Row], columns: Columns) -> pd.DataFrame:
    """A frame with exactly these columns and types."""
    made = pd.DataFrame(list(rows), columns=list(columns))
    return made.astype(dict(columns))


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


def volumes_frame(evaluation: RecordVerdicts, rungs: Sequence[str]) -> pd.DataFrame:
    """One row per policy and rung; no counts where the policy does not define the rung."""
    rows: list[Row] = []
    for one in evaluation.policies:
        for rung in rungs:
            row: Row = {
                "policy": one.label,
                "rung": rung,
                "defined": rung in one.rungs,
                "records": len(evaluation),
            }
            if rung in one.rungs:
                v = volume(one.rungs[rung])
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


def stages_frame(evaluation: RecordVerdicts) -> pd.DataFrame:
    """One row per policy and stage, and one for records at no stage (position -1)."""
    rows: list[Row] = []
    for one in evaluation.policies:
        for v in stage_volumes(one.stages):
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
    evaluation: RecordVerdicts, rungs: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per rung and pair, and one per rung for all policies that define it."""
    pairs: list[Row] = []
    overall: list[Row] = []
    for rung in rungs:
        defining = evaluation.defining(rung)
        if len(defining) < 2:
            continue
        for a, b in combinations(defining, 2):
            pair = pair_agreement(a.rungs[rung], b.rungs[rung])
            pairs.append({"rung": rung, "a": a.label, "b": b.label} | _fields(pair))
        every = overall_agreement(np.column_stack([one.rungs[rung] for one in defining]))
        overall.append({"rung": rung} | _fields(every))
    return frame(pairs, AGREEMENT), frame(overall, OVERALL)


def _fields(of: PairAgreement | OverallAgreement) -> Row:
    return asdict(of) | {"note": str(of.note)}


def overlap_frames(
    evaluation: RecordVerdicts, rungs: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per rung and pair, and one per rung and policy with what it alone holds."""
    pairs: list[Row] = []
    alone: list[Row] = []
    for rung in rungs:
        defining = evaluation.defining(rung)
        for a, b in combinations(defining, 2):
            o = overlap(a.rungs[rung], b.rungs[rung])
            more = {"difference": o.size_a - o.size_b, "only_a": o.only_a, "only_b": o.only_b}
            pairs.append({"rung": rung, "a": a.label, "b": b.label} | more | asdict(o))
        if len(defining) < 2:
            continue
        held = exclusive(np.column_stack([one.rungs[rung] for one in defining]))
        for at, one in enumerate(defining):
            outcomes = evaluation.outcomes[held[:, at]]
            alone.append(
                {
                    "rung": rung,
                    "policy": one.label,
                    "certain": int((one.rungs[rung] == TRUE).sum()),
                    "exclusive": len(outcomes),
                    "known": int((outcomes != OPEN).sum()),
                    "won": int((outcomes == WON).sum()),
                }
            )
    return frame(pairs, OVERLAP), frame(alone, EXCLUSIVE)


def crossings_frame(evaluation: RecordVerdicts, rungs: Sequence[str]) -> pd.DataFrame:
    """For these rungs of a policy the rung of each other policy that holds most nearly the same.

    The best match has the highest Jaccard index; between equals the same rung, then the lower.
    """
    rows: list[Row] = []
    for a in evaluation.policies:
        for b in evaluation.policies:
            if a is not b:
                rows += [_crossing(a, rung, b) for rung in rungs if rung in a.rungs and b.rungs]
    return frame(rows, CROSSINGS)


def _crossing(a: PolicyVerdicts, rung: str, b: PolicyVerdicts) -> Row:
    found = {other: overlap(a.rungs[rung], codes) for other, codes in b.rungs.items()}
    best = max(found, key=lambda other: (found[other].jaccard or 0.0, other == rung))
    o = found[best]
    return {
        "a": a.label,
        "rung_a": rung,
        "b": b.label,
        "rung_b": best,
        "same": best == rung,
        "size_a": o.size_a,
        "size_b": o.size_b,
        "both": o.both,
        "jaccard": o.jaccard,
        "jaccard_same": found[rung].jaccard if rung in found else None,
        "a_in_b": o.a_in_b,
        "b_in_a": o.b_in_a,
    }


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


def outcomes_frame(evaluation: RecordVerdicts, rungs: Sequence[str]) -> pd.DataFrame:
    """One row per rung and policy that defines it; empty where no outcome is known."""
    rows: list[Row] = []
    everyone = np.ones(len(evaluation), dtype=np.bool_)
    base = outcome(everyone, evaluation.outcomes)
    if not base.known:
        return frame([], OUTCOMES)
    for rung in rungs:
        for one in evaluation.defining(rung):
            verdicts = one.rungs[rung]
            held = outcome(verdicts == TRUE, evaluation.outcomes)
            maybe = outcome(verdicts == UNKNOWN, evaluation.outcomes)
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


def plain_rows(table: pd.DataFrame) -> list[Row]:
    """Rows as JSON can carry them: missing numbers as None, tuples as lists."""
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in table.to_dict(orient="records")
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value
