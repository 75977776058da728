"""`Explanation`: the chain rule with numbers, for any weight, bias, input and example of a trained network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.fits import check_shapes
from glassprop.architecture.given import in_float64
from glassprop.backprop.example_gradients import refuse_mixing
from glassprop.backprop.gradient import average_gradient
from glassprop.backprop.objective import Batch, Objective, evaluate
from glassprop.equations.arrays import Array
from glassprop.errors import DataError, SettingsError
from glassprop.ground.text import quoted
from glassprop.insight import by_prediction, derive
from glassprop.insight.all_members import Several
from glassprop.insight.as_cost import renamed, with_predictions
from glassprop.insight.baseline import Baseline
from glassprop.insight.checked_places import (
    checked_entry,
    checked_layer,
    checked_neuron,
    checked_parameter,
    checked_rate,
    checked_top,
)
from glassprop.insight.chosen_output import Predictor
from glassprop.insight.contributions import Contributions, contributions_of
from glassprop.insight.factors import ColumnDerivative, Derivative, ExamplePulls
from glassprop.insight.largest import MOST_PATHS
from glassprop.insight.names import Column, Names, as_code
from glassprop.insight.paths import PathFinder, Paths
from glassprop.insight.prediction import Of, Prediction
from glassprop.insight.step import OptimizerStep, Training, plain_descent, step_of
from glassprop.insight.view import View
from glassprop.layers.layer_kind import PARAMETRIC

_NO_STEP = (
    "there is no optimizer whose step could be shown: the network was trained with L-BFGS, "
    "or its parameters came without one; at_rate(0.1), or --rate 0.1, shows one of plain gradient descent"
)


@dataclass(frozen=True, eq=False)
class Explanation:
    """One or several examples seen through a network: forward, cost, backward, and any derivative taken apart.

    Layers count from 1 (0 is the input), neurons from 0. All numbers are worked out in float64, whatever the network
    was trained in. What is said of one derivative is said of the example in focus: the first, unless ``of`` chose
    another.

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
    predictor : Predictor or None
        What predicts, as it was trained; None: the network itself, of which no more is known.
    predictions : tuple of Prediction or None
        By example, where the prediction itself is explained, as of rows without a target: it stands in the place of
        C₀ then, and in that of y what is asked, 1 (or -1) for one output.
    """

    view: View
    names: Names
    training: Training | None = None
    history: Mapping[str, Any] = field(default_factory=dict)
    focus: int = 0
    top: int = MOST_PATHS
    members: Several | None = None
    predictor: Predictor | None = None
    predictions: tuple[Prediction, ...] | None = None

    # --- what is explained ------------------------------------------------------------------------------------

    @property
    def architecture(self) -> Architecture:
        return self.view.architecture

    @property
    def n_examples(self) -> int:
        return int(self.view.X.shape[0])

    def of(self, example: int) -> Explanation:
        """The same with another example in focus, counted from 0 among those explained.

        Raises
        ------
        DataError
            If there is no such example.
        """
        whole = hasattr(example, "__index__") and not isinstance(example, bool | np.bool_)
        if not whole or not 0 <= example < self.n_examples:
            raise DataError(f"there is no example {example!r}: {self.n_examples} are explained, counted from 0")
        return replace(self, focus=int(example))

    def member(self, member: int) -> Explanation:
        """The same with another member walked through, counted from 0.

        Raises
        ------
        SettingsError
            If there is no such member.
        """
        self._whole.member(member)  # or there is none
        if self.members is None:
            return self
        return replace(self, view=self.members.views[member], members=replace(self.members, walked=int(member)))

    @property
    def _whole(self) -> Architecture:
        """The network with all of its members."""
        return self.architecture if self.members is None else self.members.whole

    @property
    def views(self) -> tuple[View, ...]:
        """Those of all members; of a network without others, the one there is."""
        return (self.view,) if self.members is None else self.members.views

    @property
    def predicted(self) -> Array:
        """What the network gives, the mean where it has several members. (n, n_L)"""
        return self.view.trace.a[-1] if self.members is None else self.members.mean

    def without_rows(self) -> Explanation:
        """The same without what stands in the table: see ``Names.without_rows``."""
        return replace(self, names=self.names.without_rows())

    @property
    def cost(self) -> float:
        """C_0 of the example in focus."""
        return float(self.view.costs[self.focus])

    def z(self, layer: int) -> Array:
        """z of a layer (n_l,)."""
        return self.view.trace.z[checked_layer(self.architecture, layer)][self.focus]

    def a(self, layer: int) -> Array:
        """a of a layer (n_l,); layer 0 is the input."""
        return self.view.trace.a[checked_layer(self.architecture, layer, inputs=True)][self.focus]

    def delta(self, layer: int) -> Array:
        """δ = ∂C₀/∂z of a layer (n_l,)."""
        return self.view.deltas[checked_layer(self.architecture, layer)][self.focus]

    def by_a(self, layer: int) -> Array:
        """∂C₀/∂a of a layer (n_l,); layer 0 is the input."""
        return self.view.by_output[checked_layer(self.architecture, layer, inputs=True)][self.focus]

    def slope(self, layer: int) -> Array | None:
        """σ'(z) of a layer (n_l,), or None where its activation mixes neurons: see ``jacobian``."""
        slopes = self.view.slopes(checked_layer(self.architecture, layer))
        return None if slopes is None else slopes[self.focus]

    def jacobian(self, layer: int) -> Array:
        """J_mj = ∂a_m/∂z_j of a layer (n_l, n_l): E23 for softmax."""
        return self.view.jacobian(checked_layer(self.architecture, layer), self.focus)

    # --- derivatives --------------------------------------------------------------------------------------------

    def _named(self, found: Derivative) -> Derivative:
        """The derivative by the name of what it is of."""
        return found if self.predictions is None else replace(found, symbol=renamed(found.symbol))

    def weight(self, layer: int, j: int, k: int) -> Derivative:
        """∂C₀/∂w_jk of a layer, to neuron j from neuron (or input) k; of a layer of factors ∂C₀/∂s_k, with j = k.

        Raises
        ------
        SettingsError
            If there is no such weight; the message says what there is.
        """
        checked_parameter(self.view, layer, j, k)
        return self._named(derive.by_parameter(self.view, self.focus, layer, j, int(k), self.paths))

    def bias(self, layer: int, j: int) -> Derivative:
        """∂C₀/∂b_j of a layer. Raises as ``weight``."""
        checked_parameter(self.view, layer, j, None)
        return self._named(derive.by_parameter(self.view, self.focus, layer, j, None, self.paths))

    def activation_parameter(self, layer: int, j: int) -> Derivative:
        """∂C₀/∂p_j of a layer whose activation's parameter is trained. Raises as ``weight``."""
        checked_neuron(self.architecture, layer, j)
        if not self.architecture.layer(layer).parametric:
            raise SettingsError(f"layer {layer} has an activation without a trained parameter")
        return self._named(derive.by_activation_parameter(self.view, self.focus, layer, j, self.paths))

    def parameter(self, layer: int, name: str, index: Sequence[int]) -> Derivative:
        """∂C₀ by any parameter of a layer of any kind: the block's name, and the index in it.

        What ``weight`` and ``bias`` do by neurons this does by blocks: the frequency of a wave is
        ``parameter(1, "f", (0, 3))``, an entry of the first table ``parameter(1, "t0", (17, 2))``.

        Raises
        ------
        SettingsError
            If there is no such parameter; the message says what there is.
        """
        place = checked_entry(self.architecture, layer, name, index)
        if name == PARAMETRIC:
            return self._named(derive.by_activation_parameter(self.view, self.focus, layer, place[0], self.paths))
        return self._named(derive.by_entry(self.view, self.focus, layer, name, place, self.paths))

    def paths(self, layer: int, j: int, top: int | None = None) -> Paths:
        """The paths that make ∂C₀/∂a of a neuron (layer 0: of an input), the ``top`` largest listed (E15)."""
        checked_neuron(self.architecture, layer, j, inputs=True)
        return self._finder(self.top if top is None else checked_top(top)).paths(layer, j)

    def _finder(self, top: int) -> PathFinder:
        found = self._finders.get((self.focus, top))
        if found is None:
            found = self._finders[self.focus, top] = PathFinder(self.view, self.focus, top)
        return found

    @cached_property
    def _finders(self) -> dict[tuple[int, int], PathFinder]:
        return {}

    def input(self, name: str | int) -> ColumnDerivative:
        """∂C₀ with respect to an input, or a column of the table through what was made of it. By name, or by number.

        Raises
        ------
        SettingsError
            If there is no such column; the message names some.
        """
        return self.by_column(as_code(self.names.column(name), dict(self.architecture.codes)))

    def by_column(self, column: Column) -> ColumnDerivative:
        """As ``input``, for a column of ``names``."""
        if self.predictions is not None:
            prediction = self.predictions[self.focus]
            return by_prediction.by_column(prediction, self.views, self.names, self.focus, column, self.paths)
        return derive.by_column(self.views, self.names, self.focus, column, self.paths)

    # --- what is predicted -------------------------------------------------------------------------------------

    def prediction(self, output: str | int | None = None, of: Of | None = None, baseline: Any = None) -> Explanation:
        """The same rows with what is predicted in the place of the cost: no target is asked for.

        Every derivative is then one of the prediction, ∂ŷ, and ``contributions`` counts from where they ask.

        Parameters
        ----------
        output : str or int, optional
            A class or output, by its name or number. Without, of each row the likeliest class.
        of : {"probability", "score", "amount"}, optional
            A class's probability, or the score that it is made of, z of the last layer; or an amount in its own units.
            Without, a probability where there is one.
        baseline : array-like (n_inputs,), optional
            Inputs from which contributions count, in place of the mean of training.

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

    @property
    def what_predicts(self) -> Predictor:
        """What predicts; of an explanation that was put together by hand, its own network."""
        if self.predictor is not None:
            return self.predictor
        return Predictor(self._whole, self.view.theta, self.names.outputs, None, Baseline.of_zeros(self._whole))

    @cached_property
    def _contributions(self) -> dict[int, Contributions]:
        return {}

    # --- several examples, and the optimizer ------------------------------------------------------------------

    def examples(self, layer: int, j: int, k: int | None = None) -> ExamplePulls:
        """∂C₀/∂w_jk (k None: ∂C₀/∂b_j) of every example, and their average (E11). Raises as ``weight``."""
        checked_parameter(self.view, layer, j, k)
        delta = self.view.deltas[layer][:, j]
        if k is not None:
            delta = delta * self.view.trace.a[layer - 1][:, k]
        return ExamplePulls(tuple(float(value) for value in delta))

    def step(self, layer: int, j: int, k: int | None = None) -> OptimizerStep:
        """What a step of the optimizer on these examples would do to w_jk (k None: b_j).

        Raises
        ------
        SettingsError
            If there is no such parameter, or no optimizer's memory: the network was trained with L-BFGS, or its
            parameters were given without one.
        """
        if self.training is None:
            raise SettingsError(_NO_STEP)
        name, index = checked_parameter(self.view, layer, j, k)
        if self.members is not None:
            return self.step_of(layer, name, index)
        return self._step(layer, name, index, self.examples(layer, j, k).average)

    def step_of(self, layer: int, name: str, index: Sequence[int]) -> OptimizerStep:
        """As ``step``, for any parameter of a layer of any kind, by its block. Raises as ``parameter`` and ``step``."""
        place = checked_entry(self.architecture, layer, name, index)
        block = self.architecture.layout.block(layer, name)
        return self._step(layer, name, place, float(block.view(self._gradient)[place]))

    def at_rate(self, rate: float) -> Explanation:
        """The same with steps of the optimizer at a learning rate of your own: large enough to be seen, say.

        At the end of a schedule the rate may have come down to nearly nothing. All else of the optimizer stays as it
        stood. Where there is none (L-BFGS, or parameters that came without), a step of plain gradient descent is shown.

        Raises
        ------
        SettingsError
            If the rate is no finite number above 0.

        Examples
        --------
        >>> from glassprop import Layer, Network
        >>> e = Network(1, [Layer(1)]).explain([1.0, 0.0], [2.0], [3.0]).at_rate(0.125)
        >>> e.step(1, 0, 0).change
        0.5
        """
        rate = checked_rate(rate)
        if self.training is None:
            return replace(self, training=plain_descent(np.zeros(self._whole.layout.size), rate))
        return replace(self, training=self.training.at_rate(rate))

    def first_step(self) -> OptimizerStep:
        """``step_of`` the first parameter that there is: what a step is made of is the same for all."""
        block = self.architecture.layout.blocks[0]
        return self.step_of(block.layer, block.name, (0,) * len(block.shape))

    def _step(self, layer: int, name: str, index: tuple[int, ...], data: float) -> OptimizerStep:
        if self.training is None:
            raise SettingsError(_NO_STEP)
        block = self.architecture.layout.block(layer, name)
        place = block.start + int(np.ravel_multi_index(index, block.shape))
        return step_of(self.training, self.view.theta, place, block, data, self.n_examples, self._length)

    @cached_property
    def _length(self) -> float:
        """Of the average gradient over these examples, L2 included."""
        view, objective = self.view, Objective(0.0 if self.training is None else self.training.l2)
        gradient = np.empty_like(view.theta)
        evaluate(self._whole, objective, view.theta, [Batch(view.X, view.Y)], gradient)
        return float(np.linalg.norm(gradient))

    @cached_property
    def _gradient(self) -> Array:
        """∇C, the average over these examples, and over all members where there are several."""
        view = self.view
        if self.members is not None:
            return self.members.gradient
        return average_gradient(view.architecture, view.theta, view.X, view.Y)

    # --- faces ------------------------------------------------------------------------------------------------

    def to_dict(self, **options: Any) -> dict[str, Any]:
        """All of it as plain data, JSON-able: see ``insight.record.record_of`` for the options and the schema."""
        from glassprop.insight.record import record_of

        return record_of(self, **options)

    def _repr_html_(self) -> str:
        from glassprop.insight.notebook import notebook_html

        return notebook_html(self)

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
