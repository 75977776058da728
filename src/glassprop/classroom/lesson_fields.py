"""What a lesson holds, from plain data: shapes that fit, known functions, finite numbers, or every fault there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassprop.classroom.faults_found import FaultsFound, kind_of, plain
from glassprop.equations.activation import find_activation
from glassprop.equations.arrays import Array
from glassprop.equations.cost import find_cost
from glassprop.errors import ArchitectureError, DataError, LessonError
from glassprop.insight.step import PLAIN_RATE
from glassprop.layers.dense import Layer
from glassprop.network import Network

COST = "squared_error"
LONGEST_NAME, LONGEST_TITLE, LONGEST_ABOUT = 100, 200, 2000
NEEDED = ("layers", "inputs", "targets")
KEYS = ("title", "about", "cost", "rate", "inputs", "targets", "input_names", "output_names", "layers")
LAYER_KEYS = ("w", "b", "activation")
_IN_LAYERS = {key: f"{key} belongs to a layer, below its [[layers]]" for key in LAYER_KEYS}
_ABOVE = {key: f"{key} belongs above the first [[layers]]: what stands below is of that layer" for key in KEYS}

Rows = list[list[float]]


@dataclass(frozen=True)
class Fields:
    """A lesson's parts, checked: they fit together."""

    title: str
    about: str
    network: Network
    w: tuple[Array, ...]
    b: tuple[Array, ...]
    inputs: Array
    targets: Array
    rate: float
    input_names: tuple[str, ...] | None
    output_names: tuple[str, ...] | None


def fields_of(data: Any) -> Fields:
    """Check plain data, as a file holds it: see docs/teachers.md for what there is.

    Raises
    ------
    LessonError
        With everything that is wrong.
    """
    reader = _Reader()
    found = reader.read(data)
    if found is None or reader.faults.lines:
        raise LessonError.of(reader.faults.lines)
    return found


@dataclass(frozen=True)
class _Layer:
    """A layer whose parts may be missing, where they are at fault. lengths: of the rows of w, as they are."""

    w: Rows | None
    b: list[float] | None
    activation: str | None
    n: int
    lengths: tuple[int, ...]


class _Reader:
    """Goes through all of it, whatever is wrong on the way."""

    def __init__(self) -> None:
        self.faults = FaultsFound()

    def read(self, data: Any) -> Fields | None:
        faults = self.faults
        if not isinstance(data, Mapping):
            faults.add("", f"a lesson is a table with {', '.join(NEEDED)}, and this is {kind_of(data)}")
            return None
        faults.keys(data, "the lesson", KEYS, NEEDED, _IN_LAYERS)
        title = faults.text(data.get("title", ""), "title", LONGEST_TITLE)
        about = faults.text(data.get("about", ""), "about", LONGEST_ABOUT)
        rate = self.rate(data.get("rate", PLAIN_RATE))
        layers = self.layers(data["layers"]) if "layers" in data else None
        lengths, n_out = (layers[0].lengths, layers[-1].n) if layers else ((), 0)
        inputs = self.rows(data, "inputs", flat_is_rows=set(lengths) == {1})
        targets = self.rows(data, "targets", flat_is_rows=n_out == 1)
        n_in = _most([*lengths, *(len(row) for row in inputs or [] if row)])
        self.widths(n_in, layers, inputs, targets)
        names = self.names(data, "input_names", n_in, "inputs")
        output_names = self.names(data, "output_names", n_out, "neurons in the last layer")
        network = self.network(data.get("cost", COST), layers, targets)
        if network is None or faults.lines or layers is None:
            return None
        w, b = tuple(np.array(one.w) for one in layers), tuple(np.array(one.b) for one in layers)
        parts = np.array(inputs), np.array(targets)
        return Fields(str(title), str(about), network, w, b, *parts, float(rate or PLAIN_RATE), names, output_names)

    def rate(self, value: Any) -> float | None:
        found = self.faults.number(value, "rate")
        if found is not None and found <= 0:
            self.faults.add("rate", f"is {found:g}: give a number above 0, as {PLAIN_RATE}")
        return found

    # --- layers -----------------------------------------------------------------------------------------------

    def layers(self, value: Any) -> list[_Layer] | None:
        if isinstance(value, Mapping):
            self.faults.add("layers", "is one table: write [[layers]], in double square brackets, above each layer")
            return None
        found = self.faults.items(value, "layers", "layers")
        if found is None:
            return None
        return [self.layer(one, f"layer {number}") for number, one in enumerate(found, start=1)]

    def layer(self, value: Any, where: str) -> _Layer:
        if not isinstance(value, Mapping):
            self.faults.add(where, f"is {kind_of(value)}: give a table with {', '.join(LAYER_KEYS)}")
            return _Layer(None, None, None, 0, ())
        self.faults.keys(value, where, LAYER_KEYS, ("w", "activation"), _ABOVE)
        w, n, lengths = self.weights(value["w"], f"{where}, w") if "w" in value else (None, 0, ())
        b = self.biases(value.get("b", 0.0), f"{where}, b", n)
        return _Layer(w, b, self.activation(value, f"{where}, activation"), n, lengths)

    def weights(self, value: Any, where: str) -> tuple[Rows | None, int, tuple[int, ...]]:
        """W, how many neurons, and how many weights each has."""
        rows = self.faults.items(value, where, "rows, one for each neuron")
        if rows is None:
            return None, 0, ()
        if not any(isinstance(plain(row), list | tuple) for row in rows):
            self.faults.add(where, "is a list of numbers: give a list of rows, one for each neuron, as [[0.5, -1.0]]")
            return None, 0, ()
        read = [self.faults.numbers(row, f"{where}, neuron {j}", "input") for j, row in enumerate(rows)]
        lengths = tuple(len(row) for row in read if row is not None)
        return _whole(read), len(rows), lengths

    def biases(self, value: Any, where: str, n: int) -> list[float] | None:
        """b, one number for each neuron; one number is that of all."""
        value = plain(value)
        if not isinstance(value, list | tuple):
            number = self.faults.number(value, where)
            return None if number is None else [number] * n
        found = self.faults.numbers(value, where, "neuron")
        if found is not None and n and len(found) != n:
            self.faults.add(
                where, f"has {_count(len(found), 'number')}, where w has {_count(n, 'row')}: give one for each neuron"
            )
        return None if found is None or None in found else [one for one in found if one is not None]

    def activation(self, layer: Mapping[str, Any], where: str) -> str | None:
        if "activation" not in layer:
            return None
        name = self.faults.text(layer["activation"], where, LONGEST_NAME)
        try:
            return None if name is None else find_activation(name).spec
        except ArchitectureError as error:
            self.faults.add(where, str(error))
            return None

    # --- rows -------------------------------------------------------------------------------------------------

    def rows(self, data: Mapping[str, Any], name: str, *, flat_is_rows: bool) -> list[list[float | None]] | None:
        """Numbers by row. A list of numbers alone is one row, or, of one number each, all of them."""
        if name not in data:
            return None
        value = plain(data[name])
        value = value if isinstance(value, list | tuple) else [value]
        if value and not any(isinstance(plain(row), list | tuple) for row in value):
            value = [[one] for one in value] if flat_is_rows else [value]
        found = self.faults.items(value, name, "rows")
        if found is None:
            return None
        read = [self.faults.numbers(row, f"{name}, row {i}", "number") for i, row in enumerate(found)]
        return [row or [] for row in read]

    def widths(self, n_in: int, layers: list[_Layer] | None, inputs: Any, targets: Any) -> None:
        """Whether each has as many numbers as what it meets."""
        if inputs is not None and targets is not None and len(inputs) != len(targets):
            self.faults.add(
                "targets", f"has {_count(len(targets), 'row')}, where inputs has {len(inputs)}: give as many of both"
            )
        self.lengths("inputs, row", inputs, n_in, "it takes one for each weight of a neuron of layer 1")
        before, why = n_in, f"{n_in} come in"
        for number, layer in enumerate(layers or [], start=1):
            rows = [[None] * length for length in layer.lengths]
            self.lengths(f"layer {number}, w, neuron", rows, before, why)
            before, why = layer.n, f"layer {number} gives {layer.n}"
        self.lengths("targets, row", targets, before if layers else 0, why)

    def lengths(self, where: str, rows: Any, n: int, why: str) -> None:
        """Where all rows are too long or too short in the same way, it is said once."""
        wrong = [(i, len(row)) for i, row in enumerate(rows or []) if n and row and len(row) != n]
        if len(wrong) > 1 and len(wrong) == len(rows) and len({length for _, length in wrong}) == 1:
            self.faults.add(
                f"{where}s 0 to {len(rows) - 1}", f"have {_count(wrong[0][1], 'number')} each: {why}, so give {n}"
            )
            return
        for i, length in wrong:
            self.faults.add(f"{where} {i}", f"has {_count(length, 'number')}: {why}, so give {n}")

    # --- names and functions ----------------------------------------------------------------------------------

    def names(self, data: Mapping[str, Any], name: str, n: int, of: str) -> tuple[str, ...] | None:
        if name not in data:
            return None
        found = self.faults.items(data[name], name, "names")
        if found is None:
            return None
        texts = [self.faults.text(one, f"{name}, name {i}", LONGEST_NAME) for i, one in enumerate(found)]
        if n and len(found) != n:
            self.faults.add(name, f"has {_count(len(found), 'name')}, where there are {n} {of}: give {n}")
        twice = [text for text, times in Counter(texts).items() if text is not None and times > 1]
        for text in twice:
            self.faults.add(name, f"has {text!r} more than once: call each by a name of its own")
        return tuple(text for text in texts if text is not None)

    def network(self, cost: Any, layers: list[_Layer] | None, targets: Any) -> Network | None:
        """The network, where layers and cost can be had; targets are held against what the cost takes."""
        name = self.faults.text(cost, "cost", LONGEST_NAME)
        if name is None:
            return None
        try:
            found = find_cost(name)
        except ArchitectureError as error:
            self.faults.add("cost", str(error))
            return None
        if targets is not None and all(row and None not in row and len(row) == len(targets[0]) for row in targets):
            try:
                found.check_targets(np.array(targets))
            except DataError as error:
                self.faults.add("targets", str(error))
        if layers is None or any(layer.activation is None or not layer.n for layer in layers):
            return None
        sizes = [Layer(layer.n, str(layer.activation)) for layer in layers]
        try:
            return Network(_most(list(layers[0].lengths)) or 1, sizes, found.spec)
        except ArchitectureError as error:
            self.faults.add("", str(error))
            return None


def _whole(rows: list[list[float | None] | None]) -> Rows | None:
    """Rows of numbers that are all there and equally long; else None, and the faults are told already."""
    whole = [[one for one in row if one is not None] for row in rows if row is not None]
    same = len(whole) == len(rows) and len({len(row) for row in whole}) == 1
    return whole if same else None


def _most(lengths: list[int]) -> int:
    """The length that most have; 0 of none."""
    return Counter(lengths).most_common(1)[0][0] if lengths else 0


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
