"""The policies that a command line names, with what it sets in them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from leadpolicy.diagnostics import LeadpolicyError, listing, suggest
from leadpolicy.policy import Policy
from leadpolicy.policy.load import policies_of


def chosen_policies(
    names: Iterable[str], folder: Path, changes: Iterable[str] = ()
) -> list[Policy]:
    """The policies of these names, with the parameters that `--set` changes.

    Raises `LeadpolicyError`.
    """
    return _set(policies_of(list(names), policies=folder), changes)


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
