"""Columns of text by their different texts: the same as row by row, whichever library holds them."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from glassprop.ground.number_text import shortest
from glassprop.tables.values import cells, distinct
from glassprop.tables.values.cells import cells_of, text_of
from glassprop.tables.values.numbers import missing_number, to_numbers
from glassprop.tables.values.texts import Texts

WORDS = ["b", " b", "a", None, "NA", "nan", "", "Zürich", "1", "1.0", "ß\0", "b ", "?", "a"]
LIBRARIES = {
    "polars": pl.Series,
    "polars categorical": lambda values: pl.Series(values).cast(pl.Categorical),
    "polars enum": lambda values: pl.Series(values).cast(pl.Enum(sorted({*values, ""} - {None}))),
    "polars chunks": lambda values: pl.concat([pl.Series(values[:5]), pl.Series(values[5:])], rechunk=False),
    "pandas": pd.Series,
    "pandas object": lambda values: pd.Series(values, dtype=object),
    "pandas categorical": lambda values: pd.Series(values, dtype="category"),
    "pandas of another index": lambda values: pd.Series(values, index=range(len(values), 0, -1)),
    "arrow": lambda values: pa.chunked_array([pa.array(values)]),
    "arrow chunks": lambda values: pa.chunked_array([pa.array(v, pa.string()) for v in (values[:2], values[2:])]),
    "arrow dictionary": lambda values: pa.chunked_array([pa.array(values).dictionary_encode()]),
    "arrow large": lambda values: pa.chunked_array([pa.array(values, pa.large_string())]),
}  # fmt: skip


@pytest.fixture(autouse=True, params=[0, 10**6], ids=["by the library", "by Python"])
def found_by(request, monkeypatch):
    monkeypatch.setattr(cells, "_MANY", request.param)


def texts_from(library: str, values: list[Any]) -> Texts:
    return cells_of(nw.from_native(LIBRARIES[library](values), series_only=True)).texts


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("turned", [False, True])
def test_texts_are_those_of_each_row_in_the_order_in_which_they_come(library, turned):
    values = WORDS[::-1] if turned else WORDS
    values = values * 3
    expected = [text_of(value) for value in values]
    texts = texts_from(library, values)
    assert texts.array().tolist() == expected
    assert texts.known == list(dict.fromkeys(text for text in expected if text is not None))
    assert texts.counts().tolist() == list(Counter(filter(None, expected)).values())
    assert texts.missing == expected.count(None)


@pytest.mark.parametrize("library", LIBRARIES)
def test_nothing_but_missing_ones(library):
    texts = texts_from(library, ["", None, " "])
    assert (texts.known, texts.missing, len(texts)) == ([], 3, 3)
    assert texts.each(float, -1.0, np.float64).tolist() == [-1.0] * 3


def test_mixed_objects_are_told_apart_by_their_types():
    mixed = [1, 1.0, True, "1", "true", None, 1.5, [2], [2]]
    for values in (mixed, mixed[:-2]):
        found = cells_of(nw.from_native(pd.Series(values, dtype=object), series_only=True))
        assert found.texts.array().tolist() == [text_of(value) for value in values]


def test_some_rows_of_texts():
    texts = Texts(np.array([0, 1, -1, 2, 1, 0]), ["a", "b", "c"])
    for rows in (slice(1, 4), np.array([4, 2]), texts.codes != 0, slice(0, 0)):
        some = texts.of(rows)
        assert some.array().tolist() == texts.array()[rows].tolist()
        assert sorted(some.known) == sorted(set(filter(None, some.array())))


def test_names_of_numbers():
    numbers = np.array([3.0, np.nan, -1.5, 3.0, 0.0, np.nan])
    texts = Texts.of_numbers(numbers, shortest)
    assert texts.array().tolist() == ["3", None, "-1.5", "3", "0", None]
    assert texts.known == ["3", "-1.5", "0"]


def test_what_gave_no_number_is_counted_by_rows_and_named_once():
    texts = Texts(np.array([0, 1, 2, 1, -1, 3]), ["1,5", "many", "none", "few"])
    assert texts.unread(to_numbers(texts, ","), missing_number) == (3, ["many", "few"])


def test_texts_are_found_the_same_with_arrow_at_hand_and_without(monkeypatch):
    series = nw.from_native(pl.Series([*WORDS, "\ud7ff", "x" * 40] * 3), series_only=True)
    codes, known = distinct.distinct_texts(series)
    monkeypatch.setattr(distinct, "sys", SimpleNamespace(modules={}))
    others, names = distinct.distinct_texts(series)
    np.testing.assert_array_equal(codes, others)
    assert known == names == list(dict.fromkeys(word for word in series.to_list() if word is not None))
