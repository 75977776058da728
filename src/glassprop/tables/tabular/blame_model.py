"""``glassprop.blame``: which training rows drove a prediction of any model of ours, whatever its steps do with rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from glassprop.tables.tabular.before_and_last import before_and_last, of_inputs_made
from glassprop.tables.tabular.given_frame import one_row

if TYPE_CHECKING:
    from glassprop.estimator.tracer import Tracer
    from glassprop.influence.blame import Blame
    from glassprop.influence.influence import OnRows
    from glassprop.influence.model_trace import ModelTrace
    from glassprop.influence.trace import Trace


def blame(
    model: Any,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    *,
    row: int | None = None,
    x: Any = None,
    y_x: Any = None,
    top: int = 10,
    trace: ModelTrace | Trace | Tracer | None = None,
    on_rows: OnRows | None = None,
) -> Blame:
    """Find the training rows that influenced a prediction most: those that lowered its cost, and those that raised it.

    For a regressor without ``y_x``, the prediction is examined rather than its cost: which rows raised it, and which
    lowered it. In a Pipeline, the steps before the network transform all rows first; tabular estimators do so by
    themselves.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, or a Pipeline that ends in one; fitted
    X, y, sample_weight
        The training rows, as ``fit`` was given them.
    row : int, optional
        The training row whose prediction is examined, counted from 0.
    x : one row, as X has them, optional
        In place of ``row``: a row that need not be one of the training rows. An array (n_features,), a series, or a
        table of one row.
    y_x : label or number, optional
        Its target, in its own units. Without it, a classifier takes the class that it predicts.
    top, trace, on_rows
        As of ``MLPClassifier.blame``.

    Returns
    -------
    Blame

    Raises
    ------
    SettingsError
        If the model is of another kind; and as ``MLPClassifier.blame``, whose other errors are raised, too.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> import glassprop
    >>> X, y = load_wine(return_X_y=True, as_frame=True)
    >>> clf = glassprop.MLPClassifier((8,), solver="lbfgs", random_state=0)
    >>> model = make_pipeline(StandardScaler(), clf).fit(X, y)
    >>> blame = glassprop.blame(model, X, y, x=X.iloc[70], y_x=1)
    >>> blame.proponents[0].row, blame.proponents[0].label
    (70, '1')
    """
    asked = {"row": row, "y_x": y_x, "top": top, "on_rows": on_rows, "sample_weight": sample_weight}
    before, last = before_and_last(model, "cannot blame rows for the predictions of a {}")
    made = X
    if before is not None:
        made, x = before.transform(X), None if x is None else before.transform(one_row(x))
        trace = of_inputs_made(trace)
    found: Blame = last.blame(made, y, x=x, trace=trace, **asked)
    return replace(found, rows=X)
