"""Categories as inputs of the recipe: which are one-hot and which codes, by hand; rare, missing and unseen ones."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.preprocessing import OneHotEncoder

from glassprop.tables.encoding.category_inputs import CategoryInputs

RNG = np.random.default_rng(3)


def column(*counted: tuple[str, int]) -> np.ndarray:
    """So many rows of each, in no order."""
    values = np.array([name for name, rows in counted for _ in range(rows)], dtype=object)
    return RNG.permutation(values)[:, None]


def test_few_categories_are_those_of_the_one_hot_encoder():
    X = column(("b", 5), ("a", 3), ("", 4), ("c", 1), ("d", 1))
    found = CategoryInputs(min_rows=2).fit_transform(X)
    encoder = OneHotEncoder(min_frequency=2, handle_unknown="infrequent_if_exist", sparse_output=False)
    expected = encoder.fit_transform(X)  # in the order of the names: "", a, b, then the rare ones
    np.testing.assert_array_equal(found, expected[:, [2, 0, 1, 3]])  # by how frequent they are
    later = np.array([["a"], ["d"], ["new"], [""], [None]], dtype=object)
    found = CategoryInputs(min_rows=2).fit(X).transform(later)
    np.testing.assert_array_equal(found.argmax(axis=1), [2, 3, 3, 1, 1])


def test_many_categories_are_codes_by_how_frequent_they_are():
    X = column(*((f"n{k}", 12 - k) for k in range(10)), ("", 20), ("once", 1), ("twice", 1))
    step = CategoryInputs(most_one_hot=8, min_rows=4).fit(X)
    assert step.forms_ == ["codes"]
    assert step.codes(5) == ((5, 11),)  # "" and n0 to n8, and 0 for the others
    assert step.get_feature_names_out(["town"]).tolist() == ["town_code"]
    later = np.array([[""], ["n0"], ["n8"], ["n9"], ["once"], ["never"]], dtype=object)
    np.testing.assert_array_equal(step.transform(later), [[1], [2], [10], [0], [0], [0]])
    few = clone(step).set_params(most_codes=3).fit(X)
    np.testing.assert_array_equal(few.transform(later), [[1], [2], [0], [0], [0], [0]])
    assert few.codes(0) == ((0, 4),)


@pytest.mark.parametrize(("different", "form"), [(1, "one-hot"), (8, "one-hot"), (9, "codes"), (40, "codes")])
def test_the_form_goes_by_how_many_inputs_there_would_be(different, form):
    X = column(*((f"n{k}", 3) for k in range(different)))
    step = CategoryInputs(most_one_hot=8).fit(X)
    assert step.forms_ == [form]
    assert step.transform(X).shape[1] == (1 if form == "codes" else different)


def test_rare_ones_count_for_an_input():
    X = column(*((f"n{k}", 3) for k in range(8)), ("once", 1))
    assert CategoryInputs(most_one_hot=8).fit(X).forms_ == ["codes"]
    assert CategoryInputs(most_one_hot=9).fit(X).transform(X).shape[1] == 9


def test_ten_thousand_categories_and_one_row_a_category_are_one_constant_input():
    X = column(*((f"key {k}", 1) for k in range(10_000)))
    step = CategoryInputs().fit(X)
    np.testing.assert_array_equal(step.transform(X), np.ones((10_000, 1)))
    np.testing.assert_array_equal(step.transform(np.array([["key 7"], ["new"], [""]], dtype=object)), np.ones((3, 1)))
    assert step.codes(0) == ()


def test_several_columns_stand_in_their_order():
    X = np.hstack([column(("a", 6), ("b", 6)), column(*((f"n{k}", 1) for k in range(12))), column(("x", 7), ("y", 5))])
    step = CategoryInputs(most_one_hot=3, min_rows=1, dtype="float32").fit(X)
    found = step.transform(X)
    assert found.dtype == np.float32
    assert step.widths() == [2, 1, 2]
    assert step.codes(0) == ((2, 13),)
    np.testing.assert_array_equal(found[:, :2], X[:, :1] == ["a", "b"])
    np.testing.assert_array_equal(found[:, 3:], X[:, 2:] == ["x", "y"])
    assert sorted(found[:, 2]) == list(range(1, 13))
    names = step.get_feature_names_out(["p", "q", "r"]).tolist()
    assert names == ["p_a", "p_b", "q_code", "r_x", "r_y"]


def test_ties_go_by_name_so_that_the_order_of_rows_does_not_matter():
    X = column(*((f"n{k}", 2) for k in range(30)))
    one, other = CategoryInputs().fit(X), CategoryInputs().fit(X[::-1])
    np.testing.assert_array_equal(one.categories_[0], other.categories_[0])
    assert one.categories_[0].tolist() == sorted(set(X[:, 0]))
