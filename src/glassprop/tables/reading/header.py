"""The first line of a text file: a name of its own for every column."""

from __future__ import annotations

from glassprop.ground.note import Note
from glassprop.ground.text import quoted

_TOLD = 8  # names of a kind that are told one by one


def column_names(header: list[str], name: str, notes: list[Note]) -> list[str]:
    """Names stripped, filled in where empty, numbered where double; what was changed goes to `notes`.

    Parameters
    ----------
    header : list of str
    name : str
        The file's, for notes.
    notes : list of Note
    """
    names = [cell.strip() for cell in header]
    if all(_is_number(cell) for cell in names):
        line = f"{name}: the first line looks like data, but is taken as the header: add a header if there is none"
        notes.append(Note(line, "header"))
    changed = _Changes(name)
    own, taken, numbers = set(names), set[str](), dict[str, int]()
    for place, column in enumerate(names):
        wanted = column or f"column_{place + 1}"
        unique, number = wanted, numbers.get(wanted, 2)
        while unique in taken or (unique != column and unique in own):
            unique, number = f"{wanted}_{number}", number + 1
        numbers[wanted] = number
        changed.note(place, column, unique)
        taken.add(unique)
        names[place] = unique
    notes += changed.lines()
    return names


class _Changes:
    """What is said of new names: a line each, or for many of a kind a line for all."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._unnamed: list[tuple[str, str]] = []
        self._double: list[tuple[str, str]] = []

    def note(self, place: int, column: str, unique: str) -> None:
        if not column:
            self._unnamed.append((unique, f"column {place + 1} has no name; it is called {quoted(unique)}"))
        elif unique != column:
            told = f"there are several columns {quoted(column)}; number {place + 1} is called {quoted(unique)}"
            self._double.append((unique, told))

    def lines(self) -> list[Note]:
        said = []
        for kind, without, lines in (
            ("unnamed-column", "without a name", self._unnamed),
            ("double-column", "with the name of another", self._double),
        ):
            said += [Note(f"{self._file}: {line}", kind, column) for column, line in lines[:_TOLD]]
            if more := len(lines) - min(len(lines), _TOLD):
                line = f"{self._file}: {more:,} more columns {without} got one of their own"
                said.append(Note(line, kind, number=more))
        return said


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
