"""Inputs of the network in C: each piece of the plain record, and each step of a number, as lines of a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np

from glassprop.equations.periodic import TURN
from glassprop.errors import ExportError
from glassprop.ground.text import quoted
from glassprop.portable.c_dialect import Dialect, Part, c_number
from glassprop.portable.c_text import LONGEST_LITERAL, c_bytes, c_comment, c_literal
from glassprop.portable.whole_model import (
    Affine,
    Bend,
    CategoryInput,
    Clip,
    Fill,
    FixedInput,
    Input,
    Knots,
    MissingInput,
    NumberInput,
    Source,
    Squeeze,
    TextInput,
)

_LOOPED = 16  # inputs alike beside each other, from which on they are a loop over tables
GIVEN = "given["  # the numbers of a row, once they were read


@dataclass
class Reading:
    """The sources of a model while its inputs are written.

    Attributes
    ----------
    variables : list of str
        What each source is once it was read: a number, or a piece of text.
    helpers : set of str
        Those that are called.
    """

    sources: Sequence[Source]
    variables: list[str]
    dialect: Dialect
    part: Part
    helpers: set[str] = field(default_factory=set)
    _texts: dict[tuple[str, ...], str] = field(default_factory=dict)

    def double(self, value: float) -> str:
        """A number of what comes before the network."""
        return c_number(value, "double")

    def calls(self, name: str) -> str:
        """That a helper is called. -> its name."""
        self.helpers.add(name)
        return name

    def texts(self, name: str, texts: Sequence[str], *, ended: bool = False) -> str:
        """Keep texts, each once for all that have the same; `ended`: with a null behind them. -> its name."""
        key = (*texts, "\0" * ended)
        if key not in self._texts:
            literals = []
            for number, text in enumerate(texts):
                literal = c_literal(text)
                if len(text.encode("utf-8", "surrogatepass")) > LONGEST_LITERAL:
                    self.part.arrays.append(f"static const char {name}_{number}[] = {c_bytes(text)};")
                    literal = f"{name}_{number}"
                literals.append(literal)
                self.part.size += len(text.encode("utf-8", "surrogatepass")) + 1 + POINTER
            body = ",\n    ".join([*literals, *["NULL"] * ended])
            self.part.arrays.append(f"static const char *const {name}[{len(literals) + ended}] = {{\n    {body}\n}};")
            self._texts[key] = name
        return self._texts[key]

    def is_missing(self, source: int) -> str:
        """Whether a source is missing, as an expression."""
        name = self.variables[source]
        return f"{name}.n == 0" if self.sources[source].given == "text" else f"{name} != {name}"

    def is_text(self, source: int) -> bool:
        """Whether a source is given as text."""
        return self.sources[source].given == "text"


POINTER = 4  # bytes, on the small machines for which sizes are told


# --- the steps of a number -------------------------------------------------------------------------------------------


def _along(to: Reading, v: str, step: Knots, tag: str) -> str:
    at, onto = to.part.array("double", f"{tag}_at", step.at), to.part.array("double", f"{tag}_to", step.to)
    return f"{to.calls('along')}({v}, {at}, {onto}, {len(step.at)})"


STEPS_IN_C: dict[type, Callable[[Reading, str, Any, str], str]] = {
    Fill: lambda to, v, step, tag: f"{to.calls('fill')}({v}, {to.double(step.value)})",
    Bend: lambda to, v, step, tag: f"{to.calls('bend')}({v}, {to.double(step.origin)}, {to.double(step.unit)})",
    Affine: lambda to, v, step, tag: f"{to.calls('affine')}({v}, {to.double(step.center)}, {to.double(step.spread)})",
    Knots: _along,
    Squeeze: lambda to, v, step, tag: f"{to.calls('squeeze')}({v}, {to.double(step.limit)})",
    Clip: lambda to, v, step, tag: f"{to.calls('clip')}({v}, {to.double(step.low)}, {to.double(step.high)})",
}


# --- pieces: lines that write inputs from x[first] on ----------------------------------------------------------------


def _number(to: Reading, piece: NumberInput, first: int) -> list[str]:
    v = to.variables[piece.source]
    if piece.wave:
        v = f"{piece.wave}({to.double(TURN)} * ({v} / {to.double(piece.turn)}))"
    for k, step in enumerate(piece.steps):
        v = STEPS_IN_C[type(step)](to, v, step, f"input{first}_{k}")
    return [f"x[{first}] = ({to.dialect.real}){v};"]


def _missing(to: Reading, piece: MissingInput, first: int) -> list[str]:
    values = (to.dialect.number(value) for value in (piece.missing, piece.there))
    return [f"x[{first}] = {to.is_missing(piece.source)} ? {' : '.join(values)};"]


def _fixed(to: Reading, piece: FixedInput, first: int) -> list[str]:
    return [f"x[{first}] = {to.dialect.number(piece.value)};"]


def _category(to: Reading, piece: CategoryInput, first: int) -> list[str]:
    """The row of a table; where all rows are one-hot, only the place of the 1 is kept."""
    table, lookup = np.asarray(piece.table, np.float64), piece.lookup
    places = _one_hot(table)
    wanted = {row: row for row in range(len(table))} if places is None else dict(enumerate(places))
    found = _found(to, piece, first)
    others, missing = wanted[lookup.others], wanted[lookup.missing]
    lines = [f"k = {found[0]};", f"k = k < 0 ? {others} : {found[1](wanted)}[k];"] if found else [f"k = {others};"]
    lines += [f"if ({to.is_missing(piece.source)})", f"    k = {missing};"]
    if places is not None:
        return [*lines, "if (k >= 0)", f"    x[{first} + k] = 1;"]
    refused = np.flatnonzero(np.isnan(table).any(axis=1)).tolist()  # by an encoder that takes nothing unknown
    if refused:
        lines += [f"if ({' || '.join(f'k == {row}' for row in refused)})", "    return -1;"]
    name = to.part.array(to.dialect.real, f"input{first}_table", table)
    if piece.width == 1:
        return [*lines, f"x[{first}] = {name}[k];"]
    return [*lines, f"for (j = 0; j < {piece.width}; j++)", f"    x[{first} + j] = {name}[{piece.width} * k + j];"]


def _found(to: Reading, piece: CategoryInput, first: int) -> Any:
    """Where a value is among those known, as an expression; and what keeps the row of each. None: none is known."""
    lookup, v = piece.lookup, to.variables[piece.source]
    if to.is_text(piece.source):
        numbers = {np.format_float_positional(value + 0.0, trim="-"): row for value, row in lookup.by_number.items()}
        rows: dict[Any, int] = {**numbers, **lookup.by_text}
        known: list[Any] = sorted((name for name in rows if name and "\0" not in name), key=_as_bytes)
        if not known:
            return None
        names = to.texts(f"input{first}_names", known)
        find = f"{to.calls('find_name' if numbers else 'find_text')}({names}, {len(known)}, {v})"
    else:
        rows = {value + 0.0: row for value, row in lookup.by_number.items()}
        known = sorted(rows)
        if not known:
            return None
        numbers_kept = to.part.array("double", f"input{first}_known", known)
        find = f"{to.calls('find_number')}({numbers_kept}, {len(known)}, {v})"
    return find, lambda wanted: to.part.array("int", f"input{first}_rows", [wanted[rows[value]] for value in known])


def _as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _one_hot(table: np.ndarray) -> list[int] | None:
    """Where the 1 of each row is, -1 where there is none; None where rows are something else."""
    ones = table == 1
    if table.shape[1] < 2 or not ((ones | (table == 0)).all() and (ones.sum(axis=1) <= 1).all()):
        return None
    return [int(row.argmax()) if row.any() else -1 for row in ones]


def _text(to: Reading, piece: TextInput, first: int) -> list[str]:
    name = to.sources[piece.source].name
    raise ExportError(
        f"column {quoted(name)} is text, and the C export cannot split text into words: train without it "
        f"(roles={{{quoted(name)}: 'drop'}}), or use glassprop.to_onnx, which can"
    )


PIECES_IN_C: dict[type, Callable[[Reading, Any, int], list[str]]] = {
    NumberInput: _number,
    MissingInput: _missing,
    FixedInput: _fixed,
    CategoryInput: _category,
    TextInput: _text,
}


def pieces_in_c(to: Reading, pieces: Sequence[Input]) -> list[str]:
    """The lines that make all inputs: x[0] to x[n - 1], which are 0 before."""
    lines, first = [], 0
    for key, group in groupby(enumerate(pieces), key=_alike):
        some = [piece for _, piece in group]
        if key is not None and len(some) >= _LOOPED:
            lines += _loop(to, some, first)
            first += len(some)
            continue
        for piece in some:
            if not isinstance(piece, FixedInput):
                lines.append(f"/* {c_comment(to.sources[piece.source].name)} */")
            lines += PIECES_IN_C[type(piece)](to, piece, first)
            first += piece.width
    return lines


# --- many numbers alike: a loop over tables --------------------------------------------------------------------------


def _alike(numbered: tuple[int, Input]) -> Any:
    """The same for numbers that go through the same steps and come from sources beside each other; else None."""
    place, piece = numbered
    if not isinstance(piece, NumberInput) or piece.wave or not all(type(step) in _CALLED for step in piece.steps):
        return None
    return place - piece.source, *(type(step) for step in piece.steps)


def _loop(to: Reading, pieces: Sequence[Any], first: int) -> list[str]:
    """One line for all of them: what differs from one to the next stands in tables."""
    start = int(to.variables[pieces[0].source].removeprefix(GIVEN).removesuffix("]"))
    v = f"{GIVEN}{start} + j]" if start else f"{GIVEN}j]"
    for k, steps in enumerate(zip(*(piece.steps for piece in pieces), strict=True)):
        found = []
        for name in vars(steps[0]):
            values = [getattr(step, name) for step in steps]
            same = len(set(values)) == 1
            table = "" if same else to.part.array("double", f"input{first}_{name}_{k}", values)
            found.append(to.double(values[0]) if same else f"{table}[j]")
        v = f"{to.calls(_CALLED[type(steps[0])])}({v}, {', '.join(found)})"
    return [f"for (j = 0; j < {len(pieces)}; j++)", f"    x[{first} + j] = ({to.dialect.real}){v};"]


_CALLED = {Fill: "fill", Bend: "bend", Affine: "affine", Squeeze: "squeeze", Clip: "clip"}
