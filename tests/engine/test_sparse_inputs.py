"""Sparse X in the compiled engine: the numbers of the reference engine and of a dense X, on every way it is read."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from core_cases import targets
from engine.engine_cases import DTYPES, Case, past, run
from engine.test_engines_agree import assert_same
from engine.test_threads import assert_same_bits
from rounding import assert_rounded
from scipy import sparse
from training.rank_cases import Together

from glassprop import Layer, Network, Scale
from glassprop.backprop.objective import Objective
from glassprop.engine.choose import find_predictor
from glassprop.engine.compiled.engine import CompiledEngine
from glassprop.engine.compiled.entries import Reading, inputs
from glassprop.engine.compiled.lowering import chunks_for
from glassprop.engine.compiled.row import BY_ENTRIES, SPARSE, W_TURNED
from glassprop.engine.plan import Data
from glassprop.optimizer import OPTIMIZERS, SGD
from glassprop.training.train_settings import Settings

OUT = (3, "softmax")
DENSE, STRAIGHT, TURNED = SPARSE, SPARSE | BY_ENTRIES, SPARSE | BY_ENTRIES | W_TURNED
WAYS = {"dense rows": DENSE, "entries": STRAIGHT, "entries of W turned": TURNED}


def thin(shape: tuple[int, int], density: float, dtype: Any = np.float64, seed: int = 5) -> sparse.csr_matrix:
    """Columns in no order, some numbers 0 though they are stored, and some rows empty."""
    rng = np.random.default_rng(seed)
    kept = (rng.random(shape) < density) & (np.arange(shape[0]) % 7 != 3)[:, None]
    X = sparse.csr_matrix((rng.normal(size=shape) * kept).astype(dtype))
    X.data[::11] = 0
    for start, stop in zip(X.indptr, X.indptr[1:], strict=False):
        turned = rng.permutation(stop - start) + start
        X.indices[start:stop], X.data[start:stop] = X.indices[turned], X.data[turned]
    X.has_sorted_indices = False
    return X


def thin_problem(case: Case, dtype: str, density: float) -> tuple[np.ndarray, Data]:
    theta, data = case.problem(dtype)
    return theta, Data(thin(data.X.shape, density, dtype), data.Y, data.sample_weight)


def dense_of(data: Data) -> Data:
    return Data(data.X.toarray(), data.Y, data.sample_weight)


def _cases() -> list[Case]:
    plain = Case("plain", ((9, "tanh"), OUT), n_inputs=40)
    shapes = [
        Case(f"{a}-{b}-3", ((b, "relu"), (b, "tanh"), OUT), n_inputs=a, rows=45, batch=19)
        for a in (1, 7, 60, 300)
        for b in (1, 8, 15, 16, 33)
    ]
    wide = [
        Case(f"one layer of {n}", ((n, "identity"),), "huber", n_inputs=30, rows=40, batch=19)
        for n in (2, 100, 130, 259)
    ]
    clipped, full = Objective(0.3, 0.02), Objective(0.4)
    optimizers = [
        replace(plain, name=f"{name} {objective} {w}", optimizer=maker(), objective=objective, weights=w)
        for (name, maker), objective, w in zip(
            list(OPTIMIZERS.items()) * 3,
            (Objective(), full, clipped, full, Objective(0.1, None, True)) * 3,
            ("", "random", "holes") * 5,
            strict=True,
        )
    ]
    kinds = [
        replace(plain, name="factors first", layers=(Scale(), (9, "relu"), OUT)),
        replace(plain, name="residual first", layers=(past(40, "relu"), (9, "relu"), OUT)),
        replace(plain, name="residual behind", layers=((9, "relu", 0.2), past(9, "relu", 0.3), Scale(), OUT)),
        replace(plain, name="trained activation", layers=(Layer(9, "elu", parametric=True), OUT)),
        replace(plain, name="alone and trained", layers=(Layer(3, "leaky_relu", parametric=True),), cost="log_cosh"),
        replace(plain, name="rates", layers=(Layer(9, "tanh", rates={"w": 0.5, "b": 0}, decays={"w": 2}), OUT)),
        replace(plain, name="first layer held", layers=(Layer(9, "tanh", rates={"w": 0}), OUT), objective=full),
        replace(plain, name="dropout", layers=((17, "relu", 0.25), (9, "gelu", 0.5), OUT), weights="random"),
        replace(
            plain, name="scheduled", layers=((17, "relu", 0.25), OUT), scheduled=True, optimizer=OPTIMIZERS["adamw"]()
        ),
        replace(plain, name="uneven", uneven=True, weights="holes", objective=clipped),
        replace(plain, name="heads", members=3, own="ends", apart=True, weights="random"),
        replace(plain, name="networks", members=2, own="all", objective=clipped),
    ]
    return [*shapes, *wide, *optimizers, *kinds, *SHARED]


_middle = Case("two chunks", ((40, "relu", 0.3), (50, "softplus"), OUT), n_inputs=150, rows=700, batch=333)
SHARED = [
    replace(_middle, weights="random"),
    replace(_middle, name="two chunks, clipped", objective=Objective(0.3, 0.02), optimizer=OPTIMIZERS["momentum"]()),
    replace(_middle, name="two chunks, uneven", batch=120, uneven=True, weights="holes"),
    Case("four chunks", ((9, "tanh"), (2, "identity")), "squared_error", 70, rows=4501, batch=4501),
]
CASES = _cases()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_ends_where_the_reference_and_the_dense_X_end(case: Case, dtype: str) -> None:
    for density in (0.02, 0.15, 0.6):
        theta, data = thin_problem(case, dtype, density)
        got = run("compiled", case, dtype, problem=(theta, data))
        assert_same(case, dtype, got, run("reference", case, dtype, problem=(theta, data)))
        assert_same(case, dtype, got, run("compiled", case, dtype, problem=(theta, dense_of(data))))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", [*CASES[7:12], *SHARED], ids=lambda case: case.name)
def test_every_way_ends_there(case: Case, way: str, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which way is taken follows from shapes and density; each must do for all."""
    taken = []

    def forced(architecture: Any, X: Any, rows: int, entries: float | None = None) -> Reading:
        taken.append(X)
        return Reading(X.nnz / X.shape[0], WAYS[way])

    theta, data = thin_problem(case, dtype, 0.1)
    monkeypatch.setattr(Reading, "of", forced)
    got = run("compiled", case, dtype, problem=(theta, data))
    assert taken
    assert_same(case, dtype, got, run("reference", case, dtype, problem=(theta, data)))
    predicted = find_predictor(case.network, data.X, theta)(theta, data.X)
    expected = case.network.forward(theta, data.X).a[-1]
    assert_rounded(predicted, expected, np.abs(expected).max() + 1, dtype=dtype)
    engine = CompiledEngine(case.network, case.objective, case.optimizer)
    assert_rounded(
        engine.cost(theta, data),
        case.network.cost(theta.astype(float), data.X, data.Y, data.sample_weight),
        10,
        dtype=dtype,
    )


def test_the_way_follows_from_shapes_and_density() -> None:
    network = Network(100, [Layer(5), Layer(2, "softmax")])

    def way(density: float, rows: int, taken: int | None = None, network: Network = network) -> int:
        X = thin((1000, 100), density, seed=0)[:rows]
        return Reading.of(network, X, taken or rows).first

    assert way(0.02, 1) == STRAIGHT
    assert way(0.02, 1000) == TURNED
    assert way(0.02, 1000, taken=10) == STRAIGHT
    assert way(0.9, 1000) == way(0.9, 1) == DENSE
    assert Reading.of(network, np.zeros((9, 100)), 9) == (None, 0)
    for first in (Scale(), Layer(100, "relu", residual=True)):
        assert way(0.02, 1000, network=Network(100, [first, Layer(2, "softmax")])) == DENSE


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", SHARED, ids=lambda case: case.name)
def test_bits_do_not_depend_on_the_number_of_threads(case: Case, dtype: str, pool: Any) -> None:
    problem = thin_problem(case, dtype, 0.1)
    assert chunks_for(case.network, case.batch, 10) > 1
    pool(1)
    expected = run("compiled", case, dtype, problem=problem)
    for number in (2, 4, 2):
        pool(number)
        assert_same_bits(run("compiled", case, dtype, problem=problem), expected)


# --- the forms that a CSR matrix has -----------------------------------------------------------------------------


def forms(X: sparse.csr_matrix) -> dict[str, Any]:
    """The same numbers in every form; those of the second list add up entries of one column."""
    long = sparse.csr_array(X.copy())
    long.indices, long.indptr = long.indices.astype(np.int64), long.indptr.astype(np.int64)
    frozen = X.copy()
    for part in (frozen.data, frozen.indices, frozen.indptr):
        part.setflags(write=False)
    spare = X.copy()  # room at its end that no row uses, as a matrix has that is being filled
    spare.data, spare.indices = np.r_[X.data, X.data[:2]], np.r_[X.indices, np.array([-5, 10**6], np.int32)]
    sorted_ = X.copy()
    sorted_.sort_indices()
    return {
        "matrix": X,
        "array": sparse.csr_array(X),
        "long indices": long,
        "read-only": frozen,
        "with spare room": spare,
        "every other number": _strided(X),
        "sorted": sorted_,
        "CSC": X.tocsc(),
        "COO": X.tocoo(),
        "LIL": X.copy().tolil(),
    }


def _strided(X: sparse.csr_matrix) -> sparse.csr_matrix:
    made = X.copy()
    made.data, made.indices, made.indptr = (np.repeat(part, 2)[::2] for part in (X.data, X.indices, X.indptr))
    return made


def doubled(X: sparse.csr_matrix) -> sparse.csr_matrix:
    """Every entry as two of a half."""
    parts = np.repeat(X.data / 2, 2), np.repeat(X.indices, 2), X.indptr * 2
    return sparse.csr_matrix(parts, shape=X.shape)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rows", [2, 90])
def test_any_form_of_X_gives_the_same(rows: int, dtype: Any) -> None:
    rng = np.random.default_rng(0)
    network = Network(90, [Layer(8, "tanh"), Layer(3, "softmax")], "cross_entropy")
    theta, X = network.initial(rng, dtype), thin((rows, 90), 0.1, dtype)
    Y = targets(network.cost_function.targets, rows, 3, rng).astype(dtype)
    settings = Settings(epochs=2, batch_size=30, engine="compiled")

    def trained(X: Any) -> tuple[np.ndarray, np.ndarray]:
        state = network.train(theta, X, Y, settings=settings, rng=np.random.default_rng(0), validation=(X, Y))
        assert state.engine == "compiled"
        return state.theta, network.predict(theta, X)

    expected = trained(X.toarray())
    for name, form in {**forms(X), "doubled": doubled(X)}.items():
        for found, wanted in zip(trained(form), expected, strict=True):
            assert_rounded(found, wanted, np.abs(wanted).max(), roundings=30_000, dtype=dtype, name=name)


def test_arrays_in_order_are_not_copied() -> None:
    X = thin((30, 20), 0.2)
    read = inputs(X)
    assert np.shares_memory(read["x"], X.data)
    assert np.shares_memory(read["columns"], X.indices)


def test_memory_does_not_hold_a_dense_X() -> None:
    rng = np.random.default_rng(0)
    X = thin((4000, 3000), 0.002, np.float32)
    network = Network(3000, [Layer(4), Layer(2, "softmax")], "cross_entropy")
    theta, Y = network.initial(rng, np.float32), np.eye(2, dtype=np.float32)[rng.integers(2, size=4000)]
    settings = Settings(epochs=1, engine="compiled")

    def work(rows: int) -> None:
        network.train(theta, X[:rows], Y[:rows], settings=settings, rng=rng, validation=0.2)
        network.predict(theta, X[:rows])

    work(50)  # what a compiler takes is not counted
    tracemalloc.start()
    try:
        work(4000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 0.1 * 4000 * 3000 * 4


def test_a_row_alone_is_predicted_as_among_others() -> None:
    network = Network(300, [Layer(40, "relu"), Layer(3, "softmax")])
    theta, X = network.initial(np.random.default_rng(0)), thin((400, 300), 0.05)
    many = network.predict(theta, X)
    assert_rounded(many, network.predict(theta, X.toarray()))
    for row in (0, 3, 255, 256, 399):
        assert_rounded(network.predict(theta, X[row : row + 1]), many[row : row + 1])


def test_an_empty_X_has_no_rows_and_no_entries() -> None:
    network = Network(30, [Layer(4, "tanh"), Layer(2, "identity")])
    theta = network.initial(np.random.default_rng(0))
    assert network.predict(theta, sparse.csr_matrix((0, 30))).shape == (0, 2)
    nothing = sparse.csr_matrix((5, 30))
    assert_rounded(network.predict(theta, nothing), network.predict(theta, np.zeros((5, 30))))
    Y, settings = np.ones((5, 2)), Settings(epochs=2, engine="compiled")
    sides = [
        network.train(theta, X, Y, settings=settings, rng=np.random.default_rng(0))
        for X in (nothing, nothing.toarray())
    ]
    assert_rounded(sides[0].theta, sides[1].theta)


def test_padding_does_not_leak_into_the_gradient() -> None:
    """Blocks are padded with their first example: with zeros, an activation could overflow where no example's does."""
    case = Case("padding", ((3, "exp"), OUT), n_inputs=9, rows=5, batch=5, optimizer=SGD())
    theta, data = case.problem("float64")
    theta[case.network.layout.block(1, "b").start] = 2000.0
    theta[case.network.layout.block(1, "w").start] = -2000.0
    X = sparse.csr_matrix((np.ones(5), np.zeros(5, int), np.arange(6)), shape=(5, 9))
    problem = theta, Data(X, data.Y)
    expected = run("reference", case, "float64", steps=1, problem=problem)
    assert np.isfinite(expected.theta).all()
    assert_same(case, "float64", run("compiled", case, "float64", steps=1, problem=problem), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("clip_norm", [None, 0.05])
def test_ranks_may_have_sparse_examples(clip_norm: float | None, dtype: Any) -> None:
    """One rank alone would turn W, the other has too few entries for that: all must make the same step, bit for bit."""
    rng = np.random.default_rng(0)
    network = Network(150, [Layer(9, "tanh"), Layer(3, "softmax")], "cross_entropy")
    theta, X = network.initial(rng, dtype), thin((90, 150), 0.05, dtype)
    Y = targets(network.cost_function.targets, 90, 3, rng).astype(dtype)
    settings = Settings(epochs=3, batch_size=40, engine="compiled", objective=Objective(0.1, clip_norm))
    own = (np.arange(80), np.arange(80, 90))
    assert [Reading.of(network, X[rows], len(rows)).first for rows in own] == [TURNED, STRAIGHT]

    def work(form: Any) -> Any:
        def of(rank: int, reduce: Any) -> np.ndarray:
            rows, random = own[rank], np.random.default_rng(rank)
            return network.train(theta, form(X[rows]), Y[rows], settings=settings, rng=random, reduce=reduce).theta

        return of

    found, expected = (Together(2).run(work(form)) for form in (sparse.csr_array, lambda X: X.toarray()))
    np.testing.assert_array_equal(found[0], found[1])
    assert_rounded(found[0], expected[0], np.abs(expected[0]).max(), 30_000, dtype)
