"""The JSON Schema of policies: editors complete fact names, operators, values and events.

Made from the operators and a vocabulary, so it never lags behind. A schema cannot check everything
that `leadpolicy check` does (references, circles, units); it accepts every policy that is sound.

Only keywords that editors have understood since draft 07 are used; `$ref` may have a description
beside it.
"""

from __future__ import annotations

from typing import Final

from leadpolicy.operators import OPERATORS
from leadpolicy.policy.model import GRAINS, RUNGS
from leadpolicy.policy.read import ID, NAME, SOURCE_KEYS, VERSION
from leadpolicy.policy.schema_values import (
    DURATION,
    PARAMETER,
    TEXT,
    Schema,
    described,
    literal,
    named,
    object_of,
    operand,
    other_fact,
    pattern,
    scalar,
    span,
    text,
    whole,
)
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary.model import Attribute, EventKind, Fact, Vocabulary

POINT: Final = Type(Kind.NUMBER, limits=(-1_000_000, 1_000_000))
COUNT: Final = Type(Kind.INTEGER, limits=(0, 1_000_000))
NUMBER: Final = Type(Kind.NUMBER)
BOUNDS: Final = ("at_least", "at_most", "exactly")
COMPANIONS: Final = {
    "of": BOUNDS,
    "points": ("at_least", "cap"),
    "happened": ("within", "at_least", "where"),
    "not_happened": ("within", "at_least", "where"),
}


def policy_schema(vocabulary: Vocabulary) -> Schema:
    """The schema of policies/<id>/<version>.yaml."""
    head = {
        "policy": pattern(ID.pattern, "The policy's name, which is its folder's name."),
        "version": pattern(VERSION.pattern, "Three numbers; also the file's name: 1.0.0.yaml."),
        "title": text("The definition in one line."),
        "organization": text("Whose definition this is."),
        "source": object_of({key: text() for key in SOURCE_KEYS}, says="Where it was published."),
        "vocabulary": scalar("The number of the vocabulary that the policy is written for."),
        "grain": {"enum": list(GRAINS), "description": "What one record is."},
        "about": text("What the text leaves open, and how this policy reads it."),
        "accepts": {
            "type": "object",
            "propertyNames": {"pattern": "^LP9[0-9]{2}$"},
            "additionalProperties": text("Why the finding is accepted."),
            "description": "Findings of `leadpolicy check` that are meant to be, with the reason.",
        },
        "teams": {
            "type": "array",
            "minItems": 2,
            "uniqueItems": True,
            "items": pattern(NAME.pattern, "A team."),
            "description": "Who has to sign a version before it is adopted: [marketing, sales].",
        },
        "parameters": named({"$ref": "#/$defs/parameter"}, "What a team may set."),
        "criteria": named({"$ref": "#/$defs/criterion"}, "Named conditions."),
        "stages": {
            "type": "array",
            "minItems": 1,
            "items": {"$ref": "#/$defs/stage"},
            "description": "The ladder, lowest stage first.",
        },
    }
    required = ("policy", "version", "title", "vocabulary", "grain", "stages")
    defs: Schema = {
        "parameter": _parameter(),
        "criterion": _criterion(vocabulary),
        "stage": _stage(),
        "condition": _condition(vocabulary),
        "conditions": {"type": "array", "items": {"$ref": "#/$defs/condition"}},
        "texts": {"anyOf": [text(), {"type": "array", "items": text()}]},
    }
    for fact in vocabulary.facts.values():
        alike = _alike(fact)
        if f"test.{alike}" not in defs:
            comparable, family = _comparable(fact, vocabulary), _family(fact)
            defs[f"value.{alike}"] = literal(fact.type)
            defs[f"other.{family}"] = other_fact(fact.type, comparable)
            defs[f"test.{alike}"] = _test(fact, _ref(f"value.{alike}"), _ref(f"other.{family}"))
    for event in vocabulary.events.values():
        defs[f"where.{event.name}"] = _where(event)
    return whole("A leadpolicy policy", object_of(head, required), defs)


def _parameter() -> Schema:
    one: Schema = {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}
    keys = {
        "value": described(one, "The value; a list for one_of, contains_any, … or between."),
        "range": described(span(literal(NUMBER)), "The lowest and highest value allowed."),
        "values": {"type": "array", "items": TEXT, "description": "The values allowed."},
        "says": text("What the parameter means."),
    }
    return object_of(keys, ("value", "says"))


def _criterion(vocabulary: Vocabulary) -> Schema:
    own: Schema = {
        "says": text("What the criterion says, in plain English."),
        "quote": described({"$ref": "#/$defs/texts"}, "The words of the source, verbatim."),
        "note": text("How an ambiguity was read."),
    }
    body = _form(vocabulary, own)
    return {**body, "required": ["says"]}


def _stage() -> Schema:
    names = {"type": "array", "items": pattern(NAME.pattern)}
    keys = {
        "stage": pattern(NAME.pattern, "The stage's name."),
        "title": text("The source's own word for it."),
        "says": text("What the stage means."),
        "quote": described({"$ref": "#/$defs/texts"}, "The words of the source, verbatim."),
        "note": text("How an ambiguity was read."),
        "counts_as": {"enum": list(RUNGS), "description": "The common rung that it stands for."},
        "requires": pattern(NAME.pattern, "An earlier stage, or `nothing`."),
        "when": described({"$ref": "#/$defs/condition"}, "When a record is at this stage."),
        "excludes": described(names, "Criteria that keep a record out."),
        "advises": described(names, "Criteria worth knowing; they decide nothing."),
    }
    return object_of(keys, ("stage", "requires", "when"))


def _condition(vocabulary: Vocabulary) -> Schema:
    name = pattern(NAME.pattern, "A criterion or an earlier stage.")
    return {"anyOf": [name, _form(vocabulary, {})]}


def _form(vocabulary: Vocabulary, own: Schema) -> Schema:
    """A mapping with exactly one condition form, beside keys of its own (none of them required)."""
    many: Schema = {"$ref": "#/$defs/conditions"}
    count = operand(COUNT)
    rule = object_of(
        {"points": operand(POINT), "when": {"$ref": "#/$defs/condition"}}, ("points", "when")
    )
    event = {"enum": list(vocabulary.events)}
    forms: Schema = {
        "all": described(many, "Every part holds."),
        "any": described(many, "At least one part holds."),
        "none": described(many, "No part holds."),
        "at_least": described(operand(POINT), "How many parts, points or events are needed."),
        "at_most": described(count, "How many of the parts may hold."),
        "exactly": described(count, "How many of the parts hold."),
        "of": described(many, "The parts that are counted."),
        "points": {"type": "array", "items": rule, "description": "A score: points for each rule."},
        "cap": described(operand(POINT), "The score counts up to this."),
        "happened": described(event, "The event happened in the window."),
        "not_happened": described(event, "The event did not happen in the window."),
        "where": {"type": "object", "description": "Details that the events must have."},
        "within": pattern(f"ever|{DURATION}|{PARAMETER}", "The window: `90 days`, or `ever`."),
    }
    facts = {
        fact.name: described(_ref(f"test.{_alike(fact)}"), about(fact))
        for fact in vocabulary.facts.values()
    }
    return {
        "type": "object",
        "properties": own | forms | facts,
        "patternProperties": {
            r"^\$[a-z][a-z0-9_]*$": {
                "anyOf": [TEXT, {"type": "array", "items": TEXT}],
                "description": "A parameter compared with one of its values.",
            }
        },
        "additionalProperties": False,
        "allOf": [*_one_form(tuple(own)), *_details(vocabulary)],
    }


def _one_form(own: tuple[str, ...]) -> list[Schema]:
    """Each form with its companions and no other; a form without companions stands alone."""
    needs: dict[str, Schema] = {
        "of": {"oneOf": [{"required": [bound]} for bound in BOUNDS]},
        "points": {"required": ["at_least"]},
        "happened": {"required": ["within"]},
        "not_happened": {"required": ["within"]},
    }
    rules: list[Schema] = []
    for form, beside in COMPANIONS.items():
        names = {"propertyNames": {"enum": [form, *beside, *own]}}
        rules.append({"if": {"required": [form]}, "then": {"allOf": [names, needs[form]]}})
    strays = dict.fromkeys(key for beside in COMPANIONS.values() for key in beside)
    no_stray = {"not": {"anyOf": [{"required": [key]} for key in strays]}}
    accompanied = {"anyOf": [{"required": [form]} for form in COMPANIONS]}
    rules.append({"if": accompanied, "else": {"allOf": [no_stray, *_just_one(own)]}})
    return rules


def _just_one(own: tuple[str, ...]) -> list[Schema]:
    """One key besides those of its own, however many of them are written."""
    rules: list[Schema] = []
    for chosen in range(2 ** len(own)):
        there = [key for place, key in enumerate(own) if chosen >> place & 1]
        missing = [{"required": [key]} for key in own if key not in there]
        case: Schema = {"required": there}
        if missing:
            case["not"] = {"anyOf": missing}
        count = len(there) + 1
        rules.append({"if": case, "then": {"minProperties": count, "maxProperties": count}})
    return rules


def _details(vocabulary: Vocabulary) -> list[Schema]:
    """The attributes that `where` may name depend on the event."""
    rules: list[Schema] = []
    for event in vocabulary.events.values():
        chosen = [
            {"required": [form], "properties": {form: {"const": event.name}}}
            for form in ("happened", "not_happened")
        ]
        where = {"properties": {"where": {"$ref": f"#/$defs/where.{event.name}"}}}
        rules.append({"if": {"anyOf": chosen}, "then": where})
    return rules


def _where(event: EventKind) -> Schema:
    tests = {a.name: _test(a, literal(a.type), None) for a in event.attributes.values()}
    return object_of(tests, says=f"Details of “{event.phrase}”.")


def _test(subject: Fact | Attribute, value: Schema, other: Schema | None) -> Schema:
    """What may stand to the right of a fact, or of an attribute of an event."""
    kind = subject.type
    fitting = {name: o for name, o in OPERATORS.items() if kind.kind in o.kinds}
    operators = {
        name: described(
            operand(kind, o.shape, value=value, other=other if o.facts else None), o.summary
        )
        for name, o in fitting.items()
    }
    ways: list[Schema] = []
    if "is" in fitting:
        ways.append(operand(kind, value=value, other=other))
    if "one_of" in fitting:
        ways.append({"type": "array", "items": value})
    ways.append({**object_of(operators), "minProperties": 1})
    found: Schema = {"anyOf": ways}
    return described(found, subject.phrase) if isinstance(subject, Attribute) else found


def _comparable(subject: Fact, vocabulary: Vocabulary) -> list[str]:
    """Facts that this one may be compared with."""
    plain = (Kind.INTEGER, Kind.NUMBER)
    mine = subject.type

    def fits(other: Type) -> bool:
        if mine.kind in plain:
            return other.kind in plain
        same = (other.kind, other.currency) == (mine.kind, mine.currency)
        closed = mine.kind in (Kind.CHOICE, Kind.LEVEL)
        return same and (not closed or other.values == mine.values)

    return [fact.name for fact in vocabulary.facts.values() if fits(fact.type)]


def _family(fact: Fact) -> str:
    """What facts that may be compared with one another have in common."""
    kind = fact.type.kind
    if kind in (Kind.CHOICE, Kind.LEVEL):
        return fact.name
    return "number" if kind is Kind.INTEGER else "_".join(filter(None, (kind, fact.type.currency)))


def _alike(fact: Fact) -> str:
    """What facts with the very same tests have in common."""
    if fact.type.values or fact.type.limits or fact.type.kind is Kind.INTEGER:
        return fact.name
    return _family(fact)


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def about(fact: Fact) -> str:
    """What an editor shows beside a fact's name."""
    unit = f" ({fact.type.currency})" if fact.type.currency else ""
    return f"{fact.phrase[:1].upper()}{fact.phrase[1:]}{unit}. {fact.ask}"
