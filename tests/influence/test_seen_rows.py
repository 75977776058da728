"""Sums over epochs of what training sees of its rows, against the same worked out row by row, with nothing but math."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from glassprop.engine.seen_sums import SeenSums
from glassprop.errors import DataError
from glassprop.influence.seen_rows import SeenRows, of_weights, put_together, rows_of

N, EPOCHS = 5000, 7  # more rows than are taken at a time


def one_look(task, a, y, scale):
    """(margin, confidence, residual, right) of a row."""
    k = len(y)
    if task == "classes":
        given = list(y).index(1)
        others = max(a[j] for j in range(k) if j != given)
        return math.log(a[given]) - math.log(others), a[given], None, a[given] > others
    if task == "labels":
        odds = [math.log(p) - math.log(1 - p) for p in (a[j] if y[j] == 1 else 1 - a[j] for j in range(k))]
        return min(odds), 1 / (1 + math.exp(-min(odds))), None, min(odds) > 0
    residual = [a[j] - y[j] for j in range(k)]
    length = math.sqrt(sum(r * r for r in residual))
    return -length, math.exp(-(length**2) / (2 * scale)), residual, length**2 <= scale


def by_hand(task, looks, Y, scale):
    """What ``SeenRows`` has, by its definition. looks: (epoch, outputs) of each look; scale: the targets' variance."""
    k, found = Y.shape[1], []
    for i, y in enumerate(Y.tolist()):
        of_row = [one_look(task, a[i].astype(float).tolist(), y, scale) for _, a in looks]
        margins, confidences, residuals, rights = zip(*of_row, strict=True)
        mean = [sum(float(a[i, j]) for _, a in looks) / len(looks) for j in range(k)]
        if task == "numbers":
            center = [sum(r[j] for r in residuals) / len(looks) for j in range(k)]
            variance = sum(sum((r[j] - center[j]) ** 2 for j in range(k)) for r in residuals) / len(looks)
        else:
            variance = sum((c - sum(confidences) / len(looks)) ** 2 for c in confidences) / len(looks)
        forgotten = sum(before and not after for before, after in pairwise(rights))
        wrong_at = [epoch for (epoch, _), right in zip(looks, rights, strict=True) if not right]
        learned = -1 if not rights[-1] else (wrong_at[-1] if wrong_at else 0)
        found.append((mean, np.mean(margins), np.mean(confidences), math.sqrt(variance), forgotten, learned))
    return [np.array(column) for column in zip(*found, strict=True)]


def planted(task, k, dtype, rng):
    """Targets, and outputs of several epochs that come nearer to them."""
    if task == "numbers":
        Y = rng.standard_normal((N, k)).astype(dtype)
        return Y, [(Y + rng.standard_normal((N, k)) * 4 / (2 + e)).astype(dtype) for e in range(EPOCHS)]
    Y = np.eye(k)[rng.integers(k, size=N)] if task == "classes" else rng.integers(2, size=(N, k))
    z = [(2 * Y - 1) * e / 4 + rng.standard_normal((N, k)) for e in range(EPOCHS)]
    if task == "labels":
        return Y.astype(dtype), [(1 / (1 + np.exp(-each))).astype(dtype) for each in z]
    return Y.astype(dtype), [(np.exp(each) / np.exp(each).sum(axis=1, keepdims=True)).astype(dtype) for each in z]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("task", "k"), [("classes", 2), ("classes", 5), ("labels", 1), ("labels", 3), ("numbers", 1), ("numbers", 2)]
)
def test_as_by_hand(task, k, dtype):
    Y, outputs = planted(task, k, dtype, np.random.default_rng(k))
    epochs = [1, 2, 4, 6, 8, 12, 13]
    sums = SeenSums(task, Y)
    for epoch, a in zip(epochs, outputs, strict=True):
        before = a.copy()
        sums.begin(epoch).take(a)
        np.testing.assert_array_equal(a, before)
    seen = rows_of(sums)
    some = np.r_[0:100, 2000:2100, N - 100 : N]
    looks = [(epoch, a[some]) for epoch, a in zip(epochs, outputs, strict=True)]
    scale = sum(((column - column.mean()) ** 2).mean() for column in Y.astype(np.float64).T)
    expected = by_hand(task, looks, Y[some], scale)
    near = {"rtol": 2e-5, "atol": 2e-5} if dtype == np.float32 else {"rtol": 1e-9, "atol": 1e-7}
    for name, values in zip(("outputs", "margin", "confidence", "spread"), expected, strict=False):
        np.testing.assert_allclose(getattr(seen, name)[some], values, err_msg=name, **near)
    np.testing.assert_array_equal(seen.forgotten[some], expected[4])
    np.testing.assert_array_equal(seen.learned[some], expected[5])
    assert seen.epochs == len(epochs)
    assert seen.trained.all()
    assert expected[4].max() > 0
    assert {-1, 0} < set(expected[5].tolist())


def test_outputs_at_their_ends_have_finite_margins():
    for dtype in (np.float32, np.float64):
        for task, Y in (("classes", [[1, 0, 0], [0, 1, 0]]), ("labels", [[1, 0, 0], [0, 1, 1]])):
            sums = SeenSums(task, np.array(Y, dtype))
            sums.take(np.array([[1, 0, 0], [1, 0, 0]], dtype))
            margin = rows_of(sums).margin
            assert np.isfinite(margin).all()
            assert margin[0] > 10
            assert margin[1] < -10
    sums = SeenSums("numbers", np.ones((4, 1)))  # all targets the same
    sums.take(np.ones((4, 1)))
    assert rows_of(sums).confidence.tolist() == [1.0] * 4


def test_one_look_and_parts_put_together():
    Y, outputs = planted("classes", 3, np.float64, np.random.default_rng(0))
    Y, a = Y[:6], outputs[3][:6]
    sums = SeenSums("classes", Y[[4, 0, 2]])
    for epoch in (1, 2):
        sums.begin(epoch).take(a[[4, 0, 2]] if epoch == 2 else a[[3, 1, 5]])
    seen, once = rows_of(sums), of_weights("classes", a[[1, 3, 5]], Y[[1, 3, 5]])
    assert (once.epochs, once.trained.any(), once.spread.any()) == (0, False, False)
    assert set(once.learned.tolist()) <= {-1, 0}
    whole = put_together(6, [(np.array([4, 0, 2]), seen), (np.array([1, 3, 5]), once)])
    assert whole.trained.tolist() == [True, False, True, False, True, False]
    assert (len(whole), whole.epochs) == (6, 2)
    np.testing.assert_array_equal(whole.margin[[4, 0, 2]], seen.margin)
    np.testing.assert_array_equal(whole.outputs[[1, 3, 5]], a[[1, 3, 5]])


def test_columns_of_other_lengths_are_refused():
    one, two = np.zeros(1), np.zeros(2)
    with pytest.raises(DataError, match=r"outputs are \(n, n_L\)"):
        SeenRows("labels", 1, np.zeros((1, 1)), one, one, two, one.astype(int), one.astype(int), one > 0)
