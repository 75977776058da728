"""A fit that was left, in a model file: what kernels and generators would trust is checked, piece by piece."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forging.sealing import Parts, parts_of, sealed
from leaving import StopAfter

from glassprop import MLPRegressor, load, save
from glassprop.engine.midway import StepCosts
from glassprop.errors import ModelFileError

X = np.random.default_rng(0).normal(size=(20, 3))
Y = X[:, 0] ** 2


def left(**settings: Any) -> MLPRegressor:
    fixed = {"hidden_layer_sizes": (3,), "max_iter": 9, "random_state": 0, "engine": "reference"}
    return MLPRegressor(**fixed | settings).set_callbacks(StopAfter(3)).fit(X, Y).set_callbacks()


def rows(name: str, numbers: Any, dtype: str = "<u4") -> Callable[[Parts], None]:
    """Other numbers in an array of rows."""

    def forge(parts: Parts) -> None:
        entry = parts.arrays[f"model._state.left.{name}"]
        entry.data = np.asarray(numbers, dtype=dtype).tobytes()
        entry.dtype, entry.shape = {"<u4": "U32", "<i8": "I64", "<f4": "F32", "<f8": "F64"}[dtype], [len(numbers)]

    return forge


def set_to(value: Any, *path: str) -> Callable[[Parts], None]:
    """Another value of the document, below the state."""

    def forge(parts: Parts) -> None:
        holder = parts.document["model"]["_state"]
        for name in path[:-1]:
            holder = holder[name]
        holder[path[-1]] = value

    return forge


def without(name: str) -> Callable[[Parts], None]:
    """An array that is null, and gone."""

    def forge(parts: Parts) -> None:
        set_to(None, "left", name)(parts)
        del parts.arrays[f"model._state.left.{name}"]

    return forge


def a_seed(parts: Parts) -> None:
    set_to(5, "left", "rng")(parts)
    del parts.arrays["model._state.left.rng.key"]


def of_lbfgs(parts: Parts) -> None:
    parts.document["model"]["solver"] = "lbfgs"


PLAIN: dict[str, tuple[Callable[[Parts], None], str]] = {
    "a row twice": (rows("order", [0, *range(19)]), "name each of 20 rows once"),
    "a row beyond": (rows("order", [*range(19), 20]), "name each of 20 rows once"),
    "a row below": (rows("order", [*range(19), -1], "<i8"), "name each of 20 rows once"),
    "too few rows": (rows("order", range(19)), "name each of 20 rows once"),
    "too many rows": (rows("order", range(21)), "name each of 20 rows once"),
    "one row": (rows("order", [0]), "name each of 20 rows once"),
    "rows that are no whole numbers": (rows("order", range(20), "<f8"), "uint32 or int64"),
    "another count": (set_to(21, "left", "rows"), "name each of 21 rows once"),
    "none at all": (set_to(0, "left", "rows"), "from 1 to"),
    "a seed for the generator": (a_seed, "must be a generator"),
    "a place beyond the generator's words": (set_to(625, "left", "rng", "pos"), "624"),
    "fewer words of the generator": (rows("rng.key", range(600)), "624"),
    "a key of more bits": (set_to(2**32, "left", "dropout_key"), "to 4294967295"),
    "epochs that were not": (set_to(4, "epoch"), "not those of the history"),
    "another dtype": (set_to("int64", "left", "dtype"), "float64, float32"),
    "L-BFGS": (of_lbfgs, "L-BFGS cannot be resumed"),
    "another key": (set_to(1, "left", "more"), "not part of it"),
}
JUDGED: dict[str, tuple[Callable[[Parts], None], str]] = {
    "a row on both sides": (rows("aside", [0, 0]), "name each of 20 rows once"),
    "one side alone": (without("aside"), "and not the others"),
    "best weights of another size": (rows("best.theta", np.zeros(5), "<f8"), "16 parameters, not these"),
    "best weights of another precision": (rows("best.theta", np.zeros(16), "<f4"), "16 parameters, not these"),
    "last weights of another size": (rows("last.theta", np.zeros(5), "<f8"), "16 parameters, not these"),
    "a memory of another size": (rows("last.optimizer.vectors[1]", np.zeros(5), "<f8"), "16 parameters, not these"),
    "a memory of another kind": (set_to("Momentum", "left", "last", "optimizer", "kind"), "Momentum remembers 1"),
    "squares below 0": (rows("best.optimizer.vectors[1]", -np.ones(16), "<f8"), "less than 0"),
    "a best epoch to come": (set_to(4, "best_epoch"), "not those of the history"),
}


@pytest.mark.parametrize("case", [*PLAIN, *JUDGED])
def test_what_does_not_fit_is_refused(case: str, tmp_path: Path) -> None:
    path = tmp_path / "m.glassprop"
    save(left(early_stopping=case in JUDGED), path)
    parts = parts_of(path.read_bytes())
    forge, words = (PLAIN | JUDGED)[case]
    forge(parts)
    path.write_bytes(sealed(parts))
    with pytest.raises(ModelFileError, match=words) as caught:
        load(path)
    assert "\n" not in str(caught.value)


def test_it_is_written_as_the_document_says(tmp_path: Path) -> None:
    save(left(early_stopping=True), tmp_path / "m.glassprop")
    parts = parts_of((tmp_path / "m.glassprop").read_bytes())
    found = parts.document["model"]["_state"]["left"]
    assert {key: found[key] for key in ("rows", "dtype", "rows_val", "drawn", "dropout_key")} == {
        "rows": 20, "dtype": "float64", "rows_val": 0, "drawn": False, "dropout_key": 0,
    }  # fmt: skip
    sizes = {name: parts.arrays[f"model._state.left.{name}"].shape for name in ("order", "kept", "aside", "rng.key")}
    assert sizes == {"order": [18], "kept": [18], "aside": [2], "rng.key": [624]}


def test_an_optimizer_that_overflowed_is_not_gone_on_with_from_a_file(tmp_path: Path) -> None:
    model = left()
    model._state.optimizer.vectors[1][:] = np.inf
    save(model, tmp_path / "m.glassprop")
    assert "_left" in vars(model)
    assert "_left" not in vars(load(tmp_path / "m.glassprop"))


def in_the_middle() -> MLPRegressor:
    """A fit that was left after two steps of its fourth epoch."""
    model = left(batch_size=5)
    ones = np.ones((2, 1))
    model._state.so_far = StepCosts(ones, 0 * ones, np.full(2, 5), np.full(2, 5.0), averaged=True)
    model._state.drawn = True
    return model


def test_the_costs_of_an_epoch_that_was_left_in_its_middle_are_kept(tmp_path: Path) -> None:
    model = in_the_middle()
    save(model, tmp_path / "m.glassprop")
    for again in (load(tmp_path / "m.glassprop"), pickle.loads(pickle.dumps(model))):
        for name, part in asdict(again._state.so_far).items():
            np.testing.assert_array_equal(part, getattr(model._state.so_far, name))
        np.testing.assert_array_equal(again.resume(X, Y).theta_, copy.deepcopy(model).resume(X, Y).theta_)


MIDDLE: dict[str, tuple[Callable[[Parts], None], str]] = {
    "fewer costs": (rows("so_far.totals", [5.0], "<f8"), "what steps have cost"),
    "another order": (set_to(False, "left", "drawn"), "goes with an order"),
    "negative rows": (rows("so_far.rows", [-5, 5], "<i8"), "what steps have cost"),
    "NaN": (rows("so_far.totals", [5.0, np.nan], "<f8"), "not finite"),
}


@pytest.mark.parametrize("case", MIDDLE)
def test_costs_that_do_not_fit_are_refused(case: str, tmp_path: Path) -> None:
    path = tmp_path / "m.glassprop"
    save(in_the_middle(), path)
    parts = parts_of(path.read_bytes())
    forge, words = MIDDLE[case]
    forge(parts)
    path.write_bytes(sealed(parts))
    with pytest.raises(ModelFileError, match=words):
        load(path)
