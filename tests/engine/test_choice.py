"""Which engine is taken and why, and what happens to X on the way: copied only where it must be."""

from __future__ import annotations

import copy
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from rounding import assert_rounded
from scipy import sparse

from glassprop import Activation, Cost, Layer, MLPClassifier, MLPRegressor, Network, Scale
from glassprop.backprop.objective import Objective
from glassprop.engine import choose as choice
from glassprop.engine.choose import choose
from glassprop.engine.plan import Data
from glassprop.errors import DataError, SettingsError
from glassprop.optimizer import SGD, Adam
from glassprop.training.train_settings import Settings

N = 40
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def own_square(z: np.ndarray) -> np.ndarray:
    return z * z


OWN_ACTIVATION = Activation("own_square", own_square, lambda z, a: 2 * z)
OWN_COST = Cost("own_cost", lambda a, y: ((a - y) ** 2).sum(axis=1), lambda a, y: 2 * (a - y))


@dataclass(frozen=True)
class OwnSteps(SGD):
    """A user-defined optimizer."""


def problem(
    dtype: Any = np.float64, activation: Any = "tanh", cost: Any = "squared_error", wrap: Callable = np.asarray
) -> tuple[Network, np.ndarray, Data]:
    rng = np.random.default_rng(0)
    network = Network(4, [Layer(5, activation), Layer(1, "identity")], cost)
    X, Y = rng.normal(size=(N, 4)).astype(dtype), rng.normal(size=(N, 1)).astype(dtype)
    return network, network.initial(rng, dtype), Data(wrap(X), Y)


def chosen(wish: str, network: Network, theta: np.ndarray, data: Data, optimizer: Any = None) -> choice.Choice:
    return choose(wish, network, Objective(), optimizer or Adam(), data, theta)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("wish", ["auto", "compiled"])
def test_dense_numbers_and_built_in_functions_run_compiled(wish: str, dtype: Any) -> None:
    taken = chosen(wish, *problem(dtype))
    assert taken.engine.name == "compiled"
    assert taken.why == "the compiled engine"


ODD = {
    "another sparse format": ({"wrap": sparse.coo_matrix}, None, "X is sparse and not CSR"),
    "an activation": (
        {"activation": OWN_ACTIVATION},
        None,
        "user-defined functions (own_square) are Python",
    ),
    "a cost": ({"cost": OWN_COST}, None, "user-defined functions (own_cost) are Python"),
    "float16": ({"dtype": np.float16}, None, "X is of dtype float16, neither float32 nor float64"),
    "long double": (
        {"dtype": np.longdouble},
        None,
        f"X is of dtype {np.dtype(np.longdouble)}, neither float32 nor float64",
    ),
    "integers": ({"wrap": lambda X: X.astype(int)}, None, f"X is of dtype {np.dtype(int)}, neither"),
    "objects": ({"wrap": lambda X: X.astype(object)}, None, "X is of dtype object, neither"),
    "the other byte order": (
        {"wrap": lambda X: X.astype(X.dtype.newbyteorder("S"))},
        None,
        "X is of dtype >f8, neither",
    ),
    "mixed dtypes": ({"wrap": lambda X: X.astype("f4")}, None, "X is of dtype float32 and theta of float64"),
    "a falling leaky_relu": ({"activation": "leaky_relu(-0.2)"}, None, "leaky_relu(-0.2) falls and rises"),
    "an own optimizer": ({}, OwnSteps(), "there is no kernel for OwnSteps"),
}


@pytest.mark.parametrize(("arguments", "optimizer", "reason"), ODD.values(), ids=ODD)
def test_auto_says_in_words_why_it_takes_the_reference(arguments: dict, optimizer: Any, reason: str) -> None:
    made = problem(**arguments)
    taken = chosen("auto", *made, optimizer)
    assert taken.engine.name == "reference"
    assert taken.why.startswith("the reference engine: ")
    assert reason in taken.why
    assert taken.data is made[2]
    with pytest.raises(SettingsError) as caught:
        chosen("compiled", *made, optimizer)
    assert str(caught.value).startswith("engine='compiled' cannot run this: ")
    assert reason in str(caught.value)
    assert str(caught.value).endswith("use engine='auto'")
    assert "\n" not in str(caught.value)
    assert chosen("reference", *made, optimizer).why == "the reference engine, as asked for"


@pytest.mark.parametrize("arguments", [ODD[name][0] for name in ("an activation", "a falling leaky_relu")])
def test_what_the_kernels_cannot_do_is_trained_and_predicted_all_the_same(arguments: dict) -> None:
    network, theta, data = problem(**arguments)
    state = network.train(theta, data.X, data.Y, settings=Settings(epochs=3), rng=np.random.default_rng(0))
    assert state.engine == "reference"
    expected = network.forward(state.theta, data.X).a[-1]
    np.testing.assert_array_equal(network.predict(state.theta, data.X), expected)


@pytest.mark.parametrize(
    "layers",
    [
        [Scale(), Layer(1, "identity")],
        [Layer(4, "relu", residual=True), Layer(1, "identity")],
        [Layer(4, "leaky_relu(-0.2)", parametric=True), Layer(1, "identity")],
    ],
    ids=repr,
)
def test_layers_of_every_kind_run_compiled(layers: list) -> None:
    network = Network(4, layers)
    _, _, data = problem()
    theta = network.initial(np.random.default_rng(0))
    assert chosen("auto", network, theta, data).engine.name == "compiled"
    assert choice.find_predictor(network, data.X, theta) is not None


def test_a_kind_of_layer_from_elsewhere_runs_on_the_reference() -> None:
    """There are kernels for our own kinds alone."""

    class Halves(Scale):
        def weigh(self, parameters: Any, x: Any) -> Any:
            return super().weigh(parameters, x) / 2

    network = Network(4, [Halves(4), Layer(1, "identity")])
    _, _, data = problem()
    taken = chosen("auto", network, network.initial(np.random.default_rng(0)), data)
    assert taken.why == "the reference engine: layer 1 is of a kind that has no kernel"


def test_an_unknown_wish_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"^engine must be one of auto, compiled, reference, got 'fastest'$"):
        chosen("fastest", *problem())


def test_zero_slope_of_a_leaky_relu_is_no_obstacle() -> None:
    assert chosen("compiled", *problem(activation="leaky_relu(0.0)")).engine.name == "compiled"


@pytest.mark.parametrize("made_by", [MLPClassifier, MLPRegressor])
def test_the_estimator_says_which_engine_and_why(made_by: type, capsys: pytest.CaptureFixture) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(N, 3)), rng.integers(2, size=N)
    falling = {"activation": "leaky_relu(-0.2)"}
    for data, engine, why, more in (
        (X, "compiled", "glassprop: the compiled engine\n", {}),
        (sparse.csr_matrix(X), "compiled", "glassprop: the compiled engine\n", {}),
        (X, "reference", "glassprop: the reference engine: leaky_relu(-0.2) falls and rises", falling),
    ):
        model = made_by(hidden_layer_sizes=(4,), max_iter=2, verbose=True, **more).fit(data, y)
        said = capsys.readouterr().err
        assert model.engine_ == engine
        assert said.count(why) == 1
    made_by(hidden_layer_sizes=(4,), max_iter=2).fit(X, y)
    assert capsys.readouterr().err == ""
    with pytest.raises(SettingsError, match="falls and rises"):
        made_by(hidden_layer_sizes=(4,), max_iter=2, engine="compiled", **falling).fit(X, y)
    with pytest.raises(ValueError, match=r"The 'engine' parameter of .* must be a str among"):
        made_by(engine="quick").fit(X, y)


# --- when kernels cannot be loaded or compiled ---------------------------------------------------------------


def test_kernels_that_cannot_be_compiled_are_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Numba that is too old or too new may be imported and yet fail: at the first compile."""
    from glassprop.engine.compiled import kernels

    def fails(dtype: str) -> None:
        raise AttributeError("module 'numba' has no attribute 'new'\nand much more")

    monkeypatch.setattr(kernels, "run_steps", fails)
    monkeypatch.setattr(kernels, "predict_blocks", fails)
    network, theta, data = problem()
    taken = chosen("auto", network, theta, data)
    assert taken.engine.name == "reference"
    assert "cannot be compiled (AttributeError: module 'numba' has no attribute 'new'" in taken.why
    assert "\n" not in taken.why
    with pytest.raises(SettingsError, match=r"cannot be compiled \(AttributeError"):
        chosen("compiled", network, theta, data)
    np.testing.assert_array_equal(network.predict(theta, data.X), network.forward(theta, data.X).a[-1])
    state = network.train(theta, data.X, data.Y, settings=Settings(epochs=2), rng=np.random.default_rng(0))
    assert state.engine == "reference"


def test_a_first_prediction_that_compiles_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once, and not again when the kernels are there."""
    from glassprop.engine.compiled import kernels

    X = np.random.default_rng(0).normal(size=(40, 3))
    model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, random_state=0).fit(X, X[:, 0])
    model.predict(X)
    codes, read = {}, kernels.Cache.read

    def reading(cache: Any, name: str) -> Any:
        codes[name.removesuffix("-float64")] = read(cache, name)

    monkeypatch.setattr(kernels, "_READY", {})
    monkeypatch.setattr(kernels, "_TOLD", set())
    monkeypatch.setattr(kernels.Cache, "read", reading)
    monkeypatch.setattr(kernels, "compiled", lambda part, kind: codes[part.name])
    capsys.readouterr()
    again = MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, random_state=0)
    again.__dict__.update(model.__dict__, network_=copy.copy(model.network_))
    again.predict(X)
    assert capsys.readouterr().err.count("compiling its kernels") == 1
    again.predict(X)
    model.predict(X)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("stopping", [False, True])
def test_the_reference_engine_compiles_nothing_not_even_to_predict(
    stopping: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from glassprop.engine.compiled import engine

    def never(*arguments: Any) -> None:
        raise AssertionError("asked for a kernel")

    monkeypatch.setattr(engine.kernels, "predict_blocks", never)
    monkeypatch.setattr(engine.kernels, "run_steps", never)
    monkeypatch.setattr(choice, "find_predictor", never)
    X = np.random.default_rng(0).normal(size=(40, 3))
    model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, engine="reference", early_stopping=stopping)
    with pytest.warns(match="Maximum iterations"):
        model.fit(X, X[:, 0])
    np.testing.assert_array_equal(model.predict(X), model.network_.forward(model.theta_, X).a[-1][:, 0])


# --- the layout of arrays -------------------------------------------------------------------------------------


def test_arrays_in_order_are_not_copied() -> None:
    network, theta, data = problem()
    taken = chosen("compiled", network, theta, data)
    assert taken.data.X is data.X
    assert taken.data.Y is data.Y


def layouts(X: np.ndarray, folder: Any) -> dict[str, np.ndarray]:
    """The same numbers in every kind of array that NumPy has."""
    wide = np.zeros((2 * len(X), 3 * X.shape[1]), dtype=X.dtype)
    wide[::2, ::3] = X
    frozen = X.copy()
    frozen.setflags(write=False)
    np.save(folder / "X.npy", X)
    shifted = np.zeros(X.nbytes + 1, dtype=np.uint8)
    misaligned = shifted[1:].view(X.dtype).reshape(X.shape)
    misaligned[...] = X
    return {
        "rows first": X,
        "columns first": np.asfortranarray(X),
        "strided": wide[::2, ::3],
        "backwards": X[::-1, ::-1].copy()[::-1, ::-1],
        "read-only": frozen,
        "mapped": np.load(folder / "X.npy", mmap_mode="r"),
        "misaligned": misaligned,
        "a subclass": X.view(type("Sub", (np.ndarray,), {})),
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_any_layout_of_X_gives_the_same(dtype: Any, tmp_path: Any) -> None:
    network, theta, data = problem(dtype)
    settings = Settings(epochs=2, engine="compiled")
    results = {}
    for name, X in layouts(data.X, tmp_path).items():
        Y = np.repeat(data.Y, 2, axis=0)[::2] if name == "strided" else data.Y
        state = network.train(theta, X, Y, settings=settings, rng=np.random.default_rng(0))
        assert np.array_equal(X, data.X), name
        results[name] = state.theta, network.predict(state.theta, X)
    for name, (trained, predicted) in results.items():
        np.testing.assert_array_equal(trained, results["rows first"][0], err_msg=name)
        assert_rounded(predicted, results["rows first"][1], dtype=dtype, name=name)


def test_a_mapped_file_is_not_read_into_memory(tmp_path: Any) -> None:
    network, theta, data = problem()
    X = layouts(data.X, tmp_path)["mapped"]
    assert np.shares_memory(chosen("compiled", network, theta, Data(X, data.Y)).data.X, X)


def test_targets_of_another_dtype_or_order_are_brought_into_line() -> None:
    network, theta, data = problem(np.float32)
    trained = [
        network.train(theta, data.X, Y, settings=Settings(epochs=2, engine="compiled"), rng=np.random.default_rng(0))
        for Y in (data.Y.round(), data.Y.round().astype(int), np.asfortranarray(data.Y.round().astype(float)))
    ]
    np.testing.assert_array_equal(trained[1].theta, trained[0].theta)
    np.testing.assert_array_equal(trained[2].theta, trained[0].theta)


@pytest.mark.parametrize("kind", ["list", "int32", "float32", "strided"])
def test_weights_of_any_kind_give_the_same(kind: str) -> None:
    network, theta, data = problem()
    weight = np.random.default_rng(2).integers(1, 5, N).astype(float)
    given = {
        "list": np.array(weight.tolist()),
        "int32": weight.astype(np.int32),
        "float32": weight.astype(np.float32),
        "strided": np.repeat(weight, 2)[::2],
    }[kind]
    results = [
        network.train(
            theta,
            data.X,
            data.Y,
            w,
            settings=Settings(epochs=3, batch_size=16, engine="compiled"),
            rng=np.random.default_rng(0),
        )
        for w in (weight, given)
    ]
    np.testing.assert_array_equal(results[0].theta, results[1].theta)


def test_memory_beyond_the_data_does_not_hold_another_X() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50_000, 64)).astype(np.float32), rng.integers(2, size=50_000)
    model = MLPClassifier((8,), max_iter=1, engine="compiled").fit(X[:500], y[:500])
    model.predict_proba(X[:500])  # what a compiler takes is not counted
    tracemalloc.start()
    try:
        model.fit(X, y).predict_proba(X)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 0.5 * X.nbytes


# --- a θ or an X that does not fit must be refused: kernels read what the numbers say, not what is there --------


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize("change", [-1, 1, -20])
def test_training_refuses_a_theta_of_another_size(change: int, engine: str) -> None:
    network, theta, data = problem()
    wrong = np.resize(theta, theta.size + change)
    with pytest.raises(DataError, match=r"theta must have shape \(31,\), got \("):
        network.train(wrong, data.X, data.Y, settings=Settings(epochs=1, engine=engine), rng=np.random.default_rng(0))


@pytest.mark.parametrize("change", [-1, -20])
def test_predicting_refuses_a_theta_that_is_too_short(change: int) -> None:
    network, theta, data = problem()
    with pytest.raises((DataError, ValueError)):
        network.predict(np.resize(theta, theta.size + change), data.X)


@pytest.mark.parametrize("shape", [(3, 3), (3, 5), (3, 4, 1)])
def test_predicting_refuses_an_X_of_another_width(shape: tuple[int, ...]) -> None:
    network, theta, _ = problem()
    with pytest.raises((DataError, ValueError, IndexError)):
        network.predict(theta, np.ones(shape))
