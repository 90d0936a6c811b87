"""fixtures/README.md names every key that a dataset.yaml may have."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from leadpolicy.data import cells, mapping, meanings
from leadpolicy.data.amounts import NUMBER_FORMATS

READ = re.compile(r"""\.get\("([a-z_]+)"\)""")


def keys_read(module: ModuleType) -> set[str]:
    """The keys that a module asks mappings for."""
    assert module.__file__ is not None
    return set(READ.findall(Path(module.__file__).read_text(encoding="utf-8")))


def section(fixtures: Path, title: str) -> str:
    text = (fixtures / "README.md").read_text(encoding="utf-8")
    _, found, rest = text.partition(f"\n{title}\n")
    assert found, title
    level = title.partition(" ")[0]
    return re.split(rf"^#{{2,{len(level)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(text: str) -> set[str]:
    """What is named in the first cells of tables."""
    firsts = re.findall(r"^\| ([^|]*) \|", text, flags=re.MULTILINE)
    return {name for first in firsts for name in re.findall(r"`([a-z_]+)`", first)}


def test_every_key_is_in_the_reference(fixtures: Path) -> None:
    accepted = {
        *mapping.TOP_KEYS,
        *mapping.TABLE_KEYS,
        *mapping.RECORDS_KEYS,
        *meanings.EVENT_KEYS,
        *meanings.DATED_KEYS,
        *cells.COMMON,
        *cells.ANY_KIND,
    }
    accepted |= keys_read(mapping) | keys_read(meanings) | keys_read(cells)
    assert {"on", "not", "known", "by", "within", "present_means", "rates"} <= accepted
    assert first_cells(section(fixtures, "## All keys of dataset.yaml")) == accepted


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("### The data set", mapping.TOP_KEYS),
        ("### Tables", mapping.TABLE_KEYS),
        ("### Records and joins", (*mapping.RECORDS_KEYS, "on")),
        ("### Facts", ("column", "constant", "absent_means", "present_means")),
        ("### Which rows", (*meanings.TOLD_KEYS, "not")),
        ("### How a cell is read", {*cells.COMMON, *cells.ANY_KIND} - {"column"}),
        ("### Events", set(meanings.EVENT_KEYS) - set(meanings.TOLD_KEYS)),
        ("### Judgements", ("fact", "value", "by")),
        ("### Outcome", ("name", "within")),
    ],
)
def test_keys_stand_where_they_belong(fixtures: Path, title: str, keys: tuple[str, ...]) -> None:
    assert first_cells(section(fixtures, title)) == set(keys)


def test_closed_lists_are_complete(fixtures: Path) -> None:
    text = section(fixtures, "## All keys of dataset.yaml")
    named = (*mapping.GRAINS, *mapping.FORMATS, *NUMBER_FORMATS, "iso", "epoch_s", "epoch_ms")
    assert [name for name in named if f"`{name}`" not in text] == []
    spelled = [name for name in mapping.DELIMITERS if name.isalpha()]
    assert [name for name in spelled if f"`{name}`" not in text] == []
