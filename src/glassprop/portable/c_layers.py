"""Kinds of layer in C: what of each stands in the function of a network, and the functions that it calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.equations.arrays import Array
from glassprop.equations.periodic import TURN
from glassprop.errors import ExportError
from glassprop.layers.layer_kind import PARAMETRIC, LayerKind
from glassprop.layers.some_columns import Columns
from glassprop.portable.c_dialect import Dialect, Part
from glassprop.portable.c_formulas import activation_in_c
from glassprop.portable.c_quantized import quantized

_IDENTITY = "identity"
_IN_NAMES = {ord("."): "p", ord("-"): "m", ord("+"): ""}  # the digits of a parameter


@dataclass
class Writing:
    """A network while it is written: where its constants go, and which functions it calls.

    Attributes
    ----------
    members : sequence of (Architecture, theta)
        All with the same layers.
    tag : str
        What the names of its arrays begin with.
    called : dict of str to str
        The text of each function, by its name: those of all networks of a model.
    """

    members: Sequence[tuple[Architecture, Array]]
    dialect: Dialect
    part: Part
    tag: str
    called: dict[str, str] = field(default_factory=dict)

    @property
    def sizes(self) -> list[int]:
        """The number of inputs, then of neurons in each layer."""
        return self.members[0][0].sizes

    def values(self, number: int, name: str) -> tuple[Array, bool]:
        """A block of a layer (from 1), and whether it has that of each member, one after another: they may share it."""
        first, theta = self.members[0]
        blocks = [(architecture.layout.block(number, name), held) for architecture, held in self.members]
        if all(block.start == first.layout.block(number, name).start and held is theta for block, held in blocks):
            return blocks[0][0].view(theta), False
        return np.stack([block.view(held) for block, held in blocks]), True

    def place(self, name: str, values: Array, own: bool, kind: str = "") -> str:
        """Keep a block's values; -> the address of those of member m."""
        array = self.part.array(kind or self.dialect.weight, f"{self.tag}{name}", values)
        return f"{array} + m * {prod(values.shape[1:])}" if own else array

    def kept(self, number: int, name: str) -> str:
        """The same, as they are."""
        return self.place(f"{name}_{number}", *self.values(number, name))

    def in_8_bits(self, number: int, name: str, turned: bool = False) -> tuple[str, str]:
        """The addresses of a block's whole numbers and of the factors of its rows; `turned`: column by column."""
        values, own = self.values(number, name)
        whole, factors = quantized(values)
        whole = np.swapaxes(whole, -1, -2) if turned else whole
        kept = self.place(f"{name}_{number}", whole, own, "signed char")
        return kept, self.place(f"{name}_{number}_factors", factors, own, "float")

    def call(self, name: str, text: str) -> str:
        """That a function is needed. -> its name."""
        self.called[name] = text
        return name

    def indices(self, name: str, numbers: Iterable[int]) -> str:
        """Keep numbers of inputs or neurons."""
        return self.part.array("int", f"{self.tag}{name}", list(numbers))


# --- what each kind does: from x to z --------------------------------------------------------------------------------


def _dense(to: Writing, number: int, layer: Any, x: str, z: str) -> list[str]:
    sizes = f"{to.sizes[number - 1]}, {layer.n}, {x}, {z}"
    if to.dialect.int8:
        addresses = ", ".join((*to.in_8_bits(number, "w", turned=True), to.kept(number, "b")))
    else:
        w, own = to.values(number, "w")
        addresses = f"{to.place(f'w_{number}', np.swapaxes(w, -1, -2), own)}, {to.kept(number, 'b')}"
    return [f"{to.call('dense', _filled(to, _DENSE_8 if to.dialect.int8 else _DENSE))}({addresses}, {sizes});"]


def _scale(to: Writing, number: int, layer: Any, x: str, z: str) -> list[str]:
    return [f"{to.call('scale', _filled(to, _SCALE))}({to.kept(number, 's')}, {layer.n}, {x}, {z});"]


def _periodic(to: Writing, number: int, layer: Any, x: str, z: str) -> list[str]:
    columns = layer.columns_among(to.sizes[number - 1])
    addresses = ", ".join(to.kept(number, name) for name in ("f", "c", "w", "e"))
    embedded = to.indices(f"embedded_{number}", columns.columns)
    sizes = f"{len(columns.columns)}, {layer.frequencies}, {layer.each}, {x}, {z} + {columns.n_others}"
    name = to.call("waves", _filled(to, _WAVES))
    return [*_passed_on(to, number, columns, x, z), f"{name}({addresses}, {embedded}, {sizes});"]


def _category(to: Writing, number: int, layer: Any, x: str, z: str) -> list[str]:
    columns = layer.columns_among(to.sizes[number - 1])
    lines, first = _passed_on(to, number, columns, x, z), columns.n_others
    name = to.call("look_up", _filled(to, _ROW_8 if to.dialect.int8 else _ROW))
    for place, (column, each) in enumerate(zip(columns.columns, layer.each, strict=True)):
        block = f"t{place}"
        table = ", ".join(to.in_8_bits(number, block)) if to.dialect.int8 else to.kept(number, block)
        lines.append(f"{name}({table}, {each}, (int){x}[{column}], {z} + {first});")
        first += each
    return lines


def _filled(to: Writing, text: str) -> str:
    turn = to.dialect.number(TURN)
    return text.format(real=to.dialect.real, weight=to.dialect.weight, suffix=to.dialect.suffix, turn=turn)


def _passed_on(to: Writing, number: int, columns: Columns, x: str, z: str) -> list[str]:
    """Inputs that are not embedded, as they are, before the others."""
    others = columns.other_columns
    if not others:
        return []
    if others == tuple(range(len(others))):
        return [f"for (j = 0; j < {len(others)}; j++)", f"    {z}[j] = {x}[j];"]
    name = to.indices(f"others_{number}", others)
    return [f"for (j = 0; j < {len(others)}; j++)", f"    {z}[j] = {x}[{name}[j]];"]


LAYERS: dict[str, Callable[[Writing, int, Any, str, str], list[str]]] = {
    "dense": _dense,
    "scale": _scale,
    "periodic": _periodic,
    "category": _category,
}


def layer_in_c(to: Writing, number: int, x: str, z: str) -> list[str]:
    """From what a layer sees to what it gives, for one member, as lines of the function of its network.

    Raises
    ------
    ExportError
        If its kind or its activation is not known here.
    """
    layer = to.members[0][0].layer(number)
    if layer.kind not in LAYERS:
        raise ExportError(f"a layer of kind {layer.kind!r} is not written in C: use glassprop.to_onnx")
    lines = LAYERS[layer.kind](to, number, layer, x, z) + _activated(to, number, layer, z)
    if layer.residual:
        lines += [f"for (j = 0; j < {layer.n}; j++)", f"    {z}[j] += {x}[j];"]
    return lines


def _activated(to: Writing, number: int, layer: LayerKind, z: str) -> list[str]:
    activation = layer.activation
    if activation.name == _IDENTITY:
        return []
    name = f"sigma_{activation.name}"
    if layer.parametric:
        name += "_trained"
    elif activation.parameters:  # another layer may have another
        name += "".join(f"_{value:.17g}" for value in activation.parameters).translate(_IN_NAMES)
    to.call(name, activation_in_c(activation, to.dialect, parametric=layer.parametric, name=name))
    if not activation.elementwise:
        return [f"{name}({z}, {layer.n});"]
    if not layer.parametric:
        return [f"for (j = 0; j < {layer.n}; j++)", f"    {z}[j] = {name}({z}[j]);"]
    p = to.kept(number, PARAMETRIC)
    return [f"for (j = 0; j < {layer.n}; j++)", f"    {z}[j] = {name}({z}[j], ({p})[j]);"]


# --- the functions that they call ------------------------------------------------------------------------------------

_DENSE = """\
/* z = W x + b. W stands column by column; inputs that are 0, as most of categories are, cost nothing. */
static void dense(const {weight} *w, const {weight} *b, int n_in, int n, const {real} *restrict x, {real} *restrict z)
{{
    int k, j;
    for (j = 0; j < n; j++)
        z[j] = b[j];
    for (k = 0; k < n_in; k++, w += n)
        if (x[k] != 0)
            for (j = 0; j < n; j++)
                z[j] += x[k] * w[j];
}}"""
_DENSE_8 = """\
/* The same of weights in 8 bits, each row of W with a factor. */
static void dense(const signed char *w, const float *factors, const {weight} *b, int n_in, int n,
                  const {real} *restrict x, {real} *restrict z)
{{
    int k, j;
    for (j = 0; j < n; j++)
        z[j] = 0;
    for (k = 0; k < n_in; k++, w += n)
        if (x[k] != 0)
            for (j = 0; j < n; j++)
                z[j] += x[k] * w[j];
    for (j = 0; j < n; j++)
        z[j] = factors[j] * z[j] + b[j];
}}"""
_SCALE = """\
/* A factor for each input. */
static void scale(const {weight} *s, int n, const {real} *x, {real} *z)
{{
    int j;
    for (j = 0; j < n; j++)
        z[j] = s[j] * x[j];
}}"""
_WAVES = """\
/* Some inputs, each as itself and n - 1 sums of waves. */
static void waves(const {weight} *f, const {weight} *c, const {weight} *w, const {weight} *e, const int *columns,
                  int n_columns, int n_waves, int n, const {real} *x, {real} *z)
{{
    int k, q, i;
    for (k = 0; k < n_columns; k++, z += n) {{
        z[0] = x[columns[k]];
        for (i = 1; i < n; i++)
            z[i] = *e++;
        for (q = 0; q < n_waves; q++) {{
            const {real} wave = cos{suffix}({turn} * *f++ * z[0] + *c++);
            for (i = 1; i < n; i++)
                z[i] += w[(i - 1) * n_waves + q] * wave;
        }}
        w += (n - 1) * n_waves;
    }}
}}"""
_ROW = """\
/* A category as the row of its table. */
static void look_up(const {weight} *table, int n, int row, {real} *z)
{{
    int j;
    for (j = 0; j < n; j++)
        z[j] = table[row * n + j];
}}"""
_ROW_8 = """\
/* A category as the row of its table, in 8 bits, each row with a factor. */
static void look_up(const signed char *table, const float *factors, int n, int row, {real} *z)
{{
    int j;
    for (j = 0; j < n; j++)
        z[j] = ({real})factors[row] * table[row * n + j];
}}"""
