"""``Doctor``: a callback that watches a training, and says afterwards what keeps the network from learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from glassprop.diagnosis.finding import Diagnosis
from glassprop.diagnosis.watched import Watched
from glassprop.errors import SettingsError
from glassprop.insight.names import InputName
from glassprop.network import Network
from glassprop.training.state import TrainState


@dataclass
class Seen:
    """A fit: the estimator, what it was trained on (X, y, weights), and what was kept of its training."""

    model: Any = None
    told: tuple[Any, Any, Any] = (None, None, None)
    watched: Watched = field(default_factory=Watched)


class Doctor:
    """A callback that watches a fit: ``diagnosis()`` says afterwards what keeps the network from learning.

    During training it only copies the weights of a few epochs, including the start; they are examined when
    ``diagnosis()`` is called. It keeps a reference to the training data until the next fit, and must not be shared by
    fits that run at the same time.

    Notes
    -----
    It watches the network of an MLPClassifier or MLPRegressor, also as the last step of a Pipeline, and that of a
    TabularClassifier or TabularRegressor; if these average several, the first: ``diagnosis().looked_at`` says so.

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
        self._forget()

    def _forget(self) -> None:
        self._seen: list[Seen] = []
        self._under_way = 0  # fits, one within another
        self._inputs: Sequence[InputName] | None = None
        self._averaged = 1

    def __getstate__(self) -> dict[str, Any]:
        return vars(Doctor())

    @property
    def watched(self) -> Watched:
        """What was kept of the last fit."""
        return self._seen[-1].watched if self._seen else Watched()

    # --- scikit-learn's protocol ------------------------------------------------------------------------------

    def setup(self, estimator: object, context: Any) -> None:
        """A fit begins: forget the one before, unless this one is a part of another that is under way."""
        if not self._under_way:
            self._forget()
        self._under_way += 1
        self._seen.append(Seen(estimator))

    def on_fit_task_begin(self, estimator: object, context: Any, *, X: Any, y: Any, metadata: Any) -> None:
        """The fit begins, or an epoch: hold on to the data."""
        self._seen[-1].told = X, y, (metadata or {}).get("sample_weight")

    def on_fit_task_end(self, estimator: object, context: Any) -> None:
        """An epoch is over, or all: ``on_state`` was told."""

    def teardown(self, estimator: object, context: Any) -> None:
        """The fit is over, or has failed."""
        self._under_way = max(0, self._under_way - 1)

    # --- what our estimators tell beside it -------------------------------------------------------------------

    def on_begin(self, network: Network, state: TrainState) -> None:
        """Training begins: keep how the network starts."""
        self._seen[-1].watched.begin(network, state)

    def on_state(self, state: TrainState) -> None:
        """An epoch is over: keep the weights of a few."""
        self._seen[-1].watched.take(state)

    def on_chosen(self, model: Any, inputs: Sequence[InputName], averaged: int) -> None:
        """Of the networks of a table this one is the model, or the first of so many that are averaged."""
        self._seen = [seen for seen in self._seen if seen.model is model] or self._seen
        self._inputs, self._averaged = inputs, averaged

    # --- what it says -----------------------------------------------------------------------------------------

    def diagnosis(self, X_val: Any = None, y_val: Any = None) -> Diagnosis:
        """What keeps the network of the last fit from learning; no remedies are tried.

        Parameters
        ----------
        X_val, y_val : optional
            Validation rows, as the network takes them.

        Raises
        ------
        SettingsError
            If no fit was watched.
        """
        from glassprop.estimator.diagnosed import findings_of_fit

        known = [seen for seen in self._seen if seen.told[0] is not None and seen.watched.kept]
        if not known:
            raise SettingsError(
                "this Doctor has watched no fit of a network: set it with set_callbacks(doctor) on an MLPClassifier, "
                "MLPRegressor, TabularClassifier or TabularRegressor and call fit; for other models call "
                "glassprop.diagnose(model, X, y)"
            )
        seen = known[-1]
        found = findings_of_fit(seen.model, *seen.told, seen.watched, (X_val, y_val), self._inputs)
        return replace(found, looked_at=first_of(self._averaged))


def first_of(averaged: int) -> str:
    """What is looked at, where so many networks are averaged."""
    return "" if averaged == 1 else f"the first of {averaged} networks that are averaged, on the rows it learned from"
