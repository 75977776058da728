"""Reading files: each kind of damage is repaired and noted, or refused with one clear line."""

from __future__ import annotations

import io

import polars as pl
import pytest

from glassprop.errors import MissingPackageError, TableError
from glassprop.tables import read_table

PLAIN = "a,b,c\n1,x,2.5\n2,y,3.5\n"
ROWS = [(1, "x", 2.5), (2, "y", 3.5)]


def test_a_plain_file_is_read_without_a_note(write):
    table = read_table(write(PLAIN))
    assert table.frame.columns == ["a", "b", "c"]
    assert table.frame.rows() == ROWS
    assert table.frame.dtypes == [pl.Int64, pl.String, pl.Float64]
    assert table.notes == ()
    assert table.target is None


@pytest.mark.parametrize(
    ("content", "note"),
    [
        pytest.param(b"\xef\xbb\xbf" + PLAIN.encode(), "byte order mark", id="bom"),
        pytest.param(PLAIN.encode("utf-16"), "UTF-16", id="utf-16"),
        pytest.param(PLAIN.replace(",", ";").encode(), "semicolon", id="semicolon"),
        pytest.param(PLAIN.replace(",", "|").encode(), "separated by |", id="pipe"),
        pytest.param(PLAIN.replace(",", "\t").encode(), None, id="tab"),
        pytest.param(PLAIN.replace("\n", "\r\n").encode(), None, id="windows line ends"),
        pytest.param(PLAIN.replace("\n", "\r").encode(), None, id="old mac line ends"),
        pytest.param(PLAIN.replace("\n", "\n\n").encode(), None, id="blank lines"),
        pytest.param(b"a,b,c\n 1 , x ,2.5\n2,  y,3.5 \n", None, id="spaces around values"),
        pytest.param(b'"a","b","c"\n"1","x","2.5"\n"2", "y","3.5"', None, id="all quoted, no last line end"),
        pytest.param(b"a,b,c\n1,x,2.5,\n2,y,3.5,\n", None, id="separator at the end of each row"),
    ],
)
def test_what_can_be_read_rightly_is_read(write, content, note):
    table = read_table(write(content))
    assert table.frame.columns == ["a", "b", "c"]
    assert table.frame.rows() == ROWS
    assert (len(table.notes) == 0) if note is None else any(note in line for line in table.notes)


@pytest.mark.parametrize(
    ("content", "encoding", "word"),
    [
        pytest.param("a,b\n1,Zürich – 5 €\n".encode("cp1252"), "cp1252", "Zürich – 5 €", id="cp1252"),
        pytest.param(b"a,b\n1,x\x81y\n", "latin-1", "x\x81y", id="latin-1"),
    ],
)
def test_text_that_is_not_utf8_falls_back(write, content, encoding, word):
    table = read_table(write(content))
    assert table.frame.rows() == [(1, word)]
    assert any(f"read as {encoding}" in note for note in table.notes)


def test_short_rows_are_filled_with_missing_and_noted(write):
    table = read_table(write("a,b,c\n1,2,3\n4\n5,6\n7,8,9\n"))
    assert table.frame.rows() == [(1, 2, 3), (4, None, None), (5, 6, None), (7, 8, 9)]
    assert any("lines 3, 4 are shorter" in note for note in table.notes)


def test_a_row_of_separators_stays_a_row_so_that_predictions_stay_in_step(write):
    assert read_table(write("a,b\n1,2\n,\n3,4\n")).frame.rows() == [(1, 2), (None, None), (3, 4)]


def test_rows_longer_than_the_header_are_refused_with_their_line(write):
    with pytest.raises(TableError, match=r"1 row\(s\) have more fields than the header's 2, first line 3 with 3"):
        read_table(write("a,b\n1,2\n3,4,5\n6,7\n"))


def test_row_names_without_a_header_get_one(write):
    table = read_table(write("a,b\nr1,1,2\nr2,3,4\n"))
    assert table.frame.rows(named=True) == [{"row": "r1", "a": 1, "b": 2}, {"row": "r2", "a": 3, "b": 4}]
    assert any("row names" in note for note in table.notes)


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("a,a,a", ["a", "a_2", "a_3"]),
        ("a,a,a_2", ["a", "a_3", "a_2"]),
        ("a,,b", ["a", "column_2", "b"]),
        (" a , b,c ", ["a", "b", "c"]),
        ("column_2,,x", ["column_2", "column_2_2", "x"]),
    ],
)
def test_every_column_gets_a_name_of_its_own(write, header, names):
    table = read_table(write(f"{header}\n1,2,3\n"))
    assert table.frame.columns == names
    assert table.frame.row(0) == (1, 2, 3)


def test_a_header_of_numbers_is_noted(write):
    assert any("looks like data" in note for note in read_table(write("1,2\n3,4\n")).notes)


@pytest.mark.parametrize(
    "spelling", ["NA", "na", "N/A", "?", "null", "NULL", "NaN", "nan", "", " ", "#N/A", "<NA>", "\\N"]
)
def test_spellings_of_missing(write, spelling):
    table = read_table(write(f"a,b\n1,x\n{spelling},{spelling}\n"))
    assert table.frame.rows() == [(1, "x"), (None, None)]


def test_none_stays_a_word_for_it_may_be_a_class(write):
    assert read_table(write("a,b\n1,none\n2,mild\n")).frame["b"].to_list() == ["none", "mild"]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (["1", "-2", "+3"], pl.Int64),
        (["1.", ".5", "1e3"], pl.Float64),
        (["inf", "1", "-Infinity"], pl.Float64),
        (["123456789012345678901", "2"], pl.String),
        (["9007199254740993", "-9223372036854775808"], pl.Int64),
        (["9223372036854775808", "2"], pl.String),
        (["9007199254740993", "2.5"], pl.String),
        (["9007199254740992", "2.5", "1e300"], pl.Float64),
        (["01234", "99999"], pl.String),
        (["1,5", "2,5"], pl.String),
        (["1", "x"], pl.String),
        (["true", "false"], pl.String),
        (["0", "0.0"], pl.Float64),
    ],
)
def test_only_plain_numbers_are_typed_while_reading(write, values, dtype):
    text = "a;b\n" + "".join(f"{value};x\n" for value in values)
    assert read_table(write(text)).frame["a"].dtype == dtype


def test_whole_numbers_stay_what_they_are(write):
    large = [2**53 + 1, 2**53, 2**63 - 1, -(2**63)]
    table = read_table(write("a,b,c\n" + "".join(f"{k},{10 * k},x\n" for k in large)))
    assert table.frame["a"].to_list() == large
    assert table.frame["b"].to_list() == [str(10 * k) for k in large]


def test_quotes_hold_separators_line_ends_and_quotes(write):
    table = read_table(write('a,b\n"x, y","two\nlines"\n"he said ""no""",z\n'))
    assert table.frame.rows() == [("x, y", "two\nlines"), ('he said "no"', "z")]


def test_a_quote_inside_a_field_is_a_character(write):
    assert read_table(write('a,b\n5" pipe,2\n6" pipe,3\n')).frame["a"].to_list() == ['5" pipe', '6" pipe']


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "is empty", id="0 bytes"),
        pytest.param(b"\n \n", "is empty", id="blank"),
        pytest.param(b"a,b\n", "header but no rows", id="header only"),
        pytest.param(b"a,b\n\n\n", "header but no rows", id="header and blank lines"),
        pytest.param(b'a,b\n1,"x\n2,y\n', "never closed", id="open quote"),
        pytest.param(b"a,b\n1,\x00\x01\n", "binary", id="binary"),
        pytest.param(b"PK\x03\x04rest", "zip or spreadsheet", id="xlsx under a wrong name"),
        pytest.param(b"\x1f\x8brest", "gzip", id="gzip"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(write, content, message):
    with pytest.raises(TableError, match=message) as caught:
        read_table(write(content))
    assert "\n" not in str(caught.value)
    assert "table.csv" in str(caught.value)


def test_a_missing_file_is_named():
    with pytest.raises(TableError, match=r"no file 'nowhere\.csv'"):
        read_table("nowhere.csv")


def test_a_misspelled_built_in_gets_the_nearest():
    with pytest.raises(TableError, match="built-in breast_cancer"):
        read_table("brest_cancer")


def test_a_folder_and_an_unknown_ending_are_refused(tmp_path, write):
    with pytest.raises(TableError, match="folder"):
        read_table(str(tmp_path))
    with pytest.raises(TableError, match="ending"):
        read_table(write("a,b\n1,2\n", "table.xyz"))


def test_tsv_and_standard_input(write):
    assert read_table(write("a\tb,c\n1\t2\n", "table.tsv")).frame.columns == ["a", "b,c"]
    table = read_table("-", stdin=io.BytesIO(PLAIN.encode()))
    assert table.frame.rows() == ROWS
    assert table.name == "standard input"
    with pytest.raises(TableError, match="standard input is empty"):
        read_table("-", stdin=io.BytesIO(b""))


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream"])
def test_parquet_and_arrow(tmp_path, kind):
    frame = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    path = tmp_path / f"t.{'arrow' if kind == 'stream' else kind}"
    {"parquet": frame.write_parquet, "arrow": frame.write_ipc, "stream": frame.write_ipc_stream}[kind](path)
    assert read_table(str(path)).frame.equals(frame)


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_files_cut_short_are_refused(tmp_path, suffix, share):
    frame = pl.DataFrame({"a": list(range(500)), "b": [str(k) for k in range(500)]})
    path = tmp_path / f"t.{suffix}"
    (frame.write_parquet if suffix == "parquet" else frame.write_ipc)(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(TableError) as caught:
        read_table(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"no parquet at all", b"PAR1PAR1", b"PAR1" + b"\xff" * 40 + b"PAR1"])
def test_what_is_no_parquet_is_refused(write, data):
    with pytest.raises(TableError, match="Parquet"):
        read_table(write(data, "t.parquet"))


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_bytes_that_are_text_are_read_as_text(tmp_path, suffix):
    frame = pl.DataFrame({"text": ["ü".encode(), None, b""], "bytes": [b"\xff", b"a", b"b"], "n": [1, 2, 3]})
    path = tmp_path / f"t.{suffix}"
    (frame.write_parquet if suffix == "parquet" else frame.write_ipc)(path)
    read = read_table(str(path)).frame
    assert read.dtypes == [pl.String, pl.Binary, pl.Int64]
    assert read["text"].to_list() == ["ü", None, ""]


def test_parquet_without_rows_is_refused(tmp_path):
    pl.DataFrame({"a": []}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(TableError, match="no rows"):
        read_table(str(tmp_path / "t.parquet"))


@pytest.mark.parametrize(
    ("name", "shape", "target", "classes"),
    [
        ("digits", (1797, 65), "digit", 10),
        ("iris", (150, 5), "species", 3),
        ("wine", (178, 14), "cultivar", 3),
        ("breast_cancer", (569, 31), "diagnosis", 2),
        ("diabetes", (442, 11), "progression", 214),
    ],
)
def test_built_in_sets_know_their_target(name, shape, target, classes):
    table = read_table(name)
    assert (table.frame.shape, table.target) == (shape, target)
    assert table.frame[target].n_unique() == classes


def test_without_polars_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "polars", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'glassprop\[cli\]'"):
        read_table("iris")
