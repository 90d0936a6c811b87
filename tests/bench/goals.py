"""What the project set itself, and whether a run met it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from tests.bench import starts
from tests.bench.contest import (
    HAND_DUCKDB,
    HAND_PANDAS,
    HAND_POLARS,
    OURS,
    OURS_FULL,
)
from tests.bench.measure import Figure
from tests.bench_single import measure as single

Found: TypeAlias = Mapping[tuple[str, str], Figure]
"""The figures of one size of table, by what was done and who did it."""

PLACES: Final = ("parquet", "memory")
GROUPS: Final = ("A", "B", "C", "ABC")
LOADING: Final = "loading"
PEAK_ROWS: Final = 10_000_000
"""Memory is judged at this size only."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound, and what was measured."""

    what: str
    bound: float
    measured: float
    least: bool = False
    """Whether the bound is the least that will do; else it is the most."""

    @property
    def met(self) -> bool:
        return self.measured >= self.bound if self.least else self.measured <= self.bound

    @property
    def line(self) -> str:
        sign = "≥" if self.least else "≤"
        verdict = "met" if self.met else "NOT met"
        return f"  {self.what:66} {sign} {self.bound:6g} {self.measured:9.2f}  {verdict}"


def variants_title(count: int) -> str:
    """What the figures of so many variants are called."""
    return f"{count} variants of B in memory"


def peak_title(where: str) -> str:
    """What the figures of memory are called."""
    return f"memory, {where}"


def judged(figures: Iterable[Figure], rows: int) -> list[Goal]:
    """The goals of tables of one size; those whose figures are missing are left out."""
    found = {(f.what, f.who): f for f in figures if f.rows == rows}
    makers: Sequence[Callable[[Found], Iterable[Goal | None]]] = (
        _stages, _loading, _full, _many, _pandas, _crowd,
    )  # fmt: skip
    goals = [goal for make in makers for goal in make(found) if goal is not None]
    return goals + (_memory(found) if rows == PEAK_ROWS else [])


def _ratio(found: Found, over: tuple[str, str], *under: tuple[str, str]) -> float | None:
    """The seconds of one, divided by those of the fastest of the others."""
    if over not in found or not all(key in found for key in under):
        return None
    return found[over].seconds / min(found[key].seconds for key in under)


def _goal(what: str, bound: float, value: float | None, *, least: bool = False) -> Goal | None:
    return None if value is None else Goal(what, bound, value, least)


def _by_hand(title: str) -> list[tuple[str, str]]:
    return [(title, HAND_DUCKDB), (title, HAND_POLARS)]


def _title(group: str, where: str) -> str:
    return f"{group} from {where}"


def _stages(found: Found) -> Iterable[Goal | None]:
    for where in PLACES:
        for group in GROUPS:
            title = _title(group, where)
            bound = 0.1 if where == "memory" else 0.8 if group in ("C", "ABC") else 1.0
            value = _ratio(found, (title, OURS), *_by_hand(title))
            yield _goal(f"{title}, × the faster by hand", bound, value)


def _loading(found: Found) -> Iterable[Goal | None]:
    for rival, bound in ((HAND_DUCKDB, 1.2), (HAND_POLARS, 1.5)):
        value = _ratio(found, (LOADING, OURS), (LOADING, rival))
        yield _goal(f"loading, × {rival}", bound, value)


def _full(found: Found) -> Iterable[Goal | None]:
    for where in PLACES:
        for group in GROUPS:
            title = _title(group, where)
            value = _ratio(found, (title, OURS_FULL), (title, HAND_DUCKDB))
            yield _goal(f"{title}, bits and possible stage, × DuckDB without", 1.3, value)


def _many(found: Found) -> Iterable[Goal | None]:
    title = _title("ABC", "memory")
    alone = [found.get((_title(one, "memory"), OURS)) for one in "ABC"]
    together = found.get((title, OURS))
    times = [figure.seconds for figure in alone if figure is not None]
    if together is not None and len(times) == len(alone):
        value = together.seconds / statistics.mean(times)
        yield Goal("three policies in memory, × one (mean of the three)", 2.0, value)
    for count, bound in ((20, 1.5), (100, 4.0)):
        named = variants_title(count)
        value_ = _ratio(found, (named, OURS), (named, HAND_DUCKDB))
        yield _goal(f"{named}, × ONE query by hand", bound, value_)


def _pandas(found: Found) -> Iterable[Goal | None]:
    for where, bound in (("parquet", 5.0), ("memory", 8.0)):
        for group in GROUPS:
            title = _title(group, where)
            value = _ratio(found, (title, HAND_PANDAS), (title, OURS))
            yield _goal(f"{title}, times faster than pandas", bound, value, least=True)


def _crowd(found: Found) -> Iterable[Goal | None]:
    for what in dict.fromkeys(what for what, _ in found if what.endswith("one record")):
        peers = [key for key in found if key[0] == what and not key[1].startswith(OURS)]
        if peers:
            best = min(peers, key=lambda key: found[key].seconds)
            label = what.partition(":")[0]
            if (what, OURS) in found:
                value = found[best].seconds / found[what, OURS].seconds
                name = f"{label}, times the records a second of {best[1]}"
                yield Goal(name, 30.0, value, least=True)


def _memory(found: Found) -> list[Goal]:
    bounds = {"memory": ("in memory, loading included", 2500.0), "parquet": ("streaming", 1000.0)}
    return [
        Goal(f"{peak_title(title)}, {how}, MB", bound, figure.peak_mb)
        for where, (how, bound) in bounds.items()
        for title in [f"ABC from {where}"]
        for figure in [found.get((peak_title(title), OURS))]
        if figure is not None and figure.peak_mb is not None
    ]


def judged_starts(figures: Iterable[Figure]) -> list[Goal]:
    """The goals of compiling and importing, in milliseconds."""
    goals = []
    for figure in figures:
        if figure.what.startswith(starts.COMPILE):
            goals.append(Goal(f"{figure.what}, {figure.who}, ms", 20.0, figure.seconds * 1000))
        elif figure.what == starts.IMPORT:
            goals.append(Goal("import leadpolicy, ms", 60.0, figure.seconds * 1000))
    return goals


def judged_single(stages: Sequence[single.Row], explained: Sequence[single.Row]) -> list[Goal]:
    """The goals of one record."""
    goals = []
    for row in stages:
        place = f"{row.policy}, {row.records}"
        if row.what == single.CLOSURE and row.to_yardstick is not None:
            goals.append(Goal(f"closure, {place}, × Python by hand", 2.5, row.to_yardstick))
    for policy, records in dict.fromkeys((row.policy, row.records) for row in stages):
        peers = [
            row.to_closure
            for row in stages
            if (row.policy, row.records) == (policy, records)
            and row.what not in (single.CLOSURE, single.BY_HAND)
            and row.to_closure is not None
        ]
        if peers:
            what = f"closure, {policy}, {records}, times faster than the fastest peer"
            goals.append(Goal(what, 1.0, min(peers), least=True))
    for row in explained:
        if row.what == single.EXPLAIN:
            place = f"{row.policy}, {row.records}"
            goals.append(Goal(f"explained, {place}, µs", 15.0, row.median_us))
            if row.to_yardstick is not None:
                goals.append(Goal(f"explained, {place}, × zen's trace", 0.5, row.to_yardstick))
    return goals
