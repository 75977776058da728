"""`ConfusionMatrixDisplay`: scikit-learn's, for targets of any library and names that stay text."""

from __future__ import annotations

from typing import Any, Literal, Self

from sklearn.base import is_classifier
from sklearn.metrics import ConfusionMatrixDisplay as ItsConfusionMatrixDisplay

from glassprop.displays.drawing import Keywords, axes_for, label_axes, name_ticks, need_matplotlib, normal, tilt
from glassprop.displays.given_targets import labels_given, refuse_other_length
from glassprop.displays.picture_options import OneLine
from glassprop.errors import SettingsError

MOST_WRITTEN = 25  # classes, whose counts are written into the fields


class ConfusionMatrixDisplay(ItsConfusionMatrixDisplay):
    """How often each class (row) was taken for each other (column).

    It is scikit-learn's ``ConfusionMatrixDisplay``, and computes and draws what that does. Beyond it: targets may be
    series of pandas, polars or Arrow; names of classes are shown as they are, and turned where they need room; counts
    are written into the fields of up to 25 classes.

    Parameters
    ----------
    confusion_matrix : array (n_classes, n_classes)
    display_labels : array (n_classes,), optional

    Attributes
    ----------
    im_ : matplotlib AxesImage
    text_ : array (n_classes, n_classes) of matplotlib Text, or None
    ax_, figure_ : matplotlib Axes and Figure

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> from glassprop.plot import ConfusionMatrixDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier((8,), solver="lbfgs", max_iter=200, random_state=0).fit(X, y)
    >>> display = ConfusionMatrixDisplay.from_estimator(clf, X, y)
    >>> display.confusion_matrix[0].tolist()
    [50, 0, 0]
    """

    @classmethod
    def from_estimator(cls, estimator: Any, X: Any, y: Any, **more: Any) -> Self:
        """Draw it for a fitted classifier and rows that it has not seen.

        Parameters
        ----------
        estimator : fitted classifier
            Ours, a Pipeline, or any of scikit-learn.
        X : table or array (n_rows, n_columns)
        y : array-like (n_rows,)
        **more
            As of ``from_predictions``.

        Raises
        ------
        MissingPackageError
            If matplotlib is not installed.
        SettingsError
            If the model is no classifier, or there are several labels a row.
        """
        who = f"{cls.__name__}.from_estimator"
        need_matplotlib(who)
        if not is_classifier(estimator):
            raise SettingsError(
                f"{who} needs a classifier, got a {type(estimator).__name__}: of amounts draw a PredictionErrorDisplay"
            )
        return cls.from_predictions(y, estimator.predict(X), **more)

    @classmethod
    def from_predictions(cls, y_true: Any, y_pred: Any, **more: Any) -> Self:
        """Draw it from classes and predictions.

        Parameters
        ----------
        y_true, y_pred : array-like (n_rows,)
        labels : array-like, optional
            Which classes are shown, and in which order.
        sample_weight : array-like (n_rows,), optional
        normalize : {"true", "pred", "all"}, optional
            Shares of rows, of columns or of all in place of counts.
        display_labels : array-like, optional
            What classes are called in the picture.
        **more
            As of ``plot``.

        Raises
        ------
        MissingPackageError, SettingsError
            As ``from_estimator``; or if scikit-learn or matplotlib refuse an option.
        DataError
            If there are not as many predictions as targets, or labels are missing.
        """
        who = f"{cls.__name__}.from_predictions"
        need_matplotlib(who)
        true, said = labels_given(y_true, who), labels_given(y_pred, who)
        refuse_other_length(true, said)
        with OneLine(who):
            drawn: Self = super().from_predictions(true, said, **{"include_values": None, **_UNTURNED, **more})
        return drawn

    def plot(
        self,
        *,
        include_values: bool | None = None,
        cmap: Any = "viridis",
        xticks_rotation: Literal["auto", "vertical", "horizontal"] | float = "auto",
        values_format: str | None = None,
        ax: Any = None,
        colorbar: bool = True,
        im_kw: Keywords = None,
        text_kw: Keywords = None,
    ) -> Self:
        """Draw it.

        Parameters
        ----------
        include_values : bool, optional
            Whether counts are written into the fields; else of up to 25 classes.
        cmap : str or Colormap, default="viridis"
        xticks_rotation : {"auto", "vertical", "horizontal"} or float, default="auto"
        values_format : str, optional
        ax : matplotlib Axes, optional
        colorbar : bool, default=True
        im_kw, text_kw : mapping, optional
            Handed to ``imshow`` and ``text``.

        Returns
        -------
        self
        """
        ax = axes_for(ax, f"{type(self).__name__}.plot")
        written = len(self.confusion_matrix) <= MOST_WRITTEN if include_values is None else include_values
        labels = range(len(self.confusion_matrix)) if self.display_labels is None else list(self.display_labels)
        turned: dict[Any, float] = {"auto": tilt(labels), "vertical": 90.0, "horizontal": 0.0}
        with OneLine(f"{type(self).__name__}.plot"):
            rotation = turned[xticks_rotation] if xticks_rotation in turned else float(xticks_rotation)
            super().plot(
                include_values=written, cmap=cmap, values_format=values_format, ax=ax, colorbar=colorbar,
                im_kw=normal(im_kw, "image.AxesImage"), text_kw=normal(text_kw, "text.Text"),
            )  # fmt: skip
        name_ticks(ax.xaxis, labels, rotation=rotation)
        name_ticks(ax.yaxis, labels)
        label_axes(ax, "predicted class", "true class")
        return self


_UNTURNED = {"xticks_rotation": "auto"}
