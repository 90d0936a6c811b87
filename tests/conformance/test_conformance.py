"""Runs every case in this folder through every backend."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Final

import pytest

from leadpolicy.operators import OPERATORS
from leadpolicy.policy import model
from leadpolicy.truth import Truth
from leadpolicy.types import Kind
from tests.conformance.backends import BACKENDS, Question, Said, ask
from tests.conformance.cases import Case, every_case

CASES: Final = list(every_case())


@lru_cache
def answers(name: str) -> dict[str, Said]:
    """What a backend says of the records of every case."""
    questions = [
        Question(case.policy.logic, [r.record for r in case.rows], [r.as_of for r in case.rows])
        for case in CASES
    ]
    return dict(zip([case.name for case in CASES], ask(name, questions), strict=True))


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_record_gets_its_verdict(case: Case, name: str) -> None:
    said = answers(name)[case.name]
    if isinstance(said, Exception):
        raise said
    wrong = [
        f"{row.place}: {found.stages[0]}, expected {row.expected}"
        for row, found in zip(case.rows, said, strict=True)
        if found.stages[0] is not row.expected
    ]
    assert not wrong, "\n".join(wrong)


def test_every_operator_is_shown_for_every_type_with_every_verdict() -> None:
    """A case with a single test counts for its operator; `known` is never UNKNOWN."""
    seen: defaultdict[tuple[str, Kind], set[Truth]] = defaultdict(set)
    for case in CASES:
        when = case.policy.stages[0].when
        if isinstance(when, model.Test):
            kind = case.policy.vocabulary.facts[when.subject].type.kind
            seen[when.operator, kind] |= {row.expected for row in case.rows}
    missing = [
        f"{name} for {kind}: {verdict}"
        for name, operator in OPERATORS.items()
        for kind in sorted(operator.kinds)
        for verdict in Truth
        if verdict not in seen[name, kind] and (name, verdict) != ("known", Truth.UNKNOWN)
    ]
    assert not missing, "\n".join(missing)


def test_there_are_many_cases() -> None:
    """Cases are not lost unnoticed: a file that is not read any more lowers these numbers."""
    assert len(CASES) >= 330
    assert sum(len(case.rows) for case in CASES) >= 1700
