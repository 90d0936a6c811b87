"""Records in columns as tables of Arrow: what the engines that take many at once make of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from leadpolicy.backends import all_at_once, backend
from leadpolicy.backends.columns import CodedColumn, Columns, columns_of
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.logic import build
from leadpolicy.logic.terms import Literal, Logic, Relation, Subject
from leadpolicy.types import Kind, Range, Type
from leadpolicy.vocabulary.record import Record

AT = datetime(2026, 3, 1, tzinfo=UTC)
SIZE = Type(Kind.INTEGER, limits=(0, 100))
STEP = Type(Kind.LEVEL, ("low", "high"))
ENGINES = ("kernels", "sql")


def said(engine: str, logic: Logic, columns: Columns) -> list[list[int]]:
    found = all_at_once(backend(engine)).of_columns({"p": logic}, columns, None)
    stages: list[list[int]] = found.stages("p").tolist()
    return stages


@pytest.mark.parametrize("engine", ENGINES)
def test_limits_of_the_policies_bind_no_record_that_was_read(engine: str) -> None:
    big = build.compare(Relation.GT, Subject("size", SIZE), Literal(50))
    values = (200, Range(60, 900), Range(None, None), 7)
    records = [*(Record({"size": value}) for value in values), Record({})]
    columns = columns_of(records, [AT] * 5, {"size": SIZE}, {})
    assert said(engine, Logic((big,), (big,)), columns) == [[2], [2], [1], [0], [1]]


@pytest.mark.parametrize("engine", ENGINES)
def test_values_that_the_policies_do_not_know_are_refused(engine: str) -> None:
    high = build.compare(Relation.EQ, Subject("step", STEP), Literal("high"))
    wider = replace(STEP, values=("low", "high", "top"))
    column = CodedColumn(wider, np.array([0, 1], np.int32), ["top", "low"])
    columns = Columns({"step": column}, {}, np.zeros(2, np.int64))
    with pytest.raises(LeadpolicyError) as error:
        said(engine, Logic((high,), (high,)), columns)
    assert [one.code for one in error.value.diagnostics] == ["LP503"]
    assert "`step`" in str(error.value)
