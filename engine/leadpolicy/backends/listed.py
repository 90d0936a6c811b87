"""What is known of every engine, as plain data."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from leadpolicy.backends import BACKENDS, availability, backend


def listed() -> list[dict[str, Any]]:
    """Every engine: whether it can be used here, what it refuses, and how often it was compared
    with the interpreter: `cases` are records with a known verdict, `verdicts` random ones.
    """
    agreement = measured()
    return [_told(name, agreement.get(name, {})) for name in BACKENDS]


def measured() -> dict[str, dict[str, int]]:
    """How much each engine was compared, as the tests have written it."""
    text = files("leadpolicy.backends").joinpath("agreement.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, int]] = json.loads(text)
    return found


def _told(name: str, agreement: dict[str, int]) -> dict[str, Any]:
    lacking = availability(name)
    told: dict[str, Any] = {"engine": name, "available": lacking is None}
    if lacking is None:
        engine = backend(name)
        told["about"] = engine.about
        told["refuses"] = [asdict(limit) for limit in engine.limits]
    else:
        told |= {"extra": lacking.extra, "reason": lacking.reason, "cure": lacking.cure}
    return told | {"agreement": agreement}


__all__ = ["listed", "measured"]
