"""Records as they were known at a moment, with what became of them and where it all came from."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from leadpolicy.data.quarantine import Quarantine
from leadpolicy.diagnostics import LeadpolicyError, listing
from leadpolicy.types import show
from leadpolicy.vocabulary.model import Vocabulary
from leadpolicy.vocabulary.record import Origin, Record

if TYPE_CHECKING:
    from leadpolicy.data.dataset import Dataset

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is in all."""


@dataclass(frozen=True, slots=True)
class TableRead:
    """One table: how many rows it has, and how many of them do not fit."""

    name: str
    file: str
    rows: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class Origins(Mapping[str, Origin]):
    """Where each fact of one record came from; looked up when somebody asks."""

    names: Mapping[str, object]
    number: int
    look_up: Callable[[int, str], Origin] = field(repr=False)

    def __getitem__(self, name: str) -> Origin:
        if name not in self.names:
            raise KeyError(name)
        return self.look_up(self.number, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


@dataclass(slots=True, repr=False)
class RecordSet:
    """Records evaluated at a moment; all lists have one entry per record, in the order of the file.

    `outcomes`: True, False, or None where nothing can be said (see `outcomes.read_outcomes`).
    """

    dataset: Dataset
    ids: list[str]
    moments: list[datetime]
    records: list[Record]
    outcomes: list[bool | None]
    outcome_name: str = ""
    observed_until: datetime | None = None
    tables: list[TableRead] = field(default_factory=list)
    quarantine: Quarantine = field(default_factory=Quarantine)
    notes: list[str] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.records)

    def __repr__(self) -> str:
        count = f"{len(self):,} record{'' if len(self) == 1 else 's'}"
        return f"<RecordSet {self.dataset.name}: {count}{self._as_of()}>"

    def _as_of(self) -> str:
        if not self.moments:
            return ""
        first, last = min(self.moments), max(self.moments)
        if first == last:
            return f" as of {show(first)}"
        return f" as of {first.date()} to {last.date()}"

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that the records are told in."""
        return self.dataset.vocabulary

    def find(self, id: str) -> tuple[Record, datetime]:
        """A record and its moment of evaluation. Raises `LeadpolicyError` (LP504)."""
        if not self._numbers:
            self._numbers.update({name: number for number, name in enumerate(self.ids)})
        number = self._numbers.get(id)
        if number is None:
            raise self._not_found(id)
        return self.records[number], self.moments[number]

    def _not_found(self, id: str) -> LeadpolicyError:
        near = difflib.get_close_matches(id, self.ids[:20_000], n=3, cutoff=0.6)
        near += [other for other in self.ids if id and other.startswith(id)][:3]
        aside = [row for row in self.quarantine if row.record == id]
        if aside:
            help = f"its row was set aside: {aside[0]}"
        elif near:
            help = f"did you mean {listing(dict.fromkeys(f'`{n}`' for n in near), 3)}?"
        else:
            help = f"ids look like {listing([f'`{n}`' for n in self.ids[:3]])}"
        return LeadpolicyError.of(
            "LP504",
            f"there is no record `{id}` among the {len(self.ids):,} of {self.dataset.name}",
            help=help,
        )

    def segment(self, fact: str) -> list[str]:
        """The shown value of a fact per record; numbers and dates by ranges, and `(unknown)`."""
        from leadpolicy.data.segments import labels

        declared = self.vocabulary.facts.get(fact)
        if declared is None:
            from leadpolicy.diagnostics import suggest

            raise LeadpolicyError.of(
                "LP203",
                f"the fact `{fact}` is not in the vocabulary",
                help=suggest(fact, self.vocabulary.facts),
            )
        return labels([record.facts.get(fact) for record in self.records], declared.type)

    def segments(self, fact: str) -> list[str]:
        """The labels that `segment` uses, in their natural order; `(unknown)` last."""
        from leadpolicy.data.segments import in_order

        return in_order(self.segment(fact), self.vocabulary.facts[fact].type)
