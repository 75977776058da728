"""Sources of rows: pieces put together are the table that is read whole, whatever file it is and however it is cut."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from odd_frames import odd_frame
from polars.testing import assert_frame_equal

from glassprop.errors import TableError
from glassprop.tables import read_table
from glassprop.tables.streaming import typed_rows
from glassprop.tables.streaming.row_source import RowSource, lanes_of, row_source


def together(
    source: RowSource, first: int = 0, stop: int | None = None, columns: list[str] | None = None
) -> pl.DataFrame:
    """All pieces as one, each no longer than promised."""
    frames = list(source.frames(first, source.n_rows if stop is None else stop, columns))
    assert all(0 < frame.height <= source.piece_rows for frame in frames)
    return pl.concat(frames)


def assert_as_read(source: RowSource, whole: pl.DataFrame) -> None:
    """Pieces put together are the table, and so is any part of it."""
    assert source.n_rows == whole.height
    assert list(source.schema.items()) == list(whole.schema.items())
    assert source.cuts[0] == 0
    assert source.cuts[-1] == whole.height
    assert (np.diff(source.cuts) > 0).all()
    assert_frame_equal(together(source), whole)
    for first, stop in ((1, 2), (2, whole.height), (0, whole.height - 1), (3, 6)):
        assert_frame_equal(together(source, first, stop), whole[first:stop])
    few = whole.columns[2:0:-1]
    assert_frame_equal(together(source, columns=few), whole.select(few))
    assert list(source.frames(2, 2)) == []


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_rows, "_MOST", 3)
    monkeypatch.setattr(typed_rows, "_FEWEST", 2)


def write_by_polars(frame: pl.DataFrame, file: Path, group: int) -> None:
    frame.write_parquet(file, row_group_size=group)


def write_by_arrow(frame: pl.DataFrame, file: Path, group: int) -> None:
    pq.write_table(frame.to_arrow(), file, row_group_size=group)


@pytest.mark.parametrize("group", [1, 2, 5, 100])
@pytest.mark.parametrize("write", [write_by_polars, write_by_arrow])
def test_parquet_of_every_type_is_as_it_is_read_whole(tmp_path: Path, write: object, group: int) -> None:
    file = tmp_path / "odd.parquet"
    write(odd_frame(), file, group)  # type: ignore[operator]
    source = row_source(file)
    assert_as_read(source, read_table(str(file)).frame)
    groups = pq.ParquetFile(file).metadata
    sizes = [groups.row_group(k).num_rows for k in range(groups.num_row_groups)]
    assert source.cuts.tolist() == np.cumsum([0, *sizes]).tolist()


@pytest.mark.parametrize("packed", ["uncompressed", "lz4", "zstd"])
@pytest.mark.parametrize("rows", [1, 3, 100])
def test_arrow_of_every_type_is_as_it_is_read_whole(tmp_path: Path, packed: str, rows: int) -> None:
    file = tmp_path / "odd.arrow"
    table = odd_frame().to_arrow()
    with file.open("wb") as out:
        feather.write_feather(table, out, compression=packed, chunksize=rows)
    assert_as_read(row_source(file), read_table(str(file)).frame)


def test_arrow_files_of_polars_are_read(tmp_path: Path) -> None:
    file = tmp_path / "odd.arrow"
    odd_frame().write_ipc(file)
    assert_as_read(row_source(file), read_table(str(file)).frame)


def test_bytes_that_are_no_text_further_down_stay_bytes(tmp_path: Path) -> None:
    file = tmp_path / "bytes.parquet"
    pl.DataFrame({"a": [b"a"] * 50 + [b"\xff"], "b": [b"a"] * 51, "c": range(51)}).write_parquet(file, row_group_size=9)
    assert_as_read(row_source(file), read_table(str(file)).frame)


def test_the_index_of_a_data_frame_is_noted(tmp_path: Path) -> None:
    file = tmp_path / "index.parquet"
    pd.DataFrame({"a": [1, 2, 3, 4]}, index=pd.Index([5, 6, 7, 8], name="who")).to_parquet(file)
    assert row_source(file).notes == read_table(str(file)).notes != ()


def test_tables_of_python_are_read_by_slices() -> None:
    frame = odd_frame().drop("bytes", "text as bytes")
    assert_as_read(row_source(frame), frame)
    assert_as_read(row_source(frame.to_arrow()), pl.from_arrow(frame.to_arrow()))  # type: ignore[arg-type]
    simple = frame.select("whole", "single", "text", "day").to_pandas()
    assert_as_read(row_source(simple), pl.from_pandas(simple))


def test_a_pandas_column_that_begins_with_gaps_has_the_type_of_all_of_it() -> None:
    frame = pd.DataFrame({1: [None, None, None, None, "a", "b"], "b": [1, 2, 3, 4, 5, 6], "c": list("abcdef")})
    assert_frame_equal(together(row_source(frame)), pl.from_pandas(frame.rename(columns={1: "1"})))


def test_a_pandas_column_of_no_one_type_is_refused() -> None:
    with pytest.raises(TableError, match="the table is one that cannot be read"):
        row_source(pd.DataFrame({"a": [1, "x", 2.5, None]}))


def test_a_record_batch_is_a_table() -> None:
    frame = pl.DataFrame({"a": [1, 2, 3], "b": ["x", None, "y"]})
    source = row_source(frame.to_arrow().to_batches()[0])
    assert pl.concat(source.frames(0, 3)).equals(frame)


@pytest.mark.parametrize(
    ("given", "name"),
    [(None, "NoneType"), ({"a": [1]}, "dict"), (np.zeros((3, 2)), "ndarray"), (pl.LazyFrame({"a": [1]}), "LazyFrame")],
)
def test_what_is_no_table_is_refused_by_its_kind(given: object, name: str) -> None:
    with pytest.raises(TableError, match=f"a {name} is no table: give names of files, or a polars, pandas or Arrow"):
        row_source(given)


def test_files_are_put_together_in_the_order_of_their_names(tmp_path: Path) -> None:
    frame = odd_frame().drop("bytes")
    for name, part in (("b", frame[4:]), ("a", frame[:4])):
        part.select(sorted(part.columns)).write_parquet(tmp_path / f"{name}.parquet", row_group_size=2)
    for given in (str(tmp_path / "*.parquet"), tmp_path, [tmp_path / "a.parquet", tmp_path / "b.parquet"]):
        source = row_source(given)
        whole = read_table(str(tmp_path / "*.parquet"))
        assert_as_read(source, whole.frame)
        assert (source.name, source.notes) == (whole.name, whole.notes)
        assert source.cuts.tolist() == [0, 2, 4, 6, 7]


def test_files_with_other_types_are_read_as_those_read_whole(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1, 2], "b": pl.Series([None, None]), "c": ["x", "y"]}).write_parquet(tmp_path / "1.parquet")
    pl.DataFrame({"a": [1.5, 2], "b": ["x", None], "c": ["x", "z"]}).write_parquet(tmp_path / "2.parquet")
    pattern = str(tmp_path / "*.parquet")
    whole = read_table(pattern).frame
    assert_frame_equal(together(row_source(pattern)), whole)
    assert whole.dtypes == [pl.Float64, pl.String, pl.String]


@pytest.mark.parametrize("other", [{"a": [1]}, {"a": [1], "c": [2]}, {"a": ["x"], "b": [2]}])
def test_files_that_do_not_go_together_are_refused_as_read_whole(
    tmp_path: Path, other: dict[str, list[object]]
) -> None:
    pl.DataFrame({"a": [1], "b": [2]}).write_parquet(tmp_path / "1.parquet")
    pl.DataFrame(other).write_parquet(tmp_path / "2.parquet")
    pattern = str(tmp_path / "*.parquet")
    with pytest.raises(TableError) as whole:
        read_table(pattern)
    with pytest.raises(TableError) as streamed:
        row_source(pattern)
    assert str(streamed.value) == str(whole.value)


def test_digests_follow_what_is_in_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        odd_frame().write_parquet(tmp_path / f"{name}.parquet")
    odd_frame()[:-1].write_parquet(tmp_path / "c.parquet")
    a, b, c = (row_source(tmp_path / f"{name}.parquet").digest() for name in "abc")
    assert a == b != c
    ac, ca = (row_source([tmp_path / f"{name}.parquet" for name in names]).digest() for names in ("ac", "ca"))
    assert len({a, c, ac, ca}) == 4
    frame = odd_frame()
    one, other, third = (row_source(given).digest() for given in (frame, odd_frame(), frame[1:]))
    assert one == other != third


def test_a_file_that_changes_is_not_read_on(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    odd_frame().write_parquet(file)
    source = row_source(file)
    odd_frame()[1:].write_parquet(file)
    with pytest.raises(TableError, match="has changed since it was first read"):
        list(source.frames(0, 1))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.parquet", b"PAR1 and no more", "Parquet file cut short"),
        ("a.parquet", b"a,b\n1,2\n", "it holds text: name it .csv"),
        ("a.parquet", b"PAR1" + b"\0" * 40 + b"PAR1", "Parquet file that cannot be read"),
        ("a.arrow", b"ARROW1\0\0" + b"\0" * 40, "not an Arrow file, or one that cannot be read"),
        ("a.csv.gz", b"\x1f\x8b and more", "gunzip -k "),
        ("a.csv.zst", b"\x28\xb5\x2f\xfd and more", "unzstd "),
        ("a.xlsx", b"PK\x03\x04 and more", "export it as CSV"),
        ("a.pdf", b"%PDF", "not known from its ending"),
        ("a.csv", b"%PDF-1.4", "a PDF document"),
        ("a.csv", b"", "is empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_a_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError) as caught:
        row_source(tmp_path / name)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_without_rows_or_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    odd_frame()[:0].write_parquet(file)
    with pytest.raises(TableError, match="no rows"):
        row_source(file)
    source = row_source("iris")
    with pytest.raises(TableError, match="has no column 'nothing'"):
        next(source.frames(0, 1, ["nothing"]))
    with pytest.raises(TableError, match="rows 0 to 151 are asked for"):
        next(source.frames(0, 151))


def test_the_command_in_the_refusal_of_a_stream_makes_a_file_that_is_read(tmp_path: Path) -> None:
    file = tmp_path / "it's a stream.arrow"
    frame = odd_frame().drop("bytes")
    with file.open("wb") as out, pa.ipc.new_stream(out, frame.to_arrow().schema) as writer:
        writer.write_table(frame.to_arrow(), max_chunksize=3)
    with pytest.raises(TableError) as caught:
        row_source(file)
    command = str(caught.value).partition("make it Parquet, ")[2]
    assert_frame_equal(together(row_source(made_by(command))), read_table(str(file)).frame)


def made_by(command: str) -> str:
    """The file whose name the command prints."""
    program = command.replace("python -c", f"{sys.executable} -c", 1)
    return subprocess.run(program, shell=True, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("n_lanes", [1, 3, 12])
@pytest.mark.parametrize("group", [1, 7, 40, 64, 1000])
def test_lanes_are_all_rows_in_parts_of_about_a_size_and_begin_at_cuts_where_they_can(
    tmp_path: Path, group: int, n_lanes: int
) -> None:
    file = tmp_path / "a.parquet"
    pl.DataFrame({"a": np.arange(1000)}).write_parquet(file, row_group_size=group)
    source = row_source(file)
    lanes = lanes_of(source, n_lanes)
    assert [first for first, _ in lanes] + [1000] == [0] + [stop for _, stop in lanes]
    sizes = np.array([stop - first for first, stop in lanes])
    assert (np.abs(sizes - 1000 / n_lanes) <= 0.05 * 1000 / n_lanes + 1).all()
    if group == 1:
        assert set(np.ravel(lanes)) <= set(source.cuts.tolist())


def test_fewer_rows_than_lanes_leave_lanes_empty() -> None:
    lanes = lanes_of(row_source(odd_frame()[:3]), 12)
    assert len(lanes) == 12
    assert sum(stop - first for first, stop in lanes) == 3


def test_a_group_of_many_rows_takes_no_more_room_than_a_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_rows, "_MOST", 65_536)
    file, rows = tmp_path / "a.parquet", 400_000
    rng = np.random.default_rng(0)
    pl.DataFrame({f"c{k}": rng.random(rows) for k in range(8)}).write_parquet(file, row_group_size=rows)
    source = row_source(file)
    before = pa.default_memory_pool().bytes_allocated()
    most = 0
    for frame in source.frames(100_000, rows):
        most = max(most, pa.default_memory_pool().bytes_allocated() - before)
        assert frame.estimated_size() <= 8 << 20
    assert 0 < most < 20 << 20 < 8 * 8 * rows
