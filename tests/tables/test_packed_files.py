"""Packed files, spreadsheets, several files: read as what is in them, within bounds, or refused with what is wrong."""

from __future__ import annotations

import gzip
import io
import struct
import sys
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import polars as pl
import pytest

from glassprop.errors import MissingPackageError, TableError
from glassprop.tables import read_table
from glassprop.tables.reading import excel_file, unpack

PLAIN = b"name,n,x\nA,1,2.5\nB,2,3.5\n"
ROWS = [("A", 1, 2.5), ("B", 2, 3.5)]


def parquet() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(ROWS, schema=["name", "n", "x"], orient="row").write_parquet(buffer)
    return buffer.getvalue()


def zstandard(data: bytes) -> bytes:
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.compress(data, codec="zstd", asbytes=True)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def spreadsheet(sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


# --- packed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.csv.gz", lambda: gzip.compress(PLAIN)),
        ("t.csv.gz", lambda: gzip.compress(PLAIN[:12]) + gzip.compress(PLAIN[12:])),
        ("t.tsv.gz", lambda: gzip.compress(PLAIN.replace(b",", b"\t"))),
        ("t.gz", lambda: gzip.compress(PLAIN)),
        ("t.csv.zst", lambda: zstandard(PLAIN)),
        ("t.csv.zst", lambda: zstandard(PLAIN[:12]) + zstandard(PLAIN[12:])),
        ("t.parquet.zst", lambda: zstandard(parquet())),
        ("t.zip", lambda: zipped({"folder/t.csv": PLAIN, "readme.md": b"# x", "__MACOSX/t.csv": b"?", ".x.csv": b"?"})),
        ("t.csv.zip", lambda: zipped({"t.parquet": parquet()}, zipfile.ZIP_STORED)),
        ("t.zip", lambda: zipped({"t.csv": PLAIN}, zipfile.ZIP_BZIP2)),
        ("t.csv", lambda: gzip.compress(PLAIN)),
        ("t.csv", lambda: zipped({"t.csv": PLAIN})),
        ("t.csv.gz", lambda: PLAIN),
        ("t.xlsx", lambda: PLAIN),
        ("t.csv", parquet),
        ("t.xlsx", lambda: spreadsheet({"s": [["name", "n", "x"], *map(list, ROWS)]})),
        ("t.csv", lambda: spreadsheet({"s": [["name", "n", "x"], *map(list, ROWS)]})),
    ],
)
def test_what_is_packed_is_read_as_what_is_in_it(write, name, data):
    assert read_table(write(data(), name)).frame.rows() == ROWS


def test_standard_input_may_be_packed():
    assert read_table("-", stdin=io.BytesIO(gzip.compress(PLAIN))).frame.rows() == ROWS


def test_an_ending_that_promises_too_much_is_told(write):
    assert "no .gz file, whatever its ending says" in read_table(write(PLAIN, "t.csv.gz")).notes[0]


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python unpacks it itself")
def test_without_a_package_for_zstandard_the_message_says_what_to_install(write, monkeypatch):
    data = zstandard(PLAIN)
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingPackageError, match=r"glassprop\[zstd\]"):
        read_table(write(data, "t.csv.zst"))


@pytest.mark.parametrize("pack", [gzip.compress, zstandard, lambda data: zipped({"t.csv": data})])
def test_unpacking_stops_at_its_bound_whatever_the_file_says_of_its_size(write, monkeypatch, pack):
    monkeypatch.setattr(unpack, "_FREE", 1000)
    monkeypatch.setattr(unpack, "_TIMES", 2)
    monkeypatch.setattr(unpack, "_PIECE", 100)
    data = bytearray(pack(PLAIN + b"C,3,4.5\n" * 1000))
    if data.startswith(b"PK"):  # both places where its size stands say that it is small
        for place in (22, data.index(b"PK\x01\x02") + 24):
            data[place : place + 4] = struct.pack("<I", 100)
    with pytest.raises(TableError, match=r"becomes larger than|damaged"):
        read_table(write(bytes(data), "t.csv"))
    read = []
    monkeypatch.setattr(unpack, "bound_for", lambda size: read.append(size) or 1 << 20)
    if not data.startswith(b"PK"):
        assert read_table(write(bytes(data), "t.csv")).frame.height == 1002


@pytest.mark.parametrize("pack", [gzip.compress, zstandard, lambda data: zipped({"t.csv": data})])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_packed_files_cut_short_are_refused(write, pack, share):
    data = pack(PLAIN + b"C,3,4.5\n" * 1000 + bytes(str(list(range(2000))), "ascii"))
    with pytest.raises(TableError, match="damaged or cut short") as caught:
        read_table(write(data[: int(share * len(data))], "t.csv"))
    assert "\n" not in str(caught.value)


def test_a_zip_file_whose_content_was_changed_is_refused(write):
    data = zipped({"t.csv": PLAIN}, zipfile.ZIP_STORED)
    with pytest.raises(TableError, match="damaged"):
        read_table(write(data.replace(b"A,1", b"A,7"), "t.zip"))


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("t.zip", lambda: zipped({"a.csv": PLAIN, "b.csv": PLAIN}), r"2 tables \('a.csv', 'b.csv'\)"),
        ("t.zip", lambda: zipped({"a.png": b"x"}), r"no table \('a.png'\)"),
        ("t.zip", lambda: zipped({}), "no table"),
        ("t.gz", lambda: gzip.compress(gzip.compress(PLAIN)), "packed more than once"),
        ("t.zip", lambda: zipped({"t.csv": zipped({"t.csv": PLAIN})}), "packed more than once"),
        ("t.csv.gz", lambda: gzip.compress(b""), "holds nothing"),
        ("t.tar.gz", lambda: gzip.compress(b"t.csv".ljust(257, b"\0") + b"ustar\0".ljust(255, b"\0")), "tar archive"),
        ("t.csv", lambda: b"BZh91AY&SY\x00\xff", "bzip2"),
        ("t.csv", lambda: b"\xfd7zXZ\x00\x00", "xz data"),
        ("t.csv", lambda: b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        ("t.csv", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1", "old spreadsheet"),
        ("t.csv", lambda: b"SQLite format 3\x00\x10", "SQLite database"),
        ("t.csv", lambda: b"\x89HDF\r\n\x1a\n", "HDF5"),
        ("t.csv", lambda: b"\x93NUMPY\x01\x00", "NumPy array"),
        ("t.csv", lambda: b"\x80\x04\x95", "Python pickle"),
        ("t.csv", lambda: b"<!DOCTYPE html>\n<html>a,b</html>\n", "an HTML page"),
        ("t.csv", lambda: b'{"a": 1, "b": 2}\n{"a": 3}\n', "JSON"),
        ("t.csv", lambda: b'[\n  {"a": 1}]', "JSON"),
        ("t.csv", lambda: b"% Iris\n%\n@RELATION iris\n@DATA\n1,2\n", "ARFF"),
        ("t.csv", lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"),
        ("t.parquet", lambda: PLAIN, "it holds text"),
        ("t.parquet", lambda: b"\x89PNG\r\n", "PNG picture"),
        ("t.arrow", lambda: PLAIN, "it holds text"),
    ],
)  # fmt: skip
def test_bytes_of_a_wrong_kind_are_refused_with_what_they_are(write, name, data, message):
    with pytest.raises(TableError, match=message) as caught:
        read_table(write(data(), name))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("header", ["ORC,b", "BZh,b", "GIF8,b", "FEA1,b", "[a],b", "{a},b", "<a>,b", "%,b"])
def test_names_that_begin_like_other_kinds_are_names(write, header):
    assert read_table(write(f"{header}\nx,2\ny,3\n")).frame.columns == header.split(",")


def test_nothing_is_written_to_disk(write, tmp_path):
    name = write(zipped({"../../evil.csv": PLAIN}), "t.zip")
    before = {file.name for file in tmp_path.rglob("*")} | {file.name for file in tmp_path.parent.glob("*")}
    assert read_table(name).frame.rows() == ROWS
    after = {file.name for file in tmp_path.rglob("*")} | {file.name for file in tmp_path.parent.glob("*")}
    assert after == before


# --- spreadsheets -------------------------------------------------------------------------------------------------


def test_a_spreadsheet_as_people_have_them(write):
    rows = [
        ["Report of sales"],
        [],
        ["name", "n", "x", "day", "clock", "at", "ok", None],
        ["01234", 1, 1.5, date(2021, 3, 4), time(12, 30), datetime(2021, 3, 4, 5, 6, 7), True],
        ["B, c", 2, None, date(2021, 3, 5), time(1, 2, 3), datetime(2021, 3, 5), False],
        [None, 3, 0.1, None, None, None, None],
        ["Total", 6, 1.6],
        [],
        ["Source: the office"],
    ]
    table = read_table(write(spreadsheet({"empty": [], "data": rows, "more": [["x"]]}), "t.xlsx"))
    assert table.frame.rows() == [
        ("01234", 1, 1.5, "2021-03-04", "12:30:00", "2021-03-04 05:06:07", "true"),
        ("B, c", 2, None, "2021-03-05", "01:02:03", "2021-03-05", "false"),
        (None, 3, 0.1, None, None, None, None),
    ]
    told = " | ".join(table.notes)
    assert "sheet 'data' is read; not 'more'" in told
    for word in ("titles", "Total", "Source"):
        assert word in told


def test_hidden_sheets_are_not_read(write):
    data = spreadsheet({"notes": [["a"], ["b"]], "data": [["n", "x"], [1, "u"], [2, "v"]]}, hidden=("notes",))
    assert read_table(write(data, "t.xlsx")).frame.rows() == [(1, "u"), (2, "v")]


def test_a_spreadsheet_of_nothing_or_damaged_is_refused(write, monkeypatch):
    with pytest.raises(TableError, match="without any value"):
        read_table(write(spreadsheet({"a": []}), "t.xlsx"))
    good = spreadsheet({"a": [["n"], [1]]})
    with pytest.raises(TableError, match=r"damaged|cannot be read"):
        read_table(write(good[: len(good) // 2], "t.xlsx"))
    broken = zipped({"xl/workbook.xml": b"<nothing", "[Content_Types].xml": b"<x/>"})
    with pytest.raises(TableError, match="cannot be read"):
        read_table(write(broken, "t.xlsx"))


def test_a_spreadsheet_is_read_within_bounds(write, monkeypatch):
    data = spreadsheet({"a": [["n", "m"], *([k, k] for k in range(500))]})
    monkeypatch.setattr(excel_file, "_MOST_CELLS", 500)
    with pytest.raises(TableError, match="more than 500 cells"):
        read_table(write(data, "t.xlsx"))
    monkeypatch.setattr(unpack, "_FREE", 1000)
    monkeypatch.setattr(unpack, "_TIMES", 1)
    with pytest.raises(TableError, match="becomes larger"):
        read_table(write(data, "t.xlsx"))


def test_without_openpyxl_the_message_says_what_to_install(write, monkeypatch):
    data = spreadsheet({"a": [["n"], [1]]})
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingPackageError, match=r"glassprop\[excel\]"):
        read_table(write(data, "t.xlsx"))


# --- several ------------------------------------------------------------------------------------------------------


@pytest.fixture
def parts(write):
    """Write files part-1.csv, part-2.csv, … and give the pattern that fits them."""

    def written(*texts: str, ending: str = "csv") -> str:
        files = [write(text, f"part-{k + 1}.{ending}") for k, text in enumerate(texts)]
        return str(Path(files[0]).parent / f"part-*.{ending}")

    return written


def test_several_files_are_one_table_in_the_order_of_their_names(write, parts):
    pattern = parts("a,b\n1,x\n", "b,a\ny,2\n", "a,b\n3,z\n")
    table = read_table(pattern)
    assert table.frame.rows() == [(1, "x"), (2, "y"), (3, "z")]
    assert "3 files" in table.name
    assert "are read as one table of 3 rows" in table.notes[0]
    files = [pattern.replace("*", str(k)) for k in (3, 1)]
    assert read_table(files).frame.rows() == [(3, "z"), (1, "x")]
    assert read_table([files[0], pattern]).frame.height == 3


def test_files_of_any_kind_go_together(write, parts):
    pattern = parts("name,n,x\nC,3,4.5\n")
    table = read_table([write(parquet(), "p.parquet"), write(gzip.compress(PLAIN), "z.csv.gz"), pattern])
    assert table.frame.rows() == [*ROWS, *ROWS, ("C", 3, 4.5)]


@pytest.mark.parametrize(
    ("texts", "column"),
    [
        pytest.param(["a,b\n1,x\n2,y\n", "a,b\n1.5,z\n"], [1.0, 2.0, 1.5], id="whole and real"),
        pytest.param(["a,b\n01,x\n", "a,b\n10,y\n"], ["01", "10"], id="codes and numbers"),
        pytest.param(["a,b\n1E2,x\nNA,y\n", "a,b\nB07,y\n"], ["1E2", None, "B07"], id="text that looks like a number"),
        pytest.param(["a,b\n,x\n", "a,b\n7,y\n"], [None, 7], id="nothing and numbers"),
        pytest.param(["a,b\n9007199254740993,x\n", "a,b\n0.5,y\n"], ["9007199254740993", "0.5"], id="large and real"),
    ],
)
def test_a_column_is_read_alike_in_all_files(parts, texts, column):
    table = read_table(parts(*texts))
    assert table.frame["a"].to_list() == column
    assert type(table.frame["a"].drop_nulls()[0]) is type(next(v for v in column if v is not None))
    assert ("a" in table.words) == (table.frame["a"].dtype == pl.String)


def test_totals_are_left_out_of_each_file(parts):
    table = read_table(parts("k,n\nx,1\ny,2\nTotal,3\n", "k,n\nz,5\nu,6\nTotal,11\n"))
    assert table.frame["n"].to_list() == [1, 2, 5, 6]


def test_notes_on_many_files_are_few(parts):
    table = read_table(parts(*(f"a;b\n{k};x\n" for k in range(30))))
    assert table.frame.height == 30
    assert len(table.notes) == 10


def test_files_with_other_columns_are_refused_and_told(parts, write):
    with pytest.raises(TableError, match=r"part-2.csv has other columns than .*part-1.csv: it lacks 'b'; 'c' is not"):
        read_table(parts("a,b\n1,2\n", "a,c\n1,2\n"))
    dates = pl.DataFrame({"a": [date(2020, 1, 1)]})
    numbers = pl.DataFrame({"a": [1]})
    files = []
    for k, frame in enumerate((dates, numbers)):
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        files.append(write(buffer.getvalue(), f"{k}.parquet"))
    with pytest.raises(TableError, match=r"column 'a' is Date in .*, Int64 in"):
        read_table(files)


def test_what_cannot_be_one_of_several_is_refused(write):
    name = write(PLAIN)
    for other in ("-", "iris"):
        with pytest.raises(TableError, match="cannot be one of several"):
            read_table([name, other])
    with pytest.raises(TableError, match="no file that fits"):
        read_table(str(Path(name).parent / "nothing-*.csv"))
    with pytest.raises(TableError, match="no table is named"):
        read_table([])


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(write):
    write(PLAIN, "a.csv")
    assert read_table(write("n\n7\n", "[a].csv")).frame.rows() == [(7,)]
