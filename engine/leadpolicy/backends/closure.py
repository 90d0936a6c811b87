"""One record, fast: a policy as Python code.

Two positive formulas are written for every term, *holds* and *fails*; UNKNOWN is neither. Both
short-circuit, and hardly an object is made on the way. Ranges take part because `Range` compares
with a number where the answer is certain. Why a verdict is what it is, the interpreter explains.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any as Anything
from typing import Final, TypeAlias

from leadpolicy.backends.interpreter import Evaluation, Verdicts
from leadpolicy.logic.terms import (
    All,
    Any,
    Compare,
    Comparison,
    Const,
    CountAtLeast,
    Happened,
    Has,
    Known,
    Literal,
    Logic,
    Member,
    Not,
    Other,
    SumAtLeast,
    Term,
    TextMatch,
    TextTest,
)
from leadpolicy.truth import FALSE, TRUE, Truth
from leadpolicy.types import NUMERIC, Kind, Value
from leadpolicy.vocabulary.record import EventLog, Record

Facts: TypeAlias = Mapping[str, Value | None]
Logs: TypeAlias = Mapping[str, EventLog]
Verdict: TypeAlias = Callable[[Facts, Logs, datetime], int]

_OPPOSITE: Final = {
    Comparison.LT: Comparison.GE,
    Comparison.GE: Comparison.LT,
    Comparison.LE: Comparison.GT,
    Comparison.GT: Comparison.LE,
}
_TRUTHS: Final = tuple(Truth)


@dataclass(frozen=True, slots=True)
class Closure:
    """A policy's logic as functions of facts, event logs and the moment of evaluation.

    `stage` and `possible` give the place of the stage in the ladder, from 0, or -1 for none. Facts
    may be missing or None. `source` is the Python code that was compiled.
    """

    stage: Verdict
    possible: Verdict
    _all: Callable[[Facts, Logs, datetime], tuple[tuple[int, ...], tuple[int, ...]]]
    source: str = field(repr=False)

    def verdicts(self, record: Record, as_of: datetime) -> Verdicts:
        """What the interpreter says, in less time."""
        criteria, stages = self._all(record.facts, record.events, as_of)
        return Verdicts(
            tuple([_TRUTHS[code] for code in criteria]), tuple([_TRUTHS[code] for code in stages])
        )


def compile_logic(logic: Logic) -> Closure:
    """Writes and compiles the code of a policy."""
    writer = _Writer()
    source = "\n\n".join(
        (
            writer.ladder("stage", logic.stages, writer.holds),
            writer.ladder("possible", logic.stages, writer.may_hold),
            writer.everything(logic),
        )
    )
    namespace = dict(writer.constants)
    exec(compile(source, "<policy>", "exec"), namespace)  # noqa: S102  (our own code, no input)
    return Closure(namespace["stage"], namespace["possible"], namespace["everything"], source)


@dataclass(slots=True)
class _Writer:
    """Writes expressions; values that have no literal form go into `constants`.

    `named` maps terms to the local variable that holds their verdict already.
    """

    constants: dict[str, Anything] = field(default_factory=dict)
    named: dict[Term, str] = field(default_factory=dict)

    def constant(self, value: object) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    # -------------------------------------------------------------------------- functions

    def ladder(
        self, name: str, stages: tuple[Term, ...], verdict: Callable[[Term], str]
    ) -> str:
        """A function that gives the last stage of which the verdict is true.

        A stage that an earlier one is part of uses the earlier verdict.
        """
        self.named = {}
        lines = [f"def {name}(facts, events, now):", "    get = facts.get"]
        for place, stage in enumerate(stages):
            expression = verdict(stage)
            lines.append(f"    s{place} = {expression}")
            if name == "stage":
                self.named.setdefault(stage, f"s{place}")
        choice = "-1"
        for place in range(len(stages)):
            choice = f"{place} if s{place} else {choice}"
        lines.append(f"    return {choice}")
        self.named = {}
        return "\n".join(lines)

    def may_hold(self, term: Term) -> str:
        return f"not {self.fails(term)}"

    def everything(self, logic: Logic) -> str:
        """A function that gives the code (0 FALSE, 1 UNKNOWN, 2 TRUE) of everything that has a name.

        Terms that stand in several places are evaluated once.
        """
        self.named = {}
        wanted = [*logic.criteria, *logic.stages]
        codes: dict[Term, str] = {}
        lines = ["def everything(facts, events, now):", "    get = facts.get"]
        for term in _in_order(wanted):
            name = f"v{len(codes)}"
            lines.append(f"    {name} = {self.code(term, codes)}")
            codes[term] = name
        criteria, stages = (
            "".join(f"{codes[term]}, " for term in terms)
            for terms in (logic.criteria, logic.stages)
        )
        lines.append(f"    return ({criteria}), ({stages})")
        return "\n".join(lines)

    def code(self, term: Term, codes: Mapping[Term, str]) -> str:
        """A term's verdict as a number, out of the numbers of its parts where they have one."""
        if term in codes:
            return codes[term]
        match term:
            case Const():
                return str(int(term.value))
            case Not():
                return f"(2 - {self.code(term.term, codes)})"
            case All() | Any():
                function = "min" if isinstance(term, All) else "max"
                inner = ", ".join(self.code(part, codes) for part in term.terms)
                return f"{function}({inner})"
            case CountAtLeast():
                numbers = ", ".join(self.code(part, codes) for part in term.terms)
                return f"count({term.least}, ({numbers},))"
            case SumAtLeast():
                numbers = ", ".join(self.code(part, codes) for part in term.terms)
                weights = self.constant(term.weights)
                return f"score({term.least}, {weights}, ({numbers},))"
            case Happened():
                return f"{self.happened(term)}(events, now)"
            case _:
                return f"(2 if {self.holds(term)} else 0 if {self.fails(term)} else 1)"

    # ------------------------------------------------------------------------ expressions

    def holds(self, term: Term) -> str:
        """An expression that is true exactly where the term is TRUE."""
        if term in self.named:
            return self.named[term]
        match term:
            case Const():
                return str(term.value is TRUE)
            case Not():
                return self.fails(term.term)
            case All():
                return f"({' and '.join(map(self.holds, term.terms))})"
            case Any():
                return f"({' or '.join(map(self.holds, term.terms))})"
            case CountAtLeast():
                return f"({_count(map(self.holds, term.terms))} >= {term.least})"
            case SumAtLeast():
                return f"({self._sum(term, certain=True)} >= {term.least})"
            case Happened():
                return f"({self.happened(term)}(events, now) == 2)"
            case _:
                return self._atom(term, want=True)

    def fails(self, term: Term) -> str:
        """An expression that is true exactly where the term is FALSE."""
        match term:
            case Const():
                return str(term.value is FALSE)
            case Not():
                return self.holds(term.term)
            case All():
                return f"({' or '.join(map(self.fails, term.terms))})"
            case Any():
                return f"({' and '.join(map(self.fails, term.terms))})"
            case CountAtLeast():
                most = len(term.terms) - term.least
                return f"({_count(map(self.fails, term.terms))} > {most})"
            case SumAtLeast():
                return f"({self._sum(term, certain=False)} < {term.least})"
            case Happened():
                return f"({self.happened(term)}(events, now) == 0)"
            case _:
                return self._atom(term, want=False)

    def _sum(self, term: SumAtLeast, *, certain: bool) -> str:
        """The lowest (certain) or the highest possible score."""
        parts = []
        for weight, part in zip(term.weights, term.terms, strict=True):
            if certain is (weight > 0):
                parts.append(f"({weight} if {self.holds(part)} else 0)")
            else:
                parts.append(f"(0 if {self.fails(part)} else {weight})")
        return f"({' + '.join(parts)})"

    def _atom(self, term: Term, *, want: bool) -> str:
        match term:
            case Compare():
                return self._compare(term, want=want)
            case Member():
                return self._member(term, want=want)
            case Known():
                return f"(get({term.subject.name!r}) is {'not ' if want else ''}None)"
            case Has():
                test = f"{term.element!r} {'' if want else 'not '}in x"
                return f"((x := get({term.subject.name!r})) is not None and {test})"
            case TextTest():
                return self._text(term, want=want)
            case _:
                raise TypeError(f"{type(term).__name__} is no atom")

    def _compare(self, term: Compare, *, want: bool) -> str:
        name, kind = term.left.name, term.left.type
        if not isinstance(term.right, Literal):
            evaluate = self.constant(partial(_evaluate, term))
            right = term.right.subject.name if isinstance(term.right, Other) else ""
            other = f", {right!r}: get({right!r})" if right else ""
            return f"({evaluate}({{{name!r}: get({name!r}){other}}}, now) == {2 if want else 0})"
        value = term.right.value
        if kind.kind is Kind.LEVEL:
            return self._level(term, str(value), want=want)
        if term.op is Comparison.EQ:
            return self._equals(name, kind.kind, value, want=want)
        op = term.op if want else _OPPOSITE[term.op]
        return f"((x := get({name!r})) is not None and x {op} {self._literal(value)})"

    def _level(self, term: Compare, value: str, *, want: bool) -> str:
        """The levels for which the comparison holds or fails, as a set."""
        kind, rank = term.left.type, term.left.type.rank(value)
        holding = {
            Comparison.EQ: kind.values[rank : rank + 1],
            Comparison.LT: kind.values[:rank],
            Comparison.LE: kind.values[: rank + 1],
            Comparison.GT: kind.values[rank + 1 :],
            Comparison.GE: kind.values[rank:],
        }[term.op]
        chosen = holding if want else [v for v in kind.values if v not in holding]
        return f"(get({term.left.name!r}) in {self.constant(frozenset(chosen))})"

    def _equals(self, name: str, kind: Kind, value: Value, *, want: bool) -> str:
        if kind is Kind.BOOLEAN:
            return f"(get({name!r}) is {bool(value) is want})"
        literal = self._literal(value)
        if want:
            return f"(get({name!r}) == {literal})"
        if kind in NUMERIC:
            return f"((x := get({name!r})) is not None and (x < {literal} or x > {literal}))"
        return f"((x := get({name!r})) is not None and x != {literal})"

    def _member(self, term: Member, *, want: bool) -> str:
        name = term.subject.name
        if term.subject.type.kind in NUMERIC:
            evaluate = self.constant(partial(_evaluate, term))
            return f"({evaluate}({{{name!r}: get({name!r})}}, now) == {2 if want else 0})"
        values = self.constant(frozenset(term.values))
        if want:
            return f"(get({name!r}) in {values})"
        return f"((x := get({name!r})) is not None and x not in {values})"

    def _text(self, term: TextTest, *, want: bool) -> str:
        test = {
            TextMatch.CONTAINS: f"{term.text!r} in x",
            TextMatch.STARTS: f"x.startswith({term.text!r})",
            TextMatch.ENDS: f"x.endswith({term.text!r})",
        }.get(term.test)
        if test is None:
            test = f"{self.constant(_searcher(term.text))}(x) is not None"
        negation = "" if want else "not "
        return f"((x := get({term.subject.name!r})) is not None and {negation}({test}))"

    def _literal(self, value: Value) -> str:
        if isinstance(value, int | str):
            return repr(value)
        return self.constant(value)

    def happened(self, term: Happened) -> str:
        """A function that counts events; the interpreter's own rules."""
        return self.constant(partial(_happened, term))

    def __post_init__(self) -> None:
        self.constants |= {"count": _count_at_least, "score": _sum_at_least}


def _count(expressions: Iterable[str]) -> str:
    return f"({' + '.join(expressions)})"


def _in_order(wanted: Iterable[Term]) -> list[Term]:
    """Named terms and terms that several others share, parts before wholes."""
    uses: Counter[Term] = Counter()
    order: list[Term] = []

    def visit(term: Term) -> None:
        uses[term] += 1
        if uses[term] > 1:
            return
        for part in _parts(term):
            visit(part)
        order.append(term)

    named = dict.fromkeys(wanted)
    for term in named:
        visit(term)
    return [term for term in order if term in named or uses[term] > 1]


def _parts(term: Term) -> tuple[Term, ...]:
    match term:
        case All() | Any() | CountAtLeast() | SumAtLeast():
            return term.terms
        case Not():
            return (term.term,)
        case _:
            return ()


def _count_at_least(least: int, codes: tuple[int, ...]) -> int:
    certain = codes.count(2)
    if certain >= least:
        return 2
    return 0 if certain + codes.count(1) < least else 1


def _sum_at_least(least: int, weights: tuple[int, ...], codes: tuple[int, ...]) -> int:
    low = high = 0
    for weight, code in zip(weights, codes, strict=True):
        if code == 2:
            low, high = low + weight, high + weight
        elif code == 1:
            low, high = low + min(weight, 0), high + max(weight, 0)
    if low >= least:
        return 2
    return 0 if high < least else 1


def _evaluate(term: Compare | Member, facts: Facts, now: datetime) -> int:
    """Rare comparisons (with another fact, with now, of ranges in lists): as the interpreter does."""
    known = {name: value for name, value in facts.items() if value is not None}
    return int(Evaluation(known, {}, now).truth(term))


def _happened(term: Happened, events: Logs, now: datetime) -> int:
    return int(Evaluation({}, events, now).truth(term))


def _searcher(pattern: str) -> Callable[[str], object]:
    import re2

    found: Callable[[str], object] = re2.compile(pattern).search
    return found


__all__ = ["Closure", "compile_logic"]
