"""Every conformance case at one moment for all; `tests/conformance` gives each record its own."""

from __future__ import annotations

import pytest

from leadpolicy.backends.sql.session import Session
from tests.backends.sql.tables import stages_alone
from tests.conformance.cases import Case, every_case

CASES = list(every_case())


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(threads=1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_moment_for_all_says_the_same(case: Case, session: Session) -> None:
    moment = case.rows[0].as_of
    rows = [row for row in case.rows if row.as_of == moment]
    found = stages_alone(
        {"policy": case.policy.logic}, [row.record for row in rows], moment, session
    )["policy"]
    assert found == [int(row.expected == 2) for row in rows]
