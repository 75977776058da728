"""What classifier and regressor share: fit, partial_fit, warm start, early stopping, the fitted attributes."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.callback import CallbackSupportMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from glassprop.engine.reference import Data
from glassprop.equations.arrays import Array
from glassprop.errors import SettingsError
from glassprop.estimator.build import STOCHASTIC_SOLVERS, build_settings
from glassprop.estimator.callbacks import EpochHooks, told_data
from glassprop.estimator.progress import display, tell
from glassprop.estimator.state import from_plain, to_plain
from glassprop.estimator.validation import Held, example_weights, given_validation, split_validation
from glassprop.estimator.views import ParameterViews
from glassprop.network import Network
from glassprop.training.lbfgs import train_lbfgs
from glassprop.training.loop import EpochReport, train
from glassprop.training.settings import Settings
from glassprop.training.state import TrainState


class BaseMLP(CallbackSupportMixin, BaseEstimator, ABC):
    """The machinery behind ``MLPClassifier`` and ``MLPRegressor``; not meant to be used by itself."""

    network_: Network

    # --- what the two differ in ----------------------------------------------------------------------------

    @abstractmethod
    def _validate_input(self, X: Any, y: Any, *, first: bool, incremental: bool) -> tuple[Array, Array, Array]:
        """Check X and y. -> X, y as scikit-learn has it, Y (n, n_outputs) as the network has it."""

    @abstractmethod
    def _validate_val(self, X: Any, y: Any) -> tuple[Array, Array, Array]:
        """The same for validation data, which must fit what was seen in training."""

    @abstractmethod
    def _network_for(self, n_inputs: int, n_outputs: int) -> Network:
        """The network that the constructor's arguments describe."""

    @abstractmethod
    def _score_outputs(self, y: Array, a: Array, sample_weight: Array | None) -> float:
        """The score that early stopping follows by default, from the network's outputs."""

    @abstractmethod
    def _particulars(self) -> dict[str, Any]:
        """Settings that differ: ``cost_scale``, ``clip_probabilities``, ``label_smoothing``."""

    # --- fitting -------------------------------------------------------------------------------------------

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        *,
        incremental: bool = False,
        val: tuple[Any, Any, Any] = (None, None, None),
    ) -> Any:
        given = X, y, sample_weight
        first = not hasattr(self, "_state") or (not self.warm_start and not incremental)
        X, y, Y = self._validate_input(X, y, first=first, incremental=incremental)
        weight = example_weights(self, X, y, sample_weight, incremental=incremental)
        rng = check_random_state(self.random_state)
        network = self._network_for(X.shape[1], Y.shape[1])
        if first:
            self._state = TrainState(network.initial(rng, X.dtype))
            self.n_outputs_, self.n_layers_ = Y.shape[1], network.depth + 1
        elif network.sizes != self.network_.sizes:
            raise SettingsError(
                f"a warm start goes on with a network of sizes {self.network_.sizes}, but the arguments now describe "
                f"{network.sizes}; set warm_start=False, or keep hidden_layer_sizes"
            )
        self.network_ = network
        self.interrupted_ = False
        data, held, rows = self._set_aside(Data(X, Y, weight), y, val, rng, incremental)
        settings = build_settings(self, len(data), **self._particulars())
        if self.solver == "lbfgs":
            self._run_lbfgs(data, held, settings, told_data(*given, rows))
        else:
            self._run_stochastic(data, held, settings, rng, incremental, told_data(*given, rows))
        return self

    def _set_aside(
        self, data: Data, y: Array, val: tuple[Any, Any, Any], rng: Any, incremental: bool
    ) -> tuple[Data, Held | None, Array | None]:
        """Data to train on, data held out, and the numbers of the rows left to train on (None: all)."""
        if self.early_stopping and incremental:
            raise ValueError("partial_fit does not support early_stopping=True")
        if any(part is not None for part in val):
            return data, given_validation(self, *val), None
        if self.early_stopping and self.solver != "lbfgs":
            return split_validation(self, data, y, rng)
        return data, None, None

    def _run_stochastic(
        self, data: Data, held: Held | None, settings: Settings, rng: Any, incremental: bool, told: Any
    ) -> None:
        if self.batch_size != "auto" and self.batch_size > len(data):
            warnings.warn(
                "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
                stacklevel=4,
            )
        state = self._state
        state.best_theta = None  # of this call alone, as in scikit-learn
        if not incremental:
            state.restart_optimizer()
        judged_by = (bool(self.early_stopping), self.scoring if self.early_stopping else None)
        if getattr(self, "_judged_by", judged_by) != judged_by:
            state.judge_anew()
        self._judged_by = judged_by
        dropout_key = int(rng.randint(2**32, dtype=np.uint64)) if np.any(self.dropout) else 0
        epochs = 1 if incremental else settings.epochs
        hooks, show = EpochHooks(self, told, epochs), display(self.verbose, epochs)

        def on_epoch(report: EpochReport) -> bool:
            self._record()
            if self.verbose and state.epoch == 1:
                tell(f"glassprop: {state.engine_why}")
            show(report)
            return hooks.epoch_ended(report.state)

        try:
            train(
                self.network_,
                state,
                data,
                settings,
                rng=rng,
                validation=None if held is None else held.as_validation(self),
                on_epoch=on_epoch,
                dropout_key=dropout_key,
                epochs=epochs,
                notify=tell,
            )
        finally:
            show.close()
            self._record()
        self._warn(incremental)
        hooks.fit_ended()

    def _warn(self, incremental: bool) -> None:
        """Say what scikit-learn says: not converged, or interrupted. Some schedules are meant to run to the end."""
        state = self._state
        if state.interrupted:
            self.interrupted_ = True
            warnings.warn("Training interrupted by user.", stacklevel=5)
        elif state.exhausted and not incremental and self.learning_rate not in ("cosine", "one_cycle"):
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the optimization "
                "hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=5,
            )

    def _run_lbfgs(self, data: Data, held: Held | None, settings: Settings, told: Any) -> None:
        state = self._state
        hooks, show = EpochHooks(self, told, self.max_iter), display(self.verbose, self.max_iter)

        def on_iteration(state: TrainState) -> bool:
            if held is not None:
                state.history.validation_cost.append(held.cost(self))
            self._record()
            show(EpochReport(state))
            return hooks.epoch_ended(state)

        try:
            result = train_lbfgs(
                self.network_,
                state,
                data,
                settings,
                max_iterations=self.max_iter,
                max_calls=self.max_fun,
                tol=self.tol,
                on_iteration=on_iteration,
            )
        finally:
            show.close()
            self._record()
        self.loss_ = result.cost
        self._warn(incremental=True)
        if result.scipy is not None:
            self.n_iter_ = min(int(result.scipy.nit), self.max_iter)
            if result.scipy.status != 0 and not state.stopped_by:
                warnings.warn(
                    f"lbfgs failed to converge after {self.n_iter_} iteration(s) (status={result.scipy.status}): "
                    f"{result.scipy.message}. Increase max_iter or max_fun, or scale the data.",
                    ConvergenceWarning,
                    stacklevel=4,
                )
        hooks.fit_ended()

    def _record(self) -> None:
        """Show the state of training as scikit-learn's attributes; callbacks see them after every epoch."""
        state, history = self._state, self._state.history
        self.n_iter_, self.t_, self.engine_ = state.epoch, state.samples, state.engine
        self.loss_curve_, self.validation_curve_ = history.cost, history.validation_cost
        self.loss_ = history.cost[-1] if history.cost else np.inf
        self.best_iteration_ = state.best_epoch
        stochastic = self.solver in STOCHASTIC_SOLVERS
        judged = bool(self.early_stopping and stochastic)
        self.validation_scores_ = history.score if judged else None
        self.best_validation_score_ = state.best_score if judged else None
        self.best_loss_ = None if judged else min(history.cost, default=np.inf)

    def _check_solver(self) -> bool:
        if self.solver not in STOCHASTIC_SOLVERS:
            raise AttributeError(
                f"partial_fit is only available for stochastic optimizers. {self.solver} is not stochastic."
            )
        return True

    # --- what was fitted -----------------------------------------------------------------------------------

    @property
    def theta_(self) -> Array:
        """θ: every weight and bias in one vector, layer by layer, W row by row (n_out × n_in), then b."""
        return self._state.theta

    @property
    def coefs_(self) -> ParameterViews:
        """Weights, layer by layer, in scikit-learn's shape (n_in, n_out): views of θ."""
        return ParameterViews(self.network_.w(self._state.theta, l).T for l in range(1, self.network_.depth + 1))

    @coefs_.setter
    def coefs_(self, values: list[Array]) -> None:
        self.coefs_[:] = values

    @property
    def intercepts_(self) -> ParameterViews:
        """Biases, layer by layer, (n_out,): views of θ."""
        return ParameterViews(self.network_.b(self._state.theta, l) for l in range(1, self.network_.depth + 1))

    @intercepts_.setter
    def intercepts_(self, values: list[Array]) -> None:
        self.intercepts_[:] = values

    @property
    def out_activation_(self) -> str:
        """Name of the output activation; sigmoid under scikit-learn's name, logistic."""
        name = self.network_.layers[-1].activation.name
        return "logistic" if name == "sigmoid" else name

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_state")

    def _outputs(self, X: Any) -> Array:
        """Check X and run it through the network. -> (n, n_outputs)."""
        check_is_fitted(self)
        if not self._is_plain(X):
            X = validate_data(self, X, accept_sparse=["csr", "csc"], reset=False)
        with np.errstate(over="ignore"):
            return self.network_.predict(self._state.theta, X.tocsr() if hasattr(X, "tocsr") else X)

    def _is_plain(self, X: Any) -> bool:
        """Whether X is an array that needs no more looking at: of the right width, finite, fitted without names.

        scikit-learn's own checks take longer than predicting a row does; what they would refuse, goes to them.
        """
        if type(X) is not np.ndarray or X.ndim != 2 or X.dtype not in (np.float32, np.float64) or not len(X):
            return False
        if X.shape[1] != self.n_features_in_ or "feature_names_in_" in self.__dict__:
            return False
        with np.errstate(over="ignore", invalid="ignore"):
            return bool(np.isfinite(X.sum()))  # infinite also where finite numbers add up to more than there is

    def encode_targets(self, X: Any, y: Any) -> tuple[Array, Array]:
        """Return X and y in the network's own form, as the core's verbs take them.

        Parameters
        ----------
        X : array-like (n, n_features)
        y : array-like (n,) or (n, n_outputs)

        Returns
        -------
        X, Y : arrays (n, n_features), (n, n_outputs)
            Classes are one-hot (or 0 and 1 in one column, where there are two).
        """
        check_is_fitted(self)
        X, _, Y = self._validate_val(X, y)
        return X, Y

    def __getstate__(self) -> dict[str, Any]:
        return to_plain(dict(super().__getstate__()))

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(from_plain(dict(state)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
