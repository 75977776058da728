"""``blame`` of the estimators: which training rows drove a prediction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sklearn.utils.validation import check_is_fitted

from glassprop.errors import SettingsError

if TYPE_CHECKING:  # what blames is loaded by whoever asks for it
    from glassprop.estimator.tracer import Tracer
    from glassprop.influence.blame import Blame
    from glassprop.influence.influence import OnRows
    from glassprop.influence.model_trace import ModelTrace
    from glassprop.influence.trace import Trace


class Blames:
    """The verb."""

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
        trace: ModelTrace | Trace | Tracer | None = None,
        on_rows: OnRows | None = None,
    ) -> Blame:
        """Find the training rows that lowered the cost of a prediction most, and those that raised it.

        A row's score estimates, to first order, by how much the cost of x would rise if the row were left out of
        training: the mean over traced weights of ∇C_row · (F + λ)⁻¹ ∇C_x, over all layers, where F is the Gauss-Newton
        matrix of the training rows and λ the mean of what a row adds to its trace. The cost is the plain one, without
        L2, dropout and label smoothing.

        Parameters
        ----------
        X, y, sample_weight
            The training rows, as ``fit`` was given them.
        row : int, optional
            The training row whose prediction is examined, counted from 0.
        x : array-like (n_features,) or (1, n_features), optional
            In place of ``row``: a row that need not be one of the training rows.
        y_x : label or number, optional
            Its target. Without it, a classifier takes the class that it predicts; for a regressor the prediction is
            examined rather than its cost: which rows raised it, and which lowered it, in the target's own units.
        top : int, default=10
            How many rows are listed for and against.
        trace : Tracer, ModelTrace or Trace, optional
            What a ``Tracer`` kept during ``fit``, or ``glassprop.load_trace`` returns. Without it, the final weights
            are used, and the result says so. For several rows together, scores along a trace agree better with training
            without them.
        on_rows : callable (int), optional
            Called as the work goes on with the number of rows done since the last call; rows count once for each set of
            weights in the trace.

        Returns
        -------
        Blame
            ``proponents``, ``opponents`` and all ``scores``; ``print`` shows the first two.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        SettingsError
            If not one of ``row`` and ``x`` is given, a regressor of several numbers is given no ``y_x`` with x,
            ``top`` is no whole number of 1 or more, or rows depend on each other in this network.
        DataError
            If there is no such row, or the trace is of another fit: of another model, or of other rows.
        ValueError
            If the rows are not what ``fit`` would take.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from glassprop import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> clf = MLPClassifier((8,), learning_rate_init=0.02, random_state=0).fit(X, y)
        >>> blame = clf.blame(X, y, x=[6.0, 2.7, 5.1, 1.6], y_x=1, top=3)
        >>> [pull.label for pull in blame.proponents], [pull.label for pull in blame.opponents]
        (['1', '1', '1'], ['2', '2', '2'])
        """
        from glassprop.estimator.blamed import asked_row, blamed, count, trace_of

        check_is_fitted(self)
        top, kept, data = count(top), trace_of(trace, self.theta_), self._as_examples(X, y, sample_weight)
        kept.check_rows(data)
        asked = asked_row(X, y, row, (x, y_x), self.predict if hasattr(self, "classes_") else None)
        if asked.y_x is None and self.n_outputs_ > 1:
            raise SettingsError(f"a prediction of {self.n_outputs_} numbers has one cost, with its target: give y_x=")
        predicted = self.predict(asked.x)
        one = self._as_examples(asked.x, predicted if asked.y_x is None else asked.y_x, None)
        return replace(blamed(self.network_, kept, data, one, (asked, predicted, y), top, on_rows), rows=X)
