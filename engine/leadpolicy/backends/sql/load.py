"""Reading a table once into the engine's memory, typed and coded, for many runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlglot import exp

from leadpolicy.backends import Place
from leadpolicy.backends.sql import tree
from leadpolicy.backends.sql.columns import Binder, Bound, Part
from leadpolicy.backends.sql.forms import CodedForm
from leadpolicy.backends.sql.program import Loaded, TableProgram, refuse_mixed, typed
from leadpolicy.backends.sql.session import Session, Unfit, diagnose
from leadpolicy.diagnostics import LeadpolicyError, Problems
from leadpolicy.types import Kind, Type

_MOST_TINY = 255


def load(
    source: object,
    facts: Mapping[str, Type],
    columns: Mapping[str, Place] | None = None,
    *,
    keep: Iterable[str] = (),
    moments: Iterable[str] = (),
    flags: Iterable[str] = (),
    programs: Iterable[TableProgram] = (),
    session: Session | None = None,
) -> Loaded:
    """Reads and checks the columns of `facts` once. Raises `LeadpolicyError`.

    `keep` are columns to carry along as they are (the records' keys), `moments` and `flags` those
    that runs will use as moments of evaluation or `since`, and as `recorded`. Lists of values that
    `programs` ask for become spans of codes, which are the fastest to compare.
    """
    session = session or Session()
    problems = Problems()
    opened = session.open(source, "the table")
    orders: dict[str, tuple[str, ...]] = {}
    for program in programs:
        orders |= program.orders
    bound = Binder(opened.header, problems).facts(facts, columns or {}, orders)
    extra = Binder(opened.header, problems, "x").facts(
        {name: Type(Kind.MOMENT) for name in moments}
        | {name: Type(Kind.BOOLEAN) for name in flags},
        {},
        {},
    )
    names = {given: f"k{place}" for place, given in enumerate(dict.fromkeys(keep))}
    for given in names:
        Binder(opened.header, problems).column_type(given, "a column to keep")
    refuse_mixed(source, bound, opened.header.where, problems)
    problems.stop_on_errors()
    parts = tuple(part for one in (*bound.values(), *extra.values()) for part in one.parts)
    base = typed(opened.sql, [_narrow(part, bound) for part in parts], names, numbered=False)
    try:
        table = session.keep(tree.select([exp.Star()], base), opened.header.where)
    except Unfit:
        found = diagnose(session, opened.sql, parts, opened.header.where)
        raise LeadpolicyError(found) from None
    kept = names | {name: one.parts[0].name for name, one in extra.items()}
    return Loaded(session, table, opened.header.where, bound, kept, opened.header.types)


def _narrow(part: Part, bound: Mapping[str, Bound]) -> Part:
    """Codes in one byte, or two."""
    for one in bound.values():
        if part in one.parts and isinstance(one.form, CodedForm):
            few = one.form.last <= _MOST_TINY
            kind = tree.TINY if few else tree.Word.USMALLINT
            return replace(part, value=tree.cast(part.value.copy(), kind))
    return part
