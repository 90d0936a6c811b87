"""The table and the policies: seeded, 20 to 40 % missing, some companies better than others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from leadpolicy.diagnostics import Problems
from leadpolicy.policy import Policy
from leadpolicy.policy.read import read_policy
from leadpolicy.source import Source
from leadpolicy.syntax.nodes import Sequence
from leadpolicy.syntax.reader import read_yaml
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary import Fact, PointInTime, Vocabulary

NOW: Final = datetime(2026, 3, 1, tzinfo=UTC)
SEED: Final = 20_260_301
BLOCK: Final = 1_000_000
ROW_GROUP: Final = 122_880
"""Rows that the engine itself would put into a group."""
KEY: Final = "record_id"

INDUSTRIES: Final = (
    *("software", "finance", "healthcare", "manufacturing", "retail", "logistics"),
    *("education", "government", "media", "energy", "hospitality", "nonprofit"),
)
COUNTRIES: Final = (
    *("US", "CA", "GB", "DE", "FR", "NL", "AU", "IN", "BR", "JP"),
    *("MX", "ES", "IT", "SE", "CH", "SG", "CN", "ZA", "PL", "NG"),
)
PLATFORMS: Final = ("aws", "azure", "gcp", "on_prem", "oracle", "ibm", "heroku", "other")
SENIORITIES: Final = ("c_level", "vp", "director", "manager", "individual", "intern")
REQUESTS: Final = (
    *("demo", "question", "white_paper", "webinar", "pricing", "newsletter", "unsubscribe"),
)
BUDGETS: Final = ("approved", "planned", "requested", "none")
SOURCES: Final = ("website", "referral", "trade_show", "purchased_list")
FREE_MAIL: Final = ("gmail.com", "yahoo.com", "outlook.com", "hotmail.com")
DOMAINS: Final = (*(f"company{n:03}.example" for n in range(196)), *FREE_MAIL)

Floats: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"


@dataclass(frozen=True, slots=True)
class Column:
    """How a fact is typed, how often it is missing, and what of it grows with quality.

    For closed lists and texts `good` values come first and are the likelier, the better the
    company; for numbers `low` and `high` are the medians of the worst and the best.
    """

    type: Type
    missing: float
    values: tuple[str, ...] = ()
    good: int = 0
    low: float = 0
    high: float = 0


def _choice(values: tuple[str, ...], good: int, missing: float) -> Column:
    return Column(Type(Kind.CHOICE, values), missing, values, good)


def _number(kind: Type, low: float, high: float, missing: float) -> Column:
    return Column(kind, missing, low=low, high=high)


_INTEGER: Final = Type(Kind.INTEGER)
_EURO: Final = Type(Kind.MONEY, currency="EUR")
_BOOLEAN: Final = Type(Kind.BOOLEAN)
COLUMNS: Final[Mapping[str, Column]] = {
    "company.employees": _number(_INTEGER, 100, 800, 0.25),
    "company.annual_revenue": _number(_EURO, 9e6, 8e7, 0.30),
    "company.industry": _choice(INDUSTRIES, 6, 0.20),
    "company.country": _choice(COUNTRIES, 8, 0.20),
    "company.platform": _choice(PLATFORMS, 3, 0.35),
    "company.uses_competitor": _number(_BOOLEAN, 0.45, 0.10, 0.35),
    "person.seniority": _choice(SENIORITIES, 3, 0.25),
    "person.email_domain": Column(Type(Kind.TEXT), 0.20, DOMAINS, 196),
    "person.consented": _number(_BOOLEAN, 0.45, 0.97, 0.20),
    "engagement.inbound_requests": _number(_INTEGER, 0.4, 3, 0.20),
    "engagement.last_inbound": _choice(REQUESTS, 3, 0.30),
    "engagement.days_since_inbound": _number(_INTEGER, 45, 12, 0.30),
    "engagement.conversations": _number(_INTEGER, 0.3, 2.5, 0.30),
    "engagement.score": _number(Type(Kind.NUMBER), 25, 75, 0.25),
    "engagement.fit": _number(Type(Kind.NUMBER), 30, 70, 0.25),
    "deal.budget_status": _choice(BUDGETS, 3, 0.40),
    "deal.budget": _number(_EURO, 15_000, 60_000, 0.40),
    "deal.price": _number(_EURO, 22_000, 22_000, 0.20),
    "deal.timeline_days": _number(_INTEGER, 160, 45, 0.40),
    "deal.decision_maker_engaged": _number(_BOOLEAN, 0.15, 0.95, 0.35),
    "deal.next_step_agreed": _number(_BOOLEAN, 0.15, 0.95, 0.35),
    "deal.compelling_event": _number(_BOOLEAN, 0.15, 0.90, 0.40),
    "deal.problem_acknowledged": _number(_BOOLEAN, 0.25, 0.95, 0.30),
    "deal.source": _choice(SOURCES, 2, 0.20),
}


def place(fact: str) -> str:
    """The column that holds a fact."""
    return fact.replace(".", "_")


PLACES: Final = {fact: place(fact) for fact in COLUMNS}


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The facts of the workload."""
    facts = {
        name: Fact(name, column.type, name, f"What is {name}?", "data", PointInTime.SNAPSHOT)
        for name, column in COLUMNS.items()
    }
    return Vocabulary("1", facts, {})


@lru_cache(maxsize=1)
def policies() -> dict[str, Policy]:
    """The policies of the workload: A, B, C. Raises `LeadpolicyError`."""
    path = Path(__file__).parent / "policies.yaml"
    problems = Problems()
    top = read_yaml(Source(path.name, path.read_text(encoding="utf-8")), problems)
    assert isinstance(top, Sequence)
    read = [read_policy(node, vocabulary(), problems) for node in top.items]
    problems.stop_on_errors()
    return dict(zip("ABC", (policy for policy in read if policy is not None), strict=True))


def variants(count: int) -> dict[str, Policy]:
    """The ladder with other thresholds; the first is the ladder itself."""
    ladder = policies()["B"]
    return {
        f"B{n}": ladder.with_parameters(
            smallest=50 + 10 * (n % 20),
            largest=5_000 + 250 * (n % 7),
            revenue=5_000_000 + 500_000 * (n % 11),
            fresh=30 + n % 13,
            soon=90 + 5 * (n % 17),
        )
        for n in range(count)
    }


def table_file(folder: Path, rows: int) -> Path:
    """The Parquet file with so many rows, written where it is missing. Smaller files are the
    beginning of larger ones."""
    path = folder / f"records-{rows}.parquet"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    writer: pq.ParquetWriter | None = None
    for number, begin in enumerate(range(0, rows, BLOCK)):
        block = _block(number).slice(0, min(BLOCK, rows - begin))
        writer = writer or pq.ParquetWriter(unfinished, block.schema)
        writer.write_table(block, row_group_size=ROW_GROUP)
    assert writer is not None
    writer.close()
    unfinished.replace(path)
    return path


def _block(number: int) -> pa.Table:
    rng = np.random.Generator(np.random.PCG64([SEED, number]))
    quality = rng.beta(1.2, 2.2, BLOCK)
    filled = np.where(rng.random(BLOCK) < 0.3, 0.15, 1.36)
    arrays = {KEY: pa.array(np.arange(number * BLOCK, (number + 1) * BLOCK))}
    for fact, column in COLUMNS.items():
        missing = rng.random(BLOCK) < column.missing * filled
        arrays[place(fact)] = _drawn(rng, column, quality, missing)
    return pa.table(arrays)


def _drawn(
    rng: np.random.Generator, column: Column, quality: Floats, missing: np.ndarray
) -> pa.Array:
    if column.values:
        codes = _codes(rng, column, quality)
        coded = pa.DictionaryArray.from_arrays(
            pa.array(codes, mask=missing), pa.array(column.values)
        )
        return coded.cast(pa.string())
    middle = column.low + (column.high - column.low) * quality
    match column.type.kind:
        case Kind.BOOLEAN:
            return pa.array(rng.random(BLOCK) < middle, mask=missing)
        case Kind.INTEGER:
            return pa.array(rng.exponential(middle).astype(np.int32), mask=missing)
        case Kind.MONEY:
            drawn = np.round(middle * rng.lognormal(0, 0.8, BLOCK), 2)
            return pa.array(drawn, mask=missing)
        case _:
            return pa.array(np.round(rng.normal(middle, 18).clip(0, 100), 1), mask=missing)


def _codes(rng: np.random.Generator, column: Column, quality: Floats) -> np.ndarray:
    good = rng.random(BLOCK) < (0.25 + 0.9 * quality).clip(0, 0.97)
    better = rng.integers(0, column.good, BLOCK)
    worse = rng.integers(column.good, len(column.values), BLOCK)
    return np.where(good, better, worse).astype(np.int32)
