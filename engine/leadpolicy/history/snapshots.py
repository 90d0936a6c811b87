"""Facts that are known only as they are today: refused, unless accepted by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from leadpolicy.data.chronicle import MISSING, Chronicle
from leadpolicy.data.model import ColumnFact
from leadpolicy.diagnostics import LeadpolicyError, listing, suggest
from leadpolicy.history.triggers import asked_by
from leadpolicy.policy.model import Policy
from leadpolicy.vocabulary.model import PointInTime

ALL = "all"


def snapshots(chronicle: Chronicle) -> frozenset[str]:
    """The facts without a past: the vocabulary says that none can be rebuilt, and the data hold
    them in a column without dates. A constant of the mapping says something of all times.
    """
    facts = chronicle.dataset.vocabulary.facts
    columns = {s.fact.name for s in chronicle.dataset.spec.facts if isinstance(s, ColumnFact)}
    return frozenset(
        name
        for name, column in chronicle.facts.items()
        if name in columns
        and name in facts
        and facts[name].point_in_time is PointInTime.SNAPSHOT
        and bool((column.codes != MISSING).any())
    )


def accepted_snapshots(
    policies: Mapping[str, Policy], chronicle: Chronicle, accepted: Collection[str] | str
) -> dict[str, tuple[str, ...]]:
    """For each policy the facts that it takes as they are today.

    Raises `LeadpolicyError` where one is used that was not accepted, or accepted that is no fact.
    """
    names = [accepted] if isinstance(accepted, str) else list(accepted)
    known = chronicle.dataset.vocabulary.facts
    for name in names:
        if name != ALL and name not in known:
            raise LeadpolicyError.of(
                "LP203",
                f"the fact `{name}`, accepted as it is today, is not in the vocabulary",
                help=suggest(name, known),
            )
    without_past = snapshots(chronicle)
    used = {
        label: tuple(name for name in asked_by({label: policy}).facts if name in without_past)
        for label, policy in policies.items()
    }
    refused = sorted({name for facts in used.values() for name in facts} - set(names))
    if refused and ALL not in names:
        flags = " ".join(f"--accept-snapshot {name}" for name in refused[:3])
        raise LeadpolicyError.of(
            "LP507",
            f"known only as of today, so that a replay would look ahead: {listing(refused, 20)}",
            where=str(chronicle.dataset.path),
            expected="values with dates",
            help=f"accept them by name ({flags}) or all of them (--accept-snapshot all); every "
            "figure that they touch is then marked",
        )
    return used
