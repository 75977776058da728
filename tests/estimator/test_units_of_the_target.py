"""``set_units``: what others call when they standardized the target; and that they read no private names for it."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from leaving import StopAfter
from sklearn.exceptions import NotFittedError

import glassprop
from glassprop import MLPRegressor, OwnUnits
from glassprop.errors import SettingsError

X = np.random.default_rng(0).normal(size=(30, 3))
Y = X[:, 0] ** 2
TABLES = Path(glassprop.__file__).parent / "tables"


def test_predictions_are_in_the_units_and_a_left_fit_ends() -> None:
    model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, random_state=0)
    with pytest.raises(NotFittedError):
        model.set_units(OwnUnits(20.0, 5.0))
    model.set_callbacks(StopAfter(2)).fit(X, Y).set_callbacks()
    before, theta = model.predict(X), model.theta_.copy()
    model.set_units(OwnUnits(20.0, 5.0))
    np.testing.assert_allclose(model.predict(X), 20 + 5 * before, rtol=1e-14)
    np.testing.assert_array_equal(model.theta_, theta)
    assert model.target_scale_ == {"mean": 20.0, "spread": 5.0}
    with pytest.raises(SettingsError, match="nothing to resume"):
        model.resume(X, Y)
    model.set_units(None)
    np.testing.assert_array_equal(model.predict(X), before)


@pytest.mark.parametrize("path", sorted(TABLES.rglob("*.py")), ids=lambda path: path.stem)
def test_tables_neither_read_private_names_of_an_estimator_nor_set_attributes(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "estimator":
            assert not node.attr.startswith("_"), f"estimator.{node.attr}"
            written_by_users = node.attr == "theta_"  # checked, as users may set it
            assert isinstance(node.ctx, ast.Load) or written_by_users, f"estimator.{node.attr} ="
