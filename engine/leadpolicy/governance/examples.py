"""Cards: example records with the stage that each version must give. The author's tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from leadpolicy.backends.interpreter import Verdicts, verdicts
from leadpolicy.diagnostics import Problems, ValueProblem, listing, suggest
from leadpolicy.logic.terms import Const
from leadpolicy.policy.load import EXAMPLES
from leadpolicy.policy.model import Policy
from leadpolicy.source import Span
from leadpolicy.syntax.nodes import Mapping as MappingNode
from leadpolicy.syntax.nodes import Node, Scalar
from leadpolicy.syntax.nodes import Sequence as SequenceNode
from leadpolicy.syntax.reader import read_source, read_yaml
from leadpolicy.syntax.shape import as_items, as_mapping, as_text, check_keys, text_of
from leadpolicy.times import read_moment
from leadpolicy.truth import FALSE, TRUE, Truth
from leadpolicy.vocabulary.model import Vocabulary
from leadpolicy.vocabulary.record import Record, read_record

NO_STAGE: Final = "none"
TOP_KEYS: Final = ("policy", "as_of", "cards", "about")
CARD_KEYS: Final = ("card", "says", "as_of", "facts", "events", "recorded", "expect", "note")


@dataclass(frozen=True, slots=True)
class ExpectedStage:
    """The stage that a version must give, and the stage that is still possible; None: no stage."""

    stage: str | None
    possible: str | None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Card:
    """One example. `expect` maps versions to expectations; the key "" stands for every version."""

    name: str
    says: str
    record: Record
    as_of: datetime
    expect: Mapping[str, ExpectedStage]
    span: Span | None = field(default=None, compare=False, repr=False)

    def expectation(self, version: str) -> ExpectedStage | None:
        """What a version must give; None where the card does not speak of it."""
        return self.expect.get(version) or self.expect.get("")


@dataclass(frozen=True, slots=True)
class CardResult:
    """A card as a version read it."""

    card: Card
    expected: ExpectedStage
    stage: str | None
    possible: str | None
    verdicts: Verdicts

    @property
    def passed(self) -> bool:
        """Whether both the stage and the possible stage are the expected ones."""
        return (self.stage, self.possible) == (self.expected.stage, self.expected.possible)


@dataclass(frozen=True, slots=True)
class CardRun:
    """All cards of one version, with what they covered."""

    policy: Policy
    results: tuple[CardResult, ...]

    def stage_coverage(self) -> dict[str, frozenset[Truth]]:
        """The values that each stage was seen to take."""
        return {
            stage.name: frozenset(o.verdicts.stages[i] for o in self.results)
            for i, stage in enumerate(self.policy.stages)
        }

    @property
    def failures(self) -> tuple[CardResult, ...]:
        """Cards with another stage than expected."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def uncovered(self) -> dict[str, frozenset[Truth]]:
        """Stages that the cards do not show in all three ways, with the values never seen.

        A stage that is decided for every record (and so can take one value only) is left out.
        """
        return {
            name: frozenset(Truth) - seen
            for (name, seen), term in zip(
                self.stage_coverage().items(), self.policy.logic.stages, strict=True
            )
            if len(seen) < len(Truth) and not isinstance(term, Const)
        }

    @property
    def sound(self) -> bool:
        """Whether every card passed and every stage is covered."""
        return not self.failures and not self.uncovered

    def criterion_coverage(self) -> dict[str, frozenset[Truth]]:
        """The values that each criterion was seen to take."""
        return {
            name: frozenset(o.verdicts.criteria[i] for o in self.results)
            for i, name in enumerate(self.policy.criteria)
        }


def reached(policy: Policy, stages: Sequence[Truth]) -> tuple[str | None, str | None]:
    """Stage and possible stage: the last that is TRUE, and the last that is not FALSE."""
    stage = possible = None
    for declared, verdict in zip(policy.stages, stages, strict=True):
        if verdict is TRUE:
            stage = declared.name
        if verdict is not FALSE:
            possible = declared.name
    return stage, possible


def run_cards(policy: Policy, cards: Iterable[Card]) -> CardRun:
    """Reads every card that speaks of this version."""
    results = []
    for card in cards:
        expected = card.expectation(policy.version)
        if expected is not None:
            found = verdicts(policy.logic, card.record, card.as_of)
            stage, possible = reached(policy, found.stages)
            results.append(CardResult(card, expected, stage, possible, found))
    return CardRun(policy, tuple(results))


# ------------------------------------------------------------------------------------ reading


def read_cards(folder: Path, policies: Sequence[Policy], problems: Problems) -> list[Card]:
    """The cards beside a policy's versions; problems are noted."""
    source = read_source(folder / EXAMPLES, problems)
    top = as_mapping(
        read_yaml(source, problems) if source is not None else None, problems, "policy and cards"
    )
    if top is None or not policies:
        return []
    check_keys(top, problems, known=TOP_KEYS, required=("policy", "cards"), of="a file of cards")
    reading = _CardReader(policies, problems, card_moment(top.get("as_of"), problems))
    reading.check_policy(top.get("policy"))
    cards: dict[str, Card] = {}
    for node in as_items(top.get("cards"), problems, "a list of cards"):
        card = reading.card(node)
        if card is None:
            continue
        if card.name in cards:
            problems.error("LP209", f"two cards are called `{card.name}`", card.span)
        cards[card.name] = card
    return list(cards.values())


def card_moment(node: Node | None, problems: Problems) -> datetime | None:
    """The moment that a card speaks of; problems are noted."""
    scalar = as_text(node, problems, "a date such as 2026-03-01")
    if scalar is None:
        return None
    try:
        return read_moment(scalar.text)
    except ValueProblem as problem:
        problems.error(problem.code, problem.message, scalar.span, expected=problem.expected)
        return None


@dataclass(slots=True)
class _CardReader:
    policies: Sequence[Policy]
    problems: Problems
    as_of: datetime | None

    def check_policy(self, node: Node | None) -> None:
        name = self.policies[0].id
        if isinstance(node, Scalar) and node.text != name:
            self.problems.error(
                "LP211", f"the cards are for `{node.text}`, the policy is `{name}`", node.span
            )

    def card(self, node: Node) -> Card | None:
        body = as_mapping(node, self.problems, "`card: name` with facts and expect")
        if body is None:
            return None
        required = ("card", "says", "facts", "expect")
        check_keys(body, self.problems, known=CARD_KEYS, required=required, of="a card")
        name = as_text(body.get("card"), self.problems, "the card's name")
        if name is None or body.get("expect") is None:
            return None
        as_of = card_moment(body.get("as_of"), self.problems) or self.as_of
        if as_of is None:
            self.problems.error(
                "LP202",
                "a card needs a moment",
                name.span,
                expected="`as_of: 2026-03-01`, here or at the top of the file",
            )
            return None
        says = text_of(body.get("says"), self.problems, "what the card shows") or ""
        record = card_record(body, self.policies[0].vocabulary, self.problems, name.text)
        return Card(name.text, says, record, as_of, self.expect(body.get("expect")), name.span)

    def expect(self, node: Node | None) -> dict[str, ExpectedStage]:
        versions = {policy.version: policy for policy in self.policies}
        if isinstance(node, MappingNode) and any(
            k in versions or k[:1].isdigit()
            for k in node.keys()  # noqa: SIM118
        ):
            found: dict[str, ExpectedStage] = {}
            for key, value in node.entries:
                if key.text not in versions:
                    self.problems.error(
                        "LP208",
                        f"there is no version {key.text}",
                        key.span,
                        expected=f"one of {listing(versions)}",
                    )
                else:
                    found |= self._expectation(value, key.text, [versions[key.text]])
            return found
        return self._expectation(node, "", list(self.policies))

    def _expectation(
        self, node: Node | None, version: str, policies: list[Policy]
    ) -> dict[str, ExpectedStage]:
        stage: str | None
        if isinstance(node, MappingNode):
            check_keys(
                node,
                self.problems,
                known=("stage", "possible"),
                required=("stage",),
                of="an expectation",
            )
            stage = self._stage(node.get("stage"), policies)
            possible = node.get("possible")
            later = stage if possible is None else self._stage(possible, policies)
            return {version: ExpectedStage(stage, later, node.span)}
        stage = self._stage(node, policies)
        return {version: ExpectedStage(stage, stage, node.span)} if node is not None else {}

    def _stage(self, node: Node | None, policies: list[Policy]) -> str | None:
        scalar = as_text(node, self.problems, f"a stage, or `{NO_STAGE}`")
        if scalar is None or scalar.text == NO_STAGE:
            return None
        for policy in policies:
            names = [stage.name for stage in policy.stages]
            if scalar.text not in names:
                self.problems.error(
                    "LP208",
                    f"{policy.identity} has no stage `{scalar.text}`",
                    scalar.span,
                    expected=f"one of {listing([*names, NO_STAGE])}",
                    help=suggest(scalar.text, names),
                )
        return scalar.text


def card_record(body: MappingNode, vocabulary: Vocabulary, problems: Problems, name: str) -> Record:
    """The record under a card's keys facts, events and recorded; problems are noted."""
    spans: dict[str, Span] = {}
    facts = as_mapping(body.get("facts"), problems, "facts with their values")
    given: dict[str, object] = {}
    for key, value in facts.entries if facts is not None else ():
        spans[f"fact:{key.text}"] = Span(key.span.source, key.span.start, value.span.end)
        given[key.text] = data(value)
    events: list[Mapping[str, object]] | None = None
    if body.get("events") is not None:
        events = []
        for number, item in enumerate(as_items(body.get("events"), problems, "a list of events")):
            event = as_mapping(item, problems, "`event: name, at: date`")
            if event is not None:
                spans[f"event:{number}"] = event.span
                for key, value in event.entries:
                    whole = Span(key.span.source, key.span.start, value.span.end)
                    spans[f"event:{number}:{key.text}"] = whole
                events.append({k.text: data(v) for k, v in event.entries})
    recorded = _recorded(body.get("recorded"), spans, problems)
    if recorded is not None and events is None:
        at = body.key("recorded") or body
        problems.error(
            "LP202",
            "`recorded` needs the key `events` beside it",
            at.span,
            expected="`events: []` if nothing happened",
        )
    return read_record(
        vocabulary,
        given,
        events,
        recorded=recorded,
        id=name,
        problems=problems,
        where=name,
        spans=spans,
    )


def _recorded(node: Node | None, spans: dict[str, Span], problems: Problems) -> list[str] | None:
    if node is None:
        return None
    names: list[str] = []
    for item in as_items(node, problems, "a list of events"):
        name = text_of(item, problems, "the name of an event")
        if name is not None:
            names.append(name)
            spans[f"recorded:{name}"] = item.span
    return names


def data(node: Node) -> object:
    """A node as plain data: texts, lists and dictionaries; nothing where nothing was written."""
    match node:
        case Scalar():
            return None if node.empty else node.text
        case SequenceNode():
            return [data(item) for item in node.items]
        case MappingNode():
            return {key.text: data(value) for key, value in node.entries}
