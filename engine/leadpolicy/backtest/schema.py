"""The JSON Schema of study.yaml, for editors."""

from __future__ import annotations

from leadpolicy.backtest.read import REQUIRED
from leadpolicy.backtest.study import READINGS, UNITS
from leadpolicy.policy.model import GRAINS, RUNGS
from leadpolicy.policy.schema import about
from leadpolicy.policy.schema_values import (
    TEXT,
    Schema,
    described,
    moment,
    object_of,
    pattern,
    scalar,
    text,
    whole,
)
from leadpolicy.vocabulary.model import Vocabulary

DURATION = r"\d+\s*(?:minute|hour|day|week)s?"


def study_schema(vocabulary: Vocabulary) -> Schema:
    """The schema of a study; facts and events are those of the vocabulary."""
    fact: Schema = {"enum": list(vocabulary.facts)}
    event: Schema = {"enum": list(vocabulary.events)}
    length = pattern(DURATION, "A fixed length of time such as 90 days.")
    values: Schema = {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}
    where = object_of(
        {one.name: described(values, about(one)) for one in vocabulary.facts.values()},
        says="Records of which a fact has one of these values at their moment.",
    )
    keys: Schema = {
        "study": text("The study's name."),
        "title": text("The question that the study asks; the title of its report."),
        "about": text("What a reader should know of it."),
        "dataset": text("The folder of a dataset.yaml, relative to this file, or its name."),
        "grain": _one_of(GRAINS, "What one record is; refused where the data set differs."),
        "policies": _list(text(), "Names, name@version, files or folders."),
        "policies_in": text("The folder in which policies are looked up, relative to this file."),
        "entered": object_of(
            {"from": moment("The first that counts."), "until": moment("The last that counts.")},
            says="The cohort: records that entered between these days.",
        ),
        "observed_since": moment("When observation began; rungs held before enter late."),
        "rungs": _list(_one_of(RUNGS), "The rungs to look at; default: all."),
        "outcome": object_of(
            {"name": text("As in the dataset.yaml."), "within": length},
            ("within",),
            "The outcome and its maturity window.",
        ),
        "as_of": scalar("When definitions are compared: `30 days after entry`, or a date."),
        "reading": _one_of(READINGS, "How far a record had come by then, or where it stood."),
        "period": _one_of(UNITS, "The periods of flow, stock, agreement and decay."),
        "exclude": object_of(
            {"records": _list(TEXT, "Ids."), "where": where}, says="Records to leave out."
        ),
        "segments": _list(fact, "Facts that cut the records into parts."),
        "account": described(fact, "The fact that tells whose record it is."),
        "amount": described(fact, "The fact by which records are weighted."),
        "worked": _list(event, "Events that show that somebody worked on a record."),
        "capacity": object_of(
            {"reps": scalar("How many."), "leads_per_rep_and_week": scalar("How many each.")},
            ("reps", "leads_per_rep_and_week"),
            "How many leads the team can take on.",
        ),
        "hold_out": described(length, "The last of the cohort, on which sweeps are checked."),
        "accept_snapshot": _list(fact, "Facts that may be used as they are today."),
        "sweep": _list(
            object_of(
                {"policy": text(), "parameter": text(), "values": _list(TEXT, "To try.")},
                ("policy", "parameter", "values"),
            ),
            "Other values of parameters to try.",
        ),
        "leave_one_out": {"enum": [True, False, "yes", "no"], "description": "What each "
                          "criterion is worth: the policy without it."},
        "smallest_difference": scalar("The difference of rates worth knowing: `5 %` or 0.05."),
    }  # fmt: skip
    return whole("A leadpolicy study", object_of(keys, REQUIRED), {})


def _list(item: Schema, says: str) -> Schema:
    return {"anyOf": [{"type": "array", "items": item}, item], "description": says}


def _one_of(allowed: tuple[str, ...], says: str = "") -> Schema:
    return described({"enum": list(allowed)}, says)
