"""``glassprop.explain``: why a model of ours says what it says of some rows, whatever its steps do with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sklearn.utils.validation import check_is_fitted

from glassprop.estimator.explaining import Question, chosen
from glassprop.insight.explanation import MOST_PATHS, Explanation
from glassprop.insight.prediction import Of
from glassprop.tables.tabular.base_tabular import BaseTabular
from glassprop.tables.tabular.before_and_last import before_and_last
from glassprop.tables.use.explain_table import explain_steps


def explain(
    model: Any,
    X: Any,
    y: Any = None,
    *,
    row: int | None = None,
    rows: Sequence[int] | None = None,
    top: int = MOST_PATHS,
    output: str | int | None = None,
    of: Of | None = None,
) -> Explanation:
    """The chain rule with the numbers of some rows, for any weight of a model of yours.

    Without targets the prediction is explained: its derivatives, and what each column adds to it (``contributions``).

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, or a Pipeline that ends in one; fitted
        A model from ``glassprop.load``, too.
    X, y : array-like or data frame (n, n_columns), and targets (n,)
        As the model takes them. y may be left out.
    row, rows : int, sequence of int
        Which rows to explain, counted from 0: one, or several; neither: all, if they are few.
    top : int
        How many paths are listed for each derivative.
    output : str or int, optional
        Without y, the class or output to explain: its name (a number, too, where a class is
        called so) or else its place. Without, of each row the likeliest class.
    of : {"probability", "score", "amount"}, optional
        Without y, what is explained: "probability" of a class, or its "score" before the softmax or sigmoid; "amount":
        a regression's prediction in its own units.

    Returns
    -------
    Explanation
        ``weight(layer, j, k)``, ``bias(layer, j)``, ``input(column)``: derivatives taken apart. Columns are those of
        X where it is known how each input moves with its column: for tabular estimators, models made by ``glassprop
        train``, and behind scikit-learn's scalers. Else they are what the network is given.

    Raises
    ------
    SettingsError
        If the model is of another kind, or ``rows`` or ``top`` cannot be used.
    DataError
        If there is no such row, or y has a class that training did not see.
    NotFittedError
        If the model is not fitted.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> import glassprop
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> model = make_pipeline(StandardScaler(), glassprop.MLPClassifier((8,), solver="lbfgs", random_state=0))
    >>> explanation = glassprop.explain(model.fit(X, y), X, y, row=50)
    >>> explanation.input("petal length (cm)").parts[0].name
    'petal length (cm)'
    """
    before, last = before_and_last(model, "cannot explain a {}")
    check_is_fitted(last)
    if before is None:
        found: Explanation = last.explain(X, y, row=row, rows=rows, top=top, output=output, of=of)
        return found
    numbers, X, y = chosen(X, y, row, rows)
    question = Question(top, output, of)
    if isinstance(last, BaseTabular):
        frame, _ = last._frame(before.transform(X), reset=False)
        return last._explained(frame.to_native(), y, numbers, question)
    return explain_steps([*(step for _, step in before.steps), last], X, y, numbers, question)
