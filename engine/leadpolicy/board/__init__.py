"""The explorer and the board: what-if and workshop for people who do not code.

`explore` is a widget for notebooks; `board` is all pages of a workshop, for Voilà or JupyterLab;
`python -m leadpolicy.board` serves them to browsers. Needs the extra `notebooks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from leadpolicy.extras import brought

if TYPE_CHECKING:
    from leadpolicy.board.app import Board as Board
    from leadpolicy.board.app import board as board
    from leadpolicy.board.explorer import Explorer as Explorer
    from leadpolicy.board.explorer import explore as explore

_HOMES: Final = {"Board": "app", "Explorer": "explorer", "board": "app", "explore": "explorer"}

__all__ = ["Board", "Explorer", "board", "explore"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'leadpolicy.board' has no attribute {name!r}")
    return getattr(brought("notebooks", f"leadpolicy.board.{_HOMES[name]}"), name)
