"""``to_torch`` where PyTorch is: the same numbers as ours, and the same gradients, over all kinds and activations."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import polars as pl
import pytest
from core_cases import targets
from estimator.conftest import make_problem
from layer_cases import CASES, example
from portable.test_torch_plan import ACTIVATION_CASES, FUNCTIONS
from rounding import assert_rounded, size_of_gradient
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from weights_cases import KINDS

from glassprop import Layer, MLPClassifier, MLPRegressor, Network, OwnUnits, TabularRegressor, to_torch
from glassprop.architecture.target_scales import SCALES
from glassprop.equations.activation import ACTIVATIONS
from glassprop.portable.to_torch import _built
from glassprop.portable.torch_plan import pieces_of

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def module_of(network: Network, theta: Any) -> Any:
    return _built(pieces_of(network, theta), theta.dtype)


def said(module: Any, X: Any) -> Any:
    with torch.no_grad():
        return module(torch.from_numpy(X)).numpy()


@pytest.mark.parametrize("name", CASES)
def test_every_network_says_the_same(name: str) -> None:
    network = CASES[name]
    theta, X, _ = example(network, n=9)
    assert_rounded(said(module_of(network, theta), X), network.predict(theta, X, engine="reference"), 10.0)


@pytest.mark.parametrize(("name", "parametric"), ACTIVATION_CASES)
def test_every_activation_says_the_same_and_has_the_same_gradient(name: str, parametric: bool) -> None:
    network = Network(3, [Layer(4, name, parametric=parametric), Layer(2, "identity")])
    theta, X, _ = example(network, n=7)
    Y = targets(network.cost_function.targets, 7, 2, np.random.default_rng(3))
    module = module_of(network, theta)
    a = module(torch.from_numpy(X))
    assert_rounded(a.detach().numpy(), network.predict(theta, X, engine="reference"), 10.0)
    ((a - torch.from_numpy(Y)) ** 2).sum().div(7).backward()
    found = np.concatenate([p.grad.numpy().ravel() for p in module.parameters()])
    if parametric:  # in the order of θ: what is trained of a layer is behind its weights
        assert [p.shape for p in module.parameters()][2] == (4,)
    assert_rounded(found, network.gradient(theta, X, Y), size_of_gradient(network, theta, X, Y), 1000)


@pytest.mark.parametrize("name", [name for name, of in ACTIVATIONS.items() if of.elementwise and name != "exp"])
def test_far_out_it_is_finite_with_its_gradient(name: str) -> None:
    network = Network(1, [Layer(1, name)])
    module = module_of(network, np.array([1.0, 0.0]))
    z = torch.tensor([[-1e4], [-800.0], [-25.0], [25.0], [800.0], [1e4]], dtype=torch.float64, requires_grad=True)
    a = module(z)
    a.sum().backward()
    assert_rounded(a.detach().numpy(), ACTIVATIONS[name](z.detach().numpy()), np.abs(z.detach().numpy()))
    assert torch.isfinite(z.grad).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_fitted_model(kind: str) -> None:
    problem = make_problem(kind)
    more = {"loss": "poisson"} if kind == "poisson" else {}
    made = MLPClassifier if problem.classifier else MLPRegressor
    model = made(hidden_layer_sizes=(6,), max_iter=5, random_state=0, **more).fit(problem.X, problem.y)
    a = said(to_torch(model), problem.X)
    if problem.classifier:
        expected = model.predict_proba(problem.X)
        a = np.c_[1 - a, a] if kind == "binary" else a
        z = said(to_torch(model, logits=True), problem.X)
        probable = torch.softmax if kind == "multiclass" else lambda z, _: torch.sigmoid(z)
        assert_rounded(probable(torch.from_numpy(z), 1).numpy()[:, -1], expected[:, -1], 1.0)
    else:
        expected = model.predict(problem.X).reshape(len(problem.X), -1)
    assert_rounded(a, expected, 10.0)


@pytest.mark.parametrize("scale", SCALES)
def test_own_units(scale: str) -> None:
    problem = make_problem("poisson")
    how: dict[str, Any] = {
        "none": {"mean": 30.0, "spread": 7.0},
        "poisson": {"mean": 0.0, "spread": 7.0},
        "log": {"mean": 0.5, "spread": 2.0, "shift": 1.0, "knots": (0.0, 9.0), "factor": 1.2},
        "quantile": {"mean": 0.1, "spread": 2.0, "knots": (-1.0, 0.0, 0.0, 4.0, 9.0), "factor": 0.9},
    }[scale]
    loss = "poisson" if scale == "poisson" else "squared_error"
    model = MLPRegressor(hidden_layer_sizes=(6,), max_iter=5, random_state=0, loss=loss).fit(problem.X, problem.y)
    model.set_units(OwnUnits(scale=scale, **how))
    X = problem.X * 4  # beyond the knots, too
    assert_rounded(said(to_torch(model), X)[:, 0], model.predict(X), 10.0)


def test_one_sigmoid_a_class() -> None:
    problem = make_problem("multiclass")
    how: dict[str, Any] = {"output_activation": "sigmoid", "loss": "binary_cross_entropy", "max_iter": 3}
    model = MLPClassifier((4,), random_state=0, **how).fit(problem.X, problem.y)
    assert_rounded(said(to_torch(model), problem.X), model.predict_proba(problem.X), 1.0)


def test_float32_stays_so_and_dropout_is_off() -> None:
    problem = make_problem("binary")
    X = problem.X.astype(np.float32)
    model = MLPClassifier((6,), dropout=0.5, max_iter=3, random_state=0).fit(X, problem.y)
    module = to_torch(model)
    assert {p.dtype for p in module.parameters()} == {torch.float32}
    assert_rounded(said(module, X)[:, 0], model.predict_proba(X)[:, 1], 1.0, 1000, np.float32)
    module.train()
    assert (said(module, X)[:, 0] != model.predict_proba(X)[:, 1]).any()


def test_what_members_share_is_shared_and_all_is_copied() -> None:
    problem = make_problem("multiclass")
    model = MLPClassifier((4,), n_members=3, max_iter=3, random_state=0).fit(problem.X, problem.y)
    before, drawn = model.theta_.copy(), torch.get_rng_state()
    module = to_torch(model)
    assert (torch.get_rng_state() == drawn).all()
    assert sum(p.numel() for p in module.parameters()) == model.theta_.size
    assert_rounded(said(module, problem.X), model.predict_proba(problem.X), 1.0)
    with torch.no_grad():
        for p in module.parameters():
            p.zero_()
    np.testing.assert_array_equal(model.theta_, before)


def test_it_is_pickled_and_loads_into_a_plain_one() -> None:
    problem = make_problem("one_output")
    model = MLPRegressor(hidden_layer_sizes=(6,), activation="blended_mish", max_iter=3).fit(problem.X, problem.y)
    module = pickle.loads(pickle.dumps(to_torch(model)))
    assert_rounded(said(module, problem.X)[:, 0], model.predict(problem.X), 10.0)
    plain = MLPClassifier((6,), max_iter=3, random_state=0).fit(problem.X, problem.y > 0)
    bare = torch.nn.Sequential(torch.nn.Linear(5, 6), torch.nn.ReLU(), torch.nn.Linear(6, 1), torch.nn.Sigmoid())
    bare.double().load_state_dict(to_torch(plain).state_dict())
    assert_rounded(said(bare, problem.X)[:, 0], plain.predict_proba(problem.X)[:, 1], 1.0)


def test_of_pipelines_it_takes_what_the_network_sees() -> None:
    problem = make_problem("binary")
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((4,), max_iter=3, random_state=0))
    pipeline.fit(problem.X, problem.y)
    X = pipeline[:-1].transform(problem.X)
    assert_rounded(said(to_torch(pipeline), X)[:, 0], pipeline.predict_proba(problem.X)[:, 1], 1.0)


def test_of_a_table_with_embeddings_members_and_units(usual_recipe: None) -> None:
    rng = np.random.default_rng(0)
    towns = rng.choice(["Ulm", "Bonn", "Jena", "Rom", "Kiel", "Linz", "Graz", "Trier", "Bern", "Köln", "Hof"], 300)
    numbers = rng.normal(size=300)
    y = np.exp(numbers + (towns < "H")) * 100
    frame = pl.DataFrame({"town": towns, "a": numbers, "b": rng.normal(size=300)})
    model = TabularRegressor(n_members=2, epochs=2, random_state=0).fit(frame, y)
    X = np.asarray(model.pipeline_[:-1].transform(frame))
    module, dtype = to_torch(model), model.pipeline_[-1].theta_.dtype
    assert_rounded(said(module, X.astype(dtype))[:, 0], model.predict(frame), np.abs(y).max(), 1000, dtype)


def test_formulas_know_what_the_plan_is_tested_with() -> None:
    from glassprop.portable.torch_modules import FUNCTIONS as KNOWN

    assert {*KNOWN, "**", "if"} == FUNCTIONS
