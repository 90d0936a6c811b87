"""Terms to SQL. For every term two formulas: one that is TRUE exactly where the term holds, and
one that is TRUE exactly where it fails; UNKNOWN is neither.

Where a formula is not TRUE it may be FALSE or NULL: both are used where only TRUE counts (in
CASE WHEN, under AND and OR of such formulas), never under NOT. Comparing with a missing value is
NULL in SQL, so that atoms need no test for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from leadpolicy.backends.sql import texts, tree
from leadpolicy.backends.sql.exact import (
    OPERATORS,
    OPPOSITE,
    compare,
    compare_forms,
    literal,
)
from leadpolicy.backends.sql.forms import (
    CodedForm,
    EndsForm,
    Form,
    Moment,
    Number,
    Plain,
    Single,
    known,
)
from leadpolicy.backends.sql.tree import Sql
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
    Member,
    Not,
    Other,
    Relation,
    Subject,
    SumAtLeast,
    Term,
    TextTest,
)
from leadpolicy.times import microseconds
from leadpolicy.truth import FALSE, TRUE
from leadpolicy.types import NUMERIC, Kind, Range

_DAY: Final = 86_400_000_000
WORD: Final = 8
"""Verdicts that a word carries: two bits each in 16 bits. Narrow columns are added fastest."""


@dataclass(frozen=True, slots=True)
class Bit:
    """The place of a term's verdict in the columns `verdicts 0`, `verdicts 1`, …

    Bit `bit` says that it holds, bit `bit + WORD` that it fails.
    """

    word: int
    bit: int


@dataclass(frozen=True, slots=True)
class CountedEvents:
    """The events of a term: how many surely match, how many may; where a log says so at all,
    and where the log reaches back to the window's beginning.
    """

    certain: Sql = field(compare=False)
    possible: Sql = field(compare=False)
    recorded: Sql = field(compare=False)
    complete: Sql = field(compare=False)


@dataclass(slots=True)
class Emitter:
    """Writes formulas over columns.

    `forms` says where the values of facts stand, `events` where events were counted, `bits`
    which terms have been evaluated already.
    """

    forms: Mapping[str, Form]
    now: Moment
    events: Mapping[Term, CountedEvents] = field(default_factory=dict)
    bits: dict[Term, Bit] = field(default_factory=dict)

    def holds(self, term: Term) -> Sql:
        """TRUE exactly where the term is TRUE."""
        return self._formula(term, want=True)

    def fails(self, term: Term) -> Sql:
        """TRUE exactly where the term is FALSE."""
        return self._formula(term, want=False)

    def three_ways(self, term: Term, holds: Sql, fails: Sql, unknown: Sql) -> Sql:
        """One of three values.

        Where a single value decides, the term is UNKNOWN where that is missing, and else fails
        where it does not hold: one comparison and one look suffice.
        """
        atom = _inside(term)
        form = None if atom is None or term in self.bits else self.forms[atom.name]
        if atom is None or form is None or isinstance(form, EndsForm):
            branches = [(self.holds(term), holds), (self.fails(term), fails)]
            return tree.case(branches, unknown)
        missing = tree.opposite(known(form))
        return tree.case([(self.holds(term), holds), (missing, unknown)], fails)

    def all_hold(self, terms: Iterable[Term]) -> Sql:
        """TRUE exactly where every term holds; verdicts in one word are tested together."""
        return self._every(terms, want=True)

    def any_fails(self, terms: Iterable[Term]) -> Sql:
        """TRUE exactly where a term fails."""
        return self._some(terms, want=False)

    def _every(self, terms: Iterable[Term], *, want: bool) -> Sql:
        masks, others = self._masks(terms)
        tests = [_all_set(_word(word), _mask(mask, want=want)) for word, mask in masks.items()]
        return tree.every([*tests, *(self._formula(term, want=want) for term in others)])

    def _some(self, terms: Iterable[Term], *, want: bool) -> Sql:
        masks, others = self._masks(terms)
        tests = [_some_set(_word(word), _mask(mask, want=want)) for word, mask in masks.items()]
        return tree.some([*tests, *(self._formula(term, want=want) for term in others)])

    def _masks(self, terms: Iterable[Term]) -> tuple[dict[int, int], list[Term]]:
        """The terms that have bits as masks by word, and the others."""
        masks: dict[int, int] = {}
        others: list[Term] = []
        for term in terms:
            bit = self.bits.get(term)
            if bit is None:
                others.append(term)
            else:
                masks[bit.word] = masks.get(bit.word, 0) | 1 << bit.bit
        return masks, others

    def _formula(self, term: Term, *, want: bool) -> Sql:
        bit = self.bits.get(term)
        if bit is not None:
            return _some_set(_word(bit.word), _mask(1 << bit.bit, want=want))
        return self._make(term, want=want)

    def _make(self, term: Term, *, want: bool) -> Sql:
        match term:
            case Const():
                return tree.yes() if term.value is (TRUE if want else FALSE) else tree.no()
            case Not():
                return self._formula(term.term, want=not want)
            case All():
                join = self._every if want else self._some
                return join(term.terms, want=want)
            case Any():
                join = self._some if want else self._every
                return join(term.terms, want=want)
            case CountAtLeast():
                return self._count(term, want=want)
            case SumAtLeast():
                return self._sum(term, want=want)
            case Compare():
                return self._compare(term, want=want)
            case Member():
                return self._member(term, want=want)
            case Known():
                there = known(self.forms[term.subject.name])
                return there if want else tree.negate(there)
            case TextTest():
                return texts.text_test(term, self._plain(term.subject.name), want=want)
            case Has():
                return texts.has(self._plain(term.subject.name), term.element, want=want)
            case Happened():
                return self._happened(term, want=want)

    # --------------------------------------------------------------------- counts and sums

    def _count(self, term: CountAtLeast, *, want: bool) -> Sql:
        """At least k hold; or more than n - k fail."""
        formulas = [self._formula(part, want=want) for part in term.terms]
        kind = tree.TINY if len(formulas) < 256 else tree.INTEGER
        one, none = (tree.cast(tree.whole(n), kind) for n in (1, 0))
        number = tree.total(tree.case([(f, one.copy())], none.copy()) for f in formulas)
        least = term.least if want else len(formulas) - term.least + 1
        return tree.ge(number, tree.whole(least))

    def _sum(self, term: SumAtLeast, *, want: bool) -> Sql:
        """The lowest score reaches the threshold; or the highest does not."""
        rules = list(zip(term.weights, term.terms, strict=True))
        score = self._score(term, rules, want=want)
        least = tree.whole(term.least)
        return tree.ge(score, least) if want else tree.lt(score, least)

    def _score(self, term: SumAtLeast, rules: Sequence[tuple[int, Term]], *, want: bool) -> Sql:
        kind = _kind_for(sum(abs(weight) for weight in term.weights))
        parts = []
        for weight, part in rules:
            points, none = (tree.cast(tree.whole(n), kind) for n in (weight, 0))
            if want is (weight > 0):
                parts.append(tree.case([(self.holds(part), points)], none))
            else:
                parts.append(tree.case([(self.fails(part), none)], points))
        return tree.total(parts)

    # ------------------------------------------------------------------------ comparisons

    def _compare(self, term: Compare, *, want: bool) -> Sql:
        form = self.forms[term.left.name]
        match term.right:
            case Literal():
                return self._with_literal(term.op, form, term.right.value, want=want)
            case Other():
                return self._with_fact(term, form, term.right, want=want)
            case FromNow():
                return self._with_now(term.op, self._plain(term.left.name), term.right, want=want)

    def _with_literal(self, op: Relation, form: Form, value: object, *, want: bool) -> Sql:
        match form:
            case Single() | EndsForm():
                assert isinstance(value, int | float | Range)
                right = literal(value, form.type.kind)
                return compare_forms(op, form, right, want=want)
            case CodedForm():
                return texts.coded_member(form, _levels(op, form, str(value)), want=want)
            case Plain():
                return self._plain_with_literal(op, form, value, want=want)

    def _plain_with_literal(self, op: Relation, form: Plain, value: object, *, want: bool) -> Sql:
        compared = _operator(op, want=want)
        match value:
            case bool():
                wanted = tree.yes() if value is want else tree.no()
                return tree.eq(form.copy(), wanted)
            case str():
                return texts.text_equals(form, value, want=want)
            case datetime():
                return compared(form.copy(), tree.whole(microseconds(value)))
            case date():
                return compared(form.copy(), _day(value))
            case _:
                raise TypeError(f"{value!r} cannot be compared with {form.type}")

    def _with_fact(self, term: Compare, form: Form, other: Other, *, want: bool) -> Sql:
        right = self.forms[other.subject.name]
        if isinstance(form, Single | EndsForm) and isinstance(right, Single | EndsForm):
            return compare_forms(term.op, form, right, want=want, times=other.times)
        compared = _operator(term.op, want=want)
        if isinstance(form, CodedForm) and isinstance(right, CodedForm):
            return texts.coded_with_coded(compared, form, right)
        if not isinstance(form, Plain) or not isinstance(right, Plain):
            raise TypeError(f"{form.type} cannot be compared with {right.type}")
        if form.type.kind is Kind.TEXT:
            return compared(texts.normalized(form), texts.normalized(right))
        return compared(form.copy(), right.copy())

    def _with_now(self, op: Relation, form: Plain, right: FromNow, *, want: bool) -> Sql:
        """A moment is compared with now and an offset; a day with the day that this falls on."""
        operator = op.value if want else OPPOSITE[op.value]
        if self.now.value is None:
            return self._with_now_column(operator, form, right.offset)
        try:
            moment = self.now.value + right.offset
        except OverflowError:
            ahead = (op in (Relation.LT, Relation.LE)) == (right.offset > timedelta())
            return tree.not_null(form.copy()) if ahead is want else tree.no()
        if form.type.kind is Kind.DATE:
            return OPERATORS[operator](form.copy(), _day(moment.date()))
        return OPERATORS[operator](form.copy(), tree.whole(microseconds(moment)))

    def _with_now_column(self, operator: str, form: Plain, offset: timedelta) -> Sql:
        """With microseconds nothing leaves the calendar. A day begins at a multiple of a day."""
        assert self.now.sql is not None
        moved = tree.whole(offset // timedelta(microseconds=1))
        now = tree.add(self.now.sql.copy(), moved)
        if form.type.kind is not Kind.DATE:
            return OPERATORS[operator](form.copy(), now)
        begin = tree.call("epoch_us", form.copy())
        end = tree.add(begin.copy(), tree.whole(_DAY))
        match operator:
            case "<":
                return tree.le(end, now)
            case "<=":
                return tree.le(begin, now)
            case ">":
                return tree.gt(begin, now)
            case ">=":
                return tree.gt(end, now)
            case "=":
                return tree.every([tree.le(begin, now), tree.gt(end, now.copy())])
            case _:
                return tree.some([tree.gt(begin, now), tree.le(end, now.copy())])

    # ---------------------------------------------------------------------------- members

    def _member(self, term: Member, *, want: bool) -> Sql:
        form = self.forms[term.subject.name]
        match form:
            case CodedForm():
                return texts.coded_member(form, map(str, term.values), want=want)
            case Single():
                return _one_of(term, form, want=want)
            case EndsForm():
                return _some_of(term, form, want=want)
            case Plain():
                if form.type.kind is not Kind.TEXT:
                    raise TypeError(f"{form.type} has no lists")
                return texts.text_member(form, [str(value) for value in term.values], want=want)

    def _plain(self, name: str) -> Plain:
        form = self.forms[name]
        if not isinstance(form, Plain):
            raise TypeError(f"`{name}` is not stored in one column")
        return form

    # ----------------------------------------------------------------------------- events

    def _happened(self, term: Happened, *, want: bool) -> Sql:
        """Enough events surely match; or not enough may match, in a log that reaches back."""
        counted = self.events[term]
        least = tree.whole(term.least)
        if want:
            return tree.every([counted.recorded.copy(), tree.ge(counted.certain.copy(), least)])
        return tree.every(
            [
                counted.recorded.copy(),
                counted.complete.copy(),
                tree.lt(counted.possible.copy(), least),
            ]
        )


def _inside(term: Term) -> Subject | None:
    """The fact that alone decides a term, which is UNKNOWN exactly where it is missing."""
    match term:
        case Compare(left=subject, right=Literal()) | Member(subject=subject):
            return subject
        case TextTest(subject=subject) | Has(subject=subject):
            return subject
        case Not():
            return _inside(term.term)
        case _:
            return None


def _word(word: int) -> Sql:
    return tree.column(f"verdicts {word}")


def _mask(mask: int, *, want: bool) -> int:
    return mask if want else mask << WORD


def _all_set(word: Sql, mask: int) -> Sql:
    bits = tree.cast(tree.whole(mask), tree.BITS)
    return tree.eq(tree.bit_and(word, bits), bits.copy())


def _some_set(word: Sql, mask: int) -> Sql:
    bits, none = (tree.cast(tree.whole(number), tree.BITS) for number in (mask, 0))
    return tree.ne(tree.bit_and(word, bits), none)


def _operator(op: Relation, *, want: bool) -> Callable[[Sql, Sql], Sql]:
    return OPERATORS[op.value if want else OPPOSITE[op.value]]


def _day(day: date) -> Sql:
    return tree.cast(tree.text(day.isoformat()), tree.DATE)


def _levels(op: Relation, form: CodedForm, value: str) -> list[str]:
    """The values for which a comparison with a literal holds."""
    values = form.type.values
    rank = values.index(value)
    return {
        Relation.EQ: [value],
        Relation.LT: list(values[:rank]),
        Relation.LE: list(values[: rank + 1]),
        Relation.GT: list(values[rank + 1 :]),
        Relation.GE: list(values[rank:]),
    }[op]


def _kind_for(most: int) -> tree.Word:
    """The narrowest integer that carries every partial sum."""
    for bits, kind in ((15, tree.SMALL), (31, tree.INTEGER), (63, tree.BIG), (127, tree.HUGE)):
        if most < 2**bits:
            return kind
    raise OverflowError(most)


def _numbers(term: Member) -> list[Number]:
    kind = term.subject.type.kind
    forms = [literal(v, kind) for v in term.values if isinstance(v, int | float)]
    return [form.number for form in forms if isinstance(form, Single)]


def _one_of(term: Member, form: Single, *, want: bool) -> Sql:
    if want:
        return tree.some(compare("=", form.number, value) for value in _numbers(term))
    return tree.every(compare("<>", form.number, value) for value in _numbers(term))


def _some_of(term: Member, form: EndsForm, *, want: bool) -> Sql:
    """Of a range: whether all, or none, of its numbers are listed."""
    if form.type.kind not in NUMERIC:
        raise TypeError(f"{form.type} has no ranges")
    numbers = _numbers(term)
    if not want:
        outside = (
            tree.some([compare(">", form.low, n), compare("<", form.high, n)]) for n in numbers
        )
        return tree.every(outside)
    if form.type.kind is not Kind.INTEGER:
        same = tree.eq(form.low.copy(), form.high.copy())
        return tree.every([same, tree.some(compare("=", form.low, n) for n in numbers)])
    one, none = tree.whole(1), tree.whole(0)
    within = (
        tree.every([compare("<=", form.low, number), compare(">=", form.high, number)])
        for number in numbers
    )
    inside = tree.total(tree.case([(test, one.copy())], none.copy()) for test in within)
    low, high = (tree.cast(end.copy(), tree.HUGE) for end in (form.low, form.high))
    return tree.eq(inside, tree.add(tree.subtract(high, low), tree.whole(1)))


__all__ = ["WORD", "Bit", "CountedEvents", "Emitter"]
