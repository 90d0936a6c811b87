"""The alluvial plot: where records of each stage under one policy stand under another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

import numpy as np

from leadpolicy.characters import named
from leadpolicy.comparison.comparison import Comparison
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.english import plural
from leadpolicy.evaluation.codes import TRUE, Codes
from leadpolicy.history.result import NOT_THERE, READINGS, Replay
from leadpolicy.policy.model import RUNGS, Policy
from leadpolicy.present.chart import Anchor, Canvas, Key, Point, below, fitted, legend
from leadpolicy.present.choices import NO_STAGE, known_label
from leadpolicy.present.comparison.wording import cohort
from leadpolicy.present.drawing import Plot, blank, draw
from leadpolicy.present.theme import ABSENT, CERTAIN, INK, MUTED
from leadpolicy.present.wording import percent
from leadpolicy.times import from_microseconds
from leadpolicy.types import show

HIGH: Final = 320
WIDE: Final = 460
LABEL: Final = 15
"""Pixels from one label to the next."""
SAME: Final = "as before"
UP: Final = "higher"
DOWN: Final = "lower"
STEPS: Final = 24
COLOURS: Final = {SAME: MUTED, UP: CERTAIN, DOWN: ABSENT}


@dataclass(frozen=True, slots=True)
class _Block:
    """A stage on one side: from `top` on, `size` pixels high."""

    name: str
    records: int
    top: float
    size: float


@dataclass(frozen=True, slots=True)
class _Ribbon:
    """Records from one stage to another: where they leave and arrive, and `size` pixels high."""

    kind: str
    left: float
    right: float
    size: float

    def edge(self, length: float) -> list[Point]:
        """Its upper edge, from left to right."""
        found = []
        for step in range(STEPS + 1):
            way = step / STEPS
            ease = way * way * (3 - 2 * way)
            found.append((length * way, self.left + (self.right - self.left) * ease))
        return found


def alluvial(
    data: Comparison | Replay,
    before: str | None = None,
    after: str | None = None,
    *,
    reading: Literal["current", "furthest"] = "current",
    at: datetime | date | None = None,
) -> Plot:
    """From the stages under one policy to those under another; default: the first two policies.

    A comparison looks at each record once. On a replay `reading` says whether it counts where the
    records stood at the moment `at` (default: the end) or how far they had come by then.
    """
    policies = _policies(data)
    if len(policies) < 2:
        return blank(
            "From the stages of one policy to those of another",
            "There is one policy alone; name two to see what changes from one to the other.",
        )
    labels = list(policies)
    first = known_label(before or labels[0], labels)
    rest = [label for label in labels if label != first]
    second = known_label(after or rest[0], labels)
    a, b, said = _standing(data, first, second, reading, at)
    there = (a != NOT_THERE) & (b != NOT_THERE)
    title = f"From {named(first)} to {named(second)}"
    if not there.any():
        return blank(title, "There is no record that both policies were asked about.")
    return _drawn(title, said, (policies[first], a[there]), (policies[second], b[there]))


def _policies(data: Comparison | Replay) -> dict[str, Policy]:
    if isinstance(data, Replay):
        return dict(data.policies)
    return {one.label: one.policy for one in data.evaluation.policies}


def _standing(
    data: Comparison | Replay, first: str, second: str, reading: str,
    at: datetime | date | None,
) -> tuple[Codes, Codes, str]:  # fmt: skip
    """Per record its stage under both (0: none, i + 1: stage i), and the reading in words."""
    if isinstance(data, Comparison):
        found = [_last(data.evaluation[label].stages) for label in (first, second)]
        return found[0], found[1], f"as they stand, {cohort(data.study)}"
    moment = data.until if at is None else data.moment(at)
    match reading:
        case "current":
            stages = data.current(moment)
        case "furthest":
            stages = data.furthest(moment)
        case _:
            raise LeadpolicyError.of(
                "LP506", f"there is no reading `{reading}`", expected="current or furthest"
            )
    when = show(from_microseconds(moment))
    dataset = data.chronicle.dataset
    name = named(dataset.title or dataset.name)
    return stages[first], stages[second], f"{READINGS[reading]} {when}, {name}"


def _last(stages: Codes) -> Codes:
    places = np.arange(1, stages.shape[1] + 1, dtype=np.int8)
    found: Codes = np.where(stages == TRUE, places, 0).max(axis=1, initial=0).astype(np.int8)
    return found


def _drawn(
    title: str, said: str, before: tuple[Policy, Codes], after: tuple[Policy, Codes]
) -> Plot:
    (old, a), (new, b) = before, after
    flows = np.zeros((len(old.stages) + 1, len(new.stages) + 1), np.int64)
    np.add.at(flows, (a, b), 1)
    total = int(flows.sum())
    left, right = _blocks(_names(old), flows.sum(axis=1)), _blocks(_names(new), flows.sum(axis=0))
    ribbons, told, counts = _ribbons(flows, left, right, _kinds(old, new))
    moved = counts[UP] + counts[DOWN]
    share = percent(moved / total)
    head = f"{title}: {moved:,} of {plural(total, 'record')} ({share}) stand elsewhere"
    if moved and _comparable(old, new):
        head += f", {counts[UP]:,} of them higher and {counts[DOWN]:,} lower"
    rung = "" if _ladder(old) == _ladder(new) else " Higher and lower: by the common rungs."
    kinds = [kind for kind in (SAME, UP, DOWN) if counts[kind]]
    chart = _chart(ribbons, left, right, kinds)
    return draw(
        chart,
        f"{head}. Reading: {said}; a stage counts where it is certain; ribbons add up to all "
        f"{total:,} records.{rung}",
        f"Ribbons from stage to stage. {' '.join(told)}",
    )


def _names(policy: Policy) -> list[str]:
    return [NO_STAGE, *(stage.title for stage in policy.stages)]


def _ladder(policy: Policy) -> list[str]:
    return [stage.name for stage in policy.stages]


def _comparable(old: Policy, new: Policy) -> bool:
    return _ladder(old) == _ladder(new) or bool(old.rungs and new.rungs)


def _kinds(old: Policy, new: Policy) -> list[list[str]]:
    """For each pair of stages whether it is higher: by place, or by rung on another ladder."""
    same = _ladder(old) == _ladder(new)
    heights = []
    for policy in (old, new):
        reached = 0
        own = [0]
        for place, stage in enumerate(policy.stages, start=1):
            reached = max(reached, RUNGS.index(stage.counts_as) + 1 if stage.counts_as else 0)
            own.append(place if same else reached)
        heights.append(own)
    return [[SAME if x == y else UP if y > x else DOWN for y in heights[1]] for x in heights[0]]


def _blocks(names: Sequence[str], counts: Any) -> list[_Block]:
    """The highest stage on top; small ones keep room for their label."""
    total = int(sum(counts))
    blocks: list[_Block] = []
    top = 0.0
    for name, records in reversed(list(zip(names, counts, strict=True))):
        size = HIGH * int(records) / total
        lead = max(0.0, (LABEL - size) / 2)
        blocks.append(_Block(name, int(records), top + lead, size))
        top += max(size, LABEL) + 6
    return blocks[::-1]


def _ribbons(
    flows: Any, left: list[_Block], right: list[_Block], kinds: list[list[str]]
) -> tuple[list[_Ribbon], list[str], dict[str, int]]:
    total = int(flows.sum())
    rows: list[_Ribbon] = []
    told: list[str] = []
    counts = {SAME: 0, UP: 0, DOWN: 0}
    used_left = [block.top for block in left]
    used_right = [block.top for block in right]
    for x in reversed(range(len(left))):
        for y in reversed(range(len(right))):
            records = int(flows[x, y])
            if not records:
                continue
            size = HIGH * records / total
            kind = kinds[x][y]
            counts[kind] += records
            told.append(f"{left[x].name} to {right[y].name}: {records:,}, {kind}.")
            rows.append(_Ribbon(kind, used_left[x], used_right[y], size))
            used_left[x] += size
            used_right[y] += size
    return rows, told, counts


def _chart(
    ribbons: list[_Ribbon], left: list[_Block], right: list[_Block], kinds: list[str]
) -> Canvas:
    canvas = Canvas()
    for ribbon in ribbons:
        edge = ribbon.edge(WIDE)
        under = [(x, y + ribbon.size) for x, y in reversed(edge)]
        canvas.area([*edge, *under], COLOURS[ribbon.kind], 0.5)
    sides: tuple[tuple[float, list[_Block], Anchor, int], ...] = (
        (0, left, "end", -1), (WIDE, right, "start", 1),
    )  # fmt: skip
    for x, blocks, anchor, way in sides:
        for block in blocks:
            canvas.rect(x, block.top, x + 9 * way, block.top + block.size, INK)
            said = f"{fitted(block.name, 150)}  {block.records:,}"
            canvas.text(x + 14 * way, block.top + block.size / 2, said, anchor=anchor)
    return below([legend([Key(kind, COLOURS[kind]) for kind in kinds], WIDE), canvas])
