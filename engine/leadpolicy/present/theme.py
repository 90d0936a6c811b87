"""The colours of everything that is shown: pages, plots, notebooks and the board.

Blue, amber, magenta and orange differ in lightness, too, and stay apart for colour-blind readers;
marks and words say the same without them. A page defines the colours as CSS variables; what is
drawn names the variable, with the light colour after it for where no page defines any.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Theme: TypeAlias = Literal["light", "dark"]

THEMES: Final[dict[Theme, dict[str, str]]] = {
    "light": {
        "paper": "#ffffff", "panel": "#f5f7f9", "ink": "#1d2733", "muted": "#56636f",
        "line": "#d9dfe5", "certain": "#0b62a4", "unknown": "#e0a21b", "absent": "#a33f6e",
        "against": "#a34a00", "doubt": "#8a5d00", "chosen": "#dcebf7", "refused": "#f6e4ec",
        "mark": "#fff1c9",
    },
    "dark": {
        "paper": "#15191e", "panel": "#1d232a", "ink": "#e4eaf0", "muted": "#9daab6",
        "line": "#39444f", "certain": "#6cb8f0", "unknown": "#e6b450", "absent": "#e283ab",
        "against": "#f5ab66", "doubt": "#e6b450", "chosen": "#17344b", "refused": "#43212f",
        "mark": "#4a4020",
    },
}  # fmt: skip
FONT: Final = 'system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif'


def colour(name: str) -> str:
    """A colour for an SVG element."""
    return f"var(--{name}, {THEMES['light'][name]})"


INK: Final = colour("ink")
MUTED: Final = colour("muted")
GRID: Final = colour("line")
CERTAIN: Final = colour("certain")
UNKNOWN: Final = colour("unknown")
ABSENT: Final = colour("absent")
PAPER: Final = colour("paper")


def variables(theme: Theme) -> str:
    """The colours as CSS declarations."""
    return ";".join(f"--{name}:{value}" for name, value in THEMES[theme].items())


def page_colours(media: str = "") -> str:
    """CSS for a page that follows the system's theme; `media` may keep the dark one off paper."""
    dark = f"{media} and (prefers-color-scheme:dark)" if media else "(prefers-color-scheme:dark)"
    return (
        f":root{{color-scheme:light dark;{variables('light')}}}\n"
        f"@media {dark}{{:root{{{variables('dark')}}}}}"
    )


def notebook_colours(selector: str) -> str:
    """CSS for one element of a notebook: the theme of Jupyter decides, else that of the system."""
    light, dark = (f"{{{variables(theme)}}}" for theme in ("light", "dark"))
    return (
        f"{selector}{light}@media (prefers-color-scheme:dark){{{selector}{dark}}}"
        f'[data-jp-theme-light="true"] {selector},.vscode-light {selector}{light}'
        f'[data-jp-theme-light="false"] {selector},.vscode-dark {selector}{dark}'
    )
