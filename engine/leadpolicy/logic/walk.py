"""What terms are made of and what they look at.

Terms share their parts and may stand as deep as names refer to one another, so nothing here (and
nobody who uses it) goes down by calling itself: everything is met once, parts before wholes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Iterator
from datetime import timedelta
from typing import Final, TypeGuard, TypeVar

from leadpolicy.logic.terms import (
    All,
    Any,
    Atom,
    Compare,
    Const,
    CountAtLeast,
    FromNow,
    Happened,
    Has,
    Known,
    Member,
    Not,
    Other,
    Relation,
    Subject,
    SumAtLeast,
    Term,
    TextTest,
)
from leadpolicy.types import Kind, Type
from leadpolicy.vocabulary.model import EVENT

Node = TypeVar("Node", bound=Hashable)
_TICK: Final = timedelta(microseconds=1)
_DAY: Final = 86_400_000_000


def upwards(
    roots: Iterable[Node],
    inside: Callable[[Node], Iterable[Node]],
    known: Container[Node] = (),
) -> Iterator[Node]:
    """The roots and everything inside them, each once, parts before wholes.

    What is `known` is left out, with what only stands inside of it; what the caller makes known
    while it goes on is not met again. There must be no circle.
    """
    met: set[Node] = set()
    pending = [(root, False) for root in reversed(tuple(roots))]
    while pending:
        node, opened = pending.pop()
        if opened:
            yield node
        elif node not in met and node not in known:
            met.add(node)
            pending.append((node, True))
            pending += [(part, False) for part in reversed(tuple(inside(node)))]


def parts(term: Term) -> tuple[Term, ...]:
    """The terms directly inside a term; the conditions on an event's attributes are none."""
    match term:
        case All() | Any() | CountAtLeast() | SumAtLeast():
            return term.terms
        case Not():
            return (term.term,)
        case Const() | Compare() | Member() | Known() | TextTest() | Has() | Happened():
            return ()


def senses(term: Term) -> tuple[tuple[Term, bool], ...]:
    """The parts of a term, each with whether it helps the term by holding, or by failing."""
    match term:
        case Not():
            return ((term.term, False),)
        case SumAtLeast():
            pairs = zip(term.weights, term.terms, strict=True)
            return tuple((part, weight > 0) for weight, part in pairs)
        case _:
            return tuple((part, True) for part in parts(term))


def walk(terms: Iterable[Term], known: Container[Term] = ()) -> Iterator[Term]:
    """All terms and everything inside them, each once, parts before wholes; see `upwards`."""
    return upwards(terms, parts, known)


def is_atom(term: Term) -> TypeGuard[Atom]:
    """Whether a term looks at a record itself, and not only at the verdicts of its parts."""
    match term:
        case Compare() | Member() | Known() | TextTest() | Has() | Happened():
            return True
        case Const() | All() | Any() | Not() | CountAtLeast() | SumAtLeast():
            return False


def atoms(terms: Iterable[Term]) -> list[Atom]:
    """The tests that terms are made of, each once, in the order in which they stand."""
    return [term for term in walk(terms) if is_atom(term)]


def subjects(term: Term) -> tuple[Subject, ...]:
    """The facts that a term itself looks at; of a comparison first the left one."""
    match term:
        case Compare(left=left, right=Other(subject=right)):
            return left, right
        case Compare(left=left):
            return (left,)
        case Member() | Known() | TextTest() | Has():
            return (term.subject,)
        case Const() | All() | Any() | Not() | CountAtLeast() | SumAtLeast() | Happened():
            return ()


def looked_at(term: Term) -> tuple[str, ...]:
    """What a term itself looks at: names of facts, or `event:KIND`."""
    if isinstance(term, Happened):
        return (EVENT + term.event,)
    return tuple(subject.name for subject in subjects(term))


def needs(terms: Iterable[Term]) -> frozenset[str]:
    """What terms look at, as `looked_at` names it. What parameters switch off is not needed."""
    return frozenset(name for term in walk(terms) for name in looked_at(term))


def needs_of_each(
    terms: Iterable[Term], of: Callable[[Term], Iterable[str]] = looked_at
) -> dict[Term, frozenset[str]]:
    """For each of the terms, and everything inside them, what it needs; `of` says it of one term,
    without what is inside.
    """
    found: dict[Term, frozenset[str]] = {}
    for term in walk(terms):
        inner = [found[part] for part in parts(term)]
        found[term] = inner[0] if len(inner) == 1 else frozenset(of(term)).union(*inner)
    return found


def facts(terms: Iterable[Term]) -> dict[str, Type]:
    """The facts that terms look at, by name, sorted."""
    found = {subject.name: subject.type for term in walk(terms) for subject in subjects(term)}
    return dict(sorted(found.items()))


def happenings(terms: Iterable[Term]) -> dict[str, list[Happened]]:
    """The conditions on events, by kind of event, sorted."""
    found: dict[str, list[Happened]] = {}
    for term in walk(terms):
        if isinstance(term, Happened):
            found.setdefault(term.event, []).append(term)
    return dict(sorted(found.items()))


# ------------------------------------------------------------------------------ what must hold


def conjuncts(
    term: Term, *, given: Container[Term] = (), whole: Container[Term] = ()
) -> list[Term]:
    """What must all hold for a term, as far as it says so in plain AND, without what is `given`.
    An AND that stays `whole` is not taken apart.
    """

    def inside(one: Term) -> tuple[Term, ...]:
        return () if one in whole else all_of(one)

    return [one for one in upwards((term,), inside, given) if not inside(one)]


def demanded(term: Term) -> frozenset[Term]:
    """The term, and all that stands in the AND that it is, or in one inside of it."""
    return frozenset(upwards((term,), all_of))


def all_of(term: Term) -> tuple[Term, ...]:
    """The parts of an AND; nothing else has any that must all hold."""
    return term.terms if isinstance(term, All) else ()


# ----------------------------------------------------------------------- where formulas are cut


def cuts(
    roots: Iterable[Node],
    inside: Callable[[Node], Iterable[Node]],
    *,
    may: Callable[[Node], bool],
    deep: int,
    large: int,
    alone: Iterable[Node] = (),
) -> list[Node]:
    """What has to be named apart for formulas to stay small when they are written out, parts before
    wholes.

    What stands in several places is written several times, with all that it is made of. Of what
    `may` be named, that is what would be nested `deep`, and what stands in several places and would
    be written with at least so many nodes (`large`). What is written `alone` stands there, too.
    """
    order = list(upwards(roots, inside))
    uses: dict[Node, int] = dict.fromkeys(order, 0) | dict.fromkeys(alone, 1)
    for node in order:
        for part in inside(node):
            uses[part] += 1
    height: dict[Node, int] = {}
    size: dict[Node, int] = {}
    chosen: list[Node] = []
    for node in order:
        inner = tuple(inside(node))
        height[node] = 1 + max((height[part] for part in inner), default=0)
        size[node] = 1 + sum(size[part] for part in inner)
        wanted = height[node] >= deep or (uses[node] > 1 and size[node] >= large)
        if wanted and may(node):
            chosen.append(node)
            height[node], size[node] = 0, 1
    return chosen


# ------------------------------------------------------------------------- the moment of evaluation


def turns(op: Relation, kind: Kind, offset: timedelta) -> tuple[int, ...]:
    """How long after a value a comparison with now changes, in microseconds.

    A value v is compared with now + offset; that of a day with the day on which this falls.
    """
    ahead = offset // _TICK
    past = _DAY if kind is Kind.DATE else 1
    match op:
        case Relation.LT | Relation.GE:
            return (past - ahead,)
        case Relation.LE | Relation.GT:
            return (-ahead,)
        case Relation.EQ:
            return (-ahead, past - ahead)


def turning(terms: Iterable[Term]) -> dict[str, tuple[int, ...]]:
    """For each fact that is compared with now: how long after its value verdicts may change."""
    found: dict[str, dict[int, None]] = {}
    for term in walk(terms):
        if isinstance(term, Compare) and isinstance(term.right, FromNow):
            for turn in turns(term.op, term.left.type.kind, term.right.offset):
                found.setdefault(term.left.name, {})[turn] = None
    return {name: tuple(sorted(offsets)) for name, offsets in found.items()}
