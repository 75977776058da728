"""The targets and weights of rows as a network takes them: classes one-hot, amounts on their scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.own_units import OwnUnits
from glassprop.errors import TableError
from glassprop.ground.text import listed, quoted
from glassprop.tables.fitting.key_columns import KeyReading
from glassprop.tables.schema.target import Target, there
from glassprop.tables.values.texts import Texts

# (rows, number of the first) -> which are for training, whether or not they have a target.
Use = Callable[[nw.DataFrame, int], NDArray[np.bool_]]
_NOT_THERE = -1


@dataclass(frozen=True)
class NetworkTargets:
    """An `ExampleReader`: rows that are for training and have a target.

    Attributes
    ----------
    target : Target
    dtype : dtype
        Of the inputs.
    classes : array (n_classes,) or None
        In their order: an estimator's ``classes_``.
    units : OwnUnits or None
        The scale of amounts; None: as they are.
    use : callable, optional
        Which rows are for training, where that is not known; all by default.
    use_columns : sequence of str
        What it reads.
    weight : KeyReading or None
        How a column of weights is read.
    weight_unit : float
        What these are divided by.
    class_weights : array (n_classes,) or None
        By which those of each class are multiplied.
    """

    target: Target
    dtype: Any
    classes: NDArray[Any] | None = None
    units: OwnUnits | None = None
    use: Use | None = None
    use_columns: Sequence[str] = ()
    weight: KeyReading | None = None
    weight_unit: float = 1.0
    class_weights: NDArray[np.float64] | None = None

    @property
    def columns(self) -> list[str]:
        """As `ExampleReader` says."""
        return list(dict.fromkeys([self.target.name, *([] if self.weight is None else [self.weight.name])]))

    @property
    def n_outputs(self) -> int:
        return 1 if self.classes is None or len(self.classes) <= 2 else len(self.classes)

    @property
    def weighted(self) -> bool:
        return self.weight is not None or self.class_weights is not None

    def taken(self, frame: nw.DataFrame, first: int) -> NDArray[np.bool_]:
        """As `ExampleReader` says."""
        known = there(self.target.values(frame[self.target.name]))
        return known if self.use is None else known & self.use(frame, first)

    def examples(self, frame: nw.DataFrame) -> tuple[np.ndarray, np.ndarray | None]:
        """As `ExampleReader` says.

        Raises
        ------
        TableError
            A row has no target, or a class that is none of `classes`.
        """
        values = self.target.values(frame[self.target.name])
        if not there(values).all():
            raise TableError(
                f"rows that had a target {quoted(self.target.name)} when they were first read have none now: start "
                "again"
            )
        if isinstance(values, Texts):
            codes = self._codes(values)
            return self._one_hot(codes), self._weights(frame, codes)
        Y = (values if self.units is None else self.units.standard(values)).astype(self.dtype)
        return Y[:, None], self._weights(frame, None)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {str(label): place for place, label in enumerate([] if self.classes is None else self.classes.tolist())}

    def _codes(self, values: Texts) -> NDArray[np.intp]:
        codes = values.each(lambda name: self._places.get(name, _NOT_THERE), _NOT_THERE, np.intp)
        if (codes == _NOT_THERE).any():
            new = [name for name in values.known if name not in self._places]
            raise TableError(
                f"target {quoted(self.target.name)} has a class that is none of those known: {listed(new, 3)}"
            )
        return codes

    def _one_hot(self, codes: NDArray[np.intp]) -> np.ndarray:
        if self.n_outputs == 1:
            return (codes == 1).astype(self.dtype)[:, None]
        Y = np.zeros((len(codes), self.n_outputs), self.dtype)
        Y[np.arange(len(codes)), codes] = 1
        return Y

    def _weights(self, frame: nw.DataFrame, codes: NDArray[np.intp] | None) -> np.ndarray | None:
        if not self.weighted:
            return None
        found = np.ones(len(frame))
        if self.weight is not None:
            found = self.weight.values(frame[self.weight.name]) / self.weight_unit
        if self.class_weights is not None and codes is not None:
            found = found * self.class_weights[codes]
        return found
