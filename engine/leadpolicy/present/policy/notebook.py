"""A policy as it shows itself in a notebook: its definition sheet, in sections to open."""

from __future__ import annotations

from typing import Final

from markdown_it import MarkdownIt

from leadpolicy.characters import visible
from leadpolicy.policy.model import Policy
from leadpolicy.present.notebook import box
from leadpolicy.present.policy.sheet import sheet
from leadpolicy.shown import html

OPEN_SECTIONS: Final = 1
"""How many sections of a definition sheet stand open: the ladder."""


@html.register
def policy_sheet(policy: Policy) -> str:
    """The definition sheet: its head and ladder, and every section to open."""
    lines = (visible(line) for line in sheet(policy).split("\n"))
    first, *sections = "\n".join(lines).split("\n## ")
    title, _, head = first.partition("\n")
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    parts = [f'<div class="h">{reader.renderInline(title.removeprefix("# "))}</div>']
    parts.append(reader.render(head))
    for at, section in enumerate(sections):
        name, _, body = section.partition("\n")
        opened = " open" if at < OPEN_SECTIONS else ""
        parts.append(
            f"<details{opened}><summary>{reader.renderInline(name)}</summary>"
            f"{reader.render(body)}</details>"
        )
    return box(parts)
