"""The explorer as a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from leadpolicy.board.desk import Desk
from leadpolicy.board.pages.page import progress_in, told_in
from leadpolicy.board.widgets import widgets


class ExplorePage:
    """Made when it is first opened, and anew when other policies or data are on the table."""

    title = "Explore"

    def __init__(self, desk: Desk, saved: Callable[[Path], None]) -> None:
        self.desk = desk
        self.saved = saved
        self.told = widgets.HTML()
        self.place = widgets.VBox([])
        self.widget = widgets.VBox([widgets.HTML("<h1>What if?</h1>"), self.told, self.place])

    def enter(self) -> None:
        from leadpolicy.board.explorer import Explorer
        from leadpolicy.policy.labels import labelled

        if self.desk.records is None or not self.desk.chosen:
            self.told.value = "<p>Nothing is on the table yet: begin on the page “Start”.</p>"
            self.place.children = []
            return
        if self.desk.explorer is None:
            self.place.children = []
            with told_in(self.told, "Looking once at every record…"):
                self.desk.explorer = Explorer(
                    labelled(self.desk.chosen), self.desk.records, saved=self.saved,
                    progress=progress_in(self.told),
                )  # fmt: skip
                self.told.value = ""
                self.place.children = [self.desk.explorer.widget]
