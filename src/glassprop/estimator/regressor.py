"""MLPRegressor: scikit-learn's, with what its users asked for and a gradient that fits its loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import RegressorMixin, _fit_context
from sklearn.callback import with_callbacks
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import validate_data

from glassprop.equations.arrays import Array
from glassprop.errors import DataError
from glassprop.estimator import docs
from glassprop.estimator.base import BaseMLP
from glassprop.estimator.build import build_network, output_activation, regression_cost
from glassprop.estimator.constraints import SHARED
from glassprop.estimator.weights import from_weights
from glassprop.network import Network


class MLPRegressor(RegressorMixin, BaseMLP):
    __doc__ = f"""Predict numbers with a dense neural network.

    Arguments, attributes and training are scikit-learn's (with the same ``random_state``, step for step); those from
    ``output_activation`` on are additions. Several outputs: y of shape (n, n_outputs).

    With several outputs the objective is ``½ Σ`` over outputs, so that gradient and objective agree; ``loss_`` and
    the curves are reported on scikit-learn's scale, the mean over outputs. (scikit-learn minimizes the mean but follows
    the gradient of the sum; its L-BFGS suffers from that, ours does not.)

    Parameters
    ----------
    loss : str or Cost, default="squared_error"
        "squared_error" (half of it, as in scikit-learn), "poisson" (half the deviance, with output activation exp),
        "absolute_error", "huber(1.0)", "quantile(0.5)" with their parameters in brackets, any other name in
        ``glassprop.functions.COSTS``, or a Cost of your own.
{docs.PARAMETERS}

    Attributes
    ----------
{docs.ATTRIBUTES}

    Examples
    --------
    >>> from sklearn.datasets import make_regression
    >>> from glassprop import MLPRegressor
    >>> X, y = make_regression(n_samples=200, n_features=5, random_state=0)
    >>> MLPRegressor(solver="lbfgs", max_iter=500, random_state=0).fit(X, y / y.std()).score(X, y / y.std()) > 0.99
    True
    """

    _parameter_constraints: dict[str, Any] = SHARED

    def __init__(
        self,
        loss: Any = "squared_error",
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: Any = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: Any = 10,
        max_fun: int = 15000,
        output_activation: Any = "auto",
        dropout: Any = 0.0,
        weight_decay: float = 0.01,
        clip_norm: float | None = None,
        warmup: float = 0.0,
        scoring: Any = None,
        engine: str = "auto",
    ) -> None:
        self.loss = loss
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.output_activation = output_activation
        self.dropout = dropout
        self.weight_decay = weight_decay
        self.clip_norm = clip_norm
        self.warmup = warmup
        self.scoring = scoring
        self.engine = engine

    @_fit_context(prefer_skip_nested_validation=True)
    @with_callbacks
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> MLPRegressor:
        return self._fit(X, y, sample_weight, val=(X_val, y_val, sample_weight_val))

    @available_if(lambda estimator: estimator._check_solver())
    @_fit_context(prefer_skip_nested_validation=True)
    @with_callbacks
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPRegressor:
        """Train one epoch on these examples, and go on from where training stands.

        Parameters
        ----------
        X, y, sample_weight
            As for ``fit``.

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight, incremental=True)

    @classmethod
    def from_weights(
        cls,
        coefs: Any,
        intercepts: Any,
        *,
        activation: Any = "relu",
        out_activation: Any = None,
        feature_names: Any = None,
        **settings: Any,
    ) -> MLPRegressor:
        return from_weights(
            cls,
            coefs,
            intercepts,
            activation=activation,
            out_activation=out_activation,
            feature_names=feature_names,
            settings=settings,
        )

    def predict(self, X: Any) -> Array:
        """Predict. X (n, n_features) -> (n,), or (n, n_outputs) where there are several."""
        return self._values(self._outputs(X))

    def _values(self, a: Array) -> Array:
        return a.ravel() if a.shape[1] == 1 else a

    def _score_outputs(self, y: Array, a: Array, sample_weight: Array | None) -> float:
        return r2_score(y, self._values(a), sample_weight=sample_weight)

    def _particulars(self) -> dict[str, Any]:
        # scikit-learn averages squared errors over outputs, but sums Poisson deviances
        scale = 1.0 if self.network_.cost_function.name == "poisson" else 1 / self.n_outputs_
        return {"cost_scale": scale, "clip_probabilities": False, "label_smoothing": 0.0}

    def _network_for(self, n_inputs: int, n_outputs: int, hidden: Sequence[int] | None = None) -> Network:
        cost = regression_cost(self.loss)
        return build_network(self, n_inputs, n_outputs, cost, output_activation(self, cost), hidden)

    def _validate_input(self, X: Any, y: Any, *, first: bool, incremental: bool) -> tuple[Array, Array, Array]:
        return self._checked(X, y, reset=first)

    def _validate_val(self, X: Any, y: Any) -> tuple[Array, Array, Array]:
        return self._checked(X, y, reset=False)

    def _checked(self, X: Any, y: Any, *, reset: bool) -> tuple[Array, Array, Array]:
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            y_numeric=True,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        with np.errstate(over="ignore"):
            Y = np.ascontiguousarray(y.reshape(len(y), -1), dtype=X.dtype)
        if not np.isfinite(Y).all():
            raise DataError(
                f"y has numbers up to {np.abs(y).max():.4g}, more than the {X.dtype} of X can hold; scale y, or pass X "
                "as float64"
            )
        return X.tocsr() if hasattr(X, "tocsr") else X, y, Y


MLPRegressor.fit.__doc__ = "Train on X and y.\n\n        Parameters\n        ----------\n" + docs.FIT.format(
    y="(n,) or (n, n_outputs)"
)
MLPRegressor.from_weights.__func__.__doc__ = docs.FROM_WEIGHTS.format(  # type: ignore[attr-defined]
    kind="regressor", classes="", example=docs.REGRESSOR_FROM_WEIGHTS
)
