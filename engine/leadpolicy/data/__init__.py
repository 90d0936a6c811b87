"""Tables of a business as records: what was known about each of them at a moment.

`open_dataset` opens a folder with a `dataset.yaml`, `from_frame` takes a data frame; both give a
`RecordSet`: the records as of a moment, `cut` out of a `Chronicle` of everything with its dates.
The names are loaded when they are used, so that importing this room stays cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from leadpolicy.extras import brought

if TYPE_CHECKING:
    from leadpolicy.data.as_of import cut, record_at
    from leadpolicy.data.chronicle import Changes, Chronicle, Coded, Events
    from leadpolicy.data.dataset import Dataset, open_dataset
    from leadpolicy.data.frames import from_frame
    from leadpolicy.data.moments import AfterEntry, AsOf, AtMoment, parse_as_of
    from leadpolicy.data.quarantine import Quarantine, SetAside, TableRead
    from leadpolicy.data.recordset import Progress, RecordSet

__all__ = [
    "AfterEntry",
    "AsOf",
    "AtMoment",
    "Changes",
    "Chronicle",
    "Coded",
    "Dataset",
    "Events",
    "Progress",
    "Quarantine",
    "RecordSet",
    "SetAside",
    "TableRead",
    "cut",
    "from_frame",
    "open_dataset",
    "parse_as_of",
    "record_at",
]

_HOMES: Final = {
    "AfterEntry": "leadpolicy.data.moments",
    "AsOf": "leadpolicy.data.moments",
    "AtMoment": "leadpolicy.data.moments",
    "Changes": "leadpolicy.data.chronicle",
    "Chronicle": "leadpolicy.data.chronicle",
    "Coded": "leadpolicy.data.chronicle",
    "Dataset": "leadpolicy.data.dataset",
    "Events": "leadpolicy.data.chronicle",
    "Progress": "leadpolicy.data.recordset",
    "Quarantine": "leadpolicy.data.quarantine",
    "RecordSet": "leadpolicy.data.recordset",
    "SetAside": "leadpolicy.data.quarantine",
    "TableRead": "leadpolicy.data.quarantine",
    "cut": "leadpolicy.data.as_of",
    "from_frame": "leadpolicy.data.frames",
    "open_dataset": "leadpolicy.data.dataset",
    "parse_as_of": "leadpolicy.data.moments",
    "record_at": "leadpolicy.data.as_of",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(brought("compare", _HOMES[name]), name)
