"""Whether the engine's timelines are those of the interpreter, on random histories.

As a program: `python -m tests.history.agreement --histories 100000`, or `--bpi2012`.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Mapping
from itertools import pairwise

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from leadpolicy.backends.sql.session import Session
from leadpolicy.data.as_of import only
from leadpolicy.data.chronicle import Chronicle
from leadpolicy.data.dataset import open_dataset
from leadpolicy.history.definition import StageSpan, replay_record, states_at
from leadpolicy.history.horizon import horizon
from leadpolicy.history.result import Replay
from leadpolicy.history.run import replay
from leadpolicy.policy import Policy, load_policies
from tests.conftest import FIXTURES
from tests.history.worlds import worlds


def by_engine(result: Replay) -> dict[tuple[str, int], list[StageSpan]]:
    """The spans of each policy and record."""
    found: dict[tuple[str, int], list[StageSpan]] = {}
    for row in result.spans.to_pylist():
        span = StageSpan(*(row[n] for n in ("begin", "end", "stage", "possible", "held", "open")))
        found.setdefault((row["policy"], row["record"]), []).append(span)
    return found


def disagreements(
    policies: Mapping[str, Policy], chronicle: Chronicle, session: Session, batch: int = 2_000_000
) -> list[str]:
    """Where the two differ, in words."""
    found = by_engine(
        replay(policies, chronicle, accept_snapshot="all", session=session, batch=batch)
    )
    wrong = []
    for number in range(len(chronicle)):
        for label, spans in replay_record(policies, chronicle, number).items():
            own = found.pop((label, number), [])
            if own != spans:
                wrong.append(f"record {number}, {label}:\n  engine {own}\n  defined {spans}")
    if wrong:
        wrong.append(f"  {[(p.criteria, p.stages) for p in policies.values()]}")
    return wrong + [f"{key}: {spans}" for key, spans in found.items()]


def unforeseen(
    policies: Mapping[str, Policy], chronicle: Chronicle, number: int, rng: random.Random
) -> list[str]:
    """Moments at which the interpreter finds another state than the record's spans say."""
    looked = horizon(chronicle)
    alone = only(chronicle, number)
    wrong = []
    timelines = replay_record(policies, chronicle, number)
    begins = sorted({span.begin for spans in timelines.values() for span in spans})
    if not begins:
        return []
    others = {begin + by for begin in begins for by in (-1, 0, 1)}
    others |= {(one + other) // 2 for one, other in pairwise(begins)}
    others |= {rng.randint(begins[0], looked.until) for _ in range(20)}
    for at in others:
        if not begins[0] <= at <= looked.until:
            continue
        for label, state in states_at(policies, alone, at).items():
            (span,) = (s for s in timelines[label] if s.begin <= at < s.end)
            if (span.held, span.open) != state:
                wrong.append(f"record {number}, {label} at {at}: {state}, spans say {span}")
    return wrong


def run(histories: int, records: int, start: int) -> int:
    """Looks at so many random histories; how many differ."""
    checked = wrong = 0
    session = Session(threads=1)
    begun = time.monotonic()

    @seed(start)
    @settings(
        max_examples=-(-histories // records),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def look(data: st.DataObject) -> None:
        nonlocal checked, wrong
        world = data.draw(worlds())
        number = data.draw(st.integers(0, 2**32))
        chronicle = world.chronicle(number, records)
        found = disagreements(world.policies, chronicle, session, batch=300)
        wrong += len(found)
        for text in found[:3]:
            print(text, file=sys.stderr)
        checked += len(chronicle)
        if checked % 1000 < records:
            seconds = time.monotonic() - begun
            print(f"{checked:,} histories, {wrong} differ, {seconds:.0f} s", flush=True)

    look()
    print(f"{checked:,} histories, {wrong} differ")
    return wrong


def run_applications() -> int:
    """Looks at every record of `bpi2012` under the policies that are made for it."""
    folder = FIXTURES / "bpi2012"
    found = load_policies(sorted((folder / "policies").glob("*/*.*.*.yaml")))
    wrong = disagreements(
        {p.identity: p for p in found}, open_dataset(folder).chronicle(), Session()
    )
    for text in wrong[:3]:
        print(text, file=sys.stderr)
    print(f"bpi2012 under {len(found)} policies: {len(wrong)} differ")
    return len(wrong)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--histories", type=int, default=100_000)
    parser.add_argument("--records", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bpi2012", action="store_true", help="all real applications instead")
    asked = parser.parse_args()
    if asked.bpi2012:
        sys.exit(1 if run_applications() else 0)
    sys.exit(1 if run(asked.histories, asked.records, asked.seed) else 0)
