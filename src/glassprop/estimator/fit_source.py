"""Fitting on examples that come from a source, block by block or in lanes, rather than as arrays in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.base import _fit_context
from sklearn.utils import check_random_state

from glassprop.backprop.ranks import Group
from glassprop.engine.plan import Data, LanedSource, Source
from glassprop.equations.arrays import Array, Rows
from glassprop.errors import DataError, SettingsError
from glassprop.estimator.build import STOCHASTIC_SOLVERS, Particulars
from glassprop.estimator.fit_plan import Call, FitPlan, plan_fit
from glassprop.estimator.job import FitKeeper
from glassprop.estimator.kept_fits import KeptFits
from glassprop.estimator.left import Left
from glassprop.estimator.rollback import UndoneOnFailure
from glassprop.estimator.run import Outside
from glassprop.estimator.starting import looks_at_examples, sample_of_source
from glassprop.estimator.validation import Held, given_validation
from glassprop.network import Network
from glassprop.training.batches import check_parts
from glassprop.training.lanes import examples_of, is_laned
from glassprop.training.ready import Ready
from glassprop.training.reports import EpochReport


class FitsSources(KeptFits, ABC):
    """The part of an estimator that trains from a source. It ends as ``fit`` would have left it."""

    n_features_in_: int
    n_outputs_: int
    random_state: Any
    warm_start: bool
    early_stopping: bool

    # --- what the estimators have ----------------------------------------------------------------------------

    @abstractmethod
    def _take_classes(self, classes: Any, *, first: bool) -> int | None:
        """Know these labels. -> the number of outputs that stand for them; None where there are no labels."""

    @abstractmethod
    def _validate_val(self, X: Any, y: Any) -> tuple[Array, Array, Array]: ...

    @abstractmethod
    def _network_for(self, n_inputs: int, n_outputs: int, hidden: Sequence[int] | None = None) -> Network: ...

    @abstractmethod
    def _particulars(self) -> Particulars: ...

    _stream_before: Callable[[Call], Any]
    _begin: Callable[[Call], Left | None]
    _take_network: Callable[..., None]
    _look_at: Callable[[Rows, Any], None]
    _clock: Callable[[], float]
    _outside: Callable[[dict[str, Callable[[], Any]], Call, float], Outside]
    _run: Callable[[FitPlan, Ready | None, Any, Held | None, Any, Outside, Left, Group | None, FitKeeper | None], None]

    # -----------------------------------------------------------------------------------------------------------

    @_fit_context(prefer_skip_nested_validation=True)
    def fit_source(
        self,
        source: Source | LanedSource,
        *,
        n_features: int,
        classes: Any = None,
        validation: tuple[Any, Any, Any] | None = None,
        feature_names: Sequence[str] | None = None,
        group: Group | None = None,
        on_epoch: Callable[[EpochReport], Any] | None = None,
        resume: bool = False,
    ) -> Self:
        """Train on examples that come in blocks or in lanes, in the order that the source gives them.

        Callbacks, ``verbose``, early stopping and scoring are as in ``fit``. The source is read once an epoch.
        ``shuffle`` is the source's own affair, and so are weights of classes. ``input_means_`` is not kept, for which
        it would have to be read once more.

        Parameters
        ----------
        source : Source or LanedSource
            Gives rows with Y as the network takes it: numbers (n, n_outputs); classes one-hot, in the order of
            ``classes``, or 0 and 1 in one column, where there are two.
        n_features : int
            How many numbers a row of X has.
        classes : array-like (n_classes,), optional
            All labels there are; for classifiers, which need them.
        validation : (X, y, sample_weight), optional
            Arrays that early stopping judges by, or that are watched without it, as ``X_val``, ``y_val`` and
            ``sample_weight_val`` of ``fit``; sample_weight may be None.
        feature_names : sequence of str, optional
            Of the columns, in order, where predicting should check them.
        group : Group, optional
            The processes that share the lanes, each of which has the source whole: bits do not depend on how many.
        on_epoch : callable (EpochReport), optional
            Told of each epoch, and for how long it has waited for rows.
        resume : bool, default=False
            Go on with a fit on the same source that was left before its end, as if it had not been.

        Returns
        -------
        self

        Raises
        ------
        SettingsError
            If the solver is L-BFGS, which goes over all rows at once; if ``early_stopping`` has no validation data to
            judge by; if classes are to be weighed, or nothing is there to be gone on with.
        DataError
            If rows, classes and n_features do not go together.
        """
        if self._arguments().get("class_weight") is not None:
            raise SettingsError(
                "class_weight does not go with a source, whose rows are not counted: multiply its sample_weight by it"
            )
        self._refuse_for_sources(validation)
        call: Call = "resume" if resume else "fit"
        with UndoneOnFailure(self.__dict__):
            began, rows, rng = self._clock(), _first_rows(source), check_random_state(self.random_state)
            self._take_columns(rows, n_features, feature_names, first=self._is_first(call))
            outside = self._outside({}, call, began)
            outside = outside if on_epoch is None else replace(outside, report=on_epoch)
            self._fit_from(
                source,
                rows,
                classes,
                validation,
                feature_names,
                rng,
                outside,
                call,
                group,
                looked_at=lambda: sample_of_source(source),
            )
        return self

    def _is_first(self, call: Call) -> bool:
        """Whether it begins with new weights."""
        return call == "fit" and not (self.warm_start and hasattr(self, "_state"))

    def _fit_from(
        self,
        source: Source | LanedSource,
        like: Data,
        classes: Any,
        validation: tuple[Any, Any, Any] | None,
        feature_names: Sequence[str] | NDArray[Any] | None,
        rng: Any,
        outside: Outside,
        call: Call,
        group: Group | None,
        *,
        looked_at: Callable[[], Rows],
    ) -> None:
        """Train on a source whose columns are known. like: examples of it, of which there may be none.

        looked_at: gives examples for layers whose start looks at some, to every process the same.
        """
        first = self._is_first(call)
        self._stream_before(call)
        before = self._begin(call)
        n_outputs = self._take_classes(classes, first=first) or like.Y.shape[1]
        n, dtype = examples_of(source), like.X.dtype
        self._take_network(self._network_for(like.X.shape[1], n_outputs), rng, dtype, first=first)
        if first and looks_at_examples(self.network_):
            self._look_at(looked_at(), rng)
        held = None if validation is None else self._held(validation, dtype)
        left = Left(n, str(dtype), n_val=0 if held is None else len(held.data))
        if before is not None:
            before.refuse_other(left)
        if feature_names is not None:
            self.feature_names_in_: NDArray[Any] = np.asarray(feature_names, dtype=object)
        with self._kept(call, source, held, left, group, first=first) as keeper:
            if keeper is not None and keeper.state is not None:
                call, left = "resume", self._take_up(keeper)
            plan = plan_fit(self._arguments(), self.network_, self._particulars(), n, call=call)
            self._run(plan, None, source, held, rng, outside, left, group, keeper)

    def _refuse_for_sources(self, validation: tuple[Any, Any, Any] | None) -> None:
        if self.solver not in STOCHASTIC_SOLVERS:
            raise SettingsError(
                f"solver={self.solver!r} works on all rows at once, which a source does not give: take one of "
                f"{', '.join(STOCHASTIC_SOLVERS)}, or fit arrays in memory"
            )
        if self.early_stopping and validation is None:
            raise SettingsError(
                "early_stopping=True needs rows to judge by, which no source can spare: give validation=(X, y, None), "
                "or set early_stopping=False"
            )

    def _take_columns(self, rows: Data, n: int, names: Sequence[str] | None, *, first: bool) -> None:
        """Know how many numbers a row has, and what they are called."""
        faults = [] if rows.X.shape[1] == n else [f"rows have {rows.X.shape[1]} numbers, n_features is {n}"]
        if names is not None and len(names) != n:
            faults.append(f"feature_names must name {n} features, got {len(names)}")
        if not first and n != self.n_features_in_:
            faults.append(f"n_features is {n}, and this estimator was fitted with {self.n_features_in_}")
        if faults:
            raise DataError("; ".join(faults))
        self.n_features_in_ = n
        self.__dict__.pop("feature_names_in_", None)  # arrays to judge by have none

    def _held(self, validation: tuple[Any, Any, Any], dtype: Any) -> Held:
        """Validation data, in the precision of the network."""
        held = given_validation(self._validate_val, self.n_outputs_, *validation)
        data = held.data
        held = replace(held, data=Data(data.X.astype(dtype, copy=False), data.Y.astype(dtype), data.sample_weight))
        check_parts(held.data, held.data)
        return held


def _first_rows(source: Source | LanedSource) -> Data:
    """Some rows, to see of which kind they are."""
    blocks: Iterable[Data]
    if is_laned(source):
        laned = cast(LanedSource, source)
        blocks = chain.from_iterable(laned.lane(lane, 0, 0) for lane, rows in enumerate(laned.lanes) if rows)
    else:
        blocks = cast(Source, source).blocks(0)
    for block in blocks:
        if len(block):
            return block
    raise DataError("the source has no rows: there must be at least one example")
