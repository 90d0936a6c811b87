"""A class has one name in the whole package, so that a line of code says what it is about."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import leadpolicy

PACKAGE = Path(leadpolicy.__file__).parent


def classes(path: Path) -> list[str]:
    """Names of the public classes at the top of a module."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return [one.name for one in body if isinstance(one, ast.ClassDef) and one.name[0] != "_"]


def test_public_classes_have_names_of_their_own() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for name in classes(path):
            homes[name].append(str(path.relative_to(PACKAGE)))
    assert len(homes) > 200
    assert {name: paths for name, paths in homes.items() if len(paths) > 1} == {}
