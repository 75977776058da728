"""Categories as inputs of the recipe: which are one-hot and which codes, by hand; rare, missing and unseen ones."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import OneHotEncoder, TargetEncoder

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


def keyed(rows: int = 600, categories: int = 120) -> np.ndarray:
    """Some often enough for a code, many less, some once."""
    numbers = np.minimum(RNG.geometric(2.5 / categories, rows), 3 * categories)
    return np.array([f"k{k:03d}" for k in numbers], dtype=object)[:, None]


@pytest.mark.parametrize("target", ["amounts", "two classes", "classes"])
def test_means_are_those_of_the_target_encoder(target):
    X = keyed()
    y = {
        "amounts": RNG.normal(1e6, 5, 600),
        "two classes": RNG.choice(["no", "yes"], 600, p=[0.8, 0.2]),
        "classes": RNG.choice(["a", "b", "c"], 600),
    }[target]
    step = CategoryInputs(target=target.split()[-1], code_rows=12, limit=None)
    found, later = step.fit_transform(X, y), step.transform(X)
    assert step.forms_ == ["codes and means"]
    kind = {"amounts": "continuous", "two classes": "binary", "classes": "multiclass"}[target]
    folds = (KFold if target == "amounts" else StratifiedKFold)(5, shuffle=True, random_state=0)
    encoder = TargetEncoder(target_type=kind, cv=folds)
    others, every = encoder.fit_transform(X, y), encoder.transform(X)
    assert step.means(7) == tuple(range(8, 8 + others.shape[1]))
    np.testing.assert_array_equal(found[:, 0], later[:, 0])
    np.testing.assert_allclose(found[:, 1:], (others - others.mean(0)) / others.std(0), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(later[:, 1:], (every - others.mean(0)) / others.std(0), rtol=1e-6, atol=1e-6)
    new = step.transform(np.array([["never"]], dtype=object))
    expected = (encoder.transform(np.array([["never"]], dtype=object)) - others.mean(0)) / others.std(0)
    np.testing.assert_allclose(new, np.hstack([[[0.0]], expected]), rtol=1e-6, atol=1e-6)


def test_no_row_counts_for_its_own_mean():
    """A target of noise is not told by the key of its row, as it would be by the mean of all rows of that key."""
    X, y = keyed(), RNG.normal(size=600)
    step = CategoryInputs(target="amounts")
    found = step.fit_transform(X, y)[:, step.means(0)[0]]
    alone = CategoryInputs(target="amounts").fit(X, y).transform(X)[:, step.means(0)[0]]
    assert abs(np.corrcoef(found, y)[0, 1]) < 0.15
    assert np.corrcoef(alone, y)[0, 1] > 0.3


def test_which_form_goes_by_rows_of_a_category():
    y = RNG.normal(size=300)
    cases = {
        "codes": column(*((f"n{k}", 15) for k in range(20))),
        "means": column(*((f"n{k}", 3) for k in range(100))),
        "codes and means": column(*((f"n{k}", 15) for k in range(10)), *((f"m{k}", 3) for k in range(50))),
        "one-hot": column(*((f"key{k}", 1) for k in range(300))),
    }
    for form, X in cases.items():
        step = CategoryInputs(8, target="amounts").fit(X, y)
        assert step.forms_ == [form]
        assert len(step.codes(0)) == ("codes" in form)
        assert len(step.means(0)) == ("means" in form)
        assert step.transform(X).shape == (300, step.width())
    few = column(*((f"n{k}", 29) for k in range(10)), ("m0", 5), ("m1", 5))
    step = CategoryInputs(8, target="amounts").fit(few, y)
    assert (step.forms_, step.kept_.tolist()) == (["codes"], [10])  # the few in between share the code 0
    assert CategoryInputs(8).fit(few).kept_.tolist() == [12]


BAD_TARGETS = {
    "all the same": ("amounts", np.full(300, 2.0)),
    "not finite": ("amounts", np.r_[np.inf, np.zeros(299)]),
    "of two outputs": ("amounts", np.zeros((300, 2))),
    "one class": ("classes", np.array(["a"] * 300)),
    "eleven classes": ("classes", np.arange(300) % 11),
    "none": ("amounts", None),
}


@pytest.mark.parametrize("case", BAD_TARGETS)
def test_a_target_that_is_not_averaged_leaves_codes(case):
    kind, y = BAD_TARGETS[case]
    step = CategoryInputs(target=kind)
    found = step.fit_transform(column(*((f"n{k}", 3) for k in range(100))), y)
    assert step.forms_ == ["codes"]
    assert found.shape == (300, 1)


@pytest.mark.parametrize("scale", [1e-140, 1.0, 1e140])
def test_means_of_targets_of_any_size_are_finite(scale):
    X, y = keyed(), RNG.normal(size=600)
    with np.errstate(all="raise", under="ignore"):
        found = CategoryInputs(target="amounts").fit_transform(X, y * scale)
    np.testing.assert_allclose(found, CategoryInputs(target="amounts").fit_transform(X, y), rtol=1e-6, atol=1e-6)


def test_a_class_with_one_row():
    X, y = keyed(), np.where(np.arange(600) == 17, "odd", RNG.choice(["a", "b"], 600))
    step = CategoryInputs(target="classes")
    assert np.isfinite(step.fit_transform(X, y)).all()
    assert len(step.means(0)) == 3


@pytest.mark.parametrize(("columns", "form"), [(16, "one-hot"), (17, "codes")])
def test_where_columns_are_many_only_few_categories_are_one_hot(columns, form):
    """Of 32 categories each: 512 inputs, or beyond."""
    X = np.hstack([column(*((f"n{k}", 3) for k in range(32))) for _ in range(columns)] + [column(("a", 48), ("b", 48))])
    assert CategoryInputs().fit(X).forms_ == [form] * columns + ["one-hot"]
