"""A replay of millions of simulated events under eight policies, measured as a whole process.

`python -m tests.bench.replay --events 10_000_000` writes the history once (seeded; Parquet, with a
dataset.yaml beside it), reads it, replays it and says how long each took, and how much memory.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from tests.conftest import POLICIES

SEED: Final = 20_260_301
BLOCK: Final = 1_000_000
"""Events that are drawn together: a history of fewer blocks is the beginning of a longer one."""
PER_RECORD: Final = 20
ASSESSED: Final = 10
"""Events for each judgement."""
BEGIN: Final = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
SECONDS: Final = 2 * 365 * 86_400
EIGHT: Final = (
    *("b2b-international", "bulk-or-personal", "conversation-first", "entering-the-process"),
    *("heinz", "iql-mql-sql", "news-trigger", "two-way-dialogue"),
)

Codes: TypeAlias = npt.NDArray[np.int64]

ACTIVITIES: Final[Mapping[str, tuple[float, Sequence[str]]]] = {
    "website_visit": (0.30, ("home", "product", "pricing", "content", "blog")),
    "email_response": (0.20, ("opened", "clicked", "replied", "bounced")),
    "outbound_attempt": (0.18, ("bulk", "one_to_one")),
    "content_download": (0.08, ("white_paper", "case_study", "guide", "data_sheet", "price_list")),
    "conversation": (0.08, ("one_way", "two_way")),
    "inbound_request": (0.06, ("demo", "question", "contact", "quote", "pricing", "white_paper")),
    "badge_scan": (0.03, ("",)),
    "meeting": (0.03, ("demo", "workshop", "negotiation")),
    "trigger_event": (0.02, ("new_site", "expansion", "merger", "new_management")),
    "newsletter_subscription": (0.01, ("",)),
    "trial_signup": (0.01, ("",)),
}
"""How often each kind of event happens, and what there is to say of it."""
DETAILS: Final = {
    "website_visit": "page",
    "email_response": "kind",
    "outbound_attempt": "mode",
    "content_download": "kind",
    "conversation": "direction",
    "inbound_request": "kind",
    "meeting": "kind",
    "trigger_event": "kind",
}
JUDGEMENTS: Final[Mapping[str, Sequence[str]]] = {
    "engagement.interest_expressed": ("true", "false"),
    "need.problem_acknowledged": ("true", "false"),
    "need.intends_to_act": ("true", "false"),
    "need.solvable_by_us": ("true", "false"),
    "need.urgency_driver": ("true", "false"),
    "deal.near_term_purchase_discussed": ("true", "false"),
    "process.sales_confirmed_fit": ("true", "false"),
    "deal.budget_status": ("none", "could_allocate", "identified", "allocated"),
    "deal.timeline_status": ("none", "stated", "agreed"),
    "deal.next_step_status": ("none", "proposed", "agreed", "buyer_working"),
    "deal.dm_involvement": ("none", "aware", "involved"),
    "deal.decision_date": tuple(f"2025-{month:02}-15" for month in range(1, 13)),
}
INDUSTRIES: Final = ("manufacturing", "construction", "software", "retail", "banking")
LEVELS: Final = ("ic", "manager", "director", "vp", "c_level")

MAPPING: Final = """\
# Written by tests/bench/replay.py.
dataset: simulated
title: Simulated events
vocabulary: {vocabulary}
grain: company
tables:
  records: {{file: records.parquet}}
  events: {{file: events.parquet}}
  judgements: {{file: judgements.parquet}}
records: {{table: records, id: id, entered_at: entered_at}}
facts:
  company.employees: {{column: employees}}
  company.annual_revenue: {{column: revenue}}
  company.industry: {{column: industry}}
  company.known: {{column: known}}
  person.job_level: {{column: level}}
  person.contactable: {{constant: true}}
  person.contact_self_provided: {{constant: true}}
  company.relationship: {{constant: none}}
events:
{events}
assessments: {{table: judgements, record: record, fact: fact, value: value, at: at}}
observed_until: 2025-12-31
"""


def dataset(folder: Path, events: int) -> Path:
    """The folder with so many events, written where it is missing."""
    place = folder / f"events-{events}"
    if (place / "dataset.yaml").exists():
        return place
    place.mkdir(parents=True, exist_ok=True)
    names = ("records", "events", "judgements")
    writers: dict[str, pq.ParquetWriter] = {}
    for number, begin in enumerate(range(0, events, BLOCK)):
        drawn = _block(number, min(BLOCK, events - begin))
        for name, table in zip(names, drawn, strict=True):
            if name not in writers:
                writers[name] = pq.ParquetWriter(place / f"{name}.parquet", table.schema)
            writers[name].write_table(table)
    for writer in writers.values():
        writer.close()
    lines = []
    for kind in ACTIVITIES:
        details = f", attributes: {{{DETAILS[kind]}: detail}}" if kind in DETAILS else ""
        where = f"where: {{activity: {kind}}}"
        lines.append(f"  {kind}: {{table: events, record: record, at: at, {where}{details}}}")
    text = MAPPING.format(vocabulary=POLICIES / "vocabulary.yaml", events="\n".join(lines))
    (place / "dataset.yaml").write_text(text, encoding="utf-8")
    return place


def _block(number: int, events: int) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Records, events and judgements: the events in the order of time, as a log has them."""
    rng = np.random.Generator(np.random.PCG64([SEED, number]))
    count = max(events // PER_RECORD, 1)
    first = number * (BLOCK // PER_RECORD)
    entered = BEGIN + rng.integers(0, SECONDS * 3 // 4, count)
    lively = rng.gamma(1.5, size=count)
    whose = np.searchsorted(np.cumsum(lively), rng.random(events) * lively.sum()).astype(np.int64)
    at = _after(rng, entered[whose])
    kinds = list(ACTIVITIES)
    kind = rng.choice(len(kinds), events, p=[share for share, _ in ACTIVITIES.values()])
    detail = np.zeros(events, np.int64)
    texts: list[str] = []
    for code, (_, said) in enumerate(ACTIVITIES.values()):
        own = kind == code
        detail[own] = rng.integers(len(texts), len(texts) + len(said), int(own.sum()))
        texts += said
    order = np.argsort(at, kind="stable")
    log = pa.table(
        {
            "record": first + whose[order],
            "at": _moments(at[order]),
            "activity": _listed(kind[order], kinds),
            "detail": _listed(detail[order], texts),
        }
    )
    missing = rng.random(count) < 0.2
    records = pa.table(
        {
            "id": first + np.arange(count),
            "entered_at": _moments(entered),
            "employees": pa.array(rng.lognormal(4, 1.2, count).astype(np.int64), mask=missing),
            "revenue": pa.array(rng.lognormal(15, 1, count).round(-3), mask=missing),
            "industry": _listed(rng.integers(0, len(INDUSTRIES), count), INDUSTRIES),
            "known": rng.random(count) < 0.7,
            "level": _listed(rng.integers(0, len(LEVELS), count), LEVELS),
        }
    )
    return records, log, _judgements(rng, first, entered, events // ASSESSED)


def _judgements(rng: np.random.Generator, first: int, entered: Codes, count: int) -> pa.Table:
    whose = rng.integers(0, len(entered), count)
    facts = list(JUDGEMENTS)
    fact = rng.integers(0, len(facts), count)
    value = np.zeros(count, np.int64)
    texts: list[str] = []
    for code, values in enumerate(JUDGEMENTS.values()):
        own = fact == code
        value[own] = rng.integers(len(texts), len(texts) + len(values), int(own.sum()))
        texts += values
    return pa.table(
        {
            "record": first + whose,
            "fact": _listed(fact, facts),
            "value": _listed(value, texts),
            "at": _moments(_after(rng, entered[whose])),
        }
    )


def _after(rng: np.random.Generator, entered: Codes) -> Codes:
    """Seconds at which things happen: soon after the entry most of all, and never after the end."""
    share = rng.beta(1, 3, len(entered))
    found: Codes = (entered + share * (BEGIN + SECONDS - entered)).astype(np.int64)
    return found


def _moments(seconds: Codes) -> pa.Array:
    return pa.array(seconds * 1_000_000).cast(pa.timestamp("us", tz="UTC"))


def _listed(codes: Codes, texts: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32)), pa.array(list(texts), pa.string())
    )


def peak() -> float:
    """The most memory in MB that this process ever held (Linux)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise OSError("no VmHWM")


def main() -> None:
    """Writes, reads, replays; the clock begins when the interpreter does."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path("build/bench"))
    parser.add_argument("--only-write", action="store_true")
    asked = parser.parse_args()
    place = dataset(asked.folder, asked.events)
    if asked.only_write:
        return
    clock, processors = time.perf_counter(), time.process_time()

    from leadpolicy.data.dataset import open_dataset
    from leadpolicy.history.run import replay
    from leadpolicy.policy import load_policies
    from leadpolicy.policy.load import find

    policies = load_policies([file for name in EIGHT for file in find(name, POLICIES)])
    chronicle = open_dataset(place).chronicle()
    read, read_processors = time.perf_counter() - clock, time.process_time() - processors
    result = replay(policies, chronicle, accept_snapshot="all")
    whole = time.perf_counter() - clock
    print(
        f"{asked.events:,} events, {len(result):,} records, {len(policies)} policies, "
        f"{result.points:,} evaluation points, {result.spans.num_rows:,} spans: "
        f"read {read:.1f} s, replayed {whole - read:.1f} s, whole {whole:.1f} s on the clock "
        f"({read_processors:.1f} s and {time.process_time():.1f} s of processors), "
        f"at most {peak():,.0f} MB"
    )


if __name__ == "__main__":
    main()
