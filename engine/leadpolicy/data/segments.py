"""Values of a fact as a few labels: `20 to 49`, `2018-03`, `(unknown)`."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

from leadpolicy.types import NUMERIC, TEMPORAL, Kind, Range, Type, Value, show, show_number

UNKNOWN: Final = "(unknown)"
OTHER: Final = "(other)"
MOST: Final = 20
_STEPS: Final = (1, 2, 5)


def labels(values: Sequence[Value | None], kind: Type) -> list[str]:
    """One label per value, at most about twenty different ones."""
    if kind.kind in NUMERIC:
        return _numbers(values, kind)
    if kind.kind in TEMPORAL:
        return _dates(values)
    shown = [UNKNOWN if value is None else show(value, kind) for value in values]
    if kind.kind in (Kind.TEXT, Kind.CHOICES):
        return _frequent(shown)
    return shown


def in_order(found: Sequence[str], kind: Type) -> list[str]:
    """The different labels: levels and choices as declared, numbers by size, others by name."""
    different = set(found)
    last = [label for label in (OTHER, UNKNOWN) if label in different]
    rest = different - set(last)
    if kind.kind in (Kind.LEVEL, Kind.CHOICE):
        first = [value for value in kind.values if value in rest]
    elif kind.kind in NUMERIC:
        first = sorted(rest, key=_size)
    else:
        first = sorted(rest)
    return [*first, *last]


def _size(label: str) -> tuple[float, int]:
    numbers = "".join(c if c.isdigit() or c in ".-" else " " for c in label.replace(",", ""))
    first = next((float(n) for n in numbers.split() if _is_number(n)), math.inf)
    return first, not label.startswith("under")


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _frequent(shown: list[str]) -> list[str]:
    counts = Counter(label for label in shown if label != UNKNOWN)
    if len(counts) <= MOST:
        return shown
    kept = {label for label, _ in counts.most_common(MOST - 1)} | {UNKNOWN}
    return [label if label in kept else OTHER for label in shown]


def _dates(values: Sequence[Value | None]) -> list[str]:
    """By month where that makes few labels, else by quarter, else by year."""
    for form in (_month, _quarter, _year):
        found = [form(v) if isinstance(v, date) else UNKNOWN for v in values]
        if len(set(found)) <= 24:
            return found
    return [_year(v) if isinstance(v, date) else UNKNOWN for v in values]


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _quarter(day: date) -> str:
    return f"{day.year} Q{(day.month + 2) // 3}"


def _year(day: date) -> str:
    return str(day.year)


def _numbers(values: Sequence[Value | None], kind: Type) -> list[str]:
    known = [v for v in values if isinstance(v, int | float)]
    if len(set(known)) <= 8 and not any(isinstance(v, Range) for v in values):
        return [UNKNOWN if v is None else show(v, kind) for v in values]
    edges = _edges(known)
    whole = kind.kind is Kind.INTEGER
    names = [_bin(edges, i, whole, kind) for i in range(len(edges) + 1)]
    return [_label(value, edges, names) for value in values]


def _label(value: Value | None, edges: list[float], names: list[str]) -> str:
    if isinstance(value, Range):
        low, high = value.low, value.high
        first = bisect_right(edges, -math.inf if low is None else low)
        last = bisect_right(edges, math.inf if high is None else high)
        return names[first] if first == last else str(value)
    if isinstance(value, int | float):
        return names[bisect_right(edges, value)]
    return UNKNOWN


def _edges(known: Sequence[float]) -> list[float]:
    """Up to five round numbers that part the values into groups of about the same size."""
    if not known:
        return []
    ordered = sorted(known)
    edges: list[float] = []
    for share in (0.2, 0.4, 0.6, 0.8, 0.95):
        edge = _round(ordered[int(share * (len(ordered) - 1))])
        if ordered[0] < edge <= ordered[-1] and edge not in edges:
            edges.append(edge)
    return sorted(edges)


def _round(number: float) -> float:
    """The nearest of 1, 2, 5, 10, 20, 50, ... with its sign; zero stays zero."""
    if number == 0:
        return 0
    scale = 10.0 ** math.floor(math.log10(abs(number)))
    step = min((*_STEPS, 10), key=lambda s: abs(abs(number) - s * scale))
    rounded = math.copysign(step * scale, number)
    return int(rounded) if rounded.is_integer() else rounded


def _bin(edges: list[float], i: int, whole: bool, kind: Type) -> str:
    unit = f"{kind.currency} " if kind.currency else ""
    if not edges:
        return "known"
    if i == 0:
        return f"under {unit}{show_number(edges[0])}"
    low = f"{unit}{show_number(edges[i - 1])}"
    if i == len(edges):
        return f"{low} or more"
    if whole:
        top = edges[i] - 1
        return low if top == edges[i - 1] else f"{low} to {show_number(top)}"
    return f"{low} to under {show_number(edges[i])}"
