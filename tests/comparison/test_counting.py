"""An engine that only counts can be compared on: its figures are those of every other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import leadpolicy.backends as listed
from leadpolicy.backends import CountedRecords, Limit
from leadpolicy.backends.columns import Columns, records_of
from leadpolicy.backends.interpreter import verdicts
from leadpolicy.comparison.comparison import compare
from leadpolicy.data.dataset import open_dataset
from leadpolicy.data.recordset import RecordSet
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.stages import evaluate as stages
from leadpolicy.policy import Policy, load_policies
from leadpolicy.times import from_microseconds
from tests.conftest import FIXTURES, POLICIES

if TYPE_CHECKING:
    from leadpolicy.logic.terms import Logic

BY = "company.industry"
FROM_GROUPS = (
    "volumes", "stages", "agreement", "overall", "overlap", "exclusive", "crossings", "outcomes",
    "segments",
)  # fmt: skip


class Counting:
    """Counts by dictionary, as a database would by GROUP BY, and keeps no verdict."""

    about = "counts, and forgets"
    limits: tuple[Limit, ...] = ()

    def refusals(self, logics: object, spans: object) -> list[Any]:
        return []

    def groups(self, logics: Mapping[str, Logic], columns: Columns, kinds: Any) -> CountedRecords:
        found: dict[tuple[Any, ...], list[int]] = {}
        for place, record in enumerate(records_of(columns, None)):
            now = from_microseconds(int(columns.moments[place]))
            said = [
                tuple(int(v) for v in verdicts(one, record, now).stages) for one in logics.values()
            ]
            found.setdefault((int(kinds[place]), *said), []).append(place)
        of_policy = zip(*(said for _, *said in found), strict=True)
        return CountedRecords(
            np.array([places[0] for places in found.values()]),
            np.array([len(places) for places in found.values()]),
            {n: np.array(of, np.int8) for n, of in zip(logics, of_policy, strict=True)},
        )


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(listed.BACKENDS, "counting", f"{__name__}:Counting")
    monkeypatch.setattr(listed, "ENGINES", (*listed.ENGINES, "counting"))
    return "counting"


@pytest.fixture(scope="module")
def records() -> RecordSet:
    return open_dataset(FIXTURES / "demo").records()


@pytest.fixture(scope="module")
def policies() -> list[Policy]:
    return load_policies(["heinz", "b2b-international", "salesdevs"], policies=POLICIES)


def test_all_that_is_counted(counting: str, records: RecordSet, policies: list[Policy]) -> None:
    found, expected = (
        compare(policies, records, by=BY, engine=name) for name in (counting, "kernels")
    )
    for name in FROM_GROUPS:
        assert getattr(found, name).equals(getattr(expected, name)), name
    assert "stages" not in vars(found.evaluation.policies[0]), "no single record was asked for"
    assert found.groups.records == len(records)
    of = {one.label: one.stages for one in expected.evaluation.policies}
    for one in found.groups.policies:
        assert one.stages.tolist() == of[one.label][found.groups.first].tolist()


def test_single_records_are_said_by_another(
    counting: str, records: RecordSet, policies: list[Policy]
) -> None:
    found = compare(policies[:2], records, engine=counting)
    expected = compare(policies[:2], records)
    assert found.contested.equals(expected.contested)
    assert found.missing.equals(expected.missing)
    said = found.to_dict()
    assert said["engine"] == counting
    assert said["study"]["notes"][0] == (
        "Records were counted by the engine `counting`, which says nothing of single ones; "
        "what is said of single records and their criteria is from `kernels`."
    )


def test_what_asks_for_single_records_only_is_refused(
    counting: str, records: RecordSet, policies: list[Policy]
) -> None:
    with pytest.raises(LeadpolicyError, match="says nothing of a single one"):
        stages(policies, records, engine=counting)
    with pytest.raises(LeadpolicyError, match="says nothing of a single one"):
        policies[0].decide({}, as_of="2026-03-01", engine=counting)


def test_no_record_is_no_group(counting: str, records: RecordSet, policies: list[Policy]) -> None:
    from tests.evaluation.test_engines import few

    none = few(records, 0)
    assert compare(policies, none, engine=counting).groups.records == 0
