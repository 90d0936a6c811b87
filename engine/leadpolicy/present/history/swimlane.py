"""The swim-lanes of one record: its stages under each policy, and what happened to it."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil
from typing import Any, Final

import numpy as np
import pandas as pd

from leadpolicy.characters import named
from leadpolicy.data.chronicle import NEVER, UNDATED, Chronicle
from leadpolicy.diagnostics import LeadpolicyError, listing, suggest
from leadpolicy.english import plural
from leadpolicy.history.result import Replay
from leadpolicy.policy.model import Policy
from leadpolicy.present.chart import Bands, Canvas, Ruler, across, below, names_left, wide
from leadpolicy.present.choices import NO_STAGE, known_label, most
from leadpolicy.present.drawing import Plot, blank, draw
from leadpolicy.present.theme import CERTAIN, GRID, INK, MUTED, PAPER, UNKNOWN
from leadpolicy.times import from_microseconds
from leadpolicy.types import show

ROW: Final = 26
WIDE: Final = 620
MOST_POLICIES: Final = 12
MOST_KINDS: Final = 14
FULL: Final = 0.55
WON: Final = "outcome"


def swimlane(replay: Replay, record: str | int, *policies: str) -> Plot:
    """A lane per policy with the stages of one record over time, above its dated facts and events.

    `record` is an id, or the number of a record in the data.
    """
    chronicle = replay.chronicle
    number = _number(chronicle, record)
    who = named(chronicle.ids[number])
    wanted = [known_label(one, replay.policies) for one in policies] or list(replay.policies)
    labels, left_out = most(wanted, MOST_POLICIES, "policies")
    dataset = chronicle.dataset
    title = (
        f"{who}: its stage under "
        f"{plural(len(labels), 'policy', 'policies')} over time. Reading: exact stages of one "
        f"of {plural(len(replay), 'record')} from entry until {replay.ends}, "
        f"{named(dataset.title or dataset.name)}. Bars: the stage that is certain, the fuller the "
        f"higher; amber line: a higher stage is UNKNOWN. Dots: what was recorded that these "
        f"policies ask for.{left_out}"
    )
    start = int(replay.starts[number])
    if start == NEVER:
        return blank(title, f"This record had not entered by {replay.ends}.")
    bars = [bar for label in labels for bar in _spans(replay, label, number)]
    chosen = [replay.policies[label] for label in labels]
    dots = _dots(chronicle, number, chosen, replay.until)
    told = " ".join(
        f"{bar['policy']}: {bar['stage']} from {bar['begin']:%Y-%m-%d} to {bar['end']:%Y-%m-%d}."
        for bar in bars
    )
    happened = " ".join(f"{dot['kind']} {dot['text']} {dot['at']:%Y-%m-%d}.".replace("  ", " ")
                        for dot in dots)  # fmt: skip
    first = min([start, *(_micro(dot["at"]) for dot in dots)])
    chart = _chart(bars, dots, list(labels), first, replay.until)
    return draw(chart, title, f"Bars over time per policy. {told} {happened}")


def _number(chronicle: Chronicle, record: str | int) -> int:
    if isinstance(record, int) and 0 <= record < len(chronicle):
        return record
    try:
        return list(chronicle.ids).index(str(record))
    except ValueError:
        near = suggest(str(record), list(chronicle.ids)[:5000])
        raise LeadpolicyError.of(
            "LP504", f"there is no record `{record}`",
            help=near or f"ids look like {listing(list(chronicle.ids)[:3])}",
        ) from None  # fmt: skip


def _when(at: int) -> datetime:
    return from_microseconds(at)


def _micro(at: datetime) -> int:
    return int(pd.Timestamp(at).value // 1000)


def _spans(replay: Replay, label: str, number: int) -> list[dict[str, Any]]:
    """Neighbouring spans of the same stage and possible stage as one bar."""
    lines, policy = replay.timelines(label), replay.policies[label]
    titles = [NO_STAGE, *(stage.title for stage in policy.stages)]
    bars: list[dict[str, Any]] = []
    for at in np.flatnonzero(lines.record == number):
        stage, possible = int(lines.stage[at]), int(lines.possible[at])
        end = _when(min(int(lines.end[at]), replay.until))
        if bars and bars[-1]["at"] == (stage, possible):
            bars[-1]["end"] = end
            continue
        bars.append(
            {
                "policy": label, "at": (stage, possible), "stage": titles[stage],
                "begin": _when(int(lines.begin[at])), "end": end,
                "level": stage / len(policy.stages), "open": possible > stage,
            }
        )  # fmt: skip
    return bars


def _dots(
    chronicle: Chronicle, number: int, policies: list[Policy], until: int
) -> list[dict[str, Any]]:
    """Changes of facts and events that the policies ask for, and the outcome."""
    found: list[dict[str, Any]] = []
    if chronicle.outcome_known[number] and chronicle.won[number] != NEVER:
        kind = chronicle.outcome_name or WON
        found.append({"kind": kind, "micro": int(chronicle.won[number]), "text": ""})
    for name in sorted({fact for policy in policies for fact in policy.facts}):
        changes = chronicle.changes.get(name)
        if changes is None:
            continue
        for at in np.flatnonzero(changes.records == number):
            value = changes.value.value(int(at))
            text = "not known" if value is None else show(value, changes.value.type)
            if not found or (found[-1]["kind"], found[-1]["text"]) != (name, text):
                found.append({"kind": name, "micro": int(changes.at[at]), "text": text})
    for name in sorted({event for policy in policies for event in policy.events}):
        events = chronicle.events.get(name)
        if events is None:
            continue
        found += [
            {"kind": name, "micro": int(events.at[at]), "text": ""}
            for at in np.flatnonzero(events.records == number)
        ]
    dated = [one for one in found if one["micro"] not in (UNDATED, NEVER) and one["micro"] <= until]
    kinds, _ = most(list(dict.fromkeys(one["kind"] for one in dated)), MOST_KINDS, "kinds")
    return [one | {"at": _when(one["micro"])} for one in dated if one["kind"] in kinds]


def _chart(
    bars: list[dict[str, Any]], dots: list[dict[str, Any]], labels: list[str], first: int, last: int
) -> Canvas:
    room = max((last - first) // 60, 1)
    x = Ruler(first - room, last + room, 0, WIDE)
    lanes, y = Canvas(), Bands(labels, ROW)
    months = _months(first - room, last + room)
    names_left(lanes, y, room=225)
    for tick in months:
        lanes.line([(x(tick), 0), (x(tick), y.size)], GRID)
    for bar in bars:
        left, right, middle = x(_micro(bar["begin"])), x(_micro(bar["end"])), y(bar["policy"])
        lanes.rect(left, middle - 9, right, middle + 9, PAPER, stroke=GRID)
        opacity = 0.08 + 0.92 * bar["level"]
        lanes.rect(left, middle - 9, right, middle + 9, CERTAIN, opacity=opacity, stroke=PAPER)
        if bar["open"]:
            lanes.rect(left, middle + 9, right, middle + 12, UNKNOWN)
        if wide(bar["stage"], 11) + 8 < right - left:
            fill = PAPER if bar["level"] >= FULL else INK
            lanes.text(left + 4, middle, bar["stage"], size=11, fill=fill)
    if not dots:
        across(lanes, x, months, _month, y.size)
        return lanes
    kinds, lower = Bands(list(dict.fromkeys(dot["kind"] for dot in dots)), 20), Canvas()
    across(lower, x, months, _month, kinds.size)
    names_left(lower, kinds, room=225)
    for name in kinds.names:
        lower.line([(0, kinds(name)), (WIDE, kinds(name))], GRID)
    for dot in dots:
        at, middle = x(dot["micro"]), kinds(dot["kind"])
        lower.dot(at, middle, INK, radius=4)
        later = [d["micro"] for d in dots if d["kind"] == dot["kind"] and d["micro"] > dot["micro"]]
        if wide(dot["text"], 10) + 10 < (x(min(later)) if later else WIDE + at) - at:
            lower.text(at + 6, middle - 1, dot["text"], size=10, fill=MUTED)
    return below([lanes, lower], 4)


def _months(first: int, last: int) -> list[int]:
    """The beginnings of months, some seven of them."""
    begin, end = _when(first), _when(last)
    count = max((end.year - begin.year) * 12 + end.month - begin.month, 1)
    step = next((one for one in (1, 2, 3, 4, 6) if count / one <= 8), 12 * ceil(count / 84))
    places = range(begin.year * 12 + begin.month, end.year * 12 + end.month)
    starts = [datetime(at // 12, at % 12 + 1, 1, tzinfo=UTC) for at in places if at % step == 0]
    return [_micro(one) for one in starts]


def _month(at: float) -> str:
    return f"{_when(int(at)):%b %Y}"
