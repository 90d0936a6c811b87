"""The words that policies share: facts with types, events with attributes, and records of them."""

from leadpolicy.vocabulary.load import load_vocabulary, read_vocabulary
from leadpolicy.vocabulary.model import Attribute, EventKind, Fact, PointInTime, Vocabulary
from leadpolicy.vocabulary.record import EventLog, Happening, Origin, Record, read_record

__all__ = [
    "Attribute",
    "EventKind",
    "EventLog",
    "Fact",
    "Happening",
    "Origin",
    "PointInTime",
    "Record",
    "Vocabulary",
    "load_vocabulary",
    "read_record",
    "read_vocabulary",
]
