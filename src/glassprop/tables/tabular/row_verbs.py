"""What is asked of the rows that a tabular estimator learns from: which drove a prediction, which targets are wrong."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from glassprop.errors import SettingsError
from glassprop.estimator.verbose import tell
from glassprop.tables.fitting.fit import noted
from glassprop.tables.fitting.spoken import quiet
from glassprop.tables.tabular.given_frame import one_row
from glassprop.tables.tabular.given_target import given_weights
from glassprop.tables.tabular.learn_frame import Given, learn_frame, read_frame

if TYPE_CHECKING:  # what asks of rows is loaded by whoever asks
    from glassprop.estimator.margins import Margins
    from glassprop.estimator.tracer import Tracer
    from glassprop.estimator.without_suspects import Progress
    from glassprop.influence.blame import Blame
    from glassprop.influence.influence import OnRows
    from glassprop.influence.model_trace import ModelTrace
    from glassprop.influence.seen_rows import SeenRows
    from glassprop.influence.suspects import Suspects


class RowVerbs:
    """The verbs."""

    def blame(
        self: Any,
        X: Any,
        y: Any,
        *,
        row: int | None = None,
        x: Any = None,
        y_x: Any = None,
        sample_weight: Any = None,
        top: int = 10,
        trace: ModelTrace | Tracer | None = None,
        on_rows: OnRows | None = None,
    ) -> Blame:
        """Find the training rows that influenced a prediction, as ``MLPClassifier.blame`` does.

        ``x`` is a row like those of X: a table of one row, a series, or an array if X was one. A ``Tracer`` that was
        set during ``fit`` has a trace of each network that is averaged; scores are means over the networks that were
        trained on the row.

        Parameters
        ----------
        X, y, sample_weight
            The training rows, as ``fit`` was given them.
        row : int, optional
            The training row whose prediction is examined, counted from 0; or give ``x`` in its place, and optionally
            ``y_x``, its target.
        top : int, default=10
            How many rows are listed for and against.
        trace : Tracer or ModelTrace, optional
            Without it, the final weights are used, and the result says so.
        on_rows : callable (int), optional
            Called as the work goes on with the number of rows done since the last call.

        Returns
        -------
        Blame
        """
        check_is_fitted(self)
        given = self._inputs(X)
        x = None if x is None else self._inputs(one_row(x))
        asked = {"row": row, "y_x": y_x, "sample_weight": sample_weight, "top": top}
        found: Blame = self.pipeline_[-1].blame(given, np.asarray(y), x=x, trace=trace, on_rows=on_rows, **asked)
        return replace(found, rows=X)

    def suspect_labels(
        self: Any,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        margins: Margins | None = None,
        trace: Tracer | None = None,
        retrain: bool | int = False,
        progress: Progress | None = None,
    ) -> Suspects:
        """Say which targets are probably wrong, as of ``MLPClassifier.suspect_labels``.

        Before ``fit``, one network of the plain recipe is trained, as a copy, however many this model would average.
        After it, the final weights are used, and the result says so; if the model averages networks of folds, each row
        is judged by those that were not trained on it, provided X and y are what ``fit`` was given.

        Parameters
        ----------
        X, y, sample_weight
            What ``fit`` was given, or would be.
        margins, trace, retrain, progress
            As of ``MLPClassifier.suspect_labels``; the first two of a fitted model alone.

        Returns
        -------
        Suspects

        Raises
        ------
        SettingsError
            If ``margins`` or ``trace`` is given and the model is not fitted, or rows cannot be learned from.
        """
        from glassprop.estimator.margins import Margins
        from glassprop.estimator.tracer import Tracer
        from glassprop.tables.use.suspect_table import KEPT, suspects_of_parts

        if hasattr(self, "pipeline_"):
            if margins is None and trace is None:
                margins = self._seen_by_folds(X, y, sample_weight)
            found: Suspects = self.pipeline_[-1].suspect_labels(
                self._inputs(X), np.asarray(y), sample_weight, margins=margins, trace=trace, retrain=retrain,
                progress=progress,
            )  # fmt: skip
            return replace(found, rows=X)
        if margins is not None or trace is not None:
            raise SettingsError("margins= and trace= are of a fit, and this model is not fitted: leave them out")
        made = clone(self)
        made._validate_params()
        given, watching = made._given(X, y, sample_weight), (Margins(), Tracer(KEPT))
        options = replace(made._options(), cross_fit=None, recipe="plain", n_members="auto")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            learned = learn_frame(given, options, None, watching, None)
        if len(learned.rows) < len(given.frame):
            left = len(given.frame) - len(learned.rows)
            raise SettingsError(
                f"{left} row(s) cannot be learned from, for they have no time: leave them out of X and y"
            )
        found = suspects_of_parts(learned.fitted.pipeline, learned.parts, *watching, retrain=retrain, progress=progress)
        return replace(found, rows=X)

    def _seen_by_folds(self: Any, X: Any, y: Any, sample_weight: Any) -> SeenRows | None:
        """What networks of folds say of rows that they have not learned from, where they are what is averaged."""
        from glassprop.tables.use.out_of_fold import is_of_folds, seen_by_folds

        if not is_of_folds(self.pipeline_[-1], self.report_):
            return None
        frame, target = self._frame(X, reset=False)[0], self._target(y)
        given = Given(frame, target, given_weights(sample_weight, frame))
        _, say = noted(tell if self.verbose else None)
        with quiet():
            read = read_frame(given, replace(self._options(), seed=self.report_["seed"]), None, lambda note: None)
        return seen_by_folds(self.pipeline_, self.report_, read.examples, lambda: read.parts.train, say)

    def _inputs(self: Any, X: Any) -> Any:
        """What the network is given for these rows."""
        return self.pipeline_[:-1].transform(self._frame(X, reset=False)[0].to_native())
