"""A model file says with which kernels its model was trained; what is trained on from it asks for the same."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from glassprop import MLPClassifier
from glassprop.engine.compiled.libraries import Unavailable, find
from glassprop.engine.compiled.vector_width import WIDTH
from glassprop.engine.variables import PRODUCTS
from glassprop.saving import load, save


def test_partial_fit_of_a_model_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    try:
        find("openblas")
    except Unavailable:
        pytest.skip("SciPy here brings no OpenBLAS")
    rng = np.random.default_rng(0)
    X, y, path = rng.normal(size=(60, 210)), rng.integers(0, 2, 60), tmp_path / "model.glassprop"
    monkeypatch.setenv(PRODUCTS, "openblas")
    model = MLPClassifier((200,), random_state=0, engine="compiled").partial_fit(X, y, classes=[0, 1])
    save(model, path)
    monkeypatch.delenv(PRODUCTS)
    again = load(path)
    assert (again._state.vector_bits, again._state.products) == (WIDTH.bits, "openblas")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again.partial_fit(X, y)
    np.testing.assert_array_equal(again.theta_, model.partial_fit(X, y).theta_)
    monkeypatch.setenv(PRODUCTS, "own")
    with pytest.warns(RuntimeWarning, match="by openblas, and goes on with .* by own: its bits may differ"):
        load(path).partial_fit(X, y)
