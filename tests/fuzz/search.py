"""What one process does: one scene after the other, until something differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.fuzz.check import Difference, Tally, tried
from tests.fuzz.scene import Scene
from tests.fuzz.shrink import Shrinking
from tests.fuzz.worlds import setup


@dataclass(frozen=True, slots=True)
class Report:
    """What a process found."""

    tally: Tally
    seed: int | None = None
    scene: Scene | None = None
    difference: Difference | None = None


def searched(seeds: Sequence[int], names: Sequence[str]) -> Report:
    """The scenes of some seeds, up to the first difference."""
    tally = Tally()
    for seed in seeds:
        try:
            found = tried(setup(seed), names, tally)
        except Exception as error:
            raise RuntimeError(f"seed {seed}") from error
        if found is not None:
            scene, difference, check = found
            if check is not None:
                scene, difference = Shrinking(check, scene, difference).run()
            return Report(tally, seed, scene, difference)
    return Report(tally)
