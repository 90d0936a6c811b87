"""Writes a policy as Python code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from leadpolicy.backends.closure.calls import (
    CONSTANTS,
    LETTER,
    against_now,
    range_in,
    scaled,
    searcher,
)
from leadpolicy.backends.closure.formulas import (
    Formula,
    false_of_none,
    formulas,
    lines_of_their_own,
    may_be_range,
)
from leadpolicy.backends.interpreter import ordered
from leadpolicy.logic.terms import (
    All,
    Any,
    Compare,
    Const,
    CountAtLeast,
    FromNow,
    Happened,
    Has,
    Known,
    Literal,
    Logic,
    Member,
    Not,
    Other,
    Relation,
    SumAtLeast,
    Term,
    TextMatch,
    TextTest,
)
from leadpolicy.logic.walk import demanded, subjects
from leadpolicy.truth import FALSE, TRUE
from leadpolicy.types import NUMERIC, Kind, Value

_ADDED: Final = 64
_OPPOSITE: Final = {
    Relation.LT: Relation.GE,
    Relation.GE: Relation.LT,
    Relation.LE: Relation.GT,
    Relation.GT: Relation.LE,
}


@dataclass(slots=True)
class Writer:
    """Writes functions; values that have no literal form go into `constants`.

    `named` holds formulas that a local variable has the answer to, or that are known to be True.
    """

    constants: dict[str, object] = field(default_factory=lambda: dict(CONSTANTS))
    functions: list[str] = field(default_factory=list)
    counters: dict[Happened, str] = field(default_factory=dict)
    named: dict[Formula, str] = field(default_factory=dict)

    def constant(self, value: object) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def ladder(self, name: str, stages: tuple[Term, ...], *, want: bool) -> str:
        """A function that gives the last stage that holds (`want`), or that does not fail.

        Where all later stages need a stage, the function ends with it if it is not reached.
        """
        self.named = {}
        lines = [f"def {name}(facts, events, now):", "    get = facts.get"]
        for number, (term, side) in enumerate(lines_of_their_own(stages, want)):
            lines.append(f"    p{number} = {self.formula(term, side)}")
            self.named[term, side] = f"p{number}"
        reached = "-1"
        needed = [demanded(stage) for stage in stages]
        for place, stage in enumerate(stages):
            formula = self.formula(stage, want)
            if all(stage in later for later in needed[place + 1 :]):
                lines.append(f"    if {'not ' if want else ''}{formula}: return {reached}")
                self.named[stage, want] = str(want)
                reached = str(place)
            else:
                lines.append(f"    s{place} = {formula}")
                self.named[stage, want] = f"s{place}"
                reached = f"({place} if {'' if want else 'not '}s{place} else {reached})"
        lines.append(f"    return {reached}")
        self.named = {}
        return "\n".join(lines)

    def everything(self, logic: Logic, terms: list[Term], names: tuple[str, ...]) -> str:
        """A function that gives all verdicts and values; every term is evaluated once."""
        values = {name: f"x{number}" for number, name in enumerate(names)}
        verdicts = {term: f"t{number}" for number, term in enumerate(terms)}
        lines = ["def everything(facts, events, now):", "    get = facts.get"]
        lines += [f"    {value} = get({name!r})" for name, value in values.items()]
        for term, variable in verdicts.items():
            lines.append(f"    {variable} = {self.verdict(term, verdicts, values)}")
        results = [
            "".join(f"{variable}, " for variable in variables)
            for variables in (
                [verdicts[term] for term in logic.stages],
                [verdicts[term] for term in logic.criteria],
                verdicts.values(),
                values.values(),
            )
        ]
        lines.append(f"    return {', '.join(f'({result})' for result in results)}")
        return "\n".join(lines)

    # -------------------------------------------------------------------------- three values

    def verdict(self, term: Term, of: Mapping[Term, str], values: Mapping[str, str]) -> str:
        """A term's verdict out of those of its parts, or out of the values it looks at."""
        match term:
            case Const():
                return LETTER[term.value]
            case Not():
                return f"NOT[{of[term.term]}]"
            case All() | Any():
                decides, otherwise = ("F", "T") if isinstance(term, All) else ("T", "F")
                first, second = (
                    " or ".join(f"{of[part]} is {letter}" for part in term.terms)
                    for letter in (decides, "U")
                )
                return f"{decides} if {first} else U if {second} else {otherwise}"
            case CountAtLeast():
                inner = ", ".join(of[part] for part in term.terms)
                return f"count({term.least}, ({inner},))"
            case SumAtLeast():
                inner = ", ".join(of[part] for part in term.terms)
                return f"score({term.least}, {self.constant(term.weights)}, ({inner},))"
            case Happened():
                return f"{self.counter(term)}(events, now)"
            case Known():
                return f"F if {values[term.subject.name]} is None else T"
            case Compare() | Member() | Has() | TextTest():
                known = [values[subject.name] for subject in subjects(term)]
                unknown = " or ".join(f"{value} is None" for value in known)
                x, y = known[0], known[-1]
                found = f"U if {unknown} else T if {self.test(term, x, y, want=True)} else "
                if not may_be_range(term):
                    return found + "F"
                return found + f"F if {self.test(term, x, y, want=False)} else U"

    # -------------------------------------------------------------------------- two formulas

    def formula(self, term: Term, want: bool) -> str:
        """An expression that is true exactly where the term is TRUE (`want`), or FALSE."""
        if (named := self.named.get((term, want))) is not None:
            return named
        match term:
            case Const():
                return str(term.value is (TRUE if want else FALSE))
            case Not():
                return self.formula(term.term, not want)
            case All():
                return _joined("and" if want else "or", [self.formula(t, want) for t in term.terms])
            case Any():
                return _joined("or" if want else "and", [self.formula(t, want) for t in term.terms])
            case CountAtLeast():
                number = term.least if want else len(term.terms) - term.least + 1
                return f"({_total([self.formula(part, want) for part in term.terms])} >= {number})"
            case SumAtLeast():
                parts = [
                    f"({weight} if {self.formula(*part)} else 0)"
                    if part[1]
                    else f"(0 if {self.formula(*part)} else {weight})"
                    for weight, part in zip(term.weights, formulas(term, want), strict=True)
                ]
                return f"({_total(parts)} {'>=' if want else '<'} {term.least})"
            case Happened():
                return f"({self.counter(term)}(events, now) is {'T' if want else 'F'})"
            case Known():
                return f"(get({term.subject.name!r}) is {'not ' if want else ''}None)"
            case Compare() | Member() | Has() | TextTest():
                return self.known_and(term, want)

    def known_and(self, term: Compare | Member | Has | TextTest, want: bool) -> str:
        """The values are known and the test comes out as wanted."""
        facts = subjects(term)
        if want and false_of_none(term):
            return f"({self.test(term, f'get({facts[0].name!r})', '', want=True)})"
        values = ("x", "y")[: len(facts)]
        known = " and ".join(
            f"({value} := get({fact.name!r})) is not None"
            for value, fact in zip(values, facts, strict=True)
        )
        return f"({known} and {self.test(term, 'x', values[-1], want=want)})"

    # ------------------------------------------------------------------------------- tests

    def test(self, term: Compare | Member | Has | TextTest, x: str, y: str, *, want: bool) -> str:
        """A test of known values; `y` is the fact to the right of a comparison."""
        match term:
            case Has():
                return f"{term.element!r} {'' if want else 'not '}in {x}"
            case TextTest():
                return f"{'' if want else 'not '}{self.search(term, x)}"
            case Member():
                return self.member(term, x, want=want)
            case Compare():
                match term.right:
                    case Literal():
                        return self.against_literal(term, x, term.right.value, want=want)
                    case Other():
                        return self.against_fact(term, x, y, term.right.times, want=want)
                    case FromNow():
                        return self.against_now(term, x, term.right.offset, want=want)

    def search(self, term: TextTest, x: str) -> str:
        match term.test:
            case TextMatch.CONTAINS:
                return f"({term.text!r} in {x})"
            case TextMatch.STARTS:
                return f"{x}.startswith({term.text!r})"
            case TextMatch.ENDS:
                return f"{x}.endswith({term.text!r})"
            case TextMatch.MATCHES:
                return f"({self.constant(searcher(term.text))}({x}) is not None)"

    def member(self, term: Member, x: str, *, want: bool) -> str:
        values = self.constant(frozenset(term.values))
        if term.subject.type.kind not in NUMERIC:
            return f"{x} {'' if want else 'not '}in {values}"
        ranged = f"{self.constant(partial(range_in, term))}({x})"
        if want:
            return f"({x} in {values} or ({x}.__class__ is Range and {ranged} is T))"
        return f"({x} not in {values} and ({x}.__class__ is not Range or {ranged} is F))"

    def against_now(self, term: Compare, x: str, offset: timedelta, *, want: bool) -> str:
        compared = self.constant(partial(against_now, term.op, offset))
        day = ".date()" if term.left.type.kind is Kind.DATE else ""
        edge = f"(m{day} if (m := moved(now, {self.constant(offset)})) else None)"
        return f"{'' if want else 'not '}{compared}({x}, {edge})"

    def against_literal(self, term: Compare, x: str, value: Value, *, want: bool) -> str:
        """A comparison with a value of the policy; for a level, of its place in the order."""
        kind = term.left.type.kind
        if kind is Kind.BOOLEAN:
            return f"{x} is {bool(value) is want}"
        if kind is Kind.LEVEL:
            rank = term.left.type.rank
            chosen = [
                level
                for level in term.left.type.values
                if ordered(term.op, rank(level), rank(str(value))) is want
            ]
            return f"{x} in {self.constant(frozenset(chosen))}"
        other = repr(value) if isinstance(value, int | str) else self.constant(value)
        if term.op is not Relation.EQ:
            return f"{x} {term.op if want else _OPPOSITE[term.op]} {other}"
        if want:
            return f"{x} == {other}"
        return f"({x} < {other} or {x} > {other})" if kind in NUMERIC else f"{x} != {other}"

    def against_fact(
        self, term: Compare, x: str, y: str, times: Decimal | None, *, want: bool
    ) -> str:
        kind = term.left.type.kind
        if times is not None:
            compared = self.constant(partial(scaled, term.op, times, float(times)))
            return f"{compared}({x}, {y}) is {'T' if want else 'F'}"
        if kind is Kind.LEVEL:
            ranks = self.constant({v: n for n, v in enumerate(term.left.type.values)})
            x, y = f"{ranks}[{x}]", f"{ranks}[{y}]"
        if term.op is not Relation.EQ:
            return f"{x} {term.op if want else _OPPOSITE[term.op]} {y}"
        if kind not in NUMERIC:
            return f"{x} {'==' if want else '!='} {y}"
        if want:
            return f"({x} == {y} and {x}.__class__ is not Range)"
        return f"({x} < {y} or {x} > {y})"

    # ------------------------------------------------------------------------------ events

    def counter(self, term: Happened) -> str:
        """A function of its own that counts events; it ends when there are enough."""
        if (written := self.counters.get(term)) is not None:
            return written
        name = self.counters[term] = f"happened{len(self.counters)}"
        named, self.named = self.named, {}
        holds, fails = (self.formula(term.where, want) for want in (True, False))
        self.named = named
        begin, outside, dated = "None", "at > now", ""
        if term.within is not None:
            begin = f"moved(now, {self.constant(-term.within)})"
            outside += " or (begin is not None and at <= begin)"
            dated = "at is not None and "
        lines = [
            f"def {name}(events, now):",
            f"    log = events.get({term.event!r})",
            "    if log is None: return U",
            f"    begin = {begin}",
            "    certain = possible = 0",
            "    for happening in log.happenings:",
            "        at = happening.at",
            "        if at is not None:",
            f"            if {outside}: continue",
            "        get = happening.details.get",
            f"        if {dated}{holds}:",
            "            certain += 1",
            f"            if certain >= {term.least}: return T",
            f"        elif not {fails}:",
            "            possible += 1",
            "    if log.since is not None and (begin is None or begin < log.since): return U",
            f"    return F if certain + possible < {term.least} else U",
        ]
        self.functions.append("\n".join(lines))
        return name


def _total(numbers: list[str]) -> str:
    """A sum; Python reads long ones only as a list of their numbers."""
    return " + ".join(numbers) if len(numbers) <= _ADDED else f"sum(({', '.join(numbers)}))"


def _joined(word: str, expressions: list[str]) -> str:
    """Expressions under `and` or `or`, without those that change nothing."""
    changing = [e for e in expressions if e != str(word == "and")]
    return f"({f' {word} '.join(changing)})" if changing else str(word == "and")
