"""Makes a scene in which something differs as small as it gets, greedily."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from tests.fuzz.check import Check, Difference
from tests.fuzz.scene import Scene

Path: TypeAlias = tuple[str | int, ...]
SECONDS: Final = 60.0
KEPT: Final = frozenset(
    {"policy", "version", "title", "vocabulary", "grain", "says", "stage", "as_of", "type"}
)
"""Keys that documents need; what stands under them is no part of the meaning."""


@dataclass(slots=True)
class Shrinking:
    """Remembers the smallest scene yet. A scene that cannot be read shows no difference."""

    check: Check
    scene: Scene
    found: Difference
    until: float = field(default_factory=lambda: time.monotonic() + SECONDS)
    tries: int = 0

    def run(self) -> tuple[Scene, Difference]:
        """The smallest scene and what differs in it."""
        self._alone()
        while time.monotonic() < self.until and self._pass():
            pass
        return self.scene, self.found

    def _alone(self) -> None:
        """The policy and the record where the difference was seen, if it is still there."""
        policy, record = self.found.policy, self.found.record
        if policy is not None and policy in self.scene.policies:
            document = self.scene.policies[policy]
            self._try(replace(self.scene, policies={policy: document}))
        if record is not None:
            self._try(replace(self.scene, records=[self.scene.records[record]]))

    def _pass(self) -> bool:
        """Tries every smaller scene once, large steps first; whether one of them did."""
        smaller = False
        seen = 0
        while time.monotonic() < self.until:
            rest = list(self._candidates())[seen:]
            for candidate in rest:
                seen += 1
                if time.monotonic() > self.until:
                    break
                if self._try(candidate):
                    smaller = True
                    seen -= 1
                    break
            else:
                return smaller
        return smaller

    def _try(self, scene: Scene) -> bool:
        self.tries += 1
        try:
            found = self.check(scene)
        except Exception:  # noqa: BLE001  - not a scene any more
            return False
        if found is None or found.backend != self.found.backend:
            return False
        self.scene, self.found = scene, found
        return True

    def _candidates(self) -> Iterator[Scene]:
        data = self.scene.to_data()
        for path, value in sorted(walk(data), key=lambda item: -len(repr(item[1]))):
            if not path or (path[-1] in KEPT and not isinstance(value, dict | list)):
                continue
            for changed in smaller_values(path, value):
                yield Scene(**changed_at(data, path, changed))


@dataclass(frozen=True, slots=True)
class _Gone:
    """In place of a value: leave it out."""


GONE: Final = _Gone()


def walk(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value with the way to it."""
    yield path, data
    if isinstance(data, dict):
        for key, value in data.items():
            yield from walk(value, (*path, key))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from walk(value, (*path, place))


def smaller_values(path: Path, value: Any) -> Iterator[Any]:
    """What may stand in place of a value."""
    if len(path) > 1:
        yield GONE
    match value:
        case list() if len(value) > 3:
            half = len(value) // 2
            yield value[:half]
            yield value[half:]
        case dict() if path[0] in ("policies", "records"):
            for _, part in walk(value):
                if part is not value and isinstance(part, dict | str):
                    yield part
        case bool():
            return
        case int() if value not in (0, 1):
            yield from (0, 1, int(value / 2))
        case float() if value not in (0.0, 1.0):
            yield from (0.0, 1.0)
        case str() if len(value) > 1 and path[0] == "records":
            yield from (value[: len(value) // 2], value[len(value) // 2 :])
        case _:
            return


def changed_at(data: Any, path: Path, value: Any) -> Any:
    """A copy with another value at a place, or without it."""
    first, *rest = path
    if isinstance(data, dict):
        if not rest and value is GONE:
            return {k: v for k, v in data.items() if k != first}
        inner = changed_at(data[first], tuple(rest), value) if rest else value
        return {k: inner if k == first else v for k, v in data.items()}
    assert isinstance(first, int)
    if not rest and value is GONE:
        return [*data[:first], *data[first + 1 :]]
    inner = changed_at(data[first], tuple(rest), value) if rest else value
    return [*data[:first], inner, *data[first + 1 :]]
