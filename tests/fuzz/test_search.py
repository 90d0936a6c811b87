"""A part of the search runs with the tests, and the search finds what is wrong and makes it small.

`python -m tests.fuzz` searches for as long as wanted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from leadpolicy.logic.terms import Logic
from leadpolicy.vocabulary import EventLog, Record
from tests.conformance.backends import BACKENDS, Answers
from tests.fuzz import check
from tests.fuzz.__main__ import main
from tests.fuzz.check import JUDGES, Tally, tried
from tests.fuzz.scene import Kept, read, write
from tests.fuzz.search import searched
from tests.fuzz.worlds import scene, setup

SEEDS = range(12)


@pytest.mark.parametrize("name", [name for name in JUDGES if name != "interpreter"])
def test_random_policies_as_authors_write_them(name: str) -> None:
    tally = Tally()
    for seed in SEEDS:
        found = tried(setup(seed), [name], tally)
        assert found is None, f"seed {seed}"
    assert tally.verdicts[name] > 1_000
    assert tally.refused.total() == 0


def test_all_three_verdicts_are_common() -> None:
    tally = Tally()
    for seed in SEEDS:
        tried(setup(seed), [], tally)
    assert min(tally.truths[word] for word in ("TRUE", "FALSE", "UNKNOWN")) > (
        tally.truths.total() / 10
    )


def test_a_seed_is_a_scene() -> None:
    assert scene(setup(7)) == scene(setup(7))
    assert scene(setup(7)).name != scene(setup(8)).name


def forgetful(
    logics: Mapping[str, Logic], records: Sequence[Record], moments: Sequence[datetime]
) -> Answers:
    """A backend that takes every log to be complete."""
    known = [
        replace(r, events={kind: EventLog(log.happenings) for kind, log in r.events.items()})
        for r in records
    ]
    return BACKENDS["interpreter"](logics, known, moments)


def test_what_is_wrong_is_found_and_made_small(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(check, "JUDGES", {**JUDGES, "closure": forgetful})
    report = searched(range(20), ["closure"])
    assert report.difference is not None
    assert report.scene is not None
    assert report.difference.backend == "closure"
    [record] = report.scene.records
    assert record["since"]
    [policy] = report.scene.policies.values()
    [stage] = policy["stages"]
    assert "happened" in str(stage["when"])
    assert len(json.dumps(report.scene.to_data())) < 700
    loaded = report.scene.load()
    expected = BACKENDS["interpreter"](loaded.logics, loaded.records, loaded.moments)
    path = write(Kept("a log that began late", ("closure",), report.scene, expected), tmp_path)
    assert read(path) == Kept("a log that began late", ("closure",), report.scene, expected)


def test_a_backend_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Answers:
        raise OverflowError("too much")

    monkeypatch.setattr(check, "JUDGES", {**JUDGES, "sql": broken})
    report = searched([0], ["sql"])
    assert report.difference is not None
    assert report.difference.what == "OverflowError: too much"


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--minutes", "1", "--verdicts", "1000", "--jobs", "1", "--seed", "3",
                 "--backends", "closure", "--json"])  # fmt: skip
    said = json.loads(capsys.readouterr().out)
    assert code == 0
    assert said["verdicts"]["closure"] >= 1_000
    assert said["difference"] is None
    assert said["seed"] == 3


def test_an_unknown_backend_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--backends", "prolog"])
    assert "no backend prolog" in capsys.readouterr().err
