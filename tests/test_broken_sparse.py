"""A sparse X whose parts contradict each other is refused in words by every verb, for what reads it believes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from glassprop import Layer, MLPClassifier, MLPRegressor, Network
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
    "columns in a table": (_replace("indices", lambda part: part[None, :]), "indices must be a vector, got shape (1, "),
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


def broken_coo(attribute: str, value: int) -> Any:
    X = whole().tocoo()
    places = getattr(X, attribute).copy()
    places[3] = value
    setattr(X, attribute, places)
    return X


def short_coo() -> Any:
    X = whole().tocoo()
    X.data = X.data[:-1]
    return X


def broken_bsr(attribute: str, at: int, value: int) -> Any:
    X = whole().tobsr((3, 2))
    _set(attribute, at, value)(X)
    return X


OTHERS: dict[str, Callable[[], Any]] = {
    "a row too far": lambda: broken_coo("row", N),
    "a row below 0": lambda: broken_coo("row", -1),
    "a column too far": lambda: broken_coo("col", M),
    "fewer numbers than places": short_coo,
    "a block too far": lambda: broken_bsr("indices", 3, M // 2),
    "more blocks than there are": lambda: broken_bsr("indptr", -1, 200),
}


@pytest.mark.parametrize("verb", ["predict", "train", "validate", "a source", "fit", "partial_fit", "predict_proba"])
@pytest.mark.parametrize("how", OTHERS)
def test_so_is_one_of_another_format(how: str, verb: str) -> None:
    """SciPy writes where its entries say, beyond the rows too."""
    X = OTHERS[how]()
    with pytest.raises(DataError, match=f"X is a broken {X.format.upper()} matrix: "):
        VERBS[verb](X)


@pytest.mark.parametrize("verb", VERBS)
def test_a_whole_one_is_taken(verb: str) -> None:
    for kind in ("csr", "csc", "coo", "bsr"):
        VERBS[verb](whole().asformat(kind))
