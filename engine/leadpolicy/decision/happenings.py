"""Logs of events as they would have to be: to grant wishes, or with more or none that count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice, product
from typing import Final

from leadpolicy.backends.interpreter import Evaluation, matches, moved
from leadpolicy.decision.candidates import values_around
from leadpolicy.decision.dependence import agree, subject_of
from leadpolicy.logic.terms import Happened, Subject, Term
from leadpolicy.logic.walk import atoms as atoms_in
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth
from leadpolicy.types import Value
from leadpolicy.vocabulary.record import EventLog, Happening, Record

_TRIED: Final = 200
"""Logs tried before wishes about one kind of event are given up."""
_BLANK: Final = Happening(None)
_INSTANT: Final = timedelta(microseconds=1)


def counts(happening: Happening, atom: Happened, as_of: datetime) -> Truth:
    """Whether a happening counts for an atom: it lies in the window and its details fit."""
    return matches([happening], atom, as_of)[0]


def log_granting(
    kind: str, wishes: Sequence[tuple[Term, Truth]], record: Record, as_of: datetime
) -> EventLog | None:
    """A complete log of one kind of event with which every wish comes true; None if none was found.

    Dates and details that are missing are filled in. Events are added only where nobody kept a log,
    or before the recording began.
    """
    wanted = [(atom, want) for atom, want in wishes if isinstance(atom, Happened)]
    atoms = [atom for atom, _ in wanted]
    log = record.events.get(kind)
    known = () if log is None else log.happenings
    unclear = [h for h in known if any(counts(h, atom, as_of) is UNKNOWN for atom in atoms)]
    settled = tuple(h for h in known if h not in unclear)
    complete = log is not None and log.since is None
    additions = [()] if complete else _additions(wanted, log, as_of)
    fillings = product(*(_fillings(happening, wanted, as_of) for happening in unclear))
    tried = ((filled, added) for filled in fillings for added in additions)
    for filled, added in islice(tried, _TRIED):
        found = EventLog((*settled, *filled, *added))
        if agree(Evaluation(record.facts, {kind: found}, as_of), wanted):
            return found
    return None


def _fillings(
    happening: Happening, wanted: Sequence[tuple[Happened, Truth]], as_of: datetime
) -> list[Happening]:
    """What an unclear happening may have been; first what goes with the most wishes."""
    found = islice(_filled(happening, [atom for atom, _ in wanted], as_of), _TRIED)
    return sorted(
        found, key=lambda h: -sum(counts(h, atom, as_of) is want for atom, want in wanted)
    )


def _additions(
    wanted: Iterable[tuple[Happened, Truth]], log: EventLog | None, as_of: datetime
) -> list[tuple[Happening, ...]]:
    """As many events as each wish for TRUE needs."""
    atoms = [atom for atom, _ in wanted]
    latest = as_of if log is None or log.since is None else log.since - _INSTANT
    choices = []
    for atom, want in wanted:
        if want is TRUE:
            tried = islice(_filled(_BLANK, atoms, as_of, latest), _TRIED)
            choices.append([[h] * atom.least for h in tried if counts(h, atom, as_of) is TRUE])
    chosen = islice(product(*choices), _TRIED)
    return [tuple(happening for group in groups for happening in group) for groups in chosen]


def _filled(
    happening: Happening,
    atoms: Sequence[Happened],
    as_of: datetime,
    latest: datetime | None = None,
) -> Iterator[Happening]:
    """The happening with every date and every detail that makes a difference to the atoms."""
    times = [latest or as_of] if happening.at is None else [happening.at]
    if happening.at is None:
        edges = {moved(as_of, -atom.within) for atom in atoms if atom.within is not None}
        earlier = {edge for edge in edges if edge is not None and edge < times[0]}
        times += sorted(earlier, reverse=True)
    for details in _details(happening.details, atoms, as_of):
        for at in times:
            yield Happening(at, details, happening.source)


def _details(
    known: Mapping[str, Value], atoms: Iterable[Happened], as_of: datetime
) -> Iterator[dict[str, Value]]:
    tests: dict[Subject, list[Term]] = {}
    for test in atoms_in(atom.where for atom in atoms):
        subject = subject_of(test)
        if subject is not None and subject.name not in known:
            tests.setdefault(subject, []).append(test)
    blank = Record()
    values = [values_around(subject, inner, blank, as_of) for subject, inner in tests.items()]
    names = [subject.name for subject in tests]
    for chosen in product(*values):
        yield {**known, **dict(zip(names, chosen, strict=True))}


# --------------------------------------------------------------------------------------- changes


def more(atom: Happened, record: Record, as_of: datetime) -> tuple[Record, Happening, int] | None:
    """The record with as many matching events right now as the atom lacks, such an event, and how
    many; None where no event was found that fits.
    """
    log = record.events[atom.event]
    lacking = atom.least - matches(log.happenings, atom, as_of).count(TRUE)
    for happening in islice(_filled(_BLANK, [atom], as_of), _TRIED):
        if lacking > 0 and counts(happening, atom, as_of) is TRUE:
            longer = EventLog((*log.happenings, *[happening] * lacking), log.since)
            return with_log(record, atom.event, longer), happening, lacking
    return None


def none(atom: Happened, record: Record, as_of: datetime) -> Record:
    """The record without any event that counts, or may count, for the atom."""
    log = record.events[atom.event]
    verdicts = matches(log.happenings, atom, as_of)
    rest = tuple([h for h, v in zip(log.happenings, verdicts, strict=True) if v is FALSE])
    return with_log(record, atom.event, EventLog(rest, log.since))


def with_log(record: Record, kind: str, log: EventLog) -> Record:
    """The record with another log of one kind of event."""
    return Record(record.facts, {**record.events, kind: log}, record.id, record.origins)


__all__ = ["counts", "log_granting", "more", "none", "with_log"]
