"""What a plot is asked to show: names checked, and choices where nobody chose."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from leadpolicy.diagnostics import LeadpolicyError, listing, suggest
from leadpolicy.policy.model import RUNGS

NO_STAGE: Final = "no stage"


def known_label(label: str, labels: Collection[str]) -> str:
    """The label of a policy. Raises `LeadpolicyError` for one that is not there."""
    if label in labels:
        return label
    near = [one for one in labels if one.partition("@")[0] == label.partition("@")[0]]
    if len(near) == 1:
        return near[0]
    raise LeadpolicyError.of(
        "LP207", f"there is no policy `{label}` here",
        help=suggest(label, labels) or f"there are {listing(labels)}",
    )  # fmt: skip


def chosen_rung(rung: str | None, defined: Iterable[str]) -> str:
    """The rung that was named, or the highest of those that are defined.

    Raises `LeadpolicyError` for a name that is no rung.
    """
    if rung is None:
        there = set(defined)
        return next((one for one in reversed(RUNGS) if one in there), RUNGS[0])
    if rung not in RUNGS:
        raise LeadpolicyError.of(
            "LP506", f"there is no rung `{rung}`", expected=f"one of {', '.join(RUNGS)}",
            help=suggest(rung, RUNGS),
        )  # fmt: skip
    return rung


def most(things: Sequence[Any], limit: int, what: str) -> tuple[Sequence[Any], str]:
    """The first so many, and a sentence for the title where some are left out."""
    if len(things) <= limit:
        return things, ""
    return things[:limit], f" Shown are {limit} of {len(things):,} {what}."
