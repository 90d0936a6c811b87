"""`leadpolicy engines`, and `--engine` at every command that has it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leadpolicy import backends
from leadpolicy.backends import BACKENDS, ENGINES
from leadpolicy.extras import Missing
from tests.cli.conftest import Run
from tests.conftest import FIXTURES, POLICIES

EXAMPLE = str(FIXTURES / "example")
HERE = ("--policies", str(POLICIES))


def test_the_list_tells_what_each_is_and_how_far_it_was_compared(leadpolicy: Run) -> None:
    result = leadpolicy("engines")
    assert result.code == 0
    for name in BACKENDS:
        assert name in result.out
    assert "defines the meaning" in result.out
    assert "a ladder of more than 127 stages" in result.out


def test_the_list_as_json(leadpolicy: Run) -> None:
    found = {one["engine"]: one for one in json.loads(leadpolicy("engines", "--json").out)}
    assert list(found) == list(BACKENDS)
    assert found["interpreter"]["available"]
    assert found["interpreter"]["refuses"] == []
    assert {one["name"] for one in found["kernels"]["refuses"]} == {"stages"}


def test_an_engine_that_is_missing_says_what_cures_it(
    leadpolicy: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(extra: str, *modules: str) -> Missing | None:
        return Missing(extra, "`duckdb` is not installed", 'pip install "leadpolicy[compare]"')

    monkeypatch.setattr(backends, "missing", lacking)
    found = {one["engine"]: one for one in json.loads(leadpolicy("engines", "--json").out)}
    assert found["sql"]["reason"] == "`duckdb` is not installed"
    assert "pip install" in leadpolicy("engines").out
    result = leadpolicy("compare", "heinz", "--data", EXAMPLE, "--engine", "sql", *HERE)
    assert result.code == 2
    assert "LP511" in result.err
    assert 'pip install "leadpolicy[compare]"' in result.err


COMMANDS = {
    "compare": ("heinz", "salesdevs", "--data", EXAMPLE, "--json", "-"),
    "evaluate": ("heinz", "salesdevs", "--data", EXAMPLE, "--json", "--criteria"),
    "explain": ("heinz", "--data", EXAMPLE, "--id", "{id}", "--json"),
    "cards": ("heinz", "salesdevs", "--data", EXAMPLE, "--n", "3", "--json"),
}


def first_id() -> str:
    from leadpolicy.data.dataset import open_dataset

    return open_dataset(EXAMPLE).records().ids[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_engine_says_the_same_at_every_command(leadpolicy: Run, command: str) -> None:
    given = [one.format(id=first_id()) for one in COMMANDS[command]]
    said: dict[str, Any] = {}
    for engine in ENGINES:
        if engine == "durable" and backends.availability(engine) is not None:
            continue
        result = leadpolicy(command, *given, "--engine", engine, *HERE)
        assert result.code == 0, result.err
        found = json.loads(result.out)
        expected = {"auto": "closure" if command == "explain" else "kernels"}
        assert found.pop("engine") == expected.get(engine, engine)
        said[engine] = found
    for engine, found in said.items():
        assert found == said["interpreter"], engine


def test_a_replay_is_the_same_by_sql_and_by_the_definition(leadpolicy: Run) -> None:
    given = ("heinz", "--data", EXAMPLE, "--accept-snapshot", "all", "--json", "-", *HERE)
    said = {}
    for engine in ("sql", "interpreter"):
        result = leadpolicy("replay", *given, "--engine", engine)
        assert result.code == 0, result.err
        said[engine] = json.loads(result.out)
        assert said[engine].pop("engine") == engine
        assert said[engine].pop("evaluation_points") > 0, "how often each looks is its own affair"
    assert said["sql"] == said["interpreter"]
    result = leadpolicy("replay", *given, "--engine", "kernels")
    assert result.code == 2
    assert "cannot replay" in result.err


def test_an_engine_that_there_is_not(leadpolicy: Run) -> None:
    result = leadpolicy("compare", "heinz", "--data", EXAMPLE, "--engine", "kernel", *HERE)
    assert result.code == 2
    assert "did you mean `kernels`" in result.err
    assert "LP506" in result.err
