"""Which cells of a text file were in quotes, and which words stand for missing by that."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassprop.tables import read_table
from glassprop.tables.reading.quotes import QUOTED, marked

COUNTRIES = 'country,n\n"NA",1\nNA,2\n"DE",3\n"?",NA\n'


def test_a_word_in_quotes_is_a_value_beside_text_without_quotes(write):
    table = read_table(write(COUNTRIES))
    assert table.frame.rows() == [("NA", 1), (None, 2), ("DE", 3), ("?", None)]
    assert table.quoted == {"country"}
    assert "na" in table.words["country"]
    assert "n" not in table.words
    assert any("'NA', '?' in quotes is a value of column 'country'" in note for note in table.notes)


def test_where_all_is_in_quotes_words_are_missing(write):
    table = read_table(write('"country","n"\n"NA","1"\n"","2"\n"DE","NA"\n'))
    assert table.frame.rows() == [(None, 1), (None, 2), ("DE", None)]
    assert table.quoted == frozenset()
    assert table.notes == ()


def test_without_any_quotes_words_are_missing_and_would_be_values_in_quotes(write):
    table = read_table(write("country,n\nNA,1\nDE,2\n"))
    assert table.frame["country"].to_list() == [None, "DE"]
    assert table.quoted == {"country"}


def test_a_column_of_numbers_is_one_whichever_of_its_words_are_in_quotes(write):
    table = read_table(write('a,b\n1,"NA"\n2,"2.5"\nNA,3\n'))
    assert table.frame.rows() == [(1, None), (2, 2.5), (None, 3.0)]


def test_an_empty_cell_is_missing_in_quotes_too(write):
    assert read_table(write('a,b\n"",1\nx,2\n" ",3\n')).frame["a"].to_list() == [None, "x", None]


@pytest.mark.parametrize("cell", ["1E2", "01234", "1.500", "True", "12345678901234567890", "inf"])
def test_a_column_that_is_to_stay_text_does_even_alone_in_a_file(write, cell):
    table = read_table(write(f"a,b\n{cell},1\n"), as_text={"a": {"?"}})
    assert table.frame.rows() == [(cell, 1)]
    assert table.words == {"a": ("?",)}


def test_words_of_a_column_that_is_to_stay_text_are_its_own(write):
    text = 'a,b\nnone,x\n"none",NA\n?,"NA"\nNA,?\n'
    table = read_table(write(text), as_text={"a": {"none"}})
    assert table.frame["a"].to_list() == [None, "none", "?", "NA"]
    assert table.frame["b"].to_list() == ["x", None, "NA", None]


def test_a_file_of_many_columns_tells_of_quotes_in_few_lines(write):
    names = [f"c{k}" for k in range(40)]
    rows = [",".join(['"NA"'] * 40), ",".join(["x"] * 40)]
    assert len(read_table(write("\n".join([",".join(names), *rows]))).notes) == 4


CELLS = st.text(alphabet="a\", ;\n\r'x", max_size=6)


@given(st.lists(st.lists(st.tuples(CELLS, st.booleans()), min_size=2, max_size=2), min_size=1, max_size=5))
def test_marks_are_on_the_cells_that_were_in_quotes(rows):
    """Against a writer that knows which it puts in quotes."""

    def written(cell: str, in_quotes: bool) -> str:
        return '"' + cell.replace('"', '""') + '"' if in_quotes or any(c in cell for c in '",\n\r') else cell

    def plain(cell: str, in_quotes: bool) -> bool:
        return not (in_quotes or any(c in cell for c in '",\n\r'))

    text = "".join(",".join(written(*cell) for cell in row) + "\n" for row in rows)
    read = list(csv.reader(io.StringIO(marked(text, ","), newline=""), skipinitialspace=True))
    for row, found in zip(rows, read, strict=True):
        for (cell, in_quotes), got in zip(row, found, strict=True):
            if plain(cell, in_quotes):
                assert got == cell.lstrip(" ")
            else:
                assert got == (QUOTED + cell if cell else "")


def test_quotes_within_cells_and_spaces_before_them_get_no_mark_of_their_own():
    text = 'a, "x, ""b"", ""c""" ,5" pipe,"y"\r"z";"open'
    assert marked(text, ",") == text.replace(' "x', f' "{QUOTED}x').replace('"y', f'"{QUOTED}y').replace(
        '"z', f'"{QUOTED}z'
    )


def test_what_has_no_words_in_quotes_is_read_as_by_polars(write):
    text = 'a,b,c\n"x, y",1,"2"\nz,3,"4"\n'
    assert read_table(write(text)).frame.equals(pl.read_csv(io.StringIO(text)))
