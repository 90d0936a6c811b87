"""The cube: policies with parameters that move, on records that were scanned once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING, Any

import pandas as pd

from leadpolicy.backends import AUTO, engine_name
from leadpolicy.comparison.cubes.answer import Answering
from leadpolicy.comparison.cubes.formula import Formula, families
from leadpolicy.comparison.cubes.groups import Groups, Segment
from leadpolicy.comparison.cubes.moves import Settings, Wanted, alike, freed, moved, settings
from leadpolicy.comparison.cubes.reduce import lowering_of, reduced
from leadpolicy.comparison.cubes.scan import CubeTable, ScanQuestion, scan_records, scan_table
from leadpolicy.comparison.cubes.view import CubeView
from leadpolicy.comparison.frames import AGREEMENT
from leadpolicy.comparison.tidy import frame
from leadpolicy.diagnostics import LeadpolicyError, listing, suggest
from leadpolicy.evaluation.arguments import check
from leadpolicy.evaluation.cohort import Chosen, FrameMeaning, records_for
from leadpolicy.evaluation.engines import Progress
from leadpolicy.policy.labels import labelled
from leadpolicy.policy.model import Parameter, Policy

if TYPE_CHECKING:
    from datetime import date

    from leadpolicy.data.frames import Outcome
    from leadpolicy.data.moments import AsOf

EXAMPLES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """Groups of records that no setting can tell apart, and what decides them.

    Views are exact: what they say is what evaluating every record anew would say.
    """

    policies: Mapping[str, Policy]
    settings: Mapping[str, Settings]
    groups: Groups = field(repr=False)
    formulas: Mapping[str, tuple[Formula, ...]] = field(repr=False)
    engine: str = ""
    """Who gave the verdicts."""
    _own: dict[str, CubeView] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.groups)

    @property
    def records(self) -> int:
        """How many records were scanned."""
        return int(self.groups.counts.sum())

    def view(self, label: str) -> CubeView:
        """A policy at its own settings."""
        if label not in self._own:
            self._own[label] = self.move(label)
        return self._own[label]

    def move(self, label: str, /, **parameters: object) -> CubeView:
        """A policy at other settings; parameters that are not named keep the policy's own values.

        Raises `LeadpolicyError` for settings that were not scanned.
        """
        policy = moved(self.policies[self._known(label)], self.settings[label], parameters)
        lowering = lowering_of(policy, policy.parameters, policy.terms)
        answering = Answering(self.groups, lowering)
        verdicts = tuple(answering.verdicts(formula) for formula in self.formulas[label])
        return CubeView(self, label, policy, verdicts)

    def sweep(self, label: str, parameter: str, /, **others: object) -> pd.DataFrame:
        """Volumes and outcomes of every stage and rung at each setting of one parameter."""
        allowed = self.settings[self._known(label)]
        if parameter not in allowed:
            raise LeadpolicyError.of(
                "LP207", f"the parameter `{parameter}` of `{label}` does not move in this cube",
                help=suggest(parameter, allowed) or f"those that do: {listing(allowed) or 'none'}",
            )  # fmt: skip
        own = self.policies[label].parameters[parameter]
        frames = []
        for setting in allowed[parameter]:
            view = self.move(label, **{**others, parameter: given(setting)})
            outcomes = view.outcomes().drop(
                columns=["policy", "kind", "name", "certain", "unknown"]
            )
            found = pd.concat([view.volumes(), outcomes], axis=1)
            found.insert(1, "parameter", parameter)
            found.insert(2, "setting", setting.shown)
            found.insert(3, "own", alike(setting, own))
            frames.append(found)
        return pd.concat(frames, ignore_index=True)

    def pairs(self, *views: CubeView) -> pd.DataFrame:
        """Agreement of every two views (by default: every policy at its own settings) on each rung
        that both define.
        """
        chosen = views or tuple(self.view(label) for label in self.policies)
        frames = [one.agreement(other) for one, other in combinations(chosen, 2)]
        frames = [one for one in frames if len(one)]
        return pd.concat(frames, ignore_index=True) if frames else frame([], AGREEMENT)

    def segment(self, name: str) -> Segment:
        """A segment that was scanned. Raises `LeadpolicyError`."""
        if name not in self.groups.segments:
            known = list(self.groups.segments)
            raise LeadpolicyError.of(
                "LP203", f"the cube has no segment `{name}`",
                help=suggest(name, known) or f"it has {listing(known) or 'none'}; name segments "
                "when the cube is made",
            )  # fmt: skip
        return self.groups.segments[name]

    def _known(self, label: str) -> str:
        if label not in self.policies:
            raise LeadpolicyError.of(
                "LP207", f"there is no policy `{label}` in the cube",
                help=suggest(label, self.policies) or f"it has {listing(self.policies)}",
            )  # fmt: skip
        return label

    def __repr__(self) -> str:
        moves = prod(len(s) for allowed in self.settings.values() for s in allowed.values())
        return (
            f"<Cube of {self.records:,} records in {len(self):,} groups: "
            f"{listing(self.policies)}, {moves:,} choices of settings>"
        )


def given(setting: Parameter) -> Any:
    """A setting as `move` takes it."""
    return list(setting.texts) if setting.listed else setting.texts[0]


def cube(  # noqa: PLR0913 - what describes a frame is named one by one
    policies: Chosen,
    data: object,
    *,
    as_of: AsOf | date | str | None = None,
    id: str | None = None,
    facts: Mapping[str, str] | None = None,
    events: object | None = None,
    recorded: Collection[str] | None = None,
    outcome: Outcome | str | None = None,
    parameters: Wanted | None = None,
    segments: Sequence[str] = (),
    examples: int = EXAMPLES,
    engine: str = AUTO,
    progress: Progress | None = None,
) -> Cube:
    """Scans all records once. Raises `LeadpolicyError`.

    `policies`, `data` and what describes a frame are as `compare` takes them; or `data` is a
    `CubeTable` of any size, which SQL scans.

    `parameters` says what may move, and where to: `{"k": [2, 3, 4]}` for every policy that has a
    parameter of that name, or `{"heinz": {"k": [2, 3, 4]}}`; `Steps(0, 100, 5)` for numbers at even
    distances. The name of a criterion or stage that is one quorum or one score stands for its
    number, which so moves like a parameter. By default parameters with declared values or a
    declared range move. `segments` are facts of a record set, or columns of a table. `examples` is
    how many ids each group keeps. `engine` is one of `backends.ENGINES`.
    """
    check(
        policies=policies, as_of=as_of, id=id, facts=facts, recorded=recorded, outcome=outcome,
        parameters=parameters, segments=segments, examples=examples, progress=progress,
    )  # fmt: skip
    chosen = labelled(policies)
    engine_name(engine)
    if not isinstance(data, CubeTable):
        meaning = FrameMeaning(id, facts, events, recorded, outcome)
        data = records_for(chosen, data, as_of, meaning, progress)
    chosen = freed(chosen, parameters)
    allowed = settings(chosen, parameters)
    formulas = {label: reduced(policy, allowed[label]) for label, policy in chosen.items()}
    found = [
        family for label in chosen for formula in formulas[label] for family in families(formula)
    ]
    question = ScanQuestion(
        tuple(dict.fromkeys(found)), tuple(dict.fromkeys(segments)),
        examples, _advice(allowed),
    )  # fmt: skip
    scanned = (
        scan_table(data, question)
        if isinstance(data, CubeTable)
        else scan_records(data, question, engine, progress)
    )
    name = "sql" if isinstance(data, CubeTable) else engine_name(engine)
    return Cube(chosen, allowed, scanned, formulas, name)


def _advice(allowed: Mapping[str, Settings]) -> str:
    """Which parameters to give fewer settings."""
    sizes = sorted(
        ((len(s), name) for moving in allowed.values() for name, s in moving.items()), reverse=True
    )
    names = listing([f"`{name}` ({size} settings)" for size, name in sizes], 4)
    return f"keep some parameters fixed, give them fewer values, or drop segments: {names}"
