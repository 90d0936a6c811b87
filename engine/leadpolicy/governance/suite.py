"""Runs the cards of whole folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from leadpolicy.diagnostics import Problems
from leadpolicy.governance.examples import CardRun, read_cards, run_cards
from leadpolicy.policy.load import EXAMPLES, Shelf, find, policy_files


def run_suite(paths: Iterable[Path | str], problems: Problems) -> list[CardRun]:
    """One run per version of every policy below the paths; problems in files are noted.

    A path may also be a policy's name or `name@version`.
    """
    shelf = Shelf(problems)
    runs: list[CardRun] = []
    files = {file: None for path in paths for file in _files(path)}
    for folder in sorted({file.parent for file in files}):
        mine = [file for file in files if file.parent == folder]
        policies = [policy for file in policy_files(folder) if (policy := shelf.policy(file))]
        if not (folder / EXAMPLES).is_file():
            problems.error(
                "LP602",
                "this policy has no cards",
                where=str(folder),
                expected=f"a file {EXAMPLES} beside its versions",
            )
            continue
        cards = read_cards(folder, policies, problems)
        chosen = {str(file) for file in mine}
        runs += [run_cards(policy, cards) for policy in policies if policy.path in chosen]
    return runs


def _files(path: Path | str) -> list[Path]:
    if Path(path).is_dir():
        return policy_files(Path(path))
    if Path(path).name == EXAMPLES:
        return policy_files(Path(path).parent)
    return find(path)
