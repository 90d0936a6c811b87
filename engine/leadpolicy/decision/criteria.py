"""The criteria in the way of a stage: the fewest that would have to change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import combinations, islice, product
from typing import Final, TypeAlias

from leadpolicy.backends.interpreter import Evaluation
from leadpolicy.decision.ways import Search, Wish, wishes_inside
from leadpolicy.logic import build
from leadpolicy.logic.terms import Known, Subject, Term
from leadpolicy.logic.walk import atoms, is_atom, upwards
from leadpolicy.policy.lower import Lowering
from leadpolicy.policy.model import Condition, Policy, Ref
from leadpolicy.truth import FALSE, TRUE, UNKNOWN, Truth
from leadpolicy.types import Kind, Type

Verdicts: TypeAlias = Mapping[Term, Truth]

_CRITERION: Final = Type(Kind.BOOLEAN)
_TRIED: Final = 20_000
"""Sets of criteria tried one by one before the search gives up; fewer where they are many."""
_WORK: Final = 2_000_000


def criterion_atom(name: str) -> Known:
    """A criterion as an atom: its verdict is looked up, not evaluated."""
    return build.known(Subject(name, _CRITERION))


@dataclass(frozen=True, slots=True)
class _Ladder:
    """A policy's stages as terms over its criteria; what stages test directly stays as it is."""

    stages: Mapping[str, Term]
    criteria: tuple[Term, ...]
    direct: tuple[Term, ...]
    """Atoms that stand in stages without a criterion's name."""
    two_faced: frozenset[str]
    """Stages that want the same criterion TRUE in one place and FALSE in another."""


@lru_cache(maxsize=512)
def _ladder(policy: Policy) -> _Ladder:
    stages = {stage.name: stage for stage in policy.stages}
    named: dict[Condition, Term] = {Ref(name): criterion_atom(name) for name in policy.criteria}
    criteria = tuple(named.values())
    lowering = Lowering(policy.vocabulary, policy.parameters, policy.criteria, stages, named)
    terms = {name: lowering.stage(stage) for name, stage in stages.items()}
    own = frozenset(criteria)
    direct = tuple(atom for atom in atoms(terms.values()) if atom not in own)
    two_faced = frozenset(
        name
        for name, term in terms.items()
        if len(wanted := _wanted(term)) > len({atom for atom, _ in wanted})
    )
    return _Ladder(terms, criteria, direct, two_faced)


def _wanted(term: Term) -> list[Wish]:
    """Every atom with the truth that helps where it stands."""
    return [wish for wish in upwards([(term, TRUE)], wishes_inside) if is_atom(wish[0])]


def smallest_criteria(
    policy: Policy, criteria: tuple[Truth, ...], stage_names: tuple[str, ...]
) -> tuple[str, ...]:
    """The smallest set of criteria that would have to change for one of the stages to be TRUE.

    `criteria` are the verdicts in the policy's order; the answer is in that order, too. Among sets
    of one size the one whose criteria come first. Empty where a stage is TRUE already, or where
    criteria alone cannot do it. Conditions that a stage tests directly count as open to change.
    """
    ladder = _ladder(policy)
    given = dict(zip(ladder.criteria, criteria, strict=True))
    search = _search(ladder, given, (*ladder.criteria, *ladder.direct))
    ways = [
        (search.rank(way), way, name)
        for name in stage_names
        for way in search.ways(ladder.stages[name], TRUE)[:1]
    ]
    if not ways:
        return ()
    (size, *_), way, name = min(ways)
    wishes = {atom: want for atom, want in search.wishes(way) if atom in given}
    if name in ladder.two_faced and not _reaches(ladder, {**given, **wishes}, (name,)):
        wishes = _tried(ladder, given, stage_names, size)
    return tuple(
        name for name, atom in zip(policy.criteria, ladder.criteria, strict=True) if atom in wishes
    )


def asked_of(policy: Policy, stage_names: Iterable[str]) -> tuple[bool, ...]:
    """For each criterion of the policy whether one of the stages asks for it by name."""
    ladder = _ladder(policy)
    asked = set(atoms(ladder.stages[name] for name in stage_names))
    return tuple(atom in asked for atom in ladder.criteria)


def _search(ladder: _Ladder, given: Verdicts, atoms: Sequence[Term]) -> Search:
    verdicts = {**given, **dict.fromkeys(ladder.direct, UNKNOWN)}
    truth = Evaluation({}, {}, datetime.min, verdicts).truth
    return Search(truth, atoms, ladder.direct)


def _reaches(ladder: _Ladder, given: Verdicts, stage_names: Sequence[str]) -> bool:
    """Whether a stage is TRUE with these verdicts, whatever helps being so in what it tests."""
    search = _search(ladder, given, ladder.direct)
    return any(search.ways(ladder.stages[name], TRUE) for name in stage_names)


def _tried(
    ladder: _Ladder, given: Verdicts, stage_names: Sequence[str], size: int
) -> dict[Term, Truth]:
    """The first set of at least so many criteria that does it, tried one after the other.

    Needed where what helps in one place harms in another, which the search for ways does not see:
    it takes for granted what holds already.
    """
    concerned = set(atoms(ladder.stages[name] for name in stage_names))
    moving: list[Term] = [atom for atom in ladder.criteria if atom in concerned]
    changes = (
        dict(zip(chosen, values, strict=True))
        for number in range(size, len(moving) + 1)
        for chosen in combinations(moving, number)
        for values in product(*(_others(given[atom]) for atom in chosen))
    )
    for change in islice(changes, max(1, min(_TRIED, _WORK // len(concerned)))):
        if _reaches(ladder, {**given, **change}, stage_names):
            return change
    return {}


def _others(verdict: Truth) -> list[Truth]:
    return [truth for truth in (TRUE, FALSE) if truth is not verdict]


__all__ = ["asked_of", "smallest_criteria"]
