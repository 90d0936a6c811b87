"""The swim-lanes of one record: its stages under each policy, and what happened to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from leadpolicy.data.chronicle import NEVER, UNDATED, Chronicle
from leadpolicy.data.moments import from_microseconds
from leadpolicy.diagnostics import LeadpolicyError, listing, suggest
from leadpolicy.english import plural
from leadpolicy.history.result import Replay
from leadpolicy.policy.model import Policy
from leadpolicy.present.axes import NO_STAGE, known_label, lane_axis, most, shown
from leadpolicy.present.drawing import CERTAIN, GRID, INK, MUTED, PAPER, UNKNOWN, Plot, blank, draw
from leadpolicy.types import show

ROW: Final = 26
WIDE: Final = 620
MOST_POLICIES: Final = 12
MOST_KINDS: Final = 14
LETTER: Final = 6.4
FULL: Final = 0.55
WON: Final = "outcome"


def swimlane(replay: Replay, record: str | int, *policies: str) -> Plot:
    """A lane per policy with the stages of one record over time, above its dated facts and events.

    `record` is an id, or the number of a record in the data.
    """
    chronicle = replay.chronicle
    number = _number(chronicle, record)
    named = shown(chronicle.ids[number])
    wanted = [known_label(one, replay.policies) for one in policies] or list(replay.policies)
    labels, left_out = most(wanted, MOST_POLICIES, "policies")
    dataset = chronicle.dataset
    title = (
        f"{named}: its stage under "
        f"{plural(len(labels), 'policy', 'policies')} over time. Reading: exact stages of one "
        f"of {plural(len(replay), 'record')} from entry until {replay.ends}, "
        f"{shown(dataset.title or dataset.name)}. Bars: the stage that is certain, the fuller the "
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
    chart = _chart(bars, dots, [shown(label) for label in labels], first, replay.until)
    return draw(chart, title, f"Bars over time per policy. {told} {happened}")


def _number(chronicle: Chronicle, record: str | int) -> int:
    if isinstance(record, int) and 0 <= record < len(chronicle):
        return record
    try:
        return list(chronicle.ids).index(str(record))
    except ValueError:
        near = suggest(str(record), list(chronicle.ids)[:5000])
        raise LeadpolicyError.of(
            "LP506", f"there is no record `{record}`",
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
                "policy": shown(label), "at": (stage, possible), "stage": shown(titles[stage]),
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
            if not found or (found[-1]["kind"], found[-1]["text"]) != (name, shown(text)):
                found.append({"kind": name, "micro": int(changes.at[at]), "text": shown(text)})
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
) -> Any:
    room = max((last - first) // 60, 1)
    scale = alt.Scale(
        type="utc", domain=[_stamp(_when(first - room)), _stamp(_when(last + room))], nice=False
    )
    per_pixel = (last - first + 2 * room) / WIDE
    rows = [
        {
            "policy": bar["policy"], "begin": _stamp(bar["begin"]), "end": _stamp(bar["end"]),
            "level": bar["level"], "open": bar["open"],
            "text": bar["stage"] if _long(bar, per_pixel) else "",
            "on": "full" if bar["level"] >= FULL else "pale",
        }
        for bar in bars
    ]  # fmt: skip
    months = alt.Axis(format="%b %Y", tickCount=7)
    plain = alt.Axis(labels=False, ticks=False, tickCount=7)
    x = alt.X("begin:T", title=None, scale=scale, axis=plain if dots else months)
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("policy:N", sort=labels, title=None, scale=alt.Scale(domain=labels),
                axis=lane_axis(minExtent=225, labelLimit=225)),
    )  # fmt: skip
    ground = base.mark_bar(height=ROW - 8, fill=PAPER, stroke=GRID).encode(x=x, x2="end:T")
    bar = base.mark_bar(height=ROW - 8, fill=CERTAIN, stroke=PAPER).encode(
        x=x, x2="end:T",
        opacity=alt.Opacity("level:Q", legend=None,
                            scale=alt.Scale(domain=[0, 1], range=[0.08, 1])),
    )  # fmt: skip
    amber = base.transform_filter("datum.open").mark_bar(
        height=3, yOffset=(ROW - 8) / 2 + 1.5, fill=UNKNOWN
    ).encode(x=x, x2="end:T")  # fmt: skip
    text = base.mark_text(align="left", dx=4, fontSize=11).encode(
        x=x, text="text:N",
        color=alt.Color("on:N", legend=None,
                        scale=alt.Scale(domain=["full", "pale"], range=[PAPER, INK])),
    )  # fmt: skip
    lanes = alt.layer(ground, bar, amber, text).properties(width=WIDE, height=ROW * len(labels))
    if not dots:
        return lanes
    x = alt.X("begin:T", title=None, scale=scale, axis=months)
    kinds = list(dict.fromkeys(dot["kind"] for dot in dots))
    below = pd.DataFrame(
        [
            {"kind": d["kind"], "begin": _stamp(d["at"]), "text": _fitting(d, dots, per_pixel)}
            for d in dots
        ]
    )
    marks = alt.Chart(below).encode(
        x=x,
        y=alt.Y("kind:N", sort=kinds, title=None, scale=alt.Scale(domain=kinds),
                axis=lane_axis(minExtent=225, labelLimit=225, grid=True)),
    )  # fmt: skip
    dot = marks.mark_point(filled=True, size=55, opacity=1, color=INK)
    said = marks.mark_text(align="left", dx=6, dy=-1, fontSize=10, color=MUTED).encode(
        text="text:N"
    )
    lower = alt.layer(dot, said.encode(text="text:N")).properties(
        width=WIDE, height=20 * len(kinds)
    )
    return alt.vconcat(lanes, lower, spacing=4).resolve_scale(x="shared")


def _long(bar: dict[str, Any], per_pixel: float) -> bool:
    """Whether the name of the stage has room in its bar."""
    pixels = (_micro(bar["end"]) - _micro(bar["begin"])) / per_pixel
    return pixels > LETTER * len(bar["stage"]) + 8


def _fitting(dot: dict[str, Any], dots: list[dict[str, Any]], per_pixel: float) -> str:
    """The value beside a dot, where it reaches to no other dot."""
    later = [d["micro"] for d in dots if d["kind"] == dot["kind"] and d["micro"] > dot["micro"]]
    room = (min(later) - dot["micro"]) / per_pixel if later else float(WIDE)
    return str(dot["text"]) if room > LETTER * len(dot["text"]) + 10 else ""


def _stamp(at: datetime) -> str:
    return pd.Timestamp(at).tz_convert("UTC").isoformat()
