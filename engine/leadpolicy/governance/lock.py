"""policies.lock: the content hash of every version, so that no version changes under its name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from leadpolicy.diagnostics import Problems
from leadpolicy.files import alone, write_whole
from leadpolicy.governance.identity import content_hash
from leadpolicy.policy.model import Policy
from leadpolicy.syntax.nodes import Scalar
from leadpolicy.syntax.reader import read_source, read_yaml
from leadpolicy.syntax.shape import as_mapping, as_text

LOCK: Final = "policies.lock"
_HEAD: Final = """\
# Content hashes of all versions, written by `leadpolicy lock`. A version that stands here keeps
# its meaning for good: what changes gets a new version.
"""


def read_lock(folder: Path, problems: Problems) -> dict[str, Scalar]:
    """`id@version` to hash, with places; empty where there is no lock."""
    path = folder / LOCK
    if not path.is_file():
        return {}
    source = read_source(path, problems)
    if source is None or all(line.startswith("#") for line in source.text.splitlines() if line):
        return {}
    node = as_mapping(read_yaml(source, problems), problems, "`policy@version: hash`")
    entries = node.entries if node is not None else ()
    read = {key.text: as_text(value, problems, "a hash") for key, value in entries}
    return {name: value for name, value in read.items() if value is not None}


def nearest_lock(path: Path) -> Path:
    """The folder of the lock that guards a file or folder: its own, or the nearest above."""
    folder = path if path.is_dir() else path.parent
    if (folder / LOCK).is_file():
        return folder
    above = (parent for parent in folder.resolve().parents if (parent / LOCK).is_file())
    return next(above, folder)


def check_lock(folder: Path, policies: Iterable[Policy], problems: Problems) -> None:
    """Notes versions whose meaning is not the one that was locked."""
    locked = read_lock(folder, problems)
    for policy in policies:
        entry = locked.get(policy.identity)
        if entry is not None and entry.text != content_hash(policy):
            problems.error(
                "LP405",
                f"{policy.identity} does not mean any more what it meant when it was locked",
                where=policy.path,
                expected=f"the content that {folder / LOCK} line {entry.span.line} records",
                help="restore it and write the change as a new version "
                "(`leadpolicy lock --force` if nobody has used this version yet)",
            )


def write_lock(folder: Path, policies: Iterable[Policy], *, force: bool, problems: Problems) -> int:
    """Adds new versions to the lock; the number of new or (with `force`) replaced entries.

    Without `force` a changed version is noted as a problem and keeps its entry. A lock that cannot
    be read is left alone. Entries that others add meanwhile stay.
    """
    with alone(folder / LOCK):
        before = {name: entry.text for name, entry in read_lock(folder, problems).items()}
        if problems.errors:
            return 0
        after = dict(before)
        for policy in policies:
            if force or policy.identity not in before:
                after[policy.identity] = content_hash(policy)
        if not force:
            check_lock(folder, policies, problems)
        changed = sum(before.get(name) != value for name, value in after.items())
        if changed:
            body = "".join(f"{name}: {after[name]}\n" for name in sorted(after))
            write_whole(folder / LOCK, _HEAD + body)
    return changed
