"""The operators that conditions may use, each with its meaning, types, lowering and examples."""

from typing import Final

from leadpolicy.operators import equality, order, text, time
from leadpolicy.operators.model import Example, Operator, Shape

OPERATORS: Final[dict[str, Operator]] = {
    operator.name: operator
    for operator in (
        *equality.OPERATORS,
        *order.OPERATORS,
        *text.OPERATORS,
        *time.OPERATORS,
    )
}

__all__ = ["OPERATORS", "Example", "Operator", "Shape"]
