"""The recipe's network: which layers, and that its rates are those of weights divided by the root of inputs."""

import numpy as np
import pytest

from glassprop import Layer, Network
from glassprop.optimizer import AdamW
from glassprop.tables.schema.recipe import Recipe


def test_layers_are_embeddings_of_numbers_and_of_codes_then_factors_then_dense_ones():
    layers = Recipe(hidden=(16, 8)).layers(numbers=(0, 3), codes=((2, 30),), n_inputs=5)
    network = Network(5, [*layers, Layer(1, "identity")])
    # inputs 1 and 4 as they are, two numbers of 4 each, a code as 8
    assert network.sizes[1:] == [1 + 1 + 1 + 2 * 4, 1 + 1 + 2 * 4 + 8, 18, 16, 8, 1]
    assert [layer.kind for layer in layers] == ["periodic", "category", "scale", "dense", "dense"]
    assert (layers[1].columns, layers[1].sizes) == ((1,), (30,))  # the second of those that are no numbers


def test_more_numbers_than_are_embedded_stand_as_they_are():
    recipe = Recipe(most_embedded=3)
    assert recipe.layers((0, 1, 2), (), 3)[0].kind == "periodic"
    assert recipe.layers((0, 1, 2, 3), (), 4)[0].kind == "scale"


def test_a_step_is_that_of_weights_that_are_divided_by_the_root_of_their_number():
    """w of z = a wᵀ / √n under AdamW with one rate, against W = w / √n with the recipe's rate and decay."""
    recipe, n, rng = Recipe(weight_decay=0.3), 7, np.random.default_rng(0)
    layer = recipe.layers((), (), n)[1]
    w, gradient = rng.normal(size=(128, n)), rng.normal(size=(128, n))
    by_hand, ours = w.copy(), w / np.sqrt(n)
    adam = AdamW(beta_2=0.95, decay=0.3, epsilon=1e-14)
    one, other = adam.start(by_hand.ravel()), adam.start(ours.ravel())
    for _ in range(3):
        adam.step(by_hand.ravel(), gradient.ravel() / np.sqrt(n), one, 0.1, np.ones(w.size))
        adam.step(ours.ravel(), gradient.ravel(), other, 0.1 * layer.rates["w"], np.full(w.size, layer.decays["w"]))
        gradient = rng.normal(size=(128, n))
    np.testing.assert_allclose(ours * np.sqrt(n), by_hand, rtol=1e-7)


@pytest.mark.parametrize(("rows", "epochs"), [(20, 64), (10_000, 64), (40_000, 32), (500_000, 16)])
def test_epochs_by_rows(rows, epochs):
    assert Recipe().epochs_of(rows) == epochs


@pytest.mark.parametrize(("rows", "batch"), [(12, 12), (1_000, 64), (10_000, 128), (50_000, 256), (500_000, 512)])
def test_rows_of_a_step_by_rows(rows, batch):
    assert Recipe().batch_rows(rows) == batch
