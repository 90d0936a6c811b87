"""Policies: read, checked, lowered to logic, linted and found on disk."""

from leadpolicy.policy.load import load_policies, load_policy, parse_policy
from leadpolicy.policy.model import RUNGS, Criterion, Parameter, Policy, Stage

__all__ = [
    "RUNGS",
    "Criterion",
    "Parameter",
    "Policy",
    "Stage",
    "load_policies",
    "load_policy",
    "parse_policy",
]
