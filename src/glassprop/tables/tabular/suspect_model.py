"""``glassprop.suspect_labels``: which targets are probably wrong, for any model of ours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sklearn.base import clone

from glassprop.tables.tabular.before_and_last import before_and_last, is_fitted, of_inputs_made

if TYPE_CHECKING:
    from glassprop.estimator.margins import Margins
    from glassprop.estimator.tracer import Tracer
    from glassprop.estimator.without_suspects import Progress
    from glassprop.influence.suspects import Suspects
    from glassprop.influence.trace import Trace


def suspect_labels(
    model: Any,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    *,
    margins: Margins | None = None,
    trace: Tracer | Trace | None = None,
    retrain: bool | int = False,
    progress: Progress | None = None,
) -> Suspects:
    """Find training rows whose targets are probably wrong, and unusual rows.

    Of an unfitted model a copy is trained once and watched; the model itself stays unfitted. In a Pipeline, the steps
    before the network are fitted to all rows first; of a tabular estimator, one network of the plain recipe is trained,
    however many it would average. For a fitted model the final weights are used, and the result says so, unless a
    ``Margins`` watched the fit of its network.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, or a Pipeline that ends in one of them
    X, y, sample_weight
        What ``fit`` was given, or would be.
    margins, trace, retrain, progress
        As of ``MLPClassifier.suspect_labels``.

    Returns
    -------
    Suspects

    Raises
    ------
    SettingsError
        If the model is of another kind; and as ``MLPClassifier.suspect_labels``, whose other errors are raised, too.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> import glassprop
    >>> X, y = load_wine(return_X_y=True)
    >>> y[[20, 150]] = 2, 0  # two wrong labels
    >>> clf = glassprop.MLPClassifier((16,), learning_rate_init=0.02, max_iter=60, random_state=0)
    >>> sorted(glassprop.suspect_labels(make_pipeline(StandardScaler(), clf), X, y).suspected[:2].tolist())
    [20, 150]
    """
    before, last = before_and_last(model, "cannot suspect labels by a {}")
    made = X
    if before is not None:
        made = before.transform(X) if is_fitted(last) else clone(before).fit(X, y).transform(X)
        margins, trace = of_inputs_made(margins), of_inputs_made(trace)
    watched = {"margins": margins, "trace": trace}
    found: Suspects = last.suspect_labels(made, y, sample_weight, **watched, retrain=retrain, progress=progress)
    return replace(found, rows=X)
