"""`PredictionErrorDisplay`: scikit-learn's, with the target's name and unit, for one of several outputs, too."""

from __future__ import annotations

from typing import Any, Literal, Self

from sklearn.base import is_classifier
from sklearn.metrics import PredictionErrorDisplay as ItsPredictionErrorDisplay

from glassprop.displays.drawing import (
    COLORS,
    Keywords,
    axes_for,
    ink,
    keywords,
    label_axes,
    named,
    need_matplotlib,
    scatter_keywords,
)
from glassprop.displays.given_targets import amounts_given, name_of, refuse_other_length, refuse_unknown
from glassprop.displays.picture_options import OneLine
from glassprop.errors import SettingsError

Kind = Literal["residual_vs_predicted", "actual_vs_predicted"]


class PredictionErrorDisplay(ItsPredictionErrorDisplay):
    """Residuals (actual - predicted) or actual values against predicted values, in units of the target.

    It is scikit-learn's ``PredictionErrorDisplay``. Beyond it: targets may be series or frames of pandas, polars or
    Arrow, whose name is shown; their unit can be given; of several outputs one is chosen.

    Parameters
    ----------
    y_true, y_pred : array (n_rows,)
    target : str, optional
        The name of the target.
    unit : str, optional
        The unit of the target.

    Attributes
    ----------
    scatter_ : matplotlib PathCollection
    line_ : matplotlib Line2D
        On which actual and predicted are the same.
    ax_, figure_ : matplotlib Axes and Figure

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from glassprop import MLPRegressor
    >>> from glassprop.plot import PredictionErrorDisplay
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", max_iter=50, random_state=0).fit(X, y)
    >>> display = PredictionErrorDisplay.from_estimator(model, X, y, target="progression", unit="points")
    >>> display.ax_.get_xlabel()
    'predicted progression (points)'
    """

    def __init__(self, *, y_true: Any, y_pred: Any, target: str | None = None, unit: str | None = None) -> None:
        super().__init__(y_true=y_true, y_pred=y_pred)
        self.target, self.unit = target, unit

    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, y: Any, **more: Any) -> Self:
        """Draw it for a fitted regressor and rows that it has not seen.

        Parameters
        ----------
        estimator : fitted regressor
            Ours, a Pipeline, or any of scikit-learn.
        X : table or array (n_rows, n_columns)
        y : array-like (n_rows,) or (n_rows, n_outputs)
        **more
            As of ``from_predictions``.

        Raises
        ------
        MissingPackageError
            If matplotlib is not installed.
        SettingsError
            If the model is a classifier, or has several outputs and none is chosen.
        """
        who = f"{cls.__name__}.from_estimator"
        need_matplotlib(who)
        if is_classifier(estimator):
            raise SettingsError(
                f"{who} needs a regressor, got a {type(estimator).__name__}: of classes draw a ConfusionMatrixDisplay"
            )
        return cls.from_predictions(y, estimator.predict(X), **more)

    @classmethod
    def from_predictions(
        cls,
        y_true: Any,
        y_pred: Any,
        *,
        output: int | None = None,
        target: str | None = None,
        unit: str | None = None,
        kind: Kind = "residual_vs_predicted",
        subsample: float | int | None = 1_000,
        random_state: Any = None,
        ax: Any = None,
        scatter_kwargs: Keywords = None,
        line_kwargs: Keywords = None,
    ) -> Self:
        """Draw it from targets and predictions.

        Parameters
        ----------
        y_true, y_pred : array-like (n_rows,) or (n_rows, n_outputs)
        output : int, optional
            Which of several outputs, from 0.
        target : str, optional
            The name of the target; by default that of y_true, if it has one.
        unit : str, optional
            The unit of the target.
        kind : {"residual_vs_predicted", "actual_vs_predicted"}, default="residual_vs_predicted"
        subsample : float, int or None, default=1000
            How many rows are drawn at most, or which share of them.
        random_state : int, RandomState or None, default=None
            Chooses them.
        ax : matplotlib Axes, optional
        scatter_kwargs, line_kwargs : mapping, optional
            Handed to matplotlib's ``scatter`` and ``plot``.

        Raises
        ------
        MissingPackageError
            If matplotlib is not installed.
        DataError
            If these are no numbers, some are missing or infinite, or there are not as many predictions as targets.
        SettingsError
            If there are several outputs and none is chosen, or there is no such output; or scikit-learn or matplotlib
            refuse an option.
        """
        need_matplotlib(f"{cls.__name__}.from_predictions")
        true, said = amounts_given(y_true, "targets", output), amounts_given(y_pred, "predictions", output)
        refuse_other_length(true, said)
        refuse_unknown(true, "targets")
        refuse_unknown(said, "predictions")
        with OneLine(f"{cls.__name__}.from_predictions"):
            drawn: Self = super().from_predictions(
                y_true=true, y_pred=said, kind=kind, subsample=subsample, random_state=random_state, ax=ax,
                scatter_kwargs=scatter_kwargs, line_kwargs=line_kwargs,
            )  # fmt: skip
        drawn.target, drawn.unit = name_of(y_true, output) if target is None else target, unit
        drawn._say_what(kind)
        return drawn

    def plot(
        self,
        ax: Any = None,
        *,
        kind: Kind = "residual_vs_predicted",
        scatter_kwargs: Keywords = None,
        line_kwargs: Keywords = None,
    ) -> Self:
        """Draw it; ``ax``, ``kind``, ``scatter_kwargs`` and ``line_kwargs`` as of ``from_predictions``.

        Returns
        -------
        self
        """
        ax = axes_for(ax, f"{type(self).__name__}.plot")
        points = scatter_keywords({"alpha": 0.6}, scatter_kwargs, {"color": COLORS[0]})
        line = keywords({"color": ink(ax)}, line_kwargs)
        with OneLine(f"{type(self).__name__}.plot"):
            super().plot(ax=ax, kind=kind, scatter_kwargs=points, line_kwargs=line)
        if kind == "actual_vs_predicted":
            _make_alike(ax)
        self._say_what(kind)
        return self

    def _say_what(self, kind: str) -> None:
        """Name the axes."""
        what, unit = named(self.target or "values"), f" ({named(self.unit)})" if self.unit else ""
        up = f"actual {what}{unit}" if kind == "actual_vs_predicted" else f"residual: actual - predicted{unit}"
        label_axes(self.ax_, f"predicted {what}{unit}", up)


def _make_alike(ax: Any) -> None:
    """Both axes as long, with round numbers; those that are shared with others, too, keep their limits."""
    from matplotlib.ticker import MaxNLocator

    shared = [axes.get_siblings(ax) for axes in (ax.get_shared_x_axes(), ax.get_shared_y_axes())]
    if all(len(others) > 1 for others in shared):
        ax.set_aspect("equal", adjustable="box")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5))
