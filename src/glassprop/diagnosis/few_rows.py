"""Whether a network of this kind can fit a few rows: one that cannot has too little capacity, or is held back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from glassprop.backprop.gradient import cost_of_prediction
from glassprop.diagnosis.case import Case
from glassprop.diagnosis.measured_target import cost_of_a_constant
from glassprop.engine.plan import Data
from glassprop.optimizer import Adam
from glassprop.training.schedule import FlatCos
from glassprop.training.train_settings import Settings

ROWS = 32  # as Karpathy (2019), "A Recipe for Training Neural Networks", overfits a single batch
_FEWEST, _MOST = 60, 250  # steps
_RATE = 0.02


def fitted_to_few(case: Case, passes: float) -> tuple[float, int] | None:
    """The cost that is left of 32 rows, by that of a constant, and the rows that went through; None if too few may."""
    rows = _rows(case)
    steps = int(min(_MOST, passes / max(len(rows), 1)))
    if steps < _FEWEST:
        return None
    base = cost_of_a_constant(case.network, rows.Y, None)
    if not base > 0:
        return None
    rng = np.random.default_rng(0)
    theta = case.network.initial(rng, X=rows.X)
    objective = case.settings.objective
    of_a_batch = replace(objective, l2=objective.l2 * len(rows) / case.batch)  # as much of it as there is in training
    settings = Settings(
        optimizer=Adam(), schedule=FlatCos(_RATE), epochs=steps, batch_size=len(rows), patience=np.inf,
        objective=of_a_batch, engine="reference",
    )  # fmt: skip
    state = case.network.train(theta, rows.X, rows.Y, settings=settings, rng=rng)
    left = cost_of_prediction(case.network, state.theta, rows.X, rows.Y)
    return left / base, steps * len(rows)


def _rows(case: Case) -> Data:
    """Some, standardized, so that it is the network alone that is asked: of amounts the target, too."""
    sample = case.sample
    some = sample.rows(np.random.default_rng(2).permutation(len(sample))[:ROWS])
    X, Y = some.X.copy(), some.Y
    codes = {where for where, _ in case.network.codes}
    plain = [k for k in range(X.shape[1]) if k not in codes]
    spread = X[:, plain].std(axis=0)
    X[:, plain] = (X[:, plain] - X[:, plain].mean(axis=0)) / np.where(spread > 0, spread, 1)
    if case.task == "numbers" and case.network.layers[-1].activation.name == "identity":
        Y = (Y - Y.mean(axis=0)) / np.where(Y.std(axis=0) > 0, Y.std(axis=0), 1)
    return Data(X, Y)
