"""Whether data can be believed: their contract, what knows the future, and what they can decide."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadpolicy.backends import AUTO, engine_name
from leadpolicy.characters import json_text
from leadpolicy.comparison.leaks import Leak, leaks
from leadpolicy.comparison.readiness import (
    MissingFact,
    PolicyReadiness,
    condition_readiness,
    missing,
    policy_readiness,
)
from leadpolicy.data.contract.report import HEADER as FAILING
from leadpolicy.data.contract.report import FailingRow, Validation, validated
from leadpolicy.data.dataset import Dataset, open_dataset
from leadpolicy.data.given import check_form, in_form, is_frame, is_table
from leadpolicy.data.recordset import RecordSet
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.arguments import check
from leadpolicy.evaluation.cohort import Chosen, FrameMeaning, records_for
from leadpolicy.evaluation.engines import Progress, opened
from leadpolicy.evaluation.verdicts import verdicts_of
from leadpolicy.extras import needs
from leadpolicy.policy.labels import labelled

if TYPE_CHECKING:
    from datetime import date

    from leadpolicy.data.frames import Outcome
    from leadpolicy.data.moments import AsOf
    from leadpolicy.policy import Policy


@dataclass(frozen=True, eq=False, repr=False)
class Validated:
    """What became of every promise of the data (`contract`), facts that know the outcome (`leaks`),
    and what the data can decide for each policy and what they lack (`readiness`), by `engine`.
    """

    contract: Validation
    leaks: Sequence[Leak]
    readiness: Sequence[tuple[PolicyReadiness, Sequence[MissingFact]]]
    engine: str

    @property
    def kept(self) -> bool:
        """Whether every critical promise is kept, or accepted by name."""
        return not self.contract.stopping

    def failing_rows(self, as_: str = "pandas") -> Any:
        """Every row that breaks a promise, with its reason: a frame of pandas or Polars or an Arrow
        table. Raises `LeadpolicyError` for another form.
        """
        import pyarrow as pa

        check_form(as_)
        rows: list[FailingRow] = list(self.contract.rows())
        kinds = {"line": pa.int64(), "set_aside": pa.bool_()}
        columns = {
            name: pa.array([getattr(row, name) for row in rows], kinds.get(name, pa.string()))
            for name in FAILING
        }
        return in_form(pa.table(columns), as_)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return self.contract.to_dict() | {
            "engine": self.engine,
            "leaks": [leak.to_dict() for leak in self.leaks],
            "readiness": [_ready(*one) for one in self.readiness],
            "pages": {name: str(path) for name, path in self.contract.pages.items()},
        }

    def to_json(self) -> str:
        """`to_dict` as text."""
        return json_text(self.to_dict(), indent=1)

    def __repr__(self) -> str:
        found = self.contract
        promises = len(found.contract)
        kept = promises - len(found.broken)
        return f"<Validation of {found.dataset.name}: {kept} of {promises} expectations are kept>"


def validate(  # noqa: PLR0913 - what describes a frame is named one by one
    data: object,
    policies: Chosen | None = None,
    *,
    as_of: AsOf | date | str | None = None,
    id: str | None = None,
    facts: Mapping[str, str] | None = None,
    events: object | None = None,
    recorded: Collection[str] | None = None,
    outcome: Outcome | str | None = None,
    entered_at: str | None = None,
    accept: Collection[str] = (),
    out: str | Path | None = None,
    engine: str = AUTO,
    progress: Progress | None = None,
) -> Validated:
    """Hold a data set or a frame against its contract, as `leadpolicy validate` does.

    `data` and what describes a frame are as `compare` takes them; a frame is read in the words of
    the policies, which it needs. With `policies` the result tells what the data can decide for
    each. `accept` names broken critical promises that may pass. `out` is a folder for the pages,
    the failing rows and those set aside; without it nothing is written. `engine` is one of
    `backends.ENGINES`. Needs the extra `validate`. Raises `LeadpolicyError`.
    """
    check(
        as_of=as_of, id=id, facts=facts, recorded=recorded, outcome=outcome,
        entered_at=entered_at, accept=accept, out=out, progress=progress,
    )  # fmt: skip
    if policies is not None:
        check(policies=policies)
    name = engine_name(engine)
    needs("validate")
    chosen = {} if policies is None else labelled(policies)
    opened(chosen, name)
    meaning = FrameMeaning(id, facts, events, recorded, outcome, entered_at)
    dataset, records = _given(data, chosen, as_of, meaning, progress)
    ready = _readiness(chosen, records, engine, progress) if records is not None else []
    found = validated(dataset, None if out is None else Path(out), accept, progress)
    if progress is not None:
        progress("looking for leaks", 0, 1)
    return Validated(found, leaks(dataset.chronicle()), ready, name)


def _given(
    data: object,
    policies: Mapping[str, Policy],
    as_of: AsOf | date | str | None,
    meaning: FrameMeaning,
    progress: Progress | None,
) -> tuple[Dataset, RecordSet | None]:
    """What is held against its contract, and its records where policies are asked of them."""
    frame = is_table(data) if isinstance(data, str | Path) else is_frame(data)
    if frame and not policies:
        raise LeadpolicyError.of(
            "LP509", "a frame is read in the words of policies, and none is named",
            expected="`policies`, such as 'heinz'",
        )  # fmt: skip
    if not policies and isinstance(data, str | Path | Dataset | RecordSet) and not meaning.said():
        whole = open_dataset(data) if isinstance(data, str | Path) else data
        return (whole.dataset if isinstance(whole, RecordSet) else whole), None
    records = records_for(policies, data, as_of, meaning, progress)
    return records.dataset, records


def _readiness(
    policies: Mapping[str, Policy], records: RecordSet, engine: str, progress: Progress | None
) -> list[tuple[PolicyReadiness, list[MissingFact]]]:
    """What the data can decide for each of the policies, and what is missing."""
    evaluation = verdicts_of(policies.values(), records, progress, engine=engine)
    lacking = missing(evaluation)
    ready = policy_readiness(evaluation, condition_readiness(evaluation))
    return [(one, [m for m in lacking if m.policy == one.policy]) for one in ready]


def _ready(ready: PolicyReadiness, lacking: Sequence[MissingFact]) -> dict[str, object]:
    return {
        "policy": ready.policy,
        "criteria": ready.criteria,
        "evaluable": ready.fully,
        "in_part": ready.partly,
        "open_records": ready.open_records,
        "records": ready.records,
        "missing": [
            {"fact": m.fact, "share": m.share, "share_alone": m.share_alone, "in_data": m.in_data}
            for m in lacking
        ],
    }


__all__ = ["Validated", "validate"]
