"""What a case is: a table, what was done to rows and arguments, and which findings and remedies are right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

KINDS = (
    "inputs-unscaled", "target-unscaled", "marks-for-missing", "constant-units", "dead-units", "saturated-units",
    "vanishing-gradients", "exploding-gradients", "rate-too-high", "rate-too-low", "bad-start", "oscillation",
    "no-progress", "schedule-ended", "overfitting", "stopped-too-early", "output-and-cost", "imbalance-ignored",
    "batch-too-small", "batch-too-large", "too-little-capacity", "leak", "contradicting-labels", "wrong-derivative",
)  # fmt: skip
REMEDIES = (
    "standardize-inputs", "standardize-target", "mark-missing", "other-activation", "other-start", "lower-rate",
    "raise-rate", "warmup", "clip-norm", "other-schedule", "more-epochs", "early-stopping", "weight-decay", "dropout",
    "smaller-network", "larger-network", "fewer-layers", "other-output-or-cost", "class-weight", "larger-batch",
    "smaller-batch", "drop-column", "check-labels", "mend-derivative", "momentum", "other-optimizer",
)  # fmt: skip

Step = tuple[str, Mapping[str, Any]]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def step(name: str, **how: Any) -> Step:
    """One thing that is done to the rows; see `planting.STEPS`."""
    return name, MappingProxyType(how)


def words(names: str) -> frozenset[str]:
    """A set out of names with spaces between them."""
    return frozenset(names.split())


SCALED = (step("standardize"),)


@dataclass(frozen=True)
class Case:
    """A run that is faulty, or healthy where no kinds are accepted.

    Attributes
    ----------
    name : str
        What it is called in results; unique over both halves.
    table : str
        One of `tables.TABLES`.
    source : str
        The list or place that the fault is taken from, a key of `sources.SOURCES`; of a healthy run, what it is near.
    kinds, remedies : frozenset of str
        Any of them is right: the fault itself, what it brings about, and what mends it. Both empty: healthy.
    arguments : mapping
        Of the estimator, over those of the table.
    steps : tuple
        What is done to the rows before training, in order.
    mended : mapping
        What makes the arguments right again; with ``mended_steps`` it is the healthy counterpart that the fault is
        measured against.
    mended_steps : tuple or None
        The counterpart's, where they are others.
    start : mapping or None
        Weights that training starts from: see `build.starting_weights`. The counterpart starts as usual.
    fitted : bool
        Whether the estimator is fitted before it is diagnosed.
    judged : bool
        Whether the held-out rows are given as validation data.
    model : str
        "mlp", "pipeline" (with a scaler in front) or "tabular".
    """

    name: str
    table: str
    source: str
    kinds: frozenset[str] = frozenset()
    remedies: frozenset[str] = frozenset()
    arguments: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    steps: tuple[Step, ...] = SCALED
    mended: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    mended_steps: tuple[Step, ...] | None = None
    start: Mapping[str, Any] | None = None
    fitted: bool = False
    judged: bool = False
    model: str = "mlp"

    @property
    def healthy(self) -> bool:
        """Whether nothing is to be found."""
        return not self.kinds

    @property
    def counterpart(self) -> Case:
        """The same without its fault."""
        return Case(
            f"{self.name}, mended",
            self.table,
            self.source,
            arguments={**self.arguments, **self.mended},
            steps=self.steps if self.mended_steps is None else self.mended_steps,
            model=self.model,
        )
