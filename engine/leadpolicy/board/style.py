"""How the board looks: one style sheet, and texts made safe to stand in a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from leadpolicy.characters import inert
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.present.theme import variables

STYLE: Final = f"""<style>
.lp-board{{{variables("light")};color:var(--ink);background:var(--paper);padding:14px 18px;
  font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;overflow:visible}}
[data-jp-theme-light="false"] .lp-board{{{variables("dark")}}}
.lp-board .widget-html-content,.lp-board .jupyter-widgets .widget-html-content{{
  font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;color:var(--ink);
  line-height:1.5;white-space:normal;overflow-wrap:anywhere}}
.lp-board .widget-html{{height:auto;overflow:visible}}
.lp-board .widget-label,.lp-board .widget-readout{{color:var(--ink);font-size:14px}}
.lp-board .widget-readout{{min-width:86px}}
.lp-board input,.lp-board select,.lp-board textarea{{font-size:14px}}
.lp-board button:focus-visible,.lp-board input:focus-visible,.lp-board select:focus-visible,
.lp-board .noUi-handle:focus-visible{{outline:3px solid var(--certain);outline-offset:1px}}
.lp-board>.jupyter-button,.lp-board .widget-vbox>.jupyter-button,
.lp-board .widget-vbox>.widget-toggle-button{{
  align-self:flex-start}}
.lp-board .lp-go{{background:var(--certain);color:var(--paper);font-weight:600}}
.lp-board h1{{font-size:1.6em;margin:4px 0 6px;line-height:1.25}}
.lp-board h2{{font-size:1.15em;margin:16px 0 6px}}
.lp-board h3{{font-size:1em;margin:12px 0 4px}}
.lp-board p,.lp-board ul,.lp-board ol{{margin:4px 0 8px;max-width:52rem}}
.lp-board ul,.lp-board ol{{padding-left:1.4em}}
.lp-board .lp-faint{{color:var(--muted);font-size:.9em}}
.lp-board .lp-bad{{color:var(--against);font-weight:600;white-space:pre-wrap}}
.lp-board .lp-told{{white-space:pre-wrap;font:13px/1.5 ui-monospace,Menlo,Consolas,monospace;
  background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:10px 12px}}
.lp-board table{{border-collapse:collapse;margin:6px 0 10px;font-size:.94em}}
.lp-board th,.lp-board td{{padding:3px 12px 3px 0;border-bottom:1px solid var(--line);
  text-align:left;vertical-align:top;background:none;overflow-wrap:break-word}}
.lp-board td.n,.lp-board th.n{{text-align:right;font-variant-numeric:tabular-nums}}
.lp-board code{{background:var(--panel);color:var(--ink);padding:0 4px;border-radius:4px;
  font-size:.88em}}
.lp-board mark{{background:var(--mark);color:var(--ink);padding:0 3px;border-radius:3px}}
.lp-board blockquote{{margin:4px 0 8px;padding-left:12px;border-left:3px solid var(--line);
  color:var(--muted)}}
.lp-board svg{{max-width:100%;height:auto;display:block}}
.lp-figures{{display:flex;flex-wrap:wrap;gap:10px;margin:6px 0 10px}}
.lp-figures div{{border:1px solid var(--line);border-radius:8px;padding:8px 14px;
  background:var(--panel);min-width:8.5em}}
.lp-figures b{{display:block;font-size:1.55em;line-height:1.2;font-variant-numeric:tabular-nums}}
.lp-figures span{{display:block;color:var(--muted);font-size:.86em;max-width:16em}}
.lp-sheet{{border:1px solid var(--line);border-radius:8px;padding:6px 20px 10px;
  max-height:42rem;overflow:auto}}
.lp-card{{border:2px solid var(--line);border-radius:14px;padding:18px 28px;max-width:62rem;
  font-size:1.45em;line-height:1.45}}
.lp-small .lp-card{{font-size:1em;padding:10px 18px}}
.lp-card .lp-name{{font-size:1.3em;font-weight:700}}
.lp-card dl{{display:grid;grid-template-columns:minmax(9rem,45%) 1fr;gap:4px 22px;margin:10px 0}}
.lp-board .lp-card dt{{color:var(--muted);float:none;width:auto;display:block;font-weight:400;
  overflow-wrap:normal}}
.lp-board .lp-card dd{{margin:0;font-weight:600}}
.lp-clock{{font-size:1.8em;font-weight:650;font-variant-numeric:tabular-nums}}
.lp-steps{{display:flex;flex-wrap:wrap;gap:6px;list-style:none;padding:0!important}}
</style>"""


def table(heads: Iterable[str], rows: Iterable[Iterable[str]], numbers: Iterable[int] = ()) -> str:
    """A table of cells that are HTML already; `numbers` are the columns set to the right."""
    right = set(numbers)

    def cells(row: Iterable[str], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=n' if place in right else ''}>{cell}</{tag}>"
            for place, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{cells(heads, 'th')}</tr></thead><tbody>{body}</tbody></table>"


def faint(text: str) -> str:
    """A paragraph that stays in the background; HTML already."""
    return f'<p class="lp-faint">{text}</p>'


def refusal(error: LeadpolicyError) -> str:
    """What went wrong and the way out, as the command line says it."""
    return f'<div class="lp-bad" role="alert">{plain_lines(str(error))}</div>'


def plain_lines(text: str) -> str:
    """A text of several lines, each safe; to stand where white space counts."""
    return "\n".join(inert(line) for line in text.splitlines())
