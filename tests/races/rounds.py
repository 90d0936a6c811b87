"""Rounds in which two processes set out at the same moment, and what has to stand there after."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, Final, TypeAlias

from leadpolicy.comparison.scale import Scale, scale_of
from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.files import write_whole
from leadpolicy.governance.adoption import Signature, read_adoptions, sign
from leadpolicy.governance.identity import content_hash
from leadpolicy.governance.lock import read_lock, write_lock
from leadpolicy.governance.revise import write_version
from leadpolicy.policy import Policy, load_policy
from leadpolicy.vocabulary.record import Record
from leadpolicy.workshop.blind import BlindCard, Why
from leadpolicy.workshop.examples import Agreed, add_cards
from tests.governance.test_revise import POLICY, VOCABULARY
from tests.workshop.test_decks import NOON

TEAMS: Final = ("sales", "marketing")
LONG: Final = 300_000
BOTH: Final = ["done", "done"]
_barrier: Barrier | None = None

Race: TypeAlias = Callable[[Policy, int], object]
Told: TypeAlias = Callable[[Path, list[str]], object]


def _adopt(policy: Policy, runner: int) -> object:
    return sign(
        policy,
        Signature(
            policy.version, content_hash(policy), TEAMS[runner], f"Runner {runner}",
            date(2026, 11, 2), date(2027, 1, 1), date(2027, 7, 1),
        ),
    )  # fmt: skip


def _adopted(folder: Path, said: list[str]) -> bool:
    problems = Problems()
    signed = read_adoptions(folder, [load_policy(folder / "1.0.0.yaml")], problems)
    return said == BOTH and not problems and {one.team for one in signed} == {*TEAMS}


def _revise(policy: Policy, runner: int) -> object:
    return write_version(policy.with_parameters(least=(30, 40)[runner]))


def _revised(folder: Path, said: list[str]) -> bool:
    """One is written and the other refused, or both are, one after the other."""
    every = folder.glob("1.[1-9].0.yaml")
    values = sorted(int(load_policy(path).parameters["least"].texts[0]) for path in every)
    expected = [value for value, told in zip((30, 40), said, strict=True) if told == "done"]
    return values == expected != []


def _lock(policy: Policy, runner: int) -> object:
    problems = Problems()
    other = load_policy(Path(policy.path).parent.parent / f"other{runner}")
    write_lock(Path(policy.path).parent.parent, [other], force=False, problems=problems)
    problems.stop_on_errors()
    return None


def _locked(folder: Path, said: list[str]) -> bool:
    problems = Problems()
    names = {*read_lock(folder.parent, problems)}
    return said == BOTH and not problems and names == {"other0@1.0.0", "other1@1.0.0"}


def _add(policy: Policy, runner: int) -> object:
    scale: Scale = scale_of([policy])
    record = Record({"company.employees": 50 + runner, "company.country": "DE"}, id=str(runner))
    card = BlindCard(f"C{runner}", f"Card {runner}", Why.PLAIN, record, NOON)
    return add_cards(policy, scale, [Agreed(card, scale.answers.index("lead"))]).added[0]


def _added(folder: Path, said: list[str]) -> bool:
    text = (folder / "examples.yaml").read_text(encoding="utf-8")
    return said == BOTH and all(text.count(f"- card: card-{n}") == 1 for n in (0, 1))


def _write(policy: Policy, runner: int) -> object:
    return write_whole(Path(policy.path).with_name("whole.txt"), str(runner) * LONG)


def _written(folder: Path, said: list[str]) -> bool:
    text = (folder / "whole.txt").read_text(encoding="utf-8")
    return said == BOTH and text in ("0" * LONG, "1" * LONG)


RACES: Final[Mapping[str, tuple[Race, Told]]] = {
    "adopt": (_adopt, _adopted),
    "revise": (_revise, _revised),
    "lock": (_lock, _locked),
    "votes --add": (_add, _added),
    "one file": (_write, _written),
}
"""What either of two does, and whether what they left behind is what they were told."""


def lost(kind: str, rounds: int, folder: Path, runners: Runners) -> list[str]:
    """The rounds of a race that lost something or left something behind, with what was told."""
    _, told = RACES[kind]
    found = []
    for number in range(rounds):
        place = folder / str(number)
        _prepare(place)
        said = runners(kind, place)
        left = [path.name for path in place.rglob(".*")]
        if left or not told(place / "ours", said):
            found.append(f"{kind}, round {number}: {said} {left}")
        shutil.rmtree(place)
    return found


def _prepare(place: Path) -> None:
    for name in ("ours", "other0", "other1"):
        (place / name).mkdir(parents=True)
        text = POLICY.replace("policy: ours", f"policy: {name}")
        (place / name / "1.0.0.yaml").write_text(text, encoding="utf-8")
    (place / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")


# ---------------------------------------------------------------------------------- processes


Runners: TypeAlias = Callable[[str, Path], list[str]]


def runners() -> AbstractContextManager[Runners]:
    """Two processes that do what they are asked to at the same moment."""
    return _runners()


@contextmanager
def _runners() -> Any:
    context = get_context("spawn")
    barrier = context.Barrier(2)
    with ProcessPoolExecutor(2, context, _ready, (barrier,)) as pool:

        def both(kind: str, place: Path) -> list[str]:
            return [one.result() for one in [pool.submit(_run, kind, place, n) for n in (0, 1)]]

        yield both


def _ready(barrier: Barrier) -> None:
    global _barrier  # noqa: PLW0603 - what a process of the pool is given once
    _barrier = barrier


def _run(kind: str, place: Path, runner: int) -> str:
    policy = load_policy(place / "ours" / "1.0.0.yaml")
    race, _ = RACES[kind]
    assert _barrier is not None
    _barrier.wait(60)
    try:
        race(policy, runner)
    except LeadpolicyError as error:
        return Counter(d.code for d in error.diagnostics).most_common(1)[0][0]
    return "done"
