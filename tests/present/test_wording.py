"""Numbers and causes in words."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from leadpolicy.english import plural
from leadpolicy.present.comparison.wording import cause_sentence, few
from leadpolicy.present.wording import names, number, percent, ratio


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.0, "0.0 %"),
        (1.0, "100.0 %"),
        (0.125, "12.5 %"),
        (0.0001, "<0.1 %"),
        (0.99999, ">99.9 %"),
        (float("nan"), "—"),
        (None, "—"),
    ],
)
def test_a_share_is_never_rounded_to_none_or_all(share: float | None, shown: str) -> None:
    assert percent(share) == shown


def test_numbers() -> None:
    assert number(1234567) == "1,234,567"
    assert number(pd.NA) == "—"
    assert ratio(-0.123) == "−0.12"
    assert ratio(-0.001) == "0.00"
    assert plural(1, "record") == "1 record"
    assert plural(0, "record") == "0 records"


def test_lists_of_names_are_cut() -> None:
    assert names([]) == "none"
    assert names("abcd") == "a, b, c, d"
    assert names("abcde") == "a, b, c and 2 more"


def test_few() -> None:
    assert [few(0), few(1), few(29), few(30)] == ["no record", "few records", "few records", ""]


def cause(reason: str, *criteria: str, against: tuple[str, ...] = ()) -> SimpleNamespace:
    first = criteria[0] if criteria else ""
    return SimpleNamespace(
        reason=reason, criteria=criteria, against=against, first=first, says="Says it"
    )


@pytest.mark.parametrize(
    ("given", "kind", "shown"),
    [
        (cause("lacks", "a"), "denied", "“Says it” (a) is not met"),
        (cause("lacks", "a", "b"), "denied", "“Says it” (a) is not met, nor is b"),
        (cause("lacks", "a", "b", "c"), "denied", "“Says it” (a) is not met, nor are b, c"),
        (
            cause("lacks", "a", "b", against=("b",)),
            "denied",
            "“Says it” (a) is not met; in the way: b",
        ),
        (cause("lacks", "a"), "undecided", "“Says it” (a) is not settled"),
        (cause("excluded", "a", against=("a",)), "denied", "“Says it” (a) rules it out"),
        (
            cause("excluded", "a", "b", against=("a",)),
            "denied",
            "“Says it” (a) rules it out; not met: b",
        ),
        (
            cause("excluded", "a", against=("a",)),
            "undecided",
            "“Says it” (a) may hold and would rule it out",
        ),
        (
            cause("stage"),
            "denied",
            "a condition of the stage itself, “Says it”, is not met",
        ),
    ],
)
def test_causes_in_words(given: SimpleNamespace, kind: str, shown: str) -> None:
    assert cause_sentence(given, kind) == shown
