"""What a decision says in words: changes of a record, and what is not known of it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from leadpolicy.decision.reasons import missing_facts, smallest_criteria
from leadpolicy.logic.terms import Happened, Not, Term
from leadpolicy.policy.model import EventTest, Policy
from leadpolicy.policy.phrases import sentence, series, words
from leadpolicy.truth import TRUE, UNKNOWN
from leadpolicy.types import Kind, Range, Type, Value, show
from leadpolicy.vocabulary.model import EVENT, EventKind, Fact, Vocabulary
from leadpolicy.vocabulary.record import Happening, Record

if TYPE_CHECKING:
    from leadpolicy.decision.model import Decision

_COUNTS: Final = ("total number of ", "number of ")
_NO_ARTICLE: Final = ("what ", "whether ", "the ", "their ", "a ", "an ")


def with_another_value(fact: Fact, old: Value, new: Value) -> str:
    """`with 20 employees instead of 19`, `with yes instead of no to …`: how a flip begins."""
    if fact.type.kind is Kind.BOOLEAN:
        return f"if it were {'' if new is True else 'not '}so that {fact.phrase},"
    now, other = (quoted(value, fact.type) for value in (old, new))
    counted = next((fact.phrase.removeprefix(c) for c in _COUNTS if fact.phrase.startswith(c)), "")
    if counted and new != 1:
        return f"with {other} {counted} instead of {now}"
    return f"with {other} instead of {now} as {the(fact.phrase)}"


def with_more_events(kind: EventKind, happening: Happening, times: int) -> str:
    """`if the buyer asked us for something now (kind of request: demo),`."""
    details = "; ".join(
        f"{kind.attributes[name].phrase}: {unquoted(value, kind.attributes[name].type)}"
        for name, value in happening.details.items()
    )
    often = "now" if times == 1 else f"{times} more times now"
    return f"if the buyer {kind.phrase} {often}{f' ({details})' if details else ''},"


def without_events(policy: Policy, atom: Happened) -> str:
    """`if it were not so that the buyer asked us for something, in the last 90 days,`."""
    return f"if it were not so that {_in_words(policy, atom)},"


@lru_cache(maxsize=4096)
def _in_words(policy: Policy, atom: Happened) -> str:
    tests = [c for c in policy.gating() if isinstance(c, EventTest) and c.event == atom.event]
    said = [replace(test, happened=True) for test in tests if _positive(policy, test) is atom]
    return sentence(said[0], policy)


def _positive(policy: Policy, test: EventTest) -> Term:
    term = policy.terms[test]
    return term.term if isinstance(term, Not) else term


def the(phrase: str) -> str:
    """A noun phrase with its article, where it has none."""
    return phrase if phrase.startswith(_NO_ARTICLE) else f"the {phrase}"


def quoted(value: Value, kind: Type) -> str:
    """Numbers and dates stand bare, declared values and texts in quotes."""
    shown = unquoted(value, kind)
    return f"“{shown}”" if isinstance(value, str | frozenset) and value else shown


def unquoted(value: Value, kind: Type) -> str:
    """A value with declared names as words: `could_allocate` is "could allocate"."""
    if kind.kind in {Kind.CHOICE, Kind.LEVEL}:
        return words(str(value))
    if isinstance(value, frozenset):
        return ", ".join(words(element) for element in sorted(value)) or "nothing"
    return show(value, kind)


def what_is_missing(what: str, record: Record, vocabulary: Vocabulary) -> str:
    """A missing fact, or an event that nobody recorded in full, as it follows "not known:"."""
    phrase = vocabulary.phrase(what)
    if what.startswith(EVENT):
        kept = what.removeprefix(EVENT) in record.events
        return f"{'when and how exactly' if kept else 'whether'} the buyer {phrase}"
    fact = vocabulary.facts[what]
    if fact.type.kind is Kind.BOOLEAN:
        return f"whether {phrase}"
    value = record.facts.get(what)
    if isinstance(value, Range):
        foreign = fact.type.currency and value.low is None and value.high is None
        what = f"{the(phrase)} in {fact.type.currency}" if foreign else f"the exact {phrase}"
        return f"{what} ({show(value, fact.type)})"
    return the(phrase)


def sentence_of(decision: Decision) -> str:
    """The stage, and why it is not (or not yet known to be) a higher one."""
    who = decision.record.id or "The record"
    verb = "has reached" if decision.stage is None else "is at the stage"
    text = f"{who} {verb} {named(decision, decision.stage)} of {decision.policy.identity}"
    text += f" on {show(decision.as_of)}"
    if decision.possible_stage != decision.stage:
        text += f"; it may be at {named(decision, decision.possible_stage)}. {_not_known(decision)}"
    elif reason := _first_failure(decision):
        text += f"; {reason}"
    return text + "."


def named(decision: Decision, stage: str | None) -> str:
    """The policy's own word for a stage in quotes."""
    title = decision.title_of(stage)
    return title if stage is None else f"“{title}”"


def _not_known(decision: Decision) -> str:
    names = missing_facts(decision.policy, decision.record, decision.as_of, decision.open_stages)
    vocabulary = decision.policy.vocabulary
    texts = [what_is_missing(name, decision.record, vocabulary) for name in names]
    if len(texts) > 4:
        texts[3:] = [f"{len(texts) - 3} more things"]
    return f"Not known: {series(texts, 'and')}"


def _first_failure(decision: Decision) -> str:
    """Why the next stage is not reached: the first criterion that is decided against it."""
    names = [stage.name for stage in decision.policy.stages]
    place = -1 if decision.stage is None else names.index(decision.stage)
    if place + 1 == len(names):
        return ""
    stage = decision.policy.stages[place + 1]
    given = tuple(decision.criteria.values())
    lacking = smallest_criteria(decision.policy, given, (stage.name,))
    decided = [name for name in lacking if decision.criteria[name] is not UNKNOWN]
    if not decided:
        return f"not “{stage.title}”"
    says = decision.policy.criteria[decided[0]].says.rstrip(".")
    holds = "holds" if decision.criteria[decided[0]] is TRUE else "does not hold"
    rest = f" (and {len(lacking) - 1} more)" if len(lacking) > 1 else ""
    return f"not “{stage.title}”, because this {holds}: {says}{rest}"


__all__ = [
    "named",
    "quoted",
    "sentence_of",
    "the",
    "what_is_missing",
    "with_another_value",
    "with_more_events",
    "without_events",
]
