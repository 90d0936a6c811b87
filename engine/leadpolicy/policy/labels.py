"""Short, unique names for policies that are looked at together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from leadpolicy.diagnostics import LeadpolicyError
from leadpolicy.policy.load import policies_of
from leadpolicy.policy.model import Policy


def labels(policies: Sequence[Policy]) -> list[str]:
    """A short, unique name for each: its id, its identity where versions differ, then a number."""
    ids = Counter(policy.id for policy in policies)
    named = [p.id if ids[p.id] == 1 and not p.changed else p.identity for p in policies]
    seen: Counter[str] = Counter()
    unique: list[str] = []
    for name in named:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique


def labelled(given: object) -> dict[str, Policy]:
    """Policies under their given names, or under `labels`; see `policies_of`.

    Raises `LeadpolicyError`.
    """
    policies = policies_of(given.values() if isinstance(given, Mapping) else given)
    names = list(given) if isinstance(given, Mapping) else labels(policies)
    if len(names) != len(policies):
        raise LeadpolicyError.of("LP506", "a name stands for a folder of policies", expected="one")
    return dict(zip(names, policies, strict=True))
