"""The frames of a comparison against figures worked out by hand in `world`."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from leadpolicy.comparison.comparison import Comparison, compare
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.codes import FALSE, TRUE, UNKNOWN
from leadpolicy.evaluation.verdicts import verdicts_of
from tests.comparison.world import World

T, F, U = TRUE, FALSE, UNKNOWN


@pytest.fixture(scope="session")
def three(world: World) -> Comparison:
    return compare([world.wide, world.narrow, world.odd], world.records())


def only(table: pd.DataFrame, **values: object) -> dict[str, Any]:
    """The one row with these values."""
    for name, value in values.items():
        table = table[table[name] == value]
    assert len(table) == 1, table
    return {str(name): value for name, value in table.iloc[0].items()}


def rows(table: pd.DataFrame) -> list[Any]:
    return list(table.itertuples(index=False))


def test_every_record_under_every_policy(world: World) -> None:
    found = verdicts_of([world.wide, world.narrow, world.odd], world.records())
    lead = {label: found.rung(label, "lead") for label in ("wide", "narrow", "odd")}
    assert lead["wide"] is not None
    assert lead["narrow"] is not None
    assert lead["wide"].tolist() == [T, T, T, T, T, F]
    assert lead["narrow"].tolist() == [T, F, F, U, F, F]
    assert lead["odd"] is None
    assert found["wide"].stages[:, 1].tolist() == [T, T, T, U, T, F]


def test_a_rung_is_reached_by_any_stage_that_counts_as_it(world: World) -> None:
    both = world.policy(
        """\
policy: both
version: 1.0.0
title: Two ways
organization: Both Ltd
vocabulary: 1
grain: company
stages:
  - {stage: large, counts_as: lead, requires: nothing, when: {company.employees: {at_least: 50}}}
  - {stage: urgent, counts_as: lead, requires: nothing, when: {need.urgent: true}}
"""
    )
    found = verdicts_of([both], world.records()).rung("both", "lead")
    assert found is not None
    assert found.tolist() == [T, T, T, T, T, U]


def test_volumes_show_what_is_not_defined_as_missing(three: Comparison) -> None:
    narrow = only(three.volumes, policy="narrow", rung="lead")
    assert (narrow["certain"], narrow["unknown"], narrow["refused"]) == (1, 1, 4)
    assert narrow["possible"] == 2
    undefined = only(three.volumes, policy="narrow", rung="opportunity")
    assert not undefined["defined"]
    assert undefined["certain"] is pd.NA
    assert undefined["unknown"] is pd.NA
    assert np.isnan(undefined["share_certain"])


def test_stages_count_each_record_once(three: Comparison) -> None:
    wide = three.stages[three.stages["policy"] == "wide"]
    assert wide["stage"].tolist() == ["", "lead", "chance"]
    assert wide["current"].tolist() == [1, 1, 4]
    assert wide["possible"].tolist() == [1, 0, 5]


def test_agreement_among_records_that_both_decide(three: Comparison) -> None:
    pair = only(three.agreement, rung="lead")
    assert (pair["a"], pair["b"]) == ("wide", "narrow")
    assert (pair["decided"], pair["undecided"]) == (5, 1)
    assert (pair["both"], pair["only_a"], pair["only_b"], pair["neither"]) == (1, 3, 0, 1)
    assert pair["raw"] == pytest.approx(0.4)
    assert pair["kappa"] == pytest.approx((0.4 - 0.32) / 0.68)


def test_overlap_and_what_only_one_holds(three: Comparison) -> None:
    pair = only(three.overlap, rung="lead")
    assert (pair["size_a"], pair["size_b"], pair["both"], pair["difference"]) == (5, 1, 1, 4)
    assert (pair["a_denied_by_b"], pair["a_undecided_by_b"]) == (3, 1)
    assert (pair["jaccard"], pair["a_in_b"], pair["b_in_a"]) == (0.2, 0.2, 1.0)
    alone = only(three.exclusive, rung="lead", policy="wide")
    assert (alone["certain"], alone["exclusive"], alone["known"], alone["won"]) == (5, 4, 3, 1)


def test_the_same_records_under_another_word(three: Comparison) -> None:
    found = only(three.crossings, a="wide", rung_a="lead", b="odd")
    assert found["rung_b"] == "qualified_lead"
    assert not found["same"]
    assert found["jaccard"] == pytest.approx(4 / 5)
    assert np.isnan(found["jaccard_same"])


def test_disagreements_by_the_smallest_set_of_criteria(three: Comparison) -> None:
    found = three.disagreements
    denied = found[(found["claims"] == "wide") & (found["kind"] == "denied")]
    by_cause = {row.criteria: row for row in rows(denied)}
    assert set(by_cause) == {("is_large",), ("is_urgent",), ("in_retail",)}
    assert {row.samples for row in rows(denied)} == {("c",), ("b",), ("e",)}
    assert set(denied["of"]) == {3}
    retail = by_cause[("in_retail",)]
    assert (retail.reason, retail.against, retail.says) == (
        "excluded",
        ("in_retail",),
        "It is a shop",
    )
    large = by_cause[("is_large",)]
    assert (large.reason, large.against, large.first) == ("lacks", (), "is_large")


def test_what_cannot_be_decided_is_kept_apart_from_denial(three: Comparison) -> None:
    found = only(three.disagreements, claims="wide", kind="undecided")
    assert (found["other"], found["records"], found["samples"]) == ("narrow", 1, ("d",))
    assert found["criteria"] == ("is_large",)


def test_refusals_sum_up_over_claiming_policies(world: World) -> None:
    wide = world.wide.with_parameters(smallest=20)
    found = compare([world.wide, wide, world.narrow], world.records())
    refused = only(found.refusals, policy="narrow", kind="denied", first="is_large")
    assert refused["records"] == 1
    assert refused["claims"] == ("wide@1.0.0", "wide@1.0.0(smallest=20)")


def test_a_condition_of_the_stage_itself_is_a_cause(world: World) -> None:
    odd = world.policy(
        """\
policy: urgent
version: 1.0.0
title: Urgency is all
organization: Odd Ltd
vocabulary: 1
grain: company
stages:
  - {stage: lead, title: Hot lead, counts_as: lead, requires: nothing, when: {need.urgent: true}}
"""
    )
    found = compare([world.wide, odd], world.records())
    denied = only(found.disagreements, claims="wide", kind="denied")
    assert (denied["reason"], denied["criteria"], denied["says"]) == ("stage", (), "Hot lead")
    assert denied["samples"] == ("b",)


def test_records_worth_arguing_about(three: Comparison) -> None:
    found = rows(three.contested)
    assert [row.record for row in found] == ["b", "c", "e"]
    assert {row.rung for row in found} == {"lead"}
    assert all(row.claims == ("wide",) and row.denies == ("narrow",) for row in found)
    first = found[0]
    assert (first.first, first.says) == ("is_urgent", "It is urgent")
    assert first.seen == ("need.urgent: no",)
    assert [row.outcome for row in found[:2]] == ["not won", "won"]
    assert pd.isna(found[2].outcome)


def test_top_limits_the_records(world: World) -> None:
    found = compare([world.wide, world.narrow], world.records(), top=1)
    assert found.contested["record"].tolist() == ["b"]
    assert compare([world.wide, world.narrow], world.records(), top=0).contested.empty


def test_outcomes_by_rung(three: Comparison) -> None:
    wide = only(three.outcomes, rung="lead", policy="wide")
    assert (wide["certain"], wide["known"], wide["won"]) == (5, 4, 2)
    assert (wide["rate"], wide["base_rate"], wide["recall"]) == (0.5, 0.4, 1.0)
    assert wide["lift"] == pytest.approx(1.25)
    assert wide["few"]
    assert wide["low"] < 0.5 < wide["high"]
    narrow = only(three.outcomes, rung="lead", policy="narrow")
    assert (narrow["unknown"], narrow["unknown_known"], narrow["unknown_won"]) == (1, 1, 0)


def test_without_outcomes_nothing_is_said_of_them(world: World) -> None:
    records = world.records()
    records.outcomes = [None] * 6
    found = compare([world.wide], records)
    assert found.outcomes.empty
    assert found.study.denominator == "no outcome is known for these records"


def test_readiness_says_what_the_data_lacks(world: World) -> None:
    policy = world.policy(
        """\
policy: needy
version: 1.0.0
title: Needs what nobody has
organization: Needy Ltd
vocabulary: 1
grain: person
criteria:
  big_need: {says: Their need is large, need.size: {at_least: middling}}
  some_sign:
    says: Urgent, or seen at the fair
    any: [{need.urgent: true}, {happened: badge_scan, within: 90 days}]
  is_large: {says: It is large, company.employees: {at_least: 50}}
stages:
  - {stage: lead, counts_as: lead, requires: nothing, when: {all: [big_need, some_sign, is_large]}}
"""
    )
    found = compare([policy], world.records())
    row = only(found.policies, policy="needy")
    assert (row["criteria"], row["fully"], row["partly"], row["not_ready"]) == (3, 1, 1, 1)
    ready = {c.name: (c.ready, c.absent, c.decided) for c in rows(found.criteria)}
    assert ready["big_need"] == ("not", ("need.size",), 0)
    # TRUE for a, c, d and e; b is not urgent but may have been at the fair.
    assert ready["some_sign"] == ("partly", ("event:badge_scan",), pytest.approx(4 / 6))
    assert ready["is_large"] == ("fully", (), pytest.approx(5 / 6))
    assert row["decided"] == pytest.approx((0 + 4 / 6 + 5 / 6) / 3)
    # c and f are too small whatever else is true; the other four stay open.
    assert row["open_records"] == 4
    missing = {m.fact: (m.open, m.share, m.in_data) for m in rows(found.missing)}
    assert missing["need.size"] == (4, pytest.approx(4 / 6), False)
    assert missing["company.employees"] == (1, pytest.approx(1 / 6), True)
    assert missing["event:badge_scan"] == (1, pytest.approx(1 / 6), False)
    assert found.study.other_grain == ("needy",)


def test_snapshot_facts_are_named(three: Comparison) -> None:
    assert three.study.snapshot_facts == ("company.employees", "company.industry")


def test_segments_add_up_to_the_whole(world: World) -> None:
    found = compare([world.wide, world.narrow], world.records(), by="company.industry")
    for policy in ("wide", "narrow"):
        parts = found.segments[
            (found.segments["policy"] == policy) & (found.segments["rung"] == "lead")
        ]
        whole = only(found.volumes, policy=policy, rung="lead")
        for count in ("records", "certain", "unknown", "refused", "possible"):
            assert parts[count].sum() == whole[count], (policy, count)
        assert parts["won"].sum() == only(found.outcomes, policy=policy, rung="lead")["won"]
    retail = only(found.segments, policy="wide", rung="lead", segment="retail")
    assert (retail["records"], retail["certain"], retail["known"]) == (1, 1, 0)


def test_records_without_the_fact_are_a_segment_of_their_own(world: World) -> None:
    found = compare([world.wide], world.records(), by="need.urgent")
    assert found.segments["segment"].iloc[-1] == "(unknown)"
    assert found.segments[found.segments["rung"] == "lead"]["records"].sum() == 6


def test_a_policy_compared_with_itself_differs_in_nothing(world: World) -> None:
    found = compare([world.wide, world.wide], world.records())
    assert found.policies["policy"].tolist() == ["wide@1.0.0", "wide@1.0.0 (2)"]
    assert (found.agreement[["only_a", "only_b"]] == 0).all(axis=None)
    assert (found.agreement["raw"] == 1).all()
    assert found.agreement["kappa"].tolist() == [pytest.approx(1), pytest.approx(1)]
    assert (found.overlap[["difference", "only_a", "only_b"]] == 0).all(axis=None)
    assert (found.overlap["jaccard"] == 1).all()
    assert found.disagreements.empty
    assert found.refusals.empty
    assert found.contested.empty
    assert (found.exclusive["exclusive"] == 0).all()


def test_swapping_sides_negates(world: World) -> None:
    there = only(compare([world.wide, world.narrow], world.records()).overlap, rung="lead")
    back = only(compare([world.narrow, world.wide], world.records()).overlap, rung="lead")
    assert there["difference"] == -back["difference"] == 4
    assert (there["only_a"], there["a_in_b"]) == (back["only_b"], back["b_in_a"])


@pytest.mark.parametrize("order", [*list(permutations("abcdef"))[::97], tuple("fedcba")])
def test_the_order_of_records_changes_nothing(
    world: World, three: Comparison, order: tuple[str, ...]
) -> None:
    other = compare([world.wide, world.narrow, world.odd], world.records(order))
    assert json.loads(other.to_json()) == json.loads(three.to_json())


def test_json_says_none_where_nothing_is_defined(three: Comparison) -> None:
    found = json.loads(three.to_json())
    assert found["leadpolicy_comparison"] == 1
    assert set(found) >= set(three.frames())
    row = next(r for r in found["volumes"] if r["policy"] == "odd" and r["rung"] == "lead")
    assert (row["defined"], row["certain"], row["share_certain"]) == (False, None, None)
    assert found["study"]["outcome"]["known"] == 5
    assert all(isinstance(r["samples"], list) for r in found["disagreements"])


def test_verdicts_record_by_record(three: Comparison) -> None:
    table = three.verdicts()
    flat = three.verdicts("arrow")
    assert flat.column("record").to_pylist() == list(table.index)
    assert [one.to_pylist() for one in flat.columns[1:]] == [
        own.tolist() for _, own in table.items()
    ]
    assert table.index.tolist() == list("abcdef")
    assert table["narrow", "lead"].tolist() == [T, F, F, U, F, F]
    assert ("odd", "lead") not in table.columns


def test_frames_keep_their_columns_when_they_are_empty(world: World, three: Comparison) -> None:
    alone = compare([world.odd], world.records())
    for name, table in alone.frames().items():
        assert list(table.columns) == list(three.frames()[name].columns), name
        assert table.dtypes.tolist() == three.frames()[name].dtypes.tolist(), name
    assert alone.agreement.empty


def test_only_the_rungs_asked_for(world: World) -> None:
    found = compare([world.wide, world.odd], world.records(), rungs=["lead"])
    assert set(found.volumes["rung"]) == {"lead"}
    assert found.study.rungs == ("lead",)


def test_notebooks_show_a_summary_with_names_as_text(world: World) -> None:
    found = compare([world.wide, world.narrow], world.records(name="<b>six</b>"))
    shown = found._repr_html_()
    assert "&lt;b&gt;six&lt;/b&gt;" in shown
    assert "<b>six" not in shown
    assert "narrow" in shown
    assert repr(found) == (
        "<Comparison of wide@1.0.0, narrow@1.0.0 on <b>six</b>, 6 records, as of 2026-03-01>"
    )


def test_an_unknown_rung_is_refused(world: World) -> None:
    with pytest.raises(LeadpolicyError, match="there is no rung `leed`") as caught:
        compare([world.wide], world.records(), rungs=["leed"])
    assert caught.value.diagnostics[0].help == "did you mean `lead`?"


def test_an_unknown_fact_to_segment_by_is_refused(world: World) -> None:
    with pytest.raises(LeadpolicyError, match=r"company\.employes"):
        compare([world.wide], world.records(), by="company.employes")


def test_no_policy_is_refused(world: World) -> None:
    with pytest.raises(LeadpolicyError, match="there is no policy to work on"):
        compare([], world.records())


def test_a_moment_cannot_be_given_to_records_that_have_theirs(world: World) -> None:
    with pytest.raises(LeadpolicyError, match="as of their own moments already"):
        compare([world.wide], world.records(), as_of="2026-01-01")


def test_progress_ends_complete(world: World) -> None:
    heard: list[tuple[str, int, int]] = []
    compare([world.wide], world.records(), progress=lambda *what: heard.append(what))
    assert heard[-1][1] == heard[-1][2]
    assert all(done <= total for _, done, total in heard)
