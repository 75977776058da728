"""The recipe's network: which layers, and that its rates are those of weights divided by the root of inputs."""

import numpy as np
import pytest

from glassprop import Layer, Network, TabularRegressor
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


def test_networks_of_folds_begin_with_slow_and_fast_waves_in_turn():
    deviations = [Recipe().layers((0,), (), 1, turn)[0].deviation for turn in range(3)]
    assert deviations == [0.1, 0.3, 0.1]


def test_one_model_of_folds_predicts_their_mean_whatever_waves_they_began_with(monkeypatch):
    """The networks themselves, caught where they are joined."""
    from glassprop.tables.fitting import cross_fit, joined_networks

    rng, caught = np.random.default_rng(1), []
    join = joined_networks.joined

    def catching(estimators, **more):
        caught.extend((one.network_, one.theta_.copy()) for one in estimators)
        return join(estimators, **more)

    monkeypatch.setattr(cross_fit, "joined", catching)
    x = rng.normal(size=(200, 2))
    model = TabularRegressor(cross_fit=3, random_state=4, epochs=2).fit(x, np.sin(3 * x[:, 0]))
    assert {network.layers[0].deviation for network, _ in caught} == {0.1, 0.3}
    final = model.pipeline_[-1]
    final = getattr(final, "regressor_", final)
    inputs = rng.normal(size=(5, 2)).astype(caught[0][1].dtype)
    expected = np.mean([network.predict(theta, inputs) for network, theta in caught], axis=0)
    said = final.network_.predict(final.theta_, inputs)
    # As sure as rows that they had not seen let it be: so much of the way from the mean of the targets.
    sure, rest = np.polyfit(expected[:, 0], said[:, 0], 1)
    assert 0 < sure <= 1
    np.testing.assert_allclose(said, sure * expected + rest, atol=1e-4)
