"""Everything that is known of the records of a data set, with when it became known.

Columns instead of objects: what is asked of millions of records is asked of whole columns. A
`RecordSet` is a chronicle cut at a moment; a replay walks through all of it.

Moments are microseconds since 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from leadpolicy.data.quarantine import Quarantine, TableRead
from leadpolicy.data.tables import Codes, Mask, Rows
from leadpolicy.types import Type, Value

if TYPE_CHECKING:
    from leadpolicy.data.dataset import Dataset
    from leadpolicy.data.traces import Origination, Trace

ALWAYS: Final = int(np.iinfo(np.int64).min)
"""Before every moment: a log that was always kept, a value that was always so."""
NEVER: Final = int(np.iinfo(np.int64).max)
"""After every moment: an end that did not come, a log that is complete at no moment."""
UNDATED: Final = ALWAYS
"""The moment of an event whose date is not known."""
MISSING: Final = -1
"""The code of a place where nothing is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Values of one type: `values[codes[place]]`, nothing known where the code is `MISSING`.

    The values are distinct; numbers may be ranges.
    """

    type: Type
    codes: Codes
    values: Sequence[Value]

    def __len__(self) -> int:
        return len(self.codes)

    def value(self, place: int) -> Value | None:
        """The value at one place."""
        code = int(self.codes[place])
        return None if code == MISSING else self.values[code]


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """The dated values of one fact, in the order in which they took effect for each record.

    Sorted by (record, at); of several at the same moment only the last counts. `at` is the moment
    from which the value was both true and known; a correction that arrived after a newer value is
    not here. A value of `MISSING` says that nothing is known from then on.
    """

    records: Rows
    at: Rows
    value: Coded
    trace: Trace | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """The events of one kind, sorted by (record, at, sequence, order of the rows).

    `at` is when each happened (`UNDATED` where nobody knows), `known` when it became known: at a
    moment before that it does not count. None: as it happened; undated ones were always known.
    `since` tells for each record from when on its log was kept: `ALWAYS`, a moment, or `NEVER`
    where the log settles only what it shows; None: always for all. `recorded` marks the records
    that have a log; None: all have.
    """

    records: Rows
    at: Rows
    attributes: Mapping[str, Coded] = field(default_factory=dict)
    known: Rows | None = None
    since: Rows | None = None
    recorded: Mask | None = None
    trace: Trace | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Chronicle:
    """All records of a data set; every array has one entry per record, in the order of the file.

    `entered` is `UNDATED` where nobody knows. `facts` holds what has no date: columns as of the
    export and constants; for a fact with `changes` it is the value before the first change, and
    shares the changes' list of values. `won` and `closed` are the first moments of the outcome and
    of any other end, or `NEVER`; `outcome_known` is False for records whose outcome cannot be told,
    as for those in `won_undated`: they were won, and nobody knows when. The first `early_notes` of
    the notes speak of tables and records, the others of what has dates.
    """

    dataset: Dataset
    ids: Sequence[str]
    entered: Rows
    facts: Mapping[str, Coded]
    changes: Mapping[str, Changes]
    events: Mapping[str, Events]
    won: Rows
    closed: Rows
    outcome_known: Mask
    outcome_name: str = ""
    observed_until: datetime | None = None
    notes: Sequence[str] = ()
    early_notes: int = 0
    won_undated: Mask | None = None
    quarantine: Quarantine = field(default_factory=Quarantine)
    tables: Sequence[TableRead] = ()
    origination: Origination | None = None

    def __len__(self) -> int:
        return len(self.ids)
