"""Values of options that are more than one word: sizes, lists of columns, held-out rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from glassprop.errors import SettingsError
from glassprop.ground.text import listed, quoted, shown

if TYPE_CHECKING:
    from cyclopts import Token

# Cyclopts takes a lone "-" for an option: `run` replaces it by this word, and the types below undo that.
DASH = "\x00-"

_EXTENSIONS = (".csv", ".tsv", ".txt", ".data", ".parquet", ".arrow", ".xlsx")
_PACKED = (".gz", ".zst", ".zip")


def _word(_: type, tokens: Sequence[Token]) -> str:
    return tokens[0].value.replace(DASH, "-")


def _whole(_: type, tokens: Sequence[Token]) -> int:
    return _number(tokens[0])


def _words(_: type, tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(token.value.replace(DASH, "-") for token in tokens)


def _wholes(_: type, tokens: Sequence[Token]) -> tuple[int, ...]:
    return tuple(_number(token) for token in tokens)


def _number(token: Token) -> int:
    """Cyclopts would round 1.5 to 2 and say nothing."""
    text = token.value.replace(DASH, "-").strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise SettingsError(f"give a whole number, got {quoted(text)}")
    return int(text)


Word = Annotated[str, Parameter(converter=_word)]
Whole = Annotated[int, Parameter(converter=_whole)]
MaybeWhole = Annotated[int | None, Parameter(converter=_whole)]
Wholes = Annotated[tuple[int, ...], Parameter(converter=_wholes)]
Trust = Annotated[
    tuple[str, ...],
    Parameter(
        name="--trust",
        help="Type to trust in a step of the model, beyond glassprop's own list. May be repeated.",
        negative="",
        show_default=False,
    ),
]
Columns = Annotated[tuple[str, ...], Parameter(converter=_words, negative="", show_default=False)]
MaybeWord = Annotated[str | None, Parameter(converter=_word)]


def layer_sizes(text: str | None) -> tuple[int, ...] | None:
    """ "100,50" as (100, 50); None stays None.

    Raises
    ------
    SettingsError
        A part is not a whole number, or not above 0.
    """
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    wrong = [part for part in parts if not re.fullmatch(r"\+?[0-9]{1,9}", part) or int(part) == 0]
    if wrong:
        raise SettingsError(
            f"--hidden {quoted(text)}: {listed(wrong)} is not a layer size; "
            "give whole numbers above 0, one per hidden layer, for example 100,50"
        )
    return tuple(int(part) for part in parts)


def column_names(values: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that `values` name: each value is one column if there is one of that name, else a list."""
    names: list[str] = []
    for value in values:
        names += [value] if value in columns else [name.strip() for name in value.split(",") if name.strip()]
    return tuple(dict.fromkeys(names))


def missing_words(values: Sequence[str], columns: Sequence[str]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Words for "missing": of all columns, and by column where a value is COL=words; =words is of all columns."""
    everywhere: list[str] = []
    by_column: dict[str, list[str]] = {}
    for value in values:
        ends = [place for place, character in enumerate(value) if character == "="]
        end = next((place for place in reversed(ends) if value[:place] in columns), ends[0] if ends else -1)
        column, words = value[: max(end, 0)], value[end + 1 :]
        found = [word.strip() for word in words.split(",") if word.strip()]
        if not found:
            raise SettingsError(f"--missing {quoted(value)}: give words or numbers, as NA,-9999 or COL=NA,-9999")
        (by_column.setdefault(column, []) if column else everywhere).extend(found)
    return tuple(dict.fromkeys(everywhere)), {name: tuple(dict.fromkeys(words)) for name, words in by_column.items()}


def held_out_share(text: str) -> float | None:
    """The share of rows to hold out, or None if `text` is the name of a file instead.

    Raises
    ------
    SettingsError
        A number that is not between 0 and 1.
    """
    try:
        share = float(text)
    except ValueError:
        return None
    if not 0 < share < 1:
        raise SettingsError(
            f"--validation {shown(text)}: a share of the rows lies between 0 and 1 (0.1 holds out a tenth); "
            "for rows from a file give its name"
        )
    return share


def at_least(option: str, value: int | None, least: int, most: int | None = None) -> None:
    """Raise SettingsError unless `value` (None passes) lies in the range."""
    if value is not None and (value < least or (most is not None and value > most)):
        span = f"{least} or more" if most is None else f"from {least} to {most}"
        raise SettingsError(f"{option} {value}: give a whole number, {span}")


def default_model_path(data: str) -> str:
    """A free name for the model of `data` in the current folder: iris.glassprop, or iris-2.glassprop if taken.

    That of a pattern, data/part-*.csv, is what is left of it: part.glassprop.
    """
    name = Path(data).name
    for endings in (_PACKED, _EXTENSIONS):
        suffix = next((end for end in endings if name.lower().endswith(end)), "")
        name = name[: len(name) - len(suffix)]
    stem = re.sub(r"[*?\[\]]", "", name).strip("-.") or "model"
    return str(free_path(Path(f"{stem}.glassprop")))


def free_path(path: Path) -> Path:
    """`path` if there is nothing, else the next free name after it: m.glassprop, m-2.glassprop, m-3.glassprop."""
    free, count = path, 2
    while free.exists() or free.is_symlink():
        free, count = path.with_name(f"{path.stem}-{count}{path.suffix}"), count + 1
    return free
