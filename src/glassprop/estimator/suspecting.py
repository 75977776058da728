"""``suspect_labels`` of the estimators: which targets of the training rows are probably wrong."""

from __future__ import annotations

import warnings
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sklearn.base import clone

from glassprop.equations.arrays import Array, on_host
from glassprop.errors import SettingsError

if TYPE_CHECKING:  # what suspects is loaded by whoever asks for it
    from glassprop.estimator.margins import Margins
    from glassprop.estimator.tracer import Tracer
    from glassprop.estimator.without_suspects import Progress
    from glassprop.influence.seen_rows import SeenRows
    from glassprop.influence.suspects import Suspects
    from glassprop.influence.trace import Trace

KEPT = 16  # weights of a training: the first of them, an eighth of it or earlier, tells of pulls


class SuspectsLabels:
    """The verb."""

    def suspect_labels(
        self: Any,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        margins: Margins | SeenRows | None = None,
        trace: Tracer | Trace | None = None,
        retrain: bool | int = False,
        progress: Progress | None = None,
    ) -> Suspects:
        """Find rows whose targets are probably wrong, and unusual rows.

        A row with a wrong target is learned late, memorized or not learned at all: averaged over the epochs of a
        training run, another class is more probable (in regression: the residual is large). This takes one training
        run, and no folds.

        Of an unfitted estimator a copy is trained once and watched; the estimator itself stays unfitted. For a fitted
        one the final weights are used, and the result says so, unless a ``Margins`` watched its fit.

        Parameters
        ----------
        X, y, sample_weight
            What ``fit`` was given, or would be.
        margins : Margins or SeenRows, optional
            The callback that watched the fit of this estimator on these rows; or what it saw, put together for all of
            them.
        trace : Tracer or Trace, optional
            What a ``Tracer`` kept during that fit: pulls are computed with the first of its weights, and residuals of a
            regression with the later ones. Without it, pulls are computed with the final weights, where they say
            little, since the mean gradient is almost 0 there.
        retrain : bool or int, default=False
            Whether to measure what training without the suspected rows gains. It takes two training runs for each of 5
            folds (or of this many): one on all rows outside the fold, and one without the suspected rows among them, so
            that each row is judged by networks that have not seen it. ``retrained`` has the scores on the rows that are
            not suspected, and on all.
        progress : callable (done, of), optional
            Called with the number of these training runs that are done, and of all.

        Returns
        -------
        Suspects
            ``suspected`` rows, the most suspicious first, with ``scores`` of all rows and ``suggested`` targets.

        Raises
        ------
        SettingsError
            If ``margins`` is no ``Margins`` that saw a fit, ``trace`` no ``Tracer`` that did, or either is given of an
            estimator that is not fitted; if ``retrain`` is no number of folds, or rows depend on each other in this
            network.
        DataError
            If ``margins`` or ``trace`` is of another fit: of another model, or of other rows.
        ValueError
            If X and y are not what ``fit`` would take.

        References
        ----------
        Margins in the mean over epochs: Pleiss et al. 2020, arXiv 2001.10528.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from glassprop import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> y[[20, 120]] = 2, 0  # two wrong labels
        >>> suspects = MLPClassifier((16,), learning_rate_init=0.02, random_state=0).suspect_labels(X, y)
        >>> suspects.suspected[:2].tolist(), suspects.suggested[[20, 120]].tolist()
        ([120, 20], [0, 2])
        """
        from glassprop.estimator.diagnosed import was_fitted
        from glassprop.estimator.without_suspects import folds_of, retrained

        made, folds = self, folds_of(retrain, X.shape[0] if hasattr(X, "shape") else len(X))
        if not was_fitted(self):
            if margins is not None or trace is not None:
                raise SettingsError(
                    "margins= and trace= are of a fit of this estimator, which is not fitted: fit it, or leave them out"
                )
            made = deepcopy(self) if self.warm_start and hasattr(self, "_state") else clone(self)
            margins, trace = made._watch_fit(X, y, sample_weight)
        found = replace(made._suspects(X, y, sample_weight, margins, trace), rows=X)
        if not folds:
            return found
        rows = X, y, sample_weight
        return replace(
            found, retrained=retrained(self._suspected_again, self._fitted_again, rows, found, folds, progress)
        )

    def _suspects(self: Any, X: Any, y: Any, sample_weight: Any, margins: Any, trace: Any) -> Suspects:
        """What is suspected of these rows, by what watched their fit."""
        from glassprop.estimator.blamed import trace_of
        from glassprop.estimator.suspected import plain_targets_of, seen_rows
        from glassprop.influence.suspicion import OfGradients, settled_outputs, suspects_of

        theta, traced = on_host(self.theta_), trace_of(trace, self.theta_)
        data, kept = self._as_examples(X, y, sample_weight), traced.of_one()
        traced.check_rows(data)
        seen = seen_rows(self.network_, theta, data, self._task(), margins)
        if seen.task == "numbers" and not kept.is_final:
            seen = replace(seen, outputs=settled_outputs(self.network_, kept, data.X, data.Y))
        found = OfGradients.of(self.network_, kept, data.X, data.Y, data.sample_weight)
        return suspects_of(seen, data.Y, found, plain_targets_of(y), self._as_given)

    def _watch_fit(self: Any, X: Any, y: Any, sample_weight: Any) -> tuple[SeenRows, Trace]:
        """Fit on these rows, in silence; what was seen. Whose rows it is of needs no check: they are the same."""
        from glassprop.estimator.margins import Margins
        from glassprop.estimator.tracer import Tracer

        margins, tracer = Margins(), Tracer(KEPT)
        self.set_params(verbose=False).set_callbacks(margins, tracer)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.fit(X, y, sample_weight=sample_weight)
        return replace(margins.rows(), rows=""), tracer.trace()

    def _suspected_again(self: Any, X: Any, y: Any, sample_weight: Any) -> tuple[Any, Suspects]:
        """A copy that is trained on these rows, and what is suspected of them."""
        made = clone(self)
        return made, made._suspects(X, y, sample_weight, *made._watch_fit(X, y, sample_weight))

    def _fitted_again(self: Any, X: Any, y: Any, sample_weight: Any) -> Any:
        """A copy that is trained on these rows."""
        made = clone(self).set_params(verbose=False)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return made.fit(X, y, sample_weight=sample_weight)

    def _as_given(self: Any, Y: Array) -> Array:
        """Targets (n, n_L) as the network has them, in the form that ``predict`` has."""
        units = self.network_.units
        return on_host(self._labels(Y if units is None else units.own(Y)))
