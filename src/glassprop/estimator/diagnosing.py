"""``diagnose`` of the estimators: what keeps the network from learning, found on what was trained, or by training."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

from glassprop.errors import SettingsError
from glassprop.ground.text import quoted

if TYPE_CHECKING:  # what diagnoses is loaded by whoever asks for it
    from glassprop.diagnosis.finding import Diagnosis


class Diagnoses:
    """The verb."""

    def diagnose(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
        budget: float = 1.0,
    ) -> Diagnosis:
        """Say what keeps this network from learning.

        A fitted estimator is looked at as it is, which takes three passes over the data at most. One that is not fitted
        is trained once, as a copy: it stays as it was.

        Parameters
        ----------
        X, y, sample_weight
            What ``fit`` was given, or would be.
        X_val, y_val : optional
            Rows to judge by. Without, a fifth of the rows is held out where a copy is trained.
        budget : float, default=1.0
            How many trainings may be spent on trying remedies; 0: none is tried.

        Returns
        -------
        Diagnosis
            ``findings``, each with its number, threshold and a sentence; ``print`` shows all of it.

        Raises
        ------
        SettingsError
            If ``budget`` is no number of 0 or more.
        ValueError
            If X and y are not what ``fit`` would take (but NaN in X is a finding).

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from glassprop import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> MLPClassifier((8,), learning_rate_init=1e-6, random_state=0).diagnose(X, y, budget=0).kinds
        ('rate-too-low',)
        """
        from glassprop.estimator.diagnosed import findings_of_fit, was_fitted
        from glassprop.estimator.trained_copy import findings_of_training
        from glassprop.estimator.trying import with_remedies

        if isinstance(budget, bool) or not isinstance(budget, Real) or not budget >= 0:
            raise SettingsError(f"budget must be a number of trainings, 0 or more, got {quoted(budget, 60)}")
        val = X_val, y_val
        if was_fitted(self):
            found = findings_of_fit(self, X, y, sample_weight, None, val)
        else:
            found = findings_of_training(self, X, y, sample_weight, val)
        return with_remedies(found, self, (X, y, sample_weight, *val), float(budget))
