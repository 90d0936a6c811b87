"""Policies and records for the tests of decisions: seeds with their cards, random ladders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.decision import Decision, Step, decide
from leadpolicy.diagnostics import Problems
from leadpolicy.governance.examples import Card, read_cards
from leadpolicy.policy import Policy, load_policy, parse_policy
from leadpolicy.policy.load import policy_files
from leadpolicy.truth import TRUE
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary import Fact, PointInTime, Record, Vocabulary, load_vocabulary
from tests.conftest import POLICIES
from tests.strategies import NOW, Draft, drafts, dump, matching, vocabularies


@cache
def seeds() -> tuple[tuple[Policy, Card], ...]:
    """Every version of every seed policy with each of its cards."""
    found = []
    for file in policy_files(POLICIES):
        policy = load_policy(file)
        cards = read_cards(file.parent, [policy], Problems())
        found += [(policy, card) for card in cards]
    return tuple(found)


def card(policy: str, name: str) -> Decision:
    """A seed policy's decision on one of its cards."""
    for loaded, one in reversed(seeds()):
        if loaded.id == policy and one.name == name:
            return decide(loaded, one.record, as_of=one.as_of)
    raise KeyError(name)


class Thinned(Decision):
    """A decision that a failing test shows in few words."""

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"{self.policy.identity} on {self.record!r}")


@st.composite
def thinned(draw: st.DrawFn) -> Decision:
    """A seed policy on one of its cards with some of the facts and logs left out."""
    policy, one = draw(st.sampled_from(seeds()))
    facts = dict(one.record.facts)
    for name in draw(st.lists(st.sampled_from(sorted(facts)), unique=True)) if facts else []:
        del facts[name]
    events = dict(one.record.events)
    for kind in (
        draw(st.lists(st.sampled_from(policy.events), unique=True)) if policy.events else []
    ):
        events.pop(kind, None)
    decision = decide(policy, replace(one.record, facts=facts, events=events), as_of=one.as_of)
    return Thinned(*(getattr(decision, part.name) for part in fields(decision)))


@cache
def seed_vocabulary() -> Vocabulary:
    """What the seed policies speak of."""
    return load_vocabulary(POLICIES / "vocabulary.yaml")


def only(when: str, events: list[Any] | None = None, **facts: object) -> Decision:
    """A policy of one stage, given as flow YAML, on a record; `company__known` is a fact."""
    text = (
        "policy: one\nversion: 1.0.0\ntitle: One\nvocabulary: 1\ngrain: company\n"
        f"stages: [{{stage: holds, title: Holds, requires: nothing, when: {when}}}]\n"
    )
    policy = parse_policy(text, seed_vocabulary())
    given = {name.replace("__", "."): value for name, value in facts.items()}
    return decide(policy, given, events, as_of="2026-03-01")


@dataclass(frozen=True, slots=True)
class Case:
    """A policy of any form and a record of any kind."""

    draft: Draft
    policy: Policy
    record: Record

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"Case({self.draft!r}, {self.record!r})")


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any policy of one stage, called `holds`, and what is known about a record."""
    vocabulary = draw(vocabularies())
    draft = draw(drafts(vocabulary))
    situation = draw(matching(draft, vocabulary))
    return Case(draft, draft.policy(vocabulary), situation.record(vocabulary))


def stage_of(policy: Policy, record: Record) -> str | None:
    """The last stage that the interpreter finds TRUE."""
    found = verdicts(policy.logic, record, NOW).stages
    reached = [s.name for s, v in zip(policy.stages, found, strict=True) if v is TRUE]
    return reached[-1] if reached else None


def walk(steps: Sequence[Step]) -> list[Step]:
    """The steps and all that is below them."""
    return [inner for step in steps for inner in (step, *walk(step.steps))]


# ------------------------------------------------------------------------------ random ladders

FLAGS: Final = tuple(f"flag.{letter}" for letter in "abcdefgh")
NUMBERS: Final = tuple(f"number.{letter}" for letter in "abc")
LEVELS: Final = tuple(f"level.{letter}" for letter in "abc")
STEPS: Final = ("low", "middle", "high")
DOMAIN: Final[dict[str, tuple[Any, ...]]] = {
    **dict.fromkeys(FLAGS, (False, True)),
    **dict.fromkeys(NUMBERS, tuple(range(7))),
    **dict.fromkeys(LEVELS, STEPS),
}
"""Every value that a fact of a random ladder can have."""


def _fact(name: str) -> Fact:
    match name.partition(".")[0]:
        case "flag":
            kind = Type(Kind.BOOLEAN)
        case "number":
            kind = Type(Kind.INTEGER, limits=(0, 6))
        case _:
            kind = Type(Kind.LEVEL, STEPS)
    return Fact(name, kind, f"value of {name}", f"What is {name}?", "sales", PointInTime.YES)


VOCABULARY: Final = Vocabulary("1", {name: _fact(name) for name in DOMAIN}, {})


@dataclass(frozen=True, slots=True)
class Ladder:
    """A policy with what it was made of, as plain data."""

    policy: Policy
    criteria: Mapping[str, Any]
    stages: Sequence[Mapping[str, Any]]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"Ladder({self.criteria!r}, {self.stages!r})")


def _test(name: str) -> st.SearchStrategy[Any]:
    """A test on a fact that is neither always nor never true."""
    match name.partition(".")[0]:
        case "flag":
            return st.booleans().map(lambda value: {name: value})
        case "number":
            bound = st.integers(1, 5)
            return st.one_of(
                bound.map(lambda n: {name: {"at_least": n}}),
                bound.map(lambda n: {name: {"below": n}}),
                bound.map(lambda n: {name: n}),
                bound.map(lambda n: {name: {"is_not": n}}),
                st.just({name: {"between": [2, 4]}}),
            )
        case _:
            return st.sampled_from(
                [{name: "middle"}, {name: {"at_least": "middle"}}, {name: {"below": "high"}}]
            )


@st.composite
def _combined(draw: st.DrawFn, parts: list[Any]) -> Any:
    """The parts under one heading or several, each part once."""
    if len(parts) == 1:
        return draw(st.sampled_from([parts[0], {"none": parts}]))
    if len(parts) > 2 and draw(st.booleans()):
        cut = draw(st.integers(1, len(parts) - 1))
        parts = [draw(_combined(parts[:cut])), draw(_combined(parts[cut:]))]
    form = draw(st.sampled_from(["all", "any", "none", "at_least", "at_most", "exactly", "points"]))
    count = draw(st.integers(1, max(1, len(parts) - 1)))
    match form:
        case "all" | "any" | "none":
            return {form: parts}
        case "points":
            weights = [draw(st.sampled_from([1, 2, 3, -1])) for _ in parts]
            rules = [{"points": w, "when": p} for w, p in zip(weights, parts, strict=True)]
            return {"points": rules, "at_least": draw(st.integers(0, 3))}
        case _:
            return {form: count, "of": parts}


@st.composite
def apart(draw: st.DrawFn) -> Ladder:
    """A ladder of one stage in which every fact is tested once."""
    names = draw(st.lists(st.sampled_from(sorted(DOMAIN)), min_size=1, max_size=6, unique=True))
    when = draw(_combined([draw(_test(name)) for name in names]))
    return _ladder({}, [{"stage": "holds", "requires": "nothing", "when": when}])


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    """Stages over named criteria that share facts; with requires, excludes and advises."""
    names = [f"c{number}" for number in range(draw(st.integers(2, 6)))]
    tests: st.SearchStrategy[Any] = st.sampled_from(sorted(DOMAIN)).flatmap(_test)
    one_or_two: st.SearchStrategy[list[Any]] = st.lists(tests, min_size=1, max_size=2)
    criteria = {name: draw(one_or_two) for name in names}
    stages: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 3))):
        used = draw(st.lists(st.sampled_from(names), min_size=1, max_size=4))
        earlier = [str(stage["stage"]) for stage in stages]
        parts: list[Any] = [*used, *draw(st.lists(tests, max_size=1))]
        if draw(st.booleans()) and earlier:
            parts.append(draw(st.sampled_from(earlier)))
        some = st.lists(st.sampled_from(names), max_size=2, unique=True)
        stage: dict[str, Any] = {
            "stage": f"s{number}",
            "requires": draw(st.sampled_from(["nothing", *earlier])),
            "when": draw(_combined(parts)),
            "excludes": draw(some),
            "advises": draw(some),
        }
        stages.append({key: value for key, value in stage.items() if value != []})
    return _ladder(criteria, stages)


def _ladder(criteria: Mapping[str, list[Any]], stages: list[dict[str, Any]]) -> Ladder:
    document = {
        "policy": "random",
        "version": "1.0.0",
        "title": "A random ladder",
        "vocabulary": 1,
        "grain": "company",
        "criteria": {name: {"says": f"It is {name}", "all": c} for name, c in criteria.items()},
        "stages": stages,
    }
    return Ladder(parse_policy(dump(document), VOCABULARY), criteria, stages)


@st.composite
def known(draw: st.DrawFn, policy: Policy) -> Record:
    """A value for some of the facts of a random ladder."""
    facts = {
        name: draw(st.sampled_from(DOMAIN[name])) for name in policy.facts if draw(st.booleans())
    }
    return Record(facts)
