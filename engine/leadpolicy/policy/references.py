"""Names that conditions refer to: they exist, come earlier, and do not go round in a circle."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from leadpolicy.diagnostics import Problems, cited, suggest
from leadpolicy.logic.walk import upwards
from leadpolicy.policy.model import Condition, Criterion, Ref, Stage, walk
from leadpolicy.vocabulary.model import Vocabulary

_SHOWN: Final = 12
"""Names of a circle that are told."""
_HELPED: Final = 100
"""References to what is not there for which a likely name is looked for."""


def refs(condition: Condition) -> list[Ref]:
    """The references directly inside a condition."""
    return [part for part in walk(condition) if isinstance(part, Ref)]


@dataclass(frozen=True, slots=True)
class References:
    """Checks the references of one policy; what is wrong goes to `problems`."""

    vocabulary: Vocabulary
    problems: Problems
    criteria: Mapping[str, Criterion]
    stages: tuple[Stage, ...]

    def check_names(self, criteria: Collection[str], stages: Collection[str]) -> None:
        """Notes references to what is not there, given the names of all criteria and stages."""
        known = {*criteria, *stages}
        bodies = [*(c.condition for c in self.criteria.values()), *(s.when for s in self.stages)]
        wrong = [ref for body in bodies for ref in refs(body) if ref.name not in known]
        for number, ref in enumerate(wrong):
            help = suggest(ref.name, sorted(known)) if number < _HELPED else None
            if ref.name in self.vocabulary.facts:
                help = f"a fact needs a value: `{ref.name}: …`"
            elif ref.name in self.vocabulary.events:
                help = f"an event is tested with `happened: {ref.name}` and `within: …`"
            self.problems.error(
                "LP208", f"there is no criterion or stage `{cited(ref.name)}`", ref.span, help=help
            )

    def check_circles_and_order(self) -> None:
        """Notes what refers to itself or to a later stage; a name stands for one thing only."""
        if not self._circles():
            self._check_order()

    def _circles(self) -> bool:
        """Notes references that come back to where they started."""
        inside = {name: refs(c.condition) for name, c in self.criteria.items()}
        inside |= {
            s.name: [*refs(s.when), *(Ref(n, s.span) for n in (*s.excludes, *s.advises))]
            for s in self.stages
        }
        for stage in self.stages:
            if stage.requires is not None:
                inside[stage.name].append(Ref(stage.requires, stage.span))
        done: set[str] = set()
        found = False
        for start in inside:
            trail: dict[str, Iterator[Ref]] = {}
            pending: str | None = start if start not in done else None
            while pending is not None or trail:
                if pending is not None:
                    trail[pending] = iter(inside.get(pending, ()))
                name, left = next(reversed(trail.items()))
                ref = next(left, None)
                pending = None
                if ref is None:
                    done.add(name)
                    del trail[name]
                elif ref.name in trail:
                    circle = list(trail)
                    self._note_circle([*circle[circle.index(ref.name) :], ref.name], ref)
                    found = True
                elif ref.name not in done:
                    pending = ref.name
        return found

    def _note_circle(self, names: list[str], ref: Ref) -> None:
        if len(names) == 2:
            message = f"`{ref.name}` refers to itself"
        else:
            shown = names if len(names) <= _SHOWN else [*names[: _SHOWN - 2], "…", names[-1]]
            message = f"these refer to one another in a circle: {' → '.join(shown)}"
        self.problems.error("LP401", message, ref.span, help="say one of them without the other")

    def _check_order(self) -> None:
        """A stage may refer to earlier stages only, directly or through criteria."""
        order = {stage.name: place for place, stage in enumerate(self.stages)}
        inside = {name: [r.name for r in refs(c.condition)] for name, c in self.criteria.items()}

        def reached(name: str) -> list[str]:
            return inside.get(name, [])

        last: dict[str, int] = {}
        """The latest stage that a name leads to."""
        for name in upwards((*order, *inside), reached):
            last[name] = max((last[one] for one in reached(name)), default=order.get(name, -1))
        for stage in self.stages:
            told: set[str] = set()
            for ref in refs(stage.when):
                if last.get(ref.name, -1) <= order[stage.name]:
                    continue
                for name in upwards([ref.name], reached):
                    if order.get(name, -1) > order[stage.name] and name not in told:
                        told.add(name)
                        self.problems.error(
                            "LP402",
                            f"`{stage.name}` refers to `{name}`, which comes later",
                            ref.span,
                            help="a record's stage is the last that is TRUE, so an earlier stage "
                            "need not exclude a later one",
                        )
