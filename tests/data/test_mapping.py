"""A dataset.yaml is read as a whole, and everything that is wrong with it is said at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from leadpolicy.data.mapping import expand
from leadpolicy.data.model import ColumnFact, DatedFact, Format
from leadpolicy.data.moments import AfterEntry
from leadpolicy.diagnostics import LeadpolicyError
from tests.data.room import Room


def findings(room: Room, mapping: str) -> list[tuple[str, str, str]]:
    """Code, underlined text and help of every finding."""
    with pytest.raises(LeadpolicyError) as caught:
        room.open(mapping)
    return [
        (d.code, d.span.text.splitlines()[0] if d.span else "", d.help or "")
        for d in caught.value.diagnostics
    ]


def test_everything_at_once(room: Room) -> None:
    found = findings(
        room,
        """\
        titel: Oops
        grain: firm
        tables:
          companies: {file: companies.csv, encodng: utf-8}
          people: {file: people.doc}
        records: {table: company, id: id}
        """,
    )
    assert found == [
        ("LP201", "titel", "did you mean `title`?"),
        ("LP201", "encodng", "did you mean `encoding`?"),
        ("LP501", "people.doc", "add `format: csv`, or whichever it is"),
        ("LP502", "company", "did you mean `companies`?"),
    ]


def test_names_and_values(room: Room) -> None:
    found = findings(
        room,
        """\
        tables:
          companies: {file: companies.csv}
          log: {file: log.csv}
        records: {table: companies, id: id}
        facts:
          company.employes: {column: employees}
          company.industry: {column: industry, values: {Making: manufactring}}
          company.employees: {column: employees, separator: ";"}
          deal.budget_status: {table: log, record: id, column: budget}
          person.job_level: {constant: head}
          record.created_at: {column: since, timezone: Europe/Amsterdm}
        events:
          inbound_requests: {table: log, record: id, at: at}
          inbound_request: {table: log, at: at, attributes: {sort: {column: kind}}}
        """,
    )
    assert found == [
        ("LP203", "company.employes", "did you mean `company.employees`?"),
        ("LP302", "manufactring", "did you mean `manufacturing`?"),
        ("LP201", "separator", ""),
        ("LP202", "{table: log, record: id, column: budget}", ""),
        ("LP302", "head", ""),
        ("LP302", "Europe/Amsterdm", "did you mean `Europe/Amsterdam`?"),
        ("LP204", "inbound_requests", "did you mean `inbound_request`?"),
        ("LP202", "{table: log, at: at, attributes: {sort: {column: kind}}}", ""),
        ("LP205", "sort", ""),
    ]


@pytest.mark.parametrize(
    ("line", "code", "underlined"),
    [
        ("as_of: 7 days after entry", "LP202", "7 days after entry"),
        ("as_of: soon", "LP301", "soon"),
        ("observed_until: 2026-13-01", "LP301", "2026-13-01"),
        ("facts: {deal.decision_date: {column: d, format: '%Q'}}", "LP302", "'%Q'"),
        ("facts: {company.employees: {column: n, number_format: us}}", "LP302", "us"),
        ("facts: {company.annual_revenue: {column: n, currency: Euro}}", "LP302", "Euro"),
        ("facts: {company.annual_revenue: {column: n, rates: {USD: free}}}", "LP301", "free"),
        ("facts: {company.employees: {column: log.n}}", "LP502", "log.n"),
        ("outcome: {name: won, table: companies, at: at, within: 2 months}", "LP305", "2 months"),
    ],
)
def test_one_finding(line: str, code: str, underlined: str, room: Room) -> None:
    mapping = f"""\
tables: {{companies: {{file: companies.csv}}, log: {{file: log.csv}}}}
records: {{table: companies, id: id}}
{line}
"""
    assert [(c, text) for c, text, _ in findings(room, mapping)] == [(code, underlined)]


def test_a_message_in_full(room: Room) -> None:
    with pytest.raises(LeadpolicyError) as caught:
        room.open(
            """\
            tables: {companies: {file: companies.csv}}
            records: {table: companies, id: id}
            facts:
              company.industry: {column: industry, values: {Making: manufactring}}
            """
        )
    assert str(caught.value) == dedent(
        """\
        dataset.yaml:6:57: error LP302: `manufactring` is not one of the declared values
            6 |   company.industry: {column: industry, values: {Making: manufactring}}
              |                                                         ^^^^^^^^^^^^
              = expected: one of manufacturing, retail, other
              = help: did you mean `manufacturing`?"""
    )


def test_what_is_read(room: Room) -> None:
    spec = room.open(
        """\
        title: A small one
        grain: person
        tables:
          companies: {file: companies.tsv.gz, delimiter: tab, nulls: [N/A]}
          people: {file: people.xlsx, sheet: All}
          log: {file: log.jsonl}
        records:
          table: companies
          id: id
          entered_at: since
          join:
            - {table: people, on: {main: pid}}
        facts:
          company.employees: employees
          person.job_level: {column: people.level}
          deal.budget_status:
            - {table: log, record: company, at: at, where: {what: offer}, constant: identified}
            - {table: log, record: company, at: at, where: {what: order}, constant: allocated}
        as_of: 7 days after entry
        """
    ).spec
    assert (spec.title, spec.grain) == ("A small one", "person")
    assert spec.as_of == AfterEntry(timedelta(days=7))
    assert {name: table.format for name, table in spec.tables.items()} == {
        "companies": Format.CSV,
        "people": Format.EXCEL,
        "log": Format.JSON_LINES,
    }
    assert spec.tables["companies"].delimiter == "\t"
    assert spec.tables["companies"].nulls == {"N/A"}
    employees, level, offer, order = spec.facts
    assert isinstance(employees, ColumnFact)
    assert str(employees.cell.column) == "companies.employees"
    assert isinstance(level, ColumnFact)
    assert str(level.cell.column) == "people.level"
    assert isinstance(offer, DatedFact)
    assert isinstance(order, DatedFact)
    assert (offer.constant, order.constant) == ("identified", "allocated")


def test_root_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = "${SOME_DATA:-../beside}/olist"
    monkeypatch.delenv("SOME_DATA", raising=False)
    assert expand(text, Path("fixtures/olist")) == Path("fixtures/olist/../beside/olist")
    monkeypatch.setenv("SOME_DATA", str(tmp_path))
    assert expand(text, Path("fixtures/olist")) == tmp_path / "olist"
    monkeypatch.setenv("SOME_DATA", "here")  # relative to where the command runs
    assert expand(text, Path("fixtures/olist")) == Path("here/olist")
