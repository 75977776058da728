"""Several files as one table: their columns must agree, by name, and are read alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from glassprop.errors import TableError
from glassprop.ground.note import Note
from glassprop.ground.text import listed, quoted, shown
from glassprop.tables.reading.table import Table
from glassprop.tables.reading.typed import Words
from glassprop.tables.values.cells import EXACT, MISSING
from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

_NAMED = 5  # files, columns
_NOTES = 8

Read = Callable[[str, Words], Table]


def put_together(names: list[str], read: Read) -> Table:
    """The rows of several files, one after the other.

    Parameters
    ----------
    names : list of str
    read : callable
        Reads one of them; its second argument names columns that are to stay text.

    Raises
    ------
    TableError
        A file that cannot be read, whose columns are others than those of the first, or of another type.
    """
    pl = need_polars()
    tables = [read(name, {}) for name in names]
    refuse_other_columns([(table.name, table.frame.columns) for table in tables])
    as_text = dict.fromkeys(_differing(tables), MISSING)
    if as_text:
        tables = [
            read(name, as_text) if _numbers_among(table, as_text) else table
            for name, table in zip(names, tables, strict=True)
        ]
    columns = tables[0].frame.columns
    frame = pl.concat(_alike([table.frame.select(columns) for table in tables], [table.name for table in tables]))
    title = title_of([table.name for table in tables])
    told = read_together(title, frame.height, len(tables))
    words = {column: some for table in tables for column, some in table.words.items()}
    texts = {name for name, kind in frame.schema.items() if kind == pl.String}
    quotes = frozenset().union(*(table.quoted for table in tables))
    return Table(
        frame,
        title,
        None,
        (told, *some_notes([note for table in tables for note in table.notes])),
        {column: some for column, some in words.items() if column in texts},
        quotes & texts,
    )


def title_of(names: list[str]) -> str:
    """What several files are called together."""
    return f"{len(names)} files ({listed(names, _NAMED)})"


def read_together(title: str, rows: int, files: int) -> Note:
    """That they are one table."""
    return Note(f"{title} are read as one table of {rows:,} rows", "several-files", number=files)


def refuse_other_columns(columns_of: list[tuple[str, list[str]]]) -> None:
    """Refuse files, each with its columns, where one has others than the first.

    Raises
    ------
    TableError
    """
    (first, wanted), *others = columns_of
    known = set(wanted)
    for name, columns in others:
        found = set(columns)
        lacking = [column for column in wanted if column not in found]
        more = [column for column in columns if column not in known]
        if lacking or more:
            faults = [f"it lacks {listed(lacking, _NAMED)}"] * bool(lacking)
            faults += [f"{listed(more, _NAMED)} {'is' if len(more) == 1 else 'are'} not in the first"] * bool(more)
            raise TableError(
                f"{name} has other columns than {first}: {'; '.join(faults)}; files that are read together need the "
                "same columns"
            )


def _differing(tables: list[Table]) -> list[str]:
    """Columns that are text in some files and numbers in others, or numbers that one type would round."""
    kinds: dict[str, list[pl.Series]] = {}
    for table in tables:
        for column in table.frame.iter_columns():
            if column.null_count() < len(column):
                kinds.setdefault(column.name, []).append(column)
    return [name for name, columns in kinds.items() if not _agree(columns)]


def _agree(columns: list[pl.Series]) -> bool:
    if len({column.dtype for column in columns}) == 1:
        return True
    if not all(column.dtype.is_numeric() for column in columns):
        return not any(column.dtype.is_numeric() for column in columns)
    floats = any(column.dtype.is_float() for column in columns)
    whole = [column for column in columns if column.dtype.is_integer()]
    return not floats or all((column.cast(need_polars().Int128).abs() <= EXACT).all() for column in whole)


def _numbers_among(table: Table, names: Words) -> bool:
    return any(column.dtype.is_numeric() for column in table.frame.iter_columns() if column.name in names)


def _alike(frames: list[pl.DataFrame], names: list[str]) -> list[pl.DataFrame]:
    """With one type for each column; one without any value takes the type of the others."""
    casts: list[dict[Any, Any]] = [{} for _ in frames]
    for columns in zip(*(frame.iter_columns() for frame in frames), strict=True):
        wanted = columns[0].dtype
        if any(column.dtype != wanted for column in columns):
            wanted = _common(columns, names)
        for k, column in enumerate(columns):
            if column.dtype != wanted:
                casts[k][column.name] = wanted
    return [frame.cast(cast) if cast else frame for frame, cast in zip(frames, casts, strict=True)]


def _common(columns: tuple[pl.Series, ...], names: list[str]) -> Any:
    filled = [pair for pair in zip(columns, names, strict=True) if pair[0].null_count() < len(pair[0])]
    kinds = {column.dtype: name for column, name in filled}
    return common_type(columns[0].name, kinds) if kinds else columns[0].dtype


def common_type(column: str, kinds: dict[Any, str]) -> Any:
    """The type that holds what all have: polars' rule, where it knows one. kinds: each type, and a file that has it.

    Raises
    ------
    TableError
        There is none.
    """
    pl = need_polars()
    if len(kinds) == 1:
        return next(iter(kinds))
    try:
        if len(set(map(_family, kinds))) == 1:
            return pl.concat([pl.DataFrame(schema={"": kind}) for kind in kinds], how="vertical_relaxed").dtypes[0]
    except pl.exceptions.PolarsError:  # not even these are alike: times in different zones
        pass
    found = ", ".join(f"{shown(kind)} in {name}" for kind, name in list(kinds.items())[:_NAMED])
    raise TableError(f"column {quoted(column)} is {found}: files that are read together need the same types")


def _family(kind: Any) -> str:
    if kind.is_numeric():
        return "number"
    pl = need_polars()
    families = {"text": (pl.String, pl.Categorical, pl.Enum), "date": (pl.Date, pl.Datetime)}
    return next((name for name, kinds in families.items() if kind in kinds), str(kind))


def some_notes(notes: list[Note]) -> list[Note]:
    """What was said of the files; of much, the first."""
    more = len(notes) - _NOTES
    line = f"{more:,} more notes like these, on other files"
    return notes[:_NOTES] + [Note(line, "more-notes", number=more)] * (more > 0)
