"""The order of rows never matters, as long as their dates and sequence tell them apart."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from leadpolicy.data.dataset import open_dataset
from leadpolicy.vocabulary.record import Record
from tests.data.room import TOP, VOCABULARY

MAPPING = """\
tables: {companies: {file: companies.csv}, log: {file: log.csv}, judged: {file: judged.csv}}
records: {table: companies, id: id}
facts:
  deal.budget_status:
    {table: log, record: id, at: at, sequence: n, where: {what: budget}, column: value}
events:
  inbound_request:
    {table: log, record: id, at: at, sequence: n, where: {what: ask}, attributes: {kind: value}}
assessments: {table: judged, record: id, fact: fact, value: value, at: at}
"""
LOG = [
    f"{id},2026-0{month}-01,{n},{what}"
    for n, (id, month, what) in enumerate(
        [
            ("a", 1, "ask,demo"),
            ("a", 1, "ask,question"),
            ("a", 1, "budget,allocated"),
            ("a", 1, "budget,none"),
            ("b", 2, "budget,identified"),
            ("b", 2, "ask,"),
            ("b", 5, "ask,demo"),
            ("c", 2, "budget,"),
            ("c", 1, "budget,allocated"),
        ]
    )
]
JUDGED = [
    "a,engagement.score,1,2026-01-01",
    "a,engagement.score,2,2026-01-02",
    "b,engagement.score,3,2026-01-02",
    "b,engagement.score,4,2026-05-02",
]


def records(companies: list[str], log: list[str], judged: list[str]) -> dict[str, Record]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "vocabulary.yaml").write_text(VOCABULARY)
        (folder / "dataset.yaml").write_text(TOP + MAPPING)
        for table, rows in (
            ("companies", ["id", *companies]),
            ("log", ["id,at,n,what,value", *log]),
            ("judged", ["id,fact,value,at", *judged]),
        ):
            (folder / f"{table}.csv").write_text("\n".join(rows) + "\n")
        found = open_dataset(folder).records("2026-03-01")
        assert not found.quarantine.rows
        return dict(zip(found.ids, found.records, strict=True))


def test_what_is_known() -> None:
    found = records(["a", "b", "c"], LOG, JUDGED)
    assert dict(found["a"].facts) == {"deal.budget_status": "none", "engagement.score": 2}
    assert dict(found["b"].facts) == {"deal.budget_status": "identified", "engagement.score": 3}
    assert not found["c"].facts
    kinds = [h.details.get("kind") for h in found["a"].events["inbound_request"].happenings]
    assert kinds == ["demo", "question"]
    assert len(found["b"].events["inbound_request"].happenings) == 1


@settings(max_examples=25)
@given(st.permutations(["a", "b", "c"]), st.permutations(LOG), st.permutations(JUDGED))
def test_order_of_rows(companies: list[str], log: list[str], judged: list[str]) -> None:
    assert records(companies, log, judged) == records(["a", "b", "c"], LOG, JUDGED)
