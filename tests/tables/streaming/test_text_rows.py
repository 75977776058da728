"""Text files read in blocks: the same types, cells, words and notes as read whole, wherever blocks end."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from glassprop.errors import TableError
from glassprop.tables import read_table
from glassprop.tables.streaming import row_source as sources
from glassprop.tables.streaming import text_blocks, text_form, typed_rows
from glassprop.tables.streaming.row_source import row_source

PLAIN = b"a,b,c\n" + b"".join(b"%d,%d.5,x%d\n" % (k, k, k % 3) for k in range(40))
FILES = {
    "plain": PLAIN,
    "without a last line feed": PLAIN[:-1],
    "windows line ends": PLAIN.replace(b"\n", b"\r\n"),
    "a byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "semicolons and decimal commas": PLAIN.replace(b",", b";").replace(b".", b","),
    "in groups": b"a;b\n" + b"".join(b"%d,5;%d.733\n" % (k, k + 1) for k in range(40)),
    "cp1252": PLAIN.replace(b"x", b"\xe9\x80"),
    "latin-1": PLAIN.replace(b"x", b"\xe9\x81"),
    "cp1252 far down": PLAIN + b"7,8,\xe9\n",
    "UTF-8": PLAIN.replace(b"x", "é€".encode()),
    "comments and a title": b"# one\n# two\nA title\n\n" + PLAIN,
    "header in a comment": b"# a,b,c\n" + PLAIN[6:],
    "no header": PLAIN[6:],
    "units": PLAIN[:6] + b"[m],[kg],\n" + PLAIN[6:],
    "header again": PLAIN + PLAIN,
    "header again and text": (PLAIN + PLAIN + b"x,y,z\n"),
    "below": PLAIN + b"\nSource: somebody\n",
    "separators below": PLAIN + b",,\n,,\n",
    "blank lines": PLAIN.replace(b"5,x0\n", b"5,x0\n\n\n"),
    "short rows": PLAIN.replace(b"7,7.5,x1\n", b"7,7.5\n").replace(b"9,9.5,x0\n", b"9\n"),
    "empty fields behind": PLAIN.replace(b"x0\n", b"x0,,\n"),
    "row names": b"a,b\n" + PLAIN[6:],
    "floats after whole numbers": b"a,b\n" + b"1,1\n" * 40 + b"2.5,1\n",
    "text after numbers": b"a,b\n" + b"1,1\n" * 40 + b"x,1\n",
    "codes after numbers": b"a,b\n" + b"1,1\n" * 40 + b"01,1\n",
    "long numbers before floats": b"a,b\n9007199254740993,1\n" + b"1,1\n" * 40 + b"1.5,1\n",
    "long numbers": b"a,b\n9007199254740993,1\n" + b"1,1\n" * 40,
    "numbers beyond": b"a,b\n99999999999999999999,1\n" + b"1,1\n" * 40,
    "gaps": b"a,b,c\n" + b"NA,,n/a\n" * 20 + b"1,2.5,x\n" * 3,
    "nothing in a column": b"a,b\n" + b"1,\n" * 40,
    "all in quotes": b'a,b\n"NA","1"\n' + b'"x","2"\n' * 40,
    "some in quotes": b'a,b\n"NA",1\nNA,1\n' + b"y,2\n" * 40 + b'"x, y",2\n',
    "quotes far down": b"a,b\n" + b"NA,2\n" * 40 + b'"NA",2\nx,1\n',
    "line feeds in quotes": b'a,b\n' + b'"x\n1,2\n""y""\n",2\n' * 20,
    "stray quotes": b'a,b\n' + b'5" pipe,2\n"a\n5"" b",3\nx "y,4\n' * 15,
    "header over two lines": b'"a\nb",c\n' + b'"1",2\n' * 30,
    "spaces": b"a b c\n" + b"".join(b"%d   %d.5 -%d\n" % (k, k, k) for k in range(40)),
    "tabs": PLAIN.replace(b",", b"\t"),
    "one column": b"a\n" + b"1\n" * 40,
    "spaces around": b"a , b\n" + b" 1 , x \n" * 40,
    "names that are double or lacking": b",b,b\n" + b"1,2,3\n" * 40,
    "bare returns": PLAIN.replace(b"5,x1\n", b"5,x1\r"),
}  # fmt: skip


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that count as large, and blocks of a few rows."""
    monkeypatch.setattr(sources, "WHOLE", 0)
    monkeypatch.setattr(typed_rows, "_MOST", 7)
    monkeypatch.setattr(typed_rows, "_FEWEST", 2)


def assert_as_read(file: Path, as_text: dict[str, set[str]] | None = None) -> None:
    source, whole = row_source(file, as_text=as_text), read_table(str(file), as_text=as_text)
    assert list(source.schema.items()) == list(whole.frame.schema.items())
    frames = list(source.frames(0, source.n_rows))
    assert all(0 < frame.height <= source.piece_rows for frame in frames)
    assert_frame_equal(pl.concat(frames), whole.frame)
    assert (dict(source.words), source.quoted) == (dict(whole.words), whole.quoted)
    assert sorted(source.notes) == sorted(whole.notes)
    third = source.n_rows // 3
    some = pl.concat(list(source.frames(third, 2 * third + 1, whole.frame.columns[:1])))
    assert_frame_equal(some, whole.frame[third : 2 * third + 1, :1])


@pytest.mark.parametrize("block", [60, 200, 100_000])
@pytest.mark.parametrize("name", FILES)
def test_files_are_read_as_whole_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: None, name: str, block: int
) -> None:
    monkeypatch.setattr(text_blocks, "BLOCK", block)
    file = tmp_path / ("a.tsv" if name == "tabs" else "a.csv")
    file.write_bytes(FILES[name])
    assert_as_read(file)
    if block == 200:
        assert_as_read(file, {"a": {"na", "y"}})


def test_a_head_that_is_a_part_of_a_file_tells_as_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: None
) -> None:
    monkeypatch.setattr(text_blocks, "BLOCK", 500)
    monkeypatch.setattr(text_form, "HEAD", 700)
    monkeypatch.setattr(text_form, "_TAIL", 100)
    monkeypatch.setattr(text_form, "_PIECE", 300)
    for name in ("plain", "cp1252 far down", "comments and a title", "below", "header again", "quotes far down"):
        file = tmp_path / "a.csv"
        file.write_bytes(FILES[name])
        assert_as_read(file)


CELLS = st.sampled_from(
    ["", "1", "-2", "2.5", "1e3", "007", "NA", "na", "x", "a,b", 'say "hi"', "two\nlines", " padded ", "é", "9" * 18]
)


@settings(max_examples=40)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=3, max_size=40),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    block=st.integers(20, 300),
)
def test_any_cells_are_read_as_in_whole_files(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], quoting: int, block: int
) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator="\n").writerows([("first", "second", "third"), *rows])
    file = tmp_path_factory.mktemp("any") / "a.csv"
    file.write_text(text.getvalue(), encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_blocks, "BLOCK", block)
        patch.setattr(sources, "WHOLE", 0)
        try:
            read_table(str(file))
        except TableError as error:
            with pytest.raises(TableError):
                row_source(file)
            del error
            return
        assert_as_read(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PLAIN + b"1,2,3,4\n", "line 42 with 4"),
        (PLAIN + b'"never closed,2,3\n' + PLAIN[6:] * 3, "opened and never closed"),
        (PLAIN + b"\x00\n", "holds binary data"),
        (PLAIN.decode().encode("utf-16"), "iconv -f UTF-16 -t UTF-8"),
        (b"a,b,c\n", "no rows"),
        (PLAIN + b"Total,820.0,\n", "the last row of"),
        (PLAIN.replace(b"\n", b"\r"), "line feed"),
    ],
)
def test_what_cannot_be_read_in_blocks_is_refused_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: None, text: bytes, said: str
) -> None:
    monkeypatch.setattr(text_blocks, "BLOCK", 60)
    monkeypatch.setattr(text_form, "_PIECE", 300)
    file = tmp_path / "a.csv"
    file.write_bytes(text)
    with pytest.raises(TableError, match=said) as caught:
        row_source(file)
    assert "\n" not in str(caught.value)


def test_text_files_of_other_types_are_put_together_as_whole_ones(tmp_path: Path, small: None) -> None:
    (tmp_path / "1.csv").write_bytes(b"a,b,c\n1,1,1\n2,NA,2\n")
    (tmp_path / "2.csv").write_bytes(b"a,b,c\nx,1.5,1\n2,n/a,2\n")
    pattern = str(tmp_path / "*.csv")
    source, whole = row_source(pattern), read_table(pattern)
    assert_frame_equal(pl.concat(list(source.frames(0, source.n_rows))), whole.frame)
    assert (dict(source.words), source.quoted) == (dict(whole.words), whole.quoted)


def test_cuts_are_where_blocks_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: None) -> None:
    monkeypatch.setattr(text_blocks, "BLOCK", 100)
    file = tmp_path / "a.csv"
    file.write_bytes(PLAIN)
    cuts = row_source(file).cuts
    assert cuts[0] == 0
    assert cuts[-1] == 40
    assert 4 < len(cuts) < 12
