"""How many records each rung and each stage holds, UNKNOWN counted apart."""

from __future__ import annotations

from dataclasses import dataclass

from leadpolicy.evaluation.codes import TRUE, UNKNOWN, Codes, Whole, last_reaching, share, tally


@dataclass(frozen=True, slots=True)
class Volume:
    """`certain + unknown + refused = records`; `possible = certain + unknown`."""

    records: int
    certain: int
    unknown: int
    refused: int

    @property
    def possible(self) -> int:
        return self.certain + self.unknown

    @property
    def share_certain(self) -> float | None:
        return share(self.certain, self.records)

    @property
    def share_possible(self) -> float | None:
        return share(self.possible, self.records)


def volume(verdicts: Codes, counts: Whole | None = None) -> Volume:
    """How many records have each verdict: a row is a record, or a group of so many."""
    refused, unknown, certain = tally(verdicts, 3, counts)
    return Volume(refused + unknown + certain, certain, unknown, refused)


@dataclass(frozen=True, slots=True)
class StageVolume:
    """How many records stand at a stage of a ladder; position -1 is "no stage".

    `current` counts records of which this is the last stage that is TRUE, `possible` those of which
    it is the last that is TRUE or UNKNOWN. Each adds up to all records over the ladder.
    """

    position: int
    current: int
    possible: int
    verdicts: Volume | None


def stage_volumes(stages: Codes, counts: Whole | None = None) -> list[StageVolume]:
    """For "no stage" and then every stage of the ladder."""
    steps = stages.shape[1] + 1
    current, possible = (
        tally(last_reaching(stages, least) + 1, steps, counts) for least in (TRUE, UNKNOWN)
    )
    return [
        StageVolume(
            position=position,
            current=current[position + 1],
            possible=possible[position + 1],
            verdicts=None if position < 0 else volume(stages[:, position], counts),
        )
        for position in range(-1, stages.shape[1])
    ]
