"""A table whose training diverges ends with its best epoch, and the user is told that, and nothing that is not so."""

from __future__ import annotations

import numpy as np

from glassprop.tables import FitOptions, fit_table, read_table
from glassprop.tables.schema.defaults import Defaults


def test_the_best_epoch_is_kept_and_told() -> None:
    """One-cycle rates begin at a twenty-fifth of the rate: the first epoch is a good one."""
    told: list[str] = []
    outcome = fit_table(
        read_table("diabetes"),
        FitOptions(),
        defaults=Defaults(solver="sgd", learning_rate_init=1.5, early_stopping_rows=60),
        on_message=told.append,
    )
    (ended,) = (line for line in told if line.startswith("Training ended: the cost stopped being a finite number in"))
    model = outcome.pipeline[-1]
    assert ended.endswith(f"the weights of the best epoch, {model.best_iteration_}, are kept")
    assert not any("limit of" in line for line in told)
    assert np.isfinite(model.theta_).all()
    assert outcome.scores["r2"] > -1


def test_a_small_table_stops_before_its_folds_diverge() -> None:
    outcome = fit_table(read_table("diabetes"), FitOptions(), defaults=Defaults(solver="sgd", learning_rate_init=1.5))
    assert outcome.record["folds"]["epochs"] < 10
    assert outcome.scores["r2"] > -1
