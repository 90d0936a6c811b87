"""What is paid before the first record: compiling a policy, importing."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from leadpolicy.backends.closure import compile_logic
from leadpolicy.backends.sql.program import TableProgram
from leadpolicy.policy import Policy
from tests.bench import kernels
from tests.bench.measure import Figure
from tests.bench.workload import KEY, NOW, PLACES, policies, table_file
from tests.bench_single.timing import import_time

COMPILE = "compile"
IMPORT = "import"


def compiled(folder: Path, repeats: int) -> list[Figure]:
    """Seconds to compile each policy, per way to run it; for tables that is the query's text."""
    small = table_file(folder, 1_000)
    ways: dict[str, Callable[[str, Policy], object]] = {
        "closure": lambda _, policy: compile_logic(policy.logic),
        "sql": lambda label, policy: (
            TableProgram({label: policy.logic}).prepare(small, PLACES, as_of=NOW, id=KEY).sql
        ),
        "kernels": lambda label, _: kernels.contestant(small, label)(),
    }
    found = []
    for way, make in ways.items():
        for label, policy in policies().items():
            make(label, policy)
            times = []
            for _ in range(repeats):
                begin = perf_counter()
                make(label, policy)
                times.append(perf_counter() - begin)
            found.append(Figure(f"{COMPILE} {label}", way, 1, statistics.median(times)))
    return found


def imported() -> list[Figure]:
    """Seconds of `import leadpolicy` in a fresh interpreter."""
    return [Figure(IMPORT, "leadpolicy", 1, import_time("import leadpolicy") / 1000)]
