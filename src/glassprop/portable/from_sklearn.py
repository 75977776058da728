"""``glassprop.from_sklearn``: our estimator around a scikit-learn network, where that one stands."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from sklearn.base import is_classifier

from glassprop.errors import SettingsError
from glassprop.portable.last_step import called, last_step, with_last_step
from glassprop.portable.sklearn_arguments import OURS
from glassprop.portable.sklearn_training import their_state

_FOLLOW = ("hidden_layer_sizes", "activation")  # what from_weights works out from weights


def from_sklearn(model: Any) -> Any:
    """The same model with glassprop's estimators: with its weights, arguments, curves and state of training.

    It predicts what scikit-learn's does, explains it, is saved, and goes on (``partial_fit``, or ``fit`` with
    ``warm_start=True``) with the optimizer's memory, as scikit-learn's own would.

    Parameters
    ----------
    model : scikit-learn's MLPClassifier or MLPRegressor, or a Pipeline or search that ends in one
        Of a Pipeline the last step is replaced; all others are copied. One that is not fitted gives one that is not
        fitted, with the same arguments.

    Returns
    -------
    model of ours, which shares nothing with that one

    Raises
    ------
    SettingsError
        It is, or ends in, something else.
    DataError
        Its weights are no network's: shapes that do not follow each other, numbers that are not finite.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier as TheirClassifier
    >>> from glassprop import from_sklearn
    >>> X, y = load_iris(return_X_y=True)
    >>> sk = TheirClassifier((8,), max_iter=1000, random_state=0).fit(X, y)
    >>> clf = from_sklearn(sk)
    >>> bool((clf.predict(X) == sk.predict(X)).all()), clf.n_iter_ == sk.n_iter_
    (True, True)
    """
    network = last_step(model)
    if not isinstance(network, tuple(OURS)):
        raise SettingsError(
            "from_sklearn takes scikit-learn's MLPClassifier or MLPRegressor, or a Pipeline or search that ends in "
            f"one, got {called(model)}"
        )
    return with_last_step(model, _ours)


def _ours(sk: Any) -> Any:
    kind: Any = next(ours for theirs, ours in OURS.items() if isinstance(sk, theirs))
    arguments = deepcopy(sk.get_params(deep=False))
    if not hasattr(sk, "coefs_"):
        return kind(**arguments)
    known, binarizer = vars(sk), vars(sk).get("_label_binarizer")
    more: dict[str, Any] = {}
    if is_classifier(sk):
        several = None if binarizer is None else binarizer.y_type_.startswith("multilabel")
        more = {"classes": known.get("classes_"), "multilabel": several}
    made = kind.from_weights(
        sk.coefs_,
        known.get("intercepts_"),
        activation=sk.activation,
        out_activation=known.get("out_activation_"),
        feature_names=known.get("feature_names_in_"),
        **more,
        **{name: value for name, value in arguments.items() if name not in _FOLLOW},
    )
    made.hidden_layer_sizes = arguments["hidden_layer_sizes"]
    if binarizer is not None:
        made._label_binarizer = deepcopy(binarizer)  # knows whether labels come as a sparse matrix
    made.stand_at(their_state(sk, made), known.get("loss_"))
    return made
