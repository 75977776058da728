"""``glassprop.to_sklearn``: a fitted scikit-learn network that predicts what ours does."""

from __future__ import annotations

import warnings
from copy import deepcopy
from typing import Any

import numpy as np
from sklearn.base import is_classifier

from glassprop.errors import ExportError
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.ground.note import Note, NoteWarning
from glassprop.portable.folding import Chain, chain_of, sizes_of
from glassprop.portable.last_step import called, last_step, with_last_step
from glassprop.portable.sklearn_arguments import THEIRS, kind_of_ours, said, theirs_of
from glassprop.portable.sklearn_training import leave_theirs

_RATHER = "glassprop.to_onnx(model) writes all of it"
_OF_CLASSES = ("softmax", "logistic")
_DESCRIBE = ("activation", "layers", "n_members", "output_activation", "residual", "scale_inputs")  # what is trained


def to_sklearn(model: Any) -> Any:
    """The same model made of scikit-learn's ``MLPClassifier`` or ``MLPRegressor``, which needs no glassprop.

    It predicts the same to rounding, and has the attributes that scikit-learn's own ``fit`` leaves: curves, counts and,
    where its parameters are ours, the optimizer's memory, so that ``partial_fit`` goes on from where ours stands.
    Factors of inputs (``Scale``), affine layers and a standardized target are folded into weights.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor, or a Pipeline or search that ends in one
        Of a Pipeline the last step is replaced; all others are copied. A TabularClassifier or TabularRegressor gives
        its Pipeline. One that is not fitted gives one that is not fitted, with the same arguments.

    Returns
    -------
    model of scikit-learn, which shares nothing with this one

    Warns
    -----
    NoteWarning
        Predictions are the same, but scikit-learn would train on otherwise: it has no dropout, say. All such arguments
        are named.

    Raises
    ------
    ExportError
        If scikit-learn's networks cannot express it: members, embeddings, residual layers, other activations, several
        of them, a target on another scale. The message names all such parts.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier, to_sklearn
    >>> X, y = load_iris(return_X_y=True)
    >>> sk = to_sklearn(MLPClassifier((8,), max_iter=50, tol=0.0, random_state=0, engine="reference").fit(X, y))
    >>> type(sk).__module__, sk.coefs_[0].shape, sk.n_iter_
    ('sklearn.neural_network._multilayer_perceptron', (4, 8), 50)
    """
    network = last_step(model)
    if not isinstance(network, BaseMLP):
        raise ExportError(
            "to_sklearn takes a glassprop MLPClassifier or MLPRegressor, or a Pipeline or search that ends in one, got "
            f"{called(model)}"
        )
    lost: dict[str, str] = {}
    made = with_last_step(model, lambda estimator: _theirs(estimator, lost))
    if lost:
        text = f"predictions are the same, but scikit-learn would train without {', '.join(lost.values())}"
        warnings.warn(NoteWarning(Note(text, "trains-otherwise", None, len(lost))), stacklevel=2)
    return made


def _theirs(estimator: BaseMLP, lost: dict[str, str]) -> Any:
    """lost: is given the arguments that training would lack, in words."""
    arguments, without = theirs_of(estimator)
    kind = THEIRS[kind_of_ours(estimator)]
    if not hasattr(estimator, "network_"):
        faults = [text for name, text in without.items() if name in _DESCRIBE]
        lost.update(without)
    else:
        chain, faults = chain_of(estimator.network_, estimator.theta_)
        faults += _faults_of_outputs(estimator)
    if faults:
        raise ExportError(f"scikit-learn's networks have no place for {', '.join(faults)}: {_RATHER}")
    if not hasattr(estimator, "network_"):
        return kind(**arguments)
    assert chain is not None
    lost.update({name: text for name, text in without.items() if name not in _said_by(estimator, chain)})
    made = kind(**_of_network(arguments, chain))
    if "loss" in arguments and made.loss != arguments["loss"]:
        lost["loss"] = said("loss", estimator.loss)
    _take_what_is_seen(made, estimator, chain)
    leave_theirs(made, estimator, estimator._arguments(), same_weights=not chain.folded)
    return made


def _said_by(estimator: BaseMLP, chain: Chain) -> set[str]:
    """The arguments that describe what the layers of the chain are already."""
    if chain.folded:
        return {"output_activation"}
    plain = not any(layer.dropout or layer.rates or layer.decays for layer in estimator.network_.layers)
    return set(_DESCRIBE) - (set() if plain else {"layers"})


def _faults_of_outputs(estimator: BaseMLP) -> list[str]:
    """What outputs stand for that theirs would not make of them."""
    name = estimator.out_activation_
    if not is_classifier(estimator):
        return [] if name in ("identity", "exp") else [f"the output activation {name}"]
    if name not in _OF_CLASSES:
        return [f"the output activation {name}"]
    several = estimator._binarizer().y_type_ == "multiclass"
    if several and name == "logistic":
        return ["one sigmoid for each of several classes"]
    return ["a single class"] if len(estimator.classes_) < 2 else []


def _of_network(arguments: dict[str, Any], chain: Chain) -> dict[str, Any]:
    """Arguments that describe the network as it is: folded, it has fewer layers."""
    sizes, given = sizes_of(chain.layers), arguments["hidden_layer_sizes"]
    said = list(np.atleast_1d(np.asarray(given))) if np.size(given) else []
    more: dict[str, Any] = {} if said == sizes else {"hidden_layer_sizes": tuple(sizes)}
    if chain.hidden is not None:
        more["activation"] = chain.hidden
    if "loss" in arguments:
        more["loss"] = "poisson" if chain.layers[-1].activation == "exp" else "squared_error"
    return {**arguments, **more}


def _take_what_is_seen(made: Any, estimator: Any, chain: Chain) -> None:
    made.n_features_in_ = estimator.n_features_in_
    if hasattr(estimator, "feature_names_in_"):
        made.feature_names_in_ = estimator.feature_names_in_.copy()
    made.coefs_, made.intercepts_ = [layer.w for layer in chain.layers], [layer.b for layer in chain.layers]
    made.out_activation_ = chain.layers[-1].activation
    if is_classifier(estimator):
        made._label_binarizer = deepcopy(estimator._binarizer())
        made.classes_ = made._label_binarizer.classes_
