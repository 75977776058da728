"""What a network becomes in PyTorch, as far as it can be seen without it: which modules, with which numbers in them."""

from __future__ import annotations

import sys
from itertools import chain
from typing import Any

import numpy as np
import pytest
from estimator.conftest import make_problem
from layer_cases import CASES, example
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from glassprop import Activation, Layer, MLPClassifier, MLPRegressor, Network, OwnUnits, to_torch
from glassprop.equations.activation import ACTIVATIONS
from glassprop.errors import ExportError, MissingPackageError, SettingsError
from glassprop.layers.layer_table import KINDS
from glassprop.portable.to_torch import torch_pieces
from glassprop.portable.torch_plan import LAYERS, Piece, pieces_of

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

# What value_of in torch_modules.py knows; a test there holds it to this.
FUNCTIONS = {"+", "-", "*", "/", "**", "neg", "abs", "max", "min", "exp", "expm1", "ln", "log1p", "tanh", "if"}
ACTIVATION_CASES = [(name, False) for name in ACTIVATIONS]  # and with a parameter for each neuron, where there is one
ACTIVATION_CASES += [(name, True) for name, of in ACTIVATIONS.items() if of.by_parameter is not None]


def fitted(kind: str, **settings: Any) -> Any:
    problem = make_problem(kind)
    made = (MLPClassifier if problem.classifier else MLPRegressor)(
        **{"hidden_layer_sizes": (4, 3), "max_iter": 2, "random_state": 0, **settings}
    )
    return made.fit(problem.X, problem.y)


def names_of(pieces: Any) -> list[Any]:
    return [(piece.module, names_of(piece.inner)) if piece.inner else piece.module for piece in pieces]


def every(pieces: Any) -> list[Piece]:
    """Each piece once, however often it stands somewhere."""
    found = {id(piece): piece for piece in pieces}
    for piece in pieces:
        found |= {id(inner): inner for inner in every(piece.inner)}
    return list(found.values())


def test_a_dense_network_is_linear_layers_and_activations() -> None:
    clf = fitted("multiclass")
    pieces = torch_pieces(clf)
    assert names_of(pieces) == ["Linear", "ReLU", "Linear", "ReLU", "Linear", "Softmax"]
    for piece, w, b in zip(pieces[::2], clf.coefs_, clf.intercepts_, strict=True):
        np.testing.assert_array_equal(piece.arrays["weight"], w.T)
        np.testing.assert_array_equal(piece.arrays["bias"], b)
    assert names_of(torch_pieces(clf, logits=True)) == ["Linear", "ReLU", "Linear", "ReLU", "Linear"]
    assert pieces[-1].arguments == {"dim": 1}


def test_every_kind_of_layer_has_a_module() -> None:
    assert LAYERS.keys() == KINDS.keys()


@pytest.mark.parametrize("name", CASES)
def test_every_parameter_is_in_one_module(name: str) -> None:
    network = CASES[name]
    theta = example(network)[0]
    pieces = every(pieces_of(network, theta))
    inside = np.concatenate([array.ravel() for piece in pieces for array in piece.arrays.values()])
    np.testing.assert_array_equal(np.sort(inside), np.sort(theta))


@pytest.mark.parametrize(("name", "parametric"), ACTIVATION_CASES)
def test_every_activation_is_a_module(name: str, parametric: bool) -> None:
    network = Network(3, [Layer(4, name, parametric=parametric), Layer(1, "identity")])
    theta = example(network)[0]
    pieces = pieces_of(network, theta)
    assert names_of(pieces)[:1] + names_of(pieces)[-1:] == ["Linear", "Linear"]
    assert len(pieces) == (2 if name == "identity" else 3)
    for piece in (piece for piece in pieces if piece.module == "Formula"):
        assert set(functions_of(piece.arguments["tree"])) <= FUNCTIONS


def functions_of(tree: Any) -> Any:
    if not isinstance(tree, list):
        return []
    relation = tree[0] == "if"
    return chain([tree[0]], *(functions_of(part) for part in tree[1 + relation :]))


def test_a_parameter_given_by_name_is_in_it() -> None:
    network = Network(3, [Layer(4, "leaky_relu(0.2)"), Layer(4, "elu(0.5)"), Layer(4, "blended_selu(0.25)"), Layer(1)])
    pieces = pieces_of(network, example(network)[0])
    assert [pieces[place].arguments for place in (1, 3)] == [{"negative_slope": 0.2}, {"alpha": 0.5}]
    assert "0.25" in str(pieces[5].arguments["tree"])


def test_what_members_share_is_one_module() -> None:
    clf = fitted("multiclass", n_members=3, hidden_layer_sizes=(4,))
    (mean,) = torch_pieces(clf)
    assert names_of([mean]) == [
        ("MeanOfMembers", [("Sequential", ["Scale", "Linear", "ReLU", "Linear", "Softmax"])] * 3)
    ]
    assert len({id(member.inner[1]) for member in mean.inner}) == 1  # shared
    assert len({id(member.inner[0]) for member in mean.inner}) == 3  # of each


def test_residual_layers_dropout_and_units() -> None:
    reg = fitted("one_output", hidden_layer_sizes=(5, 5), residual=True, dropout=0.2)
    reg.set_units(OwnUnits(mean=3.0, spread=2.0))
    pieces = torch_pieces(reg)
    residual = ("Residual", [("Sequential", ["Linear", "ReLU"])])
    assert names_of(pieces) == [residual, "Dropout", residual, "Dropout", "Linear", "OwnUnits"]
    assert (pieces[1].arguments, pieces[-1].arguments) == ({"p": 0.2}, {"mean": 3.0, "spread": 2.0})


def test_one_sigmoid_a_class_ends_in_shares() -> None:
    clf = fitted("multiclass", output_activation="sigmoid", loss="binary_cross_entropy")
    assert names_of(torch_pieces(clf))[-2:] == ["Sigmoid", "SharesOfSum"]


def test_user_defined_activations_are_refused() -> None:
    own = Activation("cube", value=lambda z: z**3, slope=lambda z, a: 3 * z**2)
    with pytest.raises(ExportError, match="activation 'cube' is user-defined"):
        torch_pieces(fitted("one_output", activation=own))


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("one_output", {}, "it is a regression"),
        ("binary", {"n_members": 2}, "probabilities are the mean of 2 members"),
        ("one_output", {"n_members": 2}, "it is a regression, probabilities are the mean of 2 members"),
        ("binary", {"output_activation": "tanh", "loss": "squared_error"}, r"its last layer is Layer\(1, 'tanh', .*"),
    ],
)
def test_there_are_no_logits_of_those(kind: str, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=f"logits were asked for, and there are none: {said}; leave logits out"):
        to_torch(fitted(kind, **settings), logits=True)


def test_what_is_no_fitted_network_is_refused() -> None:
    with pytest.raises(ExportError, match=r"to_torch takes .* got a LogisticRegression$"):
        to_torch(LogisticRegression())
    with pytest.raises(NotFittedError):
        to_torch(MLPClassifier())


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingPackageError, match="to_torch needs the package torch: pip install torch"):
        to_torch(fitted("binary"))
