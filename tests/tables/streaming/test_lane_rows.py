"""Encoded lanes: every row once an epoch, in an order that follows from numbers alone, as a table in memory has it."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stream_cases import fitted_steps, mixed_table, targets_of, write_groups

from glassprop.engine.plan import Data
from glassprop.errors import SettingsError, TableError
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.fitting.key_columns import KeyReading
from glassprop.tables.streaming import lane_rows
from glassprop.tables.streaming.lane_rows import EncodedLanes
from glassprop.tables.streaming.row_source import row_source
from glassprop.tables.streaming.windows import LaneOrder, pieces_of

ROWS = 3000


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_rows, "_SHORT", 100)
    monkeypatch.setattr(lane_rows, "_SPREAD", 8)
    monkeypatch.setattr(lane_rows, "_KEPT", 0)
    monkeypatch.setattr(lane_rows, "_GIVEN", 1 << 10)


def joined(pieces: Any) -> Data:
    """All that a lane gives."""
    found = list(pieces)
    assert all(len(piece) for piece in found)
    X = [piece.X.toarray() if hasattr(piece.X, "toarray") else piece.X for piece in found]
    weights = None if found[0].sample_weight is None else np.concatenate([piece.sample_weight for piece in found])
    return Data(np.concatenate(X), np.concatenate([piece.Y for piece in found]), weights)


def in_memory(frame: pl.DataFrame, steps: list[Any]) -> np.ndarray:
    """The inputs of all rows, from the whole table."""
    made = TablePipeline([("columns", steps[0]), ("inputs", steps[1])]).transform(frame)
    return np.asarray(made)


def sorted_rows(data: Data) -> np.ndarray:
    """Rows with their targets in an order of their own, to compare what comes in different orders."""
    weight = np.zeros((len(data), 0)) if data.sample_weight is None else data.sample_weight[:, None]
    rows = np.hstack([data.X, data.Y, weight])
    return rows[np.lexsort(rows.T)]


@pytest.mark.parametrize("texts", [False, True])
@pytest.mark.parametrize(("group", "n_lanes"), [(40, 3), (333, 12), (ROWS, 5), (1, 2)])
def test_each_row_comes_once_an_epoch_encoded_as_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int, n_lanes: int, texts: bool
) -> None:
    monkeypatch.setattr(lane_rows, "_AT_ONCE", 10**9 if texts else 0)
    frame = mixed_table(ROWS if group > 1 else 300, texts=texts)
    steps = fitted_steps(frame)
    source = row_source(write_groups(frame, tmp_path / "a.parquet", group))
    targets = targets_of(frame, weight=KeyReading("weight"), weight_unit=2.0, class_weights=np.array([1.0, 2.0, 4.0]))
    lanes = EncodedLanes(source, steps, targets, n_lanes=n_lanes, budget=800_000 * n_lanes)
    taken = frame["y"].is_not_null().to_numpy()
    assert sum(lanes.lanes) == taken.sum()
    assert len(lanes.lanes) == n_lanes
    y = frame["y"].to_numpy()[taken]
    Y = (y[:, None] == np.array(["a", "b", "c"])).astype(np.float32)
    wanted = Data(in_memory(frame, steps)[taken], Y, frame["weight"].to_numpy()[taken] / 2 * (Y @ [1, 2, 4]))
    for epoch in (0, 1):
        parts = [joined(lanes.lane(lane, epoch, 0)) for lane in range(n_lanes)]
        assert [len(part) for part in parts] == list(lanes.lanes)
        np.testing.assert_array_equal(sorted_rows(joined(parts)), sorted_rows(wanted))


def test_an_order_is_another_in_each_epoch_and_lane_and_for_each_seed_and_the_same_when_asked_again(
    tmp_path: Path,
) -> None:
    frame = mixed_table(ROWS)
    steps, targets = fitted_steps(frame), targets_of(frame)
    source = row_source(write_groups(frame, tmp_path / "a.parquet", 100))

    def order(seed: int, epoch: int, lane: int) -> bytes:
        lanes = EncodedLanes(source, steps, targets, n_lanes=3, seed=seed, budget=1_000_000)
        return joined(lanes.lane(lane, epoch, 0)).X.tobytes()

    cases = [(seed, epoch, lane) for seed in (0, 1) for epoch in (0, 1, 7) for lane in (0, 2)]
    assert len({order(*case) for case in cases}) == len(cases)
    assert order(1, 7, 2) == order(1, 7, 2)


@pytest.mark.parametrize("group", [50, 700, ROWS])
def test_a_lane_goes_on_from_any_row(tmp_path: Path, group: int) -> None:
    frame = mixed_table(ROWS)
    source = row_source(write_groups(frame, tmp_path / "a.parquet", group))
    lanes = EncodedLanes(source, fitted_steps(frame), targets_of(frame), n_lanes=3, budget=1_000_000)
    whole = joined(lanes.lane(1, 4, 0))
    assert lanes.window_rows < lanes.lanes[1] / 2  # there are several windows
    for first in (1, lanes.window_rows - 1, lanes.window_rows, lanes.lanes[1] // 2, lanes.lanes[1] - 1):
        rest = joined(lanes.lane(1, 4, first))
        np.testing.assert_array_equal(rest.X, whole.X[first:])
        np.testing.assert_array_equal(rest.Y, whole.Y[first:])
    assert list(lanes.lane(1, 4, lanes.lanes[1])) == []


class _Counting:
    """A source that counts the rows that are read of it, and the bytes that Arrow has for them."""

    def __init__(self, source: Any) -> None:
        self._source, self.read, self.most = source, 0, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def frames(self, first: int, stop: int, columns: Any = None) -> Any:
        for frame in self._source.frames(first, stop, columns):
            self.read += frame.height
            self.most = max(self.most, pa.default_memory_pool().bytes_allocated())
            yield frame


def test_what_stands_before_the_window_that_is_gone_on_in_is_not_read(tmp_path: Path) -> None:
    frame = mixed_table(ROWS)
    source = _Counting(row_source(write_groups(frame, tmp_path / "a.parquet", 50)))
    lanes = EncodedLanes(source, fitted_steps(frame), targets_of(frame), n_lanes=3, budget=1_000_000)
    source.read = 0
    list(lanes.lane(0, 0, lanes.lanes[0] - 1))
    assert 0 < source.read <= 2 * lanes.window_rows < lanes.lanes[0] / 2


def test_rows_whose_use_is_another_or_that_have_no_target_do_not_come(tmp_path: Path) -> None:
    frame = mixed_table(ROWS)
    steps = fitted_steps(frame)
    source = row_source(write_groups(frame, tmp_path / "a.parquet", 130))

    def use(some: nw.DataFrame, first: int) -> np.ndarray:
        np.testing.assert_array_equal(some["row"].to_numpy(), np.arange(first, first + len(some)) + 0.5)
        return np.arange(first, first + len(some)) % 3 == 1

    targets = targets_of(frame, use=use, use_columns=("row",))
    taken = (np.arange(ROWS) % 3 == 1) & frame["y"].is_not_null().to_numpy()
    told = EncodedLanes(source, steps, targets, n_lanes=5, budget=2_000_000, used=np.packbits(taken))
    found_out = EncodedLanes(source, steps, targets, n_lanes=5, budget=2_000_000)
    assert told.lanes == found_out.lanes
    X = joined(data for lane in range(5) for data in told.lane(lane, 0, 0)).X
    wanted = in_memory(frame, steps)[taken]
    np.testing.assert_array_equal(X[np.lexsort(X.T)], wanted[np.lexsort(wanted.T)])


def test_rows_that_were_to_come_and_do_not_are_told(tmp_path: Path) -> None:
    frame = mixed_table(ROWS)
    source = row_source(write_groups(frame, tmp_path / "a.parquet", 130))
    used = np.packbits(np.ones(ROWS, dtype=bool))
    lanes = EncodedLanes(source, fitted_steps(frame), targets_of(frame), n_lanes=2, budget=2_000_000, used=used)
    with pytest.raises(TableError, match="rows that had a target"):
        next(iter(lanes.lane(0, 0, 0)))


def test_the_order_does_not_follow_from_how_a_file_is_read_or_who_reads(tmp_path: Path) -> None:
    frame = mixed_table(ROWS)
    steps, targets = fitted_steps(frame), targets_of(frame)
    source = row_source(write_groups(frame, tmp_path / "a.parquet", 300))
    lanes = EncodedLanes(source, steps, targets, n_lanes=4, budget=1_000_000)
    alone = [joined(lanes.lane(lane, 2, 0)).X for lane in range(4)]
    open_lanes = [lanes.lane(lane, 2, 0) for lane in range(4)]
    found: list[list[np.ndarray]] = [[] for _ in range(4)]
    for _ in range(2000):  # by turns, as training takes them
        for place, lane in enumerate(open_lanes):
            found[place] += [data.X for data in [next(lane, None)] if data is not None]
    for place in range(4):
        np.testing.assert_array_equal(np.concatenate(found[place]), alone[place])


@pytest.mark.parametrize("rows", [20, ROWS // 10, ROWS])  # few ones, which would be kept from epoch to epoch, and many
def test_a_budget_that_is_too_small_is_refused_with_one_that_would_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.undo()
    frame = mixed_table(ROWS).head(rows)
    steps, targets = fitted_steps(frame), targets_of(frame)
    source = row_source(write_groups(frame, tmp_path / "a.parquet", 300))
    with pytest.raises(SettingsError, match="a budget of 10,000 bytes leaves room for") as caught:
        EncodedLanes(source, steps, targets, budget=10_000)
    enough = int(str(caught.value).split("give ")[1].split(" bytes")[0].replace(",", ""))
    for more in (1, 1.2, 1.4, 1.7, 2, 3, 5):
        assert EncodedLanes(source, steps, targets, budget=int(more * enough)).window_rows >= 64


def test_large_row_groups_are_told_with_a_command_that_makes_smaller_ones(tmp_path: Path) -> None:
    frame = mixed_table(ROWS)
    steps, targets = fitted_steps(frame), targets_of(frame)
    file = write_groups(frame, tmp_path / "it's large.parquet", ROWS)
    lanes = EncodedLanes(row_source(file), steps, targets, n_lanes=3, budget=500_000)
    (note,) = lanes.notes
    assert (note.kind, note.number) == ("large-row-groups", ROWS)
    command = str(note).partition("smaller ones: ")[2]
    program = command.replace("python -c", f"{sys.executable} -c", 1)
    made = subprocess.run(program, shell=True, check=True, capture_output=True, text=True).stdout.strip()
    again = row_source(made)
    assert np.diff(again.cuts).max() <= lanes.window_rows
    assert pl.concat(list(again.frames(0, ROWS))).equals(frame)
    assert EncodedLanes(again, steps, targets, n_lanes=3, budget=500_000).notes == ()


@settings(max_examples=60)
@given(
    counts=st.lists(st.integers(0, 9), max_size=30),
    most=st.integers(9, 40),
    seed=st.integers(0, 2**63 - 1),
    epoch=st.integers(0, 10**6),
    lane=st.integers(0, 11),
)
def test_windows_are_all_rows_once(counts: list[int], most: int, seed: int, epoch: int, lane: int) -> None:
    order = LaneOrder(np.array(counts, dtype=np.int64), most, seed, epoch, lane)
    windows = order.windows
    assert sorted(piece for window in windows for piece in window.pieces) == np.flatnonzero(counts).tolist()
    assert [window.first for window in windows] == np.cumsum([0, *(w.rows for w in windows)])[:-1].tolist()
    assert all(window.rows == sum(counts[piece] for piece in window.pieces) <= most for window in windows)
    for window in windows:
        assert sorted(order.shuffled(window).tolist()) == list(range(window.rows))
        for row in (window.first, window.first + window.rows - 1):
            assert next(order.from_row(row)) == window
    assert list(order.from_row(sum(counts))) == []


@settings(max_examples=60)
@given(
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=40),
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    most=st.integers(1, 50),
)
def test_pieces_are_all_rows_and_none_is_too_long(sizes: list[int], ends: tuple[float, float], most: int) -> None:
    cuts = np.cumsum([0, *sizes])
    first, stop = sorted(round(end * int(cuts[-1])) for end in ends)
    edges = pieces_of(first, stop, cuts, most)
    assert (edges[0], edges[-1]) == (first, stop)
    assert (np.diff(edges) > 0).all()
    assert (np.diff(edges) <= most).all()
    inside = [edge for edge in edges[1:-1].tolist() if edge not in cuts]
    for edge in inside:  # nothing is read from between cuts that could be read from one
        place = int(np.searchsorted(cuts, edge))
        assert min(int(cuts[place]), stop) - max(int(cuts[place - 1]), first) > most / 2


def test_rows_in_memory_keep_to_the_budget_however_large_row_groups_are(tmp_path: Path) -> None:
    frame = pl.concat([mixed_table(2_000)] * 75).with_columns(row=np.arange(150_000) + 0.5)
    steps, targets = fitted_steps(frame), targets_of(frame)
    source = _Counting(row_source(write_groups(frame, tmp_path / "a.parquet", len(frame))))
    budget = 3_000_000
    lanes = EncodedLanes(source, steps, targets, budget=budget)
    encoded = 4 * source.n_rows * steps[1].transform(steps[0].transform(frame[:2])).shape[1]
    assert budget < encoded / 2
    before, source.most, rows = pa.default_memory_pool().bytes_allocated(), 0, 0
    tracemalloc.start()
    try:
        open_lanes = [lanes.lane(lane, 0, 0) for lane in range(12)]
        while rows < sum(lanes.lanes) / 3:
            for lane in open_lanes:
                rows += len(next(lane))
        assert 0 < tracemalloc.get_traced_memory()[1] <= budget
        assert 0 < source.most - before <= 3 << 21  # a page of each column in both threads, not a row group
    finally:
        tracemalloc.stop()
