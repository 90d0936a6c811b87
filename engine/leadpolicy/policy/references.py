"""Names that conditions refer to: they exist, come earlier, and do not go round in a circle."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from leadpolicy.diagnostics import Problems, cited, suggest
from leadpolicy.policy.model import Condition, Criterion, Ref, Stage, walk
from leadpolicy.vocabulary.model import Vocabulary


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
        for ref in (ref for body in bodies for ref in refs(body)):
            if ref.name in known:
                continue
            help = suggest(ref.name, sorted(known))
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
        found: list[Ref] = []

        def visit(name: str, trail: tuple[str, ...]) -> None:
            if name in done:
                return
            for ref in inside.get(name, ()):
                if ref.name in (*trail, name):
                    circle = [*trail, name]
                    self._note_circle([*circle[circle.index(ref.name) :], ref.name], ref)
                    found.append(ref)
                else:
                    visit(ref.name, (*trail, name))
            done.add(name)

        for name in inside:
            visit(name, ())
        return bool(found)

    def _note_circle(self, names: list[str], ref: Ref) -> None:
        if len(names) == 2:
            message = f"`{ref.name}` refers to itself"
        else:
            message = f"these refer to one another in a circle: {' → '.join(names)}"
        self.problems.error("LP401", message, ref.span, help="say one of them without the other")

    def _check_order(self) -> None:
        """A stage may refer to earlier stages only, directly or through criteria."""
        order = {stage.name: place for place, stage in enumerate(self.stages)}
        for stage in self.stages:
            for name, ref in self._reached(stage.when, None, order):
                if order[name] > order[stage.name]:
                    self.problems.error(
                        "LP402",
                        f"`{stage.name}` refers to `{name}`, which comes later",
                        ref.span,
                        help="a record's stage is the last that is TRUE, so an earlier stage need "
                        "not exclude a later one",
                    )

    def _reached(
        self, condition: Condition, via: Ref | None, order: Mapping[str, int]
    ) -> Iterator[tuple[str, Ref]]:
        """The stages that a condition refers to, each with the reference that leads there."""
        for ref in refs(condition):
            first = via or ref
            if ref.name in order:
                yield ref.name, first
            elif ref.name in self.criteria:
                yield from self._reached(self.criteria[ref.name].condition, first, order)
