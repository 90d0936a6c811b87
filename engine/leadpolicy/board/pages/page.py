"""What every page is: a title, widgets, and what happens when somebody opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from leadpolicy.board.desk import Desk
from leadpolicy.board.style import faint, refusal
from leadpolicy.board.widgets import widgets
from leadpolicy.characters import inert
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.evaluation.engines import Progress


class Page(Protocol):
    """A page of the board. `enter` is called whenever it is opened."""

    title: str
    widget: Any

    def __init__(self, desk: Desk) -> None: ...

    def enter(self) -> None: ...


def button(text: str, act: Callable[[object], None], *, main: bool = False, tip: str = "") -> Any:
    """A button as wide as its text; the main one of a page stands out."""
    made = widgets.Button(
        description=text, tooltip=tip or text, layout={"width": "auto"},
    )  # fmt: skip
    made.on_click(act)
    if main:
        made.add_class("lp-go")
    return made


@contextmanager
def told_in(place: Any, working: str = "") -> Iterator[None]:
    """Shows what is being done in an HTML widget, and what a user can do about an error."""
    if working:
        place.value = faint(working)
    try:
        yield
    except LeadpolicyError as error:
        place.value = refusal(error)
        return
    if working and place.value == faint(working):
        place.value = ""


def progress_in(place: Any) -> Progress:
    """Shows how far work has come in an HTML widget."""

    def progress(what: str, done: int, of: int) -> None:
        place.value = faint(f"{inert(what)}: {done:,} of {of:,}…")

    return progress


def show(one: Any, *, visible: bool) -> None:
    """Shows a widget, or hides it with the place that it takes."""
    one.layout.display = "" if visible else "none"
