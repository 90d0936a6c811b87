"""`leadpolicy facts`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadpolicy.operators import OPERATORS
from leadpolicy.vocabulary import load_vocabulary
from tests.cli.conftest import Run
from tests.conftest import POLICIES


@pytest.mark.parametrize("columns", [60, 80, 112, 120, 200])
def test_everything_is_listed_within_the_width(leadpolicy: Run, columns: int) -> None:
    vocabulary = load_vocabulary(POLICIES / "vocabulary.yaml")
    ran = leadpolicy("facts", columns=columns)
    assert (ran.code, ran.err) == (0, "")
    assert "\033" not in ran.out
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= columns
    firsts = [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "]
    assert set(firsts) >= {*vocabulary.facts, *vocabulary.events}


def test_facts_of_one_prefix_stand_together(leadpolicy: Run) -> None:
    heads = [line for line in leadpolicy("facts").out.splitlines() if line[:1].strip()]
    assert len(heads) == len(set(heads))
    assert heads[:2] == ["record", "company"]
    assert heads[-1] == "events"


def test_eighty_columns(leadpolicy: Run) -> None:
    assert leadpolicy("facts", "deal.budget*").out == (
        "deal\n"
        "  deal.budget_status  (sales; past: judgement)\n"
        "      level: none < could_allocate < identified < allocated\n"
        "      Is there a budget, is one in sight, or could they set one aside?\n"
        "  deal.budget_amount  (sales; past: judgement)\n"
        "      money in EUR\n"
        "      How large is the budget, in euros?\n"
    )


def test_a_hundred_and_twenty_columns(leadpolicy: Run) -> None:
    lines = leadpolicy("facts", "deal.budget*", columns=120).out.splitlines()
    assert lines[0].split() == ["type", "question", "owner", "past"]
    row = next(line for line in lines if line.startswith("  deal.budget_amount"))
    assert row.split("  ")[1] == "deal.budget_amount"
    assert row.endswith("judgement")
    assert "money in EUR" in row
    assert "How large is the budget, in euros?" in row


def test_a_pattern_looks_into_questions_and_phrases(leadpolicy: Run) -> None:
    ran = leadpolicy("facts", "TURNOVER")
    assert "company.annual_revenue" in ran.out
    assert "company.employees" not in ran.out


def test_events_alone(leadpolicy: Run) -> None:
    ran = leadpolicy("facts", "--events")
    assert ran.out.startswith("events\n  inbound_request  (marketing)\n")
    assert "company.employees" not in ran.out


def test_one_fact_in_full(leadpolicy: Run) -> None:
    out = leadpolicy("facts", "company.employees").out
    lines = out.splitlines()
    assert lines[0] == "company.employees"
    assert "  question  How many people work there?" in lines
    assert "  type      integer from 0 to 10,000,000, in employees" in lines
    start, end = lines.index("  operators"), lines.index("  used by")
    named = [line.split()[0] for line in lines[start + 1 : end] if line[4:5].strip()]
    assert named == [
        "is", "is_not", "one_of", "none_of", "known", "above", "at_least", "below", "at_most",
        "between",
    ]  # fmt: skip
    used = " ".join(" ".join(lines[end + 1 :]).split())
    assert "b2b-international@1.0.0 (size_large_enough)" in used
    assert "heinz@1.0.0 (ideal_company)" in used
    assert "salesdevs" not in used


def test_a_fact_that_only_stands_to_the_right_is_used_too(leadpolicy: Run) -> None:
    out = " ".join(leadpolicy("facts", "product.price").out.split())
    assert "conversation-first@1.0.0 (budget_warrants_our_price)" in out


def test_a_fact_that_nobody_uses(leadpolicy: Run) -> None:
    assert leadpolicy("facts", "need.goal_quantified").out.splitlines()[-2:] == [
        "  used by",
        "    no policy",
    ]


def test_one_event_in_full(leadpolicy: Run) -> None:
    out = leadpolicy("facts", "badge_scan").out
    assert out.startswith("badge_scan (event)\n")
    assert "the buyer had their badge scanned at an event" in out
    assert "operators: is, is_not, one_of, none_of, known, contains, starts_with" in out
    assert "heinz@1.1.0 (on_a_list)" in out


def test_json_holds_everything(leadpolicy: Run) -> None:
    vocabulary = load_vocabulary(POLICIES / "vocabulary.yaml")
    listed = json.loads(leadpolicy("facts", "--json").out)
    names = [one.get("fact") or one["event"] for one in listed]
    assert names == [*vocabulary.facts, *vocabulary.events]
    (revenue,) = json.loads(leadpolicy("facts", "company.annual_revenue", "--json").out)
    assert revenue["type"] == "money"
    assert revenue["currency"] == "EUR"
    assert revenue["point_in_time"] == "snapshot"
    assert set(revenue["operators"]) < set(OPERATORS)
    (scan,) = json.loads(leadpolicy("facts", "badge_scan", "--json").out)
    assert scan["attributes"]["show"]["type"] == "text"


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("company.employes", "company.employees"),
        ("badge_scann", "badge_scan"),
        ("budjet", "budget"),
    ],
)
def test_nothing_found(leadpolicy: Run, pattern: str, meant: str) -> None:
    ran = leadpolicy("facts", pattern)
    assert ran.code == 2
    assert ran.out == ""
    assert f"nothing in the vocabulary fits `{pattern}`" in ran.err
    assert f"did you mean `{meant}`?" in ran.err


def test_nothing_near_points_at_the_whole_list(leadpolicy: Run) -> None:
    assert "`leadpolicy facts` lists everything" in leadpolicy("facts", "zzzz").err


def test_a_folder_without_a_vocabulary(leadpolicy: Run, tmp_path: Path) -> None:
    ran = leadpolicy("facts", "--policies", str(tmp_path))
    assert ran.code == 2
    assert "vocabulary.yaml: error LP101: there is no such file" in ran.err
