"""``Doctor``: a callback that watches a training, and says afterwards what keeps the network from learning."""

from __future__ import annotations

from typing import Any

from glassprop.diagnosis.finding import Diagnosis
from glassprop.diagnosis.watched import Watched
from glassprop.errors import SettingsError
from glassprop.network import Network
from glassprop.training.state import TrainState


class Doctor:
    """A callback that watches a fit: ``diagnosis()`` says afterwards what keeps the network from learning.

    While training runs it copies the weights of a few epochs, the start among them, and does nothing else; what they
    are like is looked at when it is asked. It holds on to the training data until the next fit, and is not to be shared
    by fits that run at the same time.

    Notes
    -----
    It watches the networks of MLPClassifier and MLPRegressor, as the last step of a Pipeline too. Of tabular estimators
    callbacks hear nothing of the epochs: ask ``glassprop.diagnose(model, X, y)``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import Doctor, MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> doctor = Doctor()
    >>> clf = MLPClassifier((8,), learning_rate_init=1e-6, max_iter=50, random_state=0)
    >>> clf = clf.set_callbacks(doctor).fit(X, y)
    >>> doctor.diagnosis().kinds
    ('rate-too-low',)
    """

    def __init__(self) -> None:
        self.watched = Watched()
        self._model: Any = None
        self._told: tuple[Any, Any, Any] = (None, None, None)

    def __getstate__(self) -> dict[str, Any]:
        return {"watched": Watched(), "_model": None, "_told": (None, None, None)}

    # --- scikit-learn's protocol ------------------------------------------------------------------------------

    def setup(self, estimator: object, context: Any) -> None:
        """A fit begins: forget the one before."""
        self.watched, self._model, self._told = Watched(), estimator, (None, None, None)

    def on_fit_task_begin(self, estimator: object, context: Any, *, X: Any, y: Any, metadata: Any) -> None:
        """The fit begins, or an epoch: hold on to the data."""
        self._told = X, y, (metadata or {}).get("sample_weight")

    def on_fit_task_end(self, estimator: object, context: Any) -> None:
        """An epoch is over, or all: ``on_state`` was told."""

    def teardown(self, estimator: object, context: Any) -> None:
        """The fit is over, or has failed."""

    # --- what our estimators tell beside it -------------------------------------------------------------------

    def on_begin(self, network: Network, state: TrainState) -> None:
        """Training begins: keep how the network starts."""
        self.watched.begin(network, state)

    def on_state(self, state: TrainState) -> None:
        """An epoch is over: keep the weights of a few."""
        self.watched.take(state)

    # --- what it says -----------------------------------------------------------------------------------------

    def diagnosis(self) -> Diagnosis:
        """What keeps the network of the last fit from learning; no remedies are tried.

        Raises
        ------
        SettingsError
            If no fit was watched.
        """
        from glassprop.estimator.diagnosed import findings_of_fit

        if self._told[0] is None or not self.watched.kept:
            raise SettingsError(
                "this Doctor has watched no fit of a network: set it with set_callbacks(doctor) on an MLPClassifier or "
                "MLPRegressor and call fit; for other models call glassprop.diagnose(model, X, y)"
            )
        X, y, weight = self._told
        return findings_of_fit(self._model, X, y, weight, self.watched)
