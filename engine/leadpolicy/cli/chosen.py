"""The policies that a command line names, with what it sets in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from leadpolicy.diagnostics import LeadpolicyError, listing, suggest
from leadpolicy.policy import Policy, load_policies
from leadpolicy.policy.load import find

DERIVED: Final = re.compile(r"(?P<name>.+?)\((?P<changes>[a-z0-9_]+\s*=.*)\)\Z", re.DOTALL)
NEXT_CHANGE: Final = re.compile(r",\s*(?=[a-z][a-z0-9_]*\s*=)")


def chosen_policies(
    names: Iterable[str], folder: Path, changes: Iterable[str] = ()
) -> list[Policy]:
    """The policies of these names, with the parameters that `--set` changes.

    Raises `LeadpolicyError`.
    """
    return _set(_load(names, folder), changes)


def _load(names: Iterable[str], folder: Path) -> list[Policy]:
    """Policies in the order in which they were named.

    A folder of policies adds those that are not named themselves; a policy named twice is
    compared with itself.
    """
    given = [(name, *_variant(name)) for name in names]
    files = [find(plain, folder) for _, plain, _ in given]
    alone = {file.resolve() for found in files if len(found) == 1 for file in found}
    loaded = load_policies(
        dict.fromkeys(file for found in files for file in found), policies=folder
    )
    by_file = {Path(policy.path).resolve(): policy for policy in loaded}
    chosen: list[Policy] = []
    for (name, _, changes), found in zip(given, files, strict=True):
        if changes and len(found) > 1:
            raise LeadpolicyError.of(
                "LP506",
                f"`{name}` sets parameters of {len(found)} policies at once",
                expected="one policy, such as heinz(fit_mode=both)",
            )
        for file in found:
            policy = by_file[file.resolve()]
            if len(found) == 1:
                chosen.append(policy.with_parameters(**changes) if changes else policy)
            elif file.resolve() not in alone and policy not in chosen:
                chosen.append(policy)
    return chosen


def _variant(name: str) -> tuple[str, dict[str, str]]:
    """`heinz(fit_mode=both)` as its name and changes; a file of that name wins."""
    written = DERIVED.match(name)
    if written is None or Path(name).exists():
        return name, {}
    pairs = (change.partition("=") for change in NEXT_CHANGE.split(written["changes"]))
    return written["name"].strip(), {key.strip(): value.strip() for key, _, value in pairs}


def _set(policies: list[Policy], changes: Iterable[str]) -> list[Policy]:
    """Policies with the parameters that `--set` changes. Raises `LeadpolicyError`."""
    for change in changes:
        target, equals, value = change.partition("=")
        name, dot, parameter = target.strip().rpartition(".")
        if not (equals and dot and name and parameter):
            raise LeadpolicyError.of(
                "LP506",
                f"`--set {change}` does not say which parameter to set",
                expected="POLICY.PARAMETER=VALUE, such as b2b-international.min_employees=50",
            )
        meant = [p for p in policies if name in (p.id, f"{p.id}@{p.version}", p.identity)]
        if not meant:
            known = list(dict.fromkeys(p.id for p in policies))
            raise LeadpolicyError.of(
                "LP506",
                f"`--set {change}` speaks of `{name}`, which is not compared here",
                help=suggest(name, known) or f"compared are {listing(known)}",
            )
        having = [p for p in meant if parameter in p.parameters] or meant
        policies = [
            p.with_parameters(**{parameter: value.strip()}) if p in having else p for p in policies
        ]
    return policies
