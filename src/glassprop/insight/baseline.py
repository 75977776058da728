"""From where the contributions to a prediction count: inputs as they were on average in training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.equations.arrays import Array
from glassprop.errors import SettingsError

TRAINING_MEAN = "the mean of the rows trained on"
ALL_ZERO = "inputs that are all 0, for no mean of the rows trained on is known"
_OWN = "the inputs that were given to count from"


@dataclass(frozen=True, eq=False)
class Baseline:
    """What a network is given where nothing is said of a row.

    Attributes
    ----------
    x : array (n_inputs,)
        Each input. Of one that is a code of a category it is of no account, unless waves see it, too.
    shares : mapping of int to array (number of categories,)
        Of each input that is a code: how often each category came. What stands for none of them is the mean, so
        weighed, of the rows of its table.
    said : str
        Where it is from, in words.
    """

    x: Array
    shares: Mapping[int, Array] = field(default_factory=dict)
    said: str = TRAINING_MEAN

    @property
    def known(self) -> bool:
        """Whether it says something of rows: inputs that are all 0 do not."""
        return self.said != ALL_ZERO

    @classmethod
    def of_zeros(cls, architecture: Architecture) -> Baseline:
        """All inputs 0, and every category as often as the others."""
        shares = {where: np.full(size, 1 / size) for where, size in architecture.codes}
        return cls(np.zeros(architecture.n_inputs), shares, ALL_ZERO)

    @classmethod
    def of_row(cls, architecture: Architecture, x: Array) -> Baseline:
        """The inputs of an example, its categories too.

        Raises
        ------
        SettingsError
            If it is no such row.
        """
        try:
            row = np.array(x, np.float64)
        except (TypeError, ValueError):
            row = np.full(1, np.nan)
        n, codes = architecture.n_inputs, dict(architecture.codes)
        if row.shape != (n,) or not np.isfinite(row).all():
            raise SettingsError(f"baseline must be {n} finite numbers, one for each input of the network")
        wrong = [k for k, size in codes.items() if row[k] not in range(size)]
        if wrong:
            raise SettingsError(
                f"baseline: input {wrong[0]} is a category's code, 0 to {codes[wrong[0]] - 1}, not {row[wrong[0]]:g}"
            )
        return cls(row, {k: np.eye(size)[int(row[k])] for k, size in codes.items()}, _OWN)
