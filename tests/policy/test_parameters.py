"""What-ifs: the same policy with other values, under a name that says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.diagnostics import Diagnostic, LeadpolicyError
from leadpolicy.governance.identity import content_hash
from leadpolicy.policy import Policy
from leadpolicy.vocabulary import Record
from tests.policy.samples import RICH, policy_of, rich, small
from tests.strategies import NOW


def refusal(policy: Policy, **changes: object) -> list[Diagnostic]:
    with pytest.raises(LeadpolicyError) as caught:
        policy.with_parameters(**changes)
    return list(caught.value.diagnostics)


def test_the_identity_names_what_was_changed() -> None:
    policy = policy_of(RICH)
    assert policy.identity == "rich@1.2.0"
    assert policy.with_parameters(k=3, size=50).identity == "rich@1.2.0(k=3, size=50)"
    assert policy.with_parameters(size=50, k=3).identity == "rich@1.2.0(k=3, size=50)"
    assert policy.with_parameters(kinds=["demo"]).identity == "rich@1.2.0(kinds=[demo])"
    assert policy.with_parameters(mode="both").identity == "rich@1.2.0(mode=both)"


def test_nothing_changed_is_the_same_policy() -> None:
    policy = policy_of(RICH)
    assert policy.with_parameters().identity == policy.identity
    same = policy.with_parameters(k=2, kinds=["demo", "question"], fresh="180 days")
    assert same.identity == policy.identity
    assert not same.changed
    assert content_hash(same) == content_hash(policy)


def test_changes_add_up_and_can_be_taken_back() -> None:
    policy = policy_of(RICH).with_parameters(k=3).with_parameters(size=50)
    assert policy.identity == "rich@1.2.0(k=3, size=50)"
    assert policy.with_parameters(k=2).identity == "rich@1.2.0(size=50)"
    assert policy.with_parameters(k=2, size=20).identity == "rich@1.2.0"


def test_the_original_stays_as_it_was() -> None:
    policy = policy_of(RICH)
    logic = policy.logic
    policy.with_parameters(k=3)
    assert policy.logic is logic
    assert policy.parameters["k"].texts == ("2",)


UNFIT: Final = "the value does not fit where the parameter is used: "
WAYS: Final[list[tuple[str, object, tuple[str, ...]]]] = [
    ("k", 3, ("3",)),
    ("k", "3", ("3",)),
    ("kinds", "demo", ("demo",)),
    ("kinds", "[demo, white_paper]", ("demo", "white_paper")),
    ("kinds", "demo,white_paper", ("demo", "white_paper")),
    ("kinds", ("white_paper",), ("white_paper",)),
    ("kinds", {"white_paper", "demo"}, ("demo", "white_paper")),
    ("kinds", [], ()),
    ("fresh", timedelta(days=7), ("7 days",)),
    ("fresh", timedelta(hours=36), ("36 hours",)),
]


@pytest.mark.parametrize(("name", "value", "texts"), WAYS)
def test_values_come_as_python_or_as_text(name: str, value: object, texts: tuple[str, ...]) -> None:
    assert policy_of(RICH).with_parameters(**{name: value}).parameters[name].texts == texts


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 40))
def test_a_what_if_means_what_the_file_would_mean(first: int, second: int, employees: int) -> None:
    def document(value: int) -> dict[str, Any]:
        return small(
            parameters={"size": {"value": value, "range": [1, 40], "says": "Size"}},
            stages=[
                {
                    "stage": "lead",
                    "requires": "nothing",
                    "when": {"company.employees": {"at_least": "$size"}},
                }
            ],
        )

    changed = policy_of(document(first)).with_parameters(size=second)
    written = policy_of(document(second))
    record = Record({"company.employees": employees})
    assert verdicts(changed.logic, record, NOW) == verdicts(written.logic, record, NOW)
    assert changed.logic.stages[0] is written.logic.stages[0]
    assert content_hash(changed) == content_hash(written)


def test_a_reading_that_is_chosen_by_a_parameter() -> None:
    policy = policy_of(
        small(
            parameters={"mode": {"value": "any", "values": ["any", "both"], "says": "Reading"}},
            stages=[{"stage": "lead", "requires": "nothing", "when": {"$mode": "both"}}],
        )
    )
    assert str(verdicts(policy.logic, Record(), NOW).stages[0]) == "FALSE"
    both = policy.with_parameters(mode="both")
    assert str(verdicts(both.logic, Record(), NOW).stages[0]) == "TRUE"


def test_unknown_parameters_are_refused_all_at_once() -> None:
    first, second = refusal(policy_of(RICH), sise=3, zzz=4)
    assert (first.code, first.help) == ("LP207", "did you mean `size`?")
    assert second.help == "its parameters are size, mode, kinds, fresh, k"
    (none,) = refusal(policy_of(small()), size=3)
    assert none.help == "`small` has no parameters"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("size", 6000, "the parameter `size`: `6,000` is outside the allowed range"),
        ("size", 0, "the parameter `size`: `0` is outside the allowed range"),
        ("size", "many", "the parameter `size`: `many` is not a number"),
        ("size", [1, 2], "the parameter `size` takes a single value"),
        ("mode", "some", "`some` is not one of the values of the parameter `mode`"),
        ("mode", "Any", "`Any` is not one of the values of the parameter `mode`"),
        ("fresh", "3 months", f"{UNFIT}`3 months` is not a fixed length of time: months differ"),
        ("kinds", ["tea"], f"{UNFIT}`tea` is not one of the declared values"),
        ("k", -1, f"{UNFIT}`-1` is outside the allowed range"),
        ("k", None, f"{UNFIT}`None` is not a whole number"),
    ],
)
def test_values_that_do_not_fit_are_refused(name: str, value: object, message: str) -> None:
    (found,) = refusal(policy_of(RICH), **{name: value})
    assert found.message == message
    assert found.where == "rich@1.2.0"


def test_an_empty_list_means_that_nothing_fits() -> None:
    policy = policy_of(
        small(
            parameters={"kinds": {"value": ["retail"], "says": "Industries"}},
            stages=[
                {"stage": "lead", "requires": "nothing", "when": {"company.industry": "$kinds"}}
            ],
        )
    )
    record = Record({"company.industry": "retail"})
    assert str(verdicts(policy.logic, record, NOW).stages[0]) == "TRUE"
    nothing = policy.with_parameters(kinds=[])
    assert str(verdicts(nothing.logic, record, NOW).stages[0]) == "FALSE"


def test_rich_parameters_reach_every_place() -> None:
    document = rich()
    policy = policy_of(document)
    for name, value in {
        "size": 21,
        "mode": "both",
        "kinds": ["demo"],
        "fresh": "1 day",
        "k": 1,
    }.items():
        changed = policy.with_parameters(**{name: value})
        assert changed.logic.stages[1] is not policy.logic.stages[1], name
