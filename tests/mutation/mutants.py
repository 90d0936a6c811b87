"""Small changes of a source: one operator, constant, condition or name at a time."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

COMPARISONS: Final[Mapping[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: Final[Mapping[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
PAIRS: Final = (
    *(("min", "max"), ("any", "all"), ("every", "some"), ("low", "high"), ("holds", "fails")),
    *(("certain", "possible"), ("LT", "LE"), ("GT", "GE")),
    *(("And", "Or"), ("Add", "Sub"), ("YES", "NO"), ("UNKNOWN", "FALSE"), ("TRUE", "UNKNOWN")),
)
NAMES: Final[Mapping[str, str]] = {
    **{second: first for first, second in reversed(PAIRS)},
    **dict(reversed(PAIRS)),
}
SQL: Final[Mapping[str, str]] = {"LT": "LTE", "LTE": "LT", "GT": "GTE", "GTE": "GT"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed source, with the place and the change in words."""

    file: str
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before}  →  {self.after}"


def count(source: str) -> int:
    """How many mutants there are."""
    return len(list(_sites(ast.parse(source))))


def mutant(file: str, source: str, number: int) -> Mutant:
    """The mutant of that number."""
    tree = ast.parse(source)
    node, other = list(_sites(tree))[number]
    changed = _Replacing(node, other).visit(tree)
    line = getattr(node, "lineno", 0)
    text = ast.unparse(ast.fix_missing_locations(changed))
    return Mutant(file, line, _short(node), _short(other), text + "\n")


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 100 else text[:97] + "..."


@dataclass(slots=True)
class _Replacing(ast.NodeTransformer):
    target: ast.AST
    other: ast.AST

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.target:
            return self.other
        found: ast.AST = self.generic_visit(node)
        return found


def _sites(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Every expression that can be changed, with what it becomes."""
    if isinstance(node, ast.expr):
        yield from ((node, other) for other in _changed(node))
    for test in _conditions(node):
        yield test, _negated(test)
    for part in _computing(node):
        yield from _sites(part)


def _computing(node: ast.AST) -> Iterator[ast.AST]:
    """The parts in which something is computed: no types, decorators, messages."""
    match node:
        case ast.Raise() | ast.Assert() | ast.JoinedStr() | ast.Import() | ast.ImportFrom():
            return
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Call(func=ast.Name(id="field")):
            return
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return
        case ast.AnnAssign(value=value):
            yield from () if value is None else (value,)
        case ast.FunctionDef(args=args, body=body):
            yield from (part for part in (*args.defaults, *args.kw_defaults) if part is not None)
            yield from body
        case ast.ClassDef(body=body):
            yield from body
        case _:
            yield from ast.iter_child_nodes(node)


def _conditions(node: ast.AST) -> Sequence[ast.expr]:
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return ()
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            return (test,)
        case ast.comprehension(ifs=tests):
            return tests
        case _:
            return ()


def _negated(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(ast.Not(), test)


def _changed(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(ops=[first, *_]) if type(first) in COMPARISONS:
            for place, op in enumerate(node.ops):
                other = copy.deepcopy(node)
                other.ops[place] = COMPARISONS[type(op)]()
                yield other
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            yield values[0] if len(values) == 2 else ast.BoolOp(op, values[:-1])
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(operator)](), right)
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case ast.Name(id=name, ctx=ast.Load()) if name in NAMES:
            yield ast.Name(NAMES[name], ast.Load())
        case ast.Attribute(value=ast.Name(id="exp") as value, attr=name) if name in SQL:
            yield ast.Attribute(value, SQL[name], ast.Load())
        case ast.Attribute(value=value, attr=name, ctx=ast.Load()) if name in NAMES:
            yield ast.Attribute(value, NAMES[name], ast.Load())
        case _:
            return
