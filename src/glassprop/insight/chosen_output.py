"""What is asked of a prediction: which class or output, and whether its probability, its score, or an amount."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.members import predicted
from glassprop.equations.arrays import Array
from glassprop.errors import SettingsError
from glassprop.ground.text import listed, quoted
from glassprop.insight.baseline import Baseline
from glassprop.insight.prediction import Of, Prediction


@dataclass(frozen=True, eq=False)
class Predictor:
    """What makes predictions, and from where contributions to them count.

    Attributes
    ----------
    whole : Architecture
        With all of its members.
    theta : array (size,)
    outputs : tuple of str (n_L)
        What outputs are called.
    classes : tuple of str or None
        What is told apart: as many as outputs, or two of which a single output gives the second's probability.
    baseline : Baseline
    """

    whole: Architecture
    theta: Array
    outputs: tuple[str, ...]
    classes: tuple[str, ...] | None
    baseline: Baseline

    @property
    def gives_probabilities(self) -> bool:
        range_ = self.whole.layers[-1].activation.range
        within = range_.simplex or (range_.low, range_.high) == (0, 1)
        return within and not self.whole.layers[-1].residual and self.whole.units is None

    @property
    def one_of_two(self) -> bool:
        """Whether a single output tells two classes apart."""
        return self.classes is not None and len(self.classes) == 2 and self.whole.sizes[-1] == 1

    def predictions(self, X: Array, output: Any = None, of: Of | None = None) -> tuple[Prediction, ...]:
        """What is predicted of each row as one number.

        Parameters
        ----------
        output : str or int, optional
            A class or output, by its name, which may be a number, or else by its place. Without, of each row the
            likeliest class, or the first output.
        of : {"probability", "score", "amount"}, optional
            Without, the probability where there is one, else the amount.

        Raises
        ------
        SettingsError
            If there is no such output, or nothing of that kind.
        """
        of = self._checked_of(of)
        if output is not None:
            return (self._of(self._number(output), of),) * len(X)
        every = self.every(of)
        return tuple(every[number] for number in self._likeliest(X))

    def every(self, of: Of) -> tuple[Prediction, ...]:
        """What can be asked for: that of each class or output."""
        return tuple(self._of(number, of) for number in range(self._count))

    @property
    def _count(self) -> int:
        return 2 if self.one_of_two else self.whole.sizes[-1]

    @property
    def _names(self) -> tuple[str, ...]:
        return self.classes if self.classes is not None and self.one_of_two else self.outputs

    @property
    def likeliest_by(self) -> float | Literal["largest", "first"]:
        """How the likeliest is found: the second of two classes above a number, the largest output, or the first."""
        if self.one_of_two:  # as the estimator decides: the second from a half on
            return 0.5 if self.gives_probabilities else 0.0
        return "largest" if self.gives_probabilities or self.classes is not None else "first"

    def _likeliest(self, X: Array) -> list[int]:
        a, by = predicted(self.whole, self.theta, X), self.likeliest_by
        if by == "first":
            return [0] * len(X)
        return [int(number) for number in (np.argmax(a, axis=1) if by == "largest" else a[:, 0] > by)]

    def _of(self, number: int, of: Of) -> Prediction:
        opposite = self.one_of_two and number == 0
        output = 0 if self.one_of_two else number
        units = self.whole.units if of == "amount" else None
        return Prediction(self.whole.each_member, self.theta, output, of, self._names[number], opposite, units)

    def _checked_of(self, of: Any) -> Of:
        kind: Of = "probability" if self.gives_probabilities else "amount"
        if of is None:
            return kind
        if of not in get_args(Of):
            raise SettingsError(f"of must be one of {', '.join(get_args(Of))}, got {quoted(of, 40)}")
        if of != "score" and of != kind:
            kinds = f"ask for of={kind!r}, or of='score', z of the last layer"
            raise SettingsError(f"of={of!r}: the outputs of this network are of another kind: {kinds}")
        found: Of = of
        return found

    def _number(self, output: Any) -> int:
        names = self._names
        matches = [number for number, name in enumerate(names) if name == str(output)]
        if matches:  # classes may be called by numbers: 1 is then the class 1, wherever it stands
            return matches[0]
        whole = hasattr(output, "__index__") and not isinstance(output, bool | np.bool_)
        if whole and 0 <= output < len(names):
            return int(output)
        number = "" if isinstance(output, str) else f", or its number from 0 to {len(names) - 1}"  # text is a name
        raise SettingsError(f"there is no output {quoted(output, 40)}: give one of {listed(list(names), 8)}{number}")
