"""How many records each rung and each stage holds, UNKNOWN counted apart."""

from __future__ import annotations

from dataclasses import dataclass

from leadpolicy.evaluation.codes import FALSE, TRUE, UNKNOWN, Codes, last_reaching, share


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


def volume(verdicts: Codes) -> Volume:
    """The count of each verdict in a column."""
    return Volume(
        records=len(verdicts),
        certain=int((verdicts == TRUE).sum()),
        unknown=int((verdicts == UNKNOWN).sum()),
        refused=int((verdicts == FALSE).sum()),
    )


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


def stage_volumes(stages: Codes) -> list[StageVolume]:
    """For "no stage" and then every stage of the ladder."""
    current, possible = last_reaching(stages, TRUE), last_reaching(stages, UNKNOWN)
    return [
        StageVolume(
            position=position,
            current=int((current == position).sum()),
            possible=int((possible == position).sum()),
            verdicts=None if position < 0 else volume(stages[:, position]),
        )
        for position in range(-1, stages.shape[1])
    ]
