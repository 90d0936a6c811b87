"""Facts that know the future are named, and no others."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from leadpolicy.comparison.comparison import compare
from leadpolicy.comparison.leaks import Leak, Sort, leaks, leaks_frame, users
from leadpolicy.data.dataset import open_dataset
from leadpolicy.diagnostics import Problems
from leadpolicy.policy import load_policies, parse_policy
from leadpolicy.present.comparison.evidence import leak_warnings
from leadpolicy.present.comparison.findings import findings
from leadpolicy.vocabulary import read_vocabulary

WORDS: Final = """\
vocabulary: 1
facts:
  deal.contract: {type: number, phrase: it, ask: What?, owner: data, point_in_time: snapshot}
  deal.signed: {type: boolean, phrase: it, ask: What?, owner: data, point_in_time: snapshot}
  deal.invoiced_on: {type: date, phrase: it, ask: What?, owner: data, point_in_time: snapshot}
  engagement.visits: {type: integer, phrase: it, ask: What?, owner: data, point_in_time: snapshot}
  engagement.talk: {type: number, phrase: it, ask: What?, owner: data, point_in_time: snapshot}
  company.size: {type: integer, phrase: it, ask: What?, owner: data, point_in_time: snapshot}
  company.kind: {type: choice, values: [a, b, c], phrase: it, ask: What?, owner: data,
    point_in_time: snapshot}
  deal.reason: {type: text, phrase: it, ask: What?, owner: data, point_in_time: yes}
events:
  visit: {phrase: visited us, ask: Have they?, owner: data}
"""
MAPPING: Final = """\
dataset: small
vocabulary: vocabulary.yaml
tables: {all: {file: all.csv}, log: {file: log.csv}}
records: {table: all, id: id, entered_at: entered}
facts:
  deal.contract: contract
  deal.signed: signed
  deal.invoiced_on: invoiced
  engagement.visits: visits
  engagement.talk: talk
  company.size: size
  company.kind: kind
  deal.reason: {table: log, record: id, at: at, column: reason}
events:
  visit: {table: all, record: id, count: visits}
outcome: {name: won, table: all, record: id, at: won, where: {won: {known: true}}}
as_of: 2025-12-31
observed_until: 2025-12-31
"""


def world(folder: Path, *, honest: bool, order: int = 0) -> list[Leak]:
    """400 records, a fifth of them won 30 days after entry; honest columns know nothing of it."""
    draw = random.Random(5)
    rows, log = [], []
    for n in range(400):
        entered = date(2025, 1, 1) + timedelta(days=n // 2)
        won = draw.random() < 0.2
        end = entered + timedelta(days=30)
        known = won if not honest else draw.random() < 0.2
        age = 400 - n if not honest else draw.randrange(1, 400)
        talk = draw.gauss(3 if won and not honest else 0.3 * won, 1)
        invoiced = end + timedelta(days=9) if not honest else entered + timedelta(days=-5)
        rows.append(
            f"c{n},{entered},{end if won else ''},{1000 if known else ''},"
            f"{'yes' if known else 'no'},{invoiced if won else ''},{age // 10},{talk:.6f},"
            f"{draw.randrange(1, 500)},{draw.choice('abc')}"
        )
        if won:
            log.append(f"c{n},{end if not honest else entered + timedelta(days=3)},because")
    random.Random(order).shuffle(rows)
    (folder / "vocabulary.yaml").write_text(WORDS)
    (folder / "dataset.yaml").write_text(MAPPING)
    head = "id,entered,won,contract,signed,invoiced,visits,talk,size,kind"
    (folder / "all.csv").write_text("\n".join([head, *rows]) + "\n")
    (folder / "log.csv").write_text("\n".join(["id,at,reason", *log]) + "\n")
    return leaks(open_dataset(folder).chronicle())


def test_each_sort_of_leak_is_named(tmp_path: Path) -> None:
    found = {leak.fact: (leak.sort, leak.guarded) for leak in world(tmp_path, honest=False)}
    assert found == {
        "deal.contract": (Sort.WON_ONLY, False),
        "deal.signed": (Sort.WON_ONLY, False),
        # Only won records have an invoice at all: the plainest sign is the one that is told.
        "deal.invoiced_on": (Sort.WON_ONLY, False),
        "engagement.visits": (Sort.TOTAL, False),
        "event:visit": (Sort.TOTAL, False),
        "engagement.talk": (Sort.FORETELLS, False),
        "deal.reason": (Sort.WON_ONLY, True),
    }


def test_honest_facts_are_left_alone(tmp_path: Path) -> None:
    """A date before the outcome that only won records have is still only filled for the won."""
    found = {leak.fact for leak in world(tmp_path, honest=True)}
    assert found == {"deal.invoiced_on"}


def test_the_order_of_the_rows_changes_nothing(tmp_path: Path) -> None:
    first = world(tmp_path, honest=False)
    second = world(tmp_path, honest=False, order=7)
    assert [leak.to_dict() for leak in first] == [leak.to_dict() for leak in second]


def test_few_records_say_nothing(tmp_path: Path) -> None:
    world(tmp_path, honest=False)
    for name in ("all.csv", "log.csv"):
        lines = (tmp_path / name).read_text().splitlines()
        (tmp_path / name).write_text("\n".join(lines[:19]) + "\n")
    assert leaks(open_dataset(tmp_path).chronicle()) == []


def test_the_planted_leak_is_caught_and_nothing_else(fixtures: Path) -> None:
    """ground_truth.yaml: companies.contract_value_confirmed, mapped to deal.amount."""
    chronicle = open_dataset(fixtures / "demo").chronicle()
    (leak,) = leaks(chronicle)
    assert (leak.fact, leak.sort, leak.guarded) == ("deal.amount", Sort.WON_ONLY, False)
    assert leak.figure == 1.0


def test_a_policy_that_uses_a_leak_is_named(fixtures: Path, policies: Path) -> None:
    found = leaks(open_dataset(fixtures / "demo").chronicle())
    named = {p.id: p for p in load_policies([policies])}
    using = {name for name, policy in named.items() if "deal.amount" in policy.facts}
    assert set(users(found[0], named)) == using
    (said,) = leak_warnings(leaks_frame(found, {}))
    assert said.startswith("Leak: deal.amount knows the future (won only)")
    assert "no policy here looks at it" in said
    direct = {"deal.amount": "the amounts of this study"}
    (said,) = leak_warnings(leaks_frame(found, {}, direct))
    assert "used by the amounts of this study" in said


def test_dates_guard_what_olist_writes_down_of_won_leads(fixtures: Path, real_data: Path) -> None:
    assert (real_data / "olist").is_dir()
    found = leaks(open_dataset(fixtures / "olist").chronicle())
    assert {leak.fact for leak in found if leak.guarded} == {
        "olist.business_segment",
        "olist.business_type",
        "olist.declared_monthly_revenue",
        "olist.lead_type",
    }
    assert not [leak for leak in found if not leak.guarded]


def test_won_only_columns_of_olist_without_their_dates(
    fixtures: Path, real_data: Path, tmp_path: Path
) -> None:
    assert real_data.is_dir()
    text = (fixtures / "olist" / "dataset.yaml").read_text(encoding="utf-8")
    text = text.replace("{table: won, record: mql_id, at: won_date, column: ", "{column: won.")
    join = "  join: [{table: won, on: {mql_id: mql_id}}]\n  entered_at: first_contact"
    text = text.replace("  entered_at: first_contact", join)
    words = fixtures / "olist" / "policies" / "vocabulary.yaml"
    text = text.replace("vocabulary: policies/vocabulary.yaml", f"vocabulary: {words}")
    (tmp_path / "dataset.yaml").write_text(_rooted(text, real_data, "olist"), encoding="utf-8")
    found = leaks(open_dataset(tmp_path).chronicle())
    assert {(leak.fact, leak.sort, leak.guarded) for leak in found} == {
        ("olist.business_segment", Sort.WON_ONLY, False),
        ("olist.business_type", Sort.WON_ONLY, False),
        ("olist.declared_monthly_revenue", Sort.WON_ONLY, False),
        ("olist.lead_type", Sort.WON_ONLY, False),
    }


def test_the_length_of_the_call_in_uci_bank(
    fixtures: Path, real_data: Path, tmp_path: Path
) -> None:
    own = fixtures / "uci_bank"
    assert leaks(open_dataset(own).chronicle()) == []
    text = (own / "dataset.yaml").read_text(encoding="utf-8")
    text = text.replace("policies/vocabulary.yaml", "vocabulary.yaml")
    text = text.replace("  campaign.calls:", "  call.duration: duration\n  campaign.calls:")
    (tmp_path / "dataset.yaml").write_text(_rooted(text, real_data, "uci_bank"), encoding="utf-8")
    words = (own / "policies" / "vocabulary.yaml").read_text(encoding="utf-8")
    words = words.replace("../../../policies", str(fixtures.parent / "policies"))
    fact = "  call.duration: {type: integer, phrase: seconds of the call, ask: How long?, "
    fact += "owner: data, point_in_time: snapshot}\n"
    words = words.replace("facts:\n", "facts:\n" + fact, 1)
    (tmp_path / "vocabulary.yaml").write_text(words, encoding="utf-8")
    (leak,) = leaks(open_dataset(tmp_path).chronicle())
    assert (leak.fact, leak.sort, leak.guarded) == ("call.duration", Sort.FORETELLS, False)


def test_the_loans_of_bpi2012_have_no_bare_leak(fixtures: Path, real_data: Path) -> None:
    assert real_data.is_dir()
    found = leaks(open_dataset(fixtures / "bpi2012").chronicle())
    assert [leak.fact for leak in found if not leak.guarded] == []


def _rooted(text: str, real_data: Path, name: str) -> str:
    lines = [f"root: {real_data / name}" if line.startswith("root:") else line
             for line in text.splitlines()]  # fmt: skip
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("records", [0, 1])
def test_no_outcome_is_no_leak(tmp_path: Path, records: int) -> None:
    world(tmp_path, honest=False)
    mapping = "\n".join(line for line in MAPPING.splitlines() if not line.startswith("outcome"))
    (tmp_path / "dataset.yaml").write_text(mapping)
    lines = (tmp_path / "all.csv").read_text().splitlines()
    (tmp_path / "all.csv").write_text("\n".join(lines[: records + 2]) + "\n")
    assert leaks(open_dataset(tmp_path).chronicle()) == []


def test_a_leak_that_verdicts_rest_on_is_the_first_thing_said(
    fixtures: Path, policies: Path
) -> None:
    problems = Problems()
    vocabulary = read_vocabulary(policies / "vocabulary.yaml", problems)
    assert vocabulary is not None
    policy = parse_policy(
        """\
policy: hindsight
version: 1.0.0
title: Whoever has a contract
organization: Hindsight Ltd
vocabulary: 1
grain: company
stages:
  - {stage: lead, counts_as: lead, requires: nothing, when: {deal.amount: {known: true}}}
""",
        vocabulary,
    )
    found = compare([policy], fixtures / "demo")
    (row,) = found.to_dict()["leaks"]
    assert (row["fact"], list(row["policies"])) == ("deal.amount", ["hindsight"])
    assert findings(found)[0].startswith("Leak: deal.amount knows the future")
    assert "used by hindsight, whose figures on the outcome are too good" in findings(found)[0]


# ------------------------------------------------------------------------- exports of a CRM

EXPORT: Final = """\
dataset: export
vocabulary: vocabulary.yaml
grain: deal
tables: {deals: deals.csv}
records: {table: deals, id: id, entered_at: created}
facts: {r.reason: reason, r.grade: grade, r.offer: offer, r.source: source%s}
outcome: {name: won, table: deals, at: closed, where: {stage: Won}}
as_of: 2025-02-01
observed_until: 2025-12-31
"""
EXPORTED: Final = """\
vocabulary: 1
facts:
  r.reason: {type: text, phrase: reason, ask: Why?, owner: sales, point_in_time: snapshot}
  r.grade: {type: level, values: [E, D, C, B, A], phrase: grade, ask: G?, owner: sales,
            point_in_time: snapshot}
  r.offer: {type: money, currency: EUR, phrase: offer, ask: O?, owner: sales,
            point_in_time: snapshot}
  r.source: {type: text, phrase: source, ask: S?, owner: sales, point_in_time: snapshot}
events: {}
"""


def export(folder: Path, more: str = "", graded: str = "") -> list[Leak]:
    """100 of 1,000 deals are won: they are graded A or B; of the lost every one has a reason, and
    two in nine were ever sent an offer.
    """
    draw = random.Random(3)
    rows = ["id,created,stage,closed,reason,grade,offer,source"]
    log = ["id,at,grade"]
    for n in range(1_000):
        won = n < 100
        grade = draw.choice("AB") if won else draw.choice("CDE")
        offer = str(draw.randrange(1, 12) * 500) if won or draw.random() < 2 / 9 else ""
        reason = "" if won else draw.choice(["Expensive", "Rival", "No answer"])
        stage = "Won" if won else "Lost"
        rows.append(f"R{n},2025-01-05,{stage},2025-03-01,{reason},{grade},{offer},"
                    f"{draw.choice(['web', 'fair', 'call'])}")  # fmt: skip
        log.append(f"R{n},{graded},{grade}")
    (folder / "vocabulary.yaml").write_text(EXPORTED)
    (folder / "deals.csv").write_text("\n".join(rows) + "\n")
    (folder / "grades.csv").write_text("\n".join(log) + "\n")
    text = EXPORT % more
    if graded:
        text = text.replace("tables: {deals: deals.csv}",
                            "tables: {deals: deals.csv, grades: grades.csv}")  # fmt: skip
        dated = "r.grade: {table: grades, record: id, at: at, column: grade}"
        text = text.replace("r.grade: grade", dated)
    (folder / "dataset.yaml").write_text(text)
    return leaks(open_dataset(folder).chronicle())


def test_reason_grade_and_offer_of_an_export_are_named_and_its_source_is_not(
    tmp_path: Path,
) -> None:
    found = {leak.fact: leak for leak in export(tmp_path)}
    assert {name: leak.sort for name, leak in found.items()} == {
        "r.grade": Sort.WON_ONLY, "r.reason": Sort.NEVER, "r.offer": Sort.NEVER,
    }  # fmt: skip
    assert "filled for 900 records, 0 of them won where 90 would be expected" in (
        found["r.reason"].evidence
    )
    assert found["r.offer"].evidence.startswith("empty for ")
    assert found["r.offer"].low is not None
    assert found["r.offer"].low < found["r.offer"].figure < 0.95


def test_the_worst_leak_comes_first(tmp_path: Path) -> None:
    found = export(tmp_path)
    assert [leak.figure for leak in found] == sorted((leak.figure for leak in found), reverse=True)
    assert found[-1].fact == "r.offer"


@pytest.mark.parametrize(
    ("graded", "guarded"),
    [
        ("2025-03-02", True),  # after the end of each deal: its dates keep it out
        ("2025-01-05", False),  # dated at entry, as an export without history does: no guard
    ],
)
def test_dates_guard_what_they_keep_out_only(tmp_path: Path, graded: str, guarded: bool) -> None:
    (grade,) = (leak for leak in export(tmp_path, graded=graded) if leak.fact == "r.grade")
    assert grade.guarded is guarded
    if not guarded:
        assert grade.evidence.startswith("as known at the moment of evaluation")


def test_a_value_that_never_wins_is_named(tmp_path: Path) -> None:
    """One of three sources is set when a deal is given up."""
    export(tmp_path)
    lines = (tmp_path / "deals.csv").read_text().splitlines()
    head, *rest = lines
    changed = [line if ",Won," in line or at % 3 else line.rsplit(",", 1)[0] + ",closed"
               for at, line in enumerate(rest)]  # fmt: skip
    (tmp_path / "deals.csv").write_text("\n".join([head, *changed]) + "\n")
    found = {leak.fact: leak for leak in leaks(open_dataset(tmp_path).chronicle())}
    assert found["r.source"].sort is Sort.NEVER
    assert "the value closed stands for 300 records, 0 of them won" in found["r.source"].evidence
