"""The careful way through a text file: row by row, whatever its quotes are and how many fields its rows have."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glassprop.errors import TableError
from glassprop.ground.note import Note
from glassprop.ground.text import shown
from glassprop.tables.reading.quotes import bare, marked
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "|"}
_SHOWN = 3

_Rows = list[tuple[int, list[str]]]  # the number of a row's last line, and its fields


@dataclass(frozen=True)
class UnevenRows:
    """A reader of delimited text.

    Attributes
    ----------
    name : str
        The file's, for messages.
    separator : str
    above : int
        Lines of the file that stand above the text.
    notes : list of Note
        Repairs are added here.
    """

    name: str
    separator: str
    above: int
    notes: list[Note]

    def read(self, text: str, named: Callable[[list[str]], list[str]]) -> pl.DataFrame:
        """All columns below the first line, as text; `named` gives their names by what stands in that line.

        Raises
        ------
        TableError
            No rows, rows longer than the header, a quotation mark that is not closed.
        """
        rows = self._rows(text)
        if not rows:
            raise TableError(f"{self.name} is empty except for blanks: give a table with a header and rows")
        header, rows = [bare(cell) for cell in rows[0][1]], rows[1:]
        if {len(row) for _, row in rows} == {len(header) + 1} and any(bare(row[-1]).strip() for _, row in rows):
            header = ["row", *header]
            line = f"{self.name}: every row has one field more than the header; the first is taken as row names"
            self.notes.append(Note(line, "row-names", "row"))
        names = named(header)
        self._refuse_long(rows, len(names))
        short = [line for line, row in rows if len(row) < len(names)]
        if short:
            self.notes.append(short_told(self.name, short[:_SHOWN], len(short)))
        return _frame(names, [row for _, row in rows])

    def _rows(self, text: str) -> _Rows:
        """All rows that are not blank; what was in quotes is marked."""
        if '"' in text:
            text = marked(text, self.separator)
        try:
            return self._parsed(text, strict=True)
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise TableError(
                    f"{self.name}: a quotation mark is opened and never closed: close it, or double it"
                ) from error
            if "field limit" in str(error):
                raise TableError(
                    f"{self.name}: a quotation mark is opened and not closed within {csv.field_size_limit():,} "
                    "characters, or a cell is longer than that in a file that has quotes or uneven lines: close it, or "
                    "write a Parquet file"
                ) from error
        try:
            return self._parsed(text, strict=False)
        except csv.Error as error:
            raise TableError(f"{self.name} cannot be read as delimited text: {shown(error)}") from error

    def _parsed(self, text: str, *, strict: bool) -> _Rows:
        # newline="" leaves line ends inside quotes alone; a file with \r alone is read as well.
        lines = io.StringIO(text, newline="")
        reader = csv.reader(lines, delimiter=self.separator, strict=strict, skipinitialspace=True)
        # A line of separators only is a row whose values are all missing; a blank line is no row.
        return [
            (self.above + reader.line_num, row)
            for row in reader
            if len(row) > 1 or any(bare(cell).strip() for cell in row)
        ]

    def _refuse_long(self, rows: _Rows, width: int) -> None:
        """Empty fields behind the last column do no harm; filled ones mean that the row's values have shifted."""
        long = [(line, len(row)) for line, row in rows if len(row) > width and any(row[width:])]
        if not long:
            return
        line, fields = long[0]
        if 2 * len(long) > len(rows):
            raise TableError(
                f"{self.name}: the first line has {width} field(s), but {len(long)} of {len(rows)} rows have more, "
                f"first line {line} with {fields}: give each column a name in the header, and leave out what stands "
                "above it"
            )
        raise TableError(
            f"{self.name}: {len(long)} row(s) have more fields than the header's {width}, first line {line} with "
            f"{fields}: quote fields that contain a {SEPARATORS.get(self.separator, self.separator)}, and leave out "
            "what is no row of the table"
        )


def short_told(name: str, lines: list[int], rows: int) -> Note:
    """That rows lack their last fields. lines: the first of them."""
    shown = ", ".join(str(line) for line in lines)
    more = f" and {rows - len(lines)} more" if rows > len(lines) else ""
    which = f"line {shown} is" if rows == 1 else f"lines {shown}{more} are"
    line = f"{name}: {which} shorter than the header; their last columns are missing"
    return Note(line, "short-rows", number=rows, examples=tuple(map(str, lines)))


def _frame(names: list[str], rows: list[list[str]]) -> pl.DataFrame:
    pl = need_polars()
    width = len(names)
    even = (row[:width] + [""] * (width - len(row)) for row in rows)
    columns = list(zip(*even, strict=True)) or [()] * width
    return pl.DataFrame(dict(zip(names, columns, strict=True)), schema=dict.fromkeys(names, pl.String))
