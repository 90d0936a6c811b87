"""SQLite, which has Kleene's AND, OR and NOT of its own, as an independent judge of the core."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from typing import Final

from leadpolicy.backends.interpreter import Verdicts
from leadpolicy.backends.sql.session import Session
from leadpolicy.logic import build
from leadpolicy.logic.terms import (
    All,
    Any,
    Compare,
    Const,
    CountAtLeast,
    Known,
    Literal,
    Logic,
    Member,
    Not,
    Other,
    Relation,
    Subject,
    SumAtLeast,
    Term,
)
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth
from leadpolicy.types import Kind, Type, Value
from leadpolicy.vocabulary import Record
from tests.backends.sql.tables import run_table
from tests.strategies import NOW

WHOLE: Final = [Subject(f"i.{n}", Type(Kind.INTEGER)) for n in range(3)]
WORDS: Final = [Subject(f"t.{n}", Type(Kind.TEXT)) for n in range(3)]
FLAGS: Final = [Subject(f"b.{n}", Type(Kind.BOOLEAN)) for n in range(3)]
RECORDS: Final = 40
TERMS: Final = 150


def drawn(rng: random.Random, depth: int) -> Term:
    """A term of the core: comparisons and lists, joined by every connective."""
    if depth == 0:
        return atom(rng)
    parts = [drawn(rng, depth - 1) for _ in range(rng.randrange(2, 4))]
    match rng.randrange(5):
        case 0:
            return build.every(parts)
        case 1:
            return build.some(parts)
        case 2:
            return build.negate(parts[0])
        case 3:
            return build.at_least(rng.randrange(1, len(parts) + 1), parts)
        case _:
            weights = [rng.choice((-3, -1, 2, 5)) for _ in parts]
            return build.sum_at_least(rng.randrange(-2, 6), zip(weights, parts, strict=True))


def atom(rng: random.Random) -> Term:
    match rng.randrange(6):
        case 0:
            return build.compare(Relation.EQ, rng.choice(FLAGS), Literal(rng.random() < 0.5))
        case 1:
            return build.compare(Relation.EQ, rng.choice(WORDS), Literal(rng.choice("abK")))
        case 2:
            return build.member(rng.choice(WORDS), rng.sample(["a", "b", "it's", "K", ""], 3))
        case 3:
            return build.known(rng.choice([*WHOLE, *WORDS, *FLAGS]))
        case 4:
            left, right = rng.sample(WHOLE, 2)
            return build.compare(rng.choice(list(Relation)), left, Other(right))
        case _:
            value = rng.choice((0, 1, 2**53 + 1, -(2**63)))
            return build.compare(rng.choice(list(Relation)), rng.choice(WHOLE), Literal(value))


def record(rng: random.Random) -> Record:
    facts: dict[str, Value] = {}
    for subject in (*WHOLE, *WORDS, *FLAGS):
        if rng.random() < 0.35:
            continue
        match subject.type.kind:
            case Kind.INTEGER:
                facts[subject.name] = rng.choice((0, 1, 2, 2**53, 2**53 + 1, 2**63 - 1, -(2**63)))
            case Kind.TEXT:
                facts[subject.name] = rng.choice(["a", "b", "it's", "K", ""])
            case _:
                facts[subject.name] = rng.random() < 0.5
    return Record(facts)


def judged(term: Term, parameters: list[object]) -> str:
    """SQL that is 1, 0 or NULL as the term is TRUE, FALSE or UNKNOWN."""
    match term:
        case Const():
            return {TRUE: "1", FALSE: "0", UNKNOWN: "NULL"}[term.value]
        case All() | Any():
            word = " AND " if isinstance(term, All) else " OR "
            return f"({word.join(judged(part, parameters) for part in term.terms)})"
        case Not():
            return f"(NOT {judged(term.term, parameters)})"
        case Compare(op=op, left=left, right=Other(subject=right)):
            return f'("{left.name}" {op} "{right.name}")'
        case Compare(op=op, left=left, right=Literal(value=value)):
            parameters.append(value)
            return f'("{left.name}" {op} ?)'
        case Member():
            parameters.extend(term.values)
            return f'("{term.subject.name}" IN ({", ".join("?" * len(term.values))}))'
        case Known():
            return f'("{term.subject.name}" IS NOT NULL)'
        case CountAtLeast(least=least, terms=terms):
            return interval([1] * len(terms), terms, least, parameters)
        case SumAtLeast():
            return interval(list(term.weights), term.terms, term.least, parameters)
        case _:
            raise TypeError(term)


def interval(
    weights: list[int], terms: tuple[Term, ...], least: int, parameters: list[object]
) -> str:
    """The score if all that is unknown were bad, or good, against the threshold."""
    ends = []
    for bad in (True, False):
        parts = []
        for weight, term in zip(weights, terms, strict=True):
            unknown = min(weight, 0) if bad else max(weight, 0)
            test = judged(term, parameters)
            parts.append(f"coalesce({test} * {weight}, {unknown})")
        ends.append(" + ".join(parts))
    low, high = ends
    return f"(CASE WHEN {low} >= {least} THEN 1 WHEN {high} < {least} THEN 0 END)"


def test_sqlite_agrees() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        _agrees(database)


def _agrees(database: sqlite3.Connection) -> None:
    rng = random.Random(5)
    records = [record(rng) for _ in range(RECORDS)]
    terms = [drawn(rng, rng.randrange(4)) for _ in range(TERMS)]
    names = [s.name for s in (*WHOLE, *WORDS, *FLAGS)]
    columns = ", ".join(f'"{name}"' for name in names)
    database.execute(f"CREATE TABLE records (place, {columns})")
    marks = ", ".join("?" * (len(names) + 1))
    database.executemany(
        f"INSERT INTO records VALUES ({marks})",
        [(n, *(r.facts.get(name) for name in names)) for n, r in enumerate(records)],
    )
    session = Session(threads=1)
    found: list[list[Verdicts]] = []
    for start in range(0, TERMS, 30):
        logics = {f"t{n}": Logic((), (t,)) for n, t in enumerate(terms[start : start + 30])}
        found += run_table(logics, records, [NOW] * RECORDS, session).values()
    seen: set[Truth] = set()
    for term, verdicts in zip(terms, found, strict=True):
        parameters: list[object] = []
        rows = database.execute(
            f"SELECT {judged(term, parameters)} FROM records ORDER BY place", parameters
        ).fetchall()
        truths = [UNKNOWN if v is None else TRUE if v else FALSE for (v,) in rows]
        assert [one.stages[0] for one in verdicts] == truths
        seen.update(truths)
    assert seen == set(Truth)
