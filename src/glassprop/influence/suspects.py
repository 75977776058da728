"""What is said of the targets of training rows: which are probably wrong, which rows are unusual, as text or data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from textwrap import fill
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.arrays import Array
from glassprop.ground.in_notebook import InNotebook
from glassprop.ground.json_values import to_plain
from glassprop.ground.text import shown

WIDTH = 80
LABEL, ROW = "label", "row"  # kinds: a target that is probably wrong, an unusual row
_LABEL = 18  # characters of a label that are shown
_MANY = 3  # more than one row in so many that is suspected
_SHOWN = 10  # rows of each list that are printed


@dataclass(frozen=True)
class Retrained:
    """What training without the suspected rows gains, with each row scored by a network that has not seen it.

    Attributes
    ----------
    metric : str
        ``"accuracy"`` or ``"R²"``.
    before, after : float
        Of networks that were trained with the suspected rows, and without them, on the same rows: those that are not
        suspected.
    left_out : int
        How many suspected rows networks were trained without, in the mean over folds.
    judged_on : int
        How many rows that is.
    before_all, after_all : float
        The same on all rows, suspected ones among them.
    folds : int
        Number of folds that the rows were divided into.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> y[::10] = (y[::10] + 1) % 3  # wrong labels
    >>> clf = MLPClassifier((16,), learning_rate_init=0.02, max_iter=60, random_state=0)
    >>> retrained = clf.suspect_labels(X, y, retrain=True).retrained
    >>> retrained.metric, retrained.folds, retrained.after > retrained.after_all
    ('accuracy', 5, True)
    """

    metric: str
    before: float
    after: float
    left_out: int
    judged_on: int
    before_all: float
    after_all: float
    folds: int


@dataclass(frozen=True, eq=False)
class Suspects(InNotebook):
    """Which targets are probably wrong. Arrays are over the n rows, in their order.

    Attributes
    ----------
    task : {"classes", "labels", "numbers"}
        One class of several, labels that are there or not (two classes are one such), or regression.
    scores : array (n,)
        From 0 to 1: the higher, the more probably the target is wrong. Above 1/2 another one is likelier.
    line : float
        The score from which on a target is suspected: .6, or less where nearly all rows were learned early in the
        training.
    given, suggested : arrays (n,), or (n, n_outputs) where there are several
        Targets as they are, and as the other rows would have them.
    kinds : array (n,) of str
        ``"label"``: the target is probably wrong. ``"row"``: an unusual row. ``""``: neither.
    margin, confidence, spread : arrays (n,)
        How clearly training gave the row its target, in the mean over epochs (``SeenRows``), and how that varied.
    forgotten, learned : arrays (n,) of int
        How often the row was right, and wrong the next time it was checked; after how many epochs it stayed right, -1:
        never.
    pull : array (n,)
        The cosine of the angle between ∇C of the row and the mean gradient. Negative: a step that suits the row costs
        the others. Computed with weights from early in training; if these were not kept, with the final ones, which say
        little.
    self_influence : array (n,)
        ‖∇C‖² of the row at the final weights, over all layers.
    suspected, unusual : integers
        The rows of the kinds ``"label"`` and ``"row"``, the most suspicious first.
    epochs : int
        How many epochs the means are taken over. 0: training was not watched, and the final weights are used.
    folds : int
        The number of networks of folds that these come from: each row is judged by those that were not trained on it.
        0: no folds.
    retrained : Retrained or None
        What training without the suspected rows gains, if that was asked for.
    rows : table or None
        The rows as they were given, for display in a notebook; no other output includes them.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> y[10] = 2  # a wrong label
    >>> clf = MLPClassifier((16,), learning_rate_init=0.02, max_iter=60, random_state=0)
    >>> suspects = clf.suspect_labels(X, y)
    >>> int(suspects.suspected[0]), int(suspects.given[10]), int(suspects.suggested[10])
    (10, 2, 0)
    """

    task: str
    scores: NDArray[np.float64]
    given: Array
    suggested: Array
    kinds: NDArray[np.str_]
    margin: NDArray[np.float64]
    confidence: NDArray[np.float64]
    spread: NDArray[np.float64]
    forgotten: NDArray[np.int64]
    learned: NDArray[np.int64]
    pull: NDArray[np.float64]
    self_influence: NDArray[np.float64]
    suspected: NDArray[np.int64]
    unusual: NDArray[np.int64]
    epochs: int
    retrained: Retrained | None = None
    folds: int = 0
    line: float = 0.6
    rows: Any = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def doubt(self) -> str:
        """Why these results are unreliable: training has learned too little. Empty if there is no sign of that.

        The signs: the suggested targets are no nearer to the given ones than a constant (the most frequent label, or
        the median) would be, or more than a third of the rows are suspected.
        """
        if _no_better_than_one_answer(self.given, self.suggested, self.task):
            return (
                f"The network predicts these {self._target}s no better than one answer for all rows would, so little "
                "can be said about them: train longer, or on more columns."
            )
        if _MANY * len(self.suspected) > len(self):
            return (
                f"So many suspected {self._target}s point to a network that has learned too little rather than to "
                "errors: train longer."
            )
        return ""

    @property
    def against(self) -> NDArray[np.int64]:
        """The rows that pull against the rest, the strongest first."""
        return _lowest(self.pull, self.pull < 0)

    @property
    def most_forgotten(self) -> NDArray[np.int64]:
        """The rows that were forgotten at least once, the most often forgotten first."""
        return _lowest(-self.forgotten, self.forgotten > 0)

    @property
    def learned_last(self) -> NDArray[np.int64]:
        """The rows that stayed right after some epoch while training was watched, the latest first."""
        return _lowest(-self.learned, self.learned > 0)

    def to_dict(self, rows: Iterable[int] | None = None) -> dict[str, Any]:
        """As plain numbers and strings, ready for JSON.

        rows: which are listed; without, those that are suspected and then the unusual ones.
        """
        listed = [*self.suspected, *self.unusual] if rows is None else rows
        return {
            "task": self.task,
            "n_rows": len(self),
            "epochs": self.epochs,
            "folds": self.folds,
            "line": to_plain(self.line),
            "n_suspected": len(self.suspected),
            "doubt": self.doubt or None,
            "rows": [self.row(int(i)) for i in listed],
            "retrained": None if self.retrained is None else to_plain(asdict(self.retrained)),
        }

    def row(self, i: int) -> dict[str, Any]:
        """What is known of row ``i``, as plain numbers and strings; null where nobody watched the training."""
        watched = self.epochs > 0
        return {
            "row": i,
            "given": _plain(self.given[i], self.task),
            "suggested": _plain(self.suggested[i], self.task),
            "score": to_plain(self.scores[i]),
            "kind": str(self.kinds[i]),
            "margin": to_plain(self.margin[i]),
            "confidence": to_plain(self.confidence[i]),
            "spread": to_plain(self.spread[i]) if watched else None,
            "forgotten": int(self.forgotten[i]) if watched else None,
            "learned": int(self.learned[i]) if watched else None,
            "pull": to_plain(self.pull[i]),
        }

    # --- as text ----------------------------------------------------------------------------------------------

    def __str__(self) -> str:
        n, k = len(self), len(self.suspected)
        said = f"{k} of {n} rows have a {self._target} that is probably wrong. {self._looked()} {self.doubt}"
        lines = [fill(said, WIDTH)]
        lines += self._table(self.suspected)
        if len(self.unusual):
            targets = f"{self._target}s"
            what = f"{len(self.unusual)} unusual rows, far from the others: judgments of their {targets} are uncertain."
            lines += ["", fill(what, WIDTH), *self._table(self.unusual)]
        for title, rows in (
            ("Pull against the rest", self.against),
            ("Most often forgotten", self.most_forgotten),
            ("Learned last", self.learned_last),
        ):
            if len(rows):
                said = ", ".join(map(str, rows[:_SHOWN])) + (", …" if len(rows) > _SHOWN else "")
                lines += ["", fill(f"{title}: {said}", WIDTH)]
        if self.retrained is not None:
            lines += ["", fill(said_of(self.retrained), WIDTH)]
        return "\n".join(lines)

    @property
    def _target(self) -> str:
        return "target" if self.task == "numbers" else "label"

    def _looked(self) -> str:
        if self.folds:
            return f"Judged by the networks of {self.folds} folds, each row by those that were not trained on it."
        if not self.epochs:
            return "Judged by the final weights alone, since training was not watched: scores are less certain."
        return f"Judged over {self.epochs} epoch{'s' if self.epochs > 1 else ''} of training."

    def _table(self, rows: NDArray[np.int64]) -> list[str]:
        if not len(rows):
            return []
        head = f"  {'row':>9}  {'given':<{_LABEL}}  {'suggested':<{_LABEL}}  {'score':>6}"
        lines = ["", head]
        for i in rows[:_SHOWN]:
            given, suggested = (_short(values[i]) for values in (self.given, self.suggested))
            lines.append(f"  {i:>9}  {given:<{_LABEL}}  {suggested:<{_LABEL}}  {self.scores[i]:>6.3f}")
        return lines + ([f"  … and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else [])


def said_of(retrained: Retrained) -> str:
    """What retraining brought, in a sentence or two."""
    of = retrained
    return (
        f"Trained without them, {of.metric} goes from {of.before:.3f} to {of.after:.3f} on the {of.judged_on} rows "
        f"that are not suspected, and from {of.before_all:.3f} to {of.after_all:.3f} on all rows, whose wrong labels "
        f"count as they are given; each row by networks that have not seen it ({of.folds} folds)."
    )


def _no_better_than_one_answer(given: Array, suggested: Array, task: str) -> bool:
    """Whether one answer for all rows is as near to the targets. Not where all of them are the same."""
    answers = Counter(map(tuple, given.reshape(len(given), -1).tolist()))
    if len(answers) < 2:
        return False
    if task != "numbers":
        right = (given == suggested).reshape(len(given), -1).all(axis=1)
        return bool(right.sum() <= max(answers.values()))
    off = _median_distance(given, np.median(given, axis=0))
    return bool(_median_distance(given, suggested) >= off > 0)


def _median_distance(given: Array, other: Array) -> float:
    return float(np.median(np.abs(given - other).reshape(len(given), -1).sum(axis=1)))


def _lowest(values: Array, among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The rows among these, the lowest value first; of equal ones the first comes first."""
    rows = np.flatnonzero(among)
    found: NDArray[np.int64] = rows[np.argsort(values[rows], kind="stable")]
    return found


def _plain(value: Any, task: str) -> Any:
    """A target as JSON has it: numbers of a regression, all else as text."""
    if np.ndim(value):
        each = [_plain(one, task) for one in np.asarray(value).tolist()]
        return each if task == "numbers" else ", ".join(each)
    return to_plain(float(value)) if task == "numbers" else str(value)


def _short(value: Any) -> str:
    """A target as it is printed."""
    if np.ndim(value):
        text = ", ".join(_short(each) for each in np.asarray(value).tolist())
    else:
        text = f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)
    return shown(" ".join(text.split()), _LABEL)
