"""The contract between the engines: over one list of cases they end at the same θ, costs and steps, up to rounding."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import numpy as np
import pytest
from core_cases import ACTIVATION_NAMES, COST_NAMES, dense, output_for, targets
from engine.engine_cases import CASES, DTYPES, STEPS, WIDE, Case, Result, run

from glassprop import Layer, Scale
from glassprop.engine.compiled import activations, costs, lowering, steps
from glassprop.engine.compiled.kinds import dense_kernels, kernels_of_kinds
from glassprop.engine.compiled.kinds.dense_kernels import LARGE
from glassprop.engine.compiled.row import RESIDUAL, WAYS
from glassprop.engine.plan import Data
from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.cost import COSTS
from glassprop.equations.pairs import PAIRS
from glassprop.layers.layer_table import KINDS
from glassprop.optimizer import OPTIMIZERS, SGD, Adam
from glassprop.training.train_settings import Settings

# How far θ may lie apart, relative to its largest entry. Measured in November 2026 over all cases, after 20 steps:
# float64 3e-13 and float32 2e-4 with Adam and AdamW, 5e-16 and 3e-7 with the others. Adam divides by the root of
# what it has seen of g², so where a gradient is nearly 0 its rounding error becomes a step of full length.
THETA = {"float64": 1e-10, "float32": 2e-3}
THETA_PLAIN = {"float64": 1e-12, "float32": 1e-5}
# Costs, relative to themselves (measured: 2e-15 and 4e-7): the kernels add them up in float64, the reference in X's.
COST = {"float64": 1e-10, "float32": 2e-5}
FEW = 4  # steps of networks with a million parameters: all that is special to them, their products, is in each step


def assert_same(case: Case, dtype: str, got: Result, expected: Result) -> None:
    limit = (THETA if isinstance(case.optimizer, Adam) else THETA_PLAIN)[dtype]
    assert got.failed == expected.failed == [None] * len(expected.failed)
    assert got.steps == expected.steps
    assert np.isfinite(expected.theta).all()
    assert got.theta.dtype == expected.theta.dtype == np.dtype(dtype)
    assert np.abs(got.theta - expected.theta).max() <= limit * np.abs(expected.theta).max()
    for ours, theirs in zip(got.vectors, expected.vectors, strict=True):
        assert np.abs(ours - theirs).max() <= limit * max(np.abs(theirs).max(), np.abs(expected.theta).max())
    np.testing.assert_allclose(got.costs, expected.costs, rtol=COST[dtype], atol=COST[dtype] * 1e-2)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", [*CASES, *WIDE], ids=lambda case: case.name)
def test_both_engines_end_at_the_same_parameters(case: Case, dtype: str) -> None:
    steps = FEW if case in WIDE else STEPS
    assert_same(case, dtype, run("compiled", case, dtype, steps=steps), run("reference", case, dtype, steps=steps))


def test_training_moves_far_more_than_the_tolerance() -> None:
    """Otherwise the test above would prove nothing."""
    for case in CASES[::7]:
        theta, _ = case.problem("float64")
        moved = np.abs(run("reference", case, "float64").theta - theta).max() / np.abs(theta).max()
        assert moved > 1e-3 or case.objective.clip_norm, case.name


def test_case_names_are_told_apart() -> None:
    """The list of cases is one list: a name that appears twice would hide a case."""
    names = [case.name for case in (*CASES, *WIDE)]
    assert len(set(names)) == len(names)


# --- the tables: what is new in them is either tested above or missed here ----------------------------------


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_every_activation_has_a_kernel(name: str) -> None:
    assert name in activations.KERNELS


@pytest.mark.parametrize("name", COST_NAMES)
def test_every_cost_has_a_kernel(name: str) -> None:
    assert name in costs.KERNELS


@pytest.mark.parametrize("maker", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_every_optimizer_has_a_kernel(maker: type) -> None:
    assert maker.__name__ in steps.KERNELS


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_layer_has_kernels_and_is_among_the_cases(kind: str) -> None:
    """Were there none of a kind among the cases, it could run another's kernels."""
    layers = [layer for case in CASES for layer in case.network.layers if layer.kind == kind]
    assert kind in kernels_of_kinds.KERNELS
    assert layers


def test_every_kind_of_layer_has_kernels_of_its_own() -> None:
    assert set(kernels_of_kinds.KERNELS) == set(KINDS)
    first = [kernels.parts(0)[0] for kernels in kernels_of_kinds.KERNELS.values()]
    assert len({part.name for part in first}) == len(KINDS)


def test_every_parameter_that_can_be_trained_has_a_kernel() -> None:
    assert set(activations.TRAINED) == {name for name, entry in ACTIVATIONS.items() if entry.by_parameter is not None}
    trained = [layer.activation.name for case in CASES for layer in case.network.layers if layer.parametric]
    assert set(trained) == set(activations.TRAINED)


def test_the_same_pairs_collapse_and_there_are_no_kernels_for_nothing() -> None:
    assert set(costs.PAIRS) == set(PAIRS)
    assert set(activations.KERNELS) == set(ACTIVATIONS)
    assert set(costs.KERNELS) == set(COSTS)
    assert set(steps.KERNELS) == {maker.__name__ for maker in OPTIMIZERS.values()}


# --- the ways that a product can go --------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("sizes", [(1, 1, 1), (7, 9, 3), (16, 17, 8), (33, 40, 2)])
@pytest.mark.parametrize("large", [True, False])
def test_products_of_any_size_agree(monkeypatch: pytest.MonkeyPatch, large: bool, sizes: tuple, dtype: str) -> None:
    """With the threshold at 0, small matrices are cut into blocks as well, at odd sizes."""
    monkeypatch.setattr(dense_kernels, "LARGE_FROM", 0 if large else 1 << 40)
    a, b, c = sizes
    plain = (Layer(b, "tanh", 0.2), Layer(c, "relu"))
    past = (Layer(a, "relu", residual=True), *plain, Layer(c, "tanh", residual=True), Layer(c, "relu", residual=True))
    for name, layers in {"plain": plain, "past": past, "factors": (Scale(), *plain, Scale())}.items():
        case = Case(name, (*layers, Layer(3, "softmax")), n_inputs=a, rows=50, batch=23)
        lowered = lowering.lower(case.network, case.batch, np.dtype(dtype).itemsize)
        dense = np.array([layer.kind == "dense" for layer in case.network.layers])
        assert set(lowered.layers[dense, WAYS] & LARGE != 0) == {large}
        assert_same(case, dtype, run("compiled", case, dtype), run("reference", case, dtype))


def test_the_wide_cases_really_have_large_products() -> None:
    ways = np.concatenate([lowering.lower(case.network, case.batch, 4).layers[:, WAYS] for case in WIDE])
    assert (ways & LARGE).any()
    assert (ways[ways & RESIDUAL != 0] & LARGE).any()


# --- costs that are not finite ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_a_batch_with_a_bad_input_fails_in_both(name: str, bad: float, dtype: str) -> None:
    case = Case(f"bad input below {name}", ((5, name), (2, "identity")), "squared_error", rows=60, optimizer=SGD())
    theta, data = case.problem(dtype)
    X = data.X.copy()
    X[37, 2] = bad  # the third batch of the first epoch
    problem = theta, Data(X, data.Y)
    got, expected = (run(engine, case, dtype, problem=problem) for engine in ("compiled", "reference"))
    assert got.failed[:1] == expected.failed[:1]
    assert got.steps == expected.steps or expected.failed[-1] is None
    if np.isnan(bad):
        assert expected.failed == [2]
        assert expected.steps == 2
    if expected.failed == [2]:
        assert np.abs(got.theta - expected.theta).max() <= THETA_PLAIN[dtype]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cost", COST_NAMES)
def test_the_failing_batch_is_the_same_with_chunks_and_weights(cost: str, dtype: str) -> None:
    layers = ((60, "relu"), (60, "tanh"), (3, output_for(cost)))
    case = Case("bad", layers, cost, 20, rows=900, batch=256, weights="random")
    theta, data = case.problem(dtype)
    X = data.X.copy()
    X[700, 5] = np.nan  # the third batch, in its second chunk
    problem = theta, Data(X, data.Y, data.sample_weight)
    got, expected = (run(engine, case, dtype, problem=problem) for engine in ("compiled", "reference"))
    assert got.failed == expected.failed == [2]
    assert got.steps == expected.steps == 2
    assert np.isnan(got.costs).all()
    assert np.abs(got.theta - expected.theta).max() <= THETA[dtype]


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_output_that_overflows_fails_in_both(dtype: str) -> None:
    case = Case("overflow", ((2, "exp"), (1, "identity")), "squared_error", rows=60, optimizer=SGD(), rate=1e-4)
    theta, data = case.problem(dtype)
    X = np.where(np.arange(60)[:, None] == 50, 1e4, data.X).astype(dtype)
    problem = np.abs(theta), Data(X, data.Y)
    got, expected = (run(engine, case, dtype, problem=problem) for engine in ("compiled", "reference"))
    assert got.failed == expected.failed == [3]


def test_a_penalty_that_overflows_fails_in_both() -> None:
    """A weight of an input that is always 0 may be as large as it likes, but for L2."""
    from glassprop.backprop.objective import Objective

    case = Case("penalty", rows=60, objective=Objective(0.1), optimizer=SGD())
    theta, data = case.problem("float64")
    X = data.X.copy()
    X[:, 0], theta[0] = 0, 1e200
    got, expected = (
        run(engine, case, "float64", problem=(theta, Data(X, data.Y))) for engine in ("compiled", "reference")
    )
    assert expected.failed == [0]
    assert got.failed == expected.failed


def test_a_nan_in_a_batch_without_weight_is_not_looked_at() -> None:
    case = Case("hole", weights="holes")
    theta, data = case.problem("float64")
    X = data.X.copy()
    X[3] = np.nan
    problem = theta, Data(X, data.Y, data.sample_weight)
    for engine in ("compiled", "reference"):
        first = run(engine, case, "float64", steps=1, problem=problem)
        assert first.failed == [None]
        assert first.steps == ceil(77 / 16) - 2


@pytest.mark.parametrize("dtype", DTYPES)
def test_padding_does_not_leak_into_the_gradient(dtype: str) -> None:
    """Blocks are padded with their first example: with zeros, an activation could overflow where no example's does."""
    case = Case("padding", ((3, "exp"), (3, "softmax")), n_inputs=1, rows=5, batch=5, optimizer=SGD())
    theta, data = case.problem(dtype)
    theta[case.network.layout.block(1, "b").start] = 2000.0
    theta[case.network.layout.block(1, "w").start] = -2000.0
    problem = theta, Data(np.ones((5, 1), dtype=dtype), data.Y)
    expected = run("reference", case, dtype, steps=1, problem=problem)
    got = run("compiled", case, dtype, steps=1, problem=problem)
    assert np.isfinite(expected.theta).all()
    np.testing.assert_allclose(got.theta, expected.theta, rtol=1e-4)


@pytest.mark.parametrize("scale", [1e-44, 1e-12, 1e12, 1e42])
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_scale_of_the_weights_does_not_matter(dtype: str, scale: float) -> None:
    """Weights are float64 whatever X is; their shares in the average are what counts."""
    case = Case("scaled weights", rows=60, optimizer=SGD(), weights="random")
    theta, data = case.problem(dtype)
    scaled = Data(data.X, data.Y, data.sample_weight * scale)
    expected = run("reference", case, dtype, problem=(theta, data))
    got = run("compiled", case, dtype, problem=(theta, scaled))
    assert got.steps == expected.steps
    assert np.abs(got.theta - expected.theta).max() <= THETA_PLAIN[dtype] * np.abs(expected.theta).max()


# --- together with what lies above -------------------------------------------------------------------------


def test_engines_may_take_turns() -> None:
    """The optimizer's state is the same thing to both: one goes on where the other stopped."""
    from engine.engine_cases import ENGINES, plans

    case = Case("turns", objective=replace(CASES[0].objective, l2=0.1))
    theta, data = case.problem("float64")
    state = case.optimizer.start(theta)
    for number, plan in enumerate(plans(case, len(data))):
        engine = ENGINES[("compiled", "reference")[number % 2]](case.network, case.objective, case.optimizer)
        engine.epoch(theta, state, data, plan)
    expected = run("reference", case, "float64")
    assert state.t == expected.steps
    assert np.abs(theta - expected.theta).max() <= THETA["float64"] * np.abs(expected.theta).max()


@pytest.mark.parametrize("dtype", DTYPES)
def test_whole_trainings_agree(dtype: str) -> None:
    """Shuffling, smoothing, validation, dropout keys: nothing above the engine depends on which one it is."""
    network = dense(4, (8, "relu"), (6, "tanh"), (3, "softmax"), cost="cross_entropy")
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(150, 4)).astype(dtype), targets(COSTS["cross_entropy"].targets, 150, 3, rng).astype(dtype)
    results = {}
    for engine in ("reference", "compiled"):
        settings = Settings(epochs=8, batch_size=32, label_smoothing=0.1, engine=engine)
        theta = network.initial(np.random.default_rng(1), dtype)
        results[engine] = network.train(theta, X, Y, settings=settings, rng=np.random.default_rng(2), validation=0.2)
        assert results[engine].engine == engine
    got, expected = results["compiled"], results["reference"]
    np.testing.assert_allclose(got.history.cost, expected.history.cost, rtol=COST[dtype])
    np.testing.assert_allclose(got.history.validation_cost, expected.history.validation_cost, rtol=COST[dtype])
    assert np.abs(got.theta - expected.theta).max() <= THETA[dtype]
    assert got.best_epoch == expected.best_epoch
