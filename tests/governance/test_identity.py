"""A version's hash follows what it means, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.governance.identity import canonical, content_hash
from leadpolicy.policy import parse_policy
from leadpolicy.policy.load import load_policies
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary import Vocabulary
from tests.conftest import POLICIES
from tests.policy.samples import RICH, VOCABULARY, policy_of, rich
from tests.strategies import Draft, drafts, dump, vocabularies

BASE: Final = content_hash(policy_of(RICH))
Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> str:
    """The hash of the rich policy after a change."""
    document = rich()
    change(document)
    return content_hash(policy_of(document))


def criterion(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = document["criteria"][name]
    assert isinstance(found, dict)
    return found


# ------------------------------------------------------------------------- what does not count


@given(st.data())
def test_order_of_keys_and_comments_do_not_count(data: st.DataObject) -> None:
    def mixed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: mixed(value[key]) for key in data.draw(st.permutations(list(value)))}
        return [mixed(item) for item in value] if isinstance(value, list) else value

    document = mixed(dict(RICH))
    lines = dump(document).splitlines()
    comments = data.draw(st.lists(st.integers(0, len(lines)), max_size=5, unique=True))
    for place in sorted(comments, reverse=True):
        lines.insert(place, "   # a remark: [not, a, {value")
    policy = parse_policy("\n".join(lines), VOCABULARY)
    names = list(document["criteria"])
    assert list(policy.criteria) == names
    assert content_hash(policy) == BASE


WORDING: Final[dict[str, Change]] = {
    "title": lambda d: d.update(title="Another title"),
    "organization": lambda d: d.update(organization="Somebody else"),
    "source": lambda d: d.update(source={"url": "https://example.org"}),
    "no source": lambda d: d.pop("source"),
    "about": lambda d: d.update(about="Nothing is open"),
    "accepts": lambda d: d.update(accepts={"LP902": "It is used elsewhere"}),
    "says": lambda d: criterion(d, "large").update(says="Bigger"),
    "quote": lambda d: criterion(d, "large").update(quote=["one", "two"]),
    "no quote": lambda d: criterion(d, "large").pop("quote"),
    "note": lambda d: criterion(d, "large").update(note="another"),
    "a parameter's says": lambda d: d["parameters"]["size"].update(says="Size"),
    "a stage's title": lambda d: d["stages"][1].update(title="A lead"),
    "a stage's says": lambda d: d["stages"][1].update(says="They did ask"),
    "a stage's quote": lambda d: d["stages"][1].pop("quote"),
}


@pytest.mark.parametrize("name", WORDING)
def test_wording_does_not_count(name: str) -> None:
    assert changed(WORDING[name]) == BASE


SPELLING: Final[dict[str, Change]] = {
    "is for a value": lambda d: d["criteria"]["score"]["points"][1].update(
        when={"company.country": {"is": "NO"}}
    ),
    "one_of for a list": lambda d: criterion(d, "industry").update(
        {"company.industry": {"one_of": ["retail", "manufacturing"]}}
    ),
    "order of a list of values": lambda d: criterion(d, "industry")["company.industry"].reverse(),
    "order of all": lambda d: d["stages"][1]["when"]["all"].reverse(),
    "order of any": lambda d: criterion(d, "either")["any"].reverse(),
    "order of none": lambda d: criterion(d, "either")["any"][1]["none"].reverse(),
    "order of of": lambda d: criterion(d, "enough")["of"].reverse(),
    "order of points": lambda d: criterion(d, "score")["points"].reverse(),
    "at_least one event is the default": lambda d: criterion(d, "asked").pop("at_least"),
    "weeks for days": lambda d: criterion(d, "scanned").update(within="720 hours"),
    "a decimal with zeros": lambda d: criterion(d, "score").update(at_least="7.50"),
    "a whole number as a decimal": lambda d: criterion(d, "score").update(cap="50.0"),
    "an underscore in a number": lambda d: criterion(d, "large")["company.employees"].update(
        below="10_000"
    ),
    "a currency": lambda d: criterion(d, "asked")["where"].update(budget={"above": "EUR 100"}),
    "zeros in a factor": lambda d: criterion(d, "worth_it")["company.annual_revenue"][
        "above"
    ].update(times="0.80"),
}


@pytest.mark.parametrize("name", SPELLING)
def test_spelling_does_not_count(name: str) -> None:
    assert changed(SPELLING[name]) == BASE


# -------------------------------------------------------------------------------- what counts


def _stage(d: dict[str, Any], place: int) -> dict[str, Any]:
    found = d["stages"][place]
    assert isinstance(found, dict)
    return found


MEANING: Final[dict[str, Change]] = {
    "the policy's name": lambda d: d.update(policy="other"),
    "the version": lambda d: d.update(version="1.2.1"),
    "the grain": lambda d: d.update(grain="person"),
    "a parameter's value": lambda d: d["parameters"]["size"].update(value=21),
    "a parameter's range": lambda d: d["parameters"]["size"].update(range=[1, 50]),
    "a parameter's values": lambda d: d["parameters"]["mode"].update(values=["any", "both", "x"]),
    "a parameter's list": lambda d: d["parameters"]["kinds"].update(value=["demo"]),
    "a parameter instead of its value": lambda d: criterion(d, "enough").update(at_least=2),
    "an operator": lambda d: criterion(d, "large")["company.employees"].update(
        {"at_most": criterion(d, "large")["company.employees"].pop("below")}
    ),
    "an operand": lambda d: criterion(d, "large")["company.employees"].update(below=10001),
    "one bound less": lambda d: criterion(d, "large")["company.employees"].pop("below"),
    "a value in a list": lambda d: criterion(d, "industry")["company.industry"].append("software"),
    "another fact": lambda d: criterion(d, "industry").update(
        {
            "company.tech_stack": {
                "contains": criterion(d, "industry").pop("company.industry") and "crm"
            }
        }
    ),
    "an event": lambda d: criterion(d, "scanned").update(not_happened="inbound_request"),
    "happened for not_happened": lambda d: criterion(d, "scanned").update(
        happened=criterion(d, "scanned").pop("not_happened")
    ),
    "a window": lambda d: criterion(d, "scanned").update(within="31 days"),
    "no window": lambda d: criterion(d, "scanned").update(within="ever"),
    "a count of events": lambda d: criterion(d, "asked").update(at_least=2),
    "a detail of an event": lambda d: criterion(d, "asked")["where"].update(kind="white_paper"),
    "one detail less": lambda d: criterion(d, "asked")["where"].pop("budget"),
    "any for all": lambda d: _stage(d, 1).update(when={"any": ["asked", "enough", "either"]}),
    "none for any": lambda d: criterion(d, "either").update(none=criterion(d, "either").pop("any")),
    "one part more": lambda d: _stage(d, 1)["when"]["all"].append("soon"),
    "k of n": lambda d: d["parameters"]["k"].update(value=3),
    "at_most for at_least": lambda d: criterion(d, "enough").update(
        at_most=criterion(d, "enough").pop("at_least")
    ),
    "exactly for at_least": lambda d: criterion(d, "enough").update(
        exactly=criterion(d, "enough").pop("at_least")
    ),
    "a weight": lambda d: criterion(d, "score")["points"][0].update(points=11),
    "a threshold": lambda d: criterion(d, "score").update(at_least=8),
    "a cap": lambda d: criterion(d, "score").update(cap=60),
    "no cap": lambda d: criterion(d, "score").pop("cap"),
    "a parameter's test": lambda d: criterion(d, "either")["any"][0]["all"].__setitem__(
        0, {"$mode": "both"}
    ),
    "the ends of between": lambda d: criterion(d, "either")["any"][1]["none"][1].update(
        {"company.growth": {"between": [0.1, 0.4]}}
    ),
    "a factor": lambda d: criterion(d, "worth_it")["company.annual_revenue"]["above"].update(
        times=0.9
    ),
    "no factor": lambda d: criterion(d, "worth_it")["company.annual_revenue"]["above"].pop("times"),
    "a length of time": lambda d: criterion(d, "soon").update(
        {"deal.decision_date": {"within_next": "91 days"}}
    ),
    "an expression": lambda d: criterion(d, "competitor").update(
        {"person.title": {"matches": "rival"}}
    ),
    "known": lambda d: _stage(d, 0).update(when={"company.country": {"known": False}}),
    "a stage's name": lambda d: _stage(d, 0).update(stage="names"),
    "a rung": lambda d: _stage(d, 1).update(counts_as="qualified_lead"),
    "no rung": lambda d: _stage(d, 1).pop("counts_as"),
    "what a stage requires": lambda d: _stage(d, 1).update(requires="list"),
    "what a stage excludes": lambda d: _stage(d, 1).pop("excludes"),
    "what a stage advises": lambda d: _stage(d, 1).pop("advises"),
    "one stage less": lambda d: d["stages"].pop(),
    "order of stages": lambda d: d["stages"].insert(0, d["stages"].pop(1)),
    "a criterion's name": lambda d: (
        d["criteria"].update(near=d["criteria"].pop("soon")),
        _stage(d, 1).update(advises=["near"]),
    ),
}


@pytest.mark.parametrize("name", MEANING)
def test_meaning_counts(name: str) -> None:
    assert changed(MEANING[name]) != BASE


def test_no_two_changes_of_meaning_have_one_hash() -> None:
    hashes = {changed(change) for change in MEANING.values()}
    assert len(hashes) == len(MEANING)


# --------------------------------------------------------------------------------- vocabulary


def hash_with(name: str, kind: Type) -> str:
    """The hash of the rich policy under a vocabulary in which one fact has another type."""
    fact = dataclasses.replace(VOCABULARY.facts[name], type=kind, phrase="other", ask="Other?")
    vocabulary = dataclasses.replace(VOCABULARY, facts={**VOCABULARY.facts, name: fact})
    return content_hash(parse_policy(dump(RICH), vocabulary))


def test_the_order_of_a_level_counts() -> None:
    values = VOCABULARY.facts["deal.budget_status"].type.values
    name = "deal.budget_status"
    assert hash_with(name, Type(Kind.LEVEL, values)) == BASE
    assert hash_with(name, Type(Kind.LEVEL, values[::-1])) != BASE
    assert hash_with(name, Type(Kind.LEVEL, (*values, "spent"))) != BASE


def test_another_value_in_a_closed_list_does_not_count() -> None:
    values = VOCABULARY.facts["company.industry"].type.values
    assert hash_with("company.industry", Type(Kind.CHOICE, (*values, "farming"))) == BASE


def test_types_and_currencies_count() -> None:
    assert hash_with("company.annual_revenue", Type(Kind.MONEY, (), "USD")) != BASE
    assert hash_with("company.growth", Type(Kind.MONEY, (), "EUR")) != BASE
    assert hash_with("company.employees", Type(Kind.NUMBER)) != BASE


def test_facts_that_are_not_used_do_not_count() -> None:
    facts = {name: f for name, f in VOCABULARY.facts.items() if name != "record.created_at"}
    vocabulary = Vocabulary("1", facts, VOCABULARY.events)
    assert content_hash(parse_policy(dump(RICH), vocabulary)) == BASE


# ------------------------------------------------------------------------------------ in general


@given(vocabularies(), st.data())
def test_the_canonical_form_is_read_from_any_policy(
    vocabulary: Vocabulary, data: st.DataObject
) -> None:
    draft = data.draw(drafts(vocabulary))
    policy = draft.policy(vocabulary)
    again = Draft(draft.condition, draft.criteria, draft.parameters).policy(vocabulary)
    assert canonical(policy) == canonical(again)
    assert content_hash(policy) == content_hash(again)
    assert content_hash(policy).startswith("sha256:")
    assert len(content_hash(policy)) == len("sha256:") + 64


def test_every_seed_policy_has_its_own_hash() -> None:
    policies = load_policies([POLICIES])
    assert len({content_hash(policy) for policy in policies}) == len(policies) > 10


def test_changed_parameters_change_the_hash_back_and_forth() -> None:
    policy = policy_of(RICH)
    other = policy.with_parameters(size=21)
    assert content_hash(other) != BASE
    assert content_hash(other.with_parameters(size=20)) == BASE
