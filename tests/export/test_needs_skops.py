"""Without skops, saving says what to install."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from glassprop import MLPRegressor, save
from glassprop.errors import MissingPackageError
from glassprop.export import model_file


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_saving_without_skops_names_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its version, for the record, is not what fails."""
    X = np.random.default_rng(0).normal(size=(20, 2))
    model = MLPRegressor(hidden_layer_sizes=(2,), max_iter=1).fit(X, X[:, 0])
    monkeypatch.setitem(sys.modules, "skops", None)

    def no_version(name: str) -> str:
        raise AssertionError(f"the version of {name} was asked for")

    monkeypatch.setattr(model_file, "version", no_version)
    with pytest.raises(MissingPackageError, match=r"glassprop\[cli\]"):
        save(model, tmp_path / "model.skops")
    assert not list(tmp_path.iterdir())
