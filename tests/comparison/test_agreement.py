"""Agreement against tables computed by hand, and the laws it obeys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadpolicy.comparison.agreement import KappaNote, overall_agreement, pair_agreement
from leadpolicy.evaluation.codes import FALSE, TRUE, UNKNOWN, Codes


def codes(text: str) -> Codes:
    """Verdicts written as letters: y yes, n no, ? unknown."""
    meaning = {"y": TRUE, "n": FALSE, "?": UNKNOWN}
    return np.array([meaning[letter] for letter in text], dtype=np.int8)


def columns(*texts: str) -> Codes:
    return np.column_stack([codes(text) for text in texts])


def both_sides(given_pairs: list[tuple[str, str]]) -> tuple[Codes, Codes]:
    return codes("".join(a for a, _ in given_pairs)), codes("".join(b for _, b in given_pairs))


verdicts = st.lists(st.sampled_from("yn?"), max_size=30).map("".join)
pairs = st.lists(st.tuples(st.sampled_from("yn?"), st.sampled_from("yn?")), max_size=30)


def test_the_textbook_table() -> None:
    # Both yes 20, only the first 5, only the second 10, neither 15: observed 0.7, by chance
    # 0.5 * 0.6 + 0.5 * 0.4 = 0.5, so kappa is (0.7 - 0.5) / (1 - 0.5) = 0.4.
    a = codes("y" * 20 + "y" * 5 + "n" * 10 + "n" * 15)
    b = codes("y" * 20 + "n" * 5 + "y" * 10 + "n" * 15)
    found = pair_agreement(a, b)
    assert (found.both, found.only_a, found.only_b, found.neither) == (20, 5, 10, 15)
    assert found.raw == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)
    assert found.note is KappaNote.NONE


def test_what_one_of_them_cannot_decide_is_left_out_and_counted() -> None:
    found = pair_agreement(codes("yy?nn?"), codes("yn?n?y"))
    assert (found.records, found.decided, found.undecided) == (6, 3, 3)
    assert found.raw == pytest.approx(2 / 3)


@pytest.mark.parametrize("same", ["yyyy", "nnnn", "nn??"])
def test_kappa_of_constant_verdicts_is_undefined(same: str) -> None:
    found = pair_agreement(codes(same), codes(same))
    assert found.raw == 1
    assert found.kappa is None
    assert found.note is KappaNote.CONSTANT


def test_kappa_is_marked_where_one_side_is_constant() -> None:
    found = pair_agreement(codes("nnnn"), codes("nnny"))
    assert (found.raw, found.kappa) == (0.75, 0)
    assert found.note is KappaNote.ONE_SIDED


def test_nothing_decided_is_no_agreement_and_no_disagreement() -> None:
    found = pair_agreement(codes("y?"), codes("?n"))
    assert (found.decided, found.raw, found.kappa) == (0, None, None)
    assert found.note is KappaNote.NOTHING_DECIDED


def test_no_record_at_all() -> None:
    assert pair_agreement(codes(""), codes("")).raw is None
    assert overall_agreement(columns("", "")).raw is None


def test_fleiss_by_hand() -> None:
    # Three raters, four records with 3, 2, 1, 0 times yes. Agreeing pairs: 3/3, 1/3, 1/3, 3/3, on
    # average 2/3. Half of all verdicts are yes, so chance gives 1/2: kappa = (2/3 - 1/2) / (1/2).
    found = overall_agreement(columns("yyyn", "yynn", "ynnn"))
    assert found.unanimous == 0.5
    assert found.raw == pytest.approx(2 / 3)
    assert found.kappa == pytest.approx(1 / 3)


def test_all_policies_must_decide_a_record() -> None:
    found = overall_agreement(columns("yyn?", "yyn?", "?yny"))
    assert (found.policies, found.decided, found.undecided) == (3, 2, 2)
    assert (found.unanimous, found.raw, found.kappa) == (1, 1, 1)


@pytest.mark.parametrize(
    ("text", "note"), [("yy", KappaNote.CONSTANT), ("??", KappaNote.NOTHING_DECIDED)]
)
def test_fleiss_undefined(text: str, note: KappaNote) -> None:
    found = overall_agreement(columns(text, text))
    assert found.kappa is None
    assert found.note is note


@given(verdicts)
def test_a_policy_agrees_with_itself(text: str) -> None:
    found = pair_agreement(codes(text), codes(text))
    assert found.only_a == found.only_b == 0
    assert found.raw in (1, None)
    assert found.kappa is None or found.kappa == pytest.approx(1)


@given(pairs)
def test_swapping_sides_swaps_what_only_one_says(given_pairs: list[tuple[str, str]]) -> None:
    a, b = both_sides(given_pairs)
    there, back = pair_agreement(a, b), pair_agreement(b, a)
    assert (there.only_a, there.only_b) == (back.only_b, back.only_a)
    assert (there.both, there.neither, there.raw) == (back.both, back.neither, back.raw)
    assert there.kappa == pytest.approx(back.kappa)


@given(pairs)
def test_the_order_of_records_changes_nothing(given_pairs: list[tuple[str, str]]) -> None:
    there, sorted_ = both_sides(given_pairs), both_sides(sorted(given_pairs))
    assert pair_agreement(*there) == pair_agreement(*sorted_)
    assert overall_agreement(np.column_stack(there)) == overall_agreement(np.column_stack(sorted_))


@given(pairs)
def test_every_record_is_counted_once(given_pairs: list[tuple[str, str]]) -> None:
    found = pair_agreement(*both_sides(given_pairs))
    assert found.decided + found.undecided == found.records == len(given_pairs)
    assert found.both + found.only_a + found.only_b + found.neither == found.decided
