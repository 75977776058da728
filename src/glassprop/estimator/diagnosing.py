"""``diagnose`` of the estimators: what keeps the network from learning, found on what was trained, or by training."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state

from glassprop.engine.plan import Data
from glassprop.equations.arrays import Array, on_host
from glassprop.errors import DerivativeError, DivergenceError
from glassprop.estimator.build import build_settings
from glassprop.estimator.run import without_other_words
from glassprop.estimator.starting import LOOKED_AT, starting_weights
from glassprop.estimator.validation import example_weights
from glassprop.training.state import TrainState

if TYPE_CHECKING:  # what diagnoses is loaded by whoever asks for it
    from glassprop.diagnosis.case import Case
    from glassprop.diagnosis.finding import Diagnosis
    from glassprop.diagnosis.measured import Task
    from glassprop.diagnosis.watched import Watched


class Diagnoses:
    """The verb."""

    def diagnose(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
        budget: float = 1.0,
    ) -> Diagnosis:
        """Find what keeps this network from learning.

        A fitted estimator is examined as it is, which takes three passes over the data at most. Of an unfitted one a
        copy is trained once; the estimator itself stays unfitted.

        Parameters
        ----------
        X, y, sample_weight
            What ``fit`` was given, or would be.
        X_val, y_val : optional
            Validation rows. Without them, a fifth of the rows is held out if a copy is trained.
        budget : float, default=1.0
            How many training runs may be spent on trying remedies; 0: none is tried.

        Returns
        -------
        Diagnosis
            ``findings``, each with its number, threshold, a sentence and ``remedies``: those that helped in a short run
            first, with the validation cost without and with each. ``print`` shows all of it.

        Raises
        ------
        SettingsError
            If ``budget`` is no number of 0 or more.
        ValueError
            If X and y are not what ``fit`` would take (but NaN in X is a finding).

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from glassprop import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> MLPClassifier((8,), learning_rate_init=1e-6, random_state=0).diagnose(X, y, budget=0).kinds
        ('rate-too-low',)
        """
        from glassprop.estimator.diagnose_estimator import diagnose_estimator

        return diagnose_estimator(self, (X, y, sample_weight, X_val, y_val), budget)

    def to_diagnose(
        self: Any,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
        *,
        watched: Watched | None = None,
    ) -> Case:
        """What a diagnosis looks at, as plain data: for those that trained the network, or know more of its training.

        Parameters
        ----------
        X, y, sample_weight, X_val, y_val
            As of ``diagnose``.
        watched : Watched, optional
            What was kept while it was trained.
        """
        from glassprop.diagnosis.case import Case
        from glassprop.diagnosis.watched import Watched

        data, arguments = self._as_examples(X, y, sample_weight), self._arguments()
        network, state, particulars = self.network_, self._state, self._particulars()
        classes, names = vars(self).get("classes_"), vars(self).get("feature_names_in_")
        n_inputs, n_outputs = network.n_inputs, network.sizes[-1]
        return Case(
            network=network,
            theta=on_host(state.theta) if state.history.cost or not self.warm_start else None,
            data=data,
            task="numbers" if classes is None else self._task_of(n_outputs),
            inputs=[f"column {k}" for k in range(n_inputs)] if names is None else [str(name) for name in names],
            names=[f"output {j}" for j in range(n_outputs)] if classes is None else [str(label) for label in classes],
            arguments=arguments,
            settings=build_settings(arguments, len(data), particulars),
            validation=None if X_val is None else self._as_examples(X_val, y_val, None),
            start=self._start_again(data),
            state=state,
            watched=watched or Watched(),
            scale=particulars.cost_scale,
        )

    def train_to_diagnose(
        self: Any,
        X: Any,
        y: Any,
        sample_weight: Any,
        X_val: Any,
        y_val: Any,
        *,
        stops_by: tuple[Any, Any, Any] | None = None,
        callbacks: Sequence[Any] = (),
    ) -> Case:
        """The same of a copy that is trained on these rows, watched; also where training fails.

        stops_by: X, y and weights of the rows that early stopping watches, where they are others than those that judge.
        """
        from glassprop.estimator.doctor import Doctor
        from glassprop.estimator.trained_copy import error_in

        made = deepcopy(self) if self.warm_start and hasattr(self, "_state") else clone(self)
        doctor, error, wrong = Doctor(), "", float("nan")
        made.set_params(verbose=False).set_callbacks(doctor, *callbacks)
        held = dict(zip(("X_val", "y_val", "sample_weight_val"), stops_by or (X_val, y_val, None), strict=True))
        state: TrainState | None = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                made.fit(X, y, sample_weight=sample_weight, **held)
            except DivergenceError as fault:
                error, state = without_other_words(fault), fault.state
            except DerivativeError as fault:
                error, wrong = str(fault), error_in(str(fault))
        if not hasattr(made, "_state"):  # the failed fit has left nothing
            made._stand_at_the_start(doctor.watched, X, y)
        case: Case = made.to_diagnose(X, y, sample_weight, X_val, y_val, watched=doctor.watched)
        return replace(case, error=error, derivative=wrong, state=state or case.state)

    def _as_examples(self: Any, X: Any, y: Any, sample_weight: Any) -> Data:
        X, y, Y = self._validate_val(X, y)
        weight = example_weights(getattr(self, "class_weight", None), X, y, sample_weight, incremental=False)
        return Data(X if hasattr(X, "tocsr") else on_host(X), on_host(Y), weight)

    def _task_of(self: Any, n_outputs: int) -> Task:
        return "labels" if self._kind(n_outputs) == "multilabel-indicator" else "classes"

    def _start_again(self: Any, data: Data) -> Array | None:
        """θ as it was drawn; without a seed another draw of the same kind. None where it was not drawn."""
        if self.warm_start or "_given" in vars(self) or not self._state.history.cost:
            return None
        seed = self.random_state if isinstance(self.random_state, int | np.integer) else 0
        X = data.X[:LOOKED_AT]
        return starting_weights(self.network_, check_random_state(seed), self._state.theta.dtype, X)

    def _stand_at_the_start(self: Any, watched: Watched, X: Any, y: Any) -> None:
        """Be as a fit is before its first step."""
        X, _, Y = self._validate_input(X, y, first=True, incremental=False)
        self.network_ = watched.network or self._network_for(X.shape[1], Y.shape[1])
        start = watched.kept.get(0)
        theta = start.theta if start is not None else self.network_.initial(np.random.default_rng(0), X=X[:LOOKED_AT])
        self._state = TrainState(theta)
        self.n_outputs_ = Y.shape[1]
