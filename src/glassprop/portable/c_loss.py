"""What weights in 8 bits change of what a model says: measured on rows, or on inputs that are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassprop.backprop.members import mean_over_members
from glassprop.backprop.passes import forward
from glassprop.equations.arrays import Array, Rows
from glassprop.portable.c_network import Network
from glassprop.portable.c_quantized import with_8_bits
from glassprop.portable.whole_model import CategoryInput, Ending, FixedInput, MissingInput, NumberInput, Whole

_DRAWN = 1000  # rows, where none are given
_GAPS = 0.1  # the share of missing values in them


@dataclass(frozen=True)
class Loss:
    """What changes.

    Attributes
    ----------
    rows : int
    drawn : bool
        Whether these are inputs that were drawn, rather than rows that were given.
    other : float or None
        The share of rows that are of another class then, or have another label; None of amounts.
    largest, mean : float
        By how much a probability changes; of amounts, by how many standard deviations of the predictions.
    """

    rows: int
    drawn: bool
    other: float | None
    largest: float
    mean: float

    def __str__(self) -> str:
        of = f"of {self.rows:,} rows of inputs drawn at random" if self.drawn else f"of the {self.rows:,} rows given"
        if self.other is None:
            return (
                f"8 bits change what is predicted, {of}, by {self.largest:.2g} standard deviations of it at most, "
                f"{self.mean:.2g} on average."
            )
        return (
            f"8 bits give {self.other:.2%} {of} another class; outputs change by {self.largest:.2g} at most, "
            f"{self.mean:.2g} on average."
        )


def loss_of_8_bits(whole: Whole, X: Rows | None) -> Loss:
    """Measure it. X (n, n_inputs): what the network is given of some rows; None: inputs are drawn, with seed 0."""
    inputs = drawn_inputs(whole, _DRAWN, np.random.default_rng(0)) if X is None else X
    before = _outputs(whole.networks, inputs)
    after = _outputs([(network, with_8_bits(network, theta)) for network, theta in whole.networks], inputs)
    change, ending = np.abs(after - before), whole.ending
    if ending.kind == "amounts":
        spread = before.std(axis=0)
        change = change / np.where(spread > 0, spread, 1)
        return Loss(len(before), X is None, None, float(change.max()), float(change.mean()))
    other = (_said(ending, before) != _said(ending, after)).any(axis=1).mean()
    return Loss(len(before), X is None, float(other), float(change.max()), float(change.mean()))


def _outputs(networks: Sequence[Network], X: Rows) -> Array:
    return mean_over_members([forward(network, theta.astype(np.float64), X).a[-1] for network, theta in networks])


def _said(ending: Ending, a: Array) -> Array:
    return a > 0.5 if ending.kind in ("two classes", "labels") else a.argmax(axis=1)[:, None]


def drawn_inputs(whole: Whole, rows: int, rng: np.random.Generator) -> Array:
    """Inputs by what they are: normally distributed numbers, categories all as likely, some of all missing."""
    codes = {place: size for architecture, _ in whole.networks for place, size in architecture.codes}
    columns: list[Array] = []
    for piece in whole.inputs:
        place = sum(column.shape[1] for column in columns)
        if isinstance(piece, CategoryInput):
            taken = piece.table[~np.isnan(piece.table).any(axis=1)]  # others are refused
            columns.append(taken[rng.integers(len(taken), size=rows)])
        elif isinstance(piece, MissingInput):
            columns.append(np.where(rng.uniform(size=(rows, 1)) < _GAPS, piece.missing, piece.there))
        elif isinstance(piece, FixedInput):
            columns.append(np.full((rows, 1), piece.value))
        elif isinstance(piece, NumberInput) and piece.wave:
            columns.append(np.sin(rng.uniform(-np.pi, np.pi, (rows, 1))))
        elif place in codes:
            columns.append(rng.integers(codes[place], size=(rows, 1)).astype(np.float64))
        else:
            columns.append(rng.normal(size=(rows, piece.width)))
    return np.hstack(columns)
