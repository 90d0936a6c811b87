"""The columns of every frame of a backtest, with their types."""

from __future__ import annotations

from typing import Final

from leadpolicy.comparison.tidy import Columns, Row, frame, plain_rows

__all__ = ["Columns", "Row", "frame", "plain_rows"]

_RATE: Final = {"rate": "float64", "low": "float64", "high": "float64"}

FLOW: Final[Columns] = {
    "rung": "str", "policy": "str", "period": "str", "entries": "int64", "unknown": "int64",
    "records": "int64", "complete": "bool",
}  # fmt: skip
STOCK: Final[Columns] = {
    "rung": "str", "policy": "str", "period": "str", "at": "str", "records": "int64",
    "current": "int64", "unknown": "int64",
}  # fmt: skip
CONVERSION: Final[Columns] = {
    "rung": "str", "policy": "str", "to": "str", "entered": "int64", "unknown": "int64",
    "late": "int64", "over": "int64", "untold": "int64", "immature": "int64",
    "mature": "int64", "reached": "int64", **_RATE, "reached_so_far": "int64", "naive": "float64",
}  # fmt: skip
PRECISION: Final[Columns] = {
    "rung": "str", "policy": "str", "records": "int64", "held": "int64", "unknown": "int64",
    "over": "int64", "untold": "int64", "immature": "int64", "known": "int64", "won": "int64",
    **_RATE, "base_rate": "float64", "lift": "float64", "recall": "float64",
    "recall_low": "float64", "recall_high": "float64", "recall_possible": "float64",
    "lift_low": "float64", "lift_high": "float64", "comers_known": "int64",
    "comers_won": "int64", "comers_rate": "float64", "unknown_known": "int64",
    "unknown_won": "int64", "never_worked": "Int64", "worked_known": "Int64",
    "worked_won": "Int64", "worked_rate": "float64", "worked_low": "float64",
    "worked_high": "float64", "not_held_never_worked": "Int64", "not_held_known": "int64",
}  # fmt: skip
REVENUE: Final[Columns] = {
    "rung": "str", "policy": "str", "known": "int64", "without_amount": "int64",
    "amount_held": "float64", "amount_won": "float64", "precision": "float64",
    "recall": "float64",
}  # fmt: skip
CAPACITY: Final[Columns] = {
    "rung": "str", "policy": "str", "weeks": "int64", "entries": "int64", "outside": "int64",
    "per_rep_and_week": "float64", "busiest": "float64", "busiest_week": "str",
    "weeks_over": "int64", "beyond": "int64", "capacity": "float64",
}  # fmt: skip
SEGMENTS: Final[Columns] = {
    "fact": "str", "segment": "str", "rung": "str", "policy": "str", "records": "int64",
    "held": "int64", "unknown": "int64", "known": "int64", "won": "int64", **_RATE,
    "all_known": "int64", "all_won": "int64",
}  # fmt: skip
PAIRS: Final[Columns] = {
    "rung": "str", "a": "str", "b": "str", "records": "int64", "known": "int64",
    "both": "int64", "both_won": "int64", "gained": "int64", "gained_won": "int64",
    "lost": "int64", "lost_won": "int64", "neither": "int64", "neither_won": "int64",
    "gained_open": "int64", "lost_open": "int64", "unknown": "int64", "unknown_won": "int64",
    "unknown_low": "float64", "unknown_high": "float64", "precision_a": "float64",
    "precision_b": "float64", "lift_a": "float64", "lift_a_low": "float64",
    "lift_a_high": "float64", "lift_b": "float64", "lift_b_low": "float64",
    "lift_b_high": "float64", "difference": "float64", "low": "float64", "high": "float64",
    "smallest": "float64", "p": "float64", "q": "float64", "won_for_a": "int64",
    "won_for_b": "int64", "won_p": "float64", "won_q": "float64", "not_won_for_a": "int64",
    "not_won_for_b": "int64", "not_won_p": "float64", "not_won_q": "float64",
    "accounts": "int64", "needed": "Int64", "verdict": "str", "half": "object",
    "twice": "object", "says": "str",
}  # fmt: skip
DISCORDANT: Final[Columns] = {
    "rung": "str", "a": "str", "b": "str", "record": "str", "change": "str", "other": "str",
    "fate": "str", "amount": "float64", "worked": "object",
}  # fmt: skip
VELOCITY: Final[Columns] = {
    "rung": "str", "policy": "str", "to": "str", "records": "int64", "arrived": "int64",
    "over": "int64", "late": "int64", "median": "float64", "median_low": "float64",
    "median_high": "float64", "followed": "float64",
}  # fmt: skip
CURVES: Final[Columns] = {
    "rung": "str", "policy": "str", "to": "str", "day": "float64", "share": "float64",
    "low": "float64", "high": "float64", "at_risk": "int64", "thin": "bool",
}  # fmt: skip
ENDS: Final[Columns] = {
    "rung": "str", "policy": "str", "way": "str", "day": "float64", "share": "float64",
    "low": "float64", "high": "float64", "records": "int64", "late": "int64",
}  # fmt: skip
LOG_RANK: Final[Columns] = {
    "rung": "str", "a": "str", "b": "str", "only_a": "int64", "only_b": "int64",
    "p": "float64", "q": "float64",
}  # fmt: skip
AGREEMENT: Final[Columns] = {
    "rung": "str", "a": "str", "b": "str", "period": "str", "records": "int64",
    "decided": "int64", "undecided": "int64", "either": "int64", "both": "int64",
    "overlap": "float64", "raw": "float64", "kappa": "float64", "note": "str",
}  # fmt: skip
DECAY: Final[Columns] = {
    "rung": "str", "policy": "str", "period": "str", "held": "int64", "immature": "int64",
    "known": "int64", "won": "int64", **_RATE, "base_rate": "float64", "lift": "float64",
}  # fmt: skip
TRENDS: Final[Columns] = {
    "rung": "str", "policy": "str", "periods": "int64", "p": "float64", "q": "float64",
    "direction": "str",
}  # fmt: skip
CRITERIA: Final[Columns] = {
    "rung": "str", "policy": "str", "without": "str", "says": "str", "held": "int64",
    "change": "int64", "known": "int64", "won": "int64", **_RATE, "precision": "float64",
    "difference": "float64", "difference_low": "float64", "difference_high": "float64",
    "p": "float64", "q": "float64", "unknown": "int64", "unknown_change": "int64",
}  # fmt: skip
SWEEPS: Final[Columns] = {
    "rung": "str", "policy": "str", "parameter": "str", "value": "str", "current": "bool",
    "part": "str", "records": "int64", "held": "int64", "unknown": "int64", "known": "int64",
    "won": "int64", **_RATE, "recall": "float64", "verdict": "str", "best": "bool",
}  # fmt: skip
