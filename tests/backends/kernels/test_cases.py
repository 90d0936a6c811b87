"""Every conformance case, its records as one table."""

from __future__ import annotations

import pytest

from leadpolicy.backends.sql.session import Session
from tests.backends.kernels.tables import run_table, stages_alone
from tests.conformance.cases import Case, every_case

CASES = list(every_case())


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(threads=1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_record_gets_its_verdict(case: Case, session: Session) -> None:
    records = [row.record for row in case.rows]
    moments = [row.as_of for row in case.rows]
    logics = {"policy": case.policy.logic}
    found = [v.stages[0] for v in run_table(logics, records, moments, session)["policy"]]
    wrong = [
        f"{row.place}: {truth}, expected {row.expected}"
        for row, truth in zip(case.rows, found, strict=True)
        if truth is not row.expected
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_stages_alone_say_the_same(case: Case, session: Session) -> None:
    moment = case.rows[0].as_of
    rows = [row for row in case.rows if row.as_of == moment]
    found = stages_alone(
        {"policy": case.policy.logic}, [row.record for row in rows], moment, session
    )["policy"]
    assert found == [int(row.expected == 2) for row in rows]
