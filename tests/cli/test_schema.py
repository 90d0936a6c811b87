"""`leadpolicy schema`: sound files pass, broken ones do not, whoever typed their values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.governance import examples
from leadpolicy.governance.schema import SCHEMAS
from leadpolicy.operators import OPERATORS
from leadpolicy.policy import parse_policy, read
from leadpolicy.policy.keywords import FORM_KEYS
from leadpolicy.policy.load import EXAMPLES, VOCABULARY
from leadpolicy.vocabulary import Vocabulary, load, load_vocabulary
from tests.cli.conftest import Run
from tests.conftest import FIXTURES, POLICIES

FILES = sorted(POLICIES.rglob("*.yaml"))


class EditorLoader(yaml.SafeLoader):
    """Types scalars by the core schema of YAML 1.2 (chapter 10.3), as editors do."""


EditorLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    EditorLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}",
        re.compile(rf"(?:{pattern})\Z"),
        [*first, ""] if tag == "null" else list(first),
    )
EditorLoader.add_constructor(
    "tag:yaml.org,2002:int", lambda _, node: int(str(node.value), 0 if "x" in node.value else 10)
)

Loads = Callable[[str], Any]


def as_texts(text: str) -> Any:
    return yaml.load(text, yaml.BaseLoader)


def as_an_editor(text: str) -> Any:
    return yaml.load(text, EditorLoader)


LOADERS = [pytest.param(as_texts, id="texts"), pytest.param(as_an_editor, id="editor")]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary(POLICIES / VOCABULARY)


@pytest.fixture(scope="module")
def validators(vocabulary: Vocabulary) -> dict[str, jsonschema.Draft202012Validator]:
    made = {kind: make(vocabulary) for kind, make in SCHEMAS.items()}
    for schema in made.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    return {kind: jsonschema.Draft202012Validator(schema) for kind, schema in made.items()}


def kind_of(path: Path) -> str:
    return {VOCABULARY: "vocabulary", EXAMPLES: "cards"}.get(path.name, "policy")


@pytest.mark.parametrize("loads", LOADERS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(POLICIES)))
def test_seed_files_pass(
    path: Path, loads: Loads, validators: dict[str, jsonschema.Draft202012Validator]
) -> None:
    found = validators[kind_of(path)].iter_errors(loads(path.read_text(encoding="utf-8")))
    assert [f"{error.json_path}: {error.message}" for error in found] == []


def test_the_editor_loader_types_like_yaml_1_2() -> None:
    text = "[true, yes, NO, 20, 0123, 5_000_000, 0.5, 1e3, 2026-03-01, 12:30, ~, '20']"
    assert as_an_editor(text) == [
        True, "yes", "NO", 20, 123, "5_000_000", 0.5, 1000.0, "2026-03-01", "12:30", None, "20",
    ]  # fmt: skip


def test_vocabularies_of_the_fixtures_pass(
    validators: dict[str, jsonschema.Draft202012Validator],
) -> None:
    for path in sorted(FIXTURES.rglob(VOCABULARY)):
        assert list(validators["vocabulary"].iter_errors(as_texts(path.read_text("utf-8")))) == []


# --------------------------------------------------------------------------- single conditions

POLICY = """\
policy: sample
version: 1.0.0
title: A sample
vocabulary: 1
grain: company
parameters:
  least: {value: 2, range: [1, 5000], says: Smallest}
  places: {value: [DE, AT], says: Places}
  window: {value: 90 days, says: Window}
criteria:
  a: {says: One thing, company.known: true}
  b: {says: Another, deal.exists: true}
  c: {says: A third, person.contactable: true}
  sample:
    says: A sample
    quote: [one, two]
    all:
      - CONDITION
stages:
  - {stage: lead, requires: nothing, when: sample, counts_as: lead}
"""

SOUND = [
    "company.employees: 20",
    "company.employees: [20, 30]",
    "company.employees: {at_least: $least, below: 5_000}",
    "company.employees: {between: [$least, 500]}",
    "company.employees: {known: false}",
    "company.annual_revenue: {above: EUR 5_000_000}",
    "company.annual_revenue: {above: {amount: 5e6, currency: EUR}}",
    "deal.budget_amount: {at_least: {fact: product.price, times: 0.8}}",
    "company.country: [NO, IT]",
    "company.country: {none_of: $places}",
    "company.uses_competitor: false",
    "company.uses_competitor: {is: {fact: company.known}}",
    "deal.budget_status: {at_least: identified}",
    "deal.timeline_status: {between: [none, stated]}",
    "company.tech_stack: {contains_any: [windows, 4711]}",
    "person.buying_role: {contains: champion}",
    "deal.decision_date: {within_next: 90 days}",
    "deal.decision_date: {after: 2026-03-01}",
    "record.created_at: {before: 2026-03-01T09:30:00Z}",
    "crm.lead_status: 0123",
    "crm.lead_status: {matches: '^(A|B)'}",
    "$least: 2",
    "a",
    "none: [a]",
    "{at_least: 2, of: [a, b, c]}",
    "{exactly: $least, of: [a, b]}",
    "{points: [{points: 12.5, when: a}, {points: -1, when: {all: [b]}}], at_least: 10, cap: 100}",
    "{happened: meeting, within: ever}",
    "{not_happened: inbound_request, within: $window, at_least: $least, where: {kind: [demo]}}",
    "{happened: proposal, within: 2 weeks, where: {amount: {above: 5000}}}",
]

BROKEN = [
    "company.employes: 20",
    "company.employees: many",
    "company.employees: 20.5",
    "company.employees: -1",
    "company.employees: {contains: 20}",
    "company.employees: {at_leest: 20}",
    "company.employees: {between: [1, 2, 3]}",
    "company.employees: {}",
    "company.employees: {at_least: 11-50}",
    "company.annual_revenue: {above: USD 5_000_000}",
    "company.annual_revenue: {above: {fact: company.employees}}",
    "company.country: [NOR]",
    "company.country: {above: DE}",
    "company.uses_competitor: yes",
    "company.uses_competitor: [true]",
    "deal.budget_status: {at_least: found}",
    "company.tech_stack: windows",
    "person.buying_role: {contains: boss}",
    "deal.decision_date: {within_next: 3 months}",
    "deal.decision_date: 1.3.2026",
    "company.employees: {at_least: 20}, company.country: DE",
    "all: [a], any: [b]",
    "{at_least: 2}",
    "{of: [a, b]}",
    "{at_least: 1, at_most: 2, of: [a, b]}",
    "{points: [{points: 1}], at_least: 1}",
    "{points: [{points: 1, when: a}]}",
    "{happened: meeting}",
    "{happened: meating, within: ever}",
    "{happened: meeting, within: 3 months}",
    "{happened: meeting, within: ever, where: {knid: demo}}",
    "{happened: meeting, within: ever, where: {kind: trial}}",
    "{within: ever}",
    "[a, b]",
    "20",
]


def sample(condition: str) -> str:
    braces = condition[0] in "{[" or ":" not in condition
    return POLICY.replace("CONDITION", condition if braces else f"{{{condition}}}")


@pytest.mark.parametrize("loads", LOADERS)
@pytest.mark.parametrize("condition", SOUND)
def test_sound_conditions_pass(
    condition: str, loads: Loads, validators: dict[str, jsonschema.Draft202012Validator]
) -> None:
    found = validators["policy"].iter_errors(loads(sample(condition)))
    assert [f"{error.json_path}: {error.message}" for error in found] == []


@pytest.mark.parametrize("loads", LOADERS)
@pytest.mark.parametrize("condition", BROKEN)
def test_broken_conditions_do_not(
    condition: str, loads: Loads, validators: dict[str, jsonschema.Draft202012Validator]
) -> None:
    assert not validators["policy"].is_valid(loads(sample(condition)))


@pytest.mark.parametrize("condition", SOUND)
def test_what_passes_is_sound(condition: str, vocabulary: Vocabulary) -> None:
    assert parse_policy(sample(condition), vocabulary).stages[0].name == "lead"


@pytest.mark.parametrize("condition", BROKEN)
def test_what_is_broken_is_refused(condition: str, vocabulary: Vocabulary) -> None:
    with pytest.raises(LeadpolicyError):
        parse_policy(sample(condition), vocabulary)


@pytest.mark.parametrize("loads", LOADERS)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("grain: company", "grain: cow"),
        ("version: 1.0.0", "version: 1.0"),
        ("title: A sample\n", ""),
        ("requires: nothing, ", ""),
        ("counts_as: lead", "counts_as: mql"),
        ("says: A sample\n", "sais: A sample\n"),
        ("    says: A sample\n", ""),
        ("value: 2, ", ""),
        ("range: [1, 5000]", "range: [1]"),
        ("when: sample", "when: [sample]"),
        ("policy: sample", "policy: Our Leads"),
        ("stages:\n", "stagse:\n"),
    ],
)
def test_broken_policies_do_not(
    old: str, new: str, loads: Loads, validators: dict[str, jsonschema.Draft202012Validator]
) -> None:
    text = sample("company.known: true")
    assert old in text
    assert validators["policy"].is_valid(loads(text))
    assert not validators["policy"].is_valid(loads(text.replace(old, new, 1)))


# ----------------------------------------------------------------------- cards and vocabularies

CARDS = """\
policy: sample
as_of: 2026-03-01
cards:
  - card: one
    says: A card
    facts:
      company.employees: 11-50
      company.annual_revenue: USD 6_000_000
      company.tech_stack: [windows, sap]
      company.country: NO
      company.known: true
      engagement.score: {from: 10, to: 20}
    events:
      - {event: inbound_request, at: 2026-02-01, kind: demo}
    recorded: [inbound_request]
    expect: {1.0.0: {stage: lead, possible: opportunity}, 1.1.0: none}
"""


@pytest.mark.parametrize("loads", LOADERS)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("company.employees: 11-50", "company.employees: some"),
        ("company.employees: 11-50", "company.employes: 20"),
        ("company.country: NO", "company.country: Norway"),
        ("company.known: true", "company.known: maybe"),
        ("{from: 10, to: 20}", "{frm: 10}"),
        ("kind: demo", "kind: dmeo"),
        ("kind: demo", "plan: big"),
        ("event: inbound_request", "event: request"),
        ("recorded: [inbound_request]", "recorded: [request]"),
        ("at: 2026-02-01", "at: last week"),
        ("expect: {1.0.0", "expect: {first"),
        ("    says: A card\n", ""),
        ("stage: lead, ", ""),
    ],
)
def test_broken_cards_do_not(
    old: str, new: str, loads: Loads, validators: dict[str, jsonschema.Draft202012Validator]
) -> None:
    assert old in CARDS
    assert list(validators["cards"].iter_errors(loads(CARDS))) == []
    assert not validators["cards"].is_valid(loads(CARDS.replace(old, new, 1)))


WORDS = """\
vocabulary: 1
facts:
  company.size:
    type: level
    values: [small, large]
    phrase: size
    ask: How large?
    owner: data
    point_in_time: snapshot
events:
  visit:
    phrase: came by
    ask: Have they come by?
    attributes:
      cost: {type: money, currency: EUR}
"""


@pytest.mark.parametrize("loads", LOADERS)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("type: level", "type: rank"),
        ("    values: [small, large]\n", ""),
        ("type: level", "type: text"),
        ("owner: data", "owner: boss"),
        ("point_in_time: snapshot", "point_in_time: never"),
        ("company.size:", "size:"),
        ("    ask: How large?\n", ""),
        (", currency: EUR", ""),
        ("currency: EUR", "currency: Euro"),
        ("    phrase: came by\n", ""),
        ("    phrase: came by\n", "    phrase: came by\n    colour: red\n"),
    ],
)
def test_broken_vocabularies_do_not(
    old: str, new: str, loads: Loads, validators: dict[str, jsonschema.Draft202012Validator]
) -> None:
    assert old in WORDS
    assert list(validators["vocabulary"].iter_errors(loads(WORDS))) == []
    assert not validators["vocabulary"].is_valid(loads(WORDS.replace(old, new, 1)))


# ---------------------------------------------------------------------- nothing is forgotten


def keys(schema: dict[str, Any]) -> set[str]:
    return set(schema["properties"])


def test_policies_have_the_keys_that_are_read(vocabulary: Vocabulary) -> None:
    schema = SCHEMAS["policy"](vocabulary)
    defs = schema["$defs"]
    assert keys(schema) == {*read.TOP_KEYS}
    assert set(schema["required"]) == {*read.REQUIRED}
    assert keys(defs["parameter"]) == {*read.PARAMETER_KEYS}
    assert keys(defs["stage"]) == {*read.STAGE_KEYS}
    assert keys(defs["criterion"]) == {*read.CRITERION_KEYS, *FORM_KEYS, *vocabulary.facts}
    assert keys(schema["properties"]["source"]) == {*read.SOURCE_KEYS}


def test_cards_and_vocabularies_have_the_keys_that_are_read(vocabulary: Vocabulary) -> None:
    cards = SCHEMAS["cards"](vocabulary)
    assert keys(cards) == {*examples.TOP_KEYS}
    assert keys(cards["$defs"]["card"]) == {*examples.CARD_KEYS}
    words = SCHEMAS["vocabulary"](vocabulary)
    assert keys(words) == {*load.TOP_KEYS}
    assert keys(words["$defs"]["fact"]) == {*load.FACT_KEYS}
    assert keys(words["$defs"]["event"]) == {*load.EVENT_KEYS}
    assert keys(words["$defs"]["attribute"]) == {*load.ATTRIBUTE_KEYS}


def test_a_fact_offers_the_operators_of_its_type_with_what_they_mean(
    vocabulary: Vocabulary,
) -> None:
    schema = SCHEMAS["policy"](vocabulary)
    for fact in vocabulary.facts.values():
        told = schema["$defs"]["criterion"]["properties"][fact.name]
        assert fact.ask in told["description"]
        test = schema["$defs"][told["$ref"].removeprefix("#/$defs/")]
        offered = test["anyOf"][-1]["properties"]
        assert offered.keys() == {
            name for name, operator in OPERATORS.items() if fact.type.kind in operator.kinds
        }
        assert all(offered[name]["description"] == OPERATORS[name].summary for name in offered)


def test_values_of_a_closed_list_are_offered(vocabulary: Vocabulary) -> None:
    defs = SCHEMAS["policy"](vocabulary)["$defs"]
    values = vocabulary.facts["deal.budget_status"].type.values
    assert defs["value.deal.budget_status"] == {"enum": list(values)}


# ---------------------------------------------------------------------------------- the command


def test_the_schema_is_printed(leadpolicy: Run) -> None:
    ran = leadpolicy("schema")
    schema = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "A leadpolicy policy"


@pytest.mark.parametrize("kind", SCHEMAS)
def test_or_written_to_a_file(leadpolicy: Run, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "made.json"
    ran = leadpolicy("schema", "--kind", kind, "--out", str(out))
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"{out}: the schema for {kind} files\n"
    jsonschema.Draft202012Validator.check_schema(json.loads(out.read_text("utf-8")))


def test_it_speaks_the_vocabulary_of_the_folder(leadpolicy: Run, tmp_path: Path) -> None:
    (tmp_path / VOCABULARY).write_text(WORDS, encoding="utf-8")
    schema = json.loads(leadpolicy("schema", "--policies", str(tmp_path)).out)
    offered = keys(schema["$defs"]["condition"]["anyOf"][1])
    assert {name for name in offered if "." in name} == {"company.size"}


def test_problems_are_told(leadpolicy: Run, tmp_path: Path) -> None:
    assert leadpolicy("schema", "--kind", "poem").code == 2
    nowhere = leadpolicy("schema", "--policies", str(tmp_path))
    assert nowhere.code == 2
    assert "there is no such file" in nowhere.err
    unwritable = leadpolicy("schema", "--out", str(tmp_path))
    assert unwritable.code == 2
    assert f"{tmp_path}: error LP510: the file cannot be written" in unwritable.err
