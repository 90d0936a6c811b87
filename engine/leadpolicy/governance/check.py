"""Checks whole folders: vocabularies, every version of every policy, their cards, and the lock."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

from leadpolicy.diagnostics import Problems
from leadpolicy.governance.adoption import ADOPTIONS, check_adoptions
from leadpolicy.governance.examples import read_cards
from leadpolicy.governance.lock import check_lock, nearest_lock
from leadpolicy.policy.load import EXAMPLES, VOCABULARY, Shelf, policy_files
from leadpolicy.policy.model import Policy
from leadpolicy.policy.read import VERSION

_HEAD_BYTES: Final = 65_536
_POLICY: Final = re.compile(rb"^policy:", re.MULTILINE)
_STAGES: Final = re.compile(rb"^stages:", re.MULTILINE)


def check_paths(paths: Iterable[Path], problems: Problems, today: date | None = None) -> int:
    """Notes everything that is wrong below the paths; the number of policy versions read.

    With `today`, reviews of adopted versions that are due are noted, too.
    """
    shelf = Shelf(problems)
    count = 0
    for path in paths:
        if not path.exists():
            problems.error("LP101", "there is no such file or folder", where=str(path))
            continue
        count += _check(path, shelf, today)
    return count


def _check(path: Path, shelf: Shelf, today: date | None) -> int:
    if path.is_file() and path.name == VOCABULARY:
        shelf.vocabulary(path)
        return 1
    if path.is_file() and path.name == EXAMPLES:
        read_cards(path.parent, _all_versions(path.parent, shelf), shelf.problems)
        return 1
    if path.is_file() and path.name == ADOPTIONS:
        check_adoptions(path.parent, _all_versions(path.parent, shelf), shelf.problems, today)
        return 1
    for vocabulary in [] if path.is_file() else sorted(path.rglob(VOCABULARY)):
        shelf.vocabulary(vocabulary)
    files = policy_files(path)
    read: list[Policy] = []
    for file in files:
        policy = shelf.policy(file)
        if policy is not None:
            read.append(policy)
    if path.is_dir():
        by_folder: dict[Path, list[Policy]] = {file.parent: [] for file in files}
        for policy in read:
            by_folder[Path(policy.path).parent].append(policy)
        for folder, own in by_folder.items():
            if (folder / EXAMPLES).is_file():
                read_cards(folder, own, shelf.problems)
            if (folder / ADOPTIONS).is_file():
                check_adoptions(folder, own, shelf.problems, today)
        _note_misnamed(path, shelf.problems)
    check_lock(nearest_lock(path), read, shelf.problems)
    return len(files)


def _note_misnamed(folder: Path, problems: Problems) -> None:
    """Policies whose file is not called by a version, which nothing would ever read."""
    for path in sorted(folder.rglob("*.yaml")):
        if VERSION.match(path.stem) or path.name in (EXAMPLES, VOCABULARY) or not path.is_file():
            continue
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if _POLICY.search(head) and _STAGES.search(head):
            problems.warn(
                "LP211",
                f"`{path.name}` looks like a policy, but its name is no version",
                where=str(path),
                expected="a file such as our-leads/1.0.0.yaml",
                help="it is not read until it is renamed",
            )


def _all_versions(folder: Path, shelf: Shelf) -> list[Policy]:
    return [policy for file in policy_files(folder) if (policy := shelf.policy(file))]
