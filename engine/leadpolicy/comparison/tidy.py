"""Tidy data frames: rows to a frame with exactly the columns and types that were announced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

Columns: TypeAlias = Mapping[str, str]
"""The columns of a frame, each with its type."""
Row: TypeAlias = dict[str, Any]


def frame(rows: Iterable[Row] | Iterable[tuple[object, ...]], columns: Columns) -> pd.DataFrame:
    """A frame with exactly these columns and types; rows without names are in their order."""
    made = pd.DataFrame(list(rows), columns=list(columns))
    return made.astype(dict(columns))


def plain_rows(table: pd.DataFrame) -> list[Row]:
    """Rows as JSON can carry them: missing numbers as None, tuples as lists."""
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in table.to_dict(orient="records")
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value
