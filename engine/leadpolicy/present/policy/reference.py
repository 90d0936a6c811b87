"""The tables of the language reference that are made from the code.

`python -m leadpolicy.present.policy.reference FILE…` writes them again, between their markers;
`--check` only tells whether a file is up to date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from leadpolicy.diagnostics import CODES
from leadpolicy.files import write_whole
from leadpolicy.operators import OPERATORS, Operator, Shape
from leadpolicy.types import Kind

_MARKED: Final = re.compile(r"(<!-- (\w+):begin -->\n)(.*?)(<!-- \2:end -->)", re.DOTALL)
_RIGHT: Final = {
    Shape.ONE: "a value",
    Shape.MANY: "a list",
    Shape.PAIR: "a list of two",
    Shape.FLAG: "`true` or `false`",
    Shape.DURATION: "a length of time",
    Shape.PATTERN: "a regular expression",
}
_HUNDREDS: Final = {
    "LP1": "The text",
    "LP2": "Names",
    "LP3": "Types and values",
    "LP4": "The meaning of a policy",
    "LP5": "Data sets, records and commands",
    "LP6": "Cards",
    "LP7": "Adoption",
    "LP9": "Findings of the lint (warnings)",
}


def operators_table() -> str:
    """Every operator, and below it the examples that the tests run."""
    rows = [
        (f"`{o.name}`", _kinds(o), _right(o), o.summary.replace("\n", " "))
        for o in OPERATORS.values()
    ]
    text = _table(("Operator", "For", "To its right", "Meaning"), rows)
    return f"{text}\n\nExamples, all of which the tests run:\n\n{_examples()}\n"


def codes_table() -> str:
    """Every code of a finding with its meaning."""
    blocks = []
    for start, title in _HUNDREDS.items():
        rows = [(code, CODES[code]) for code in CODES if code.startswith(start)]
        blocks.append(_table((title, ""), rows))
    return "\n\n".join(blocks) + "\n"


TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "operators": operators_table,
    "codes": codes_table,
}


def refreshed(text: str) -> str:
    """A text with the tables between its markers written again; other marked parts stay."""

    def replace(found: re.Match[str]) -> str:
        made = TABLES.get(found[2])
        return found[0] if made is None else f"{found[1]}\n{made()}\n{found[4]}"

    return _MARKED.sub(replace, text)


def _kinds(operator: Operator) -> str:
    missing = [kind for kind in Kind if kind not in operator.kinds]
    if not missing:
        return "every type"
    if len(missing) < 3:
        return f"every type but {' and '.join(missing)}"
    return ", ".join(kind for kind in Kind if kind in operator.kinds)


def _right(operator: Operator) -> str:
    return _RIGHT[operator.shape] + (" or another fact" if operator.facts else "")


def _examples() -> str:
    shown: dict[tuple[str, str], list[str]] = {}
    for operator in OPERATORS.values():
        for example in operator.examples:
            value = _example_value(example.value)
            verdict = f"{value} {example.verdict}"
            shown.setdefault((example.condition, example.type), []).append(verdict)
    rows = [(f"`{condition}`", kind, ", ".join(v)) for (condition, kind), v in shown.items()]
    return _table(("Test", "Type", "Values with their verdicts"), rows)


def _example_value(value: str | None) -> str:
    if value is None:
        return "not known"
    return f"`{value}`" if value else "nothing at all"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table, not padded: its lines change only where its content does."""
    titles = list(heads)
    lines = [titles, ["---"] * len(titles)]
    lines += [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: list[str]) -> int:
    """Writes or checks the files named; 1 if a check finds one out of date."""
    stale = []
    for path in (Path(name) for name in arguments if name != "--check"):
        before = path.read_text(encoding="utf-8")
        after = refreshed(before)
        if after != before:
            stale.append(path)
            if "--check" not in arguments:
                write_whole(path, after)
    sys.stdout.write("".join(f"{path}: out of date\n" for path in stale))
    return int("--check" in arguments and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
