"""The first page: what this is, which data, which definitions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from leadpolicy.board.desk import Desk
from leadpolicy.board.pages.page import button, told_in
from leadpolicy.board.style import faint, refusal
from leadpolicy.board.widgets import widgets
from leadpolicy.characters import inert
from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.english import plural
from leadpolicy.policy.model import Policy

DEFAULT: Final = 3
"""Policies that are ticked at first."""
ABOUT: Final = """
<h1>What is a lead? Agree on it, and sign it.</h1>
<p>Sales and marketing often mean different things by “lead”. Here are several written definitions
and a history of real records. In about ninety minutes you leave with one definition that both
teams have signed:</p>
<ol>
<li><b>Cards:</b> look at records on which the definitions disagree, without seeing what they
say.</li>
<li><b>Vote:</b> everybody says for each card what it is.</li>
<li><b>Agreement:</b> see where you agree, what to talk about, and which definition you mean.</li>
<li><b>Explore:</b> move the thresholds, see at once how many records that makes, how good they
are, and who comes and goes.</li>
<li><b>Decide:</b> write it down as a new version; both teams sign.</li>
</ol>
"""


class StartPage:
    """Chooses the data and the policies; `begun` is called when both are read."""

    title = "Start"

    def __init__(self, desk: Desk, begun: Callable[[], None]) -> None:
        self.desk = desk
        self.begun = begun
        self.sets = widgets.Dropdown(
            options=_options(desk.sets),
            description="Data set", layout={"width": "90%", "max_width": "760px"},
        )  # fmt: skip
        self.ticks: dict[str, Any] = {}
        self.found: dict[str, Policy] = {}
        self.list = widgets.VBox(
            [], layout={"max_height": "640px", "overflow": "auto", "padding": "2px"}
        )
        self.wrong = widgets.HTML()
        self.told = widgets.HTML()
        self.go = button("Begin with these", self.begin, main=True)
        self.widget = widgets.VBox(
            [
                widgets.HTML(ABOUT),
                widgets.HTML("<h2>1. The records</h2>"), self.sets,
                widgets.HTML("<h2>2. The definitions to look at</h2>"), self.list, self.wrong,
                self.go, self.told,
            ]
        )  # fmt: skip

    def enter(self) -> None:
        """Looks into the folder anew: versions may have been written since."""
        policies, wrong = self.desk.available()
        chosen = {policy.id for policy in self.desk.chosen} or {
            policy.id for policy in _telling(policies)[:DEFAULT]
        }
        self.found = {policy.id: policy for policy in policies}
        self.ticks = {
            policy.id: widgets.Checkbox(
                value=policy.id in chosen, indent=False, layout={"width": "100%"},
                description=f"{policy.identity}: {policy.title}",
            )
            for policy in policies
        }  # fmt: skip
        self.list.children = list(self.ticks.values())
        self.wrong.value = "".join(refusal(error) for error in wrong)
        if not policies:
            self.wrong.value += faint(f"There is no policy in {inert(self.desk.policies)}.")

    def begin(self, _: object = None) -> None:
        """Reads the records once; everything else answers from them."""
        chosen = [self.found[id] for id, tick in self.ticks.items() if tick.value]
        with told_in(self.told, "Reading the records…"):
            if not chosen:
                raise LeadpolicyError.of(
                    "LP509", "no definition is ticked", expected="at least one"
                )
            if self.sets.value is None:
                raise LeadpolicyError.of("LP501", "there is no data set to look at")
            self._read(self.sets.value)
            self.desk.chosen = chosen
            self.desk.explorer = None
            records = self.desk.records
            assert records is not None
            self.told.value = (
                f"<p role='status'><b>{plural(len(records), 'record')}</b> and "
                f"<b>{plural(len(chosen), 'definition')}</b> are on the table. Next: deal the "
                "cards, or explore.</p>"
            )
            self.begun()

    def _read(self, path: Path) -> None:
        from leadpolicy.data.dataset import open_dataset

        if self.desk.records is None or self.desk.records.dataset.path.parent != path:
            self.desk.records = open_dataset(path).records(progress=self._progress)

    def _progress(self, what: str, _done: int, _of: int) -> None:
        self.told.value = faint(f"{inert(what)}…")


def _telling(policies: list[Policy]) -> list[Policy]:
    """Those first that have something to move, and of these the ones with the most rungs."""
    return sorted(policies, key=lambda one: (not one.parameters, -len(one.rungs), one.id))


def _options(sets: tuple[Path, ...]) -> list[tuple[str, Path | None]]:
    return [(_shown(path), path) for path in sets] or [("none found", None)]


def _shown(path: Path) -> str:
    from leadpolicy.data.dataset import open_dataset

    try:
        return f"{path.name}: {open_dataset(path).title or path.name}"
    except LeadpolicyError:
        return path.name
