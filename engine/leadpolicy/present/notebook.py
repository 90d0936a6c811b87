"""The look of results in a notebook: the theme of Jupyter decides, else that of the system."""

from __future__ import annotations

from html import escape
from typing import Final

from leadpolicy.present.characters import visible

# Blue, orange and grey stay apart for colour-blind readers.
LIGHT: Final = (
    "--ground:#ffffff;--text:#1f2328;--faint:#59636e;--line:#d1d9e0;--soft:#f6f8fa;"
    "--yes:#0a5c9e;--no:#a34a00;--open:#59636e"
)
DARK: Final = (
    "--ground:#1b1d21;--text:#e6e8eb;--faint:#a3abb4;--line:#3b4149;--soft:#24272c;"
    "--yes:#79bdf2;--no:#f5ab66;--open:#b3bac2"
)


def themed(name: str, rules: str) -> str:
    """A style for everything of the class `name`; in `rules` `&` stands for it."""
    own = f".{name}"
    return (
        f"<style>{own}{{{LIGHT};background:var(--ground);color:var(--text);border:1px solid "
        "var(--line);border-radius:10px;padding:16px 20px;max-width:60rem;"
        'font:14px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;overflow-wrap:anywhere;'
        "text-align:left}"
        f"@media (prefers-color-scheme:dark){{{own}{{{DARK}}}}}"
        f'[data-jp-theme-light="true"] {own},.vscode-light {own}{{{LIGHT}}}'
        f'[data-jp-theme-light="false"] {own},.vscode-dark {own}{{{DARK}}}'
        f"{own} *{{box-sizing:border-box}}{rules.replace('&', own)}</style>"
    )


def text(value: object) -> str:
    """Text of a policy or record: escaped, visible, its direction kept to itself."""
    return f"<bdi>{escape(visible(str(value)))}</bdi>"
