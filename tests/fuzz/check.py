"""Whether all backends say the same of a scene, and whether the laws hold."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from leadpolicy.backends.interpreter import Verdicts
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.logic.terms import Logic, Term
from leadpolicy.logic.walk import facts
from leadpolicy.truth import FALSE, TRUE, UNKNOWN
from leadpolicy.vocabulary import Record
from tests.conformance.backends import BACKENDS, Answers, Batch
from tests.fuzz import laws
from tests.fuzz.scene import Loaded, Scene
from tests.fuzz.worlds import Setup, World
from tests.fuzz.worlds import scene as random_scene

MOST_FOR_DURABLE: Final = 20
"""Records of a scene that durable-rules is asked about: it takes a thousand times as long."""
SQLITE: Final = "sqlite"


def sqlite(
    logics: Mapping[str, Logic], records: Sequence[Record], moments: Sequence[datetime]
) -> Answers:
    """The three-valued core as SQLite understands it, which shares nothing with the project."""
    terms = {label: (*logic.criteria, *logic.stages) for label, logic in logics.items()}
    columns = list(facts(term for found in terms.values() for term in found)) or ["nothing"]
    database = sqlite3.connect(":memory:")
    try:
        listed = ", ".join(f'"{name}"' for name in columns)
        database.execute(f"CREATE TABLE records (place, {listed})")
        marks = ", ".join("?" * (len(columns) + 1))
        database.executemany(
            f"INSERT INTO records VALUES ({marks})",
            [(n, *(r.facts.get(name) for name in columns)) for n, r in enumerate(records)],
        )
        return {
            label: _verdicts(database, found, len(logics[label].criteria), len(records))
            for label, found in terms.items()
        }
    finally:
        database.close()


def _verdicts(
    database: sqlite3.Connection, terms: Sequence[Term], criteria: int, rows: int
) -> list[Verdicts]:
    from tests.backends.sql.test_oracle import judged

    columns = []
    for term in terms:
        parameters: list[object] = []
        query = f"SELECT {judged(term, parameters)} FROM records ORDER BY place"
        found = [value for (value,) in database.execute(query, parameters)]
        columns.append([UNKNOWN if v is None else TRUE if v else FALSE for v in found])
    return [
        Verdicts(
            tuple(column[row] for column in columns[:criteria]),
            tuple(column[row] for column in columns[criteria:]),
        )
        for row in range(rows)
    ]


JUDGES: Final[Mapping[str, Batch]] = {**BACKENDS, SQLITE: sqlite}


@dataclass(frozen=True, slots=True)
class Difference:
    """A backend that says something else than the interpreter, or a law that does not hold.

    `policy` and `record` tell the first place; None where a backend failed altogether.
    """

    backend: str
    what: str
    policy: str | None = None
    record: int | None = None


@dataclass(slots=True)
class Tally:
    """How many verdicts were compared, per backend and law."""

    verdicts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    truths: Counter[str] = field(default_factory=Counter)
    scenes: int = 0

    def add(self, other: Tally) -> None:
        """Adds up."""
        self.verdicts += other.verdicts
        self.refused += other.refused
        self.truths += other.truths
        self.scenes += other.scenes


def of(given: Setup) -> tuple[Scene, World]:
    """The scene of a seed, and a world that can go on drawing for it."""
    scene = random_scene(given)
    world = World(random.Random(~given.seed), given.core, given.known, dict(scene.facts))
    world.attributes = dict(scene.events.get("asked", {}))
    return scene, world


def agree(scene: Scene, names: Iterable[str], tally: Tally | None = None) -> Difference | None:
    """The first difference between a backend and the interpreter. Raises `LeadpolicyError`."""
    loaded = scene.load()
    expected = _asked("interpreter", loaded)
    if tally is not None:
        tally.scenes += 1
        for found in expected.values():
            for verdicts in found:
                tally.truths.update(str(t) for t in (*verdicts.criteria, *verdicts.stages))
    for name in names:
        difference = _compared(name, loaded, expected, tally)
        if difference is not None:
            return difference
    return None


def _asked(name: str, loaded: Loaded) -> Answers:
    return JUDGES[name](loaded.logics, loaded.records, loaded.moments)


def _compared(
    name: str, loaded: Loaded, expected: Answers, tally: Tally | None
) -> Difference | None:
    if name == "durable-rules":
        few = slice(MOST_FOR_DURABLE)
        loaded = replace(loaded, records=loaded.records[few], moments=loaded.moments[few])
    try:
        found = _asked(name, loaded)
    except Exception as error:  # noqa: BLE001  - whatever it is, it is a finding
        if _may_refuse(name, error):
            if tally is not None:
                tally.refused[name] += 1
            return None
        return Difference(name, f"{type(error).__name__}: {error}")
    for label, verdicts in found.items():
        for place, one in enumerate(verdicts):
            if one != expected[label][place]:
                return Difference(name, _told(one, expected[label][place]), label, place)
            if tally is not None:
                tally.verdicts[name] += len(one.criteria) + len(one.stages)
    return None


def _may_refuse(name: str, error: Exception) -> bool:
    """durable-rules says beforehand what it cannot carry; nobody else may refuse."""
    return (
        name == "durable-rules"
        and isinstance(error, LeadpolicyError)
        and all(diagnostic.code == "LP512" for diagnostic in error.diagnostics)
    )


def _told(found: Verdicts, expected: Verdicts) -> str:
    def shown(verdicts: Verdicts) -> str:
        criteria, stages = (
            " ".join(map(str, part)) for part in (verdicts.criteria, verdicts.stages)
        )
        return f"{criteria} / {stages}" if criteria else stages

    return f"{shown(found)}, expected {shown(expected)}"


# ------------------------------------------------------------------------------------ laws


def lawful(scene: Scene, names: Iterable[str], tally: Tally | None = None) -> Difference | None:
    """Each backend by itself: the first policy rewritten by each law has the same verdicts."""
    label, document = next(iter(scene.policies.items()))
    written = {label: document, **laws.variants(document, len(scene.records))}
    loaded = replace(scene, policies=written).load()
    for name in names:
        try:
            found = _asked(name, loaded)
        except Exception as error:  # noqa: BLE001
            if _may_refuse(name, error):
                continue
            return Difference(name, f"{type(error).__name__}: {error}")
        for law in written:
            for place, (one, same) in enumerate(zip(found[label], found[law], strict=True)):
                if one != same:
                    return Difference(name, f"{law}: {_told(same, one)}", label, place)
                if tally is not None and law != label:
                    tally.verdicts[law] += len(one.criteria) + len(one.stages)
    return None


def monotone(scene: Scene, world: World, tally: Tally | None = None) -> Difference | None:
    """In a policy without `known`, learning more changes UNKNOWN and nothing else."""
    more = [laws.learned(world, body) for body in scene.records]
    before = _asked("interpreter", scene.load())
    after = _asked("interpreter", replace(scene, records=more).load())
    for label, found in before.items():
        for place, (one, other) in enumerate(zip(found, after[label], strict=True)):
            pairs = [
                *zip(one.criteria, other.criteria, strict=True),
                *zip(one.stages, other.stages, strict=True),
            ]
            if any(a is not UNKNOWN and a is not b for a, b in pairs):
                told = f"{_told(other, one)}, knowing {more[place]}"
                return Difference("interpreter", f"monotonicity: {told}", label, place)
            if tally is not None:
                tally.verdicts["monotonicity"] += len(pairs)
    return None


Check = Callable[[Scene], Difference | None]
"""What found a difference, so that it can be asked again of a smaller scene."""


def tried(
    given: Setup, names: Sequence[str], tally: Tally
) -> tuple[Scene, Difference, Check | None] | None:
    """Everything that can be asked of the scene of a seed; None if nothing differs."""
    scene, world = of(given)
    judges = [n for n in names if n != SQLITE or given.core]

    def differs(smaller: Scene) -> Difference | None:
        return agree(smaller, judges)

    found = agree(scene, judges, tally)
    if found is not None:
        return scene, found, differs
    in_turn = [n for n in judges if n not in ("durable-rules", SQLITE)] + ["interpreter"]
    if given.seed % 3 == 0:
        found = lawful(scene, in_turn, tally)
        if found is not None:
            return scene, found, lambda smaller: lawful(smaller, in_turn)
    if not given.known:
        found = monotone(scene, world, tally)
        if found is not None:
            return scene, found, None
    return None
