"""Model files whose numbers of training pass the types, and what is worked out from them: rates, a target's scale."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from export.test_forged_by_hand import refused
from forging.sealing import Parts, parts_of, sealed
from leaving import StopAfter

from glassprop import MLPClassifier, MLPRegressor, load, save
from glassprop.layers.dense import Layer
from glassprop.network import Network

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X = np.random.default_rng(0).normal(size=(24, 3))
Y = X[:, 0] ** 2


def reg(**settings: Any) -> MLPRegressor:
    fixed = {
        "hidden_layer_sizes": (3,),
        "max_iter": 4,
        "random_state": 0,
        "engine": "reference",
        "solver": "sgd",
        "momentum": 0.0,
    }
    return MLPRegressor(**fixed | settings)


@pytest.mark.parametrize("verb", ["resume", "partial_fit"])
@pytest.mark.parametrize(
    ("settings", "changed"),
    [
        ({"learning_rate": "adaptive"}, {"plateaus": 5000}),
        ({"learning_rate": "adaptive", "warmup": 2.0}, {"plateaus": 2**53}),
        ({"learning_rate": "invscaling", "power_t": 1e3}, {"optimizer_samples": 2**53}),
        ({"learning_rate": "invscaling", "power_t": 25.0}, {"optimizer_samples": 2**53}),
    ],
)
def test_a_rate_that_falls_to_0_trains_nothing_and_is_no_error(
    verb: str, settings: dict[str, Any], changed: dict[str, int], tmp_path: Path
) -> None:
    path = tmp_path / "m.glassprop"
    save(reg(**settings | {"power_t": 0.5}).set_callbacks(StopAfter(2)).fit(X, Y).set_callbacks(), path)
    parts = parts_of(path.read_bytes())
    parts.document["model"]["_state"].update(changed)
    parts.document["model"]["power_t"] = settings.get("power_t", 0.5)
    path.write_bytes(sealed(parts))
    model = load(path)
    before = model.theta_.copy()
    getattr(model, verb)(X, Y)
    np.testing.assert_array_equal(model.theta_, before)


def scaled(mean: float = 1.0, spread: float = 5.0, **more: Any) -> Callable[[Parts], None]:
    def forge(parts: Parts) -> None:
        parts.document["model"] |= {"target_scale_": {"mean": mean, "spread": spread}, **more}

    return forge


def in_units(parts: Parts) -> None:
    scaled()(parts)
    parts.document["model"]["network_"]["units"] = {"mean": 0.0, "spread": 2.0}


def of_parameters() -> MLPRegressor:
    """The last layer has a trained parameter, behind its biases in θ."""
    model = reg().fit(X, Y)
    model.network_ = Network(3, [Layer(3, "relu"), Layer(1, "leaky_relu(0.2)", parametric=True)])
    model._state.theta, model._state.optimizer = np.ones(17), None
    return model


BAD: dict[str, tuple[Callable[[], Any], Callable[[Parts], None], str]] = {
    "a spread that makes infinity": (lambda: reg().fit(X, Y), scaled(1.0, 5e-324), "not finite in float64"),
    "a mean that makes infinity": (
        lambda: reg().fit(X.astype(np.float32), Y.astype(np.float32)), scaled(1e300, 1.0), "not finite in float32"),
    "no spread": (lambda: reg().fit(X, Y), scaled(1.0, 0.0), "must be more than 0"),
    "two outputs": (lambda: reg().fit(X, X[:, :2]), scaled(), "ends in one linear output"),
    "units beside it": (lambda: reg().fit(X, Y), in_units, "has no units"),
    "an output that is not linear": (
        lambda: reg(loss="poisson").fit(X, Y), scaled(), "ends in one linear output"),
    "a trained parameter": (of_parameters, scaled(), "ends in one linear output"),
    "a residual output": (
        lambda: reg(hidden_layer_sizes=(1,)).fit(X, Y),
        lambda parts: (scaled()(parts), parts.document["model"]["network_"]["layers"][-1].update(residual=True)),  # type: ignore[func-returns-value]
        "ends in one linear output"),
    "a fit that was left": (
        lambda: reg().set_callbacks(StopAfter(2)).fit(X, Y).set_callbacks(), scaled(), "comes from a completed fit"),
    "classes": (
        lambda: MLPClassifier(hidden_layer_sizes=(3,), max_iter=2, random_state=0).fit(X, Y > 1), scaled(),
        "ends in one linear output"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_scale_that_no_file_can_have_is_refused(case: str, tmp_path: Path) -> None:
    make, forge, words = BAD[case]
    refused(tmp_path / "m.glassprop", make(), forge, words)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_scale_of_an_earlier_file_is_taken_out_of_the_last_layer(dtype: type, tmp_path: Path) -> None:
    path = tmp_path / "m.glassprop"
    model = reg().fit(X.astype(dtype), Y.astype(dtype))
    save(model, path)
    parts = parts_of(path.read_bytes())
    scaled(20.0, 5.0)(parts)
    path.write_bytes(sealed(parts))
    again = load(path)
    assert again.target_scale_ == {"mean": 20.0, "spread": 5.0}
    np.testing.assert_allclose(again.predict(X.astype(dtype)), model.predict(X.astype(dtype)), rtol=0, atol=1e-4)
    np.testing.assert_allclose(again.coefs_[-1], model.coefs_[-1] / 5, rtol=1e-6)
    np.testing.assert_array_equal(again.coefs_[0], model.coefs_[0])
