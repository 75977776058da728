"""MLPClassifier: scikit-learn's classifier, and beyond it what its users have asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target, unique_labels
from sklearn.utils.validation import validate_data

from glassprop.architecture.compressed import refuse_broken
from glassprop.backprop.ranks import Group
from glassprop.engine.choose import EngineName
from glassprop.engine.elsewhere import numpy_type
from glassprop.equations.activation import ActivationLike, find_activation
from glassprop.equations.arrays import Array, Rows, namespace, on_host
from glassprop.equations.cost import CostLike, find_cost
from glassprop.errors import SettingsError
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.estimator.build import FactorName, MemberName, Particulars, SolverName, build_network, output_activation
from glassprop.estimator.constraints import CLASSIFIER
from glassprop.estimator.dispatched import beside, float_types, taken, there
from glassprop.estimator.fit_among import LANES, Among
from glassprop.estimator.labels import (
    binarizer_for,
    binarizer_of_weights,
    gives_probabilities,
    kind_of,
    labels_of,
    plain_targets,
    probabilities,
    refuse_missing_labels,
    refuse_other_labels,
)
from glassprop.estimator.left import len_of
from glassprop.estimator.rollback import UndoneOnFailure
from glassprop.estimator.validation import Held
from glassprop.estimator.weights import OUTPUT
from glassprop.layers.layer_kind import LayerKind
from glassprop.network import Network
from glassprop.training.schedule import ScheduleName
from glassprop.training.temperature import fit_temperature, refuse_no_temperature, temper
from glassprop.training.train_settings import BestEpoch


class MLPClassifier(ClassifierMixin, BaseMLP):
    """Classify with a dense neural network.

    It takes scikit-learn's arguments, has its attributes, and with the same ``random_state`` trains like
    scikit-learn's, step for step. The arguments from ``loss`` on are additions. Labels may be binary, multiclass, or
    multilabel (an indicator matrix).

    Parameters
    ----------
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
    loss : str or Cost, default="log_loss"
        "log_loss" is cross-entropy: with softmax for several classes, with a sigmoid for two and for multilabel.
        Any other name in ``glassprop.functions.COSTS`` is taken on one-hot targets; with two classes on one
        output, 0 or 1.
    class_weight : dict, list of dict, "balanced" or None, default=None
        Weights of the classes; multiplied into the weights of examples.
    label_smoothing : float, default=0.0
        Targets become ``(1 - s) y + s / k``.
    temperature : bool, default=False
        Whether, at the end of ``fit``, the input of the output's softmax or sigmoid is divided by one number (a
        temperature), chosen for the smallest log loss (E45 of the derivation) of the validation data, which
        ``early_stopping`` sets aside or ``X_val`` gives. It is part of the last layer's weights then. ``partial_fit``
        ignores it.
    stratify : bool or "auto", default="auto"
        Whether the validation split keeps the shares of classes; "auto" is scikit-learn's rule (two classes only).

    Attributes
    ----------
    classes_ : array (n_classes,)
        The labels, in the order of the outputs.
    temperature_ : float
        The number that the last layer was divided by, with ``temperature=True``; scores and curves are from before the
        division.
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
        loss: CostLike = "log_loss",
        output_activation: Literal["auto"] | ActivationLike = "auto",
        class_weight: Literal["balanced"] | Mapping[Any, float] | Sequence[Mapping[Any, float]] | None = None,
        dropout: float | Sequence[float] = 0.0,
        weight_decay: float = 0.01,
        clip_norm: float | None = None,
        label_smoothing: float = 0.0,
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
        temperature: bool = False,
        stratify: bool | Literal["auto"] = "auto",
        engine: EngineName = "auto",
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
        self.temperature = temperature
        self.stratify = stratify
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
    ) -> MLPClassifier:
        """Train on X and y.

        Parameters
        ----------
        X : array-like or sparse matrix (n, n_features)
            float32 and float64 are kept; anything else becomes float64.
        y : array-like (n,) or (n, n_labels)
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
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> MLPClassifier:
        """Train for one epoch on these examples, going on from the last call.

        Parameters
        ----------
        X, y, sample_weight
            As for ``fit``.
        classes : array-like (n_classes,), optional
            All labels that will occur in any call; required at the first call.

        Returns
        -------
        self
        """
        classes, known = beside(X, classes), vars(self).get("classes_")
        if known is not None and (classes is None or np.array_equal(classes, known)):
            return self._fit(X, y, sample_weight, call="partial_fit")
        with UndoneOnFailure(self.__dict__):
            if _check_partial_fit_first_call(self, classes):
                self._label_binarizer = LabelBinarizer()
                labels = beside(X, y)
                self._label_binarizer.fit(labels if type_of_target(labels).startswith("multilabel") else classes)
            return self._fit(X, y, sample_weight, call="partial_fit")

    @classmethod
    def from_weights(
        cls,
        coefs: Any,
        intercepts: Any,
        *,
        activation: ActivationLike | Sequence[ActivationLike] = "relu",
        out_activation: ActivationLike | None = None,
        classes: Any = None,
        multilabel: bool | None = None,
        feature_names: Sequence[str] | NDArray[Any] | None = None,
        **settings: Any,
    ) -> MLPClassifier:
        """Build a fitted classifier from weights that were trained elsewhere.

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
        classes : array-like (n_classes,), optional
            The labels in the order of the outputs, which is ascending; 0, 1, ... where none are given. One output
            stands for the second of two.
        multilabel : bool or None, default=None
            Whether each output stands for a label apart from the others. None is, as in scikit-learn, True where
            several outputs are logistic and classes are 0, 1, ... or not given.
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
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.neural_network import MLPClassifier as TheirClassifier
        >>> from glassprop import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> sk = TheirClassifier((8,), solver="lbfgs", max_iter=500, random_state=0).fit(X, y)
        >>> clf = MLPClassifier.from_weights(sk.coefs_, sk.intercepts_, activation=sk.activation,
        ...                                  out_activation=sk.out_activation_, classes=sk.classes_)
        >>> bool((clf.predict(X) == sk.predict(X)).all())
        True
        """

        def label(made: MLPClassifier, n_outputs: int, faults: list[str]) -> None:
            binarizer = binarizer_of_weights(classes, multilabel, out_activation, n_outputs, faults)
            if binarizer is not None:
                made._label_binarizer, made.classes_ = binarizer, binarizer.classes_

        return cls._from_weights(
            coefs,
            intercepts,
            activation=activation,
            out_activation=out_activation,
            feature_names=feature_names,
            settings=settings,
            label=label,
        )

    def predict(self, X: Any) -> Array:
        """Predict labels. X (n, n_features) -> (n,), or an indicator matrix (n, n_labels) for multilabel."""
        a = self._outputs(X)
        return there(self._labels(on_host(a)), a)

    @available_if(lambda self: gives_probabilities(getattr(self, "network_", None)))
    def predict_proba(self, X: Any) -> Array:
        """Predict probabilities. X (n, n_features) -> (n, n_classes), in the order of ``classes_``."""
        a, classes = self._outputs(X), vars(self).get("classes_")
        output = self.network_.layers[-1].activation
        return probabilities(a, self._kind(a.shape[1]), output, None if classes is None else len(classes))

    @available_if(lambda self: gives_probabilities(getattr(self, "network_", None)))
    def predict_log_proba(self, X: Any) -> Array:
        """The logarithm of ``predict_proba``."""
        with np.errstate(divide="ignore"):  # log 0 is -inf, and meant
            p = self.predict_proba(X)
            return namespace(p).log(p)

    def _labels(self, a: Array) -> Array:
        return labels_of(self._binarizer(), a)

    def _task(self) -> str:
        return "classes" if self._kind(int(self.n_outputs_)) == "multiclass" else "labels"

    def _kind(self, n_outputs: int) -> str:
        """``"binary"``, ``"multiclass"`` or ``"multilabel-indicator"``."""
        return kind_of(vars(self).get("_label_binarizer"), n_outputs, self._given_so_far().get(OUTPUT))

    def _binarizer(self) -> LabelBinarizer:
        """What turns labels into targets and back; made from ``classes_`` where weights were set rather than trained.

        Raises
        ------
        NotFittedError
            If nothing says which classes there are.
        DataError
            If ``classes_`` does not go with the outputs.
        """
        if "_label_binarizer" not in vars(self):
            if "classes_" not in vars(self):
                raise NotFittedError(
                    f"This {type(self).__name__} instance has weights but knows no classes: set classes_, or use "
                    "from_weights(..., classes=...)"
                )
            several = self._kind(int(self.n_outputs_)) == "multilabel-indicator"
            self._label_binarizer = binarizer_for(self.classes_, int(self.n_outputs_), several)
        return self._label_binarizer

    def _can_finish(self, held: Held | None) -> None:
        if not self.temperature:
            return
        refuse_no_temperature(self.network_)
        if held is None:
            raise SettingsError(
                "temperature=True needs rows to judge by: set early_stopping=True (with another solver than lbfgs), or "
                "give X_val and y_val"
            )

    def _finish(self, held: Held | None, group: Group | None) -> None:
        """Divide the last layer by the temperature that the held-out rows ask for."""
        self.__dict__.pop("temperature_", None)
        if not self.temperature or held is None:
            return
        found = fit_temperature(self.network_, self._state.theta, held.data)
        if group is not None:
            found = float(group.everyone(np.array([found]))[0][0])
        self._state.make_writable()
        temper(self.network_, self._state.theta, found)
        self.temperature_ = found

    def _score_outputs(self, y: Array, a: Array, sample_weight: Array | None) -> float:
        from sklearn.metrics import accuracy_score  # with its neighbors a tenth of what a small fit takes

        return accuracy_score(y, self._labels(a), sample_weight=sample_weight)

    def _particulars(self) -> Particulars:
        return Particulars(clip_probabilities=True, label_smoothing=self.label_smoothing)

    def _network_for(self, n_inputs: int, n_outputs: int, hidden: Sequence[int] | None = None) -> Network:
        kind, arguments = self._kind(n_outputs), self._arguments()
        several = kind == "multiclass"
        default = "softmax" if several else "sigmoid"
        loss = self.loss
        if isinstance(loss, str) and (loss == "log_loss" or (loss == "cross_entropy" and kind == "binary")):
            loss = "cross_entropy" if several else "binary_cross_entropy"
        cost = find_cost(loss)
        output = find_activation(output_activation(arguments, cost, default))
        if n_outputs == 1 and output.range.simplex:
            raise SettingsError(
                f"output_activation={output.spec!r} was asked for with two classes, which one output stands for: it "
                "would always be 1; use output_activation='auto', a sigmoid, which gives the same probabilities"
            )
        return build_network(arguments, n_inputs, n_outputs, cost, output, hidden)

    def _validate_input(self, X: Any, y: Any, *, first: bool, incremental: bool) -> tuple[Array, Array, Array]:
        if incremental and not (first or self.warm_start) and self._is_plain(X):
            Y = plain_targets(self._binarizer(), vars(self)["classes_"], y, len(X), X.dtype)
            if Y is not None:
                return X, y, Y
        X, y = self._checked(X, y, reset=first)
        if not hasattr(self, "classes_") or (not self.warm_start and not incremental):
            self._label_binarizer = LabelBinarizer().fit(y)
            self.classes_ = self._label_binarizer.classes_
        else:
            refuse_other_labels(self.classes_, y, all_of_them=self.warm_start)
        return X, y, self._encoded(X, y)

    def _take_classes(self, classes: Any, *, first: bool) -> int | None:
        if classes is None:
            raise SettingsError("a classifier that is fitted from a source needs classes: give all labels there are")
        if not first:
            refuse_other_labels(self.classes_, np.asarray(classes), all_of_them=True)
            return int(self.n_outputs_)
        labels = np.asarray(classes)
        if labels.ndim == 2:  # an indicator matrix: each column is a label by itself
            self._label_binarizer = LabelBinarizer().fit(labels)
            self.classes_ = self._label_binarizer.classes_
            return labels.shape[1]
        labels = np.unique(labels)
        if len(labels) < 2:
            raise SettingsError(f"classes must be two labels or more, all different, got {len(labels)}")
        self._label_binarizer = LabelBinarizer().fit(labels)
        self.classes_ = self._label_binarizer.classes_
        return len(labels) if len(labels) > 2 else 1

    def _validate_val(self, X: Any, y: Any) -> tuple[Array, Array, Array]:
        X, y = self._checked(X, y, reset=False)
        unknown = np.setdiff1d(unique_labels(y), self.classes_)
        if len(unknown):
            raise ValueError(f"y has classes that training did not see: {unknown}; training saw {self.classes_}")
        return X, y, self._encoded(X, y)

    def _checked(self, X: Any, y: Any, *, reset: bool) -> tuple[Array, Array]:
        refuse_broken(X)
        X, y = validate_data(
            self,
            taken(X),
            beside(X, y),
            accept_sparse=["csr", "csc"],
            multi_output=True,
            dtype=float_types(X),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        refuse_missing_labels(y)
        return X.tocsr() if hasattr(X, "tocsr") else X, y

    def _encoded(self, X: Rows, y: Array) -> Array:
        binarizer = self._binarizer()
        dtype = numpy_type(X)
        Y = plain_targets(binarizer, vars(self)["classes_"], y, len_of(X), dtype)
        return np.asarray(binarizer.transform(y)).astype(dtype) if Y is None else Y

    def _targets_of(self, y: Array, dtype: Any, *, first: bool) -> Array:
        return self._encoded(np.empty((len(y), 0), dtype), y)

    def _all_labels(self, y: Array) -> Any:
        refuse_missing_labels(y)
        several = y.ndim == 2 and type_of_target(y) == "multilabel-indicator"
        return np.eye(y.shape[1], dtype=int) if several else unique_labels(y)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
