"""The first page of a validation, with links to the Data Docs of every table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from leadpolicy.comparison.leaks import Leak
from leadpolicy.data.contract.model import Level
from leadpolicy.data.contract.report import Validation
from leadpolicy.english import plural
from leadpolicy.files import write_whole
from leadpolicy.present.data.terminal import ragged_rows
from leadpolicy.present.pages import page

TEMPLATE: Final = "data/page.html.j2"
MOST_ROWS: Final = 5


def write_index(found: Validation, leaks: Sequence[Leak], folder: Path) -> Path:
    """Writes index.html into a folder; returns its path."""
    expected = plural(len(found.contract), "expectation")
    return write_whole(
        folder / "index.html",
        page(
            TEMPLATE,
            title=f"Validation of {found.dataset.title or found.dataset.name}",
            found=found,
            kept=f"{len(found.contract) - len(found.broken)} of {expected} are kept.",
            tables=list(_tables(found)),
            leaks=leaks,
            most_rows=MOST_ROWS,
            ragged=found.ragged(),
            ragged_rows=ragged_rows,
        ),
    )


def _tables(found: Validation) -> Iterator[dict[str, Any]]:
    broken = {f.expectation.name: f.expectation.level for f in found.broken}
    aside = {read.name: read.set_aside for read in found.tables}
    for name in found.contract.sheets:
        own = [e.name for e in found.contract.expectations if e.sheet == name]
        if own:
            levels = Counter(broken[n] for n in own if n in broken)
            docs = found.pages.get(name)
            yield {
                "name": name,
                "page": docs.name if docs else "",
                "counts": [
                    found.rows_read(name),
                    aside.get(name, 0),
                    len(own),
                    levels[Level.WARNING],
                    levels[Level.CRITICAL],
                ],
            }
