"""The first line of a text file: a name of its own for every column."""

from __future__ import annotations


def column_names(header: list[str], name: str, notes: list[str]) -> list[str]:
    """Names stripped, filled in where empty, numbered where double; what was changed goes to `notes`.

    Parameters
    ----------
    header : list of str
    name : str
        The file's, for notes.
    notes : list of str
    """
    names = [cell.strip() for cell in header]
    if all(_is_number(cell) for cell in names):
        notes.append(f"{name}: the first line looks like data, but is taken as the header: add one if it lacks one")
    taken: set[str] = set()
    for place, column in enumerate(names):
        unique = _free(column or f"column_{place + 1}", column, names, taken)
        if not column:
            notes.append(f"{name}: column {place + 1} has no name; it is called {unique!r}")
        elif unique != column:
            notes.append(f"{name}: there are several columns {column!r}; number {place + 1} is called {unique!r}")
        taken.add(unique)
        names[place] = unique
    return names


def _free(wanted: str, column: str, names: list[str], taken: set[str]) -> str:
    """The wanted name, or the first of wanted_2, wanted_3, … that no column has."""
    unique, number = wanted, 2
    while unique in taken or (unique != column and unique in names):
        unique, number = f"{wanted}_{number}", number + 1
    return unique


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
