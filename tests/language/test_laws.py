"""Laws of three-valued truth that every policy obeys, whatever its conditions say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.governance.identity import content_hash
from leadpolicy.truth import UNKNOWN, Truth, truth
from leadpolicy.vocabulary import EventKind, Fact, PointInTime, Vocabulary
from leadpolicy.vocabulary.model import BOOLEAN
from tests.language.naive import agreed
from tests.strategies import (
    NOW,
    Draft,
    Drawing,
    Log,
    Occurrence,
    Situation,
    drafts,
    matching,
    vocabularies,
)

FLAGS = ("q.a", "q.b", "q.c", "q.d")
ONLY_FLAGS = Vocabulary(
    "1", {n: Fact(n, BOOLEAN, "value", "?", "data", PointInTime.YES) for n in FLAGS}, {}
)
ANSWERS = st.sampled_from([True, False, None])


def verdict(draft: Draft, situation: Situation, vocabulary: Vocabulary) -> Truth:
    """What the project says."""
    logic = draft.policy(vocabulary).logic
    return verdicts(logic, situation.record(vocabulary), NOW).stages[0]


# ------------------------------------------------------------------------------ connectives


@given(vocabularies(), st.data())
def test_double_negation(vocabulary: Vocabulary, data: st.DataObject) -> None:
    draft = data.draw(drafts(vocabulary))
    situation = data.draw(matching(draft, vocabulary))
    twice = replace(draft, condition={"none": [{"none": [draft.condition]}]})
    assert verdict(twice, situation, vocabulary) is verdict(draft, situation, vocabulary)


@given(vocabularies(), st.data())
def test_negation_swaps_true_and_false(vocabulary: Vocabulary, data: st.DataObject) -> None:
    draft = data.draw(drafts(vocabulary))
    situation = data.draw(matching(draft, vocabulary))
    negated = replace(draft, condition={"none": [draft.condition]})
    assert verdict(negated, situation, vocabulary) is ~verdict(draft, situation, vocabulary)


@given(vocabularies(), st.data())
def test_de_morgan(vocabulary: Vocabulary, data: st.DataObject) -> None:
    one, other = data.draw(drafts(vocabulary)), data.draw(drafts(vocabulary))
    both = replace(one, criteria={**one.criteria, "other": _inlined(other)})
    parts = [one.condition, "other"]
    negated = [{"none": [part]} for part in parts]
    situation = data.draw(matching(both, vocabulary))

    def says(condition: Any) -> Truth:
        return verdict(replace(both, condition=condition), situation, vocabulary)

    assert says({"none": parts}) is says({"all": negated})
    assert says({"none": [{"all": parts}]}) is says({"any": negated})
    assert says({"none": [{"any": negated}]}) is says({"all": parts})


def _inlined(draft: Draft) -> Any:
    """The condition of a draft with its criteria written out."""

    def inline(condition: Any) -> Any:
        match condition:
            case str() if condition in draft.criteria:
                return inline(draft.criteria[condition])
            case dict():
                return {key: inline_inside(key, value) for key, value in condition.items()}
            case _:
                return condition

    def inline_inside(key: str, value: Any) -> Any:
        if key in ("all", "any", "none", "of"):
            return [inline(part) for part in value]
        if key == "points":
            return [{**rule, "when": inline(rule["when"])} for rule in value]
        return value

    return inline(draft.condition)


@given(vocabularies(), st.data())
def test_names_stand_for_what_they_name(vocabulary: Vocabulary, data: st.DataObject) -> None:
    draft = data.draw(drafts(vocabulary))
    situation = data.draw(matching(draft, vocabulary))
    plain = Draft(_inlined(draft))
    assert verdict(plain, situation, vocabulary) is verdict(draft, situation, vocabulary)


@given(vocabularies(), st.data())
def test_order_never_matters(vocabulary: Vocabulary, data: st.DataObject) -> None:
    draft = data.draw(drafts(vocabulary))
    situation = data.draw(matching(draft, vocabulary))

    def shuffled(condition: Any) -> Any:
        if not isinstance(condition, dict):
            return condition
        return {
            key: _mixed([shuffled(part) for part in value])
            if key in ("all", "any", "none", "of")
            else _mixed([{**rule, "when": shuffled(rule["when"])} for rule in value])
            if key == "points"
            else value
            for key, value in condition.items()
        }

    def _mixed(parts: list[Any]) -> list[Any]:
        return data.draw(st.permutations(parts))

    other = replace(draft, condition=shuffled(draft.condition))
    assert verdict(other, situation, vocabulary) is verdict(draft, situation, vocabulary)
    assert content_hash(other.policy(vocabulary)) == content_hash(draft.policy(vocabulary))


# ----------------------------------------------------------------------------- monotonicity


@given(vocabularies(), st.data())
def test_an_answer_only_decides_what_was_open(vocabulary: Vocabulary, data: st.DataObject) -> None:
    """Without `known`, learning more decides what was UNKNOWN and changes nothing else."""
    draft = data.draw(drafts(vocabulary, known=False))
    before = data.draw(matching(draft, vocabulary))
    after = data.draw(refined(before, vocabulary))
    found = verdict(draft, before, vocabulary)
    learned = verdict(draft, after, vocabulary)
    assert found in (learned, UNKNOWN)


@st.composite
def refined(draw: st.DrawFn, situation: Situation, vocabulary: Vocabulary) -> Situation:
    """The same record of which more is known."""
    drawing = Drawing(draw)
    facts = {name: narrower(drawing, value) for name, value in situation.facts.items()} | {
        name: drawing.value(fact.type)
        for name, fact in vocabulary.facts.items()
        if name not in situation.facts and drawing.chance(50)
    }
    logs = {
        name: fuller(drawing, log, vocabulary.events[name]) for name, log in situation.logs.items()
    } | {
        name: drawing.log(kind)
        for name, kind in vocabulary.events.items()
        if name not in situation.logs and drawing.chance(50)
    }
    return Situation(facts, logs)


def narrower(drawing: Drawing, value: Any) -> Any:
    """A range inside a range, or one of its ends."""
    if not isinstance(value, dict) or "currency" in value or drawing.chance(30):
        return value
    ends = [value[end] for end in ("from", "to") if end in value]
    if drawing.chance(50):
        return drawing.pick(ends)
    if len(ends) == 1:
        return {"from": ends[0], "to": ends[0]}
    return (
        {"from": ends[0], "to": ends[0]} if drawing.chance(50) else {"from": ends[1], "to": ends[1]}
    )


def fuller(drawing: Drawing, log: Log, kind: EventKind) -> Log:
    """The log with dates and details filled in, and with what happened before it began."""
    occurrences = [
        Occurrence(
            dated(drawing, occurrence.at),
            {
                name: drawing.value(attribute.type)
                for name, attribute in kind.attributes.items()
                if drawing.chance(50)
            }
            | {name: narrower(drawing, value) for name, value in occurrence.details.items()},
        )
        for occurrence in log.occurrences
    ]
    if log.since is None or drawing.chance(40):
        return Log(tuple(occurrences), log.since)
    earlier = [
        occurrence
        for occurrence in drawing.log(kind).occurrences
        if occurrence.at is not None and occurrence.at < log.since
    ]
    return Log((*occurrences, *earlier))


def dated(drawing: Drawing, at: datetime | None) -> datetime | None:
    """What has happened, happened at some moment up to now."""
    if at is not None or drawing.chance(40):
        return at
    found = drawing.log(EventKind("", "", "", "", {})).occurrences
    moments = [one.at for one in found if one.at is not None and one.at <= NOW]
    return drawing.pick(moments) if moments else at


# ------------------------------------------------------------------------ quorums and points


def flags(answers: list[bool | None]) -> Situation:
    """What is known of the flags."""
    known = {name: a for name, a in zip(FLAGS, answers, strict=True) if a is not None}
    return Situation(known, {})


def completions(answers: list[bool | None]) -> list[tuple[bool, ...]]:
    """Every way to answer what is open."""
    return list(product(*([True, False] if answer is None else [answer] for answer in answers)))


@given(
    st.lists(ANSWERS, min_size=4, max_size=4),
    st.sampled_from(["at_least", "at_most", "exactly"]),
    st.integers(0, 5),
)
def test_a_quorum_is_what_all_completions_agree_on(
    answers: list[bool | None], word: str, count: int
) -> None:
    draft = Draft({word: count, "of": [{name: True} for name in FLAGS]}, {}, {})
    meets = {"at_least": int.__ge__, "at_most": int.__le__, "exactly": int.__eq__}[word]
    expected = agreed(meets(sum(ways), count) for ways in completions(answers))
    assert verdict(draft, flags(answers), ONLY_FLAGS) is truth(expected)


@given(
    st.lists(ANSWERS, min_size=4, max_size=4),
    st.lists(st.integers(-20, 20), min_size=4, max_size=4),
    st.integers(-40, 40),
    st.one_of(st.none(), st.integers(-40, 40)),
    st.sampled_from([1, 10, 100]),
)
def test_points_are_what_all_completions_agree_on(
    answers: list[bool | None], weights: list[int], least: int, cap: int | None, unit: int
) -> None:
    """Points with up to two decimals: counted in whole hundredths here, written as decimals."""
    rules = [
        {"points": weight / unit, "when": {name: True}}
        for weight, name in zip(weights, FLAGS, strict=True)
    ]
    limit = {} if cap is None else {"cap": cap / unit}
    draft = Draft({"points": rules, "at_least": least / unit, **limit}, {}, {})
    scores = [
        sum(weight for weight, way in zip(weights, ways, strict=True) if way)
        for ways in completions(answers)
    ]
    expected = agreed(min(score, score if cap is None else cap) >= least for score in scores)
    assert verdict(draft, flags(answers), ONLY_FLAGS) is truth(expected)
