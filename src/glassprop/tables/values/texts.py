"""A column of text, each different one kept once: what is done to text is done once for each, not for each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

MISSING_CODE = -1


class Texts:
    """Text, a row each.

    Attributes
    ----------
    codes : array (n_rows,) of int
        Which of `known` stands in a row; -1 where it is missing.
    known : list of str
        Different, each in some row; in the order in which they first come, where they come from a whole column.
    """

    def __init__(self, codes: np.ndarray, known: list[str]) -> None:
        self.codes = codes
        self.known = known

    @classmethod
    def of_values(cls, codes: np.ndarray, values: Sequence[Any], text: Callable[[Any], str | None]) -> Texts:
        """From codes of any values; `text` gives the text of a value, None where it stands for nothing."""
        texts = [text(value) for value in values]
        known = list(dict.fromkeys(found for found in texts if found is not None))
        if len(known) == len(texts):
            return cls(codes, known)
        place = {name: number for number, name in enumerate(known)}
        new = np.array([*(MISSING_CODE if t is None else place[t] for t in texts), MISSING_CODE], dtype=np.int32)
        return cls(new[codes], known)

    @classmethod
    def of_numbers(cls, numbers: np.ndarray, name: Callable[[float], str]) -> Texts:
        """The names of numbers; missing where they are NaN."""
        different, codes = np.unique(numbers, return_inverse=True)
        first = np.zeros(len(different), dtype=np.intp)
        first[codes[::-1]] = np.arange(len(codes))[::-1]  # of several, the last that is written stays: the first row
        order = np.argsort(first)
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        values = different[order].tolist()
        return cls.of_values(rank[codes], values, lambda value: None if value != value else name(value))

    @classmethod
    def of_cells(cls, column: np.ndarray) -> Texts:
        """Of a column of an array of objects; what is no text, or an empty one, is missing."""
        known: dict[str, int] = {}
        there = (value if isinstance(value, str) and value else None for value in column.tolist())
        codes = [MISSING_CODE if value is None else known.setdefault(value, len(known)) for value in there]
        return cls(np.array(codes, dtype=np.int64), list(known))

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def there(self) -> np.ndarray:
        """bool (n_rows,): where there is one."""
        return np.asarray(self.codes >= 0)

    @property
    def missing(self) -> int:
        """In how many rows there is none."""
        return int((self.codes < 0).sum())

    def counts(self) -> np.ndarray:
        """In how many rows each of `known` stands."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.known))

    def of(self, rows: Any) -> Texts:
        """Those of some rows: numbers, a mask, or a slice."""
        codes = self.codes[rows]
        used = np.zeros(len(self.known) + 1, dtype=bool)  # the last is for the missing ones
        used[codes] = True
        if used[:-1].all():
            return Texts(codes, self.known)
        new = np.where(used, np.cumsum(used) - 1, MISSING_CODE)
        new[-1] = MISSING_CODE
        return Texts(new[codes], [name for name, there in zip(self.known, used, strict=False) if there])

    def each(self, function: Callable[[str], Any], missing: Any, dtype: Any) -> np.ndarray:
        """What a function gives, and `missing` where there is no text. (n_rows,)"""
        found = np.empty(len(self.known) + 1, dtype=dtype)
        found[:-1] = [function(name) for name in self.known]
        found[-1] = missing
        return found[self.codes]

    def array(self, missing: str | None = None) -> np.ndarray:
        """object (n_rows,)."""
        return self.each(lambda text: text, missing, object)

    def unread(self, values: np.ndarray, stands_for_none: Callable[[str], bool]) -> tuple[int, list[str]]:
        """In how many rows text gave no number, and does not stand for none; and which texts these are.

        values: what it gave, (n_rows,), NaN for no number.
        """
        without = self.of(np.isnan(values))
        odd = [(int(count), text) for count, text in zip(without.counts(), without.known, strict=True)]
        odd = [(count, text) for count, text in odd if not stands_for_none(text)]
        return sum(count for count, _ in odd), [text for _, text in odd]
