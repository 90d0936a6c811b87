"""Chronicles: by hand, and at random out of few values and few moments, so that things meet."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from leadpolicy.data.chronicle import (
    ALWAYS,
    MISSING,
    NEVER,
    UNDATED,
    Changes,
    Chronicle,
    Coded,
    Events,
)
from leadpolicy.data.dataset import Dataset
from leadpolicy.data.model import Cell, ColumnFact, ColumnRef, DatasetSpec, RecordsSpec
from leadpolicy.policy import Policy, parse_policy
from leadpolicy.times import from_microseconds, microseconds
from leadpolicy.types import Kind, Type, Value, read_python
from leadpolicy.vocabulary import Attribute, Vocabulary
from tests.strategies import NOW, PARAMETERS, Author, Drawing, dump, edges, vocabularies

DAY = 86_400_000_000
HOUR = 3_600_000_000


def us(text: str) -> int:
    """Microseconds of a moment in UTC."""
    return microseconds(datetime.fromisoformat(text).replace(tzinfo=UTC))


def dataset(vocabulary: Vocabulary, columns: Sequence[str] = ()) -> Dataset:
    """A data set in whose table these facts are columns as of the export."""
    facts = tuple(
        ColumnFact(vocabulary.facts[name], Cell(ColumnRef("table", name))) for name in columns
    )
    spec = DatasetSpec(
        "invented", "Invented", "", {}, "company", Path("dataset.yaml"), vocabulary, {},
        RecordsSpec("table", None), facts, (),
    )  # fmt: skip
    return Dataset(spec)


def coded(kind: Type, values: Sequence[Any]) -> Coded:
    """A column out of plain values; None is missing."""
    read = [None if value is None else read_python(kind, value) for value in values]
    distinct: list[Value] = []
    codes = []
    for value in read:
        if value is None:
            codes.append(MISSING)
            continue
        if value not in distinct:
            distinct.append(value)
        codes.append(distinct.index(value))
    return Coded(kind, np.array(codes, np.int32), distinct)


@dataclass
class Life:
    """One record by hand. Moments are texts (UTC) or microseconds.

    `facts` are undated values, `changes` (moment, value) pairs, `events` (moment, details) pairs
    or (moment, details, known). `recorded` and `since` are by kind.
    """

    entered: str | int | None = None
    facts: Mapping[str, Any] = ()  # type: ignore[assignment]
    changes: Mapping[str, Sequence[tuple[str | int, Any]]] = ()  # type: ignore[assignment]
    events: Mapping[str, Sequence[tuple[Any, ...]]] = ()  # type: ignore[assignment]
    since: Mapping[str, str | int] = ()  # type: ignore[assignment]
    unrecorded: Sequence[str] = ()


def at(moment: str | int | None) -> int:
    """Microseconds; None is undated."""
    return UNDATED if moment is None else moment if isinstance(moment, int) else us(moment)


def chronicle(
    vocabulary: Vocabulary,
    lives: Sequence[Life],
    *,
    kinds: Sequence[str] | None = None,
    until: str | datetime | None = None,
    columns: Sequence[str] = (),
) -> Chronicle:
    """All lives as columns. `kinds` are the events that are logged; default: all of them."""
    lives = [
        Life(
            life.entered, dict(life.facts), dict(life.changes), dict(life.events),
            dict(life.since), life.unrecorded,
        )
        for life in lives
    ]  # fmt: skip
    facts, changes = {}, {}
    for name in sorted({n for life in lives for n in (*life.facts, *life.changes)}):
        facts[name], found = _fact(vocabulary.facts[name].type, name, lives)
        if found is not None:
            changes[name] = found
    logged = vocabulary.events if kinds is None else kinds
    end = datetime.fromisoformat(until).replace(tzinfo=UTC) if isinstance(until, str) else until
    count = len(lives)
    return Chronicle(
        dataset(vocabulary, columns),
        [f"r{n}" for n in range(count)],
        np.array([at(life.entered) for life in lives], np.int64),
        facts,
        changes,
        {kind: _events(vocabulary, kind, lives) for kind in logged},
        np.full(count, NEVER, np.int64),
        np.full(count, NEVER, np.int64),
        np.ones(count, np.bool_),
        observed_until=end,
    )


def _fact(kind: Type, name: str, lives: Sequence[Life]) -> tuple[Coded, Changes | None]:
    rows = [
        (number, at(moment), value)
        for number, life in enumerate(lives)
        for moment, value in sorted(life.changes.get(name, ()), key=lambda pair: at(pair[0]))
    ]
    first = [life.facts.get(name) for life in lives]
    whole = coded(kind, [*first, *(value for _, _, value in rows)])
    before = Coded(kind, whole.codes[: len(lives)], whole.values)
    if not rows:
        return before, None
    value = Coded(kind, whole.codes[len(lives) :], whole.values)
    records, moments = (np.array([row[i] for row in rows], np.int64) for i in (0, 1))
    return before, Changes(records, moments, value)


def _events(vocabulary: Vocabulary, kind: str, lives: Sequence[Life]) -> Events:
    rows = [
        (number, at(one[0]), one[1], at(one[2]) if len(one) > 2 else at(one[0]))
        for number, life in enumerate(lives)
        for one in sorted(life.events.get(kind, ()), key=lambda one: at(one[0]))
    ]
    attributes = {
        name: coded(attribute.type, [details.get(name) for _, _, details, _ in rows])
        for name, attribute in vocabulary.events[kind].attributes.items()
        if any(name in details for _, _, details, _ in rows)
    }
    clocks = any(known != happened for _, happened, _, known in rows)
    since = [life.since.get(kind) for life in lives]
    recorded = np.array([kind not in life.unrecorded for life in lives], np.bool_)
    return Events(
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows], np.int64),
        attributes,
        np.array([row[3] for row in rows], np.int64) if clocks else None,
        np.array([ALWAYS if s is None else at(s) for s in since], np.int64) if any(since) else None,
        None if recorded.all() else recorded,
    )


# ---------------------------------------------------------------------------------- at random


def moments_near(rng: random.Random) -> int:
    """A moment at or just beside one at which the windows of random policies begin or end."""
    offset = rng.choice(edges) + rng.choice([timedelta()] * 3 + [*edges, timedelta(days=2)])
    return microseconds(NOW + offset) + rng.choice([0, 0, 0, 0, 1, -1])


def random_life(
    rng: random.Random, vocabulary: Vocabulary, pool: Mapping[str, Sequence[Any]]
) -> Life:
    """One record: ties, undated events, baselines, two clocks, late logs."""

    def some(make: Any, most: int) -> list[Any]:
        return [make() for _ in range(rng.randint(0, most))]

    def change(name: str) -> tuple[int, Any]:
        return (moments_near(rng), rng.choice([*pool[name], None]))

    names = [name for name in pool if ":" not in name]
    facts = {name: rng.choice(pool[name]) for name in names if rng.random() < 0.5}
    changes = {
        name: [(ALWAYS, None)] * (rng.random() < 0.05) + some(partial(change, name), 4)
        for name in names
        if rng.random() < 0.5
    }

    def event(kind: str) -> tuple[Any, ...]:
        happened = None if rng.random() < 0.15 else moments_near(rng)
        details = {
            name: rng.choice(pool[f"{kind}:{name}"])
            for name in vocabulary.events[kind].attributes
            if rng.random() < 0.7
        }
        if rng.random() < 0.6:
            return (happened, details)
        return (happened, details, rng.choice([ALWAYS, moments_near(rng), moments_near(rng)]))

    kinds = list(vocabulary.events)
    late = [kind for kind in kinds if rng.random() < 0.4]
    return Life(
        None if rng.random() < 0.25 else moments_near(rng),
        facts,
        changes,
        {kind: some(partial(event, kind), 4) for kind in kinds},
        {kind: rng.choice([ALWAYS, NEVER, moments_near(rng)]) for kind in late},
        [kind for kind in kinds if rng.random() < 0.1],
    )


@dataclass(frozen=True)
class World:
    """Random policies with what is needed for random records that matter to them."""

    vocabulary: Vocabulary
    policies: dict[str, Policy]
    pool: Mapping[str, Sequence[Any]]

    def chronicle(self, seed: int, records: int) -> Chronicle:
        """So many random records."""
        rng = random.Random(seed)
        lives = [random_life(rng, self.vocabulary, self.pool) for _ in range(records)]
        kinds = [kind for kind in self.vocabulary.events if rng.random() < 0.95]
        until = None if rng.random() < 0.3 else from_microseconds(moments_near(rng) + 20 * DAY)
        if until is None:
            lives.append(Life(microseconds(NOW)))
        return chronicle(self.vocabulary, lives, kinds=kinds, until=until)


def with_dates(vocabulary: Vocabulary) -> Vocabulary:
    """The events have details that may be compared with the moment of evaluation."""
    more = {
        name: Attribute(name, Type(kind), name)
        for name, kind in (("due", Kind.DATE), ("called", Kind.MOMENT))
    }
    events = {
        name: replace(kind, attributes={**kind.attributes, **more})
        for name, kind in vocabulary.events.items()
    }
    return replace(vocabulary, events=events)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """One to three policies of one to three stages, and values for their facts."""
    vocabulary = with_dates(draw(vocabularies()))
    policies = {
        f"p{number}": _policy(draw, vocabulary) for number in range(draw(st.integers(1, 3)))
    }
    drawing = Drawing(draw, (0, 1, 2, 5))
    asked = sorted({name for policy in policies.values() for name in policy.facts})
    pool = {n: [drawing.value(vocabulary.facts[n].type) for _ in range(4)] for n in asked}
    for kind in vocabulary.events.values():
        for attribute in kind.attributes.values():
            values = [drawing.value(attribute.type) for _ in range(3)]
            pool[f"{kind.name}:{attribute.name}"] = values
    return World(vocabulary, policies, pool)


def _policy(draw: st.DrawFn, vocabulary: Vocabulary) -> Policy:
    criteria: dict[str, Any] = {}

    def author() -> Author:
        return Author(draw, vocabulary=vocabulary, known=True, names=tuple(criteria))

    for name in ("first", "second")[: draw(st.integers(0, 2))]:
        criteria[name] = author().condition(2)
    stages = [
        {
            "stage": f"s{n}",
            "requires": f"s{n - 1}" if n and draw(st.booleans()) else "nothing",
            "when": author().condition(2),
        }
        for n in range(draw(st.integers(1, 3)))
    ]
    document = {
        "policy": "random",
        "version": "1.0.0",
        "title": "A random policy",
        "vocabulary": 1,
        "grain": "company",
        "parameters": {n: {"value": v, "says": "It is set"} for n, v in PARAMETERS.items()},
        "criteria": {n: {"says": "It is so", "all": [c]} for n, c in criteria.items()},
        "stages": stages,
    }
    return parse_policy(dump(document), vocabulary)
