"""Whatever is written in a file, it is read or refused with a place; nothing else happens."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, Final, cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.backends.interpreter import verdicts
from leadpolicy.diagnostics import Problems, Severity, render
from leadpolicy.governance.examples import read_cards, run_cards
from leadpolicy.governance.identity import content_hash
from leadpolicy.policy.read import read_policy
from leadpolicy.source import Source
from leadpolicy.syntax.reader import read_yaml
from leadpolicy.vocabulary import Record, Vocabulary, read_vocabulary
from tests.conftest import POLICIES, REPO
from tests.policy.samples import RICH, VOCABULARY, policy_of, small
from tests.strategies import NASTY_TEXTS, NOW, Drawing, dump

REPLACEMENTS: Final[tuple[Any, ...]] = (
    *(None, True, 0, -1, 10**30, 0.1, "", " ", "nothing", "ever", "$k", "$mode", "$kinds", "$zzz"),
    *(
        [],
        {},
        [[]],
        [{}],
        [None],
        {"a": 1},
        {"all": []},
        {"fact": "company.growth"},
        {"fact": None},
    ),
    *("3 months", "7 days", "large", "lead", "asked", "2026-02-30", "11-50", "USD 5", "(", "1.0.0"),
    *({"at_least": 1}, {"of": []}, {"known": True}, {"points": []}, {"happened": "badge_scan"}),
    *({"amount": 5, "currency": "EUR"}, {"from": 1}, ["demo"], {"value": 1}, "company.employees"),
)


class Mutation(Drawing):
    """Changes a document somewhere."""

    def anywhere(self, document: Any) -> Any:
        """One change, at any depth."""
        if not isinstance(document, dict | list) or not document or self.chance(12):
            return self.changed(document)
        if isinstance(document, list):
            place = self.draw(st.integers(0, len(document) - 1))
            match self.draw(st.integers(0, 9)):
                case 0:
                    return document[:place] + document[place + 1 :]
                case 1:
                    return [*document, copy.deepcopy(document[place])]
                case _:
                    return [
                        self.anywhere(item) if n == place else item
                        for n, item in enumerate(document)
                    ]
        key = self.pick(list(document))
        match self.draw(st.integers(0, 11)):
            case 0:
                return {k: v for k, v in document.items() if k != key}
            case 1:
                return {self.renamed(k) if k == key else k: v for k, v in document.items()}
            case 2:
                return {**document, self.renamed(key): self.pick(REPLACEMENTS)}
            case _:
                return {k: self.anywhere(v) if k == key else v for k, v in document.items()}

    def changed(self, part: Any) -> Any:
        """Something else in its place."""
        if self.chance(20):
            return {self.pick(["all", "any", "none", "of", "company.industry", "is"]): part}
        if self.chance(30):
            return self.pick(NASTY_TEXTS)
        return copy.deepcopy(self.pick(REPLACEMENTS))

    def renamed(self, key: Any) -> Any:
        """Another key."""
        others = [
            *("all", "of", "when", "within", "value", "deal.budget_status"),
            f"{key}s",
            "",
            "$k",
        ]
        return self.pick(others)


def drawing(data: st.DataObject) -> st.DrawFn:
    """What strategies are given to draw with."""
    return cast("st.DrawFn", data.draw)


def settle(problems: Problems, text: str) -> bool:
    """Whether there are errors; every finding has a place and can be shown."""
    for found in problems:
        assert render(found)
        assert found.span is not None or found.where
        assert found.span is None or 0 <= found.span.start <= found.span.end <= len(text)
    return any(found.severity is Severity.ERROR for found in problems)


def check_policy(text: str, vocabulary: Vocabulary = VOCABULARY) -> None:
    """A text is a policy that can be run, or errors say why not."""
    problems = Problems()
    node = read_yaml(Source("policy", text), problems)
    if settle(problems, text):
        return
    assert node is not None
    policy = read_policy(node, vocabulary, problems)
    assert settle(problems, text) == (policy is None)
    if policy is not None:
        assert content_hash(policy)
        found = verdicts(policy.logic, Record(), NOW)
        assert len(found.stages) == len(policy.stages) > 0
        assert policy.with_parameters().identity == policy.identity


@given(st.data())
def test_a_policy_with_something_changed(data: st.DataObject) -> None:
    document: Any = copy.deepcopy(dict(RICH))
    mutation = Mutation(drawing(data))
    for _ in range(data.draw(st.integers(1, 3))):
        document = mutation.anywhere(document)
    check_policy(dump(document))


@given(st.data())
def test_a_text_with_something_changed(data: st.DataObject) -> None:
    text = dump(dict(RICH))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 12))
        piece = data.draw(
            st.sampled_from([*NASTY_TEXTS, "\t", ": ", "- ", "\n", "  ", "[", "}", "&a "])
        )
        text = text[:start] + piece + text[end:]
    check_policy(text)


@given(st.data())
def test_a_vocabulary_with_something_changed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    file = tmp_path_factory.getbasetemp() / "vocabulary.yaml"
    original = (REPO / "tests/badinput/vocabulary.yaml").read_text(encoding="utf-8")
    text = dump(Mutation(drawing(data)).anywhere(yaml.safe_load(original)))
    file.write_text(text, encoding="utf-8")
    problems = Problems()
    vocabulary = read_vocabulary(file, problems)
    broken = settle(problems, text)
    assert vocabulary is not None or broken


CARDS: Final = {
    "policy": "small",
    "as_of": "2026-03-01",
    "cards": [
        {"card": "one", "says": "One", "expect": {"1.0.0": {"stage": "lead", "possible": "lead"}},
         "facts": {"company.employees": 20, "company.tech_stack": ["crm"]},
         "events": [{"event": "inbound_request", "at": "2026-02-01", "kind": "demo"}],
         "recorded": ["inbound_request"]},
        {"card": "two", "says": "Two", "facts": {}, "expect": "none", "as_of": "2026-03-02"},
    ],
}  # fmt: skip


@given(st.data())
def test_cards_with_something_changed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder: Path = tmp_path_factory.getbasetemp()
    text = dump(Mutation(drawing(data)).anywhere(copy.deepcopy(CARDS)))
    (folder / "examples.yaml").write_text(text, encoding="utf-8")
    policy = policy_of(small())
    problems = Problems()
    cards = read_cards(folder, [policy], problems)
    settle(problems, text)
    assert len(run_cards(policy, cards).results) <= len(cards)


@pytest.mark.parametrize("cut", range(0, 4000, 97))
def test_a_file_that_ends_too_early(cut: int) -> None:
    check_policy(dump(dict(RICH))[:cut])


@pytest.mark.parametrize("file", sorted(POLICIES.rglob("1.*.yaml")), ids=lambda f: f.parent.name)
def test_the_seed_policies_with_a_line_less(file: Path) -> None:
    vocabulary = read_vocabulary(POLICIES / "vocabulary.yaml", Problems())
    assert vocabulary is not None
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    for gone in range(0, len(lines), 7):
        check_policy("".join(lines[:gone] + lines[gone + 1 :]), vocabulary)
