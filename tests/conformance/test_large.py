"""Policies of very many criteria: every backend agrees with the definition, or refuses by name."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pyarrow as pa
import pytest

from leadpolicy.backends.durable import compile_logic as compile_durable
from leadpolicy.backends.sql.program import TableProgram
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.types import Range, Value
from leadpolicy.vocabulary import Record
from tests import large
from tests.conformance.backends import BACKENDS

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NUMBERS = (
    "company.employees",
    "engagement.inbound_requests",
    "engagement.website_visits",
    "engagement.event_scans",
)


def records(number: int) -> list[Record]:
    """Records some of whose facts are missing or known as ranges."""
    random = Random(7)
    found = []
    for _ in range(number):
        facts: dict[str, Value] = {
            n: random.randrange(100) for n in NUMBERS if random.random() > 0.2
        }
        if random.random() > 0.5:
            facts["company.employees"] = Range(low := random.randrange(60), low + 30)
        if random.random() > 0.5:
            facts["company.industry"] = "education"
        found.append(Record(facts))
    return [*found, Record({})]


MOST = {"closure": 10_000, "kernels": 10_000, "sql": 80, "durable-rules": 80}
"""How many criteria each is asked about; the last two plan for long where they are more."""


@pytest.mark.parametrize("backend", [name for name in BACKENDS if name != "interpreter"])
@pytest.mark.parametrize("shape", large.SHAPES)
@pytest.mark.parametrize("size", [40, 10_000])
def test_every_backend_agrees_on_many_criteria(shape: str, size: int, backend: str) -> None:
    size = min(size, MOST[backend])
    logic = large.policy(shape, size).logic
    some = records(12)
    moments = [NOW] * len(some)
    asked = {"large": logic}
    expected = BACKENDS["interpreter"](asked, some, moments)
    assert len({verdicts.stages for verdicts in expected["large"]}) > 1
    assert BACKENDS[backend](asked, some, moments) == expected


def test_what_is_too_deep_for_tables_is_refused_by_name() -> None:
    program = TableProgram({"large": large.policy("doubling", 10_000).logic})
    with pytest.raises(LeadpolicyError) as refused:
        program.run(
            pa.table({name: [1] for name in NUMBERS} | {"company.industry": ["education"]}),
            as_of=NOW,
        )
    (found,) = refused.value.diagnostics
    assert found.code == "LP512"
    assert "too deeply" in found.message


def test_long_lists_are_refused_by_durable_rules() -> None:
    with pytest.raises(LeadpolicyError) as refused:
        compile_durable(large.policy("wide", 10_000).logic)
    assert "a list of 10000 conditions" in refused.value.diagnostics[0].message
