"""The operators that conditions may use, each with its meaning, types, lowering and examples."""

from typing import Final

from leadpolicy.operators import equality, order, text, time
from leadpolicy.operators.model import Example, Operator, Shape
from leadpolicy.types import Type

OPERATORS: Final[dict[str, Operator]] = {
    operator.name: operator
    for operator in (
        *equality.OPERATORS,
        *order.OPERATORS,
        *text.OPERATORS,
        *time.OPERATORS,
    )
}


def fitting(kind: Type) -> list[str]:
    """Names of the operators that a fact of this type may be tested with."""
    return [name for name, operator in OPERATORS.items() if kind.kind in operator.kinds]


__all__ = ["OPERATORS", "Example", "Operator", "Shape", "fitting"]
