"""Policies of many criteria: long chains of references, shared ones, and wide lists."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from leadpolicy.policy import Policy
from leadpolicy.policy.load import parse_policy
from leadpolicy.vocabulary import load_vocabulary

_HEAD: Final = """\
policy: large
version: 1.0.0
title: Many criteria
organization: A test
vocabulary: "1"
grain: company
criteria:
"""
_STAGES: Final = """\
stages:
  - stage: lead
    counts_as: lead
    requires: nothing
    when: {lead}
  - stage: qualified
    counts_as: qualified_lead
    requires: lead
    when: {qualified}
"""
_TESTS: Final = (
    "company.employees: {{at_least: {n}}}",
    "engagement.inbound_requests: {{below: {n}}}",
    "company.industry: {{known: true}}",
    "engagement.website_visits: {{above: {n}}}",
    "engagement.event_scans: {{is: {n}}}",
)


def _test(number: int) -> str:
    return _TESTS[number % len(_TESTS)].format(n=number % 97)


def _joined(number: int) -> tuple[str, str]:
    return ("all", "any") if number % 2 else ("any", "all")


def _text(criteria: list[str], lead: str, qualified: str) -> str:
    written = [
        f"  c{n}:\n    says: Criterion {n}\n    {condition}\n"
        for n, condition in enumerate(criteria)
    ]
    return _HEAD + "".join(written) + _STAGES.format(lead=lead, qualified=qualified)


def chain(size: int) -> str:
    """Every criterion names the one before."""
    links = [f"{_joined(n)[0]}: [c{n - 1}, {{{_test(n)}}}]" for n in range(1, size)]
    return _text([_test(0), *links], f"c{size - 1}", f"{{none: [c{size // 2}]}}")


def doubling(size: int) -> str:
    """Every criterion names the one before twice, so that there are 2**size ways down."""
    links = []
    for n in range(1, size):
        outer, inner = _joined(n)
        twice = (f"{{{inner}: [c{n - 1}, {{{_test(m)}}}]}}" for m in (n, n + 7))
        links.append(f"{outer}: [{', '.join(twice)}]")
    return _text([_test(0), *links], f"c{size - 1}", f"c{size // 2}")


def counting(size: int) -> str:
    """Every criterion counts the one before and scores the one before that."""
    links = [_test(1)]
    for n in range(2, size):
        if n % 2:
            links.append(f"at_least: 2\n    of: [c{n - 1}, c{n - 2}, {{{_test(n)}}}]")
        else:
            rules = (
                f"{{points: 2, when: c{n - 1}}}, {{points: -1, when: c{n - 2}}}, "
                f"{{points: 1, when: {{{_test(n)}}}}}"
            )
            links.append(f"at_least: 2\n    points: [{rules}]")
    return _text([_test(0), *links], f"c{size - 1}", f"c{size - 2}")


def wide(size: int) -> str:
    """One stage asks for all criteria, the other counts them."""
    names = ", ".join(f"c{n}" for n in range(size))
    return _text(
        [_test(n) for n in range(size)], f"{{at_least: 3, of: [{names}]}}", f"{{any: [{names}]}}"
    )


SHAPES: Final[dict[str, Callable[[int], str]]] = {
    one.__name__: one for one in (chain, doubling, counting, wide)
}


@cache
def policy(shape: str, size: int) -> Policy:
    """A policy of so many criteria."""
    return parse_policy(SHAPES[shape](size), load_vocabulary("policies/vocabulary.yaml"))
