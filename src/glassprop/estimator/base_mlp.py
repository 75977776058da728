"""What classifier and regressor share: fit, partial_fit, resume, early stopping, the fitted attributes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from copy import copy, deepcopy
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.callback import CallbackSupportMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from glassprop.architecture.compressed import refuse_broken
from glassprop.backprop.ranks import Group
from glassprop.engine.elsewhere import numpy_type
from glassprop.engine.plan import Data, LanedSource, Source, is_csr, is_elsewhere
from glassprop.equations.arrays import Array, Rows, on_host
from glassprop.errors import DataError, SettingsError
from glassprop.estimator.blaming import Blames
from glassprop.estimator.build import STOCHASTIC_SOLVERS, Arguments, Particulars
from glassprop.estimator.callbacks import LISTENERS, OF_THE_FIT, CalledHooks, EpochHooks, Unheard, Watchers, told_data
from glassprop.estimator.diagnosing import Diagnoses
from glassprop.estimator.dispatched import has_nan, outputs_there, taken
from glassprop.estimator.displayed import Displayed
from glassprop.estimator.far import warn_if_far
from glassprop.estimator.fit_among import FitsAmongRanks
from glassprop.estimator.fit_plan import Call, FitPlan, plan_fit
from glassprop.estimator.job import FitKeeper
from glassprop.estimator.left import Left, refuse_to_resume
from glassprop.estimator.plain_arrays import are_plain_rows
from glassprop.estimator.plain_state import from_plain, to_plain
from glassprop.estimator.rollback import UndoneOnFailure
from glassprop.estimator.run import Outside, run_lbfgs, run_stochastic
from glassprop.estimator.same_parameters import refuse_other_parameters
from glassprop.estimator.starting import looks_at_examples, sample_of, starting_weights
from glassprop.estimator.stream import STREAM, Stream
from glassprop.estimator.suspecting import SuspectsLabels
from glassprop.estimator.time_plan import Watch
from glassprop.estimator.training_means import means_of
from glassprop.estimator.validation import (
    Held,
    Scoring,
    example_weights,
    given_validation,
    shared_out,
    split_validation,
)
from glassprop.estimator.verbose import tell
from glassprop.estimator.weights import SetWeights
from glassprop.influence.rows_of_fit import RowsOfFit
from glassprop.insight.largest import MOST_PATHS
from glassprop.network import Network
from glassprop.training.batches import check_parts
from glassprop.training.looks import Looks
from glassprop.training.ready import Ready
from glassprop.training.state import TrainState

if TYPE_CHECKING:  # what explains is loaded by whoever asks for it
    from glassprop.estimator.explaining import Subject
    from glassprop.insight.explanation import Explanation
    from glassprop.insight.prediction import Of


class BaseMLP(
    CallbackSupportMixin, FitsAmongRanks, SetWeights, Diagnoses, Blames, SuspectsLabels, Displayed, BaseEstimator, ABC
):
    """The machinery behind ``MLPClassifier`` and ``MLPRegressor``; not meant to be used by itself."""

    _clock = staticmethod(perf_counter)  # what tells how long a fit takes

    # --- what the two differ in ----------------------------------------------------------------------------

    @abstractmethod
    def _validate_input(self, X: Any, y: Any, *, first: bool, incremental: bool) -> tuple[Array, Array, Array]:
        """Check X and y. -> X, y as scikit-learn has it, Y (n, n_outputs) as the network has it."""

    @abstractmethod
    def _validate_val(self, X: Any, y: Any) -> tuple[Array, Array, Array]:
        """The same for validation data, which must fit what was seen in training."""

    @abstractmethod
    def _score_outputs(self, y: Array, a: Array, sample_weight: Array | None) -> float:
        """The score that early stopping follows by default, from the network's outputs."""

    @abstractmethod
    def _labels(self, a: Array) -> Array:
        """What outputs stand for: labels, or the numbers in y's shape."""

    @abstractmethod
    def _particulars(self) -> Particulars:
        """Settings that differ."""

    @abstractmethod
    def _task(self) -> str:
        """What outputs are held against: ``"classes"``, ``"labels"`` or ``"numbers"``, see ``SeenRows``."""

    # --- fitting -------------------------------------------------------------------------------------------

    @_fit_context(prefer_skip_nested_validation=True)
    def resume(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Self:
        """Go on with a fit that was interrupted, to the same bits as if it had not been.

        A fit is interrupted by Ctrl-C, by a callback that ends it, or by a callback that saves or keeps the
        ``fitted_estimator`` of an epoch. What is needed to go on is kept with the estimator, also in a model file and
        in a pickle. A fit that was completed keeps nothing of it.

        Parameters
        ----------
        X, y, sample_weight
            The same data that ``fit`` was given, in the same order; rows that it set aside are set aside again.
        X_val, y_val, sample_weight_val
            The same that ``fit`` was given, if it was given any.

        Returns
        -------
        self

        Raises
        ------
        NotFittedError
            If there was no fit.
        SettingsError
            If no fit was interrupted: it was completed, diverged, or there was another call since; or if
            ``early_stopping``, ``scoring``, ``hidden_layer_sizes``, ``scale_inputs``, ``residual`` or ``layers`` was
            changed since. (``max_iter`` and others may be changed.)
        DataError
            If the data cannot be the same: another number of rows, or another dtype.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from glassprop import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> class StopAfter:
        ...     def __init__(self, epochs):
        ...         self.epochs = epochs
        ...     def setup(self, estimator, context): ...
        ...     def on_fit_task_begin(self, estimator, context): ...
        ...     def on_fit_task_end(self, estimator, context):
        ...         return estimator.n_iter_ == self.epochs
        ...     def teardown(self, estimator, context): ...
        >>> settings = dict(max_iter=40, learning_rate="cosine", dropout=0.1, random_state=0)
        >>> straight = MLPClassifier((8,), **settings).fit(X, y)
        >>> clf = MLPClassifier((8,), **settings).set_callbacks(StopAfter(15)).fit(X, y)
        >>> clf.n_iter_
        15
        >>> clf = clf.set_callbacks().resume(X, y)
        >>> clf.n_iter_ == straight.n_iter_, bool((clf.theta_ == straight.theta_).all())
        (True, True)
        """
        return self._fit(X, y, sample_weight, call="resume", val=(X_val, y_val, sample_weight_val))

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        *,
        call: Call = "fit",
        val: tuple[Any, Any, Any] = (None, None, None),
    ) -> Any:
        began = self._clock()
        with UndoneOnFailure(self.__dict__):
            stream = self._stream_before(call)
            left = self._begin(call)
            told = X, y, sample_weight
            first = not hasattr(self, "_state") or (not self.warm_start and call == "fit")
            X, y, Y = self._validate_input(X, y, first=first, incremental=call != "fit")
            if left is not None:
                left.refuse_other_data(X, val[0])
            arguments = self._arguments()
            weight = example_weights(
                arguments.get("class_weight"), X, y, sample_weight, incremental=call == "partial_fit"
            )
            if stream is not None and stream.goes_on(arguments, self._objects(), Y):
                rng = stream.random_state(self.random_state)
            else:
                stream, rng = None, check_random_state(self.random_state)
                self._take_network(self._network_for(X.shape[1], Y.shape[1]), rng, numpy_type(X), first=first)
            whole = Data(X, Y, weight)
            data, held, left = self._set_aside(whole, y, val, rng, call, left)
            check_parts(data, None if held is None else held.data)
            if first and looks_at_examples(self.network_):
                self._look_at(sample_of(data, rng), rng)
            with self._kept(call, whole, held if left.n_val else None, left, first=first) as keeper:
                if keeper is not None and keeper.state is not None:
                    call = "resume"
                    data, held, left = self._set_aside(whole, y, val, rng, call, self._take_up(keeper))

                def planned() -> FitPlan:
                    return plan_fit(arguments, self.network_, self._particulars(), len(data), call=call)

                if call == "partial_fit":
                    stream = stream or Stream(self.network_, arguments, self._objects())
                    plan, ready = stream.plan(arguments, len(data), planned)
                else:
                    plan, ready = planned(), None
                outside = self._outside(told_data(*told, left.kept), call, began)
                if call != "partial_fit":
                    self.keep_means(means_of(data.X, self.network_))
                self._run(plan, ready, data, held, rng, outside, left, keeper=keeper)
            if stream is not None and stream.pays and not self._state.interrupted:
                self._stream = stream
        return self

    def _stream_before(self, call: Call) -> Stream | None:
        """What the call of ``partial_fit`` before has left for this one; a call that fails leaves none."""
        stream: Stream | None = self.__dict__.pop(STREAM, None)
        return stream if call == "partial_fit" and hasattr(self, "_state") else None

    def _objects(self) -> tuple[Any, ...]:
        """What the plan of a ``partial_fit`` follows from, besides arguments and the number of rows."""
        return vars(self).get("network_"), vars(self).get("_label_binarizer")

    def _run(
        self,
        plan: FitPlan,
        ready: Ready | None,
        data: Data | Source | LanedSource,
        held: Held | None,
        rng: Any,
        outside: Outside,
        left: Left,
        group: Group | None = None,
        keeper: FitKeeper | None = None,
    ) -> None:
        """Train as the plan says. group: the processes that share the lanes of the data; keeper: who keeps the fit."""
        state = self._state
        outside = replace(outside, rows=self._rows_of(plan, data, held, left))
        if plan.call != "partial_fit":
            self._can_finish(held)
            outside = replace(outside, ended=lambda: self._finish(held, group))
        if not plan.stochastic:
            assert isinstance(data, Data)
            run_lbfgs(plan, state, data, None if held is None else held.data, outside)
            return
        validation = None if held is None else held.as_validation(self._scoring())
        if validation is not None and group is not None:
            validation = shared_out(validation, len(cast(LanedSource, data).lanes), group)
        if keeper is not None and keeper.state is not None:
            self._judged_by = plan.judged_by  # as the checkpoint's, for it has the same settings
        self._judge_as_planned(plan, left)
        try:
            run_stochastic(plan, state, data, validation, rng, outside, ready, group, keeper)
        finally:
            if not state.left:
                self.__dict__.pop("_left", None)

    def _rows_of(self, plan: FitPlan, data: Data | Source | LanedSource, held: Held | None, left: Left) -> RowsOfFit:
        """What callbacks are told of the rows."""
        here = data if isinstance(data, Data) else None
        epochs_tell = here is not None and plan.stochastic and not is_elsewhere(here.X)
        return RowsOfFit(
            network=self.network_,
            task=self._task(),
            n=left.n,
            data=here,
            looks=Looks(self._task(), here.Y) if here is not None and epochs_tell else None,
            kept=left.kept,
            held=None if held is None or left.aside is None else held.data,
            aside=left.aside,
        )

    def _can_finish(self, held: Held | None) -> None:
        """Refuse, before training, what could not be done after it."""

    def _finish(self, held: Held | None, group: Group | None) -> None:
        """What follows training: nothing, but for classifiers that are asked for a temperature."""

    def _begin(self, call: Call) -> Left | None:
        """Let go of what belongs to the call before; for ``resume``, say what its data were."""
        if call != "resume":
            self.__dict__.pop("_left", None)
            self._take_given(call == "partial_fit" or self.warm_start)
            return None
        check_is_fitted(self)
        left: Left | None = self.__dict__.pop("_left", None)
        if left is None or not self._state.left or self.solver == "lbfgs":
            refuse_to_resume(self.solver, self._state)
        self._state = deepcopy(self._state)  # so that a failure leaves it where it stood
        return left

    def _arguments(self) -> Arguments:
        """The constructor's arguments, by name."""
        return {name: getattr(self, name) for name in self._parameter_constraints}

    def _take_network(self, network: Network, rng: Any, dtype: Any, *, first: bool) -> None:
        """Start with new weights, or go on with the ones there are."""
        if first:
            self._state = TrainState(starting_weights(network, rng, dtype, None))
            self.n_outputs_, self.n_layers_ = network.sizes[-1], network.depth + 1
        else:
            refuse_other_parameters(self.network_, network)
        self.network_ = network if first else network.in_units(self.network_.units)
        self.interrupted_ = False

    def _look_at(self, X: Rows, rng: Any) -> None:
        """Start anew, from examples, where layers look at some."""
        self._state.theta[...] = starting_weights(self.network_, rng, self._state.theta.dtype, X)

    def _set_aside(
        self, data: Data, y: Array, val: tuple[Any, Any, Any], rng: Any, call: Call, left: Left | None
    ) -> tuple[Data, Held | None, Left]:
        """Data to train on, data held out, and which rows they are; for ``resume``, those of before."""
        if call == "partial_fit":
            if self.early_stopping:
                raise ValueError("partial_fit does not support early_stopping=True")
            return data, None, Left(len(data), "")  # which nobody goes on with
        of = Left(len(data), str(data.X.dtype))
        if any(part is not None for part in val):
            held = given_validation(self._validate_val, self.n_outputs_, *val)
            if left is None:
                warn_if_far(data.X, held.data.X, getattr(self, "feature_names_in_", None))
            return data, held, replace(of, n_val=len(held.data))
        if left is None and self.early_stopping and self.solver != "lbfgs":
            wish = getattr(self, "stratify", False)
            by_class = data.Y.shape[1] == 1 if isinstance(wish, str) else wish
            kept, aside = split_validation(data, y, rng, fraction=self.validation_fraction, by_class=by_class)
            left = replace(of, kept=kept, aside=aside)
        if left is None or left.kept is None or left.aside is None:
            return data, None, of
        return data.rows(left.kept), Held(data.rows(left.aside), y[left.aside]), left

    def _scoring(self) -> Scoring | None:
        """By what validation data judge; None where they do not."""
        if not self.early_stopping:
            return None

        def outputs(theta: Array, X: Any) -> Array:
            if is_elsewhere(X):
                return on_host(outputs_there(self.network_, theta, X))
            engine: Any = self._state.engine if self.engine == "auto" else self.engine  # that of the epochs
            return self.network_.predict(theta, X, engine=engine)

        return Scoring(
            wish=self.scoring,
            outputs=outputs,
            of_outputs=self._score_outputs,
            model=self._without_names,
        )

    def _without_names(self) -> BaseMLP:
        """A copy for scorers, which hand it arrays: the names of the training frame's columns do not apply."""
        nameless = copy(self)
        nameless.__dict__.pop("feature_names_in_", None)
        return nameless

    def _judge_as_planned(self, plan: FitPlan, left: Left) -> None:
        """Let go of what a new call does not go on with, although it goes on with the weights."""
        before = getattr(self, "_judged_by", plan.judged_by)
        if plan.call == "resume":
            if before != plan.judged_by:
                raise SettingsError(
                    f"the interrupted fit had early_stopping={before[0]} and was judged by {before[1]!r}, and now "
                    f"these are {plan.judged_by[0]} and {plan.judged_by[1]!r}; set them back"
                )
        else:
            self._state.forget_best()  # of this call alone, as in scikit-learn
            if plan.call == "fit":
                self._state.restart_optimizer()
            if before != plan.judged_by:
                self._state.judge_anew()
        self._judged_by = plan.judged_by
        if plan.call != "partial_fit":
            self._left = left

    # --- what is seen of it --------------------------------------------------------------------------------

    def _outside(self, told: dict[str, Callable[[], Any]], call: Call, began: float) -> Outside:
        """How a run shows itself. told: what hooks may ask for by name; began: when the call did."""
        curve = vars(self).get("time_curve_", []) if call == "resume" else []
        watch = Watch(self._clock, began, list(curve), curve[-1][0] if curve else 0.0)
        if call != "partial_fit":
            self.time_curve_ = watch.curve

        def hooks(epochs: int) -> EpochHooks:
            if call == "partial_fit" and not any(name in vars(self) for name in LISTENERS):
                return Unheard()
            root, watchers = self._init_callback_context(max_subtasks=epochs), Watchers.among(vars(self))
            watchers.begin(self.network_, self._state)
            return CalledHooks(self, root, told, epochs, self._as_it_stands, watchers)

        return Outside(self._record, hooks, watch)

    def _as_it_stands(self) -> dict[str, Any]:
        """What makes a copy of the estimator one that training and callbacks no longer touch."""
        state = deepcopy(self._state)
        history = state.history
        shown: dict[str, Any] = {"loss_curve_": history.cost, "validation_curve_": history.validation_cost}
        if self.validation_scores_ is not None:
            shown["validation_scores_"] = history.score
        if "time_curve_" in vars(self):
            shown["time_curve_"] = list(self.time_curve_)
        kept = {name: value for name, value in vars(self).items() if name not in OF_THE_FIT}
        # all at once, since attributes can only be set here, not removed
        return {"__dict__": {**kept, **shown, "_state": state}}

    def _record(self, loss: float | None = None) -> None:
        """Show the state of training as scikit-learn's attributes; callbacks see them after every epoch.

        loss: where it is known better than by the history.
        """
        state, history = self._state, self._state.history
        self.n_iter_, self.t_, self.engine_ = state.epoch, state.samples, state.engine
        self.loss_curve_, self.validation_curve_ = history.cost, history.validation_cost
        self.loss_ = loss if loss is not None else history.cost[-1] if history.cost else np.inf
        self.interrupted_ = state.interrupted
        self.best_iteration_ = state.best_epoch
        stochastic = self.solver in STOCHASTIC_SOLVERS
        judged = bool(self.early_stopping and stochastic)
        self.validation_scores_ = history.score if judged else None
        self.best_validation_score_ = state.best_score if judged else None
        self.best_loss_ = None if judged else history.least_cost()
        self.n_epochs_planned_ = state.planned or vars(self).get("n_epochs_planned_", int(self.max_iter))
        before = len(history.cost) - state.epoch  # epochs of earlier calls
        self.best_epoch_ = state.kept_epoch - before if state.kept_epoch else state.epoch

    def _check_solver(self) -> bool:
        if self.solver not in STOCHASTIC_SOLVERS:
            raise AttributeError(
                f"partial_fit is only available for stochastic optimizers. {self.solver} is not stochastic."
            )
        return True

    # --- what was fitted -----------------------------------------------------------------------------------

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_state")

    def _outputs(self, X: Any) -> Array:
        """Check X and run it through the network. -> (n, n_outputs)."""
        if not hasattr(self, "_state"):
            check_is_fitted(self)
        if not (self._is_plain(X) or self._is_plain_csr(X)):
            refuse_broken(X)  # before scikit-learn makes it CSR
            X = validate_data(self, taken(X), accept_sparse=["csr", "csc"], reset=False)
        with np.errstate(over="ignore", invalid="ignore"):  # what comes of it is looked at below
            if is_elsewhere(X):
                outputs = outputs_there(self.network_, self._state.theta, X)
            else:
                outputs = self.network_.predict(self._state.theta, X, engine=self.engine, notify=tell)
            unsaid = has_nan(outputs)
        if unsaid:
            raise DataError(_unsaid(on_host(outputs), self._state.theta))
        return outputs

    def _is_plain(self, X: Any) -> bool:
        """Whether these rows need no more looking at: fitted without names, which they would be compared with."""
        return "feature_names_in_" not in self.__dict__ and are_plain_rows(X, self.n_features_in_)

    def _is_plain_csr(self, X: Any) -> bool:
        """The same of a CSR matrix, whose structure the network looks at."""
        if (
            not is_csr(X)
            or not isinstance(X.data, np.ndarray)
            or X.dtype not in (np.float32, np.float64)
            or X.shape[1:] != (self.n_features_in_,)
        ):
            return False
        with np.errstate(over="ignore", invalid="ignore"):
            return X.shape[0] > 0 and "feature_names_in_" not in self.__dict__ and bool(np.isfinite(X.data.sum()))

    def encode_targets(self, X: Any, y: Any) -> tuple[Array, Array]:
        """Return X and y in the form that the network has them in, as the core's verbs take them.

        Parameters
        ----------
        X : array-like (n, n_features)
        y : array-like (n,) or (n, n_outputs)

        Returns
        -------
        X, Y : arrays (n, n_features), (n, n_outputs)
            Classes are one-hot (or 0 and 1 in one column, where there are two).
        """
        check_is_fitted(self)
        X, _, Y = self._validate_val(X, y)
        return on_host(X), Y

    def explain(
        self,
        X: Any,
        y: Any = None,
        *,
        row: int | None = None,
        rows: Sequence[int] | None = None,
        top: int = MOST_PATHS,
        output: str | int | None = None,
        of: Of | None = None,
    ) -> Explanation:
        """The chain rule with the numbers of some rows, for any weight, bias or input.

        Everything is computed in float64, on the plain targets, without the label smoothing, dropout and weights of
        examples that training may have used. Without y the prediction itself is explained, instead of the cost.

        Parameters
        ----------
        X : array-like or sparse matrix (n, n_features)
        y : array-like (n,) or (n, n_outputs), optional
        row, rows : int, sequence of int
            Which rows to explain, counted from 0: one, or several; neither: all, if they are no more than 100.
        top : int
            How many paths are listed for each derivative.
        output : str or int, optional
            Without y, which class or output: by its name, or its number among the classes. By default the likeliest
            class.
        of : {"probability", "score", "amount"}, optional
            Without y, what derivatives are taken of; by default the probability if there is one.

        Returns
        -------
        Explanation
            With the columns' names where X had some in ``fit``, and with the optimizer as it stood at these weights.

        Raises
        ------
        NotFittedError
            Before ``fit``.
        SettingsError, DataError
            If there is no such row, ``rows`` or ``top`` cannot be used, or y has a class that training did not see.
        ValueError
            If X and y are not what ``fit`` would take.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from glassprop import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> clf = MLPClassifier((4,), solver="lbfgs", random_state=0, max_iter=500).fit(X, y)
        >>> weight = clf.explain(X, y, row=70).weight(1, 3, 0)
        >>> list(weight.factors), weight.symbol
        (['∂z/∂w', '∂a/∂z', '∂C₀/∂a'], '∂C₀/∂w[3,0]⁽¹⁾')
        """
        from glassprop.estimator.explaining import Question, explain_chosen

        check_is_fitted(self)
        return explain_chosen(self.to_explain(), X, y, Question(top, output, of), row=row, rows=rows)

    def to_explain(self) -> Subject:
        """What explanations look at: for those that know better names than the columns'."""
        from glassprop.estimator.explaining import Subject, history_of, training_of

        state = self._state
        return Subject(
            network=self.network_,
            theta=self.theta_,
            classes=getattr(self, "classes_", None),
            inputs=getattr(self, "feature_names_in_", None),
            encode=self._validate_val,
            check=lambda X: validate_data(self, taken(X), accept_sparse=["csr", "csc"], reset=False),
            labels=self._labels,
            training=lambda: training_of(self._arguments(), self._particulars(), state),
            history=history_of(state),
            baseline=self._baseline(),
        )

    def __getstate__(self) -> dict[str, Any]:
        return to_plain(dict(super().__getstate__()))

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(from_plain(dict(state)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _unsaid(outputs: Array, theta: Array) -> str:
    rows = int(np.isnan(outputs).any(axis=1).sum())
    largest = np.abs(theta).max()
    return (
        f"the network gives NaN or infinity for {rows} of {len(outputs)} rows: with weights up to {largest:.3g} and "
        f"these inputs, numbers overflow {theta.dtype}; retrain it, or scale the inputs"
    )
