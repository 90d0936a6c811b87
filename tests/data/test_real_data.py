"""The data sets whose tables are published elsewhere: what is known about them must come out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from leadpolicy.data.dataset import Dataset, open_dataset
from leadpolicy.data.recordset import RecordSet
from leadpolicy.types import show


def read(name: str, fixtures: Path, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> RecordSet:
    monkeypatch.setenv("LEADPOLICY_REAL_DATA", str(real_data))
    return open_dataset(name, fixtures=fixtures).records()


def test_olist(fixtures: Path, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read("olist", fixtures, real_data, monkeypatch)
    assert len(found) == 8000
    # 842 deals, one of them dated before the first contact
    assert Counter(found.outcomes) == {True: 841, False: 7158, None: 1}
    assert not found.quarantine.rows
    won_only = ("business_segment", "lead_type", "business_type", "declared_monthly_revenue")
    seen = Counter(name for record in found.records for name in record.facts)
    assert [seen[f"olist.{name}"] for name in won_only] == [1, 1, 1, 0]
    origins = Counter(found.segment("olist.origin"))
    assert origins["(unknown)"] == 1099 + 60
    assert origins["organic_search"] == 2296
    won = {True, None}  # the lead that was won before counts among those of its origin
    by_origin = Counter(
        origin
        for origin, outcome in zip(found.segment("olist.origin"), found.outcomes, strict=True)
        if outcome in won
    )
    assert round(by_origin["organic_search"] / 2296, 3) == 0.118


def test_olist_as_of_the_end(
    fixtures: Path, real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADPOLICY_REAL_DATA", str(real_data))
    found = open_dataset("olist", fixtures=fixtures).records("2018-11-14T20:00Z")
    seen = Counter(name for record in found.records for name in record.facts)
    assert seen["olist.lead_type"] == 842 - 6  # six won leads have no type
    assert Counter(found.outcomes) == {False: 7158, None: 842}


@pytest.fixture(scope="module")
def bpi2012(fixtures: Path, real_data: Path) -> Dataset:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("LEADPOLICY_REAL_DATA", str(real_data))
        return open_dataset("bpi2012", fixtures=fixtures)


def test_bpi2012(bpi2012: Dataset) -> None:
    found = bpi2012.records()
    assert len(found) == 13087
    assert found.tables[0].rows == 262200
    assert not found.quarantine.rows
    # declared, cancelled or approved within seven days
    assert Counter(found.segment("deal.outcome")) == {
        "open": 5396, "lost": 6841, "abandoned": 724, "won": 126
    }  # fmt: skip
    asked = [len(record.events["inbound_request"].happenings) for record in found.records]
    assert asked == [1] * 13087
    returned = sum(record.facts["loan.offer_returned"] is True for record in found.records)
    assert returned == 879
    amounts = sum("deal.amount" in record.facts for record in found.records)
    assert amounts == 13086  # one application names a sum of 0
    record, moment = found.find("173688")
    assert show(record.facts["deal.amount"]) == "20,000"
    assert show(moment) == "2011-10-07 22:38 UTC"
    assert record.facts["deal.next_step_status"] == "proposed"  # sent back three days later


def test_bpi2012_at_the_end(bpi2012: Dataset) -> None:
    found = bpi2012.records("2012-03-14T15:04:54.681Z")
    counts = Counter(found.segment("deal.outcome"))
    assert counts == {"open": 399, "lost": 7635, "abandoned": 2807, "won": 2246}
    proposals = sum(len(record.events["proposal"].happenings) for record in found.records)
    assert proposals == 7030


def test_uci_bank(fixtures: Path, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = read("uci_bank", fixtures, real_data, monkeypatch)
    assert Counter(found.outcomes) == {True: 5289, False: 39922}
    assert not found.quarantine.rows
    seen = Counter(name for record in found.records for name in record.facts)
    assert seen["person.contactable"] == 45211 - 13020
    assert seen["campaign.days_since_last"] == 8257
    assert seen["campaign.last_result"] == 4901 + 1840 + 1511
    spoken = sum(len(record.events["conversation"].happenings) for record in found.records)
    assert spoken == 4901 + 1511
    assert not any("duration" in name for name in seen)
    assert found.segments("client.education") == ["primary", "secondary", "tertiary", "(unknown)"]


@pytest.mark.parametrize("name", ["olist", "bpi2012", "uci_bank"])
def test_where_to_get_data_that_are_absent(
    name: str, fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadpolicy.diagnostics import LeadpolicyError

    monkeypatch.setenv("LEADPOLICY_REAL_DATA", str(tmp_path))
    dataset = open_dataset(name, fixtures=fixtures)
    with pytest.raises(LeadpolicyError) as caught:
        dataset.records()
    assert f"the tables of {name} are not here" in str(caught.value)
    assert dataset.spec.source["url"] in str(caught.value)
