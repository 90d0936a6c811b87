"""Mutants change what is computed, one thing at a time, and nothing else."""

from __future__ import annotations

import ast

from tests.mutation.__main__ import BACKENDS, sampled
from tests.mutation.mutants import count, mutant

SOURCE = '''
from typing import TYPE_CHECKING, Final

MOST: Final[dict[str, int]] = {}

@dataclass(frozen=True)
class Thing:
    """It says 1 < 2."""

    def larger(self, n: int = 3) -> bool:
        if n < self.low and not self.done:
            raise ValueError(f"{n + 1} is too small", 7)
        return self.low + n >= 5
'''


def changes() -> list[str]:
    made = [mutant("x.py", SOURCE, number) for number in range(count(SOURCE))]
    return [f"{one.before} -> {one.after}" for one in made]


def test_operators_constants_conditions_and_names_are_changed() -> None:
    assert {
        "3 -> 4",
        "3 -> 2",
        "n < self.low -> n <= self.low",
        "n < self.low and (not self.done) -> n < self.low or not self.done",
        "n < self.low and (not self.done) -> n < self.low",
        "n < self.low and (not self.done) -> not (n < self.low and (not self.done))",
        "not self.done -> self.done",
        "self.low -> self.high",
        "self.low + n >= 5 -> self.low + n > 5",
        "self.low + n -> self.low - n",
        "5 -> 6",
    } <= set(changes())


def test_types_messages_and_decorators_stay() -> None:
    said = " ".join(changes())
    assert "frozen" not in said
    assert "7" not in said
    assert "n + 1" not in said
    assert "True" not in said


def test_a_mutant_differs_in_one_place_from_the_source() -> None:
    plain = ast.unparse(ast.parse(SOURCE)).splitlines()
    for number in range(count(SOURCE)):
        made = mutant("x.py", SOURCE, number)
        lines = ast.unparse(ast.parse(made.source)).splitlines()
        assert sum(a != b for a, b in zip(lines, plain, strict=True)) == 1, made
        assert SOURCE.splitlines()[made.line - 1].strip()


def test_every_backend_has_mutants_that_can_be_read() -> None:
    for name in ("interpreter", "closure", "sql", "durable"):
        made = sampled(BACKENDS[name], 20, 1)
        assert len(made) == 20
        assert made == sampled(BACKENDS[name], 20, 1)
        for one in made:
            compile(one.source, one.file, "exec")
