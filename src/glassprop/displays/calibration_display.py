"""`CalibrationDisplay`: scikit-learn's, for several classes, too."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.calibration import CalibrationDisplay as ItsCalibrationDisplay

from glassprop.displays.drawing import axes_for, ink, label_axes, legend_of, named, need_matplotlib, normal
from glassprop.displays.given_targets import (
    as_array,
    labels_given,
    place_of,
    refuse_other_length,
    refuse_unknown_classes,
)
from glassprop.displays.picture_options import OneLine, whole_number
from glassprop.errors import DataError, SettingsError
from glassprop.ground.text import listed
from glassprop.tables.use.reliability import Question, question_of

_PERFECT = "Perfectly calibrated"  # scikit-learn's words


class CalibrationDisplay(ItsCalibrationDisplay):
    """The reliability diagram: how often predictions came true, by their predicted probability.

    It is scikit-learn's ``CalibrationDisplay``, with its bins. Beyond it: of more than two classes the question is how
    often the class that was said is the right one (confidence against accuracy; Guo et al. 2017), or with ``pos_label``
    how often it is that class. Targets may be series of pandas, polars or Arrow.

    Parameters
    ----------
    prob_true : array (n_bins,)
        The share of rows in each bin for which it came true.
    prob_pred : array (n_bins,)
        The mean probability of these rows.
    y_prob : array (n_rows,)
    estimator_name : str, optional
    pos_label : int, float, bool or str, optional
        The class that probabilities are of; None where they are of whichever class was said.

    Attributes
    ----------
    line_ : matplotlib Line2D
    ax_, figure_ : matplotlib Axes and Figure

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from glassprop import MLPClassifier
    >>> from glassprop.plot import CalibrationDisplay
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), MLPClassifier((8,), max_iter=20, tol=0, random_state=0)).fit(X, y)
    >>> display = CalibrationDisplay.from_estimator(model, X, y, n_bins=4)
    >>> len(display.line_.get_xdata())
    4
    """

    _of_whichever = False  # whether probabilities are of the class that was said

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any, y: Any, *, pos_label: Any = None, name: str | None = None, **more: Any
    ) -> Self:
        """Draw it for a fitted classifier and rows that it has not seen.

        Parameters
        ----------
        estimator : fitted classifier with ``predict_proba``
        X : table or array (n_rows, n_columns)
        y : array-like (n_rows,)
        pos_label : int, float, bool or str, optional
            The class in question. Without, of two classes the second; of more, whichever was said.
        name : str, optional
            For the legend; else the type of the estimator.
        **more
            As of ``from_predictions``.

        Raises
        ------
        MissingPackageError
            If matplotlib is not installed.
        SettingsError
            If the model gives no probabilities, or several labels a row; or there is no such class.
        """
        who = f"{cls.__name__}.from_estimator"
        need_matplotlib(who)
        if not is_classifier(estimator) or not hasattr(estimator, "predict_proba"):
            raise SettingsError(f"{who} needs a classifier that gives probabilities, got a {type(estimator).__name__}")
        y_prob = estimator.predict_proba(X)
        name = type(estimator).__name__ if name is None else name
        return cls.from_predictions(y, y_prob, labels=estimator.classes_, pos_label=pos_label, name=name, **more)

    @classmethod
    def from_predictions(
        cls,
        y_true: Any,
        y_prob: Any,
        *,
        labels: Any = None,
        n_bins: int = 5,
        strategy: Literal["uniform", "quantile"] = "uniform",
        pos_label: Any = None,
        name: str | None = None,
        ax: Any = None,
        ref_line: bool = True,
        **kwargs: Any,
    ) -> Self:
        """Draw it from classes and probabilities.

        Parameters
        ----------
        y_true : array-like (n_rows,)
        y_prob : array-like (n_rows,) or (n_rows, n_classes)
            Probabilities of ``pos_label``, or of each class.
        labels : array-like (n_classes,), optional
            The classes that columns of y_prob are of; else those of y_true, in their order.
        n_bins : int, default=5
        strategy : {"uniform", "quantile"}, default="uniform"
            Whether bins are equally wide, or have equally many rows.
        pos_label : int, float, bool or str, optional
            The class in question; of one column of probabilities else 1 where classes are 0 and 1 or -1 and 1, as
            scikit-learn has it, and of two others the second.
        name : str, optional
        ax : matplotlib Axes, optional
        ref_line : bool, default=True
        **kwargs
            Handed to matplotlib's ``plot``.

        Raises
        ------
        MissingPackageError, SettingsError
            As ``from_estimator``.
        DataError
            If the shapes do not go together, labels are missing, or probabilities are none.
        """
        who = f"{cls.__name__}.from_predictions"
        need_matplotlib(who)
        asked = _asked(labels_given(y_true, who), _probabilities(y_prob), labels, pos_label)
        with OneLine(who):
            prob_true, prob_pred = asked.bins(whole_number(n_bins, "n_bins", 1), strategy)
        made = cls(prob_true, prob_pred, asked.said, estimator_name=name, pos_label=asked.label)
        made._of_whichever = asked.label is None
        return made.plot(ax=ax, ref_line=ref_line, **kwargs)

    def plot(self, *, ax: Any = None, name: str | None = None, ref_line: bool = True, **kwargs: Any) -> Self:
        """Draw it; ``ax``, ``name``, ``ref_line`` and what is handed on as of ``from_predictions``.

        Returns
        -------
        self
        """
        ax = axes_for(ax, f"{type(self).__name__}.plot")
        with OneLine(f"{type(self).__name__}.plot"):
            super().plot(ax=ax, name=name, ref_line=ref_line, **normal(kwargs))
        for line in ax.lines:
            if line.get_label() == _PERFECT:
                line.set_color(ink(ax))  # scikit-learn's black is not seen on black
        of = "" if self.pos_label is None else f" of {named(self.pos_label)}"
        if self._of_whichever:
            label_axes(ax, "mean probability of the predicted class", "how often it is right")
        else:
            label_axes(ax, f"mean predicted probability{of}", f"share of rows{of}" if of else "fraction of positives")
        legend_of(ax, loc="lower right")
        return self


def _asked(y: NDArray[Any], said: NDArray[np.float64], labels: Any, pos_label: Any) -> Question:
    """What is asked of each row, checked."""
    refuse_other_length(y, said)
    classes = np.unique(y) if labels is None else as_array(labels)
    if labels is not None:
        refuse_unknown_classes(y, classes)
    if said.ndim == 1:
        label = _in_question(classes, pos_label, known=labels is not None)
        return Question(np.asarray(y == label), said, label)
    if said.ndim != 2 or said.shape[1] != len(classes):
        raise DataError(
            f"probabilities of shape {said.shape} are not of {len(classes)} classes: give labels= of them all"
        )
    return question_of(y, said, classes, None if pos_label is None else place_of(pos_label, classes))


def _in_question(classes: NDArray[Any], pos_label: Any, *, known: bool) -> Any:
    """The class that one column of probabilities is of. known: whether these are all classes there are."""
    if pos_label is None:
        if len(classes) > 2:
            raise DataError(
                f"y_true has {len(classes)} classes: give probabilities of each (n_rows, n_classes), or pos_label"
            )
        if classes.dtype.kind in "biuf" and any(set(classes.tolist()) <= pair for pair in ({0, 1}, {-1, 1})):
            return classes.dtype.type(1)
        if len(classes) < 2:
            raise DataError(
                f"y_true has one class, {listed(classes.tolist())}: give pos_label, which probabilities are of"
            )
        return classes[-1]
    if len(classes) < 2 and not known and pos_label not in classes.tolist():
        return pos_label  # the other of two
    return classes[place_of(pos_label, classes)]


def _probabilities(y_prob: Any) -> NDArray[np.float64]:
    try:
        return np.asarray(as_array(y_prob), dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError("probabilities are numbers (n_rows,) or (n_rows, n_classes): these are not") from None
