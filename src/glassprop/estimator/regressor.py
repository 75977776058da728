"""MLPRegressor: scikit-learn's regressor, with a gradient that fits its loss, and what its users have asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin, _fit_context
from sklearn.utils import column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from glassprop.architecture.compressed import refuse_broken
from glassprop.architecture.own_units import OwnUnits
from glassprop.engine.choose import EngineName
from glassprop.engine.elsewhere import numpy_type
from glassprop.equations.activation import ActivationLike
from glassprop.equations.arrays import Array, namespace
from glassprop.equations.cost import CostLike
from glassprop.errors import DataError, SettingsError
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.estimator.build import (
    FactorName,
    MemberName,
    Particulars,
    SolverName,
    build_network,
    output_activation,
    regression_cost,
)
from glassprop.estimator.constraints import SHARED
from glassprop.estimator.dispatched import beside, float_types, taken
from glassprop.estimator.fit_among import LANES, Among
from glassprop.estimator.plain_arrays import are_plain_numbers
from glassprop.layers.layer_kind import LayerKind
from glassprop.network import Network
from glassprop.training.schedule import ScheduleName
from glassprop.training.train_settings import BestEpoch


class MLPRegressor(RegressorMixin, BaseMLP):
    """Predict numbers with a dense neural network.

    It takes scikit-learn's arguments, has its attributes, and with the same ``random_state`` trains like
    scikit-learn's, step for step. The arguments from ``output_activation`` on are additions. For several outputs, give
    y the shape (n, n_outputs).

    With several outputs the objective is ``½ Σ`` over outputs, so that gradient and objective agree; ``loss_`` and
    the curves are reported on scikit-learn's scale, the mean over outputs. (scikit-learn minimizes the mean but follows
    the gradient of the sum; its L-BFGS suffers from that, ours does not.)

    Parameters
    ----------
    loss : str or Cost, default="squared_error"
        "squared_error" (half of it, as in scikit-learn), "poisson" (half the deviance, with output activation exp),
        "absolute_error", "huber(1.0)", "quantile(0.5)" with their parameters in brackets, any other name in
        ``glassprop.functions.COSTS``, or a user-defined Cost.
    hidden_layer_sizes : array-like of int or int, default=(100,)
        How many neurons each hidden layer has; an empty tuple is no hidden layer.
    activation : str, Activation, or list of them, default="relu"
        Activation of the hidden layers: any name in ``glassprop.functions.ACTIVATIONS`` ("logistic" is "sigmoid"),
        optionally with its parameter in brackets ("leaky_relu(0.2)"); a list has one for each hidden layer.
    solver : {"lbfgs", "sgd", "adam", "adamw"}, default="adam"
        The optimizer. "adamw" is Adam with ``weight_decay``.
    alpha : float, default=0.0001
        L2: ``½ alpha ‖w‖²``, divided by the batch's rows (or the sum of their weights), is added to the cost.
    batch_size : int or "auto", default="auto"
        Examples a step; "auto" is min(200, n). Not used by lbfgs.
    learning_rate : str, default="constant"
        The schedule, by its name in ``glassprop.schedules.SCHEDULES``. "invscaling" and "adaptive" act with sgd alone,
        as in scikit-learn; with any solver but lbfgs, over ``max_iter`` epochs: "cosine" falls to 0, "one_cycle" rises
        first, "coslog4" rises and falls four times, "flat_cos" falls in the second half.
    learning_rate_init : float, default=0.001
        The learning rate that the schedule starts from.
    power_t : float, default=0.5
        The exponent of invscaling.
    max_iter : int, default=200
        Epochs at most (iterations for lbfgs).
    shuffle : bool, default=True
        Whether each epoch takes the examples in a new order.
    random_state : int, RandomState or None, default=None
        Seeds starting weights, validation split, order and dropout. An int starts anew at every call.
    tol : float, default=1e-4
        By how much the loss (or the validation score) must improve to count; for lbfgs the gradient to stop at.
    verbose : bool or int, default=False
        A progress bar on a terminal; lines on standard output elsewhere.
    warm_start : bool, default=False
        Whether ``fit`` goes on from the weights of the last call. The architecture must be the same:
        ``hidden_layer_sizes``, ``scale_inputs`` and ``residual``, or ``layers``, and the members.
    momentum : float, default=0.9
        Of sgd.
    nesterovs_momentum : bool, default=True
        Whether sgd's momentum is Nesterov's.
    early_stopping : bool, default=False
        Whether a validation score decides when to stop and which weights are kept, rather than the training loss.
    validation_fraction : float, default=0.1
        The fraction of rows set aside for it, if ``fit`` is given no validation data.
    beta_1 : float, default=0.9
        How much of the mean of gradients each step keeps, in adam and adamw.
    beta_2 : float, default=0.999
        The same for the mean of their squares.
    epsilon : float, default=1e-8
        Added to the root of that mean, by which adam and adamw divide.
    n_iter_no_change : int or inf, default=10
        Training stops after more than this many epochs in a row without improvement. With infinity and
        ``early_stopping`` all epochs are run, and the best is kept.
    max_fun : int, default=15000
        Calls of the objective at most, for lbfgs.
    output_activation : str or Activation, default="auto"
        Of the output layer; "auto" is what goes with the loss.
    dropout : float or list of float, default=0.0
        The fraction of a hidden layer's activations left out in a training step; a list has one for each layer.
    weight_decay : float, default=0.01
        Decoupled decay of weights, not biases. Only used by adamw.
    clip_norm : float or None, default=None
        The largest norm of the gradient that a step follows; longer gradients are shortened to it.
    residual : bool, default=False
        Whether hidden layers add their input to their output (``a = σ(z) + x``): those that have as many neurons as the
        hidden layer before, or as there are inputs.
    scale_inputs : bool, default=False
        Whether a layer of factors comes first, one factor for each input; they start at 1 and are trained.
    warmup : float, default=0.0
        Epochs over which the learning rate rises to its schedule.
    layers : list of layers or None, default=None
        Layers of any kind (``Layer`` and others) in place of those that ``hidden_layer_sizes``, ``activation``,
        ``dropout``, ``residual`` and ``scale_inputs`` describe, without the output's. Where a layer's start looks at
        examples (``initial="data"``), it sees up to 10,000 of the rows to train on.
    output_options : mapping or None, default=None
        Further options of the output layer: ``initial``, ``rates``, ``decays`` and ``own`` of ``Layer``.
    max_time : float or None, default=None
        Time limit of ``fit`` in seconds: a few steps are timed on a copy before the first, and as many epochs are
        planned as the time allows, ``max_iter`` at most and one at least (``n_epochs_planned_``). Schedules run over
        these. Code that has to be compiled once on a machine is not counted. Not available with lbfgs; ignored by
        ``partial_fit``.
    best_epoch : {"first", "last"}, default="first"
        Which epoch early stopping keeps, of several whose scores are equal; "first" as scikit-learn does.
    n_members : int, default=1
        How many networks are trained together as one model: their outputs are averaged, in predictions and scores.
    member : {"head", "network"}, default="head"
        What each member has for itself: "head" is a factor for each input, at first 1 or -1, and the output layer; all
        layers between are shared. "network" is every layer. If layers have ``own=True``, each member has these and the
        output layer for itself.
    own_batches : bool, default=True
        Whether each member takes the examples in an order of its own.
    decay_schedule, dropout_schedule : {"cosine", "one_cycle", "coslog4", "flat_cos"} or None, default=None
        What ``weight_decay``, and the dropout of all layers, are multiplied by over ``max_iter`` epochs; None is 1.
    scoring : str, callable or None, default=None
        The score that early stopping follows: None is accuracy or R²; "loss" is the validation loss; else the name of a
        scikit-learn scorer, or a callable ``scorer(estimator, X, y)``. It gets the weights of examples if it takes
        ``sample_weight``; else it scores without them.
    engine : {"auto", "compiled", "reference"}, default="auto"
        What runs the epochs: machine code, or the plain equations in NumPy. "auto" takes machine code where it is
        available (built-in functions, not lbfgs), unless the fit is so small that loading the code would take longer;
        with ``verbose`` it says which it took and why.

    Attributes
    ----------
    loss_, best_loss_ : float
        The training loss at the end, and the least of all epochs (None with early stopping).
    loss_curve_ : list of float
        Training loss of each epoch, L2 included, averaged over its batches as they were met.
    validation_curve_ : list of float
        Cost of the validation data after each epoch, without L2, smoothing and dropout; empty without such data.
    validation_scores_, best_validation_score_ : list of float and float, or None
        With early stopping.
    n_iter_, best_iteration_ : int
        Epochs run, and the one with the best score or loss, counted from 1.
    input_means_ : array (n_features,)
        The mean of the rows that ``fit`` trained on: the baseline of contributions to a prediction.
    best_epoch_ : int
        The epoch whose weights were kept: with early stopping the best, else the last.
    n_epochs_planned_ : int
        The maximum number of epochs that was planned: ``max_iter``, or fewer with ``max_time``. Passed as ``max_iter``,
        without ``max_time``, it gives the same bits.
    time_curve_ : list of (float, int, float, float or None)
        Seconds since ``fit`` began, epoch, training loss and validation score, at the end of each epoch. It is not
        saved to files or pickles, so that the same fit gives the same file.
    t_ : int
        Examples seen.
    theta_ : array (n_parameters,)
        θ: all weights and biases in one vector, layer by layer, W row by row (n_out × n_in), then b.
    coefs_, intercepts_ : lists of arrays (n_in, n_out) and (n_out,)
        Weights and biases, layer by layer: views of θ. Only if all layers are dense and there is one member; with
        several, ``network_.member(0).w(theta_, 1)`` gives the weights of one.
    network_ : Network
        The network that θ belongs to: ``network_.gradient(theta_, X, Y)`` and the like.
    n_features_in_, feature_names_in_, n_layers_, n_outputs_, out_activation_
        As in scikit-learn.
    engine_ : str
        Which engine ran the epochs.
    interrupted_ : bool
        Whether training was ended with Ctrl-C.

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
        loss: CostLike = "squared_error",
        hidden_layer_sizes: int | Sequence[int] | NDArray[np.integer] = (100,),
        activation: ActivationLike | Sequence[ActivationLike] = "relu",
        *,
        solver: SolverName = "adam",
        alpha: float = 0.0001,
        batch_size: int | Literal["auto"] = "auto",
        learning_rate: ScheduleName = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        output_activation: Literal["auto"] | ActivationLike = "auto",
        dropout: float | Sequence[float] = 0.0,
        weight_decay: float = 0.01,
        clip_norm: float | None = None,
        residual: bool = False,
        scale_inputs: bool = False,
        warmup: float = 0.0,
        layers: Sequence[LayerKind] | None = None,
        output_options: Mapping[str, Any] | None = None,
        max_time: float | None = None,
        best_epoch: BestEpoch = "first",
        n_members: int = 1,
        member: MemberName = "head",
        own_batches: bool = True,
        decay_schedule: FactorName | None = None,
        dropout_schedule: FactorName | None = None,
        scoring: Literal["loss"] | str | Callable[..., float] | None = None,
        engine: EngineName = "auto",
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
        self.residual = residual
        self.scale_inputs = scale_inputs
        self.warmup = warmup
        self.layers = layers
        self.output_options = output_options
        self.max_time = max_time
        self.best_epoch = best_epoch
        self.n_members = n_members
        self.member = member
        self.own_batches = own_batches
        self.decay_schedule = decay_schedule
        self.dropout_schedule = dropout_schedule
        self.scoring = scoring
        self.engine = engine

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
        communicator: Any = None,
        fast_sums: bool = False,
        lanes: int = LANES,
    ) -> MLPRegressor:
        """Train on X and y.

        Parameters
        ----------
        X : array-like or sparse matrix (n, n_features)
            float32 and float64 are kept; anything else becomes float64.
        y : array-like (n,) or (n, n_outputs)
            The targets.
        sample_weight : array-like (n,), optional
            Weights of the examples.
        X_val, y_val, sample_weight_val : array-likes, optional
            Validation data. With ``early_stopping`` they take the place of a split; without, only ``validation_curve_``
            is made from them. They must be transformed as X was, and a warning says so if they lie far outside the
            range of X: a Pipeline transforms them with ``Pipeline(..., transform_input=["X_val"])``, not with
            ``step__X_val``. See "Validation data in a Pipeline" in docs/estimators.md.
        communicator : mpi4py communicator, optional
            Train together with its other processes, which call ``fit`` at the same time, each with rows of its own (any
            number, or none): on the rows of all processes in the order of the processes, to the same bits however many
            processes there are. All end with the same fitted estimator. See docs/scaling.md.
        fast_sums : bool, default=False
            With a communicator: let MPI add up gradients as it likes, so that bits depend on the number of processes.
        lanes : int, default=12
            With a communicator: into how many lanes the rows are divided, of which each process takes whole ones; at
            least as many as there are processes. Bits depend on it.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If arguments or data cannot be used.
        DivergenceError
            If the cost turns NaN or infinite; the estimator keeps the weights of the last good epoch, if there was one.
            With ``early_stopping`` a ConvergenceWarning instead, and the best weights, once there are some.
        DerivativeError
            If the derivative of a user-defined activation or loss is wrong.
        DistributedError
            If another process has failed, or ended.
        """
        val = X_val, y_val, sample_weight_val
        if communicator is not None:
            return self._fit_among(X, y, sample_weight, val, Among(communicator, fast_sums, lanes))
        return self._fit(X, y, sample_weight, val=val)

    @available_if(lambda self: self._check_solver())
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPRegressor:
        """Train for one epoch on these examples, going on from the last call.

        Parameters
        ----------
        X, y, sample_weight
            As for ``fit``.

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight, call="partial_fit")

    @classmethod
    def from_weights(
        cls,
        coefs: Any,
        intercepts: Any,
        *,
        activation: ActivationLike | Sequence[ActivationLike] = "relu",
        out_activation: ActivationLike | None = None,
        feature_names: Sequence[str] | NDArray[Any] | None = None,
        **settings: Any,
    ) -> MLPRegressor:
        """Build a fitted regressor from weights that were trained elsewhere.

        It predicts, explains, saves and goes on training (``partial_fit``, or ``fit`` with ``warm_start=True``) like an
        estimator that was fitted by glassprop. Its clone is unfitted, with arguments that describe the same network.

        Parameters
        ----------
        coefs, intercepts : lists of arrays (n_in, n_out) and (n_out,)
            Weights and biases, layer by layer, in scikit-learn's shapes. They are copied; the numbers are float32 where
            all of them are, else float64.
        activation : str, Activation, or list of them, default="relu"
            Of the hidden layers; a list has one for each.
        out_activation : str, Activation or None, default=None
            Of the output layer; None is the one that goes with the loss.
        feature_names : list of str, optional
            Of the columns, in order, where predicting should check them.
        **settings
            Any other argument of the constructor: ``loss``, ``solver``, ``alpha``, ...

        Returns
        -------
        A fitted estimator.

        Raises
        ------
        DataError
            If shapes, classes and names do not go together, or a number is not finite; all faults in one message.
        SettingsError, ArchitectureError
            If activations and loss do not go together.

        Examples
        --------
        >>> from glassprop import MLPRegressor
        >>> model = MLPRegressor.from_weights([[[1.0, -1.0]], [[1.0], [1.0]]], [[0.0, 0.0], [0.5]])
        >>> model.predict([[-2.0], [3.0]]).tolist()           # |x| + 0.5
        [2.5, 3.5]
        """
        return cls._from_weights(
            coefs,
            intercepts,
            activation=activation,
            out_activation=out_activation,
            feature_names=feature_names,
            settings=settings,
        )

    def predict(self, X: Any) -> Array:
        """Predict. X (n, n_features) -> (n,), or (n, n_outputs) where there are several."""
        return self._labels(self._outputs(X))

    def _labels(self, a: Array) -> Array:
        return namespace(a).reshape(a, (-1,)) if a.shape[1] == 1 else a

    def _score_outputs(self, y: Array, a: Array, sample_weight: Array | None) -> float:
        from sklearn.metrics import r2_score  # as for classifiers

        return r2_score(y, self._labels(a), sample_weight=sample_weight)

    def _particulars(self) -> Particulars:
        # scikit-learn averages squared errors over outputs, but sums Poisson deviances
        scale = 1.0 if self.network_.cost_function.name == "poisson" else 1 / self.n_outputs_
        return Particulars(cost_scale=scale)

    def _network_for(self, n_inputs: int, n_outputs: int, hidden: Sequence[int] | None = None) -> Network:
        cost = regression_cost(self.loss)
        arguments = self._arguments()
        return build_network(arguments, n_inputs, n_outputs, cost, output_activation(arguments, cost), hidden)

    @property
    def target_scale_(self) -> dict[str, Any]:
        """How the target was standardized, as OwnUnits takes it, where the network ends in a step that undoes it."""
        units = self.network_.units if "network_" in self.__dict__ else None
        if units is None:
            raise AttributeError("the target was not standardized: the network was trained in its own units")
        return units.to_dict()

    def set_units(self, units: OwnUnits | None) -> None:
        """From here on y is taken, and predictions are given, in these units; weights stay those of a standardized y.

        For those that standardized the target themselves. A fit that was left is not to be gone on with: y would be
        another.
        """
        check_is_fitted(self)
        self.let_go()
        self.network_ = self.network_.in_units(units)

    def _validate_input(self, X: Any, y: Any, *, first: bool, incremental: bool) -> tuple[Array, Array, Array]:
        units = None if first else self.network_.units
        X, y, Y = self._checked(X, y, units, reset=first)
        if units is not None:
            units.refuse(y)
        return X, y, Y

    def _take_classes(self, classes: Any, *, first: bool) -> int | None:
        if classes is not None:
            raise SettingsError("classes are for classifiers: a regressor that is fitted from a source has none")
        return None

    def _validate_val(self, X: Any, y: Any) -> tuple[Array, Array, Array]:
        return self._checked(X, y, self.network_.units, reset=False)

    def _checked(self, X: Any, y: Any, units: OwnUnits | None, *, reset: bool) -> tuple[Array, Array, Array]:
        plain = not reset and self._is_plain(X) and are_plain_numbers(y, len(X))
        if not plain:
            refuse_broken(X)
            X, y = validate_data(
                self,
                taken(X),
                beside(X, y),
                accept_sparse=["csr", "csc"],
                multi_output=True,
                y_numeric=True,
                dtype=float_types(X),
                reset=reset,
            )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if plain and units is None and y.dtype == X.dtype:
            return X, y, np.ascontiguousarray(y.reshape(len(y), -1))
        return X.tocsr() if hasattr(X, "tocsr") else X, y, _standard(y, units, numpy_type(X))

    def _task(self) -> str:
        return "numbers"

    def _targets_of(self, y: Array, dtype: Any, *, first: bool) -> Array:
        return _standard(y, None if first else self.network_.units, dtype)

    def _all_labels(self, y: Array) -> Any:
        return None


def _standard(y: Array, units: OwnUnits | None, dtype: Any) -> Array:
    """Targets as the network has them. y (n,) or (n, n_outputs) -> (n, n_outputs)."""
    Y = y.reshape(len(y), int(np.prod(y.shape[1:], dtype=np.int64)))
    with np.errstate(over="ignore"):
        Y = np.ascontiguousarray(Y if units is None else units.standard(Y), dtype=dtype)
    if not np.isfinite(Y).all():
        raise DataError(
            f"y has numbers up to {np.abs(y).max():.4g}, more than the {dtype} of X can hold; scale y, or pass X as "
            "float64"
        )
    return Y
