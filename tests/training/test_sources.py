"""Examples that come in blocks train to the same bits as if they had been one array in that order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import layer_cases
import numpy as np
import pytest
from engine.engine_cases import DTYPES, ENGINES, Case, plans
from rounding import OF_A_TRAINING, assert_rounded
from scipy import sparse
from training.rank_cases import Together

from glassprop import Layer, Network
from glassprop.backprop.objective import Objective
from glassprop.engine.pieces import pieces
from glassprop.engine.plan import Data, EpochPlan
from glassprop.errors import DataError, DivergenceError
from glassprop.ground.array_digest import digest_of
from glassprop.optimizer import OPTIMIZERS, AdamW
from glassprop.training.loop import train
from glassprop.training.packing import pack, unpack
from glassprop.training.reports import Validation
from glassprop.training.schedule import Cosine
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

BOTH = ["reference", "compiled"]
RNG = np.random.default_rng(11)
X, WEIGHT = RNG.normal(size=(101, 4)), RNG.uniform(0.5, 2.0, 101)
Y = np.eye(3)[RNG.integers(3, size=101)]
# Sizes of blocks: whole batches of 16, a batch and a part, less than one, several, one example, none, a rest.
CUTS = [[16, 101], [17, 20, 23, 71, 72, 72, 101], [101], [*range(5, 105, 5), 101], [48, 96, 101], [3, 101, 101]]


@dataclass(frozen=True)
class Listed:
    """The protocol as small as it is: rows of an epoch, cut where told. ``said``: how many it says there are."""

    data: Data
    cuts: tuple[int, ...]
    orders: Any = None
    said: int | None = None

    def __len__(self) -> int:
        return len(self.data) if self.said is None else self.said

    def digest(self) -> str:
        return digest_of([self.data.X, self.data.Y], self.cuts)

    def blocks(self, epoch: int) -> Iterator[Data]:
        data = self.data if self.orders is None else self.data.rows(self.orders(epoch))
        for start, stop in zip((0, *self.cuts), self.cuts, strict=False):
            yield data.rows(slice(start, min(stop, len(data))))


def network(dropout: float = 0.2) -> Network:
    return Network(4, [Layer(6, "tanh", dropout=dropout), Layer(5, "gelu"), Layer(3, "softmax")], "cross_entropy")


def data_of(dtype: Any = np.float64, weighted: bool = True) -> Data:
    return Data(X.astype(dtype), Y.astype(dtype), WEIGHT if weighted else None)


def trained(source: Any, settings: Settings, dtype: Any = np.float64, **options: Any) -> TrainState:
    state = TrainState(network().initial(np.random.default_rng(0), dtype))
    held = Validation(Data(X[:20].astype(dtype), Y[:20].astype(dtype)))
    options = {"rng": np.random.default_rng(1), "validation": held, "dropout_key": 5} | options
    return train(network(), state, source, settings, **options)


def settings_of(**settings: Any) -> Settings:
    return Settings(**{"epochs": 5, "batch_size": 16, "shuffle": False, "patience": 100} | settings)


def assert_equal(one: TrainState, other: TrainState) -> None:
    np.testing.assert_array_equal(one.theta, other.theta)
    assert one.history == other.history
    assert one.optimizer.t == other.optimizer.t
    for mine, theirs in zip(one.optimizer.vectors, other.optimizer.vectors, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    for name in ("epoch", "step", "samples", "best_epoch", "stopped_by"):
        assert getattr(one, name) == getattr(other, name), name


@pytest.mark.parametrize("cuts", CUTS, ids=str)
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("engine", BOTH)
def test_blocks_are_one_array(engine: str, dtype: str, weighted: bool, cuts: list[int]) -> None:
    settings = settings_of(
        engine=engine,
        optimizer=AdamW(decay=0.1),
        objective=Objective(0.3, 0.5),
        label_smoothing=0.1,
        decay_schedule=Cosine(1.0),
        dropout_schedule=Cosine(1.0),
    )
    data = data_of(dtype, weighted)
    found = trained(Listed(data, tuple(cuts)), settings, dtype)
    assert found.engine == engine
    assert_equal(found, trained(data, settings, dtype))


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_and_batches_that_kernels_cut(engine: str, optimizer: str) -> None:
    """Batches of two chunks, in an order that the source alone knows: as an engine that is given that order."""
    case = Case(
        "blocks",
        ((40, "relu", 0.3), (50, "softplus"), (3, "softmax")),
        rows=700,
        batch=100,
        optimizer=OPTIMIZERS[optimizer](),
        objective=Objective(0.3),
        scheduled=True,
    )
    theta, data = case.problem("float32")
    other = theta.copy()
    whole, parts = (ENGINES[engine](case.network, case.objective, case.optimizer) for _ in range(2))
    state, other_state = case.optimizer.start(theta), case.optimizer.start(theta)
    for plan in plans(case, len(data), 20):
        blocks = Listed(data.rows(plan.order), (250, 251, 600, 700)).blocks(0)
        given = replace(plan, order=np.arange(0), bounds=plan.edges)
        cost = parts.epoch(other, other_state, blocks, given)
        assert cost == whole.epoch(theta, state, data, plan)
    np.testing.assert_array_equal(theta, other)
    for mine, theirs in zip(state.vectors, other_state.vectors, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("engine", BOTH)
def test_a_source_that_fills_the_same_arrays_again(engine: str) -> None:
    """What was read is done with when the next block is asked for, but for a batch that is begun: that is copied."""
    data, settings = data_of(), settings_of(engine=engine)

    class Refilled(Listed):
        def blocks(self, epoch: int) -> Iterator[Data]:
            room = Data(np.empty((32, 4)), np.empty((32, 3)), np.empty(32))
            for block in super().blocks(epoch):
                own = room if len(block) == 32 else room.rows(slice(0, len(block)))  # the very same arrays again
                own.X[...], own.Y[...], own.sample_weight[...] = block.X, block.Y, block.sample_weight
                yield own
                room.X[...] = room.Y[...] = room.sample_weight[...] = np.nan

    for cuts in ((32, 64, 96, 101), (20, 40, 60, 80, 101)):
        assert_equal(trained(Refilled(data, cuts), settings), trained(data, settings))


@pytest.mark.parametrize("engine", BOTH)
def test_a_training_on_a_source_goes_on(engine: str) -> None:
    def order(epoch: int) -> np.ndarray:
        return np.random.default_rng([3, epoch]).permutation(101)

    source, left = Listed(data_of(), (30, 60, 101), order), []
    settings = settings_of(engine=engine, shuffle=True)
    held = Validation(Data(X[:20], Y[:20]))
    straight = trained(source, settings, on_epoch=lambda report: left.append(pack(report.state)))
    assert straight.order.size == 0
    for packed in left[:-1]:
        resumed = train(network(), unpack(packed), source, settings, validation=held, resume=True)
        assert_equal(resumed, straight)
    assert not np.array_equal(straight.theta, trained(Listed(data_of(), (30, 60, 101)), settings).theta)


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csr_array, sparse.csc_array])
def test_sparse_blocks(engine: str, form: Any) -> None:
    data, settings = data_of(), settings_of(engine=engine)
    thin = Data(sparse.csr_matrix(data.X), data.Y, data.sample_weight)

    class Formed(Listed):
        def blocks(self, epoch: int) -> Iterator[Data]:
            return (Data(form(block.X), block.Y, block.sample_weight) for block in super().blocks(epoch))

    found = trained(Formed(thin, (20, 55, 101)), settings)
    assert found.engine == engine
    assert_equal(found, trained(thin, settings))
    assert_rounded(found.theta, trained(data, settings_of(engine="reference")).theta, roundings=OF_A_TRAINING)


@pytest.mark.parametrize("engine", BOTH)
def test_ranks_may_have_sources(engine: str) -> None:
    own, settings = (np.arange(40), np.arange(40, 101)), settings_of(engine=engine)

    def work(blocks: bool) -> Any:
        def of(rank: int, reduce: Any) -> TrainState:
            data = data_of().rows(own[rank])
            given = Listed(data, (7, 30, len(data))) if blocks else data
            return trained(given, settings, reduce=reduce)

        return of

    for found, expected in zip(Together(2).run(work(True)), Together(2).run(work(False)), strict=True):
        assert_equal(found, expected)


# --- how blocks are cut ------------------------------------------------------------------------------------------


def test_whole_batches_are_not_copied() -> None:
    data, plan = data_of(), EpochPlan(np.arange(0), 16, np.ones(7), 0, 3, bounds=np.minimum(np.arange(8) * 16, 101))
    found = list(pieces(Listed(data, (40, 64, 101)).blocks(0), plan))
    assert [len(part) for part, _ in found] == [32, 16, 16, 37]
    assert [part.first_step for _, part in found] == [3, 5, 6, 7]
    assert [np.shares_memory(part.X, data.X) for part, _ in found] == [True, False, True, True]
    np.testing.assert_array_equal(np.concatenate([part.X for part, _ in found]), data.X)


def test_empty_batches_are_someones() -> None:
    bounds = np.array([0, 0, 3, 3, 10, 10, 10])
    plan = EpochPlan(np.arange(0), 4, np.arange(6.0), 0, 0, bounds=bounds)
    for cuts in ((10,), (3, 10), (2, 3, 9, 10), tuple(range(1, 11))):
        found = list(pieces(Listed(data_of().rows(slice(0, 10)), cuts).blocks(0), plan))
        np.testing.assert_array_equal(np.concatenate([part.rates for _, part in found]), np.arange(6.0))
        rows = np.concatenate([np.diff(part.edges) for _, part in found])
        np.testing.assert_array_equal(rows, np.diff(bounds))


# --- what cannot be -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize(
    ("said", "words"),
    [(102, "the source said 102 examples an epoch, and gave 101"), (96, "the source said 96 .*, and gives more")],
)
def test_a_source_that_miscounts(engine: str, said: int, words: str) -> None:
    with pytest.raises(DataError, match=words):
        trained(Listed(data_of(), (40, 101), said=said), settings_of(engine=engine))


WRONG = {
    "columns": (lambda d: Data(d.X[:, :3], d.Y, d.sample_weight), r"X must have shape \(n, 4\), got \(51, 3\)"),
    "rows": (lambda d: Data(d.X, d.Y[1:], d.sample_weight), "X and Y must have as many rows"),
    "targets": (lambda d: Data(d.X, d.Y - 2, d.sample_weight), "target"),
    "dtype": (lambda d: Data(d.X.astype(np.float32), d.Y, d.sample_weight), "all blocks of a source must be alike"),
    "sparse": (lambda d: Data(sparse.csr_matrix(d.X), d.Y, d.sample_weight), "must be alike: ndarray of float64"),
    "weights": (lambda d: Data(d.X, d.Y), "must be alike: .* with weights came first, and now .* without weights"),
}


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize(("change", "words"), WRONG.values(), ids=WRONG)
def test_each_block_is_looked_at(engine: str, change: Any, words: str) -> None:
    """Kernels read what the sizes say. θ is as it was before the epoch."""

    class Odd(Listed):
        def blocks(self, epoch: int) -> Iterator[Data]:
            first, second = super().blocks(epoch)
            yield first
            yield change(second) if epoch == 1 else second

    state = TrainState(network().initial(np.random.default_rng(0)))
    after = []
    with pytest.raises(DataError, match=words):
        train(
            network(),
            state,
            Odd(data_of(), (50, 101)),
            settings_of(engine=engine),
            rng=np.random.default_rng(1),
            on_epoch=lambda report: after.append(report.state.theta.copy()),
        )
    assert len(after) == 1
    np.testing.assert_array_equal(state.theta, after[0])


def test_a_source_without_examples() -> None:
    for source in (Listed(data_of(), ()), Listed(data_of(), (0, 0))):
        with pytest.raises(DataError, match="the source has no block: there must be at least one example"):
            trained(source, settings_of())


@pytest.mark.parametrize("engine", BOTH)
def test_the_batch_that_went_is_looked_into(engine: str) -> None:
    bad = X.copy()
    bad[77] = np.nan
    with pytest.raises(DivergenceError, match=r"in epoch 1: the inputs themselves are not all finite"):
        trained(Listed(Data(bad, Y, WEIGHT), (20, 60, 101)), settings_of(engine=engine), validation=None)


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("case", ["codes behind waves", "waves of codes"])
def test_embeddings_see_in_blocks_what_they_see_at_once(engine: str, case: str) -> None:
    net = layer_cases.CASES[case]
    theta, inputs, targets = layer_cases.example(net, n=101)
    data, settings = Data(inputs, targets), settings_of(engine=engine)
    ends = []
    for source in (data, Listed(data, (17, 20, 23, 71, 72, 72, 101))):
        state = TrainState(theta.copy())
        ends.append(train(net, state, source, settings, rng=np.random.default_rng(1)))
    assert_equal(*ends)
