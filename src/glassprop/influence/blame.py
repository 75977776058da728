"""What is said of a prediction: the training rows that drove it, for and against, as text or data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from textwrap import fill
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from glassprop.ground.in_notebook import InNotebook

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
        How much it lowered the cost of the examined row; negative: raised. If the prediction is examined, how much it
        raised it, in its own units.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier((8,), solver="lbfgs", max_iter=500, random_state=0).fit(X, y)
    >>> first = clf.blame(X, y, row=70).proponents[0]
    >>> first.label, first.score > 0
    ('1', True)
    """

    row: int
    label: str
    score: float


@dataclass(frozen=True, eq=False)
class Blame(InNotebook):
    """Which training rows drove a prediction.

    Attributes
    ----------
    row : int or None
        The row whose prediction is examined, if it is one of the training rows.
    label, predicted : str
        The target that its cost is computed with, and the network's prediction. label is "" if the prediction is
        examined.
    proponents, opponents : tuple of Pull
        Rows that lowered its cost most, and those that raised it most, the strongest first; itself left out. Where it
        is the prediction: those that raised it, and those that lowered it.
    scores : array (n,)
        Of every training row, itself among them.
    epochs : tuple of int
        The epochs whose weights were used; empty: only the final weights, since there was no trace.
    of : {"cost", "prediction"}
        What scores are of.
    weights : int
        How many sets of weights were used: with several networks, more than there are epochs.
    networks : int
        How many networks were trained separately and are averaged in the model.
    taught : array (n,) of bool, or None
        Which of the rows were trained on; None: all, as far as is known. Others have the score 0, and are not listed.
    has_label : bool
        Whether the examined row has a target; if not, ``label`` is its prediction.
    rows : table or None
        The training rows as they were given, for display in a notebook; no other output includes them.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier((8,), solver="lbfgs", max_iter=500, random_state=0).fit(X, y)
    >>> blame = clf.blame(X, y, row=70)
    >>> blame.label, blame.predicted, blame.scores.shape, blame.epochs
    ('1', '1', (150,), ())
    """

    row: int | None
    label: str
    predicted: str
    proponents: tuple[Pull, ...]
    opponents: tuple[Pull, ...]
    scores: NDArray[np.float64]
    epochs: tuple[int, ...] = ()
    of: Literal["cost", "prediction"] = "cost"
    weights: int = 1
    networks: int = 1
    taught: NDArray[np.bool_] | None = None
    has_label: bool = True
    rows: Any = field(default=None, repr=False)

    @property
    def itself(self) -> float | None:
        """How much it drove its own prediction, where it is one of the training rows."""
        if self.row is None or (self.taught is not None and not self.taught[self.row]):
            return None
        return float(self.scores[self.row])

    @property
    def n_rows(self) -> int:
        """How many rows were trained on, as far as is known."""
        return len(self.scores) if self.taught is None else int(self.taught.sum())

    def to_dict(self) -> dict[str, Any]:
        """All but the scores of rows that are not listed, as plain numbers and strings, ready for JSON."""
        return {
            "row": self.row,
            "label": self.label,
            "predicted": self.predicted,
            "itself": self.itself,
            "proponents": [asdict(pull) for pull in self.proponents],
            "opponents": [asdict(pull) for pull in self.opponents],
            "n_rows": self.n_rows,
            "of": self.of,
            "traced": bool(self.epochs),
            "epochs": list(self.epochs),
            "weights": self.weights,
            "networks": self.networks,
        }

    def __str__(self) -> str:
        lines = [*self.about(), ""]
        for title, pulls in self.sides():
            lines += [title + ("" if pulls else ": none")]
            lines += [f"  {pull.row:>9}  {_short(pull.label):<{_LABEL}}  {pull.score:>12.3g}" for pull in pulls]
            lines += [""]
        return "\n".join(lines[:-1])

    def about(self) -> list[str]:
        """What was examined and how, in lines of at most 80 characters."""
        asked = "the row given" if self.row is None else f"row {self.row}"
        head = f"Which of {self.n_rows} training rows drove the prediction for {asked}: "
        head += f"labeled {_short(self.label)}, predicted" if self.has_label else "predicted"
        lines = [fill(f"{head} {_short(self.predicted)}.", WIDTH), fill(self._weights(), WIDTH)]
        if self.itself is not None:
            lines.append(f"Its own score as a training row, not listed below: {self.itself:.3g}.")
        elif self.row is not None:
            lines.append("It was not trained on.")
        return [line for text in lines for line in text.splitlines()]

    def sides(self) -> tuple[tuple[str, tuple[Pull, ...]], tuple[str, tuple[Pull, ...]]]:
        """Those for and those against, each under what they are."""
        if self.of == "prediction":
            return ("Rows that raised the prediction", self.proponents), ("Rows that lowered it", self.opponents)
        return (
            ("Proponents: rows that lowered its cost", self.proponents),
            ("Opponents: rows that raised its cost", self.opponents),
        )

    def _weights(self) -> str:
        if not self.epochs:
            return "Judged by the final weights alone, since no trace was given."
        k, ends = self.weights, (self.epochs[0], self.epochs[-1])
        said = f"{k} weights of epochs {ends[0]} to {ends[1]}" if k > 1 else f"epoch {ends[0]}"
        if self.networks > 1:
            said += f", of {self.networks} networks; a score is the mean over those that were trained on the row"
        return f"Judged along the training run: {said}."


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
