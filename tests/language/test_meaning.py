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
    drawn = [data.draw(matching(draft, vocabulary)) for _ in range(3)]
    expected = [truth(holds(draft, situation, vocabulary)) for situation in drawn]
    records = [situation.record(vocabulary) for situation in drawn]
    for name, backend in BACKENDS.items():
        found = backend({"it": policy.logic}, records, [NOW] * len(records))["it"]
        assert [verdicts.stages[0] for verdicts in found] == expected, name
