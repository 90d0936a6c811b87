"""A small vocabulary, and policies to change."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

from leadpolicy.diagnostics import Diagnostic, Problems
from leadpolicy.policy import Policy, parse_policy
from leadpolicy.policy.read import read_policy
from leadpolicy.source import Source
from leadpolicy.syntax.reader import read_yaml
from leadpolicy.vocabulary import Vocabulary, load_vocabulary
from tests.conftest import REPO
from tests.strategies import dump

VOCABULARY: Final[Vocabulary] = load_vocabulary(REPO / "tests/badinput/vocabulary.yaml")

RICH: Final[Mapping[str, Any]] = {
    "policy": "rich",
    "version": "1.2.0",
    "title": "Every form once",
    "organization": "Somebody",
    "source": {"document": "a.txt", "author": "An author"},
    "vocabulary": 1,
    "grain": "company",
    "about": "What is open in the text",
    "parameters": {
        "size": {"value": 20, "range": [1, 5000], "says": "Smallest company"},
        "mode": {"value": "any", "values": ["any", "both"], "says": "One or both"},
        "kinds": {"value": ["demo", "question"], "says": "What counts as asking"},
        "fresh": {"value": "180 days", "says": "How long a request counts"},
        "k": {"value": 2, "says": "How many"},
    },
    "criteria": {
        "large": {
            "says": "They are large",
            "quote": "with many employees",
            "note": "or more",
            "company.employees": {"at_least": "$size", "below": 10000},
        },
        "industry": {"says": "They make things", "company.industry": ["manufacturing", "retail"]},
        "asked": {
            "says": "They asked",
            "happened": "inbound_request",
            "where": {"kind": "$kinds", "budget": {"above": 100}},
            "within": "$fresh",
            "at_least": 1,
        },
        "scanned": {"says": "Their badge", "not_happened": "badge_scan", "within": "30 days"},
        "enough": {
            "says": "Enough of these",
            "at_least": "$k",
            "of": ["large", "industry", {"deal.budget_status": {"at_least": "identified"}}],
        },
        "score": {
            "says": "They score",
            "points": [
                {"points": 10, "when": "large"},
                {"points": -2.5, "when": {"company.country": "NO"}},
            ],
            "at_least": 7.5,
            "cap": 50,
        },
        "either": {
            "says": "Either reading",
            "any": [
                {"all": [{"$mode": "any"}, "large"]},
                {"none": [{"$mode": "any"}, {"company.growth": {"between": [0.1, 0.3]}}]},
            ],
        },
        "worth_it": {
            "says": "They earn more than they cost",
            "company.annual_revenue": {"above": {"fact": "company.annual_revenue", "times": 0.8}},
        },
        "soon": {"says": "They decide soon", "deal.decision_date": {"within_next": "90 days"}},
        "competitor": {"says": "A competitor", "person.title": {"matches": "(?i)rival"}},
    },
    "stages": [
        {"stage": "list", "requires": "nothing", "when": {"company.country": {"known": True}}},
        {
            "stage": "lead",
            "title": "Lead",
            "says": "They asked",
            "quote": "whoever asks",
            "counts_as": "lead",
            "requires": "nothing",
            "when": {"all": ["asked", "enough", "either"]},
            "excludes": ["competitor"],
            "advises": ["soon"],
        },
        {
            "stage": "opportunity",
            "counts_as": "opportunity",
            "requires": "lead",
            "when": {"all": ["score", "scanned", "worth_it"]},
        },
    ],
}


def rich() -> dict[str, Any]:
    """A copy of the rich policy that may be changed."""
    return copy.deepcopy(dict(RICH))


def policy_of(document: Any) -> Policy:
    """The policy in a document. Raises `LeadpolicyError`."""
    return parse_policy(dump(document), VOCABULARY)


def small(**changes: Any) -> dict[str, Any]:
    """A policy with one stage, with other or more keys."""
    return {
        "policy": "small",
        "version": "1.0.0",
        "title": "A small policy",
        "vocabulary": 1,
        "grain": "company",
        "stages": [{"stage": "lead", "requires": "nothing", "when": {"company.employees": 20}}],
    } | changes


def findings(document: Any) -> list[Diagnostic]:
    """Everything that is found in a document, warnings included."""
    problems = Problems()
    text = document if isinstance(document, str) else dump(document)
    read_policy(read_yaml(Source("policy", text), problems), VOCABULARY, problems)
    return list(problems)
