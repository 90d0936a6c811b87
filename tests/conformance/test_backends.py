"""Cases share tables where every word means the same, and an error is told where it belongs."""

from __future__ import annotations

import pytest

from leadpolicy.logic import build
from leadpolicy.logic.terms import Literal, Logic, Relation, Subject
from leadpolicy.truth import FALSE, TRUE, UNKNOWN
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary import EventLog, Happening, Record
from tests.conformance import backends
from tests.conformance.backends import Answers, Question, ask
from tests.strategies import NOW

SIZE = Subject("a", Type(Kind.INTEGER))
NAME = Subject("a", Type(Kind.TEXT))


def asked(subject: Subject, *values: int | str) -> Question:
    """Whether the fact is 1, or the text "1"."""
    literal = Literal(1 if subject is SIZE else "1")
    logic = Logic((), (build.compare(Relation.EQ, subject, literal),))
    return Question(logic, [Record({"a": value}) for value in values], [NOW] * len(values))


@pytest.mark.parametrize("name", backends.BACKENDS)
def test_one_name_may_mean_two_things(name: str) -> None:
    where = build.compare(Relation.EQ, Subject("b", SIZE.type), Literal(2))
    event = Logic((), (build.happened("asked", where, None, 1),))
    log = EventLog((Happening(NOW, {"b": 2, "a": "x"}),))
    questions = [
        asked(SIZE, 1, 2),
        asked(NAME, "1", "x", "2"),
        Question(event, [Record({"a": 7}, {"asked": log}), Record({})], [NOW, NOW]),
        asked(SIZE, 3),
    ]
    said = ask(name, questions)
    stages = [[v.stages[0] for v in one] if isinstance(one, list) else one for one in said]
    assert stages == [[TRUE, FALSE], [TRUE, FALSE, FALSE], [TRUE, UNKNOWN], [FALSE]]


def test_only_the_culprit_is_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    def picky(logics: object, records: list[Record], moments: object) -> Answers:
        if any(record.facts["a"] == 13 for record in records):
            raise OverflowError("13")
        return backends.interpreter(logics, records, moments)  # type: ignore[arg-type]

    monkeypatch.setattr(backends, "BACKENDS", {"sql": picky})
    first, second, third = ask("sql", [asked(SIZE, 1), asked(SIZE, 13), asked(SIZE, 2)])
    assert isinstance(second, OverflowError)
    assert isinstance(first, list)
    assert isinstance(third, list)
    assert (first[0].stages, third[0].stages) == ((TRUE,), (FALSE,))
