"""The parts of the estimators' docstrings that both share."""

from __future__ import annotations

PARAMETERS = """\
    hidden_layer_sizes : array-like of int or int, default=(100,)
        How many neurons each hidden layer has; an empty tuple is no hidden layer.
    activation : str, Activation, or list of them, default="relu"
        Of the hidden layers: any name in ``glassprop.functions.ACTIVATIONS`` ("logistic" is "sigmoid"),
        with its parameter in brackets if wished ("leaky_relu(0.2)"); a list gives each hidden layer its own.
    solver : {"lbfgs", "sgd", "adam", "adamw"}, default="adam"
        How the weights move. "adamw" is Adam with ``weight_decay``.
    alpha : float, default=0.0001
        L2: ``½ alpha ‖w‖²``, divided by the batch's rows (or the sum of their weights), is added to the cost.
    batch_size : int or "auto", default="auto"
        Examples a step; "auto" is min(200, n). Not used by lbfgs.
    learning_rate : {"constant", "invscaling", "adaptive", "cosine", "one_cycle"}, default="constant"
        The schedule. invscaling and adaptive act with sgd alone, as in scikit-learn; cosine and one_cycle with any
        solver but lbfgs, over ``max_iter`` epochs.
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
        Whether ``fit`` goes on from the weights it has.
    momentum : float, default=0.9
        Of sgd.
    nesterovs_momentum : bool, default=True
        Whether sgd's momentum is Nesterov's.
    early_stopping : bool, default=False
        Whether a validation score decides when to stop and which weights are kept, rather than the training loss.
    validation_fraction : float, default=0.1
        The part set aside for it, where ``fit`` is given no validation data.
    beta_1, beta_2, epsilon : float, default=0.9, 0.999, 1e-8
        Of adam and adamw.
    n_iter_no_change : int or inf, default=10
        Training stops after more than this many epochs in a row without improvement.
    max_fun : int, default=15000
        Calls of the objective at most, for lbfgs.
    output_activation : str or Activation, default="auto"
        Of the output layer; "auto" is what goes with the loss.
    dropout : float or list of float, default=0.0
        The part of a hidden layer's activations left out in a training step; a list gives each layer its own.
    weight_decay : float, default=0.01
        Decoupled decay of weights, not biases. Only used by adamw.
    clip_norm : float or None, default=None
        The longest gradient that a step follows; longer ones are shortened to it.
    warmup : float, default=0.0
        Epochs over which the learning rate rises to its schedule.
    scoring : str, callable or None, default=None
        What early stopping follows: None is accuracy or R²; "loss" the validation loss; else a scorer of
        scikit-learn's by name, or a callable ``scorer(estimator, X, y)``. Weights of examples are handed to it if it
        takes ``sample_weight``; else it scores without.
    engine : {"auto", "compiled", "reference"}, default="auto"
        Who runs the epochs: machine code, or the plain equations in NumPy. "auto" takes machine code where it can
        (dense X, built-in functions, not lbfgs); with ``verbose`` it says which it took and why."""

ATTRIBUTES = """\
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
    t_ : int
        Examples seen.
    theta_ : array (n_parameters,)
        θ: all weights and biases in one vector, layer by layer, W row by row (n_out × n_in), then b.
    coefs_, intercepts_ : lists of arrays (n_in, n_out) and (n_out,)
        Weights and biases, layer by layer: views of θ.
    network_ : Network
        The network that θ belongs to: ``network_.gradient(theta_, X, Y)`` and the like.
    n_features_in_, feature_names_in_, n_layers_, n_outputs_, out_activation_
        As in scikit-learn.
    engine_ : str
        Which engine ran the epochs.
    interrupted_ : bool
        Whether training was ended with Ctrl-C."""

FIT = """\
        X : array-like or sparse matrix (n, n_features)
            float32 and float64 are kept; anything else becomes float64.
        y : array-like {y}
            The targets.
        sample_weight : array-like (n,), optional
            Weights of the examples.
        X_val, y_val, sample_weight_val : array-likes, optional
            Validation data of your own. With ``early_stopping`` it takes the place of a split; without, only
            ``validation_curve_`` is made from it. It must be transformed as X was, and a warning says so where it
            lies far outside: a Pipeline does that with ``Pipeline(..., transform_input=["X_val"])``, not with
            ``step__X_val``. See "Validation data in a Pipeline" in docs/estimators.md.

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
            If the derivative of an own activation or loss is wrong."""

FROM_WEIGHTS = """Build a fitted {kind} around weights that were trained elsewhere.

        It predicts, explains, is saved and trains on (``partial_fit``, or ``fit`` with ``warm_start=True``) as one
        that was fitted here. Its clone is unfitted, with arguments that describe the same network.

        Parameters
        ----------
        coefs, intercepts : lists of arrays (n_in, n_out) and (n_out,)
            Weights and biases, layer by layer, in scikit-learn's shapes. They are copied; the numbers are float32 where
            all of them are, else float64.
        activation : str, Activation, or list of them, default="relu"
            Of the hidden layers; a list gives each its own.
        out_activation : str, Activation or None, default=None
            Of the output layer; None is what goes with the loss.{classes}
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
{example}
        """

CLASSES_OF_WEIGHTS = """
        classes : array-like (n_classes,), optional
            The labels in the order of the outputs, which is ascending; 0, 1, ... where none are given. One output
            stands for the second of two.
        multilabel : bool or None, default=None
            Whether each output is a label of its own; None: if several outputs are logistic and classes are 0, 1, ...
            or not given, as in scikit-learn."""

CLASSIFIER_FROM_WEIGHTS = """\
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.neural_network import MLPClassifier as TheirClassifier
        >>> from glassprop import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> sk = TheirClassifier((8,), solver="lbfgs", max_iter=500, random_state=0).fit(X, y)
        >>> clf = MLPClassifier.from_weights(sk.coefs_, sk.intercepts_, activation=sk.activation,
        ...                                  out_activation=sk.out_activation_, classes=sk.classes_)
        >>> bool((clf.predict(X) == sk.predict(X)).all())
        True"""

REGRESSOR_FROM_WEIGHTS = """\
        >>> from glassprop import MLPRegressor
        >>> model = MLPRegressor.from_weights([[[1.0, -1.0]], [[1.0], [1.0]]], [[0.0, 0.0], [0.5]])
        >>> model.predict([[-2.0], [3.0]]).tolist()           # |x| + 0.5
        [2.5, 3.5]"""
