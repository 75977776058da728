"""Codes of categories: refused where data come in, whatever verb or engine takes them, and followed through layers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from training.test_sources import Listed

from glassprop import CategoryEmbedding, Layer, MLPClassifier, Network, PeriodicEmbedding, Scale
from glassprop.engine.plan import Data
from glassprop.errors import ArchitectureError, DataError
from glassprop.training.loop import train
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

EMBEDDED = [PeriodicEmbedding([0], n=3, frequencies=2), CategoryEmbedding([1], [4], 2)]  # its number 1 is input 2
NETWORK = Network(3, [*EMBEDDED, Layer(5, "tanh"), Layer(2, "softmax")], cost="cross_entropy")
RNG = np.random.default_rng(0)
X = np.column_stack([RNG.normal(size=(12, 2)), RNG.integers(4, size=12)])
Y = np.eye(2)[RNG.integers(2, size=12)]
THETA = NETWORK.initial(RNG)
BAD = {"4": 4.0, "-1": -1.0, "1.5": 1.5, "nan": np.nan, "inf": np.inf}


def _with(code):
    wrong = X.copy()
    wrong[7, 2] = code
    return wrong


VERBS = {
    "predict": lambda x: NETWORK.predict(THETA, x),
    "predict, compiled": lambda x: NETWORK.predict(THETA, x, engine="compiled"),
    "predict, reference": lambda x: NETWORK.predict(THETA, x, engine="reference"),
    "forward": lambda x: NETWORK.forward(THETA, x),
    "cost": lambda x: NETWORK.cost(THETA, x, Y),
    "gradient": lambda x: NETWORK.gradient(THETA, x, Y),
    "example_gradients": lambda x: NETWORK.example_gradients(THETA, x, Y),
    "input_gradient": lambda x: NETWORK.input_gradient(THETA, x, Y),
    "train": lambda x: NETWORK.train(THETA, x, Y, rng=RNG),
    "validation": lambda x: NETWORK.train(THETA, X, Y, rng=RNG, validation=(x, Y)),
    "sparse": lambda x: NETWORK.predict(THETA, csr_array(x)),
    "blocks": lambda x: train(NETWORK, TrainState(THETA.copy()), Listed(Data(x, Y), (6, 12)), Settings(), rng=RNG),
}


@pytest.mark.parametrize("code", BAD.values(), ids=BAD)
@pytest.mark.parametrize("verb", VERBS)
def test_a_code_that_is_none_is_refused(verb, code):
    VERBS[verb](X)
    with pytest.raises(DataError, match=r"input 2 must hold codes of 4 categories, whole numbers from 0 to 3, got"):
        VERBS[verb](_with(code))


def test_what_is_said_of_a_code_names_the_example():
    with pytest.raises(DataError, match="got 4 in example 7: give what is missing or unknown a code of its own"):
        NETWORK.predict(THETA, _with(4.0))


def test_estimators_refuse_codes_that_are_none():
    model = MLPClassifier(layers=[CategoryEmbedding([2], [4], 2), Layer(5, "tanh")], max_iter=3, random_state=0)
    y = Y.argmax(axis=1)
    model.fit(X, y)
    for verb in (lambda x: model.fit(x, y), model.predict, model.predict_proba):
        with pytest.raises(DataError, match="input 2 must hold codes of 4 categories"):
            verb(_with(9.0))


def test_codes_are_followed_through_embeddings():
    assert NETWORK.codes == ((2, 4),)
    both = Network(4, [CategoryEmbedding([3], [5], 2), PeriodicEmbedding([1]), CategoryEmbedding([1], [7], 1)])
    assert both.codes == ((3, 5), (2, 7))  # of 0, 1, 2 and two of a table; then 0, 2, two of a table and 1 by waves
    itself = Network(2, [PeriodicEmbedding([1], n=3), CategoryEmbedding([1], [6], 2)])
    assert itself.codes == ((1, 6),)  # the first number of an embedded one is itself


@pytest.mark.parametrize(
    "layers",
    [
        [Scale(), CategoryEmbedding([0], [3])],
        [Layer(3, "relu"), CategoryEmbedding([2], [3])],
        [PeriodicEmbedding([0], n=3), CategoryEmbedding([3], [3])],
        [CategoryEmbedding([0], [3], 2), CategoryEmbedding([2], [3])],
    ],
)
def test_codes_that_are_no_inputs_by_then_are_refused(layers):
    with pytest.raises(ArchitectureError, match="before it for a code, which is no input by then"):
        Network(3, [*layers, Layer(1, "identity")])
