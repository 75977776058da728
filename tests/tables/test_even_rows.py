"""The quick way through a text file gives what the careful way gives, whatever stands further down."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from glassprop.tables import read_table
from glassprop.tables.reading import even_rows, fields, text_layout
from glassprop.tables.reading.typed import typed_columns

PLAIN = {"whole": ["1", "-2", "+3", "40", "0"], "real": ["1.5", "-.5", "2.", "1e3", "0"], "text": ["a", "b b", "c"]}
ODD = [
    "", " ", "NA", "nan", "-nan", "?", "01", "-01", "+007", "00", "0.5", "00.5", " 5",
    " 05", "\t-05", "5 ", "\t6", "\u00a07", "inf", "-Infinity",
    "1e400", "1e5", "1.0", "1_000", "0x1F", "--1", "1e", ".", "x", "true", "123456789012345678", "-123456789012345678",
    "1234567890123456789", "99999999999999999", "9223372036854775808", "-0", "٣", "Zürich", "5\x0b",
    "9007199254740993", "9007199254740992.0", "1e16",
]  # fmt: skip


def careful(text: str, as_text: dict[str, set[str]] | None = None) -> pl.DataFrame:
    """By Python's own reader of CSV."""
    names, *rows = (line.split(",") for line in text.removesuffix("\n").split("\n"))
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return typed_columns(pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)), as_text).frame


def table_with(odd: list[str], rows: int = 40) -> str:
    """Columns that begin plainly, with something odd further down in some of them."""
    rng = np.random.default_rng(len(odd[0]))
    columns = {f"{kind} {k}": rng.choice(PLAIN[kind], rows).tolist() for kind in PLAIN for k in range(len(odd) + 1)}
    for kind in PLAIN:
        for k, cell in enumerate(odd):
            columns[f"{kind} {k}"][rng.integers(10, rows)] = cell
    lines = [",".join(columns), *map(",".join, zip(*columns.values(), strict=True))]
    return "".join(f"{line}\n" for line in lines)


@pytest.fixture
def tried_on_few(monkeypatch):
    monkeypatch.setattr(even_rows, "TRIED", 5)
    monkeypatch.setattr(fields, "_PART", 250)
    monkeypatch.setattr(fields, "_PIECE", 100)


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_odd_cells_further_down_are_read_as_they_are_at_the_top(write, tried_on_few, odd):
    text = table_with([odd, "", "NA"])
    found = read_table(write(text)).frame
    expected = careful(text)
    assert found.schema == expected.schema
    assert found.equals(expected)


def test_columns_that_are_to_stay_text_do_with_their_own_words(write, tried_on_few):
    text = table_with(["", "NA", "x"])
    as_text = {"whole 0": {"na"}, "whole 1": set(), "real 0": {"1e3"}, "text 1": {"c"}, "not there": {"x"}}
    table = read_table(write(text), as_text=as_text)
    assert table.frame.equals(careful(text, as_text))
    assert table.frame.schema == careful(text, as_text).schema
    assert table.frame["whole 1"].to_list().count("NA") == 1
    assert table.frame["text 1"].to_list().count("c") == 0
    assert set(table.frame["real 0"].to_list()) == {"1.5", "-.5", "2.", "0", None}
    assert table.words["whole 1"] == ()
    assert table.words["real 0"] == ("1e3",)
    assert "na" in table.words["text 0"]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_do_not_matter(write, tried_on_few, ending, last):
    text = table_with(["", "x"])
    lines = text.replace("\n", ending)
    found = read_table(write(lines if last else lines.removesuffix(ending))).frame
    assert found.equals(careful(text))


def test_a_column_that_is_empty_at_first_is_what_it_is_further_down(write, tried_on_few):
    rows = [f",,{k}\n" for k in range(20)] + ["1,x,\n", "2,,\n"]
    found = read_table(write("a,b,c\n" + "".join(rows))).frame
    assert found.dtypes == [pl.Int64, pl.String, pl.Int64]
    assert found["c"].null_count() == 2


def test_uneven_lines_are_seen_in_whatever_piece_they_are(write, tried_on_few):
    rows = ["1,2,3\n"] * 200
    rows[150] = "1,2\n"
    table = read_table(write("a,b,c\n" + "".join(rows)))
    assert table.frame["c"].null_count() == 1
    assert any("line 152 is shorter" in note for note in table.notes)


def test_fields_are_counted_where_they_stand(tried_on_few):
    lines = ["1,,x\r\n", " 2,01,\r\n", "-3,0.5,0\r\n", "4,-0,\r\n"] * 50
    found = fields.look_at_fields(("a,b,c\r\n" + "".join(lines)).encode(), ",")
    assert found is not None
    assert found.rows == 200
    assert found.empty.tolist() == [0, 50, 100]
    assert found.odd.tolist() == [True, True, False]
    assert fields.look_at_fields(b"a,b\n1,2\n\n3,4\n", ",") is None


def test_the_separator_is_found_in_the_first_hundred_rows_alone(monkeypatch):
    monkeypatch.setattr(text_layout, "_TRIED", 50)
    head, tail = "a;b\n" + "1,5;2,5\n" * 120, "1,2,3,4\n" * 1000
    assert text_layout._separator((head + tail).encode()) == ";"
    quoted = '"a";"b"\n' + '"x,\n\n,";"y"\n' * 200
    assert text_layout._separator(quoted.encode()) == ";"
