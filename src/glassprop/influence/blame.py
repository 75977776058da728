"""What is said of a prediction: the training rows that drove it, for and against, as text or data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape
from textwrap import fill
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH = 80
_LABEL = 36  # characters of a label that are shown


@dataclass(frozen=True)
class Pull:
    """A training row that drove a prediction.

    Attributes
    ----------
    row : int
        Its number among the training rows, counted from 0.
    label : str
        Its target.
    score : float
        How much it lowered the cost of the row that was asked for; negative: raised.
    """

    row: int
    label: str
    score: float


@dataclass(frozen=True, eq=False)
class Blame:
    """Which training rows drove a prediction.

    Attributes
    ----------
    row : int or None
        The row that was asked for, where it is one of the training rows.
    label, predicted : str
        The target by which its cost is taken, and what the network says.
    proponents, opponents : tuple of Pull
        Rows that lowered its cost most, and those that raised it most, the strongest first; itself left out.
    scores : array (n,)
        Of every training row, itself among them.
    epochs : tuple of int
        Whose weights were looked at; empty: the final weights alone, since there was no trace.
    """

    row: int | None
    label: str
    predicted: str
    proponents: tuple[Pull, ...]
    opponents: tuple[Pull, ...]
    scores: NDArray[np.float64]
    epochs: tuple[int, ...] = ()

    @property
    def itself(self) -> float | None:
        """How much it drove its own prediction, where it is one of the training rows."""
        return None if self.row is None else float(self.scores[self.row])

    def to_dict(self) -> dict[str, Any]:
        """All but the scores of rows that are not listed, as plain numbers and strings, ready for JSON."""
        return {
            "row": self.row,
            "label": self.label,
            "predicted": self.predicted,
            "itself": self.itself,
            "proponents": [asdict(pull) for pull in self.proponents],
            "opponents": [asdict(pull) for pull in self.opponents],
            "n_rows": len(self.scores),
            "traced": bool(self.epochs),
            "epochs": list(self.epochs),
        }

    def __str__(self) -> str:
        asked = "the row given" if self.row is None else f"row {self.row}"
        head = f"Which of {len(self.scores)} training rows drove the prediction for {asked}: "
        head += f"labeled {_short(self.label)}, predicted {_short(self.predicted)}."
        lines = [fill(head, WIDTH), fill(self._weights(), WIDTH)]
        if self.itself is not None:
            lines.append(f"Its own score as a training row, not listed below: {self.itself:.3g}.")
        for title, pulls in (
            ("Proponents: rows that lowered its cost", self.proponents),
            ("Opponents: rows that raised its cost", self.opponents),
        ):
            lines += ["", title + ("" if pulls else ": none")]
            lines += [f"  {pull.row:>9}  {_short(pull.label):<{_LABEL}}  {pull.score:>12.3g}" for pull in pulls]
        return "\n".join(lines)

    def _weights(self) -> str:
        if not self.epochs:
            return "Looked at by the final weights alone, since no trace was given."
        k = len(self.epochs)
        said = f"{k} weights of epochs {self.epochs[0]} to {self.epochs[-1]}" if k > 1 else f"epoch {self.epochs[0]}"
        return f"Looked at along the training: {said}."

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def strongest(scores: NDArray[np.float64], sign: int, top: int, without: int | None) -> list[int]:
    """The rows with the highest scores times ``sign``, among those above 0; of equal ones the first comes first."""
    signed = sign * scores
    if without is not None:
        signed[without] = 0.0
    order = np.argsort(-signed, kind="stable")[:top]
    return [int(i) for i in order if signed[i] > 0]


def _short(label: str) -> str:
    label = " ".join(label.split())
    return label if len(label) <= _LABEL else label[: _LABEL - 1] + "…"
