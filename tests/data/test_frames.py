"""Frames of pandas to records."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from leadpolicy.data.frames import Outcome, from_frame
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.types import show
from leadpolicy.vocabulary import load_vocabulary

COMPANIES = pd.DataFrame(
    {
        "id": ["a", "b", "c"],
        "company.employees": [20.0, None, 20.5],
        "company.tech_stack": [["windows", "sap"], None, "linux"],
        "record.created_at": pd.Series(
            [pd.Timestamp("2026-01-01 09:30"), None, pd.Timestamp("2026-01-02")]
        ),
        "keen": [True, None, "no"],
        "won": [True, False, False],
        "won_at": pd.Series([pd.Timestamp("2026-04-01"), None, None]),
    }
)


@pytest.mark.usefixtures("room")
def test_columns_named_like_facts() -> None:
    found = from_frame(
        COMPANIES, load_vocabulary("vocabulary.yaml"), id="id", as_of="2026-03-01", outcome="won"
    )
    assert found.ids == ["a", "b"]
    facts = {name: show(value) for name, value in found.records[0].facts.items()}
    assert facts == {
        "company.employees": "20",
        "company.tech_stack": "sap, windows",
        "record.created_at": "2026-01-01 09:30 UTC",
    }
    assert not found.records[1].facts
    assert found.outcomes == [True, False]
    assert [str(row) for row in found.quarantine] == [
        "frame:3: company.employees `20.5` is not a whole number"
    ]


@pytest.mark.usefixtures("room")
def test_mapped_columns_events_and_dated_outcome() -> None:
    events = pd.DataFrame(
        {
            "id": ["a", "b", "a"],
            "event": ["inbound_request", "inbound_request", "website_visit"],
            "at": pd.to_datetime(["2026-02-01", "2026-03-05", "2026-02-03"]),
            "kind": ["demo", None, None],
        }
    )
    found = from_frame(
        COMPANIES,
        load_vocabulary("vocabulary.yaml"),
        id="id",
        as_of="2026-03-01",
        facts={"engagement.interest_expressed": "keen"},
        events=events,
        outcome=Outcome("won", at="won_at", name="sold"),
    )
    assert [dict(record.facts) for record in found.records] == [
        {"engagement.interest_expressed": True},
        {},
        {"engagement.interest_expressed": False},
    ]
    first = found.records[0].events["inbound_request"].happenings
    assert [(show(h.at or ""), dict(h.details)) for h in first] == [
        ("2026-02-01", {"kind": "demo"})
    ]
    assert found.records[1].events["inbound_request"].happenings == ()
    assert (found.outcome_name, found.outcomes) == ("sold", [True, False, False])


@pytest.mark.usefixtures("room")
def test_wrong_names() -> None:
    with pytest.raises(LeadpolicyError) as caught:
        from_frame(
            COMPANIES,
            load_vocabulary("vocabulary.yaml"),
            id="ID",
            as_of="2026-03-01",
            facts={"company.employes": "keen"},
        )
    assert [(d.code, d.help) for d in caught.value.diagnostics] == [
        ("LP203", "did you mean `company.employees`?"),
        ("LP502", "did you mean `id`?"),
    ]


DAY = date(2026, 4, 1)
EARLIER = date(2026, 2, 1)


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize(
    ("cells", "outcomes", "set_aside"),
    [
        ([True, False, None], [True, False, None], 0),
        (["Yes", " no ", ""], [True, False, None], 0),
        (["TRUE", "False", "true"], [True, False, True], 0),
        ([1, 0, None], [True, False, None], 0),
        ([1.0, 0.0, None], [True, False, None], 0),
        ([None, None, None], [None, None, None], 0),
        ([True, "maybe", False], [True, False], 1),
        ([1, 0, 2], [True, False], 1),
        (["won", "yes", "lost"], [True], 2),
        ([True, DAY, 7.5], [True], 2),
        ([DAY, EARLIER, None], [True, None, False], 0),
        (["2026-04-01", "2026-02-01", None], [True, None, False], 0),
        ([pd.Timestamp(DAY), pd.NaT, pd.NaT], [True, False, False], 0),
    ],
)
def test_what_an_outcome_column_says(
    cells: list[object], outcomes: list[bool | None], set_aside: int
) -> None:
    """Nothing is unknown, a word is read like a boolean fact, a day is that of the outcome."""
    rows = [{"id": name, "won": cell} for name, cell in zip("abc", cells, strict=True)]
    words = load_vocabulary("vocabulary.yaml")
    for frame in (rows, pd.DataFrame(rows), pd.DataFrame(rows, dtype=object)):
        found = from_frame(frame, words, id="id", as_of="2026-03-01", outcome="won")
        assert found.outcomes == outcomes
        assert len(found.quarantine) == set_aside


@pytest.mark.usefixtures("room")
def test_an_outcome_of_which_no_row_can_be_read() -> None:
    rows = [{"id": "a", "won": "maybe"}, {"id": "b", "won": "x"}]
    with pytest.raises(
        LeadpolicyError, match=r"frame\.won is none of the words for true and false"
    ):
        from_frame(
            rows, load_vocabulary("vocabulary.yaml"), id="id", as_of="2026-03-01", outcome="won"
        )
