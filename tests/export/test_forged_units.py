"""Model files whose network predicts in the units of another scale: read as written, and forged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from export import small_reader
from export.test_forged_by_hand import refused

from glassprop import MLPRegressor, OwnUnits, load, save

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X = np.random.default_rng(0).normal(size=(24, 3))
Y = np.abs(X[:, 0])
LOG: dict[str, Any] = {"mean": 1.0, "spread": 0.5, "scale": "log", "shift": 0.5, "factor": 1.1, "knots": [0.0, 90.0]}
QUANTILE: dict[str, Any] = {"mean": 0.0, "spread": 1.0, "scale": "quantile", "knots": [0.0, 1.0, 5.0]}
POISSON: dict[str, Any] = {"mean": 0.0, "spread": 3.0, "scale": "poisson"}


def reg(units: dict[str, Any], loss: str = "squared_error") -> MLPRegressor:
    model = MLPRegressor(loss, (3,), "tanh", max_iter=3, random_state=0, engine="reference").fit(X, Y)
    model.set_units(OwnUnits(**units))
    return model


@pytest.mark.parametrize("units", [LOG, QUANTILE, POISSON], ids=lambda units: units["scale"])
def test_what_is_saved_comes_back_and_another_program_predicts_the_same(units: dict[str, Any], tmp_path: Path) -> None:
    model = reg(units, "poisson" if units is POISSON else "squared_error")
    save(model, tmp_path / "m")
    again = load(tmp_path / "m")
    assert again.network_.units == OwnUnits(**units)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    document, arrays = small_reader.read(tmp_path / "m")
    found = small_reader.outputs(document["model"], arrays, X)
    np.testing.assert_allclose(found.ravel(), model.predict(X), rtol=1e-12)


def change(**more: Any) -> Callable[[Any], None]:
    return lambda parts: parts.document["model"]["network_"]["units"].update(more)


def without(*names: str) -> Callable[[Any], None]:
    return lambda parts: [parts.document["model"]["network_"]["units"].pop(name) for name in names]  # type: ignore[func-returns-value]


BAD: dict[str, tuple[dict[str, Any], Callable[[Any], None], str]] = {
    "an unknown scale": (LOG, change(scale="exec"), "it must be one of none, log, quantile, poisson"),
    "no scale": (LOG, without("scale"), "takes no knots"),
    "a list for a scale": (LOG, change(scale=["log"]), "it must be one of none"),
    "no knots": (LOG, without("knots"), "takes 2 knots or more"),
    "too many knots": (QUANTILE, change(knots=list(range(1001))), "to 1000 entries"),
    "a million knots": (QUANTILE, change(knots=[0] * 10**6), "more memory than its length"),
    "knots that fall": (QUANTILE, change(knots=[3, 2, 1]), "takes knots that rise"),
    "knots of text": (QUANTILE, change(knots=["1", 2, 3]), "it must be a finite number"),
    "a logarithm of nothing": (LOG, change(shift=0), "more than 0 with the shift"),
    "a shift that swallows the knots": (LOG, change(shift=-1e308), "more than 0 with the shift"),
    "a factor of 0": (LOG, change(factor=0), "from 0.001 to 1000"),
    "a factor that makes infinity": (LOG, change(factor=1e308), "from 0.001 to 1000"),
    "a shift of quantiles": (QUANTILE, change(shift=1), "takes no shift"),
    "counts with a mean": (POISSON, change(mean=1), "takes a mean of 0"),
    "counts on a log scale": (POISSON, change(scale="log", knots=[1, 2]), "cost 'poisson' takes more than 0"),
    "a key too many": (POISSON, change(base=10), "'base' is not part of it"),
}


@pytest.mark.parametrize("case", BAD)
def test_units_that_do_not_go_together_are_refused(case: str, tmp_path: Path) -> None:
    units, forge, words = BAD[case]
    refused(tmp_path / "m.glassprop", reg(units, "poisson" if units is POISSON else "squared_error"), forge, words)
