"""What the project makes of a random policy is what a naive reading of its text gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.truth import truth
from leadpolicy.vocabulary import Vocabulary
from tests.conformance.backends import BACKENDS
from tests.language.naive import holds
from tests.strategies import NOW, drafts, matching, vocabularies


@given(vocabularies(), st.data())
def test_every_backend_agrees_with_the_naive_reading(
    vocabulary: Vocabulary, data: st.DataObject
) -> None:
    draft = data.draw(drafts(vocabulary))
    policy = draft.policy(vocabulary)
    runs = {name: backend(policy.logic) for name, backend in BACKENDS.items()}
    for _ in range(3):
        situation = data.draw(matching(draft, vocabulary))
        expected = truth(holds(draft, situation, vocabulary))
        record = situation.record(vocabulary)
        found = {name: run(record, NOW).stages[0] for name, run in runs.items()}
        assert found == dict.fromkeys(found, expected)
