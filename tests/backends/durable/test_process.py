"""The engine may crash, hang or fail: nothing is lost, and the error is clear."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadpolicy.backends.durable import Durable, process
from leadpolicy.backends.interpreter import Verdicts
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.logic import build
from leadpolicy.logic.terms import Literal, Logic, Relation, Subject
from leadpolicy.truth import FALSE, TRUE, UNKNOWN
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary.record import Record

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SIZE = Subject("company.employees", Type(Kind.INTEGER))
LARGE = Logic((), (build.compare(Relation.GE, SIZE, Literal(20)),))
RECORDS = [Record({SIZE.name: 20}), Record({SIZE.name: 19}), Record({})]
VERDICTS = [Verdicts((), (verdict,)) for verdict in (TRUE, FALSE, UNKNOWN)]


def test_a_worker_that_was_killed_is_started_again(engine: None) -> None:
    with Durable() as durable:
        for expected, record in zip(VERDICTS, RECORDS, strict=True):
            assert durable.verdicts(LARGE, record, NOW) == expected
            assert durable._worker is not None
            durable._worker.process.kill()
            durable._worker.process.wait()
        assert durable.starts == 3


def test_many_records_come_out_in_order(engine: None) -> None:
    with Durable() as durable:
        found = list(durable.run(LARGE, [(record, NOW) for record in RECORDS]))
        assert found == VERDICTS
        assert durable.starts == 1


def test_a_worker_that_always_crashes_gives_a_clear_error() -> None:
    with Durable(command=(sys.executable, "-c", "import os; os.abort()")) as durable:
        with pytest.raises(LeadpolicyError) as caught:
            durable.verdicts(LARGE, Record({}, id="lead-7"), NOW)
        assert durable.starts == 2
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "LP503"
    assert "crashed twice" in diagnostic.message
    assert diagnostic.place == "lead-7"


def test_a_worker_that_hangs_is_ended() -> None:
    asleep = (sys.executable, "-c", "import time; time.sleep(600)")
    with Durable(limit=0.2, command=asleep) as durable:
        with pytest.raises(LeadpolicyError, match=r"did not answer within 0\.2 s"):
            durable.verdicts(LARGE, RECORDS[0], NOW)
        assert durable._worker is None
        durable.command, durable.limit = process.COMMAND, 20.0
        if process.lacking() is None:
            assert durable.verdicts(LARGE, RECORDS[0], NOW) == VERDICTS[0]


def test_an_interrupted_request_does_not_answer_the_next(
    engine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Durable() as durable:
        assert durable.verdicts(LARGE, RECORDS[0], NOW) == VERDICTS[0]
        with monkeypatch.context() as patch:
            patch.setattr(process._Worker, "ask", _interrupted)
            with pytest.raises(KeyboardInterrupt):
                durable.verdicts(LARGE, RECORDS[0], NOW)
        assert durable.verdicts(LARGE, RECORDS[1], NOW) == VERDICTS[1]
        assert durable.starts == 2


def _interrupted(*_: object) -> dict[str, object]:
    raise KeyboardInterrupt


def test_an_error_of_the_engine_is_reported(tmp_path: Path) -> None:
    script = tmp_path / "failing.py"
    script.write_text(
        "import sys\n"
        "for line in sys.stdin:\n"
        '    print(\'{"error": "error: Could not assert fact, error code: 303"}\', flush=True)\n',
        encoding="utf-8",
    )
    with (
        Durable(command=(sys.executable, str(script))) as durable,
        pytest.raises(LeadpolicyError, match="error code: 303"),
    ):
        durable.verdicts(LARGE, RECORDS[0], NOW)


def test_without_the_library_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, process.ENGINE, None)
    gone = (sys.executable, "-c", "raise ModuleNotFoundError('durable_rules_engine')")
    with Durable(command=gone) as durable, pytest.raises(LeadpolicyError) as caught:
        durable.verdicts(LARGE, RECORDS[0], NOW)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "LP511"
    assert 'pip install "leadpolicy[stream]"' in str(diagnostic.help)


def test_after_many_policies_everything_begins_anew(
    engine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "MOST_PROGRAMS", 2)
    logics = [
        Logic((), (build.compare(Relation.GE, SIZE, Literal(least)),)) for least in (19, 20, 21)
    ]
    with Durable() as durable:
        found = [durable.verdicts(logic, RECORDS[0], NOW).stages[0] for logic in logics]
        assert found == [TRUE, TRUE, FALSE]
        assert durable.starts == 2


def test_nothing_of_the_engine_is_loaded_into_this_process() -> None:
    """A crash of the engine cannot take this process with it."""
    assert "durable_rules_engine" not in sys.modules
    assert "durable" not in sys.modules
