"""Weights that were not trained here: set before ``fit`` as in scikit-learn, or handed to ``from_weights``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

import numpy as np
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from glassprop.architecture.given import numbers
from glassprop.equations.activation import find_activation
from glassprop.equations.arrays import Array
from glassprop.errors import ArchitectureError, DataError, SettingsError
from glassprop.estimator.callbacks import UNDER_WAY
from glassprop.estimator.views import ParameterViews, faults_of_shapes, parameter_arrays
from glassprop.layers.dense import Layer
from glassprop.network import Network
from glassprop.training.state import TrainState

OUTPUT = "out_activation_"
_PARTS = ("coefs_", "intercepts_")
# What from_weights works out from the weights, and by which of its arguments it is given instead.
_FOLLOW = {
    "hidden_layer_sizes": "the shapes of coefs",
    "layers": "the shapes of coefs, and activation",
    "output_activation": "out_activation",
}


class SetWeights(ABC):
    """The part of an estimator that shows its weights as attributes, and takes other weights for them.

    What was set and not trained since is kept in ``_given`` until the next fit.
    """

    network_: Network
    _state: TrainState
    _given: dict[str, Any]
    n_features_in_: int
    n_outputs_: int
    n_layers_: int
    interrupted_: bool

    @abstractmethod
    def _network_for(self, n_inputs: int, n_outputs: int, hidden: Sequence[int] | None = None) -> Network:
        """The network that the constructor's arguments describe; ``hidden``: sizes other than theirs."""

    @abstractmethod
    def _record(self, loss: float | None = None) -> None:
        """Show where training stands as attributes."""

    # --- attributes ----------------------------------------------------------------------------------------

    @property
    def theta_(self) -> Array:
        """θ: every weight and bias in one vector, layer by layer, W row by row (n_out × n_in), then b."""
        check_is_fitted(self)
        return self._state.theta

    @theta_.setter
    def theta_(self, values: Any) -> None:
        """Written into θ, whole or not at all."""
        theta = self.theta_
        faults: list[str] = []
        array = numbers("theta_", values, theta.dtype, faults)
        with np.errstate(over="ignore"):
            array = theta if array is None else array.astype(theta.dtype)
        if array.shape != theta.shape:
            faults.append(f"theta_ must have shape {theta.shape}, as the network has, got {array.shape}")
        elif not np.isfinite(array).all():
            faults.append(f"theta_ holds NaN, infinity, or numbers too large for {theta.dtype}")
        if faults:
            raise DataError("; ".join(faults))
        self.let_go()
        self._state.make_writable()
        self._state.theta[...] = array

    @property
    def coefs_(self) -> ParameterViews:
        """Weights, layer by layer, in scikit-learn's shape (n_in, n_out): views of θ."""
        return self._parameters("coefs_")

    @coefs_.setter
    def coefs_(self, values: Any) -> None:
        self._set_parameters("coefs_", values)

    @property
    def intercepts_(self) -> ParameterViews:
        """Biases, layer by layer, (n_out,): views of θ."""
        return self._parameters("intercepts_")

    @intercepts_.setter
    def intercepts_(self, values: Any) -> None:
        self._set_parameters("intercepts_", values)

    @property
    def out_activation_(self) -> str:
        """Name of the output activation; sigmoid under scikit-learn's name, logistic."""
        check_is_fitted(self)
        name = self.network_.layers[-1].activation.name
        return "logistic" if name == "sigmoid" else name

    @out_activation_.setter
    def out_activation_(self, value: Any) -> None:
        """Before ``fit`` it is remembered and checked; after, it can only be what the arguments make it."""
        try:
            name = find_activation(value).spec
        except ArchitectureError as error:
            raise SettingsError(f"out_activation_: {error}") from None
        given = self._given_so_far()
        if not hasattr(self, "_state"):
            self._given = {**given, OUTPUT: name}
        elif given and name != self.network_.layers[-1].activation.spec:
            self._build({"coefs_": self.coefs_, "intercepts_": self.intercepts_, OUTPUT: name})
        else:
            _refuse_other_output(self.network_, name)

    # --- weights that are set ------------------------------------------------------------------------------

    def _given_so_far(self) -> dict[str, Any]:
        return vars(self).get("_given", {})

    def _parameters(self, name: str) -> ParameterViews:
        """``coefs_`` or ``intercepts_``: views of θ; or, before there is a θ, what was set.

        Raises
        ------
        NotFittedError
        """
        if hasattr(self, "_state") and self.network_.members > 1:
            raise AttributeError(
                f"{name} is of one network, and this one has {self.network_.members} members: take "
                "network_.member(0).w(theta_, 1) and .b, or theta_ for all of it"
            )
        if not hasattr(self, "_state"):
            given = self._given_so_far()
            if name not in given:
                raise NotFittedError(
                    f"This {type(self).__name__} instance is not fitted yet. Call 'fit' with appropriate arguments "
                    "before using this estimator."
                )
            return ParameterViews(given[name], name, lambda: given[name])

        def views() -> list[Array]:
            network, theta = self.network_, self._state.theta
            of_layer = (lambda l: network.w(theta, l).T) if name == "coefs_" else (lambda l: network.b(theta, l))
            return [of_layer(l) for l in network.dense_layers]

        def writable() -> list[Array]:
            self._state.make_writable()
            return views()

        return ParameterViews(views(), name, writable, partial(self._let_go_of, self._state))

    def _set_parameters(self, name: str, values: Any) -> None:
        """Assign ``coefs_`` or ``intercepts_``: into θ, or before ``fit`` for what will be θ when both are there.

        Raises
        ------
        DataError
            If something does not fit; then nothing is changed.
        """
        if hasattr(self, "_state"):
            self._parameters(name)[:] = values
            return
        faults: list[str] = []
        arrays = [np.array(array) for array in parameter_arrays(name, values, faults)]
        given = {**self._given_so_far(), name: arrays}
        faults = faults or faults_of_shapes(given.get("coefs_"), given.get("intercepts_"), "_")
        if faults:
            raise DataError("; ".join(faults))
        if all(part in given for part in _PARTS):
            self._build(given)
        else:
            self._given = given

    def let_go(self) -> None:
        """Keep nothing of a fit that was left: it is not to be gone on with. One that is under way is not touched."""
        if not hasattr(self, UNDER_WAY):
            self.__dict__.pop("_left", None)
            self._state.forget_call()

    def be_as_after(self, epoch: int, theta: Array) -> None:
        """Take the weights that an epoch of the fit left behind: it is the best one then. theta (size,)."""
        self.theta_ = theta
        self._state.best_epoch = self._state.kept_epoch = epoch
        self._record()

    def stand_at(self, state: TrainState, loss: float | None = None) -> None:
        """Stand where another training of this network stands. loss: where it is known better than by the history."""
        self._state = state
        self._record(loss)

    def be_interrupted(self) -> None:
        """Be one whose training ended before its time, as by Ctrl-C."""
        self.interrupted_ = self._state.interrupted = True

    def _let_go_of(self, state: TrainState) -> None:
        """The same for weights that are of this state; views may be older than the last fit."""
        if self._state is state:
            self.let_go()

    def _build(self, given: dict[str, Any]) -> None:
        """Become fitted, with these weights and the network that the arguments describe.

        Raises
        ------
        DataError, SettingsError, ArchitectureError
            If they do not go together; then nothing is changed.
        """
        coefs, intercepts = given["coefs_"], given["intercepts_"]
        n_inputs, sizes = coefs[0].shape[0], [w.shape[1] for w in coefs]
        known = vars(self).get("n_features_in_", n_inputs)
        if known != n_inputs:
            raise DataError(f"coefs_[0] must have n_features_in_ = {known} rows, got shape {coefs[0].shape}")
        before = dict(vars(self))
        self._given = {OUTPUT: given[OUTPUT]} if OUTPUT in given else {OUTPUT: None}
        try:
            network = self._network_for(n_inputs, sizes[-1], sizes[:-1])
            if network.members > 1:
                raise SettingsError(
                    f"coefs_ and intercepts_ are of one network, and n_members is {network.members}: set theta_ after "
                    "fit, or leave n_members out"
                )
            if given.get(OUTPUT) is not None:
                _refuse_other_output(network, given[OUTPUT])
        except Exception:
            vars(self).clear()
            vars(self).update(before)
            raise
        narrow = all(array.dtype == np.float32 for array in [*coefs, *intercepts])
        theta = np.ones(network.layout.size, np.float32 if narrow else np.float64)  # factors have no place in coefs_
        for l, w, b in zip(network.dense_layers, coefs, intercepts, strict=True):
            network.w(theta, l)[...], network.b(theta, l)[...] = w.T, b
        self._state, self.network_ = TrainState(theta), network
        self.n_features_in_, self.n_outputs_, self.n_layers_ = n_inputs, sizes[-1], network.depth + 1
        self.interrupted_ = False
        self._record()

    def _take_given(self, goes_on: bool) -> None:
        """What was set belongs to training from here on.

        goes_on: whether training starts from it.

        Raises
        ------
        SettingsError
            If it should start from weights of which a part is missing.
        """
        given = self._given_so_far()
        present = [part for part in _PARTS if part in given]
        if goes_on and len(present) == 1:
            missing = next(part for part in _PARTS if part not in given)
            raise SettingsError(f"{present[0]} was set, but {missing} was not: training cannot go on from it; set both")
        vars(self).pop("_given", None)

    # --- weights that are handed over ----------------------------------------------------------------------

    @classmethod
    def _from_weights(
        cls,
        coefs: Any,
        intercepts: Any,
        *,
        activation: Any,
        out_activation: Any,
        feature_names: Any,
        settings: dict[str, Any],
        label: Callable[[Self, int, list[str]], None] = lambda made, n_outputs, faults: None,
    ) -> Self:
        """A fitted estimator around the weights. See the estimators' ``from_weights``.

        label: makes a classifier know its classes, or adds to the faults.
        """
        faults: list[str] = []
        coefs, intercepts = (
            parameter_arrays(name, values, faults) for name, values in (("coefs", coefs), ("intercepts", intercepts))
        )
        faults = faults or faults_of_shapes(coefs, intercepts)
        faults += [f"{name} follows from {by}" for name, by in _FOLLOW.items() if name in settings]
        sizes = tuple(w.shape[1] for w in coefs if w.ndim == 2)
        given = {name: value for name, value in settings.items() if name not in _FOLLOW}
        made: Any = cls(hidden_layer_sizes=sizes[:-1], activation=activation, **given)  # type: ignore[call-arg]
        if sizes:
            label(made, sizes[-1], faults)
        names = None if feature_names is None else np.asarray(feature_names, dtype=object)
        if names is not None and coefs and coefs[0].ndim == 2 and names.shape != coefs[0].shape[:1]:
            faults.append(f"feature_names must name {coefs[0].shape[0]} features, got {names.size}")
        if names is not None and not all(isinstance(name, str) for name in names.ravel()):
            faults.append("feature_names must be text")
        if faults:
            raise DataError("; ".join(faults))
        made._validate_params()
        made._choose_output(coefs[0].shape[0], sizes, out_activation)
        made._build({"coefs_": coefs, "intercepts_": intercepts})
        vars(made).pop("_given")  # nothing is left to be set: it counts as fitted
        if names is not None:
            made.feature_names_in_ = names
        return made

    def _choose_output(self, n_inputs: int, sizes: Sequence[int], out_activation: Any) -> None:
        """Set ``output_activation`` where the one asked for is not what ``"auto"`` stands for."""
        if out_activation is None:
            return
        wanted = Layer(2, out_activation).activation
        network = self._network_for(n_inputs, sizes[-1], sizes[:-1])
        if network.layers[-1].activation != wanted:
            self.output_activation = out_activation


def _refuse_other_output(network: Network, name: str) -> None:
    present = network.layers[-1].activation.spec
    if name != present:
        raise SettingsError(
            f"out_activation_ is {present}, which follows from loss and output_activation, got {name}; set "
            f"output_activation={name!r} (and a loss that goes with it) and fit, or build from_weights(..., "
            f"out_activation={name!r})"
        )
