"""Values at which verdicts change: the ends of comparisons, and their neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice


from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.decision.ways import Way
from leadpolicy.logic.terms import (
    Compare,
    FromNow,
    Happened,
    Has,
    Known,
    Literal,
    Member,
    Other,
    Subject,
    Term,
    TextTest,
)
from leadpolicy.truth import TRUE, Truth
from leadpolicy.types import Kind, Range, Value
from leadpolicy.vocabulary.record import EventLog, Happening, Record



def subject_of(atom: Term) -> Subject | None:
    """The fact that an atom tests (for a comparison, its left side)."""
    match atom:
        case Compare():
            return atom.left
        case Member() | Known() | TextTest() | Has():
            return atom.subject
        case _:
            return None


def values_for(atom: Term, record: Record, as_of: datetime) -> Iterator[Value]:
    """Values of the atom's fact around the point where its verdict changes."""
    match atom:
        case Compare():
            pivot = _pivot(atom, record, as_of)
            if pivot is not None:
                yield from around(atom.left, pivot)
        case Member():
            yield from atom.values
            yield from _others(atom.subject, atom.values)
        case Has():
            held = record.facts.get(atom.subject.name)
            known = held if isinstance(held, frozenset) else frozenset()
            yield known | {atom.element}
            yield known - {atom.element}
        case TextTest():
            yield atom.text
        case _:
            return


def _pivot(atom: Compare, record: Record, as_of: datetime) -> Value | None:
    match atom.right:
        case Literal():
            return atom.right.value
        case FromNow():
            moment = as_of + atom.right.offset
            return moment.date() if atom.left.type.kind is Kind.DATE else moment
        case Other():
            other = record.facts.get(atom.right.subject.name)
            if atom.right.times is None or other is None:
                return other
            if isinstance(other, bool) or not isinstance(other, int | float):
                return None
            exact = Decimal(repr(other)) * atom.right.times
            whole = atom.left.type.kind is Kind.INTEGER
            return int(exact.to_integral_value()) if whole else float(exact)


def around(subject: Subject, pivot: Value) -> Iterator[Value]:
    """A value and its neighbours in the fact's type."""
    yield pivot
    match subject.type.kind:
        case Kind.BOOLEAN:
            yield not pivot
        case Kind.INTEGER if isinstance(pivot, int):
            yield from (pivot - 1, pivot + 1)
        case (Kind.NUMBER | Kind.MONEY) if isinstance(pivot, int | float):
            step = 1.0 if abs(pivot) >= 10 else 0.1
            yield from (pivot - step, pivot + step)
        case Kind.LEVEL:
            place = subject.type.rank(str(pivot))
            yield from subject.type.values[max(0, place - 1) : place]
            yield from subject.type.values[place + 1 : place + 2]
        case Kind.CHOICE:
            yield from _others(subject, (pivot,))
        case Kind.DATE | Kind.MOMENT if isinstance(pivot, date):
            step_time = timedelta(days=1)
            yield from (pivot - step_time, pivot + step_time)
        case _:
            return


def _others(subject: Subject, listed: Iterable[Value]) -> Iterator[Value]:
    """A value that is not listed."""
    taken = set(listed)
    if subject.type.values:
        yield from islice((v for v in subject.type.values if v not in taken), 1)
    elif subject.type.kind is Kind.INTEGER:
        numbers = [v for v in taken if isinstance(v, int)]
        yield from (max(numbers) + 1, min(numbers) - 1)
    elif subject.type.kind is Kind.TEXT:
        yield "".join(str(v) for v in taken) + "…"


def allowed(subject: Subject, value: Value) -> bool:
    """Whether a value lies within the fact's declared limits."""
    limits = subject.type.limits
    if limits is None or isinstance(value, bool | Range) or not isinstance(value, int | float):
        return True
    return limits[0] <= value <= limits[1]


def granting(
    wishes: list[tuple[Term, Truth]], record: Record, as_of: datetime
) -> Iterator[Value]:
    """Values of one fact with which every wish about it comes true."""
    seen: set[Value] = set()
    for atom, _ in wishes:
        subject = subject_of(atom)
        if subject is None:
            continue
        for value in values_for(atom, record, as_of):
            if value in seen or not allowed(subject, value):
                continue
            seen.add(value)
            facts = {**record.facts, subject.name: value}
            evaluation = Evaluation(facts, record.events, as_of)
            if all(evaluation.truth(one) is want for one, want in wishes):
                yield value


def can_be(way: Way, record: Record, as_of: datetime) -> bool:
    """Whether every fact alone can grant all wishes about it.

    Comparisons with another missing fact are taken to be grantable: that fact can be anything.
    """
    by_fact: dict[str, list[tuple[Term, Truth]]] = {}
    for atom, want in way:
        subject = subject_of(atom)
        other = isinstance(atom, Compare) and isinstance(atom.right, Other)
        if subject is not None and not other and not isinstance(atom, Known | TextTest):
            by_fact.setdefault(subject.name, []).append((atom, want))
    return all(
        len(wishes) == 1 or next(granting(wishes, record, as_of), None) is not None
        for wishes in by_fact.values()
    )


def with_events(atom: Happened, record: Record, as_of: datetime) -> Record | None:
    """The record with as many matching events right now as the atom lacks; None if unclear."""
    log = record.events.get(atom.event, EventLog())
    details = _details(atom.where)
    if details is None:
        return None
    more = tuple(Happening(as_of, details) for _ in range(atom.least))
    logs = {**record.events, atom.event: EventLog(log.happenings + more, log.since)}
    changed = Record(record.facts, logs, record.id, record.origins)
    evaluation = Evaluation(changed.facts, changed.events, as_of)
    return changed if evaluation.truth(atom) is TRUE else None


def _details(where: Term) -> dict[str, Value] | None:
    """Attributes of an event that satisfy `where`, one test at a time."""
    details: dict[str, Value] = {}
    terms = getattr(where, "terms", (where,))
    for part in terms:
        subject = subject_of(part)
        if subject is None:
            continue
        blank = Record()
        values = granting([(part, TRUE)], blank, datetime.min.replace(year=2000))
        value = next(values, None)
        if value is None:
            return None
        details[subject.name] = value
    return details


__all__ = ["can_be", "granting", "subject_of", "with_events"]
