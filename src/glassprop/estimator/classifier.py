"""MLPClassifier: scikit-learn's, with what its users asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.callback import with_callbacks
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target, unique_labels
from sklearn.utils.validation import validate_data

from glassprop.equations.activation import find_activation
from glassprop.equations.arrays import Array
from glassprop.equations.cost import find_cost
from glassprop.errors import SettingsError
from glassprop.estimator import docs
from glassprop.estimator.base import BaseMLP
from glassprop.estimator.build import build_network, output_activation
from glassprop.estimator.constraints import CLASSIFIER
from glassprop.estimator.labels import (
    binarizer_of,
    gives_probabilities,
    kind_of,
    label_outputs,
    probabilities,
    refuse_missing_labels,
    refuse_other_labels,
)
from glassprop.estimator.rollback import undone_on_failure
from glassprop.estimator.weights import from_weights
from glassprop.network import Network


class MLPClassifier(ClassifierMixin, BaseMLP):
    __doc__ = f"""Classify with a dense neural network.

    Arguments, attributes and training are scikit-learn's (with the same ``random_state``, step for step); those from
    ``loss`` on are additions. Labels may be binary, multiclass, or multilabel (an indicator matrix).

    Parameters
    ----------
{docs.PARAMETERS}
    loss : str or Cost, default="log_loss"
        "log_loss" is cross-entropy: with softmax for several classes, with a sigmoid for two and for multilabel.
        Any other name in ``glassprop.functions.COSTS`` is taken on one-hot targets; with two classes on one
        output, 0 or 1.
    class_weight : dict, list of dict, "balanced" or None, default=None
        Weights of the classes; multiplied into the weights of examples.
    label_smoothing : float, default=0.0
        Targets become ``(1 - s) y + s / k``.
    stratify : bool or "auto", default="auto"
        Whether the validation split keeps the shares of classes; "auto" is scikit-learn's rule (two classes only).

    Attributes
    ----------
    classes_ : array (n_classes,)
        The labels, in the order of the outputs.
{docs.ATTRIBUTES}

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier(hidden_layer_sizes=(16,), solver="lbfgs", random_state=0, max_iter=500).fit(X, y)
    >>> clf.score(X, y) > 0.95
    True
    >>> clf.network_
    Network(4, [Layer(16, 'relu', initial='glorot'), Layer(3, 'softmax', initial='glorot')], cost='cross_entropy')
    """

    _parameter_constraints: dict[str, Any] = CLASSIFIER

    def __init__(
        self,
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
        loss: Any = "log_loss",
        output_activation: Any = "auto",
        class_weight: Any = None,
        dropout: Any = 0.0,
        weight_decay: float = 0.01,
        clip_norm: float | None = None,
        label_smoothing: float = 0.0,
        warmup: float = 0.0,
        scoring: Any = None,
        stratify: Any = "auto",
        engine: str = "auto",
    ) -> None:
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
        self.loss = loss
        self.output_activation = output_activation
        self.class_weight = class_weight
        self.dropout = dropout
        self.weight_decay = weight_decay
        self.clip_norm = clip_norm
        self.label_smoothing = label_smoothing
        self.warmup = warmup
        self.scoring = scoring
        self.stratify = stratify
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
    ) -> MLPClassifier:
        return self._fit(X, y, sample_weight, val=(X_val, y_val, sample_weight_val))

    @available_if(lambda estimator: estimator._check_solver())
    @_fit_context(prefer_skip_nested_validation=True)
    @with_callbacks
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> MLPClassifier:
        """Train one epoch on these examples, and go on from where training stands.

        Parameters
        ----------
        X, y, sample_weight
            As for ``fit``.
        classes : array-like (n_classes,), optional
            All labels there will ever be; needed at the first call.

        Returns
        -------
        self
        """
        with undone_on_failure(self):
            if _check_partial_fit_first_call(self, classes):
                self._label_binarizer = LabelBinarizer()
                self._label_binarizer.fit(y if type_of_target(y).startswith("multilabel") else classes)
            return self._fit(X, y, sample_weight, incremental=True)

    @classmethod
    def from_weights(
        cls,
        coefs: Any,
        intercepts: Any,
        *,
        activation: Any = "relu",
        out_activation: Any = None,
        classes: Any = None,
        multilabel: bool | None = None,
        feature_names: Any = None,
        **settings: Any,
    ) -> MLPClassifier:
        return from_weights(
            cls,
            coefs,
            intercepts,
            activation=activation,
            out_activation=out_activation,
            feature_names=feature_names,
            settings=settings,
            label=partial(label_outputs, classes, multilabel, out_activation),
        )

    def predict(self, X: Any) -> Array:
        """Predict labels. X (n, n_features) -> (n,), or an indicator matrix (n, n_labels) for multilabel."""
        return self._labels(self._outputs(X))

    @available_if(gives_probabilities)
    def predict_proba(self, X: Any) -> Array:
        """Predict probabilities. X (n, n_features) -> (n, n_classes), in the order of ``classes_``."""
        return probabilities(self, self._outputs(X))

    @available_if(gives_probabilities)
    def predict_log_proba(self, X: Any) -> Array:
        """The logarithm of ``predict_proba``."""
        with np.errstate(divide="ignore"):  # log 0 is -inf, and meant
            return np.log(self.predict_proba(X))

    def _labels(self, a: Array) -> Array:
        return binarizer_of(self).inverse_transform(a.ravel() if a.shape[1] == 1 else a)

    def _score_outputs(self, y: Array, a: Array, sample_weight: Array | None) -> float:
        return accuracy_score(y, self._labels(a), sample_weight=sample_weight)

    def _particulars(self) -> dict[str, Any]:
        return {"cost_scale": 1.0, "clip_probabilities": True, "label_smoothing": self.label_smoothing}

    def _network_for(self, n_inputs: int, n_outputs: int, hidden: Sequence[int] | None = None) -> Network:
        kind = kind_of(self, n_outputs)
        several = kind == "multiclass"
        default = "softmax" if several else "sigmoid"
        loss = self.loss
        if isinstance(loss, str) and (loss == "log_loss" or (loss == "cross_entropy" and kind == "binary")):
            loss = "cross_entropy" if several else "binary_cross_entropy"
        cost = find_cost(loss)
        output = find_activation(output_activation(self, cost, default))
        if n_outputs == 1 and output.range.simplex:
            raise SettingsError(
                f"output_activation={output.spec!r} was asked for with two classes, which one output stands for: it "
                "would always be 1; use output_activation='auto', a sigmoid, which gives the same probabilities"
            )
        return build_network(self, n_inputs, n_outputs, cost, output, hidden)

    def _validate_input(self, X: Any, y: Any, *, first: bool, incremental: bool) -> tuple[Array, Array, Array]:
        X, y = self._checked(X, y, reset=first)
        if not hasattr(self, "classes_") or (not self.warm_start and not incremental):
            self._label_binarizer = LabelBinarizer().fit(y)
            self.classes_ = self._label_binarizer.classes_
        else:
            refuse_other_labels(self, y)
        return X, y, self._encoded(X, y)

    def _validate_val(self, X: Any, y: Any) -> tuple[Array, Array, Array]:
        X, y = self._checked(X, y, reset=False)
        unknown = np.setdiff1d(unique_labels(y), self.classes_)
        if len(unknown):
            raise ValueError(f"y has classes that training did not see: {unknown}; training saw {self.classes_}")
        return X, y, self._encoded(X, y)

    def _checked(self, X: Any, y: Any, *, reset: bool) -> tuple[Array, Array]:
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            dtype=(np.float64, np.float32),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        refuse_missing_labels(y)
        return X.tocsr() if hasattr(X, "tocsr") else X, y

    def _encoded(self, X: Array, y: Array) -> Array:
        return np.asarray(binarizer_of(self).transform(y)).astype(X.dtype)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


MLPClassifier.fit.__doc__ = "Train on X and y.\n\n        Parameters\n        ----------\n" + docs.FIT.format(
    y="(n,) or (n, n_labels)"
)
MLPClassifier.from_weights.__func__.__doc__ = docs.FROM_WEIGHTS.format(  # type: ignore[attr-defined]
    kind="classifier", classes=docs.CLASSES_OF_WEIGHTS, example=docs.CLASSIFIER_FROM_WEIGHTS
)
