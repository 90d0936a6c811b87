"""What is measured: a stage, an explanation, events, compilation, imports."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Final

from leadpolicy.backends import interpreter
from leadpolicy.backends.closure import Closure, compile_logic
from leadpolicy.decision import decide
from leadpolicy.policy import Policy
from leadpolicy.vocabulary.record import Record
from tests.bench_single import byhand, expressions, peers
from tests.bench_single.timing import Task, import_time, in_turns
from tests.bench_single.workload import NOW, Sample, policies, samples

CLOSURE: Final = "leadpolicy closure"
BY_HAND: Final = "Python by hand"
EXPLAIN: Final = "leadpolicy closure, explained"
TRACE: Final = "zen-engine, traced"


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: what, of which policy on which records, microseconds and ratios."""

    what: str
    policy: str
    records: str
    median_us: float
    to_yardstick: float | None
    to_closure: float | None


def chosen(policy: Policy, closure: Closure, count: int) -> dict[str, list[Sample]]:
    """Records as they come, and records that reach the highest stage (all is looked at)."""
    top = len(policy.stages) - 1
    mixed = samples(count)
    best: list[Sample] = []
    seed = 1
    while len(best) < 50:
        found = samples(4 * count, seed)
        best += [s for s in found if closure.stage(s.facts, s.events, NOW) == top]
        seed += 1
    return {"as they come": mixed, "highest stage": best[:200]}


def stages(*, rounds: int, count: int, with_peers: bool = True) -> list[Row]:
    """One record, stage out: the closure, Python by hand, and every peer that is installed."""
    rows: list[Row] = []
    for name, by_hand in byhand.BY_HAND.items():
        policy = policies()[name]
        closure = compile_logic(policy.logic)
        runs = {
            peer: make(policy.logic)
            for peer, (_, make) in peers.PEERS.items()
            if with_peers and peers.installed(peer)
        }
        for kind, records in chosen(policy, closure, count).items():
            for peer, run in runs.items():
                _same_stages(peer, closure, run, records[:40])
            flat = [s.flat for s in records]
            tasks = {BY_HAND: _flat(by_hand, flat), CLOSURE: _closure(closure, records)}
            tasks |= {peer: _flat(run, flat) for peer, run in runs.items()}
            rows += _rows(tasks, name, kind, rounds)
    return rows


def _same_stages(
    peer: str, closure: Closure, run: expressions.Run, records: Sequence[Sample]
) -> None:
    for sample in records:
        expected = closure.stage(sample.facts, sample.events, NOW)
        assert run(sample.flat) == expected, f"{peer} gives another stage for {sample.flat}"


def explanations(*, rounds: int, count: int) -> list[Row]:
    """One record with every verdict, value and reason, against what zen-engine traces."""
    rows: list[Row] = []
    for name in byhand.BY_HAND:
        policy = policies()[name]
        closure = compile_logic(policy.logic)
        for kind, records in chosen(policy, closure, count).items():
            explain = closure.explain
            facts = [s.facts for s in records]
            logs = [s.events for s in records]
            tasks: dict[str, Task] = {
                EXPLAIN: lambda n, facts=facts, logs=logs, explain=explain: [  # type: ignore[misc]
                    explain(facts[i % len(facts)], logs[i % len(facts)], NOW) for i in range(n)
                ]
            }
            if peers.installed("zen-engine decision"):
                tasks[TRACE] = _flat(expressions.zen_trace(policy.logic), [s.flat for s in records])
            known = [
                Record({k: v for k, v in s.facts.items() if v is not None}, s.events)
                for s in records[:50]
            ]
            tasks["leadpolicy decide() with tree"] = lambda n, known=known, policy=policy: [  # type: ignore[misc]
                decide(policy, known[i % len(known)], as_of=NOW).tree for i in range(n)
            ]
            rows += _rows(tasks, name, kind, rounds, yardstick=TRACE, closure=EXPLAIN)
    return rows


def events(*, rounds: int, count: int) -> list[Row]:
    """Events counted in windows: the closure, Python by hand, the interpreter."""
    policy = policies()["events"]
    closure = compile_logic(policy.logic)
    rows: list[Row] = []
    for kind, records in chosen(policy, closure, count).items():
        logs = [s.events for s in records]
        for sample in records:
            found = closure.stage(sample.facts, sample.events, NOW)
            assert found == byhand.events(sample.events, NOW)
        known = [Record({}, log) for log in logs]
        tasks: dict[str, Task] = {
            BY_HAND: lambda n, logs=logs: [  # type: ignore[misc]
                byhand.events(logs[i % len(logs)], NOW) for i in range(n)
            ],
            CLOSURE: _closure(closure, records),
            "leadpolicy interpreter": lambda n, known=known: [  # type: ignore[misc]
                interpreter.verdicts(policy.logic, known[i % len(known)], NOW) for i in range(n)
            ],
        }
        rows += _rows(tasks, "events", kind, rounds)
    return rows


def _flat(run: Callable[[dict[str, object]], int], records: Sequence[object]) -> Task:
    size = len(records)

    def task(n: int) -> None:
        for i in range(n):
            run(records[i % size])  # type: ignore[arg-type]

    return task


def _closure(closure: Closure, records: Sequence[Sample]) -> Task:
    stage, size = closure.stage, len(records)
    facts, logs = [s.facts for s in records], [s.events for s in records]

    def task(n: int) -> None:
        for i in range(n):
            j = i % size
            stage(facts[j], logs[j], NOW)

    return task


def _rows(
    tasks: dict[str, Task],
    policy: str,
    kind: str,
    rounds: int,
    yardstick: str = BY_HAND,
    closure: str = CLOSURE,
) -> list[Row]:
    return [
        Row(what, policy, kind, t.median, t.ratios.get(yardstick), t.ratios.get(closure))
        for what, t in in_turns(tasks, rounds=rounds).items()
    ]


def compilation(repeats: int = 15) -> dict[str, float]:
    """Milliseconds to compile a checked policy; the median."""
    found = {}
    for name, policy in policies().items():
        times = []
        for _ in range(repeats):
            begin = perf_counter_ns()
            compile_logic(policy.logic)
            times.append((perf_counter_ns() - begin) / 1e6)
        found[name] = statistics.median(times)
    return found


def imports() -> dict[str, float]:
    """Milliseconds of imports; the median."""
    return {
        "import leadpolicy": import_time("import leadpolicy"),
        "from leadpolicy.backends.closure import compile_logic": import_time(
            "from leadpolicy.backends.closure import compile_logic"
        ),
    }
