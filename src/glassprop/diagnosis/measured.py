"""All that is measured of data, network and training, once: what findings and remedies are decided by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite, nan
from typing import Any, Literal

from glassprop.ground.text import quoted

Task = Literal["classes", "labels", "numbers"]  # classes that exclude each other, several labels, amounts


@dataclass(frozen=True)
class ColumnMeasured:
    """An input of the network: a column, or what is made of one.

    Attributes
    ----------
    name : str
    column : str or None
        The table's column that it is made of, which is called the same where it is the column as it is; empty where
        that is not known, and None where inputs are columns.
    mean, spread, low, high : float
        Of the values that are numbers; spread is the standard deviation.
    missing : float
        The share of the rows in which there is no finite number.
    mark, mark_share, mark_gap
        A value that many rows share and that lies far from all others; in which share of the rows, and how many times
        the width of all others it lies beyond them. None, 0 and 0 where there is none.
    alone : float
        Which share of the target's variance the column alone explains, in rows that it was not learned from.
    category : bool
        Whether it is the code of a category.
    """

    name: str
    mean: float
    spread: float
    low: float
    high: float
    missing: float = 0.0
    mark: float | None = None
    mark_share: float = 0.0
    mark_gap: float = 0.0
    alone: float = 0.0
    category: bool = False
    column: str | None = None

    @property
    def words(self) -> str:
        """What it is called in a sentence."""
        if self.column is None and self.name.startswith("column "):
            return self.name  # of an array, whose columns have numbers
        if self.is_itself:
            return f"column {quoted(self.name)}"
        return f"input {quoted(self.name)}" + (f" of column {quoted(self.column)}" if self.column else "")

    @property
    def is_itself(self) -> bool:
        """Whether it is a column as it is, as far as is known, and not something that is made of one."""
        return self.column is None or self.column == self.name

    @property
    def size(self) -> float:
        """The root of the mean square."""
        return float((self.mean**2 + self.spread**2) ** 0.5)


@dataclass(frozen=True)
class TargetMeasured:
    """The target as the network is given it.

    Attributes
    ----------
    base : float
        The cost of the best constant prediction: log k where k classes are as frequent, half the variance.
    base_held_out : float
        That of the rows held out; NaN where there are none.
    size, spread : float
        Of amounts: the root of the mean square, and the standard deviation, of the output where it is largest.
    shares : tuple of float
        Of classes (or labels), as rows carry weight.
    names : tuple of str
        What the outputs, or the classes, are called.
    outside : float
        The share of the targets that the output's activation can never give.
    recalls, recalls_held_out : tuple of float
        Of each class, the share of its rows (those looked at) that are predicted so; empty for amounts. NaN of classes
        with few rows there.
    contradicting : float
        The share of the rows whose target contradicts that of most of the rows that they are equal to.
    repeated : float
        The share of the validation rows that are also among the training rows, target included; NaN without any.
    distinct, different : float
        The share of the training rows that are different from all others; how many different ones there are, by all.
    """

    task: Task
    base: float
    base_held_out: float = nan
    size: float = nan
    spread: float = nan
    shares: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    outside: float = 0.0
    recalls: tuple[float, ...] = ()
    recalls_held_out: tuple[float, ...] = ()
    contradicting: float = 0.0
    repeated: float = nan
    distinct: float = 1.0
    different: float = 1.0

    @property
    def is_one_value(self) -> bool:
        """Whether it is the same in all rows, so that there is nothing to be learned."""
        return self.base == 0 or (self.task == "classes" and max(self.shares, default=0.0) >= 1)


@dataclass(frozen=True)
class LayerMeasured:
    """A layer at one moment, on some rows; of several members the mean.

    Attributes
    ----------
    dead : float
        The share of units that pass no gradient in any row (σ'(z) is 0).
    idle : float
        The share of units and rows together in which no gradient passes.
    constant : float
        The share of units, dead ones apart, that say the same of all rows, or the same as another unit.
    saturated : float
        The share of units and rows in which a bounded activation is at its ends (σ' less than a twentieth of its most).
    z : float
        The root of the mean square of z.
    gradient : float
        The root of the mean square of ∂C/∂w over the layer's weights, and ``norm`` its length.
    weight : float
        The root of the mean square of its weights.
    linear : bool
        Whether it does no more than multiply and add.
    """

    number: int
    kind: str
    activation: str
    units: int
    hidden: bool
    dead: float = 0.0
    idle: float = 0.0
    constant: float = 0.0
    saturated: float = 0.0
    z: float = nan
    gradient: float = nan
    norm: float = nan
    weight: float = nan
    linear: bool = False


@dataclass(frozen=True)
class Moment:
    """Cost and layers after some epoch (0: at the start), on some of the training rows."""

    epoch: int
    cost: float
    layers: tuple[LayerMeasured, ...]


@dataclass(frozen=True)
class Course:
    """How training went.

    Attributes
    ----------
    cost, validation_cost : tuple of float
        By epoch. They are in the units of ``TargetMeasured.base``.
    first_rate, last_rate : float
        The learning rate of the first and of the last step, as scheduled.
    updates : tuple of (epoch, float)
        The length of a step, by that of the weights: the largest of any layer; of epochs that were watched.
    moved : float
        The way from the start to the end, by the length of the weights at the start; NaN where it is not known.
    steps : int
        Of an epoch.
    planned, epochs, kept : int
        Epochs that there were to be at most, that there were, and the one whose weights were kept.
    stopped_by, error : str
        Why it ended, in words; what it failed with.
    exhausted, diverged, interrupted : bool
        Whether it ended because the epochs were over; because the cost was no number; because somebody ended it.
    """

    cost: tuple[float, ...] = ()
    validation_cost: tuple[float, ...] = ()
    first_rate: float = nan
    last_rate: float = nan
    updates: tuple[tuple[int, float], ...] = ()
    moved: float = nan
    steps: int = 0
    planned: int = 0
    epochs: int = 0
    kept: int = 0
    stopped_by: str = ""
    error: str = ""
    exhausted: bool = False
    diverged: bool = False
    interrupted: bool = False


@dataclass(frozen=True)
class Measured:
    """All of it.

    Attributes
    ----------
    arguments : mapping
        The estimator's, by name.
    output, cost_name : str
        The output's activation, and the cost.
    free : bool
        Whether outputs may be any number.
    moments : tuple of Moment
        The start first, where it is known, and the end last.
    train_cost, validation_cost : float
        Of the weights that were kept, without L2; NaN where not known.
    held_out : int
        Rows that are held out and looked at.
    train_wrong, validation_wrong : float
        The share of the rows that are given a wrong class (of several labels, of all labels); NaN of amounts.
    noise_scale : float
        Of how many rows a batch would have to be for its gradient to be as long as its noise (McCandlish et al. 2018).
    few_cost : float
        The cost, by that of a constant, that is left after a network of this kind was fitted to 32 rows; NaN if none.
    further : float
        By how much, of what a constant costs, one more epoch at half of the first rate lowers the training cost; NaN
        where the rate did not fall far.
    derivative : float
        The largest error of the derivative of a function of the user's own; NaN where there is none, or not known.
    derivative_words : str
    left_out : tuple of str
        What was not looked at, and why.
    """

    rows: int
    inputs: int
    outputs: int
    arguments: Mapping[str, Any]
    output: str
    cost_name: str
    columns: tuple[ColumnMeasured, ...]
    target: TargetMeasured
    batch: int
    free: bool = True
    moments: tuple[Moment, ...] = ()
    course: Course = field(default_factory=Course)
    train_cost: float = nan
    validation_cost: float = nan
    held_out: int = 0
    train_wrong: float = nan
    validation_wrong: float = nan
    noise_scale: float = nan
    few_cost: float = nan
    further: float = nan
    parameters: int = 0
    members: int = 1
    derivative: float = nan
    derivative_words: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def start(self) -> Moment | None:
        """How it stood before the first step, where that is known."""
        return self.moments[0] if self.moments and self.moments[0].epoch == 0 else None

    @property
    def end(self) -> Moment | None:
        """How it stands."""
        return self.moments[-1] if self.moments else None

    def to_dict(self) -> dict[str, Any]:
        """As plain data; numbers that are none (NaN, infinity) are None."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    return value if isinstance(value, bool | int | str | type(None)) else str(value)
