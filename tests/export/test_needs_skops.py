"""skops is needed for steps of other packages, and for nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassprop import MLPRegressor, load, save
from glassprop.errors import MissingPackageError, ModelFileError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
NAME = "sklearn.feature_extraction.text.CountVectorizer"


@pytest.fixture
def without_skops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skops", None)
    monkeypatch.setitem(sys.modules, "skops.io", None)


def of_texts() -> tuple[list[str], object]:
    texts = ["good day", "bad day", "good night", "bad night"] * 5
    model = make_pipeline(CountVectorizer(), MLPRegressor(hidden_layer_sizes=(2,), max_iter=2, random_state=0))
    return texts, model.fit(texts, np.arange(20.0))


@pytest.mark.usefixtures("without_skops")
def test_our_own_steps_need_none(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(20, 2))
    model = make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(2,), max_iter=2)).fit(X, X[:, 0])
    save(model, tmp_path / "m.glassprop")
    np.testing.assert_array_equal(load(tmp_path / "m.glassprop").predict(X), model.predict(X))


@pytest.mark.usefixtures("without_skops")
def test_a_step_of_others_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(MissingPackageError, match=r"glassprop\[skops\]"):
        save(of_texts()[1], tmp_path / "m.glassprop")
    assert not list(tmp_path.iterdir())


def test_a_step_of_others_is_built_only_where_it_is_named(tmp_path: Path) -> None:
    texts, model = of_texts()
    path = tmp_path / "m.glassprop"
    save(model, path)
    with pytest.raises(ModelFileError, match=NAME):
        load(path)
    with pytest.raises(ModelFileError, match=NAME):
        load(path, trusted=["sklearn.feature_extraction.text.TfidfVectorizer"])
    with pytest.raises(ModelFileError, match="list of names"):
        load(path, trusted=NAME)
    np.testing.assert_array_equal(load(path, trusted=[NAME]).predict(texts), model.predict(texts))


def test_equal_models_with_steps_of_others_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(of_texts()[1], tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
