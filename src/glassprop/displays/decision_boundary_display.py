"""`DecisionBoundaryDisplay`: scikit-learn's, for models of two columns or more, with rows and what colors mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from sklearn.base import is_classifier
from sklearn.inspection import DecisionBoundaryDisplay as ItsDecisionBoundaryDisplay
from sklearn.utils.validation import check_is_fitted

from glassprop.displays import drawing
from glassprop.displays.drawing import CLASS, DIVERGING, Keywords, label_axes, named
from glassprop.displays.given_targets import place_of
from glassprop.displays.on_plane import OnPlane, method_of, refuse_several_labels, rows_on, value_name
from glassprop.displays.picture_options import OneLine, whole_number
from glassprop.tables.tabular.plane import plane_of

Method = Literal["auto", "predict_proba", "decision_function", "predict"]
PlotMethod = Literal["auto", "contourf", "contour", "pcolormesh"]
MOST_NAMED = 20  # classes that find room in a legend
_MARKERS = "o^sDvPX*<>"  # of classes: told apart without color


class DecisionBoundaryDisplay(ItsDecisionBoundaryDisplay):
    """A model's predictions over the plane of two columns: the class and its probability, or a regression's value.

    It is scikit-learn's ``DecisionBoundaryDisplay``. Beyond it: of a model of more columns two are chosen, and the
    others held (at the median, or the most frequent value); tables of pandas, polars and Arrow with columns of any
    kind; the rows, where ``y`` is given; a color bar or a legend that says what colors mean.

    Parameters
    ----------
    xx0, xx1 : array (n, n)
        The places, in units of the columns.
    n_classes : int
        2 for a regression, too.
    response : array (n, n) or (n, n, n_classes)
    multiclass_colors : str or list, optional
    xlabel, ylabel : str, optional
    value_name : str, optional
        What colors mean, beside the color bar.
    class_names : sequence, optional
        Of several.
    points, point_values : array (n_rows, 2) and (n_rows,), optional
        Rows to draw, and the number of the class of each, or its amount.
    held : mapping, optional
        At what other columns are held.
    bounded : bool
        Whether the response is the probability of a class.

    Attributes
    ----------
    surface_ : matplotlib QuadContourSet or QuadMesh, or list of them
    scatter_ : list of PathCollection
        The rows: of each class one, or one for all.
    colorbar_ : matplotlib Colorbar or None
    ax_, figure_ : matplotlib Axes and Figure

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> from glassprop.plot import DecisionBoundaryDisplay
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> clf = MLPClassifier((8,), solver="lbfgs", max_iter=50, random_state=0).fit(X, y)
    >>> columns = ["petal length (cm)", "petal width (cm)"]
    >>> display = DecisionBoundaryDisplay.from_estimator(clf, X, y, columns=columns, grid_resolution=20)
    >>> display.response.shape, display.held
    ((20, 20, 3), {'sepal length (cm)': 5.8, 'sepal width (cm)': 3.0})
    """

    def __init__(
        self,
        *,
        xx0: Any,
        xx1: Any,
        n_classes: int,
        response: Any,
        multiclass_colors: Any = None,
        xlabel: str | None = None,
        ylabel: str | None = None,
        value_name: str | None = None,
        class_names: Sequence[Any] | None = None,
        points: Any = None,
        point_values: Any = None,
        held: Mapping[str, Any] | None = None,
        bounded: bool = False,
    ) -> None:
        super().__init__(
            xx0=xx0, xx1=xx1, n_classes=n_classes, response=response, multiclass_colors=multiclass_colors,
            xlabel=xlabel, ylabel=ylabel,
        )  # fmt: skip
        self.value_name, self.class_names = value_name, class_names
        self.points, self.point_values, self.held, self.bounded = points, point_values, held, bounded

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        *,
        columns: Sequence[str | int] | None = None,
        hold: Mapping[Any, Any] | None = None,
        output: int | None = None,
        grid_resolution: int = 100,
        eps: float | None = None,
        response_method: Method = "auto",
        class_of_interest: Any = None,
        multiclass_colors: Any = None,
        **more: Any,
    ) -> Self:
        """Draw it for a fitted model, over the range of the given rows.

        Parameters
        ----------
        estimator : fitted model
            Ours, a Pipeline, or any classifier or regressor of scikit-learn.
        X : table or array (n_rows, n_columns)
            As the model takes them.
        y : array-like (n_rows,), optional
            The rows are drawn, up to 1000 of them, colored by their class or value; those with missing values are left
            out.
        columns : two names or places, optional
            Columns of numbers; may be left out where there are no others.
        hold : mapping of name or place to value, optional
            At what other columns are held; else at the median (of whole numbers and dates one that is there), or at
            what is most frequent.
        output : int, optional
            Which of several outputs of a regression, from 0.
        grid_resolution : int, default=100
        eps : float, optional
            How far the map goes beyond the rows, in units of the columns; else 5 % of where they lie.
        response_method : {"auto", "predict_proba", "decision_function", "predict"}, default="auto"
        class_of_interest : int, float, bool or str, optional
            The class whose probability is drawn; else of two the second, and of more the likeliest everywhere.
        multiclass_colors : str or list of colors, optional
        **more
            As of ``plot``.

        Raises
        ------
        MissingPackageError
            If matplotlib is not installed.
        NotFittedError
            If the model is not fitted.
        SettingsError
            If there are no two such columns, or several outputs or labels and none is chosen; if there is no such
            class, or the model has no such method; or scikit-learn or matplotlib refuse an option.
        DataError
            If one of the columns has no numbers, y is not as long as X, or has a class that the model does not know.
        """
        who = f"{cls.__name__}.from_estimator"
        drawing.need_matplotlib(who)
        check_is_fitted(estimator)
        size = whole_number(grid_resolution, "grid_resolution", 2)
        method, classes = (
            method_of(estimator, response_method),
            estimator.classes_ if is_classifier(estimator) else None,
        )
        if class_of_interest is not None:
            place_of(class_of_interest, [] if classes is None else classes)
        plane = plane_of(X, columns, hold, eps)
        refuse_several_labels(estimator, plane, who)
        seen = OnPlane(estimator, plane.rows_of, output)
        found = _Computed.from_estimator(
            seen, np.array(plane.ends).T, grid_resolution=size, eps=0, response_method=response_method,
            class_of_interest=class_of_interest,
        )  # fmt: skip
        points, values = (None, None) if y is None else rows_on(plane, y, classes, output, who)
        return cls(
            xx0=found.xx0, xx1=found.xx1, n_classes=found.n_classes, response=found.response,
            multiclass_colors=multiclass_colors, xlabel=plane.names[0], ylabel=plane.names[1],
            value_name=value_name(method, classes, class_of_interest, y, output),
            class_names=None if classes is None else list(classes), points=points, point_values=values,
            held=plane.held, bounded=method == "predict_proba" and found.n_classes == 2,
        ).plot(**more)  # fmt: skip

    @OneLine("DecisionBoundaryDisplay.plot")
    def plot(
        self,
        plot_method: PlotMethod = "auto",
        ax: Any = None,
        xlabel: str | None = None,
        ylabel: str | None = None,
        *,
        colorbar: bool = True,
        scatter_kw: Keywords = None,
        **kwargs: Any,
    ) -> Self:
        """Draw it.

        Parameters
        ----------
        plot_method : {"auto", "contourf", "contour", "pcolormesh"}, default="auto"
            "auto": "pcolormesh" of several classes, which leaves no gap between them; else "contourf".
        ax : matplotlib Axes, optional
        xlabel, ylabel : str, optional
        colorbar : bool, default=True
            Whether a color bar, or a legend of several classes (up to 20), says what colors mean.
        scatter_kw : mapping, optional
            Handed to matplotlib's ``scatter``, for the rows.
        **kwargs
            Handed to the plot method.

        Returns
        -------
        self
        """
        ax = drawing.axes_for(ax, f"{type(self).__name__}.plot")
        several = self.n_classes > 2
        if plot_method == "auto":
            plot_method = "pcolormesh" if several else "contourf"
        if not several and "colors" not in kwargs:
            kwargs = {**self._usual(plot_method), **kwargs}
        super().plot(plot_method=plot_method, ax=ax, xlabel=xlabel, ylabel=ylabel, **kwargs)
        label_axes(ax, named(xlabel or self.xlabel), named(ylabel or self.ylabel))
        self.colorbar_ = None
        if colorbar and not several and "colors" not in kwargs:
            self.colorbar_ = drawing.color_bar(ax, self.surface_, self.value_name or "")
        self.scatter_ = [] if self.points is None else self._draw_points(ax, scatter_kw)
        if colorbar and several and not self.scatter_ and self.class_names is not None:
            for color, name in zip(self.multiclass_colors_, self.class_names, strict=True):
                ax.scatter([], [], marker="s", color=[color], gid=CLASS).set_label(str(name))
        few = self.class_names is not None and len(self.class_names) <= MOST_NAMED
        if colorbar and few and (several or self.scatter_):
            drawing.legend_of(ax, loc="upper right")  # the best place takes long to find on a map
        return self

    def _usual(self, plot_method: str) -> dict[str, Any]:
        """Violet and orange to both sides of one half; amounts in scikit-learn's colors."""
        if not self.bounded:
            return {}
        usual: dict[str, Any] = {"cmap": DIVERGING, "vmin": 0.0, "vmax": 1.0}
        return usual if plot_method == "pcolormesh" else {**usual, "levels": np.linspace(0.0, 1.0, 11)}

    def _draw_points(self, ax: Any, given: Keywords) -> list[Any]:
        usual: dict[str, Any] = {"edgecolors": "black", "linewidths": 0.6, "s": 22}
        if self.class_names is None:
            first = self.surface_
            colors = {"c": self.point_values, "cmap": first.cmap, "norm": first.norm}
            return [ax.scatter(*self.points.T, **drawing.scatter_keywords(usual, given, colors))]
        drawn = []
        for place, name in enumerate(self.class_names):
            own = self.points[self.point_values == place]
            looks = {**usual, "marker": _MARKERS[place % len(_MARKERS)], "label": str(name), "gid": CLASS}
            colors = {"facecolors": [self._color_of(place)]}
            how = drawing.scatter_keywords(looks, given, colors)
            drawn.append(ax.scatter(*own.T, **how))
            drawn[-1].set_label(how["label"])  # again: matplotlib puts another in place of an empty one
        return drawn

    def _color_of(self, place: int) -> Any:
        """Of the rows of a class: paler than the ground where it is sure, so that they are seen on it."""
        if self.n_classes > 2:
            return 0.65 * self.multiclass_colors_[place] + 0.35
        from matplotlib import colormaps

        ends = getattr(self.surface_, "cmap", None) or colormaps[DIVERGING]
        return ends(0.3 if place == 0 else 0.7)


class _Computed(ItsDecisionBoundaryDisplay):
    """What scikit-learn works out, not drawn yet."""

    def plot(self, *_: Any, **__: Any) -> Self:
        return self
