"""A scene: a vocabulary, policies and records as plain data that can be written to a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml

from leadpolicy.backends.interpreter import Verdicts
from leadpolicy.diagnostics import Problems
from leadpolicy.logic.terms import Logic
from leadpolicy.policy import parse_policy
from leadpolicy.source import Source
from leadpolicy.syntax.nodes import Mapping as MappingNode
from leadpolicy.syntax.reader import read_yaml
from leadpolicy.times import read_moment
from leadpolicy.truth import Truth
from leadpolicy.vocabulary import EventLog, Record, Vocabulary, read_record
from tests.conformance.cases import events_of, facts_of
from tests.strategies import dump

CORPUS: Final = Path(__file__).with_name("corpus")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scene as the project reads it."""

    logics: Mapping[str, Logic]
    records: tuple[Record, ...]
    moments: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """`facts` and `events` are written as in conformance cases, `policies` maps labels to whole
    documents, and a record has the keys `as_of`, `facts`, `events`, `recorded` and `since`.
    """

    facts: dict[str, Any]
    events: dict[str, Any]
    policies: dict[str, Any]
    records: list[dict[str, Any]]

    def vocabulary(self) -> Vocabulary:
        """Raises `LeadpolicyError`."""
        problems = Problems()
        node = read_yaml(Source("scene", dump({"f": self.facts, "e": self.events})), problems)
        problems.stop_on_errors()
        assert isinstance(node, MappingNode)
        return Vocabulary("1", facts_of(node.get("f")), events_of(node.get("e")))

    def load(self) -> Loaded:
        """Raises `LeadpolicyError` for policies and values that cannot be used."""
        vocabulary = self.vocabulary()
        logics = {
            label: parse_policy(dump(document), vocabulary).logic
            for label, document in self.policies.items()
        }
        records = tuple(record_of(vocabulary, body) for body in self.records)
        return Loaded(logics, records, tuple(read_moment(body["as_of"]) for body in self.records))

    def to_data(self) -> dict[str, Any]:
        """The four parts."""
        return {
            "facts": self.facts,
            "events": self.events,
            "policies": self.policies,
            "records": self.records,
        }

    @property
    def name(self) -> str:
        """The same for the same content."""
        text = json.dumps(self.to_data(), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def record_of(vocabulary: Vocabulary, body: Mapping[str, Any]) -> Record:
    """A record; without `events` and `recorded` there is no log. Raises `LeadpolicyError`."""
    record = read_record(
        vocabulary, body.get("facts", {}), body.get("events"), recorded=body.get("recorded")
    )
    since = {kind: read_moment(text) for kind, text in body.get("since", {}).items()}
    logs = {kind: EventLog(log.happenings, since.get(kind)) for kind, log in record.events.items()}
    return replace(record, events=logs)


# ----------------------------------------------------------------------------------- files


@dataclass(frozen=True, slots=True)
class Kept:
    """A scene of the corpus: why it is kept, and the verdicts per policy and record."""

    about: str
    failed: tuple[str, ...]
    scene: Scene
    expected: Mapping[str, list[Verdicts]]


def write(kept: Kept, folder: Path = CORPUS) -> Path:
    """Writes a file that is named for its content."""
    records = [
        {
            **body,
            "expect": {
                label: {
                    "criteria": [str(t) for t in found[place].criteria],
                    "stages": [str(t) for t in found[place].stages],
                }
                for label, found in kept.expected.items()
            },
        }
        for place, body in enumerate(kept.scene.records)
    ]
    document = {
        "about": kept.about,
        "failed": list(kept.failed),
        **kept.scene.to_data(),
        "records": records,
    }
    path = folder / f"{kept.scene.name}.yaml"
    text = yaml.safe_dump(
        document, allow_unicode=True, sort_keys=False, width=96, default_flow_style=None
    )
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
    return path


def read(path: Path) -> Kept:
    """A file of the corpus. `criteria` may be left out of what is expected."""
    document = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    records = [dict(body) for body in document["records"]]
    expectations = [body.pop("expect") for body in records]
    scene = Scene(document["facts"], document.get("events") or {}, document["policies"], records)
    expected = {
        label: [_verdicts(expectation[label]) for expectation in expectations]
        for label in scene.policies
    }
    return Kept(document["about"], tuple(document["failed"]), scene, expected)


def _verdicts(said: Mapping[str, list[str]]) -> Verdicts:
    criteria, stages = (
        tuple(Truth[word] for word in said.get(part, [])) for part in ("criteria", "stages")
    )
    return Verdicts(criteria, stages)
