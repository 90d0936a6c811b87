"""Where the sliders of a policy may go: round values around its own, fixed before a scan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from leadpolicy.comparison.cubes.moves import decimal_of
from leadpolicy.policy.model import Parameter, Policy

FEW: Final = 20
"""A range of at most so many whole numbers is offered in full."""
_ROUND: Final = tuple(map(Decimal, ("1", "1.5", "2", "3", "5", "7")))
_REACH: Final = 20
"""Sliders go from a twentieth of the policy's own value to twenty times it."""
_WINDOWS: Final = {
    "minute": (5, 10, 15, 30, 60, 120, 240),
    "hour": (1, 2, 4, 8, 12, 24, 48, 72),
    "day": (7, 14, 30, 60, 90, 120, 180, 270, 365, 540, 730),
    "week": (1, 2, 4, 8, 13, 26, 39, 52, 104),
}
_DURATION: Final = re.compile(r"(\d+) (minute|hour|day|week)s?")


def positions(policy: Policy) -> dict[str, list[str]]:
    """For each parameter that can move the values on its slider, the policy's own among them.

    Lists have no slider, nor have single values without a declared range or declared values.
    """
    found = {name: _of(parameter) for name, parameter in policy.parameters.items()}
    return {name: values for name, values in found.items() if len(values) > 1}


def fixed(policy: Policy) -> list[Parameter]:
    """The parameters that have no slider."""
    moving = positions(policy)
    return [one for name, one in policy.parameters.items() if name not in moving]


def all_positions(policies: Mapping[str, Policy]) -> dict[str, dict[str, list[str]]]:
    """The positions by policy label, as `cube` takes them."""
    return {label: positions(policy) for label, policy in policies.items()}


def _of(parameter: Parameter) -> list[str]:
    if parameter.listed:
        return []
    if parameter.values:
        return list(parameter.values)
    own = parameter.texts[0]
    if (duration := _DURATION.fullmatch(own.strip())) is not None:
        return _windows(int(duration[1]), duration[2])
    number = decimal_of(own)
    if number is None or parameter.range is None:
        return []
    low, high = (decimal_of(end) for end in parameter.range)
    if low is None or high is None:
        return []
    return [own if one == number else _written(one) for one in _numbers(number, low, high)]


def _windows(own: int, unit: str) -> list[str]:
    numbers = sorted({own, *_WINDOWS[unit]})
    return [f"{number} {unit}{'' if number == 1 else 's'}" for number in numbers]


def _numbers(own: Decimal, low: Decimal, high: Decimal) -> list[Decimal]:
    whole = all(number == number.to_integral_value() for number in (own, low, high))
    if whole and high - low < FEW:
        return [Decimal(number) for number in range(int(low), int(high) + 1)]
    if own > 0:
        reach = set(_rounded(max(low, own / _REACH), min(high, own * _REACH)))
    else:
        reach = {low + (high - low) * step / FEW for step in range(FEW + 1)}
    if whole:
        reach = {number for number in reach if number == number.to_integral_value()}
    return sorted(reach | {own})


def _rounded(low: Decimal, high: Decimal) -> Iterator[Decimal]:
    """1, 1.5, 2, 3, 5, 7, 10, 15, … between two positive numbers."""
    scale = Decimal(1).scaleb(low.adjusted()) if low > 0 else Decimal(1)
    while scale <= high:
        yield from (scale * one for one in _ROUND if low <= scale * one <= high)
        scale *= 10


def _written(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(texts: Sequence[str]) -> str:
    """A value as a slider writes it: numbers with separators."""
    number = decimal_of(texts[0]) if len(texts) == 1 else None
    if number is None:
        return ", ".join(texts)
    return f"{number:,f}"
