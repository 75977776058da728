"""`TrainingCurveDisplay`: cost or score by epoch, of one network or of several, with the epoch that was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np

from glassprop.displays import drawing
from glassprop.displays.drawing import COLORS, Keywords, keywords, label_axes
from glassprop.displays.picture_options import OneLine
from glassprop.displays.training_curves import Curves, Numbers, curves_of, curves_of_record, mean_of
from glassprop.errors import SettingsError
from glassprop.ground.text import quoted
from glassprop.training_report.charts import spans_decades

Kind = Literal["cost", "score"]
Against = Literal["epoch", "seconds"]
_OURS = "glassprop-training"  # marks lines, so that a second picture on the same axes takes the next color


class TrainingCurveDisplay:
    """Training curves: the cost of the training rows and of the validation rows, by epoch.

    Make one by ``from_estimator``, ``from_cv_results`` or ``from_record``. Several models on the same axes: draw each
    with ``ax=`` and a ``name``.

    Parameters
    ----------
    training : array (n_epochs,)
        The cost of each epoch, L2 included, as ``loss_curve_`` has it.
    validation : array (n_epochs,), optional
        The cost of the validation rows, without L2 and dropout; NaN where there were none. In a regression that
        standardized its target (a ``TabularRegressor``) costs are in squares of the target's standard deviation.
    score : array (n_epochs,), optional
        What early stopping followed: more is better.
    seconds : array (n_epochs,), optional
        At the end of each epoch.
    best_epoch : int, optional
        Which was chosen, counted from 1.
    networks : sequence of TrainingCurveDisplay
        Each of several, where the curve is their mean.
    name : str, optional

    Attributes
    ----------
    line_ : matplotlib Line2D or None
        The training cost; None of scores.
    validation_line_ : matplotlib Line2D or None
    network_lines_ : list of Line2D
        Of each of several networks: training costs, then validation costs (or scores alone).
    best_ : matplotlib Line2D or None
        The mark of the best epoch.
    ax_, figure_ : matplotlib Axes and Figure

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> from glassprop.plot import TrainingCurveDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier((8,), early_stopping=True, scoring="loss", max_iter=20, random_state=0).fit(X, y)
    >>> display = TrainingCurveDisplay.from_estimator(clf)
    >>> bool((display.line_.get_ydata() == clf.loss_curve_).all())
    True
    """

    def __init__(
        self,
        *,
        training: Any,
        validation: Any = None,
        score: Any = None,
        seconds: Any = None,
        best_epoch: int | None = None,
        networks: Any = (),
        name: str | None = None,
    ) -> None:
        self.training, self.validation, self.score = training, validation, score
        self.seconds, self.best_epoch, self.networks, self.name = seconds, best_epoch, networks, name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        name: str | None = None,
        kind: Kind = "cost",
        against: Against = "epoch",
        log_scale: bool | Literal["auto"] = "auto",
        ax: Any = None,
        training_kw: Keywords = None,
        validation_kw: Keywords = None,
    ) -> Self:
        """Draw the training curves that a fitted model has kept.

        Of a model that averages several networks (a ``TabularClassifier`` with folds, an ensemble of scikit-learn) each
        is drawn, and their mean. Calls of ``partial_fit`` and warm starts follow each other. Networks that are trained
        together (``n_members``) have one curve, the mean of theirs.

        Parameters
        ----------
        estimator : fitted model
            An MLPClassifier, MLPRegressor (scikit-learn's, too), TabularClassifier or TabularRegressor; a Pipeline, a
            search or an ensemble that ends in one.
        name : str, optional
            For the legend, where several are drawn.
        kind : {"cost", "score"}, default="cost"
            "score": what early stopping followed, ``validation_scores_``.
        against : {"epoch", "seconds"}, default="epoch"
            "seconds": ``time_curve_``, which is of the last call alone and in no file.
        log_scale : bool or "auto", default="auto"
            Whether costs are drawn on a logarithmic scale: where they span more than 1.3 powers of ten.
        ax : matplotlib Axes, optional
            Else those of a new figure.
        training_kw, validation_kw : mapping, optional
            Handed to matplotlib's ``plot``.

        Raises
        ------
        MissingPackageError
            If matplotlib is not installed.
        NotFittedError
            If the model is not fitted.
        SettingsError
            If it has kept no training curves, or no scores or seconds when these are requested.
        """
        drawing.need_matplotlib(f"{cls.__name__}.from_estimator")
        return cls._of(curves_of(estimator), name).plot(
            kind=kind, against=against, log_scale=log_scale, ax=ax, training_kw=training_kw, validation_kw=validation_kw
        )

    @classmethod
    def from_cv_results(cls, cv_results: Mapping[str, Any], *, name: str | None = None, **more: Any) -> Self:
        """Draw the trainings of a cross-validation, each and their mean.

        Parameters
        ----------
        cv_results : mapping
            Of ``sklearn.model_selection.cross_validate`` with ``return_estimator=True``.
        name, **more
            As of ``plot``.

        Raises
        ------
        MissingPackageError, NotFittedError
            As ``from_estimator``.
        SettingsError
            As ``from_estimator``; or if there are no estimators in it.
        """
        drawing.need_matplotlib(f"{cls.__name__}.from_cv_results")
        if not isinstance(cv_results, Mapping) or not len(cv_results.get("estimator", ())):
            raise SettingsError("cv_results has no estimators: call cross_validate with return_estimator=True")
        return cls._of(mean_of([curves_of(one) for one in cv_results["estimator"]]), name).plot(**more)

    @classmethod
    def from_record(cls, record: Mapping[str, Any], *, name: str | None = None, **more: Any) -> Self:
        """Draw what the record of a model tells, which ``glassprop.saving.read_record`` reads from its file.

        Parameters
        ----------
        record : mapping
            Of a model that was trained from a table; ``report_`` of a ``TabularClassifier`` is one, too.
        name, **more
            As of ``plot``.

        Raises
        ------
        MissingPackageError
            If matplotlib is not installed.
        SettingsError
            If it tells of no training.
        """
        drawing.need_matplotlib(f"{cls.__name__}.from_record")
        return cls._of(curves_of_record(record), name).plot(**more)

    @classmethod
    def _of(cls, curves: Curves, name: str | None) -> Self:
        return cls(
            training=curves.training,
            validation=_unless_unknown(curves.validation),
            score=_unless_unknown(curves.score),
            seconds=_unless_unknown(curves.seconds),
            best_epoch=curves.best_epoch,
            networks=[cls._of(one, None) for one in curves.networks],
            name=name,
        )

    @OneLine("TrainingCurveDisplay.plot")
    def plot(
        self,
        *,
        kind: Kind = "cost",
        against: Against = "epoch",
        log_scale: bool | Literal["auto"] = "auto",
        name: str | None = None,
        ax: Any = None,
        training_kw: Keywords = None,
        validation_kw: Keywords = None,
    ) -> Self:
        """Draw it; ``kind``, ``against``, ``log_scale``, ``training_kw``, ``validation_kw`` as of ``from_estimator``.

        Returns
        -------
        self
        """
        self._refuse(kind, against)
        ax = drawing.axes_for(ax, f"{type(self).__name__}.plot")
        name, own = self.name if name is None else name, drawing.next_color(ax, _OURS)
        first = own == COLORS[0] and name is None
        usual = {"color": own, "gid": _OURS}
        other = {**usual, "color": COLORS[1] if first else own, "linestyle": "--"}
        training, validation = keywords(usual, training_kw), keywords(other, validation_kw)
        self.network_lines_ = self._draw_networks(ax, kind, against, training, validation)
        self.line_ = self.validation_line_ = None
        if kind == "cost":
            self.line_ = self._line(ax, self.training, against, {"label": _called(name, "training"), **training})
            if self.validation is not None:
                named = {"label": _called(name, "validation"), **validation}
                self.validation_line_ = self._line(ax, self.validation, against, named)
        else:
            named = {"label": _called(name, "validation score"), **validation}
            self.validation_line_ = self._line(ax, self.score, against, named)
        self.best_ = self._mark_best(ax, against, name, COLORS[2] if first else own)
        self._finish(ax, kind, against, log_scale)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _refuse(self, kind: str, against: str) -> None:
        """Refuse what there is not.

        Raises
        ------
        SettingsError
        """
        if kind not in ("cost", "score") or against not in ("epoch", "seconds"):
            raise SettingsError(
                f"kind is 'cost' or 'score' and against 'epoch' or 'seconds', got {quoted(kind)} and {quoted(against)}"
            )
        if kind == "score" and self.score is None:
            raise SettingsError("there are no scores: early_stopping=True keeps them; or leave kind='score' out")
        if against == "seconds" and self.seconds is None:
            raise SettingsError(
                "it is not known when epochs ended (time_curve_): that is in no file and no pickle, and not of several "
                "networks; leave against='seconds' out"
            )

    def _places(self, against: str) -> Numbers:
        return np.arange(1.0, len(self.training) + 1) if against == "epoch" else np.asarray(self.seconds)

    def _line(self, ax: Any, values: Any, against: str, how: Mapping[str, Any]) -> Any:
        """One curve; a single point is seen as one."""
        alone = {"marker": "o"} if np.isfinite(np.asarray(values, dtype=float)).sum() == 1 else {}
        return ax.plot(self._places(against), values, **{**alone, **how})[0]

    def _draw_networks(self, ax: Any, kind: str, against: str, training: Any, validation: Any) -> list[Any]:
        """Those behind the mean, thin and pale."""
        pale = {"linewidth": 0.8, "alpha": 0.4, "zorder": 1.5, "label": "_nolegend_"}
        if against == "seconds":
            return []
        if kind == "score":
            scored = [one for one in self.networks if one.score is not None]
            return [one._line(ax, one.score, against, {**validation, **pale}) for one in scored]
        lines = [one._line(ax, one.training, against, {**training, **pale}) for one in self.networks]
        judged = [one for one in self.networks if one.validation is not None]
        return lines + [one._line(ax, one.validation, against, {**validation, **pale}) for one in judged]

    def _mark_best(self, ax: Any, against: str, name: str | None, color: str) -> Any:
        if self.best_epoch is None:
            return None
        line: Any = self.validation_line_ or self.line_
        place = int(self.best_epoch) - 1
        at, value = line.get_xdata()[place], line.get_ydata()[place]
        if not (np.isfinite(at) and np.isfinite(value)):
            return None
        said = _called(name, f"best epoch: {self.best_epoch}")
        return ax.plot([at], [value], "o", color=color, markersize=7, zorder=3, label=said)[0]

    def _finish(self, ax: Any, kind: str, against: str, log_scale: bool | str) -> None:
        from matplotlib.ticker import MaxNLocator

        label_axes(ax, "epoch" if against == "epoch" else "seconds", "cost" if kind == "cost" else "validation score")
        if against == "epoch":
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        drawn = np.concatenate(
            [np.ravel(line.get_ydata()) for line in ax.lines if line.get_gid() == _OURS] or [np.empty(0)]
        )
        drawn = drawn[np.isfinite(drawn)]
        wanted = kind == "cost" and spans_decades(drawn) if log_scale == "auto" else bool(log_scale)
        ax.set_yscale("log" if wanted else "linear")
        drawing.legend_of(ax)


def _unless_unknown(values: Numbers) -> Numbers | None:
    return values if np.isfinite(values).any() else None


def _called(name: str | None, what: str) -> str:
    return what if name is None else f"{name}: {what}"
