"""The explorer: parameters on sliders, and at every move what follows from them."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leadpolicy.backends import AUTO, engine_name
from leadpolicy.board import answer
from leadpolicy.board.positions import all_positions, fixed, positions, shown
from leadpolicy.board.saving import Saving
from leadpolicy.board.style import STYLE, faint, refusal
from leadpolicy.board.widgets import widgets
from leadpolicy.characters import inert
from leadpolicy.comparison.cubes.cube import Cube, cube
from leadpolicy.comparison.cubes.moves import alike
from leadpolicy.comparison.cubes.scan import CubeTable
from leadpolicy.comparison.leaks import Leak, leaks, leaks_frame
from leadpolicy.data.recordset import RecordSet
from leadpolicy.diagnostics import LeadpolicyError, listing
from leadpolicy.english import plural
from leadpolicy.evaluation.arguments import check
from leadpolicy.evaluation.cohort import FrameMeaning, records_for
from leadpolicy.policy.labels import labelled
from leadpolicy.policy.model import Parameter, Policy
from leadpolicy.present.comparison.evidence import used_leaks
from leadpolicy.present.wording import rung_title

if TYPE_CHECKING:
    from datetime import date

    from leadpolicy.comparison.cubes.view import CubeLevel, CubeView
    from leadpolicy.data.frames import Outcome
    from leadpolicy.data.moments import AsOf
    from leadpolicy.data.recordset import Progress
    from leadpolicy.evaluation.cohort import Chosen

EXAMPLES: Final = 8
"""Names that each group of records keeps, and that each line of gained and lost shows."""
TOGETHER: Final = 6
"""Up to so many policies move in one scan; with more, each is scanned when it is chosen."""
ALL: Final = ""


def explore(  # noqa: PLR0913 - what describes a frame is named one by one
    policies: Chosen,
    data: object,
    *,
    as_of: AsOf | date | str | None = None,
    id: str | None = None,
    facts: Mapping[str, str] | None = None,
    events: object | None = None,
    recorded: Collection[str] | None = None,
    outcome: Outcome | str | None = None,
    parameters: Mapping[str, Any] | None = None,
    reps: int = 10,
    saved: Callable[[Path], None] | None = None,
    engine: str = AUTO,
    progress: Progress | None = None,
) -> Explorer:
    """An explorer for a notebook: pick a policy, move its parameters, see what follows.

    `policies`, `data` and what describes a frame are as `compare` takes them; or `data` is a
    `CubeTable` of any size. `parameters` says where sliders may go, as `cube` does; by default to
    round values around the policy's own. `reps` is among how many people the records are shared
    out. `saved` is called with the file of every new version; `engine` is one of
    `backends.ENGINES`. Raises `LeadpolicyError`.
    """
    check(
        policies=policies, as_of=as_of, id=id, facts=facts, recorded=recorded, outcome=outcome,
        parameters=parameters, reps=reps, saved=saved, progress=progress,
    )  # fmt: skip
    chosen = labelled(policies)
    engine_name(engine)
    meaning = FrameMeaning(id, facts, events, recorded, outcome)
    records = (
        data if isinstance(data, CubeTable) else records_for(chosen, data, as_of, meaning, progress)
    )
    return Explorer(
        chosen, records, parameters, reps=reps, saved=saved, engine=engine, progress=progress
    )


class Explorer:
    """Widgets around a cube. `widget` is what is displayed; `settings` are the moves so far."""

    def __init__(
        self,
        policies: Mapping[str, Policy],
        data: RecordSet | CubeTable,
        parameters: Mapping[str, Any] | None = None,
        *,
        reps: int = 10,
        saved: Callable[[Path], None] | None = None,
        engine: str = AUTO,
        progress: Progress | None = None,
    ) -> None:
        self.engine = engine
        self.policies = dict(policies)
        self.data = data
        self.parameters = parameters
        self.progress = progress
        self.settings: dict[str, dict[str, str]] = {label: {} for label in self.policies}
        self.cubes: dict[str, Cube] = {}
        self.scanned = 0.0
        self.took: list[float] = []
        """Seconds that each answer took, without the browser."""
        self.sliders: dict[str, Any] = {}
        self._before: dict[str, answer.StandCounts] = {}
        self._leaks: list[Leak] | None = None
        self._quiet = False
        self._build(reps, saved)
        self.choose()

    # ------------------------------------------------------------------------- the widgets

    def _build(self, reps: int, saved: Callable[[Path], None] | None) -> None:
        wide = {"width": "100%"}
        self.which = widgets.Dropdown(
            options=[(_named(policy, label), label) for label, policy in self.policies.items()],
            description="Policy", layout=wide,
        )  # fmt: skip
        self.at = widgets.Dropdown(options=[("", None)], description="Look at", layout=wide)
        self.reps = widgets.BoundedIntText(
            value=max(1, reps), min=1, max=1_000_000, description="Reps", layout={"width": "180px"}
        )
        self.reset = widgets.Button(description="Back to the file", layout={"width": "auto"})
        self.panel = widgets.VBox([])
        self.told = widgets.HTML()
        self.figures = widgets.HTML()
        self.names = widgets.HTML()
        self.sheet = widgets.HTML()
        self.time = widgets.HTML()
        self.saving = Saving(self.to_save, saved)
        left = widgets.VBox(
            [self.which, self.at, self.reps, self.panel, self.reset, self.told, self.saving.widget],
            layout={"width": "34%", "min_width": "300px", "padding": "0 18px 0 0"},
        )
        right = widgets.VBox(
            [self.figures, self.names, self.time, self.sheet],
            layout={"width": "66%", "min_width": "420px"},
        )
        body = widgets.HBox([left, right], layout={"flex_flow": "row wrap"})
        self.widget = widgets.VBox([widgets.HTML(STYLE), body])
        self.widget.add_class("lp-board")
        self.which.observe(self.choose, "value")
        self.at.observe(self.show, "value")
        self.reps.observe(self.show, "value")
        self.reset.on_click(self.back)

    def _repr_mimebundle_(self, **given: Any) -> Any:
        return self.widget._repr_mimebundle_(**given)

    def __repr__(self) -> str:
        return f"<Explorer of {listing(self.policies)}>"

    # ----------------------------------------------------------------------------- choosing

    def choose(self, _: object = None) -> None:
        """Puts another policy on the sliders; scans the records where that has not been done."""
        label = self.which.value
        policy = self.policies[label]
        self.figures.value = faint(f"Looking once at every record for {inert(label)}…")
        try:
            begin = time.perf_counter()
            made = self.cube_of(label)
            self.scanned = max(self.scanned, time.perf_counter() - begin)
        except LeadpolicyError as error:
            self.figures.value = refusal(error)
            return
        self._quiet = True
        levels = made.view(label).levels()
        self.at.options = [(_level_title(policy, level), level) for level in levels]
        self.at.value = _first(levels)
        self._sliders(label, policy, made)
        self._quiet = False
        self.saving.close()
        answer.figures(self.asked())  # what is loaded for a first answer is no part of its time
        self.show()

    def cube_of(self, label: str) -> Cube:
        """The cube in which a policy moves. Raises `LeadpolicyError`."""
        together = len(self.policies) <= TOGETHER
        key = ALL if together else label
        if together and ALL not in self.cubes:
            self.cubes[ALL] = self._scan(self.parameters or all_positions(self.policies), EXAMPLES)
        if key not in self.cubes:
            own = positions(self.policies[label])
            wanted = {label: self._wanted(label, own)}
            self.cubes[key] = self._scan(wanted, EXAMPLES)
        return self.cubes[key]

    def _wanted(self, label: str, own: Mapping[str, Any]) -> Mapping[str, Any]:
        """Where the sliders of one policy may go: as asked for, else round values."""
        if self.parameters is None:
            return own
        named = self.parameters.get(label)
        if isinstance(named, Mapping):
            return named
        has = self.policies[label].parameters
        return {name: values for name, values in self.parameters.items() if name in has}

    def _scan(self, wanted: Mapping[str, Any], examples: int) -> Cube:
        return cube(
            self.policies, self.data, parameters=wanted, examples=examples,
            engine=self.engine, progress=self.progress,
        )  # fmt: skip

    def _sliders(self, label: str, policy: Policy, made: Cube) -> None:
        self.sliders = {}
        rows = []
        for name, allowed in made.settings[label].items():
            parameter = made.policies[label].parameters[name]
            slider = widgets.SelectionSlider(
                options=[
                    (shown(one.texts), parameter.shown if alike(one, parameter) else one.shown)
                    for one in allowed
                ],
                value=self.settings[label].get(name, parameter.shown), continuous_update=True,
                description=" ", layout={"width": "100%"},
                style={"description_width": "0px"},
            )  # fmt: skip
            slider.observe(self.show, "value")
            self.sliders[name] = slider
            says = widgets.HTML(
                f"<b>{inert(name.replace('_', ' '))}</b> "
                f"<span class='lp-faint'>{inert(parameter.says)}</span>"
            )
            rows += [says, slider]
        still = [one for one in fixed(policy) if one.name not in self.sliders]
        if still:
            told = "; ".join(f"{inert(one.name)}: {inert(one.shown)}" for one in still)
            rows.append(widgets.HTML(faint(f"Without a slider: {told}")))
        if not policy.parameters:
            rows.append(widgets.HTML(faint("This policy has no parameters: nothing can be moved.")))
        self.panel.children = rows

    def back(self, _: object = None) -> None:
        """All sliders of the policy as in its file."""
        own = self._own(self.which.value)
        self._quiet = True
        for name, slider in self.sliders.items():
            slider.value = own[name].shown
        self._quiet = False
        self.show()

    # ------------------------------------------------------------------------------ answers

    def view(self, label: str | None = None) -> CubeView:
        """A policy as it is set now; by default the one on the sliders."""
        label = label or self.which.value
        made = self.cube_of(self.which.value)
        moves = self.settings[label] if made.settings[label] else {}
        return made.move(label, **moves) if moves else made.view(label)

    def _own(self, label: str) -> Mapping[str, Parameter]:
        """The parameters as in the file, and the numbers in its text that move like parameters."""
        return self.cube_of(label).policies[label].parameters

    def _counts_before(self, label: str) -> answer.StandCounts:
        if label not in self._before:
            self._before[label] = answer.counts(self.cube_of(label).view(label))
        return self._before[label]

    def to_save(self) -> Policy:
        """The policy as it is set now, if a file can say so. Raises `LeadpolicyError`."""
        policy = self.view().policy
        for name in policy.changed:
            if name not in self.policies[self.which.value].parameters:
                raise LeadpolicyError.of(
                    "LP506", f"`{name}` is a number in the text of the policy, not a parameter",
                    where=policy.identity, help=f"declare it under `parameters:`, and write "
                    f"${name} where the number stands; then it can be saved from here",
                )  # fmt: skip
        return policy

    def asked(self) -> answer.Stand:
        """What is to be shown."""
        label = self.which.value
        made = self.cube_of(label)
        level = self.at.value
        speaking = [
            other
            for other, policy in self.policies.items()
            if other != label and level.kind == answer.RUNG and level.name in policy.rungs
        ]
        return answer.Stand(
            self.view(), made.view(label), self._counts_before(label), level,
            [self.view(other) for other in speaking[: answer.OTHERS]],
            max(0, len(speaking) - answer.OTHERS), self.reps.value, self._leaks_of(label),
        )  # fmt: skip

    def _leaks_of(self, label: str) -> list[str]:
        """The facts that know the future and that a policy looks at, in words."""
        if self._leaks is None:
            # A table that stands by itself has no history to ask.
            self._leaks = leaks(self.data) if isinstance(self.data, RecordSet) else []
        return used_leaks(leaks_frame(self._leaks, {label: self.policies[label]}))

    def show(self, _: object = None) -> None:
        """Answers from the cube; nothing is evaluated anew."""
        if self._quiet or self.at.value is None:
            return
        begin = time.perf_counter()
        label = self.which.value
        own = self._own(label)
        self.settings[label] = {
            name: slider.value
            for name, slider in self.sliders.items()
            if slider.value != own[name].shown
        }
        try:
            asked = self.asked()
            self.figures.value = answer.figures(asked)
            self.names.value = answer.names(asked)
            self.sheet.value = (
                f"<h2>The definition as it now reads</h2>{answer.sheet(asked.policy)}"
            )
            was = {name: _declared(one) for name, one in asked.policy.parameters.items()}
            self.told.value = f"<p>{answer.settings_told(asked.policy, was)}</p>"
        except LeadpolicyError as error:
            self.figures.value = refusal(error)
            return
        self.took.append(time.perf_counter() - begin)
        self.time.value = faint(self._times())

    def _times(self) -> str:
        made = self.cube_of(self.which.value)
        scan = f", after one scan of {self.scanned:.1f} s" if self.scanned > 0.05 else ""
        return (
            f"Answered in {1000 * self.took[-1]:.0f} ms from {plural(len(made), 'group')} "
            f"standing for {plural(made.records, 'record')}{scan}. The figures are exact."
        )


def _declared(parameter: Parameter) -> str:
    texts = parameter.texts if parameter.declared is None else parameter.declared
    return ", ".join(texts)


def _named(policy: Policy, label: str) -> str:
    return f"{policy.identity}: {policy.title}" if label in policy.identity else label


def _level_title(policy: Policy, level: CubeLevel) -> str:
    if level.kind == answer.RUNG:
        return f"Common rung: {rung_title(level.name)}"
    return f"Stage: {policy.stage(level.name).title}"


def _first(levels: list[CubeLevel]) -> CubeLevel:
    """The lowest common rung, else the highest stage."""
    return next((level for level in levels if level.kind == answer.RUNG), levels[-1])
