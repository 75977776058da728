"""What every kind of layer promises, over networks with each of them in every place."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
import textbook
from layer_cases import CASES, example
from members_alone import walked
from rounding import assert_rounded, size_of_gradient, sizes_by_a_and_z
from scipy.sparse import csr_array
from scipy.stats import kstest, norm, uniform

import glassprop
from glassprop import CategoryEmbedding, Layer, Network, PeriodicEmbedding, Scale, check_gradient
from glassprop.errors import ArchitectureError, SettingsError
from glassprop.export.schema.network_field import LAYERS
from glassprop.layers.layer_kind import title_of
from glassprop.layers.layer_table import KINDS

pytestmark = pytest.mark.filterwarnings("ignore:.*:RuntimeWarning:autograd")


def test_every_kind_is_among_the_cases():
    assert {layer.kind for network in CASES.values() for layer in network.layers} == set(KINDS)


def test_every_kind_has_a_place_in_the_model_file():
    assert set(LAYERS) == set(KINDS)


@pytest.fixture(params=CASES, ids=list(CASES))
def case(request):
    network = CASES[request.param]
    return network, *example(network)


def test_gradient_is_that_of_an_independent_differentiation(case):
    network, theta, X, Y = case
    known = np.mean([textbook.by_theta(network, theta, x, y) for x, y in zip(X, Y, strict=True)], axis=0)
    assert_rounded(network.gradient(theta, X, Y), known, size_of_gradient(network, theta, X, Y))


def test_input_gradient_is_that_of_an_independent_differentiation(case):
    network, theta, X, Y = case
    known = [textbook.by_a(network, theta, 0, x, y) for x, y in zip(X, Y, strict=True)]
    assert_rounded(network.input_gradient(theta, X, Y), known, sizes_by_a_and_z(network, theta, X, Y)[0][0])


def test_weights_of_examples_share_the_gradient(case):
    network, theta, X, Y = case
    weights = np.array([0.5, 2.0, 0.0, 1.0])
    known = sum(w * textbook.by_theta(network, theta, x, y) for w, x, y in zip(weights, X, Y, strict=True)) / 3.5
    size = size_of_gradient(network, theta, X, Y, weights)
    assert_rounded(network.gradient(theta, X, Y, weights), known, size)


def test_check_agrees_and_looks_at_every_parameter(case):
    network, theta, X, Y = case
    result = check_gradient(network, theta, X, Y)
    assert result.ok, str(result)
    counted = sum(layer.checked + layer.at_kinks + layer.below_rounding for layer in result.layers)
    assert counted == network.layout.size
    assert check_gradient(network, theta, X, Y, directions=8).ok


def test_gradients_of_single_examples(case):
    network, theta, X, Y = case
    each = network.example_gradients(theta, X, Y)
    whole = np.stack([network.gradient(theta, X[i : i + 1], Y[i : i + 1]) for i in range(len(X))])
    sizes = np.stack([size_of_gradient(network, theta, X[i], Y[i]) for i in range(len(X))])
    for i in range(len(X)):
        assert_rounded(each[i], whole[i], sizes[i])
    assert_rounded(each.mean(), network.gradient(theta, X, Y), sizes.max(axis=0))
    assert_rounded(each.norms(), np.linalg.norm(whole, axis=1), np.linalg.norm(sizes, axis=1))
    assert_rounded(each.dot(each), whole @ whole.T, sizes @ sizes.T)
    vector, weight = np.random.default_rng(3).normal(size=theta.size), np.linspace(-1, 2, len(X))
    assert_rounded(each.along(vector), whole @ vector, sizes @ np.abs(vector))
    assert_rounded(each.weighted_sum(weight), weight @ whole, np.abs(weight) @ sizes)


def test_explanation_takes_every_parameter_apart(case):
    network, theta, X, Y = case
    for i in range(2):
        e = network.explain(theta, X, Y, top=1000).of(i)
        one, own, _ = walked(network, theta, e)
        known, size = (
            [one.parameters(vector, l) for l in range(1, one.depth + 1)]
            for vector in (textbook.by_theta(one, own, X[i], Y[i]), size_of_gradient(one, own, X[i], Y[i]))
        )
        for l, layer in enumerate(network.layers, start=1):
            for name, block in known[l - 1].items():
                for index, value in np.ndenumerate(block):
                    found = _taken_apart(e, layer, l, name, index)
                    allowed = size[l - 1][name][index]
                    assert_rounded(found.value, value, allowed)
                    assert_rounded(prod(found.factors.values()), value, allowed)
                    assert found.kink or abs(found.by_difference - value) <= 1e-6 * max(1, allowed)


def _taken_apart(e, layer, l, name, index):
    found = e.parameter(l, name, index)
    if not layer.linear:
        return found
    if name == "p":
        same = e.activation_parameter(l, *index)
    elif name == "b":
        same = e.bias(l, *index)
    else:
        same = e.weight(l, *index) if name == "w" else e.weight(l, index[0], index[0])
    assert (same.symbol, same.value, same.factors) == (found.symbol, found.value, found.factors)
    return same


def test_paths_add_up(case):
    network, theta, X, Y = case
    one, own, _ = walked(network, theta, network.explain(theta, X, Y))
    sizes = sizes_by_a_and_z(one, own, X, Y)[0]
    for top in (1, 3, 10_000):
        e = network.explain(theta, X, Y, top=top)
        for l in range(network.depth + 1):
            known = textbook.by_a(one, own, l, e.a(l), Y[0])
            for j in range(network.sizes[l]):
                found = e.paths(l, j)
                products = [path.product for path in found.largest]
                assert_rounded(sum(products) + found.rest, known[j], sizes[l][0, j])
                assert np.all(np.diff(np.abs(products)) <= 0)
                for path in found.largest:
                    numbers = [x for step in path.steps for x in (step.weight, step.slope) if x is not None]
                    assert_rounded(prod(numbers) * path.end, path.product, sizes[l][0, j])
                if top == 10_000:
                    assert found.rest == 0 or len(found.largest) < found.count


def test_record_adds_up(case):
    """What a page reads: z from w, b and a, and ∂C₀/∂a from w and δ of the layer after, and past it."""
    network, theta, X, Y = case
    e = network.explain(theta, X, Y)
    record, (one, own, _) = e.to_dict(), walked(network, theta, e)
    sizes = sizes_by_a_and_z(one, own, X, Y)[0]
    for i, here in enumerate(record["examples"]):
        for l, layer in enumerate(record["network"]["layers"], start=1):
            x, edges = np.array(here["a"][l - 1]), here["edges"][l]
            assert (edges is None) != (record["w"][l] is None)
            w, b = np.array(record["w"][l] if edges is None else edges), np.array(record["b"][l])
            if edges is None:
                assert_rounded(w @ x + b, here["z"][l], np.abs(w) @ (np.abs(x) + 1) + np.abs(b) + 1)
            back = np.array(here["delta"][l]) @ w
            back = back + np.array(here["by_a"][l]) if layer["residual"] else back
            assert_rounded(back, here["by_a"][l - 1], sizes[l - 1][i])


@pytest.mark.parametrize("name", ["scale first", "residual first", "all"])
def test_sparse_rows_give_what_dense_rows_give(name):
    network = CASES[name]
    theta, X, Y = example(network)
    X = np.where(X > 0, X, 0)
    size = size_of_gradient(network, theta, X, Y)
    assert_rounded(network.gradient(theta, csr_array(X), Y), network.gradient(theta, X, Y), size)
    one, other = (network.example_gradients(theta, x, Y) for x in (X, csr_array(X)))
    assert_rounded(one.norms(), other.norms(), np.linalg.norm(size))
    assert_rounded(one.dot(other), one.dot(one), size @ size)


def test_what_is_written_down_is_what_is_read(case):
    network, theta, _, _ = case
    again = Network.from_spec(network.spec())
    assert again == network
    assert repr(again) == repr(network)
    assert eval(repr(network), vars(glassprop)) == network
    assert again.layout.size == theta.size


def test_titles_of_what_is_written_down(case):
    network = case[0]
    assert [title_of(layer) for layer in network.spec()["layers"]] == [layer.title for layer in network.layers]


def test_plain_layers_are_written_as_ever():
    assert Network(2, [Layer(3, "relu")]).spec()["layers"] == [
        {"n": 3, "activation": "relu", "dropout": 0.0, "initial": "auto"}
    ]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([Layer(4, residual=True), Layer(1, "identity")], "layer 1: it is residual and has 4 neurons, but sees 3"),
        ([Scale(4), Layer(1, "identity")], "layer 1: it has 4 factors, but sees 3: leave the number out"),
        ([Layer(10**14), PeriodicEmbedding()], "layer 2: it is to embed all of 100000000000000 numbers"),
        ([PeriodicEmbedding([3])], "layer 1: it embeds number 3, but sees 3, counted from 0"),
        ([CategoryEmbedding([4], [2])], "layer 1: it embeds number 4, but sees 3, counted from 0"),
        ([Layer(3, "sigmoid", residual=True)], "outputs of any number"),
    ],
)
def test_layers_that_do_not_fit_where_they_stand(layers, message):
    if "any number" in message:
        with pytest.raises(ArchitectureError, match="a residual output layer gives σ"):
            Network(3, layers, cost="binary_cross_entropy")
        return
    with pytest.raises(ArchitectureError, match=message):
        Network(3, layers)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Scale(0), "its size must be a whole number of 1 or more, got 0"),
        (lambda: Scale(initial="random"), "initial must be one of ones, normal, signs, got 'random'"),
        (
            lambda: PeriodicEmbedding([]),
            r"columns must be numbers of inputs, counted from 0, or None for all, got \[\]",
        ),
        (lambda: PeriodicEmbedding([0, 0]), r"columns must name each input once, got \[0, 0\]"),
        (lambda: PeriodicEmbedding([-1]), "columns must be numbers of inputs"),
        (lambda: PeriodicEmbedding([True]), "columns must be numbers of inputs"),
        (lambda: PeriodicEmbedding("ab"), "columns must be numbers of inputs"),
        (lambda: PeriodicEmbedding(n=1), "n must be 2 or more, the first of them is the number itself: got 1"),
        (lambda: PeriodicEmbedding(n="x"), "n: its size must be a whole number of 1 or more, got 'x'"),
        (lambda: PeriodicEmbedding(frequencies=0), "frequencies: its size must be a whole number of 1 or more, got 0"),
        (lambda: PeriodicEmbedding(sigma=float("inf")), "sigma must be a number above 0, got inf"),
        (lambda: PeriodicEmbedding(rates={"b": 1}), "rates names 'b'; the layer's parameters are f, c, w, e"),
        (lambda: CategoryEmbedding(None, [3]), "columns must be numbers of inputs"),
        (lambda: CategoryEmbedding([0, 1], [3]), "sizes must be whole numbers of 1 or more, one for each of 2 columns"),
        (
            lambda: CategoryEmbedding([0], 3),
            "sizes must be whole numbers of 1 or more, one for each of 1 columns, got 3",
        ),
        (
            lambda: CategoryEmbedding([0], [3], [2, 2]),
            "n must be whole numbers of 1 or more, one for each of 1 columns",
        ),
        (lambda: CategoryEmbedding([0], [3], 0), "n must be whole numbers of 1 or more"),
        (lambda: CategoryEmbedding([0], [3], decays={"t0": 1}), "decays names 't0'; the layer's parameters are t"),
        (lambda: Scale(rates={"w": 1}), "rates names 'w'; the layer's parameters are s"),
        (lambda: Scale(rates={"s": -1}), r"rates\['s'\] must be a number of 0 or more, got -1"),
        (lambda: Scale(decays=3), "decays must map names of parameters"),
        (lambda: Layer(3, residual="yes"), "residual must be True or False, got 'yes'"),
        (lambda: Layer(3, "relu", parametric=True), "relu has no parameter to train"),
        (lambda: Layer(3, rates={"p": 1}), "rates names 'p'; the layer's parameters are w, b"),
        (lambda: Layer(3, rates={"b": float("nan")}), r"rates\['b'\] must be a number of 0 or more"),
    ],
)
def test_layers_that_cannot_be_built(build, message):
    with pytest.raises(ArchitectureError, match=message):
        build()


def test_parameters_that_are_not_there():
    network = CASES["scale first"]
    theta, X, Y = example(network)
    with pytest.raises(SettingsError, match=r"layer 1 \(scale\) has no w; its parameters are s"):
        network.w(theta, 1)
    e = network.explain(theta, X, Y)
    with pytest.raises(SettingsError, match="nothing leads from 1 to 0 in layer 1"):
        e.weight(1, 0, 1)
    with pytest.raises(SettingsError, match=r"layer 1 \(scale\) has no biases"):
        e.bias(1, 0)
    with pytest.raises(SettingsError, match="layer 2 has an activation without a trained parameter"):
        e.activation_parameter(2, 0)


def test_factors_start_as_asked():
    def start(initial, seed=0):
        return Network(4000, [Scale(initial=initial)]).initial(np.random.default_rng(seed))

    assert (start("ones") == 1).all()
    assert set(start("signs")) == {1.0, -1.0}
    assert abs(start("signs").mean()) < 0.1
    normal = start("normal")
    assert abs(normal.mean()) < 0.1
    assert abs(normal.std() - 1) < 0.1
    assert kstest(normal, "norm").pvalue > 1e-3
    assert (start("normal", 1) != normal).all()


def test_embeddings_start_as_they_say():
    waves = PeriodicEmbedding(n=5, frequencies=9, sigma=0.3)
    network = Network(200, [waves, CategoryEmbedding([0], [400], 5)])
    theta = network.initial(np.random.default_rng(0))
    f, c, w, e = (network.parameters(theta, 1)[name].ravel() for name in "fcwe")
    known = {"f": (f, norm(0, 0.3)), "c": (c, uniform(-np.pi, 2 * np.pi)), "w": (w, uniform(-1 / 3, 2 / 3))}
    known |= {"e": (e, uniform(-1 / 3, 2 / 3)), "t0": (network.parameters(theta, 2)["t0"].ravel(), norm())}
    for name, (found, law) in known.items():
        assert kstest(found, law.cdf).pvalue > 1e-3, name


def test_a_start_that_looks_at_data():
    layers = [Layer(5, "relu", initial="data"), Layer(4, "tanh"), Layer(2, "identity", initial="data")]
    network, rng = Network(3, layers), np.random.default_rng(0)
    X = rng.normal(loc=5, scale=[0.1, 1, 30], size=(200, 3))
    theta = network.initial(np.random.default_rng(1), X=X)
    trace = network.forward(theta, X)
    for l in (1, 3):
        assert_rounded(trace.z[l].mean(axis=0), np.zeros(network.sizes[l]), 100)
        assert_rounded(trace.z[l].std(axis=0), np.ones(network.sizes[l]), 100)
    drawn = np.random.default_rng(1)
    plain = Network(3, [Layer(5, "relu"), Layer(4, "tanh"), Layer(2, "identity")]).initial(drawn)
    np.testing.assert_array_equal(network.w(theta, 2), network.w(plain, 2))  # the draws are the same
    with pytest.raises(SettingsError, match="the start of layer 1 looks at examples"):
        network.initial(rng)


def test_inputs_that_are_the_same_everywhere_are_only_shifted():
    network = Network(2, [Layer(3, "identity", initial="data")])
    theta = network.initial(np.random.default_rng(0), X=np.ones((5, 2)))
    assert np.isfinite(theta).all()
    assert_rounded(network.predict(theta, np.ones((1, 2))), np.zeros((1, 3)), 1)


def test_factors_of_blocks_are_in_the_layout():
    blocks = {(b.layer, b.name): b for b in CASES["all"].layout.blocks}
    assert [name for name, block in blocks.items() if block.decays] == [
        (2, "w"),
        (3, "w"),
        (3, "b"),
        (4, "s"),
        (5, "w"),
    ]


class OfTheBatch(Scale):
    """A kind whose z depends on the whole batch, as one with statistics of it does."""

    mixes_examples = "its z depends on the other examples of the batch"


def test_a_kind_without_gradients_of_single_examples_says_so():
    network = Network(2, [Layer(3, "tanh"), OfTheBatch(3), Layer(1, "identity")])
    theta = network.initial(np.random.default_rng(0))
    with pytest.raises(SettingsError, match="layer 2 has no gradient of a single example: its z depends on the other"):
        network.example_gradients(theta, np.zeros((2, 2)), np.zeros((2, 1)))
    with pytest.raises(SettingsError, match="layer 2 has no gradient of a single example"):
        network.explain(theta, np.zeros((2, 2)), np.zeros((2, 1)))


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "elu", "silu", "exp"])
def test_the_slope_of_a_residual_layer_is_told_in_terms_that_give_it(activation):
    """The text of the slope, worked out with the numbers beside it."""
    network = Network(2, [Layer(2, activation, residual=True)])
    e = network.explain(np.array([0.4, -1.2, 0.7, 0.3, 0.2, -0.1]), [0.5, -0.8], [0.1, 0.2])
    told = e.to_dict()["network"]["layers"][0]["slope"]
    assert "s = a - x" in told
    z, a, x = e.z(1), e.a(1), e.a(0)
    s, sigma = a - x, 1 / (1 + np.exp(-z))
    known = {"sigmoid": s * (1 - s), "tanh": 1 - s**2, "elu": np.where(z > 0, 1, s + 1), "exp": s}
    known["silu"] = sigma + s * (1 - sigma)
    assert_rounded(e.slope(1), known[activation], 1)
    assert told.startswith(
        {"sigmoid": "s (1 - s)", "tanh": "1 - s²", "elu": "1 if z > 0 else s + p", "exp": "s,",
         "silu": "σ(z) + s (1 - σ(z))"}[activation]
    )  # fmt: skip
