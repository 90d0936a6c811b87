"""The different texts of a column in one buffer, made into strings only where somebody asks.

What is asked of all of them is asked of the buffer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias, overload

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

Letters: TypeAlias = npt.NDArray[np.uint8]
Places: TypeAlias = npt.NDArray[np.int64]


_ZONED: Final = r"^(?s:.{10}).*(Z|[+-]\d{2}:?\d{2})\z"

_DIGITS: Final = 15
_DAY: Final = r"^\d{4}-\d{2}-\d{2}\z"


class Texts(Sequence[object]):
    """Distinct texts without white space around them; None where one of them is no text at all."""

    __slots__ = ("array",)

    def __init__(self, array: pa.LargeStringArray) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    @overload
    def __getitem__(self, place: int) -> object: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[object]: ...
    def __getitem__(self, place: int | slice) -> object:
        if isinstance(place, slice):
            return self.array[place].to_pylist()
        return self.array[int(place)].as_py()

    def __iter__(self) -> Iterator[object]:
        return iter(self.array.to_pylist())

    def texts(self) -> list[str]:
        """All of them; nothing as the empty text."""
        found: list[str] = self.array.fill_null("").to_pylist()
        return found

    def days(self) -> npt.NDArray[np.bool_]:
        """Which of them are a day of the calendar in ISO form, without a time."""
        from pyarrow import compute

        days = compute.match_substring_regex(self.array, _DAY).fill_null(False)
        found: npt.NDArray[np.bool_] = days.to_numpy(zero_copy_only=False)
        return found

    def some(self, places: Places) -> list[object]:
        """The texts at some places."""
        found: list[object] = self.array.take(places).to_pylist()
        return found

    def among(self, wanted: Collection[str]) -> npt.NDArray[np.bool_]:
        """Which of them are one of the wanted texts; nothing counts as the empty text."""
        lengths = np.diff(self.letters()[1])
        found = np.zeros(len(lengths), np.bool_)
        near = np.flatnonzero(np.isin(lengths, [len(text.encode()) for text in wanted]))
        found[near] = [(text or "") in wanted for text in self.some(near)]
        return found

    def whole_numbers(self, filled: npt.NDArray[np.bool_]) -> Places | None:
        """The numbers that the texts spell, 0 for those not filled; None where one spells none.

        A number is written in digits, without a sign or zeros before it, and below 10^15.
        """
        import pyarrow as pa

        letters, begins = self.letters()
        lengths = np.diff(begins)[filled]
        if len(lengths) and lengths.max() > _DIGITS:
            return None
        texts = self.array if filled.all() else self.array.filter(pa.array(filled))
        letters, begins = letters_of(texts)
        digits = letters[begins[0] : begins[-1]] - np.uint8(ord("0"))
        zeros = letters[begins[:-1][lengths > 1]] == ord("0")
        if (digits > 9).any() or not lengths.all() or zeros.any():
            return None
        numbers = np.zeros(len(filled), np.int64)
        numbers[filled] = texts.cast(pa.int64()).to_numpy(zero_copy_only=False)
        return numbers

    def places_of(self, others: Texts) -> npt.NDArray[np.int32]:
        """For each of the others its place here, or -1."""
        from pyarrow import compute

        places = compute.index_in(others.array, value_set=self.array, skip_nulls=True)
        found: npt.NDArray[np.int32] = places.fill_null(-1).to_numpy(zero_copy_only=False)
        return found

    def mix_zones(self) -> bool:
        """Whether some are times with a zone, and others times without one."""
        from pyarrow import compute

        letters, begins = self.letters()
        long = np.flatnonzero(np.diff(begins) > len("2026-02-28"))
        if not len(long):
            return False
        greenwich = letters[begins[1:][long] - 1] == ord("Z")
        if greenwich.all():
            return False
        times = self.array.take(long)
        times = times.filter(compute.match_substring(times, ":"))
        zoned = compute.match_substring_regex(times, _ZONED)
        count = compute.sum(zoned).as_py() or 0
        return 0 < count < len(times)

    def letters(self) -> tuple[Letters, Places]:
        """All bytes, and where each text begins in them, with the end of the last."""
        return letters_of(self.array)


def letters_of(array: Any) -> tuple[Letters, Places]:
    """The bytes of an array of large strings, and where each text begins in them."""
    _, offsets, data = array.buffers()
    first = array.offset
    begins = np.frombuffer(offsets, np.int64)[first : first + len(array) + 1]
    letters = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    return letters, begins


def texts_of(array: Any) -> tuple[Texts, npt.NDArray[np.int32] | None]:
    """Texts rid of the white space around them, and the new place of each where places moved."""
    import pyarrow as pa

    array = array.cast(pa.large_string())
    padded = _padded(array)
    if len(padded):
        given = array.take(padded).to_pylist()
        bare = [text.strip() for text in given]
        changed = np.fromiter((a != b for a, b in zip(given, bare, strict=True)), np.bool_)
        if changed.any():
            whole = array.to_pylist()
            for place, text in zip(padded.tolist(), bare, strict=True):
                whole[place] = text
            packed = pa.array(whole, pa.large_string()).dictionary_encode("encode")
            return Texts(packed.dictionary), packed.indices.to_numpy(zero_copy_only=False)
    return Texts(array), None


def _padded(array: Any) -> Places:
    """The texts that may have white space around them: their ends are no plain letters."""
    letters, begins = letters_of(array)
    filled = np.flatnonzero(begins[1:] > begins[:-1])
    ends = np.stack([letters[begins[:-1][filled]], letters[begins[1:][filled] - 1]])
    odd = (ends <= ord(" ")) | (ends >= 128)
    return filled[odd.any(axis=0)]
