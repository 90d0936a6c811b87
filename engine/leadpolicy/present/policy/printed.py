"""The definition sheet to print: HTML and PDF of the very Markdown that `leadpolicy show` prints,
with a place for each team's signature.

The PDF is set by Typst. Texts reach it as strings, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any, Final

from leadpolicy.characters import inert, visible
from leadpolicy.extras import needs
from leadpolicy.files import write_whole
from leadpolicy.governance.adoption import Adoption, adoption_of
from leadpolicy.policy.model import Policy
from leadpolicy.present.pages import page
from leadpolicy.present.policy.sheet import escaped, sheet, table

TEMPLATE: Final = "policy/sheet.html.j2"
_BREAK: Final = "\n---\n\n"
"""Between two sheets: a new page."""


def printed_sheets(policies: Iterable[Policy]) -> str:
    """The Markdown of all sheets, each with its signatures. Raises `LeadpolicyError`."""
    return _BREAK.join(f"{sheet(policy)}\n{signatures(policy)}" for policy in policies)


def signatures(policy: Policy) -> str:
    """Who has signed this content, or room to sign, as Markdown. Raises `LeadpolicyError`."""
    state = adoption_of(policy)
    rows = [_signature(team, state) for team in policy.teams]
    heads = ("Team", "Name", "Signed on", "In force from", "To be reviewed on")
    return f"## Signatures\n\n{_standing(state)}\n\n{table(heads, rows)}\n"


def _signature(team: str, state: Adoption) -> tuple[str, ...]:
    one = state.valid.get(team)
    if one is None:
        return escaped(team), "", "", "", ""
    dates = str(one.signed), str(one.effective), str(one.review)
    return escaped(team), escaped(one.name), *dates


def _standing(state: Adoption) -> str:
    content = f"`{state.content}`"
    if state.adopted:
        return f"Adopted: every team has signed the content {content}."
    stale = "".join(
        f" {escaped(one.name)} signed for {escaped(one.team)} when it said something else."
        for one in state.stale
    )
    return f"Not adopted yet. A signature stands for the content {content}.{stale}"


# ---------------------------------------------------------------------------------------- HTML


def sheet_html(policies: Sequence[Policy]) -> str:
    """The sheets as one page that needs nothing else. Raises `LeadpolicyError`."""
    from markupsafe import Markup

    parser = _parser()
    rules = parser.renderer.rules
    rules["text"] = lambda tokens, at, *_: inert(tokens[at].content)
    rules["code_inline"] = lambda tokens, at, *_: f"<code>{inert(tokens[at].content)}</code>"
    title = ", ".join(policy.identity for policy in policies)
    body = parser.render(printed_sheets(policies))
    return page(TEMPLATE, title=title, body=Markup(body))  # escaped by the renderer


def write_html(policies: Sequence[Policy], path: Path) -> Path:
    """Writes the page in one step. Raises `LeadpolicyError`."""
    return write_whole(path, sheet_html(policies))


def _parser() -> Any:
    """CommonMark with tables; HTML inside it is text."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


# ----------------------------------------------------------------------------------------- PDF

_SET: Final = """\
#set document(title: {title}, date: none)
#set page(paper: "a4", margin: (x: 24mm, top: 22mm, bottom: 24mm), numbering: "1 / 1",
  header: align(right, text(size: 8pt, fill: luma(90), {title})))
#set text(size: 10pt, lang: "en")
#set par(leading: 0.6em, spacing: 0.9em)
#set list(indent: 0.4em, body-indent: 0.5em, spacing: 0.55em)
#set heading(numbering: none)
#show heading: set block(above: 1.5em, below: 0.7em, sticky: true)
#show heading.where(level: 1): set text(size: 17pt)
#show heading.where(level: 2): set text(size: 12.5pt)
#show raw: set text(size: 8.8pt)
#let quoted(body) = block(above: 0.9em, below: 0.9em, inset: (left: 0.8em, y: 0.15em),
  stroke: (left: 1.5pt + luma(190)), text(fill: luma(70), body))
#set table(stroke: (x, y) => (bottom: if y == 0 {{ 0.8pt }} else {{ 0.3pt + luma(170) }}),
  inset: (x: 4pt, y: 5pt))
#show table.cell.where(y: 0): strong
"""


def sheet_pdf(policies: Sequence[Policy]) -> bytes:
    """The sheets as a PDF of A4 pages. Raises `LeadpolicyError`, also where Typst is missing."""
    needs("print", "typst")
    found: bytes = import_module("typst").compile(sheet_typst(policies).encode())
    return found


def write_pdf(policies: Sequence[Policy], path: Path) -> Path:
    """Writes the PDF in one step. Raises `LeadpolicyError`."""
    return write_whole(path, sheet_pdf(policies))


def sheet_typst(policies: Sequence[Policy]) -> str:
    """The sheets in Typst's language."""
    from markdown_it.tree import SyntaxTreeNode

    title = ", ".join(policy.identity for policy in policies)
    tree = SyntaxTreeNode(_parser().parse(printed_sheets(policies)))
    return _SET.format(title=_string(title)) + "".join(_Typst().all(tree.children))


@dataclass(frozen=True, slots=True)
class _Typst:
    """Nodes of Markdown as Typst. Every text is a string literal."""

    def all(self, nodes: Iterable[Any]) -> Iterator[str]:
        return chain.from_iterable(self.node(node) for node in nodes)

    def inside(self, node: Any) -> str:
        return "".join(self.all(node.children))

    def node(self, node: Any) -> Iterator[str]:
        match node.type:
            case "text" | "html_inline" | "html_block":
                yield f"#{_string(node.content)};"
            case "code_inline":
                yield f"#raw({_string(node.content)});"
            case "softbreak":
                yield " "
            case "hardbreak":
                yield "#linebreak();"
            case "strong" | "em":
                name = "strong" if node.type == "strong" else "emph"
                yield f"#{name}[{self.inside(node)}];"
            case "link":
                yield f"#link({_string(str(node.attrs['href']))})[{self.inside(node)}];"
            case "heading":
                yield f"\n#heading(level: {node.tag[1:]})[{self.inside(node)}];\n"
            case "paragraph":
                yield f"\n\n{self.inside(node)}\n\n"
            case "bullet_list" | "ordered_list":
                yield f"\n#list({','.join(f'[{self.inside(n)}]' for n in node.children)});\n"
            case "blockquote":
                yield f"\n#quoted[{self.inside(node)}];\n"
            case "hr":
                yield "\n#pagebreak(weak: true);\n"
            case "table":
                yield from self.table(node)
            case _:
                yield self.inside(node)

    def table(self, node: Any) -> Iterator[str]:
        rows = [row for part in node.children for row in part.children]
        cells = ",\n".join(f"[{self.cell(cell)}]" for row in rows for cell in row.children)
        columns = ", ".join(_column(rows, place) for place in range(len(rows[0].children)))
        yield f"\n#table(columns: ({columns},),\n{cells});\n"

    def cell(self, node: Any) -> str:
        """An empty cell has room to write in."""
        return self.inside(node) or ("#v(2em)" if node.type == "td" else "")


def _column(rows: Sequence[Any], place: int) -> str:
    """Columns of short cells take what they need, the others share the rest."""
    longest = max(len(_plain(row.children[place])) for row in rows)
    return "auto" if longest <= 3 else "1fr" if longest <= 28 else "3fr"


def _plain(node: Any) -> str:
    return "".join(map(_plain, node.children)) if node.children else str(node.content or "")


def _string(text: str) -> str:
    """A string of Typst; characters that move what follows are shown as codes."""
    safe = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{safe}"'
