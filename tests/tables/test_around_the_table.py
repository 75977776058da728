"""Text files as people have them: what stands above, below and beside a table is told and left out, or kept."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from glassprop.errors import TableError
from glassprop.tables import read_table

ROWS = [("A", 1, 2.5), ("B", 2, 3.5), ("C", 4, 1.0)]
PLAIN = "name,n,x\nA,1,2.5\nB,2,3.5\nC,4,1\n"


def read(write, text: str) -> tuple[pl.DataFrame, str]:
    table = read_table(write(text))
    return table.frame, " | ".join(table.notes)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("sep=;\n" + PLAIN.replace(",", ";"), "semicolon", id="separator named"),
        pytest.param('"sep=,"\r\n' + PLAIN.replace("\n", "\r\n"), "", id="separator named in quotes"),
        pytest.param("sep=~\n" + PLAIN.replace(",", "~"), "separated by ~", id="an odd separator named"),
        pytest.param("# made by me, in 2020\n#\n# and more\n" + PLAIN, "3 line(s) above", id="comments"),
        pytest.param("\n# it's \"odd\n\n" + PLAIN, "1 line(s) above the header are left out as comments", id="quotes"),
        pytest.param("# n, x\n" + PLAIN, "comment", id="a comment with a separator"),
        pytest.param("# made, by, me\n" + PLAIN, "comment", id="a comment as wide as the table"),
        pytest.param("Report of sales\n\n" + PLAIN, "1 line(s) above the header are left out as titles", id="title"),
        pytest.param("Report of sales, all of 2020\n" + PLAIN, "title", id="a title with a separator"),
        pytest.param("Sales, 2020\n\n" + PLAIN.replace(",", ";"), "title", id="a title with another separator"),
        pytest.param("Report,,\n,,\n" + PLAIN, "2 line(s) above the header are left out as titles", id="padded title"),
        pytest.param("sep=;\n# x\nReport;;\n" + PLAIN.replace(",", ";"), "title", id="all of it"),
        pytest.param(PLAIN + ",,\n,,\n , ,\n", "3 line(s) of nothing but separators", id="trailers"),
        pytest.param(PLAIN + ",,,,\n", "1 line(s) of nothing but separators", id="long trailer"),
        pytest.param(PLAIN + "\nSource: the office, 2020\n".replace(", ", " "), "Source: the office", id="source"),
        pytest.param(PLAIN + '\n"Source: the office, 2020"\n', "Source: the office, 2020", id="source in quotes"),
        pytest.param(PLAIN + ",,\n* provisional\n\n", "* provisional", id="remark"),
        pytest.param(PLAIN + "# 3 rows\n", "# 3 rows", id="comment below"),
        pytest.param(PLAIN.replace("x\n", "x\n,[m],[kg]\n"), "'[m]', '[kg]'", id="units"),
        pytest.param(PLAIN.replace("x\n", "x\n-,m/s,°C\n"), "'m/s', '°C'", id="units without brackets"),
        pytest.param(PLAIN.replace("x\n", "x\ntext,persons,%\n"), "'persons', '%'", id="words beside units"),
        pytest.param(PLAIN.replace("B", "name,n,x\nB"), "repeat the header are left out", id="header again"),
        pytest.param(
            PLAIN.replace("B", "name, n, x\n\nB") + "name,n,x\n", "2 row(s) that repeat", id="header twice more"
        ),
        pytest.param(PLAIN.replace("x\n", "x\nname,n,x\n-,m,s\n"), "holds units", id="header again above units"),
        pytest.param(PLAIN + "Total,7,7\n", "('Total')", id="total"),
        pytest.param(PLAIN + "Summe:,7,7.0\n,,\n", "('Summe:')", id="total and trailer"),
        pytest.param(PLAIN + ",,\nGrand Total,7,7\n", "('Grand Total')", id="trailer and total"),
        pytest.param(PLAIN + "Mean,2.33,2.333\n", "('Mean')", id="means"),
        pytest.param(PLAIN + "Total,7,7\nAverage,2.3,2.33\n", "2 rows are", id="total and means"),
        pytest.param(PLAIN + "Total,7,\n", "('Total')", id="a total of some"),
        pytest.param(PLAIN + ",7,7\n", "the last row is the sum of the others", id="total without a name"),
    ],
)
def test_what_is_around_a_table_is_told_and_left_out(write, text, told):
    frame, notes = read(write, text)
    assert frame.rows() == ROWS
    assert frame.columns == ["name", "n", "x"]
    assert [dtype.is_numeric() for dtype in frame.dtypes] == [False, True, True]
    assert told in notes
    assert bool(notes) == bool(told)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("#,Name,Type\n1,Bulb,Grass\n2,Char,Fire\n3,Ivy,Grass\n", id="a column called #"),
        pytest.param("name,v\nBern,m\nUlm,2\nGraz,3\n", id="one word like a unit"),
        pytest.param("a,b\nm,g\nk,s\n", id="texts like units"),
        pytest.param("a,b,c\nx,1,2\ny,1,1\nall,1,1\n", id="a row called all of small numbers"),
        pytest.param("a,b\nall,1\nsome,2\nnone,3\nall,6\n", id="a word for totals that is a category"),
        pytest.param("a,b\nx,1\ny,2\n,3\n", id="one number alone that adds up"),
        pytest.param("a,b,c\nx,1,2\n,,\ny,1,1\n", id="a row of nothing between others"),
        pytest.param("a,b,c\nx,1,2\n,,\n", id="one short row of nothing at the end"),
        pytest.param("a,b,c\nx,1,2\ny\n", id="a short row at the end"),
        pytest.param(",a\n0,1\n1,2\n", id="an index without a name"),
        pytest.param("a,\nx,1\ny,2\n", id="the last column without a name"),
    ],
)
def test_what_is_a_row_of_the_table_stays(write, text):
    frame, _ = read(write, text)
    assert frame.height == text.count("\n") - 1


def test_a_row_called_total_that_is_none_is_kept_and_told(write):
    frame, notes = read(write, PLAIN + "Total,9,100\n")
    assert frame.height == 4
    assert "neither the sums nor the means" in notes


def test_totals_with_decimal_commas_and_in_the_first_of_columns_of_numbers(write):
    frame, _ = read(write, "year;a;b\n2001;1,25;3\n2002;2,5;4\n2003;1.000,25;5\nTotal;1.004,00;12\n")
    assert frame.rows() == [(2001, "1,25", 3), (2002, "2,5", 4), (2003, "1.000,25", 5)]
    assert frame.dtypes == [pl.Int64, pl.String, pl.Int64]


def test_columns_that_are_to_stay_text_do_where_rows_are_left_out(write):
    table = read_table(write("code,n,m\n,m,s\n1E2,1,3\n2E2,2,5\nTotal,3,8\n"), as_text={"code": {"na"}})
    assert table.frame.rows() == [("1E2", 1, 3), ("2E2", 2, 5)]


def test_totals_of_a_long_file_are_found(write):
    rng = np.random.default_rng(0)
    n, x = rng.integers(0, 50, 3000), rng.normal(3, 1, 3000).round(2)
    text = "id,n,x\n" + "".join(f"{k},{a},{b}\n" for k, (a, b) in enumerate(zip(n, x, strict=True)))
    frame, notes = read(write, text + f"Total,{n.sum()},{x.sum():.2f}\n")
    assert "Total" in notes
    assert frame.height == 3000
    assert frame.dtypes == [pl.Int64, pl.Int64, pl.Float64]
    assert frame["x"].to_list() == x.tolist()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("5.1,3.5,1.4,0.2,setosa\n4.9,3,1.4,.2,setosa\n7,3.2,4.7,1.4,versicolor\n", id="iris"),
        pytest.param("6,148,72,35\n1,85,66,29\n8,183,64,0\n", id="whole numbers in no order"),
        pytest.param("p,x,s,n\ne,x,s,y\np,b,s,n\ne,x,y,w\n", id="letters"),
        pytest.param("39, Gov, 77516, Bachelors\n50, Self, 83311, Bachelors\n38, Private, 21564, HS\n", id="adult"),
        pytest.param("vhigh,low,2,2\nlow,vhigh,2,4\nvhigh,low,5more,more\n", id="words and numbers"),
        pytest.param("2020-01-01,5\n2020-01-02,6\n2020-01-03,2\n", id="dates"),
        pytest.param("?,1.5,a\n2,2.5,b\n3,0.5,a\n", id="something missing"),
    ],
)
def test_a_file_without_a_header_gets_names_and_this_is_told(write, text):
    frame, notes = read(write, text)
    assert frame.height == text.count("\n")
    assert frame.columns == [f"column_{k + 1}" for k in range(frame.width)]
    assert "the first line is data, not names" in notes
    frame, _ = read(write, "# no header\n" + text)
    assert frame.height == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "country,2010,2011,2012\nBern,1,2,3\nUlm,2.5,3,1\n",
        "0,1,2,3\n5,4,3,2\n1,1,1,1\n",
        "2012,2011,2010\n5,4,3\n1,1,1\n",
        "name,city\na,b\nc,d\nname,city\na,e\n",
        "stat,10%,50%\nx,1,2\ny,3,4\n",
        "s,350.5,351.0,351.5,352\nA,.1,.2,.3,.4\nB,.1,.1,.1,.1\n",
        "c,1/22/20,1/23/20\nX,1,2\nY,4,5\n",
        "x,y\n1E2,B07\n2E2,C11\n",
        "a\nx\n",
    ],
)
def test_names_that_look_like_numbers_dates_or_cells_stay_names(write, text):
    frame, _ = read(write, text)
    header = text.split("\n")[0]
    assert frame.columns == header.split(",")
    assert frame.height == text.count("\n") - text.count(header + "\n")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("  name   n  x\n  A   1  2.5\n  B  2   3.5\n C 4 1\n", id="aligned"),
        pytest.param('# x\nname n x\r\n"A" 1 2.5 \r\nB\t2 3.5\r\nC 4 1\r\n', id="quotes, tabs and blanks at the end"),
    ],
)
def test_columns_may_be_separated_by_spaces(write, text):
    frame, notes = read(write, text)
    assert frame.rows() == ROWS
    assert "separated by spaces" in notes


def test_tabs_that_set_columns_apart_leave_spaces_in_cells(write):
    assert read(write, "a b\tn\nx y\t1\nz u\t2\n")[0].rows() == [("x y", 1), ("z u", 2)]
    assert read(write, "x y\t1\t2\nx y\t1\t1\n")[0].width == 3


def test_a_file_without_a_header_may_have_spaces(write):
    frame, _ = read(write, '18.0   8 307. "a b"\t1\n15.0 8 350. "a c" 1\n 16.0  4 304. "a b" 2\n')
    assert frame.rows()[0] == (18.0, 8, 307.0, "a b", 1)
    assert frame.height == 3


@pytest.mark.parametrize("text", ["text\nall is well\nso it goes\n", "a b c\n1 2 3\n4 5\n", "n\n1\n2\n", "a b\n1 2\n"])
def test_text_with_spaces_is_text(write, text):
    assert read(write, text)[0].width == 1


def test_a_header_in_a_comment_names_the_columns(write):
    assert read(write, "# by me\n# a, b\n1,2\n3,1\n")[0].columns == ["a", "b"]
    assert read(write, "#a,b\n1,2\n3,1\n")[0].columns == ["#a", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2,3,4\n5,6,7,8\n9,8,7,6\n", r"the first line has 2 field\(s\), but 3 of 3 rows have more"),
        ("a,b,c\n1,2,3\n5,6,7,8\n1,2,3\n", r"1 row\(s\) have more fields than the header's 3, first line 3 with 4"),
        ("# x\n\nT\n\na,b,c\n1,2,3\n5,6,7,8\n1,2,3\n", "first line 7 with 4"),
        ("1.5,2,0\n1,2,3,4\n1,2,0\n", "header's 3, first line 2 with 4"),
    ],
)
def test_long_rows_are_refused_with_the_line_of_the_file(write, text, message):
    with pytest.raises(TableError, match=message):
        read_table(write(text))


def test_a_header_that_stands_again_far_down_leaves_the_columns_as_they_are(write):
    rows = "".join(f"{k},{k / 4}\n" for k in range(3000))
    frame, notes = read(write, "n,x\n" + rows + "n,x\n" + rows)
    assert frame["n"].to_list() == [*range(3000)] * 2
    assert frame["x"].to_list() == [k / 4 for k in range(3000)] * 2
    assert "1 row(s) that repeat the header" in notes
    assert "row 3001" in notes


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("name\nA\nname\nB\n", [("A",), ("name",), ("B",)], id="a word may be a value"),
        pytest.param("name,n\nA,1\nname,2\nB,3\n", [("A", 1), ("name", 2), ("B", 3)], id="in part"),
    ],
)
def test_words_of_the_header_are_values_elsewhere(write, text, rows):
    assert read(write, text)[0].rows() == rows


def test_a_file_of_headers_alone_has_no_rows(write):
    with pytest.raises(TableError, match="has a header but no rows"):
        read(write, "name,n\nname,n\n")


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-be", "utf-32-le", "utf-16", "utf-16-le", "utf-16-be"])
def test_wide_encodings_are_read(tmp_path, encoding):
    mark = "\ufeff" if encoding.startswith("utf-32-") else ""
    (tmp_path / "wide.csv").write_bytes((mark + PLAIN.replace("A", "Ä€")).encode(encoding))
    table = read_table(str(tmp_path / "wide.csv"))
    assert table.frame.rows() == [("Ä€", 1, 2.5), *ROWS[1:]]
    assert table.frame.columns == ["name", "n", "x"]
    assert f"read as {encoding[:6].upper()}" in table.notes[0]


def test_names_of_rows_as_r_writes_them(write):
    table = read_table(write('"n" "x" "kind"\n"3" 1 2.5 "one of a"\n"1" 2 3.5 "b"\n"2" 4 1 "b"\n'))
    assert table.frame.columns[1:] == ["n", "x", "kind"]
    assert table.frame["n"].to_list() == [1, 2, 4]
    assert table.frame["kind"].to_list() == ["one of a", "b", "b"]
