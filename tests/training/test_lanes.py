"""Examples in lanes: shares of every batch, what comes of them in one process, and how they are read ahead."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from training.test_sources import Listed, assert_equal, data_of, network, settings_of, trained

from glassprop.engine.plan import Data, EpochPlan
from glassprop.errors import DataError, SettingsError
from glassprop.training.feed import Feed
from glassprop.training.lanes import ArrayLanes, generator_of, lane_edges, shares_of
from glassprop.training.loop import train
from glassprop.training.packing import pack, unpack
from glassprop.training.reading_ahead import MOST, Ahead
from glassprop.training.reports import Validation
from glassprop.training.state import TrainState

BOTH = ["reference", "compiled"]
LENGTHS = [(5,), (7, 7, 7), (1, 1, 1, 1), (100, 3, 0, 41), (0, 0, 9), (10**6 + 1, 3, 17), tuple(range(12))]
UNEVEN = np.array([0, 40, 40, 43, 96, 101])


@dataclass(frozen=True)
class Cut:
    """Lanes in pieces of odd sizes, some of them empty, whose arrays are filled again for the next piece."""

    lanes_of: ArrayLanes
    form: Any = None
    change: Any = None

    @property
    def lanes(self) -> tuple[int, ...]:
        return self.lanes_of.lanes

    def lane(self, lane: int, epoch: int, first: int) -> Iterator[Data]:
        whole = list(self.lanes_of.lane(lane, epoch, first))
        for piece in whole:
            at = 0
            for size in (0, 3, 1, 0, 7, 2, 50, 1000):
                part = piece.rows(np.arange(at, min(at + size, len(piece))))
                at += len(part)
                part = part if self.form is None else Data(self.form(part.X), part.Y, part.sample_weight)
                yield part if self.change is None else self.change(part)
                if isinstance(part.X, np.ndarray):
                    part.X[...] = np.nan


def in_lanes(data: Data, edges: Any = UNEVEN, seed: int = 4, **options: Any) -> ArrayLanes:
    return ArrayLanes(data, np.asarray(edges), seed, **options)


def batches_of(source: ArrayLanes, batch_size: int, epoch: int) -> list[Data]:
    """The batches of an epoch as they are defined: lane by lane, each its share."""
    rows = [
        np.concatenate([*(piece.X for piece in source.lane(l, epoch, 0)), np.empty((0, 4))])
        for l in range(len(source.lanes))
    ]
    edges = shares_of(source.lanes, batch_size)
    return [
        np.concatenate([own[start:stop] for own, start, stop in zip(rows, low, high, strict=True)])
        for low, high in pairwise(edges)
    ]


# --- shares -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 2, 5, 12, 200])
@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_shares_rise_to_the_whole_of_every_lane(lengths: tuple[int, ...], batch: int) -> None:
    if sum(lengths) > 1e6 and batch < 200:
        pytest.skip("many steps say no more")
    edges, total = shares_of(lengths, batch), sum(lengths)
    assert edges.shape == (-(-total // batch) + 1, len(lengths))
    assert not edges[0].any()
    np.testing.assert_array_equal(edges[-1], lengths)
    assert (np.diff(edges, axis=0) >= 0).all()
    ends = np.minimum(np.arange(len(edges)) * batch, total)
    exact = ends[:, None] * np.array(lengths) / total
    unit = 16 if batch >= 16 * len(lengths) else 1
    assert (np.abs(edges - exact) <= unit).all()  # no lane is ahead of the others, or behind
    assert (np.abs(edges.sum(axis=1) - ends) < unit * len(lengths)).all()
    assert (edges[:-1] % unit)[edges[:-1] < np.array(lengths)].sum() == 0


@pytest.mark.parametrize("batch", [1, 5, 12, 50, 191, 192, 256, 1024])
def test_lanes_of_one_length_fill_whole_batches(batch: int) -> None:
    edges = shares_of((1000,) * 12, batch)
    rows = np.diff(edges, axis=0)[:-2]  # at the end no lane goes on past it
    np.testing.assert_array_equal(rows.sum(axis=1), batch)
    for half in (rows[:, :6], rows[:, 6:]):  # two processes have as much to do
        assert (np.abs(half.sum(axis=1) - batch / 2) <= (16 if batch >= 192 else 1)).all()


def test_shares_of_more_rows_than_32_bits_count() -> None:
    lengths = (3 * 10**9, 10**9 + 7, 5)
    edges = shares_of(lengths, 10**9)
    for end, row in zip([k * 10**9 for k in range(5)], edges, strict=False):
        exact = [
            Fraction(end * n, sum(lengths)) + Fraction(16 * at, 3) for n, at in zip(lengths, (0, 2, 1), strict=True)
        ]
        assert row.tolist() == [min(int(e) // 16 * 16, n) for e, n in zip(exact, lengths, strict=True)]
    assert edges[-1].tolist() == [*lengths]


def test_lanes_of_a_table_are_as_long_as_each_other() -> None:
    for n in (0, 5, 12, 1000):
        assert np.ptp(np.diff(lane_edges(n, 12))) <= 1
        assert lane_edges(n, 12)[-1] == n


def test_orders_follow_from_their_numbers_and_differ() -> None:
    places = [
        (3, 0, 0, 0),
        (4, 0, 0, 0),
        (2**64 - 1, 0, 0, 0),
        (2**64 - 2, 0, 0, 0),
        (3, 1, 0, 0),
        (3, 0, 1, 0),
        (3, 0, 0, 1),
    ]
    found = [tuple(generator_of(*place).permutation(50)) for place in places]
    assert len(set(found)) == len(places)
    assert found == [tuple(generator_of(*place).permutation(50)) for place in places]
    # Philox by its definition: the key is (seed, lane), the counter begins at (·, ·, window, epoch)
    again = np.random.Generator(np.random.Philox(key=[3, 2], counter=[0, 0, 5, 7]))
    np.testing.assert_array_equal(generator_of(3, 7, 2, 5).integers(2**63, size=9), again.integers(2**63, size=9))


def test_arrays_in_lanes_are_permuted_lane_by_lane() -> None:
    data = Data(np.arange(101.0)[:, None], np.arange(101.0)[:, None], np.arange(101.0))
    source = in_lanes(data)
    assert source.lanes == (40, 0, 3, 53, 5)
    for lane, (start, stop) in enumerate(pairwise(UNEVEN)):
        orders = [np.concatenate([*(p.X[:, 0] for p in source.lane(lane, e, 0)), []]) for e in (0, 1)]
        for order in orders:
            np.testing.assert_array_equal(np.sort(order), np.arange(start, stop))
        assert stop - start < 5 or not np.array_equal(*orders)
        if stop - start > 2:
            rest = np.concatenate([piece.Y[:, 0] for piece in source.lane(lane, 1, 2)])
            np.testing.assert_array_equal(rest, orders[1][2:])
    part = in_lanes(data.rows(slice(40, 96)), first_row=40)
    for lane in (1, 2, 3):
        for mine, theirs in zip(part.lane(lane, 1, 0), source.lane(lane, 1, 0), strict=True):
            np.testing.assert_array_equal(mine.X, theirs.X)
    with pytest.raises(DataError, match="the examples of lane 0 were asked for, and are not among those that are here"):
        next(part.lane(0, 0, 0))
    plain = in_lanes(data, shuffle=False)
    np.testing.assert_array_equal(np.concatenate([p.X[:, 0] for p in plain.lane(3, 5, 0)]), np.arange(43, 96))


# --- one process --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edges", [UNEVEN, [0, 101], lane_edges(101, 12)], ids=str)
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("engine", BOTH)
def test_lanes_are_a_source_of_the_same_batches(engine: str, weighted: bool, edges: Any) -> None:
    data, settings = data_of(weighted=weighted), settings_of(engine=engine)
    lanes = in_lanes(data, edges)
    bounds = shares_of(lanes.lanes, 16).sum(axis=1)

    def rows(epoch: int) -> np.ndarray:
        whole = np.concatenate(batches_of(lanes, 16, epoch))
        return np.array([np.flatnonzero((row == data.X).all(axis=1))[0] for row in whole])

    state = TrainState(network().initial(np.random.default_rng(0)))
    held = Validation(Data(data.X[:20], data.Y[:20]))
    options = {"rng": np.random.default_rng(1), "validation": held, "dropout_key": 5}
    found = train(network(), state, Cut(lanes), settings, **options)
    assert found.engine == engine

    class SameBatches(Listed):
        pass

    expected = with_bounds(SameBatches(data, (101,), rows), settings, bounds, options)
    assert_equal(found, expected)
    options["rng"] = np.random.default_rng(1)
    in_memory = train(network(), TrainState(network().initial(np.random.default_rng(0))), lanes, settings, **options)
    assert_equal(in_memory, expected)


def with_bounds(source: Any, settings: Any, bounds: Any, options: Any) -> TrainState:
    """A training on a plain source, with batches cut elsewhere than a source's are."""
    state = TrainState(network().initial(np.random.default_rng(0)))
    with pytest.MonkeyPatch.context() as patch:
        plain = Feed.__init__

        def made(self: Feed, *args: Any, **more: Any) -> None:
            plain(self, *args, **more)
            self.bounds, self.batch_here = bounds, int(np.diff(bounds).max())

        patch.setattr(Feed, "__init__", made)
        return train(network(), state, source, settings, **options)


@pytest.mark.parametrize("engine", BOTH)
def test_sparse_lanes(engine: str) -> None:
    data, settings = data_of(), settings_of(engine=engine)
    thin = Data(sparse.csr_matrix(data.X), data.Y, data.sample_weight)
    plain = trained(in_lanes(thin), settings)
    for form in (sparse.csr_array, sparse.csc_array):
        assert_equal(trained(Cut(in_lanes(thin), form), settings), plain)
    dense = trained(in_lanes(data), settings_of(engine=engine))
    np.testing.assert_allclose(plain.theta, dense.theta, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("engine", BOTH)
def test_a_training_on_lanes_goes_on(engine: str) -> None:
    source, settings, left = in_lanes(data_of()), settings_of(engine=engine), []
    straight = trained(source, settings, on_epoch=lambda report: left.append(pack(report.state)))
    held = Validation(Data(data_of().X[:20], data_of().Y[:20]))
    for packed in left[:-1]:
        assert_equal(train(network(), unpack(packed), source, settings, validation=held, resume=True), straight)
    assert not np.array_equal(straight.theta, trained(in_lanes(data_of(), seed=5), settings).theta)


def feed_of(source: Any, batch: int = 16, **options: Any) -> Feed:
    theta = network().initial(np.random.default_rng(0))
    return Feed(network(), source, settings_of(batch_size=batch), theta, 0, **options)


@pytest.mark.parametrize("batch", [1, 3, 16, 101])
def test_blocks_from_a_step_on_are_the_rest(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glassprop.training.lanes_here._ROWS", 20)
    source, rest = in_lanes(data_of()), Listed(data_of(), (7, 30, 31, 90, 101))
    expected = batches_of(source, batch, 2)
    for given, whole in ((Cut(source), np.concatenate(expected)), (rest, data_of().X)):
        feed = feed_of(given, batch)
        for first in {0, min(1, feed.n_steps - 1), feed.n_steps // 2, feed.n_steps - 1}:
            found = [block.X.copy() for block in feed.rows(2, first)]
            np.testing.assert_array_equal(np.concatenate(found), whole[feed.bounds[first] :])
        feed.close()


def test_a_plan_from_a_step_on() -> None:
    order, rates = np.arange(101)[::-1], np.linspace(1, 2, 7)
    for bounds in (None, np.array([0, 10, 10, 50, 60, 70, 90, 101])):
        plan = EpochPlan(order, 16, rates, 5, 30, rates + 1, None, bounds)
        rest = plan.from_step(2)
        assert rest.first_step == 32
        np.testing.assert_array_equal(rest.rates, rates[2:])
        np.testing.assert_array_equal(rest.decays, rates[2:] + 1)
        for number, (start, stop) in enumerate(pairwise(rest.edges), start=2):
            np.testing.assert_array_equal(rest.order[start:stop], order[slice(*plan.edges[number : number + 2])])
        assert plan.from_step(0) is plan


# --- what cannot be -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Miscounted:
    lanes_of: ArrayLanes
    lanes: tuple[int, ...]

    def lane(self, lane: int, epoch: int, first: int) -> Iterator[Data]:
        return self.lanes_of.lane(lane, epoch, first)


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize(
    ("said", "words"),
    [((40, 0, 3, 54, 5), "lane 3 of the source said 54 .* gave fewer"), ((40, 0, 3, 50, 5), "lane 3 .* gives more")],
)
def test_a_lane_that_miscounts(engine: str, said: tuple[int, ...], words: str) -> None:
    with pytest.raises(DataError, match=words):
        trained(Miscounted(in_lanes(data_of()), said), settings_of(engine=engine))
    assert not reading()


def test_lanes_without_examples() -> None:
    with pytest.raises(DataError, match="the source has no example in its 3 lanes"):
        trained(in_lanes(data_of(), [0, 0, 0, 0]), settings_of())


def test_each_piece_is_looked_at() -> None:
    wrong = {
        r"X must have shape \(n, 4\)": lambda d: Data(d.X[:, :3], d.Y, d.sample_weight),
        "target": lambda d: Data(d.X, d.Y - 2, d.sample_weight),
        "must be alike: ndarray of float64": lambda d: Data(sparse.csr_matrix(d.X), d.Y, d.sample_weight),
        "must be alike: .* with weights came first": lambda d: Data(d.X, d.Y),
    }
    for words, change in wrong.items():
        seen = []

        def later(part: Data, change: Any = change, seen: list = seen) -> Data:
            seen.append(part)
            return change(part) if len(seen) > 30 and len(part) else part

        with pytest.raises(DataError, match=words):
            trained(Cut(in_lanes(data_of()), change=later), settings_of())
        assert not reading()


# --- reading ahead ------------------------------------------------------------------------------------------------


def reading() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "glassprop reading"]


def test_a_few_things_are_read_ahead() -> None:
    made, given, closed = [], threading.Semaphore(0), []

    def things(wanted: Any) -> Iterator[int]:
        try:
            for number in range(100):
                made.append(number)
                given.release()
                yield number
        finally:
            closed.append(threading.current_thread())

    ahead = Ahead(things)
    for taken in range(10):
        for _ in range(MOST + 1 if not taken else 1):
            given.acquire()
        assert len(made) == taken + MOST + 1  # those that are ready, and one that waits to be
        assert next(ahead) == taken
    ahead.close()
    assert len(closed) == 1
    assert closed[0] is not threading.current_thread()
    assert not reading()


def test_errors_of_the_thread_are_raised_in_the_training() -> None:
    def things(wanted: Any) -> Iterator[int]:
        yield 1
        raise OSError("no such disk")

    ahead = Ahead(things)
    assert next(ahead) == 1
    with pytest.raises(OSError, match="no such disk"):
        next(ahead)
    with pytest.raises(OSError, match="no such disk"):
        next(ahead)
    ahead.close()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError, None])
def test_the_thread_ends_with_the_training(error: Any) -> None:
    def on_epoch(report: Any) -> bool:
        assert report.waited <= report.seconds
        assert report.seconds > 0
        if error is not None:
            raise error
        return True

    options = {"on_epoch": on_epoch}
    if error is ZeroDivisionError:
        with pytest.raises(ZeroDivisionError):
            trained(Cut(in_lanes(data_of())), settings_of(epochs=50), **options)
    else:
        state = trained(Cut(in_lanes(data_of())), settings_of(epochs=50), **options)
        assert state.epoch == 1
        assert state.interrupted == (error is KeyboardInterrupt)
    assert not reading()


def test_epochs_are_read_ahead_and_none_after_the_last() -> None:
    asked = []

    class Asked(Cut):
        def lane(self, lane: int, epoch: int, first: int) -> Iterator[Data]:
            asked.append((epoch, lane, first))
            return super().lane(lane, epoch, first)

    trained(Asked(in_lanes(data_of())), settings_of(epochs=4))
    of_epochs = [(epoch, lane, 0) for epoch in range(4) for lane in range(5)]
    assert asked == [(0, 0, 0), *of_epochs]  # one look at how examples are, and then each lane once an epoch


def test_a_group_needs_lanes() -> None:
    with pytest.raises(SettingsError, match="a group of processes shares the lanes of a LanedSource, got a Data"):
        trained(data_of(), settings_of(), group=object())
