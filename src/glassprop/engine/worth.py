"""What a training or a prediction is worth: how long the reference engine takes for it, reckoned from shapes alone.

Not measured where it runs, for the choice of an engine decides bits: docs/decisions/0019-small-jobs.md, which also says
where the numbers below are from.
"""

from __future__ import annotations

from dataclasses import dataclass

from glassprop.architecture.architecture import Architecture

# Seconds of a step: for each layer; for each parameter and example; neuron and example; and parameter. In float64.
_LAYER, _PRODUCT, _NUMBER, _PARAMETER = 25e-6, 1e-10, 6e-9, 2.6e-9
_FORWARD = 1 / 3  # the part of a step that predicts
_DOUBLE = 8  # bytes
SMALL_FIT = 0.1  # seconds: to load machine code takes twice as long
SMALL_PREDICTION = 0.0002  # seconds: kernels that are loaded take a third of it
COMPILING = 6.0  # seconds that it takes to compile what a network needs, measured where the numbers above were


@dataclass(frozen=True)
class Amount:
    """How much there is to train, as far as it is known beforehand.

    Attributes
    ----------
    epochs : int
        At most.
    steps : int
        Of an epoch.
    batch : int
        Examples of a step.
    watched : int
        Examples that are predicted after each epoch.
    """

    epochs: int
    steps: int
    batch: int
    watched: int = 0


def seconds_of_training(architecture: Architecture, amount: Amount, itemsize: int) -> float:
    """How long the reference engine takes at most. itemsize: bytes of a number."""
    step = _seconds(architecture, amount.batch, itemsize) + _PARAMETER * architecture.layout.used * itemsize / _DOUBLE
    watching = seconds_of_prediction(architecture, amount.watched, itemsize) if amount.watched else 0.0
    return amount.epochs * (amount.steps * step + watching)


def seconds_of_prediction(architecture: Architecture, rows: int, itemsize: int) -> float:
    """How long it takes to predict so many rows."""
    return _FORWARD * _seconds(architecture, rows, itemsize)


def _seconds(architecture: Architecture, rows: int, itemsize: int) -> float:
    """Forward and backward, of all members."""
    one = architecture.each_member[0]
    used = sum(layer.used(n_in) for layer, n_in in zip(one.layers, one.sizes, strict=False))
    each = _PRODUCT * used + _NUMBER * sum(one.sizes[1:])
    return architecture.members * (_LAYER * one.depth + rows * each * itemsize / _DOUBLE)


def saved(reference: float | None) -> str:
    """In words, what to do where nothing that is compiled can be kept: what the reference engine saves, if it does.

    reference: how long it takes for this; None where nobody can say.
    """
    if reference is None:
        return "or use engine='reference', which compiles nothing"
    seconds = COMPILING - reference
    if seconds < 1:
        return ""
    return f"or use engine='reference', which compiles nothing and saves about {seconds:.0f} seconds here"
