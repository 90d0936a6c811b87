"""What the columns of a result are called: names that SQL and pandas take without quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy.model import Policy

_OTHER: Final = re.compile(r"[^0-9a-z]+", re.IGNORECASE | re.ASCII)


def identifiers(labels: Iterable[str]) -> dict[str, str]:
    """For each label a name of letters, digits and underscores; equal ones are numbered."""
    found: dict[str, str] = {}
    for label in labels:
        plain = _OTHER.sub("_", label).strip("_") or "policy"
        if plain[0].isdigit():
            plain = f"p_{plain}"
        name, number = plain, 1
        taken = {one.casefold() for one in found.values()}
        while name.casefold() in taken:
            number += 1
            name = f"{plain}_{number}"
        found[label] = name
    return found


@dataclass(frozen=True, slots=True)
class Names:
    """The columns of each policy by its label: stage, possible stage, and criteria by name."""

    stage: Mapping[str, str]
    possible: Mapping[str, str]
    criteria: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @staticmethod
    def of(policies: Mapping[str, Policy], *, explain: bool = False) -> Names:
        """The names for these policies; with `explain` also those of criteria."""
        plain = identifiers(policies)
        return Names(
            {label: f"{name}_stage" for label, name in plain.items()},
            {label: f"{name}_possible" for label, name in plain.items()},
            {
                label: {criterion: f"{plain[label]}__{criterion}" for criterion in policy.criteria}
                for label, policy in policies.items()
                if explain
            },
        )

    def every(self) -> list[str]:
        """All columns."""
        of_criteria = [name for own in self.criteria.values() for name in own.values()]
        return [*self.stage.values(), *self.possible.values(), *of_criteria]

    def refuse_equal(self, id: str | None) -> None:
        """To SQL names that differ only in case are the same. Raises `LeadpolicyError`."""
        folded = [name.casefold() for name in self.every()]
        folded += [] if id is None else [id.casefold()]
        for name in (id, *self.every()):
            if name is not None and folded.count(name.casefold()) > 1:
                raise LeadpolicyError.of(
                    "LP209", f"two columns of the result would be called `{name}`",
                    help="give the column of the keys another name",
                )  # fmt: skip
