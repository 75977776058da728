"""Network: the public face of an architecture. Its verbs only call the rooms below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.fits import check_view
from glassprop.architecture.given import floating_dtype, given_examples, given_inputs
from glassprop.architecture.joining import joined, some_members
from glassprop.backprop.example_gradients import ExampleGradients
from glassprop.backprop.gradient import average_cost, average_gradient, input_gradient
from glassprop.backprop.members import predicted
from glassprop.backprop.passes import Trace, forward
from glassprop.backprop.ranks import Reduce
from glassprop.backprop.start import start
from glassprop.engine.blas_threads import ONE_THREAD, may_be_shared
from glassprop.engine.choose import (
    ENGINES,
    EngineName,
    Notify,
    find_predictor,
    is_small_prediction,
    suit_a_predictor,
)
from glassprop.engine.variables import refuse_nonsense
from glassprop.equations.arrays import Array, Rows
from glassprop.errors import SettingsError
from glassprop.insight.largest import MOST_PATHS
from glassprop.training.calls import begin, resume
from glassprop.training.generators import check_generator
from glassprop.training.reports import OnEpoch
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

if TYPE_CHECKING:  # what explains is loaded by whoever asks for it
    from glassprop.insight.explanation import Explanation
    from glassprop.insight.names import Names
    from glassprop.insight.prediction import Of
    from glassprop.insight.step import Training

_ROWS_AT_ONCE = 4096  # predictions are made in blocks, so that memory does not grow with the rows


class Network(Architecture):
    """A network: layers one after another, and a cost. It is frozen and holds no parameters; θ is a vector apart.

    θ holds, layer by layer, W row by row (n_out × n_in, as ``w_jk``) and then b; of a layer of factors, these.
    Layers are counted from 1 (0 is the input), neurons from 0.

    Parameters
    ----------
    n_inputs : int
        How many numbers an example has.
    layers : sequence of layers
        From the first hidden layer to the output, of any kind.
    cost : str or Cost, default "squared_error"
        What is minimized; ``"squared_error"`` is the notes' ``Σ (a - y)²``.
    units : OwnUnits, optional
        Of a regression whose target was standardized: ``predict`` gives ``mean + spread · a``. All other verbs, and the
        targets that they take, are in the standardized units.
    members : int, default 1
        How many networks form one model: they are trained together, and the prediction is the mean of their outputs.
        They share all layers except those with ``own=True``, whose blocks in θ hold each member's parameters, one after
        another. ``member(0)`` is the first of them, a network by itself over the same θ.

    Raises
    ------
    ArchitectureError
        If something does not fit together; all faults in one message.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> network = Network(2, [Layer(8, "tanh"), Layer(2, "softmax")], cost="cross_entropy")
    >>> theta = network.initial(np.random.default_rng(0))
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> Y = np.eye(2)[[0, 1, 1, 0]]
    >>> network.gradient(theta, X, Y).shape == theta.shape
    True
    """

    def __repr__(self) -> str:
        layers = ", ".join(map(repr, self.layers))
        units = "" if self.units is None else f", units={self.units!r}"
        units += "" if self.members == 1 else f", members={self.members}"
        return f"Network({self.n_inputs}, [{layers}], cost={self.cost_function.spec!r}{units})"

    def _repr_html_(self) -> str:
        from glassprop.architecture.sketched import sketch_of

        return sketch_of(self)

    def initial(self, rng: Any, dtype: Any = np.float64, *, X: Any = None) -> Array:
        """Draw starting parameters: layer by layer, W in (in, out) order and then b, uniform within ±bound.

        Parameters
        ----------
        rng : numpy Generator (or RandomState)
        dtype : dtype of θ
        X : array (n, n_inputs), optional
            Examples, for layers whose start looks at them: ``Layer(…, initial="data")``.

        Returns
        -------
        theta : array (size,)

        Raises
        ------
        SettingsError
            If ``rng`` is no generator (a seed is none: make one of it), ``dtype`` not of floating-point numbers, or a
            layer's start needs examples and there are none.
        DataError
            If X does not fit.
        """
        check_generator(rng)
        return start(self, rng, np.empty(self.layout.size, dtype=floating_dtype(dtype)), X)

    def w(self, theta: Array, layer: int) -> Array:
        """W of a dense layer (from 1): a view of θ (or of ∇C), (n_out, n_in); (members, n_out, n_in) if it is own."""
        check_view(self, theta, layer, "w")
        return self.layout.w(theta, layer)

    def b(self, theta: Array, layer: int) -> Array:
        """b of a dense layer (from 1): a view of θ (or of ∇C), (n_out,); (members, n_out) if it is own."""
        check_view(self, theta, layer, "b")
        return self.layout.b(theta, layer)

    def parameters(self, theta: Array, layer: int) -> dict[str, Array]:
        """All parameters of a layer (from 1) by name, ``{"w": …, "b": …}``: views of θ (or of ∇C)."""
        check_view(self, theta, layer)
        return self.layout.of_layer(theta, layer)

    def of_members(self, members: Sequence[int], theta: Array) -> tuple[Self, Array]:
        """Some of the members as a network by themselves, and their θ, a copy: those that are best together, say.

        Parameters
        ----------
        members : sequence of int
            Which (from 0), in the order they are to have. One that comes twice counts twice in the mean.

        Raises
        ------
        SettingsError
            If there are none, or one that is not there.
        DataError
            If θ does not fit.
        """
        return some_members(self, members, theta)

    @classmethod
    def joined(cls, networks: Iterable[tuple[Network, Array]]) -> tuple[Network, Array]:
        """Networks that were trained apart, each with its θ, as the members of one, and its θ: all layers are own.

        They have the same layers, cost and units; what theirs predict is averaged from here on.

        Raises
        ------
        ArchitectureError
            If they differ in more than their parameters.
        DataError
            If a θ does not fit its network, or there is none.

        Examples
        --------
        >>> import numpy as np
        >>> from glassprop import Layer, Network
        >>> network = Network(2, [Layer(3, "tanh"), Layer(1, "identity")])
        >>> thetas = [network.initial(np.random.default_rng(seed)) for seed in range(3)]
        >>> both, theta = Network.joined([(network, theta) for theta in thetas])
        >>> x = np.ones((1, 2))
        >>> mean = np.mean([network.predict(theta, x) for theta in thetas], axis=0)
        >>> both.members, bool(np.allclose(both.predict(theta, x), mean))
        (3, True)
        """
        return joined(networks)

    def forward(self, theta: ArrayLike, X: Rows) -> Trace:
        """E1, E14 for every layer. X (n, n_inputs) -> trace with ``z[l]``, ``a[l]`` (n, n_l).

        Raises
        ------
        SettingsError
            If there are several members: ``member(0).forward(theta, X)`` is that of the first.
        DataError
            If θ or X does not fit.
        """
        theta, X = given_inputs(self, theta, X)
        return forward(self, theta, X)

    def predict(self, theta: ArrayLike, X: Rows, *, engine: EngineName = "auto", notify: Notify | None = None) -> Array:
        """The prediction: a of the last layer, in the target's own units. X (n, n_inputs) -> (n, n_L).

        Of several members it is the mean (E44).

        Parameters
        ----------
        engine : {"auto", "compiled", "reference"}
            "reference" compiles nothing; "compiled" uses machine code where it can run this; "auto" does so too, unless
            the rows are so few that the reference engine has done them within 0.2 milliseconds.
        notify : callable (str), optional
            Called when machine code has to be compiled first, which happens once per machine if it can be cached.

        Raises
        ------
        DataError
            If θ or X does not fit.
        """
        if engine not in ENGINES:
            raise SettingsError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")
        predict = self._predictor(theta, X, engine, notify)
        if predict is None:
            theta, X = given_inputs(self, theta, X)
            # what was made an array, or is sparse and whole, may suit one now
            predict = self._predictor(theta, X, engine, notify, checked=True)
        return self._said((predict or self._by_blocks)(theta, X))

    def _by_blocks(self, theta: ArrayLike, X: Rows) -> Array:
        """a of the last layer, as the reference engine has it."""
        theta, starts = np.asarray(theta), range(0, max(X.shape[0], 1), _ROWS_AT_ONCE)
        blocks = [predicted(self, theta, X[start : start + _ROWS_AT_ONCE]) for start in starts]
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)

    def _by_one_thread(self, theta: Array, X: Rows) -> Array:
        """The same for a few rows, so that bits depend on threads as little as those of machine code."""
        with ONE_THREAD if may_be_shared(self, X.shape[0]) else nullcontext():
            return predicted(self, theta, X)

    def _said(self, a: Array) -> Array:
        return a if self.units is None else self.units.own(a)

    def _predictor(
        self, theta: Any, X: Rows, engine: EngineName, notify: Notify | None, *, checked: bool = False
    ) -> Any:
        """What makes predictions of these arrays; None where they do not suit it, or there is only the reference.

        Follows from kinds and shapes alone.
        """
        if engine == "reference" or not suit_a_predictor(self, X, theta, checked=checked):
            return None
        known = self.__dict__.setdefault("_predictors", {})
        if engine == "auto" and is_small_prediction(self, X.shape[0], X.dtype.itemsize):
            if not known:  # once for each network, as where kernels are looked for
                refuse_nonsense()
                known[None] = None
            return self._by_one_thread
        if X.dtype not in known:
            known[X.dtype] = find_predictor(self, X, theta, notify)
        found = known[X.dtype]
        return found if found is not None and found.works else None

    def __getstate__(self) -> dict[str, Any]:
        """What is copied and pickled: the description alone, not what was compiled for it."""
        names = ("n_inputs", "layers", "cost_function", "units", "members", "part")
        return {name: getattr(self, name) for name in names}

    def cost(self, theta: ArrayLike, X: Rows, Y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """C: the (weighted) average over examples of C_0. X (n, n_inputs), Y (n, n_L), sample_weight (n,).

        With several members, C_0 is the mean of the members' costs (E41), on which they are trained; the cost of their
        mean prediction is smaller if the cost is convex.

        Raises
        ------
        DataError
            If something is not an array of numbers, shapes do not fit, the targets lie outside the cost's domain, or
            a weight is negative or not finite, or all are 0.
        """
        theta, X, Y, sample_weight = given_examples(self, theta, X, Y, sample_weight)
        return average_cost(self, theta, X, Y, sample_weight)

    def gradient(self, theta: ArrayLike, X: Rows, Y: ArrayLike, sample_weight: ArrayLike | None = None) -> Array:
        """E11, E12: ∇C, the (weighted) average over examples, in the layout of θ. -> (size,).

        Parameters
        ----------
        theta : array (size,)
        X, Y : arrays (n, n_inputs), (n, n_L)
        sample_weight : array (n,), optional

        Raises
        ------
        DataError
            If something is not an array of numbers, shapes do not fit, the targets lie outside the cost's domain, or
            a weight is negative or not finite, or all are 0.
        """
        theta, X, Y, sample_weight = given_examples(self, theta, X, Y, sample_weight)
        return average_gradient(self, theta, X, Y, sample_weight)

    def example_gradients(self, theta: ArrayLike, X: Rows, Y: ArrayLike) -> ExampleGradients:
        """∇C_i of every example, kept as factors: ``norms()``, ``dot(other)``, ``mean()``, ``[i]``."""
        theta, X, Y, _ = given_examples(self, theta, X, Y)
        return ExampleGradients.of(self, theta, X, Y)

    def input_gradient(self, theta: ArrayLike, X: Rows, Y: ArrayLike) -> Array:
        """∂C_0/∂x of every example. X (n, n_inputs), Y (n, n_L) -> (n, n_inputs)."""
        theta, X, Y, _ = given_examples(self, theta, X, Y)
        return input_gradient(self, theta, X, Y)

    def explain(
        self,
        theta: ArrayLike,
        x: ArrayLike,
        y: ArrayLike | None = None,
        *,
        names: Names | None = None,
        training: Training | None = None,
        top: int = MOST_PATHS,
        output: str | int | None = None,
        of: Of | None = None,
    ) -> Explanation:
        """The chain rule with the numbers of one example or several: see ``insight.explanation.explain``.

        Parameters
        ----------
        theta : array (size,)
        x, y : arrays (n_inputs,), (n_L,); or (n, n_inputs), (n, n_L)
            Without y the prediction is explained instead of the cost.
        names : Names, optional
            Of inputs, outputs and rows; numbers without.
        training : Training, optional
            The optimizer's memory, for ``Explanation.step``.
        top : int
            How many paths are listed for each derivative.
        output, of : optional
            Which output, and what of it: as of ``Explanation.prediction``, without y alone.

        Raises
        ------
        DataError
            If shapes do not fit, or something is missing or outside the cost's domain.
        SettingsError
            If there is nothing that ``output`` and ``of`` ask for.
        """
        from glassprop.insight.explanation import explain

        return explain(self, theta, x, y, names=names, training=training, top=top, output=output, of=of)

    def train(
        self,
        theta: ArrayLike,
        X: Rows,
        Y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        settings: Settings | None = None,
        rng: Any,
        validation: float | tuple[ArrayLike, ...] | None = None,
        stratify: bool = False,
        on_epoch: OnEpoch | None = None,
        reduce: Reduce | None = None,
    ) -> TrainState:
        """Train from θ (which is not changed). The result's ``theta`` and ``history`` are what came of it.

        Parameters
        ----------
        theta : array (size,)
        X, Y, sample_weight : arrays (n, n_inputs), (n, n_L), (n,)
        settings : Settings
        rng : numpy Generator (or RandomState)
            Splits, shuffles and drops out: the same generator gives the same bits.
        validation : float, or tuple (X, Y) or (X, Y, sample_weight), optional
            A fraction to set aside, or data of your own. Its cost decides when to stop and which weights are best.
        stratify : bool
            Whether the fraction is taken from each class by itself.
        on_epoch : callable (EpochReport) -> bool, optional
            Called after each epoch; returning True stops training.
        reduce : callable (vector), optional
            For several processes that train one network, each on examples of its own: makes of a vector of this
            process's sums (float64, of any length) the sums over all, in place or as what it returns, such as
            ``lambda sums: comm.Allreduce(MPI.IN_PLACE, sums)``. Every process calls ``train`` at the same time, with
            the same θ and settings, and a generator of its own; ``batch_size`` is that of all together.

        Raises
        ------
        DivergenceError
            If a cost turns NaN or infinite; its ``state`` is what this would have returned after the last good epoch.
            With ``validation`` training ends with the best weights instead, and a RuntimeWarning, if there are some.
        DerivativeError, DataError, SettingsError
            Before the first step, if something cannot be trained on.

        Examples
        --------
        >>> import numpy as np
        >>> from glassprop import Layer, Network
        >>> rng = np.random.default_rng(0)
        >>> network = Network(1, [Layer(8, "tanh"), Layer(1, "identity")])
        >>> X = np.linspace(-1, 1, 50)[:, None]
        >>> result = network.train(network.initial(rng), X, X**2, rng=rng)
        >>> result.history.cost[-1] < result.history.cost[0]
        True
        """
        return begin(
            self,
            theta,
            X,
            Y,
            sample_weight,
            settings,
            rng=rng,
            validation=validation,
            stratify=stratify,
            on_epoch=on_epoch,
            reduce=reduce,
        )

    def resume(
        self,
        state: TrainState,
        X: Rows,
        Y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        settings: Settings | None = None,
        validation: tuple[ArrayLike, ...] | None = None,
        on_epoch: OnEpoch | None = None,
        reduce: Reduce | None = None,
    ) -> TrainState:
        """Go on with a training run that was interrupted after an epoch, to the same bits as if it had not been.

        Parameters
        ----------
        state : TrainState
            As ``on_epoch`` was handed it (``report.state``), copied or through ``training.packing``; changed in place.
        X, Y, sample_weight, settings, validation
            The same as for ``train``. Rows that ``train`` set aside itself are set aside again: leave ``validation``
            out then.
        on_epoch : callable (EpochReport) -> bool, optional
            Called after each epoch; returning True stops training.
        reduce : callable (vector), optional
            As for ``train``; each process goes on from its own state.

        Raises
        ------
        SettingsError
            If the state is of no training, of one on another number of examples, or was left in the middle of an epoch.
        DivergenceError, DerivativeError, DataError
            As for ``train``.

        Examples
        --------
        >>> import copy
        >>> import numpy as np
        >>> from glassprop import Layer, Network
        >>> network = Network(1, [Layer(8, "tanh"), Layer(1, "identity")])
        >>> X = np.linspace(-1, 1, 50)[:, None]
        >>> left = []
        >>> rng = np.random.default_rng(0)
        >>> straight = network.train(network.initial(rng), X, X**2, rng=rng, on_epoch=lambda report: left.append(
        ...     copy.deepcopy(report.state)))
        >>> resumed = network.resume(left[9], X, X**2)
        >>> bool((resumed.theta == straight.theta).all())
        True
        """
        return resume(
            self, state, X, Y, sample_weight, settings, validation=validation, on_epoch=on_epoch, reduce=reduce
        )
