"""`leadpolicy explain`: one record under one policy or several."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leadpolicy.decision import Counted, decide
from leadpolicy.diagnostics import width as columns_of
from leadpolicy.present.decision.terminal import (
    event_text,
    folded,
    painted,
    render_decision,
    render_side_by_side,
    table,
)
from leadpolicy.vocabulary import Happening, Record
from tests.cli.conftest import Run
from tests.decision.room import card, only, seeds
from tests.strategies import NOW

Write = Callable[[Any], str]

FACTS = {
    "person.contactable": True,
    "person.job_level": "director",
    "person.job_function": "it",
    "company.employees": 19,
    "company.industry": "manufacturing",
    "company.relationship": "none",
    "need.solvable_by_us": True,
}
ASKED = [{"event": "inbound_request", "at": "2026-02-02", "kind": "demo"}]
RECORD = {"id": "Acme", "facts": FACTS, "events": ASKED, "as_of": "2026-03-01"}


@pytest.fixture
def file(tmp_path: Path) -> Write:
    """Writes a record (a text as it is) and names the file."""

    def write(given: Any) -> str:
        path = tmp_path / "record.json"
        if isinstance(given, bytes):
            path.write_bytes(given)
        else:
            text = given if isinstance(given, str) else json.dumps(given)
            path.write_text(text, encoding="utf-8")
        return str(path)

    return write


# ---------------------------------------------------------------------------------- one policy


def test_the_whole_text(leadpolicy: Run, file: Write) -> None:
    record = {"id": "Acme", "facts": {"company.employees": 19}, "as_of": "2026-03-01"}
    ran = leadpolicy("explain", "before-contact", "--record", file(record))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "Acme under before-contact@1.0.0, as of 2026-03-01\n"
        "Whoever fits is a prospect before we ever contact them\n"
        "\n"
        "Stage     none of the stages\n"
        "\n"
        "✗ Prospect\n"
        "  ✗ A company of the kind we sell to\n"
        "    ? industry is manufacturing (parameter industries)\n"
        "        → company.industry is not known\n"
        "    ✗ number of employees is at least 20 (parameter min_employees)\n"
        "        → company.employees = 19\n"
        "  ? good to have: We have never contacted them\n"
        "      it never happened that the buyer was written to or called by us\n"
        "      → outbound_attempt: nobody recorded whether it happened\n"
    )


def test_questions_and_flips_follow_the_tree(leadpolicy: Run, file: Write) -> None:
    facts = {**FACTS, "person.job_level": "ic"}
    ran = leadpolicy("explain", "heinz", "--record", file({**RECORD, "facts": facts}))
    assert "\nNearest flips\n  • With 20 employees instead of 19 it would be at “Lead”\n" in ran.out
    facts = {**facts, "company.employees": "11-50"}
    ran = leadpolicy("explain", "heinz", "--record", file({**RECORD, "facts": facts}))
    assert (
        "\nAsk next, about “Lead”\n"
        "  The answer could bring it about, or rule it out:\n"
        "    • How many people work there?  [company.employees, so far 11-50]\n"
    ) in ran.out


def test_sets_of_questions_are_numbered_where_there_are_several() -> None:
    two = (
        "{any: [{all: [company.known: true, person.contactable: true]}, "
        "{all: [record.deleted: false, need.solvable_by_us: true]}]}"
    )
    text = render_decision(only(two))
    assert (
        "Ask next, about “Holds”\n"
        "  Any one of these sets of answers could bring it about:\n"
        "    1. Which company is it?  [company.known]\n"
        "       "
    ) in text
    assert "    2. " in text


def test_the_moment_comes_from_the_option_the_record_or_the_clock(
    leadpolicy: Run, file: Write
) -> None:
    path = file(RECORD)
    assert "as of 2026-03-01\n" in leadpolicy("explain", "heinz", "--record", path).out
    ran = leadpolicy("explain", "heinz", "--record", path, "--as-of", "2026-04-02")
    assert "as of 2026-04-02\n" in ran.out
    ran = leadpolicy("explain", "heinz", "--record", file({"facts": {}}))
    assert ran.code == 0
    assert " UTC\n" in ran.out


def test_json_is_the_decision(leadpolicy: Run, file: Write) -> None:
    ran = leadpolicy("explain", "heinz", "--record", file(RECORD), "--json")
    told = json.loads(ran.out)
    assert (told["policy"], told["record"], told["stage"]) == ("heinz@1.1.0", "Acme", "lead")
    ran = leadpolicy("explain", "heinz", "salesdevs", "--record", file(RECORD), "--json")
    assert [one["policy"] for one in json.loads(ran.out)] == ["heinz@1.1.0", "salesdevs@1.0.0"]


def test_a_byte_order_mark_is_no_trouble(leadpolicy: Run, file: Write) -> None:
    text = "\ufeff" + json.dumps(RECORD)
    assert leadpolicy("explain", "heinz", "--record", file(text)).code == 0


def test_a_record_of_the_bundled_history(leadpolicy: Run) -> None:
    ran = leadpolicy("explain", "heinz", "salesdevs", "--data", "fixtures/demo", "--id", "C0000001")
    assert ran.code == 0
    assert "note: companies: 3,001 rows read, 3 set aside" in ran.err
    assert [line for line in ran.err.splitlines() if not line.startswith("note: ")] == []
    assert "C0000001 under heinz@1.1.0" in ran.out
    assert "(companies.csv.gz line" in ran.out


# ----------------------------------------------------------------------------------- bad input


def problem(ran: Any) -> str:
    """The message, with the code, of a command that could not be carried out."""
    assert ran.code == 2
    assert ran.out == ""
    assert "Traceback" not in ran.err
    return str(ran.err)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("facts: {}", "{file}:1:1: error LP101: the record is not JSON: Expecting value"),
        ("", "{file}:1:1: error LP101: the record is not JSON: Expecting value"),
        ('{"facts": {}', "{file}:1:13: error LP101: the record is not JSON: Expecting"),
        ("[1]", "{file}: error LP107: one record is expected here"),
        ('"text"', "{file}: error LP107: one record is expected here"),
        ("null", "{file}: error LP107: one record is expected here"),
        ('{"facts": {}, "facts": {}}', "{file}: error LP103: the key `facts` stands twice"),
        ("[" * 100_000, "{file}: error LP106: the record is too deep"),
        (b"\xff\xfe\x00", "{file}: error LP101: the record is not written in UTF-8"),
        ('{"id": "\\ud800", "facts": {}}', "{file}: error LP101: the record holds half of a"),
        ({"fcts": {}, "id": 1}, "{file}: error LP201: a record has no key `fcts`"),
        ({"facts": 3}, "{file}: error LP107: `facts` is not what is expected here"),
        ({"facts": {}, "events": {}}, "{file}: error LP107: `events` is not what is expected"),
        (
            {"facts": {}, "events": [], "recorded": ["badge_scans"]},
            (
                "{file}: error LP204: there is no event `badge_scans` in the vocabulary\n"
                "      = help: did you mean `badge_scan`?"
            ),
        ),
        (
            {"facts": {"company.employes": 3}},
            (
                "{file}: error LP203: there is no fact `company.employes` in the vocabulary\n"
                "      = help: did you mean `company.employees`?"
            ),
        ),
        (
            {"facts": {"company.employees": "lots"}},
            (
                "{file}: error LP301: `company.employees`: `lots` is not a whole number\n"
                "      = expected: a whole number such as 20"
            ),
        ),
        (
            '{"facts": {"company.employees": NaN}}',
            "{file}: error LP301: `company.employees`: `nan` is not a whole number",
        ),
        (
            {"facts": {"company.industry": "manufakturing"}},
            "{file}: error LP302: `company.industry`: `manufakturing` is not one of the declared",
        ),
        (
            {"facts": {}, "events": ["asked"]},
            "{file}: error LP301: an event is expected here",
        ),
        (
            {"facts": {}, "events": [{"event": "meeting", "at": "yesterday"}]},
            "{file}: error LP301: `meeting`: `yesterday` is not a moment",
        ),
        ({"facts": {}, "as_of": "soon"}, "error LP301: as_of: `soon` is not a moment"),
        ({"facts": {}, "as_of": [1]}, "error LP301: as_of: `[1]` is not a moment"),
    ],
    ids=lambda value: None if isinstance(value, str) and value.startswith("{file}") else "",
)
def test_what_is_wrong_with_the_file(
    leadpolicy: Run, file: Write, given: Any, message: str
) -> None:
    path = file(given)
    told = problem(leadpolicy("explain", "heinz", "--record", path))
    assert told.startswith(message.replace("{file}", path))


def test_a_file_that_is_missing_or_a_folder(leadpolicy: Run, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.json")
    told = problem(leadpolicy("explain", "heinz", "--record", missing))
    assert told.startswith(f"{missing}: error LP101: the record cannot be read: No such file")
    told = problem(leadpolicy("explain", "heinz", "--record", str(tmp_path)))
    assert "error LP101: this is a folder, not a file" in told


def test_a_file_that_is_too_large(leadpolicy: Run, file: Write) -> None:
    told = problem(leadpolicy("explain", "heinz", "--record", file(" " * (10 * 2**20 + 1))))
    assert "error LP106: the record is too large" in told


@pytest.mark.parametrize(
    "arguments",
    [(), ("--data", "fixtures/demo"), ("--id", "C1"), ("--record", "a.json", "--data", "b")],
)
def test_it_has_to_be_clear_which_record(leadpolicy: Run, arguments: tuple[str, ...]) -> None:
    told = problem(leadpolicy("explain", "heinz", *arguments))
    assert told == (
        "error LP506: it is not clear which record to explain\n"
        "      = expected: either --record FILE.json, or --data DATASET with --id ID\n\n"
    )


def test_a_problem_is_told_once_however_many_policies_read_it(leadpolicy: Run, file: Write) -> None:
    path = file({"facts": {"company.employes": 3, "company.known": "yes"}, "as_of": "soon"})
    told = problem(leadpolicy("explain", "heinz", "salesdevs", "aeroleads", "--record", path))
    assert told.count("company.employes` in the vocabulary") == 1
    assert told.count("LP301") == 1


def test_an_unknown_policy_and_an_unknown_id(leadpolicy: Run, file: Write) -> None:
    told = problem(leadpolicy("explain", "hein", "--record", file(RECORD)))
    assert "there is no policy `hein`" in told
    assert "did you mean `heinz`?" in told
    told = problem(leadpolicy("explain", "heinz", "--data", "fixtures/demo", "--id", "C00000019"))
    assert "LP504" in told


# ------------------------------------------------------------------------------- side by side


@pytest.mark.parametrize("columns", [60, 80, 100, 140, 200])
@pytest.mark.parametrize("policies", [("heinz", "salesdevs"), ("policies",)])
def test_no_line_is_wider_than_the_terminal(
    leadpolicy: Run, file: Write, columns: int, policies: tuple[str, ...]
) -> None:
    ran = leadpolicy("explain", *policies, "--record", file(RECORD), columns=columns)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert max(map(columns_of, lines)) <= columns
    assert lines == [line.rstrip() for line in lines]


def test_the_common_rungs_stand_side_by_side(leadpolicy: Run, file: Write) -> None:
    ran = leadpolicy("explain", "heinz", "salesdevs", "--record", file(RECORD))
    assert ran.out.splitlines()[:7] == [
        "policy          heinz@1.1.0  salesdevs@1.0.0",
        "────────────────────────────────────────────",
        "stage           Lead         Lead",
        "possible stage  Opportunity  Opportunity",
        "lead            ✓ yes        ✓ yes",
        "qualified lead  not defined  ? unknown",
        "opportunity     ? unknown    ? unknown",
    ]


def test_many_policies_stand_below_one_another(leadpolicy: Run, file: Write) -> None:
    ran = leadpolicy("explain", "policies", "--record", file(RECORD), columns=120)
    lines = ran.out.splitlines()
    assert lines[0].split() == (
        "policy stage possible stage lead qualified lead opportunity".split()
    )
    heinz = next(line for line in lines if line.startswith("heinz@1.1.0"))
    assert " ".join(heinz.split()) == ("heinz@1.1.0 Lead Opportunity ✓ yes not defined ? unknown")


def test_readings_stand_beside_one_another_where_there_is_room(
    leadpolicy: Run, file: Write
) -> None:
    wide = leadpolicy("explain", "heinz", "salesdevs", "--record", file(RECORD), columns=140)
    below = [line for line in wide.out.splitlines()[8:] if line]
    heads = [part.strip() for part in below[0].split(" │ ")]
    assert heads == [
        "Acme under heinz@1.1.0, as of 2026-03-01",
        "Acme under salesdevs@1.0.0, as of 2026-03-01",
    ]
    places = {place for line in below for place, char in enumerate(line) if char == "│"}
    assert len(places) == 1
    narrow = leadpolicy("explain", "heinz", "salesdevs", "--record", file(RECORD), columns=100)
    assert "│" not in narrow.out
    assert narrow.out.count("\n" + "─" * 100 + "\n") == 2


def test_wide_and_hostile_names_keep_the_columns_straight() -> None:
    name = "日本語株式会社 🦄 \u202eevil\u202c \033[31mred\nline"
    decisions = [
        decide(policy, Record({}, {}, name), as_of=NOW) for policy, _ in (seeds()[0], seeds()[-1])
    ]
    text = render_side_by_side(decisions, 140)
    assert "\\u202eevil" in text
    assert "\\u001b[31mred\\u000aline" in text
    assert "\033" not in text
    parted = [line for line in text.splitlines() if " │" in line]
    assert len({columns_of(line[: line.index("│")]) for line in parted}) == 1


# -------------------------------------------------------------------------------------- pieces


@pytest.mark.parametrize(
    ("line", "width", "parts"),
    [
        ("  ✓ one two three", 12, ["  ✓ one two", "    three"]),
        ("      the rule goes on", 15, ["      the rule", "        goes on"]),
        ("  • ask this  [fact]", 14, ["  • ask this", "    [fact]"]),
        ("abcdefghij", 4, ["abcd", "  ef", "  gh", "  ij"]),
        ("日本語 x", 4, ["日本", "  語", "  x"]),
        ("", 10, [""]),
        ("fits", 4, ["fits"]),
    ],
)
def test_lines_are_folded_below_their_text(line: str, width: int, parts: list[str]) -> None:
    assert list(folded(line, width)) == parts


def test_a_table_folds_its_widest_column_first() -> None:
    rows = [["a", "long words here"], ["b", "x"]]
    assert list(table(rows, 40)) == ["a  long words here", "──────────────────", "b  x"]
    assert list(table(rows, 13)) == ["a  long words", "   here", "─────────────", "b  x"]


def counted(certain: int = 0, possible: int = 0, recorded: int = 0, day: int = 5) -> str:
    last = Happening(NOW.replace(day=day, hour=0))
    return event_text(Counted("meeting", True, certain, max(possible, certain), recorded, last))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (event_text(Counted("meeting", kept=False)), "nobody recorded whether it happened"),
        (event_text(Counted("meeting")), "none on record"),
        (counted(1, 1, 1), "happened on 2026-03-05"),
        (counted(2, 2, 2), "happened 2 times, the last on 2026-03-05"),
        (counted(1, 1, 2), "happened on 2026-03-05; 1 other does not count"),
        (counted(1, 3, 6), ("happened on 2026-03-05; 2 more may count, their dates or details are "
         "not known; 3 others do not count")),
        (counted(0, 1, 1), "1 may count, its date or a detail is not known"),
        (counted(0, 0, 1), "1 on record, on 2026-03-05, which does not count"),
        (counted(0, 0, 4), "4 on record, the last on 2026-03-05, none of which counts"),
        (event_text(Counted("meeting", since=NOW)),
         "none on record; recorded only since 2026-03-01 12:00 UTC"),
        (event_text(Counted("meeting", True, 1, 1, 1, Happening(None))),
         "happened on a day not recorded"),
        (event_text(Counted("meeting", True, 1, 1, 1, Happening(NOW, source="visits.csv line 2"))),
         "happened on 2026-03-01 12:00 UTC (visits.csv line 2)"),
    ],
)  # fmt: skip
def test_events_in_words(text: str, says: str) -> None:
    assert text == f"meeting: {says}"


def test_only_the_marks_are_painted() -> None:
    assert painted("✓ Lead\n  ✗ Why? No ✓ here") == (
        "\033[32m✓\033[0m Lead\n  \033[31m✗\033[0m Why? No ✓ here"
    )


def test_every_card_is_explained_in_straight_lines() -> None:
    for policy, one in seeds():
        text = render_decision(decide(policy, one.record, as_of=one.as_of), 100)
        assert max(map(columns_of, text.splitlines())) <= 100
        assert "None" not in text
        assert "frozenset" not in text
    assert "counts as" not in render_decision(card("heinz", "urgency-not-asked-yet"))
