"""A sparse X whose parts contradict each other is refused in words by every verb, for what reads it believes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from glassprop import Layer, MLPClassifier, MLPRegressor, Network
from glassprop.architecture.compressed import faults_of_compressed
from glassprop.engine.plan import Data
from glassprop.errors import DataError
from glassprop.training.loop import train
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

N, M = 30, 6
NETWORK = Network(M, [Layer(4, "tanh"), Layer(1, "identity")])
THETA = NETWORK.initial(np.random.default_rng(0))
Y = np.random.default_rng(1).normal(size=(N, 1))
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def whole() -> sparse.csr_matrix:
    rng = np.random.default_rng(2)
    return sparse.csr_matrix(rng.normal(size=(N, M)) * (rng.random((N, M)) < 0.4))


def _set(part: str, at: int, value: int) -> Callable[[Any], None]:
    def change(X: Any) -> None:
        getattr(X, part)[at] = value

    return change


def _replace(part: str, make: Callable[[Any], Any]) -> Callable[[Any], None]:
    return lambda X: setattr(X, part, make(getattr(X, part)))


BROKEN = {
    "a column too far": (_set("indices", 3, M), f"indices must be from 0 to {M - 1}, got 0 to {M}"),
    "a column far away": (_set("indices", -1, 2**31 - 1), f"indices must be from 0 to {M - 1}, got 0 to 2147483647"),
    "a column below 0": (_set("indices", 0, -1), f"indices must be from 0 to {M - 1}, got -1 to {M - 1}"),
    "rows that fall": (_set("indptr", 5, 100), "indptr must begin with 0 and never fall"),
    "a row below 0": (_set("indptr", 5, -7), "indptr must begin with 0 and never fall"),
    "a late begin": (_set("indptr", 0, 1), "indptr must begin with 0 and never fall"),
    "an end too far": (_set("indptr", -1, 10**9), "indptr ends with 1000000000, and there are"),
    "fewer rows": (_replace("indptr", lambda part: part[:-3]), f"indptr must have {N + 1} entries, got {N - 2}"),
    "fewer columns": (_replace("indices", lambda part: part[:-1]), "and there are"),
    "fewer numbers": (_replace("data", lambda part: part[:4]), "and there are 4 entries"),
    "columns in fractions": (
        _replace("indices", lambda part: part + 0.5),
        "indices must hold whole numbers, got float64",
    ),
    "columns in a table": (
        _replace("indices", lambda part: part[None, :]),
        "indices must be a vector, got int32 of shape (1, ",
    ),
    "a list": (_replace("indptr", list), "indptr must be a vector, got a list"),
}


def from_a_source(X: Any) -> None:
    class Source:
        def __len__(self) -> int:
            return N

        def blocks(self, epoch: int) -> Any:
            return iter([Data(X, Y)])

    train(NETWORK, TrainState(THETA.copy()), Source(), Settings(epochs=1), rng=np.random.default_rng(0))


def _fitted(kind: type) -> Any:
    return kind(hidden_layer_sizes=(4,), max_iter=1).fit(whole(), (Y[:, 0] > 0).astype(int))


VERBS: dict[str, Callable[[Any], Any]] = {
    "predict": lambda X: NETWORK.predict(THETA, X),
    "forward": lambda X: NETWORK.forward(THETA, X),
    "cost": lambda X: NETWORK.cost(THETA, X, Y),
    "train": lambda X: NETWORK.train(THETA, X, Y, rng=np.random.default_rng(0)),
    "validate": lambda X: NETWORK.train(THETA, whole(), Y, rng=np.random.default_rng(0), validation=(X, Y)),
    "a source": from_a_source,
    "fit": lambda X: MLPClassifier((4,), max_iter=1).fit(X, Y[:, 0] > 0),
    "fit, stopping early": lambda X: MLPRegressor(hidden_layer_sizes=(4,), max_iter=1, early_stopping=True).fit(
        X, Y[:, 0]
    ),
    "fit by the reference": lambda X: MLPRegressor(hidden_layer_sizes=(4,), max_iter=1, engine="reference").fit(
        X, Y[:, 0]
    ),
    "fit, L-BFGS": lambda X: MLPRegressor(hidden_layer_sizes=(4,), max_iter=1, solver="lbfgs").fit(X, Y[:, 0]),
    "fit, validating": lambda X: MLPRegressor(hidden_layer_sizes=(4,), max_iter=1).fit(
        whole(), Y[:, 0], X_val=X, y_val=Y[:, 0]
    ),
    "partial_fit": lambda X: _fitted(MLPRegressor).partial_fit(X, Y[:, 0]),
    "predict_proba": lambda X: _fitted(MLPClassifier).predict_proba(X),
    "score": lambda X: _fitted(MLPRegressor).score(X, Y[:, 0]),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("how", BROKEN)
def test_it_is_refused_in_one_line(how: str, verb: str) -> None:
    change, words = BROKEN[how]
    X = whole()
    change(X)
    with pytest.raises(DataError) as caught:
        VERBS[verb](X)
    assert "X is a broken CSR matrix: " in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("verb", ["predict", "train", "fit", "predict_proba"])
@pytest.mark.parametrize("how", ["a column too far", "a column below 0", "rows that fall", "an end too far"])
def test_so_is_a_broken_csc(how: str, verb: str) -> None:
    """To make rows of columns SciPy reads them, and believes them too."""
    X = whole().tocsc()
    change = {"a column too far": _set("indices", 3, N), "rows that fall": _set("indptr", 2, 200)}.get(
        how, BROKEN[how][0]
    )
    change(X)
    with pytest.raises(DataError, match="X is a broken CSC matrix: "):
        VERBS[verb](X)


OTHERS = {
    "a row too far": ("coo", _set("row", 3, 10**9), f"row must be from 0 to {N - 1}, got 0 to 1000000000"),
    "a row below 0": ("coo", _set("row", 3, -(10**8)), f"row must be from 0 to {N - 1}, got -100000000 to {N - 1}"),
    "a column too far": ("coo", _set("col", 3, M), f"col must be from 0 to {M - 1}, got 0 to {M}"),
    "fewer rows": ("coo", _replace("row", lambda part: part[:3]), "row must have an entry for each of data, got 3 for"),
    "a block too far": ("bsr", _set("indices", 0, M), "indices must be from 0 to 2, got"),
    "a column too far in a list": (
        "lil",
        lambda X: X.rows[2].__setitem__(slice(None), [M + 3] * len(X.rows[2])),
        f"rows must hold columns from 0 to {M - 1}, got 0 to {M + 3}",
    ),
    "a column below 0 in a list": (
        "lil",
        lambda X: X.rows[2].__setitem__(slice(None), [-9] * len(X.rows[2])),
        f"rows must hold columns from 0 to {M - 1}, got -9 to {M - 1}",
    ),
    "a column more than numbers": ("lil", lambda X: X.rows[2].append(1), "row 2 must have a column for each number"),
    "a fraction of a column": ("lil", lambda X: X.rows[2].__setitem__(0, 0.5), "rows must hold whole numbers"),
    "no list": ("lil", _set("rows", 2, 7), f"rows must be a vector of {N} lists, got object of shape ({N},)"),
    "fewer lists": (
        "lil",
        _replace("data", lambda part: part[:4]),
        f"data must be a vector of {N} lists, got object of shape (4,)",
    ),
    "more offsets": (
        "dia",
        _replace("offsets", lambda part: np.append(part, 99)),
        "offsets must have an entry for each row of data",
    ),
    "offsets in fractions": (
        "dia",
        _replace("offsets", lambda part: part + 0.5),
        "offsets must be a vector of whole numbers, got float64 of shape (",
    ),
    "an offset twice": ("dia", _set("offsets", 0, 1), "offsets must differ from each other"),
    "an offset beyond all counting": (
        "dia",
        _replace("offsets", lambda part: np.where(part == part.max(), 2**40, part.astype(np.int64))),
        "offsets must be from -2147483647 to 2147483647, got ",
    ),
    "diagonals in a row": ("dia", _replace("data", lambda part: part[0]), "data must have a row for each diagonal"),
    "blocks that end too far": ("bsr", _set("indptr", -1, 10**9), "indptr ends with 1000000000, and there are"),
}


@pytest.mark.parametrize("verb", ["predict", "train", "a source", "fit", "partial_fit", "predict_proba", "score"])
@pytest.mark.parametrize("how", OTHERS)
def test_so_are_others_that_are_made_csr(how: str, verb: str) -> None:
    """SciPy writes where a row of a COO matrix says, be it beyond all memory."""
    form, change, words = OTHERS[how]
    X = whole().tobsr((2, 2)) if form == "bsr" else whole().asformat(form)
    change(X)
    with pytest.raises(DataError) as caught:
        VERBS[verb](X)
    assert f"X is a broken {form.upper()} matrix: {words}" in str(caught.value)


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr", "dia", "lil", "dok"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_whole_one_is_taken(verb: str, form: str) -> None:
    assert not faults_of_compressed("X", whole().asformat(form))
    VERBS[verb](whole().asformat(form))
