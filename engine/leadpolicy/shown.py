"""How results show themselves in notebooks, without knowing how they look.

A result says that it can be shown; its look stands in `present`, in the folder named like the
result's own room, and registers here. Nothing below imports `present`: the folder is imported by
its name when something is first shown, so that a policy can be shown where no data frames are
installed, and a result whose room nobody entered costs nothing.
"""

from __future__ import annotations

from functools import singledispatch
from importlib import import_module
from typing import Final

LOOKS: Final = "leadpolicy.present.{room}.notebook"


@singledispatch
def html(result: object) -> str:
    """A result as HTML for a notebook: no script, no external resource."""
    raise TypeError(f"nothing says how a {type(result).__name__} looks")


class Shown:
    """A result that notebooks show as HTML."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        kind = next(kind for kind in type(self).__mro__ if Shown in kind.__bases__)
        import_module(LOOKS.format(room=kind.__module__.split(".")[1]))
        return html(self)


__all__ = ["Shown", "html"]
