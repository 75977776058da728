"""`Explanation`: the chain rule with numbers, for any weight, bias, input and example of a trained network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.fits import check_shapes
from glassprop.architecture.given import in_float64
from glassprop.backprop.example_gradients import refuse_mixing
from glassprop.equations.arrays import Array
from glassprop.errors import DataError, SettingsError
from glassprop.ground.in_notebook import InNotebook
from glassprop.ground.text import quoted
from glassprop.insight.all_members import Several
from glassprop.insight.as_cost import with_predictions
from glassprop.insight.baseline import Baseline
from glassprop.insight.checked_places import checked_top
from glassprop.insight.chosen_output import Predictor
from glassprop.insight.contributions import Contributions, contributions_of
from glassprop.insight.largest import MOST_PATHS
from glassprop.insight.names import Names
from glassprop.insight.prediction import Of, Prediction
from glassprop.insight.step import Training
from glassprop.insight.stepped import Stepped
from glassprop.insight.view import View


@dataclass(frozen=True, eq=False)
class Explanation(InNotebook, Stepped):
    """Examples on their way through a network: forward, cost, backward, and the factors of a derivative.

    Layers count from 1 (0 is the input), neurons from 0. All numbers are worked out in float64, whatever the network
    was trained in. Single derivatives are those of the example in focus: the first, unless ``of`` chose another.

    Of its methods, ``layer`` is the number of a layer, ``j`` a neuron of it and ``k`` a neuron of the layer before, or
    an input; ``name`` and ``index`` are a block of a layer's parameters and a place in it; ``top`` is how many paths
    are listed, the largest first.

    Attributes
    ----------
    view : View
        The numbers: ``view.trace.z``, ``view.trace.a``, ``view.deltas``, ``view.by_output``, ``view.costs``.
    names : Names
        Of inputs, outputs, columns and rows.
    members : Several or None
        Of a network of several members: what each says, and what they say together. All else is of the one that is
        walked through, ``members.walked``, and C₀ is its cost; but what is said of columns and of a step is of all.
    training : Training or None
        The optimizer as it stood.
    history : mapping of str to list
        ``cost`` and perhaps ``validation_cost``, by epoch.
    focus : int
        Which of the examples is in focus.
    top : int
        How many paths are listed for each derivative.
    predictor : Predictor or None
        What predicts, as it was trained; None: the network itself, of which no more is known.
    predictions : tuple of Prediction or None
        By example, where the prediction itself is explained, as of rows without a target: it stands in the place of
        C₀ then, and in that of y what is asked, 1 (or -1) for one output.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> network = Network(1, [Layer(1, "sigmoid")])
    >>> explanation = network.explain(np.array([0.5, -1.0]), [2.0], [1.0])
    >>> explanation.weight(1, 0, 0).value, explanation.delta(1).tolist()
    (-0.5, [-0.25])
    """

    # --- what is predicted -------------------------------------------------------------------------------------

    def prediction(self, output: str | int | None = None, of: Of | None = None, baseline: Any = None) -> Explanation:
        """Explain the prediction of the same rows instead of the cost; targets are not needed.

        Every derivative is then one of the prediction, ∂ŷ.

        Parameters
        ----------
        output : str or int, optional
            A class or output, by its name or number: 1 is the class 1 where one is called so, else the second. Without,
            of each row the likeliest class.
        of : {"probability", "score", "amount"}, optional
            "probability" of a class, or its "score", z of the last layer; "amount": a regression's prediction in its
            own units. Without, a probability where there is one.
        baseline : array-like (n_inputs,), optional
            Inputs that contributions are counted from, in place of the training mean.

        Raises
        ------
        SettingsError
            If there is no such output, or nothing of that kind.
        """
        predictor = self.what_predicts
        if baseline is not None:
            predictor = replace(predictor, baseline=Baseline.of_row(predictor.whole, baseline))
        X = self.view.X
        found = _of_predictions(predictor, X, predictor.predictions(X, output, of), self.names, self.history, self.top)
        return replace(found, focus=self.focus)

    def contributions(self) -> Contributions:
        """What each column adds to the prediction, counted from the baseline: integrated gradients (E46)."""
        if self.predictions is None:
            return self.prediction().contributions()
        i = self.focus
        if i not in self._contributions:
            baseline = self.what_predicts.baseline
            self._contributions[i] = contributions_of(self.predictions[i], self.view.X[i], baseline, self.names, i)
        return self._contributions[i]

    @cached_property
    def _contributions(self) -> dict[int, Contributions]:
        return {}

    # --- faces ------------------------------------------------------------------------------------------------

    def to_dict(self, **options: Any) -> dict[str, Any]:
        """All of it as plain data, JSON-able: see ``insight.record.record_of`` for the options and the schema."""
        from glassprop.insight.record import record_of

        return record_of(self, **options)

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.architecture.sizes))
        of = "" if self.members is None else f", member {self.members.walked} of {len(self.members.views)}"
        return f"<Explanation of {self.n_examples} example(s), network {sizes}{of}, cost {self.cost:.6g}>"


def explain(
    architecture: Architecture,
    theta: ArrayLike,
    X: ArrayLike,
    Y: ArrayLike | None = None,
    *,
    names: Names | None = None,
    training: Training | None = None,
    history: Mapping[str, Sequence[float]] | None = None,
    top: int = MOST_PATHS,
    classes: Sequence[str] | None = None,
    baseline: Baseline | None = None,
    output: str | int | None = None,
    of: Of | None = None,
) -> Explanation:
    """Look at some examples through a network.

    One of several members is walked through, the one whose outputs are nearest to the mean; ``member`` of what is
    returned chooses another.

    Parameters
    ----------
    theta : array (size,)
    X, Y : arrays (n, n_inputs), (n, n_L); or (n_inputs,), (n_L,) for one example
        Without Y the prediction is explained in the place of the cost: see ``Explanation.prediction``.
    names : Names, optional
        Of inputs, outputs and rows; numbers without.
    training : Training, optional
        The optimizer's memory, for ``Explanation.step``.
    top : int
        How many paths are listed.
    classes : sequence of str, optional
        What outputs tell apart, where they are classes: two may have a single output.
    baseline : Baseline, optional
        From where contributions to a prediction count; without, from inputs that are all 0.
    output, of : optional
        As of ``Explanation.prediction``; without Y alone.

    Raises
    ------
    DataError
        If shapes do not fit, an input is not a finite number, or a target lies outside the cost's domain.
    SettingsError
        If ``top`` is less than 1, there are more or fewer names than rows, inputs and outputs, a layer has no
        gradient of a single example, or there is nothing that ``output`` and ``of`` ask for.

    Examples
    --------
    >>> import numpy as np
    >>> from math import prod
    >>> from glassprop import Layer, Network
    >>> network = Network(2, [Layer(3, "tanh"), Layer(1, "identity")])
    >>> theta = network.initial(np.random.default_rng(0))
    >>> explanation = network.explain(theta, [0.5, -1.0], [1.0])
    >>> weight = explanation.weight(1, 2, 0)
    >>> bool(np.isclose(prod(weight.factors.values()), weight.value))
    True
    """
    top = checked_top(top)
    for name, value, kind in (("names", names, Names), ("training", training, Training)):
        if value is not None and not isinstance(value, kind):
            raise SettingsError(f"{name} must be a {kind.__name__} object or None, got {quoted(value, 60)}")
    if Y is not None and (output is not None or of is not None):
        raise SettingsError("output and of are about the prediction: leave the targets out, or ask .prediction()")
    refuse_mixing(architecture)
    theta, X, Y = _given(architecture, theta, X, Y)
    names = Names.numbered(architecture, len(X)) if names is None else names
    names.check(architecture, len(X))
    names = names.with_codes(dict(architecture.codes))
    said = None if classes is None else tuple(classes)
    baseline = Baseline.of_zeros(architecture) if baseline is None else baseline
    predictor = Predictor(architecture, theta, names.outputs, said, baseline)
    if Y is None:
        return _of_predictions(predictor, X, predictor.predictions(X, output, of), names, dict(history or {}), top)
    architecture.cost_function.check_targets(Y)
    view, members = _views(architecture, theta, X, Y)
    return Explanation(view, names, training, dict(history or {}), top=top, members=members, predictor=predictor)


def _given(
    architecture: Architecture, theta: ArrayLike, X: ArrayLike, Y: ArrayLike | None
) -> tuple[Array, Array, Array | None]:
    """Copies in float64: what is explained does not change with the caller's arrays.

    Raises
    ------
    DataError
        If shapes do not fit, or an input is not a finite number.
    """
    some = np.zeros(architecture.sizes[-1]) if Y is None else Y
    theta, X, Z = in_float64(theta, X, some)
    check_shapes(architecture, X, np.zeros((len(X), Z.shape[1])) if Y is None else Z, None, theta)
    if not X.shape[0]:
        raise DataError("there is no example to explain: give at least one row")
    if not np.isfinite(X).all():
        row, k = (int(i) for i in np.argwhere(~np.isfinite(X))[0])
        raise DataError(f"input {k} of example {row} is {X[row, k]:g}: fill in or drop what is missing")
    return theta, X, None if Y is None else Z


def _views(architecture: Architecture, theta: Array, X: Array, Y: Array) -> tuple[View, Several | None]:
    """The network that is walked through, and all members where there are several."""
    if architecture.members == 1:
        return View(architecture, theta, X, Y), None
    members = Several.of(architecture, theta, X, Y)
    return members.views[members.walked], members


def _of_predictions(
    predictor: Predictor,
    X: Array,
    predictions: tuple[Prediction, ...],
    names: Names,
    history: Mapping[str, Any],
    top: int,
) -> Explanation:
    """An explanation of what is predicted: it takes the place of the cost."""
    view, members = _views(*with_predictions(predictor.whole, predictor.theta, X, predictions))
    names = replace(names, targets=())
    return Explanation(
        view, names, None, history, top=top, members=members, predictor=predictor, predictions=predictions
    )
