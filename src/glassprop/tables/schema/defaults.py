"""Every setting that a table gets where the user says nothing: layers, rate, stopping, encoding.

The values are chosen by measurement on eleven tables: bench/defaults.py, docs/decisions/0008-defaults.md. They are
passed through as one frozen object, so that a trial is ``fit_table(table, options,
defaults=replace(Defaults(), dropout=0.1))``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from glassprop.equations.activation import ActivationName
from glassprop.estimator.build import SolverName
from glassprop.training.schedule import ScheduleName


@dataclass(frozen=True)
class Defaults:
    """Settings of encoding, network and training.

    Attributes
    ----------
    hidden : tuple of int
        Sizes of the hidden layers.
    activation : str
    solver, learning_rate, learning_rate_init, warmup, beta_2
        As the estimators take them.
    epochs : int
        At most; early stopping ends most runs before.
    batch_size : int or None
        None: see `batch_rows`.
    accumulate : int
        Number of batches whose gradients are combined for each step: they act as one batch, this many times as large.
    alpha, weight_decay, dropout, label_smoothing, clip_norm
        As the estimators take them.
    inner_validation : float
        The share of the training rows that early stopping watches; never the held-out rows.
    early_stopping_rows : int
        With fewer training rows there is no inner validation part: folds choose how long to train.
    folds : int
        Number of folds, at most,
    folds_work : float
        and no more than this number of operations allows.
    small_weight_decay : float
        What folds try besides `weight_decay`.
    cross_fit : int
        Number of folds whose networks are averaged,
    cross_fit_rows : int
        with fewer training rows than this.
    patience : int
        Epochs without a better inner validation score before training stops.
    tolerance : float
        What counts as better.
    scoring : str or None
        What early stopping watches; "loss" is the validation cost.
    scaling : {"auto", "standard", "robust", "quantile", "quartiles", "shape"}
        How numbers are brought to one scale; "auto" decides column by column, by the rows trained on.
    limit : float or None
        Scaled numbers are squeezed smoothly into ±limit, so that one wild value cannot rule a row.
    max_categories : int
        Maximum number of inputs for one category column; the rarest values share one.
    most_categories : int
        More inputs than that, up to this number, are used if the training rows show that they carry information.
    min_rows_of_category : int
        Values with fewer training rows share one input; values never seen take the same.
    dtype : {"float32", "float64"}

    Examples
    --------
    >>> from glassprop.tables import Defaults
    >>> Defaults(hidden=(64,), epochs=30).hidden
    (64,)
    """

    hidden: tuple[int, ...] = (256, 128)
    activation: ActivationName | str = "relu"
    solver: SolverName = "adamw"
    learning_rate: ScheduleName = "one_cycle"
    learning_rate_init: float = 3e-3
    warmup: float = 0.0
    beta_2: float = 0.999
    epochs: int = 60
    batch_size: int | None = None
    accumulate: int = 1
    alpha: float = 0.0
    weight_decay: float = 0.3
    dropout: float = 0.0
    label_smoothing: float = 0.0
    clip_norm: float | None = None
    inner_validation: float = 0.15
    early_stopping_rows: int = 500
    folds: int = 5
    folds_work: float = 2e11
    small_weight_decay: float = 3.0
    cross_fit: int = 5
    cross_fit_rows: int = 0
    patience: int = 15
    tolerance: float = 1e-4
    scoring: str | None = "loss"
    scaling: Literal["auto", "standard", "robust", "quantile", "quartiles", "shape"] = "auto"
    limit: float | None = 5.0
    max_categories: int = 32
    most_categories: int = 1024
    min_rows_of_category: int = 2
    dtype: Literal["float32", "float64"] = "float32"

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self) | {"hidden": list(self.hidden)}

    def crossed(self, rows: int) -> int:
        """Networks of how many folds are averaged; 0 where one is trained."""
        return self.cross_fit if rows < self.cross_fit_rows else 0

    def batch_rows(self, rows: int) -> int:
        """Rows of a step: `batch_size`, or a power of two, 16 to 256, for 40 steps an epoch; times `accumulate`."""
        power = 1 << max(rows // 40, 1).bit_length() - 1
        batch = max(16, min(256, power)) if self.batch_size is None else self.batch_size
        return min(batch * self.accumulate, rows)
