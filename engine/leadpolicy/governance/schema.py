"""JSON Schemas for editors, by kind of file: policies, cards and vocabularies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from leadpolicy.policy.read import ID, VERSION
from leadpolicy.policy.schema import about, policy_schema
from leadpolicy.policy.schema_values import (
    TEXT,
    Schema,
    anchored,
    card_value,
    described,
    literal,
    moment,
    named,
    object_of,
    pattern,
    scalar,
    text,
    whole,
)
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary.load import FACT_NAME, OWNERS
from leadpolicy.vocabulary.model import PointInTime, Vocabulary


def cards_schema(vocabulary: Vocabulary) -> Schema:
    """The schema of policies/<id>/examples.yaml."""
    facts = object_of(
        {
            fact.name: described(card_value(fact.type), about(fact))
            for fact in vocabulary.facts.values()
        },
        says="What is known; whatever is left out is not known.",
    )
    events = list(vocabulary.events)
    card = {
        "card": text("The card's name."),
        "says": text("What the card shows."),
        "as_of": moment("The moment at which the card is read, if not the file's."),
        "facts": {"$ref": "#/$defs/facts"},
        "events": {
            "type": "array",
            "items": {"$ref": "#/$defs/event"},
            "description": "What happened. An empty list: nothing did. Left out: nobody recorded.",
        },
        "recorded": {
            "type": "array",
            "items": {"enum": events},
            "description": "The kinds of events that were recorded, if not all.",
        },
        "expect": {"$ref": "#/$defs/expect"},
        "note": text("Anything worth knowing about the card."),
    }
    stage = text("A stage of the policy, or `none`.")
    reading = object_of({"stage": stage, "possible": stage}, ("stage",))
    defs: Schema = {
        "facts": facts,
        "event": _happening(vocabulary),
        "card": object_of(card, ("card", "says", "facts", "expect")),
        "reading": {"anyOf": [stage, reading]},
        "expect": {
            "anyOf": [
                {"$ref": "#/$defs/reading"},
                {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": False,
                    "patternProperties": {anchored(VERSION.pattern): {"$ref": "#/$defs/reading"}},
                },
            ],
            "description": "The stage every version must give, or one for each version.",
        },
    }
    head = {
        "policy": pattern(ID.pattern, "The policy whose cards these are."),
        "as_of": moment("The moment at which the cards are read."),
        "about": text("What the cards have in common."),
        "cards": {"type": "array", "items": {"$ref": "#/$defs/card"}},
    }
    return whole("Example cards of a leadpolicy policy", object_of(head, ("policy", "cards")), defs)


def vocabulary_schema(_: Vocabulary | None = None) -> Schema:
    """The schema of vocabulary.yaml."""
    kinds = {"enum": [str(kind) for kind in Kind], "description": "How values are read."}
    declared: Schema = {
        "type": kinds,
        "values": {
            "type": "array",
            "items": TEXT,
            "description": "The closed list; for a level in order, lowest first.",
        },
        "currency": pattern("[A-Z]{3}", "For money: an ISO 4217 code such as EUR."),
        "range": {
            "type": "array",
            "items": literal(Type(Kind.NUMBER)),
            "minItems": 2,
            "maxItems": 2,
            "description": "The lowest and the highest value of a number.",
        },
    }
    owner = {"enum": list(OWNERS), "description": "Who is asked."}
    fact = declared | {
        "phrase": text("What it is called in a sentence; for a boolean a clause."),
        "ask": text("The question to ask when it is missing."),
        "owner": owner,
        "point_in_time": {
            "enum": [str(one) for one in PointInTime],
            "description": "Can yesterday's value be rebuilt? yes: from history; snapshot: only "
            "today's value exists; judgement: somebody judged it on a date.",
        },
        "unit": text("What a number counts."),
        "note": text(),
    }
    attribute = declared | {"phrase": text("What it is called in a sentence."), "note": text()}
    event = {
        "phrase": text("What the buyer did: “asked us for something”."),
        "ask": text("The question to ask when nobody recorded it."),
        "owner": owner,
        "attributes": named({"$ref": "#/$defs/attribute"}, "Details of the event."),
        "note": text(),
    }
    head = {
        "vocabulary": scalar("The vocabulary's number, which policies name."),
        "extends": text("Another vocabulary that this one adds to: a relative path."),
        "title": text(),
        "about": text(),
        "facts": named({"$ref": "#/$defs/fact"}, "What can be known.", FACT_NAME.pattern),
        "events": named({"$ref": "#/$defs/event"}, "What can happen."),
    }
    needed = ("type", "phrase", "ask", "owner", "point_in_time")
    defs: Schema = {
        "fact": {**object_of(fact, needed), "allOf": _kinds()},
        "attribute": {**object_of(attribute, ("type",)), "allOf": _kinds()},
        "event": object_of(event, ("phrase", "ask")),
    }
    return whole("A leadpolicy vocabulary", object_of(head, ("vocabulary",)), defs)


def _happening(vocabulary: Vocabulary) -> Schema:
    rules: list[Schema] = []
    attributes: Schema = {}
    for event in vocabulary.events.values():
        own = {a.name: described(card_value(a.type), a.phrase) for a in event.attributes.values()}
        attributes |= dict.fromkeys(own, True)
        names = {"propertyNames": {"enum": ["event", "at", *own]}}
        chosen = {"required": ["event"], "properties": {"event": {"const": event.name}}}
        rules.append({"if": chosen, "then": {"properties": own, **names}})
    told = "; ".join(f"{event.name}: {event.phrase}" for event in vocabulary.events.values())
    event_name: Schema = {
        "enum": list(vocabulary.events),
        "description": f"What the buyer did. {told}.",
    }
    keys = {"event": event_name, "at": moment("When it happened; leave it out if nobody knows.")}
    return {**object_of(keys | attributes, ("event",)), "allOf": rules}


def _kinds() -> list[Schema]:
    """What a type needs beside it, and what it may not have."""

    def rule(kinds: Iterable[Kind], then: Schema) -> Schema:
        case = {"required": ["type"], "properties": {"type": {"enum": [str(k) for k in kinds]}}}
        return {"if": case, "then": then}

    def without(key: str) -> Schema:
        return {"not": {"required": [key]}}

    listed, numeric = (Kind.CHOICE, Kind.LEVEL), (Kind.INTEGER, Kind.NUMBER, Kind.MONEY)
    return [
        rule(listed, {"required": ["values"]}),
        rule((Kind.MONEY,), {"required": ["currency"]}),
        rule((k for k in Kind if k is not Kind.MONEY), without("currency")),
        rule((k for k in Kind if k not in (*listed, Kind.CHOICES)), without("values")),
        rule((k for k in Kind if k not in numeric), without("range")),
    ]


SCHEMAS: Final[Mapping[str, Callable[[Vocabulary], Schema]]] = {
    "policy": policy_schema,
    "cards": cards_schema,
    "vocabulary": vocabulary_schema,
}
