"""The definition sheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leadpolicy.governance.identity import content_hash
from leadpolicy.policy import Policy, load_policy, parse_policy
from leadpolicy.policy.load import policy_files
from leadpolicy.present.policy.sheet import render, sheet, table
from leadpolicy.vocabulary import Vocabulary, load_vocabulary
from tests.conftest import POLICIES

SEEDS = policy_files(POLICIES)

SMALL = """\
policy: small
version: 1.0.0
title: A *small* policy
organization: Our company
source: {title: What a lead is, author: A. Writer, document: lead.txt, url: "https://example.org/"}
vocabulary: 1
grain: person
accepts: {LP902: Kept for later}
parameters:
  least: {value: 5_000, range: [1, 1_000_000], says: Smallest company}
  mode: {value: strict, values: [strict, lenient], says: How strict we are.}
criteria:
  large:
    says: They are large
    quote: ["large, that is <b>really</b> large", "a second | quote"]
    note: Made up for this test
    company.employees: {at_least: $least}
  interested:
    says: They have shown interest
    engagement.interest_expressed: true
  scored:
    says: They score enough
    points:
      - {points: 15, when: interested}
      - {points: 7.5, when: {company.country: [DE, AT]}}
    at_least: 15
  gone:
    says: They are gone
    record.deleted: true
  decider:
    says: We know somebody who decides
    person.buying_role: {contains: decision_maker}
  spare:
    says: Nobody asks for this
    company.known: true
stages:
  - stage: lead
    title: First Lead
    says: Somebody of a certain size
    quote: who is a lead
    counts_as: lead
    requires: nothing
    when: {any: [large, {all: [$mode: lenient, interested]}]}
    excludes: [gone]
  - stage: scored_lead
    title: Scored Lead
    requires: lead
    counts_as: qualified_lead
    when: {all: [scored, large]}
    advises: [decider]
"""

EXPECTED = """\
# A \\*small\\* policy

- Policy: `small@1.0.0`
- Organization: Our company
- One record is: one person
- Source: What a lead is, lead.txt, A. Writer, <https://example.org/>; all quotes are taken from it
- Content hash: `HASH`

## The ladder

|     | Stage       | Counts as      | Requires   |
| --: | ----------- | -------------- | ---------- |
|   1 | First Lead  | lead           | nothing    |
|   2 | Scored Lead | qualified lead | First Lead |

## 1. First Lead

Somebody of a certain size.

> “who is a lead”

At least one of these must hold:

- **They are large**: number of employees is at least 5,000 (parameter `least`)

  > “large, that is \\<b>really\\</b> large”
  >
  > “a second | quote”

  *Reading:* Made up for this test

- if the parameter `mode` is lenient, while it is strict now: **They have shown interest**

Never, however, if this holds:

- **They are gone**: the record was deleted

## 2. Scored Lead

Only a record that is also at the stage “First Lead” can be here.

Both of these must hold:

- **They score enough**: at least 15 points:

  | Points | if                       |
  | -----: | ------------------------ |
  |     15 | They have shown interest |
  |    7.5 | country is DE or AT      |

- **They are large** (see “First Lead”)

Good to know, though it decides nothing:

- **We know somebody who decides**: part in the purchase contains “decision maker”

## What may be set

- `least` is **5,000**, from 1 to 1,000,000. Smallest company.
- `mode` is **strict**, or else lenient. How strict we are.

## Questions to ask

- Sales
  - Have they said that they are interested?
- Whoever keeps the data
  - How many people work there?
  - Has this record been deleted?
  - In which country are they?

Good to know:

- Sales
  - What is their part in the purchase decision?

## Defined, but not used by any stage

- **Nobody asks for this**: we know which company it is

## Accepted findings

- LP902, a criterion that is never used: Kept for later
"""


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary(POLICIES / "vocabulary.yaml")


@pytest.fixture(scope="module")
def small(vocabulary: Vocabulary) -> Policy:
    return parse_policy(SMALL, vocabulary)


def test_the_whole_sheet(small: Policy) -> None:
    assert sheet(small) == EXPECTED.replace("HASH", content_hash(small))


def test_what_if_values_are_marked(small: Policy) -> None:
    text = sheet(small.with_parameters(least=20))
    assert "`small@1.0.0(least=20)`" in text
    assert "- `least` is **20**, from 1 to 1,000,000 (set for this reading). Smallest" in text
    assert "number of employees is at least 20 (parameter `least`)" in text


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_seed_sheets_hold_everything_once(path: Path) -> None:
    policy = load_policy(path)
    text = sheet(policy)
    assert "\n\n\n" not in text
    assert not re.search(r"[ \t]+$", text, re.MULTILINE)
    assert f"`{content_hash(policy)}`" in text
    places = [text.index(f"\n## {n}. {s.title}\n") for n, s in enumerate(policy.stages, start=1)]
    assert places == sorted(places)
    for criterion in policy.criteria.values():
        defined = re.escape(f"**{criterion.says.rstrip('.')}**")
        assert len(re.findall(defined + r"(?! \((?:as above|see “))", text)) == 1
        if criterion.note:
            assert text.count(f"*Reading:* {criterion.note}") == 1
    for parameter in policy.parameters:
        assert f"\n- `{parameter}` is **" in text
        assert f"arameter `{parameter}`" in text
    for name in policy.facts:
        assert f"  - {policy.vocabulary.facts[name].ask}\n" in text
    for name in policy.events:
        assert f"  - {policy.vocabulary.events[name].ask}\n" in text


def test_every_quote_of_every_seed_is_shown() -> None:
    for path in SEEDS:
        policy = load_policy(path)
        text = sheet(policy)
        quotes = [quote for criterion in policy.criteria.values() for quote in criterion.quotes]
        quotes += [quote for stage in policy.stages for quote in stage.quotes]
        escaped = [quote.replace("\\", r"\\") for quote in quotes]
        assert [quote for quote in escaped if f"> “{quote}”" not in text] == []


def test_five_of_five(vocabulary: Vocabulary) -> None:
    text = sheet(load_policy("heinz@1.1.0", policies=POLICIES))
    assert "**Enough of the five characteristics are there**: all 5 of these (parameter" in text
    fewer = load_policy("heinz@1.1.0", policies=POLICIES).with_parameters(needed_of_five=4)
    assert ": at least 4 of these 5 (parameter `needed_of_five`):" in sheet(fewer)


def test_set_for_a_terminal(small: Policy) -> None:
    text = render(sheet(small), 60, colour=False)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 60
    assert "2. Scored Lead" in lines
    assert "        15  They have shown interest" in lines
    assert "   ▌ “a second | quote”" in lines
    assert not any("**" in line or "`" in line or "\033" in line for line in lines)


def test_colour_is_for_terminals(small: Policy) -> None:
    assert "\033[" in render(sheet(small), 60, colour=True)


def test_a_criterion_under_a_setting_is_still_defined(vocabulary: Vocabulary) -> None:
    text = SMALL.replace(
        "says: They are gone\n    record.deleted: true",
        """says: They are gone
    all: [$mode: strict, spare]""",
    )
    assert """\
Never, however, if this holds:

- **They are gone**:
  - if the parameter `mode` is strict, as it is now: **Nobody asks for this**: we know which company it is

## 2.""" in sheet(parse_policy(text, vocabulary))  # noqa: E501


def test_a_table_keeps_bars_inside_its_cells() -> None:
    assert table(("n", "text"), [("1", "a|b")], right=(0,)) == (
        "|   n | text |\n| --: | ---- |\n|   1 | a\\|b |"
    )
