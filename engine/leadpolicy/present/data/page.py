"""The first page of a validation, with links to the Data Docs of every table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import quote

from leadpolicy.comparison.leaks import Leak
from leadpolicy.data.contract.model import Level
from leadpolicy.data.contract.report import Validation
from leadpolicy.english import plural
from leadpolicy.files import write_whole
from leadpolicy.present.characters import visible

STYLE: Final = """
:root{color-scheme:light dark}
body{font:16px/1.55 system-ui,sans-serif;max-width:66rem;margin:2rem auto;padding:0 1.2rem;
 color:CanvasText;background:Canvas}
h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}th,td{padding:.35rem .6rem;text-align:left;
 border-bottom:1px solid #8884;vertical-align:top;overflow-wrap:anywhere}
td.critical,td.warning,td.found{white-space:nowrap;overflow-wrap:normal}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.critical{color:#b3261e;font-weight:600}.warning{color:#8a5a00}.good{color:#0a6b32}
@media(prefers-color-scheme:dark){.critical{color:#ff8a80}.warning{color:#ffc966}.good{color:#7ddf9f}}
code{font-size:.92em}.note{opacity:.75;font-size:.92em}
"""
MOST_ROWS: Final = 5
ROWS: Final = (
    "<h2>Rows</h2><p><a href='failing_rows.csv'>failing_rows.csv</a>: every row that breaks an "
    "expectation, with its reason. <a href='quarantine.csv'>quarantine.csv</a>: the rows that are "
    "left out of the records for it.</p>"
)


def write_index(found: Validation, leaks: Sequence[Leak], folder: Path) -> Path:
    """Writes index.html into a folder; returns its path."""
    target = folder / "index.html"
    write_whole(target, _page(found, leaks))
    return target


def _page(found: Validation, leaks: Sequence[Leak]) -> str:
    title = f"Validation of {found.dataset.title or found.dataset.name}"
    parts = [
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width,initial-scale=1'>",
        f"<title>{_text(title)}</title><style>{STYLE}</style></head><body><main>",
        f"<h1>{_text(title)}</h1>",
        _verdict(found),
        "<h2>Tables</h2>",
        _tables(found),
        "<h2>What is broken</h2>",
        _broken(found),
        "<h2>Facts that know the outcome</h2>",
        _leaks(leaks),
        ROWS,
        "</main></body></html>\n",
    ]
    return "\n".join(parts)


def _text(text: object) -> str:
    return escape(visible(str(text)))


def _verdict(found: Validation) -> str:
    kept = len(found.contract) - len(found.broken)
    said = f"{kept} of {plural(len(found.contract), 'expectation')} are kept."
    if found.stopping:
        return f"<p class='critical'>{said} Comparisons and backtests stop on this data.</p>"
    return f"<p class='good'>{said} Nothing stops comparisons and backtests on this data.</p>"


def _tables(found: Validation) -> str:
    broken = {f.expectation.name: f.expectation.level for f in found.broken}
    rows = []
    for name, sheet in found.contract.sheets.items():
        own = [e.name for e in found.contract.expectations if e.sheet == name]
        if not own:
            continue
        levels = Counter(broken[n] for n in own if n in broken)
        page = found.pages.get(name)
        shown = f"<a href='{quote(page.name)}'>{_text(name)}</a>" if page else _text(name)
        cells = [sheet.rows, len(own), levels[Level.WARNING], levels[Level.CRITICAL]]
        numbers = "".join(f"<td class='n'>{cell:,}</td>" for cell in cells)
        rows.append(f"<tr><th scope='row'>{shown}</th>{numbers}</tr>")
    head = "".join(
        f"<th class='n'>{h}</th>"
        for h in ("Rows", "Expectations", "Broken warnings", "Broken critical")
    )
    return (
        f"<table><thead><tr><th>Table</th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        "<p class='note'>Each table leads to its Data Docs by Great Expectations.</p>"
    )


def _broken(found: Validation) -> str:
    if not found.broken:
        return "<p>Nothing: every expectation is kept.</p>"
    rows = []
    for finding in found.broken:
        one = finding.expectation
        level = str(one.level) + (" (accepted)" if one.name in found.accepted else "")
        listed = "".join(
            f"<li><code>{_text(row)}</code> <span class='note'>"
            f"{'set aside' if row.set_aside else 'not set aside'}</span></li>"
            for row in found.rows_of(finding, MOST_ROWS)
        )
        rows.append(
            f"<tr><td class='{one.level}'>{level}</td><td><code>{_text(one.name)}</code><br>"
            f"{_text(one.says)}{f'<ul>{listed}</ul>' if listed else ''}</td>"
            f"<td class='found'>{_text(finding.observed)}</td></tr>"
        )
    return (
        "<table><thead><tr><th>Level</th><th>Expectation</th><th>Found</th></tr></thead><tbody>"
        f"{''.join(rows)}</tbody></table>"
    )


def _leaks(leaks: Sequence[Leak]) -> str:
    if not leaks:
        return "<p>None is known.</p>"
    rows = "".join(
        f"<tr><td><code>{_text(leak.fact)}</code></td><td>{_text(leak.sort)}"
        f"{'<br>guarded by its dates' if leak.guarded else ''}</td>"
        f"<td>{_text(leak.evidence)}</td></tr>"
        for leak in leaks
    )
    return (
        "<table><thead><tr><th>Fact</th><th>How</th><th>Evidence</th></tr></thead><tbody>"
        f"{rows}</tbody></table>"
    )
