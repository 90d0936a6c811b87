"""Reading a written history back without the data room."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import TypeAlias

Row: TypeAlias = dict[str, str]

TABLES = ("companies", "people", "events", "assessments", "deals", "lifecycle")


def read_tables(folder: Path) -> dict[str, list[Row]]:
    """All tables of a history as rows of texts."""
    found = {}
    for name in TABLES:
        with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
            found[name] = list(csv.DictReader(file))
    return found


def read_cases(folder: Path) -> dict[str, list[str]]:
    """The companies of each written case, the first copy first."""
    found: dict[str, list[str]] = {}
    with (folder / "edge_cases.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["scenario"], []).append(row["company_id"])
    return found
