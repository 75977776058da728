"""What both tabular estimators share: columns as they are, the Pipeline that is fitted to them, its file."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import narwhals as nw
import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.callback import CallbackSupportMixin
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, Options
from sklearn.utils.validation import _check_feature_names, _check_n_features, check_is_fitted

import glassprop
from glassprop.errors import SettingsError, TableError
from glassprop.estimator.displayed import Displayed
from glassprop.estimator.notebook_bar import NotebookTable, notebook_shell
from glassprop.estimator.tracer import Tracer
from glassprop.estimator.verbose import tell
from glassprop.ground.text import listed, quoted
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.first_network import FirstNetwork, first_network
from glassprop.tables.fitting.fit import noted
from glassprop.tables.schema.request import RECIPES, FitOptions
from glassprop.tables.tabular.given_frame import given_frame
from glassprop.tables.tabular.given_target import GivenTarget, given_weights, same_length
from glassprop.tables.tabular.learn_frame import Given, LearnedFrame, learn_frame, read_frame, watched_examples
from glassprop.tables.tabular.model_verbs import ModelVerbs
from glassprop.tables.tabular.row_verbs import RowVerbs

ROLES = ("number", "category", "date", "keep", "drop", "group", "time")
_LEARNED_FROM = ("number", "category", "date", "time of day", "text")
_RULING = ("group", "time")  # roles that one column can have


class BaseTabular(ModelVerbs, RowVerbs, CallbackSupportMixin, Displayed, BaseEstimator):
    """fit, predict and save; what the target is, and how it is predicted, says who inherits.

    Callbacks hear of the fit as one task: networks that are trained within it are of its own making. A ``Tracer`` alone
    is handed on to all of them, and a ``Doctor`` to the one that is the model, or the first of those that are averaged.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "validation": [Options(str, {"auto"}), Interval(Real, 0, 1, closed="neither")],
        "n_members": [Options(str, {"auto"}), Interval(Integral, 1, None, closed="left")],
        "member": [Options(str, {"head", "network"})],
        "max_time": [None, Interval(Real, 0, None, closed="neither")],
        "recipe": [Options(str, set(RECIPES))],
        "cross_fit": [None, Options(str, {"auto"}), Interval(Integral, 2, None, closed="left")],
        "epochs": [None, Interval(Integral, 1, None, closed="left")],
        "roles": [None, Mapping],
        "schema": [None, Mapping],
        "random_state": ["random_state"],
        "verbose": ["boolean"],
    }

    pipeline_: TablePipeline
    oof_prediction_: np.ndarray

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, X_val: Any = None, y_val: Any = None) -> Self:
        """Learn from a table.

        Parameters
        ----------
        X : pandas, polars or Arrow table, or array-like (n_rows, n_columns)
            Numbers, texts, true and false, dates; values may be missing.
        y : array-like (n_rows,)
        sample_weight : array-like (n_rows,), optional
        X_val, y_val : table and array-like, optional
            Validation rows, in place of some rows of X.

        Raises
        ------
        TableError, SettingsError, ValueError
            If the rows cannot be learned from; the message says why, in one line.
        """
        fit = self._init_callback_context()
        fit.call_on_fit_task_begin(estimator=self, X=X, y=y)
        given = self._given(X, y, sample_weight, X_val, y_val)
        self._refuse_two_judges(given)
        share = None if isinstance(self.validation, str) else float(self.validation)
        watching = [one for one in vars(self).get("_skl_callbacks", ()) if _goes_within(one)]
        shell = notebook_shell() if self.verbose else None
        shown = None if shell is None else NotebookTable(shell)
        said = shown.say if shown is not None else tell if self.verbose else None
        try:
            seen = [*watching, *([] if shown is None else [shown])]
            self._take(learn_frame(given, self._options(), share, seen, said), len(given.frame))
            if shown is not None:
                shown.interrupted = bool(self.report_.get("interrupted"))
        finally:
            if shown is not None:
                shown.end()
        fit.call_on_fit_task_end(estimator=self, X=X, y=y)
        return self

    def _first_network(
        self, X: Any, y: Any, sample_weight: Any, X_val: Any, y_val: Any
    ) -> tuple[FirstNetwork, Examples | None]:
        """The first network that ``fit`` would train, and rows to judge it by; for ``glassprop.diagnose``.

        Raises
        ------
        TableError, SettingsError, ValueError
            As ``fit``.
        """
        from glassprop.estimator.trained_copy import held_out

        X, y, sample_weight, (X_val, y_val) = held_out(
            X, y, sample_weight, (X_val, y_val), classes=hasattr(self, "predict_proba")
        )
        given = self._given(X, y, sample_weight)
        share = None if isinstance(self.validation, str) else float(self.validation)
        _, say = noted(None)
        read = read_frame(given, self._options(), share, say)
        first = first_network(read.parts, read.roles, read.schema, read.task, say)
        held = self._watched(X_val, y_val)
        return first, None if held is None else watched_examples(held, read.examples, say)

    def predict(self, X: Any) -> np.ndarray:
        """Predict every row: classes, or numbers. (n_rows,)

        Parameters
        ----------
        X : table or array (n_rows, n_columns)
            With the columns that ``fit`` was given; their order does not count.
        """
        return self._said("predict", X)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write `pipeline_` to a model file, which `glassprop.load` and the command line read.

        Parameters
        ----------
        path : str or path-like

        Raises
        ------
        ModelFileError
            The file cannot be written.
        """
        check_is_fitted(self)
        glassprop.save(self.pipeline_, path, self.report_)

    # --- what the two differ in ----------------------------------------------------------------------------

    @abstractmethod
    def _target(self, y: Any, *, learned: bool = True) -> GivenTarget:
        """The target, checked. learned: that there is something to learn from it, too."""

    def _more_options(self) -> dict[str, Any]:
        """What else is asked of a table, as `FitOptions` has it."""
        return {}

    # --- what is handed over -------------------------------------------------------------------------------

    def _frame(self, X: Any, *, reset: bool) -> tuple[nw.DataFrame, bool]:
        """X as a table, with the names that the columns had in ``fit``, and whether they are its own.

        Names are looked for, in whatever order; further columns are left out.
        """
        frame, named = given_frame(X, self)
        if not len(frame.columns) or not len(frame):
            rows, columns = frame.shape
            what = "sample(s)" if columns else "feature(s)"
            raise TableError(f"Found array with 0 {what} (shape=({rows}, {columns})) while a minimum of 1 is required.")
        if reset:
            _check_n_features(self, frame, reset=True)
            _check_feature_names(self, frame.to_native() if named else X, reset=True)
            self._names, self._named = list(frame.columns), named
            return frame, named
        if named and self._named:
            return frame, named
        _check_n_features(self, frame, reset=False)
        _check_feature_names(self, X, reset=False)
        renamed = dict(zip(frame.columns, self._names, strict=True))
        return frame.rename({old: new for old, new in renamed.items() if old != new}), named

    def _given(self, X: Any, y: Any, sample_weight: Any, X_val: Any = None, y_val: Any = None) -> Given:
        """What is to be learned from, checked; the names of its columns are kept."""
        frame, named = self._frame(X, reset=True)
        target = self._target(y)
        same_length(frame, target)
        weights = given_weights(sample_weight, frame)
        return Given(frame, target, weights, self._watched(X_val, y_val), keep=not named)

    def _watched(self, X_val: Any, y_val: Any) -> tuple[nw.DataFrame, GivenTarget] | None:
        if (X_val is None) != (y_val is None):
            raise SettingsError("X_val and y_val go together: one of them is missing")
        if X_val is None:
            return None
        frame, target = self._frame(X_val, reset=False)[0], self._target(y_val, learned=False)
        same_length(frame, target)
        return frame, target

    def _refuse_two_judges(self, given: Given) -> None:
        """Folds judge, or rows that were given or set aside for it.

        Raises
        ------
        SettingsError
            Both are asked for.
        """
        if isinstance(self.cross_fit, str) or self.cross_fit is None:
            return
        other = "X_val" if given.watched is not None else f"validation={self.validation}"
        if given.watched is not None or not isinstance(self.validation, str):
            raise SettingsError(f"cross_fit={self.cross_fit} judges by folds, and {other} by other rows: leave one out")

    def _options(self) -> FitOptions:
        """What the arguments ask for, as a table is asked.

        Raises
        ------
        SettingsError
            A role that there is not.
        """
        by_role: dict[str, list[str]] = {role: [] for role in ROLES}
        for column, role in (self.roles or {}).items():
            if role not in by_role:
                raise SettingsError(f"roles: column {quoted(column)} is to be {quoted(role)}, none of {listed(ROLES)}")
            by_role[role].append(column)
        for role in _RULING:
            if len(by_role[role]) > 1:
                raise SettingsError(f"roles: {role} can be one column, not {listed(by_role[role])}")
        ruling: dict[str, Any] = {role: next(iter(by_role.pop(role)), None) for role in _RULING}
        columns: dict[str, Any] = {role: tuple(names) for role, names in by_role.items()}
        # Its target is the one of the model that it comes from, and here y is given.
        schema = None if self.schema is None else {key: part for key, part in self.schema.items() if key != "target"}
        more: dict[str, Any] = {"schema": schema, "epochs": self.epochs, "seed": self._seed()}
        more["cross_fit"] = self.cross_fit if isinstance(self.validation, str) else None
        more |= {name: getattr(self, name) for name in ("recipe", "n_members", "member", "max_time")}
        return FitOptions(**columns, **ruling, **more, **self._more_options())

    def _seed(self) -> int:
        state = self.random_state
        if isinstance(state, Integral):
            return int(state)
        return int(check_random_state(state).randint(np.iinfo(np.int32).max))

    # --- what was fitted -----------------------------------------------------------------------------------

    def _take(self, learned: LearnedFrame, n_rows: int) -> None:
        self.pipeline_ = learned.fitted.pipeline
        self.columns_ = learned.roles
        self.schema_ = learned.schema
        self.report_ = learned.record
        self.notes_ = learned.notes
        network = self.pipeline_[-1]
        self.n_iter_, self.time_curve_ = int(network.n_iter_), getattr(network, "time_curve_", [])
        self.n_epochs_planned_ = int(getattr(network, "n_epochs_planned_", network.max_iter))
        if hasattr(self, "oof_prediction_"):
            del self.oof_prediction_
        said = learned.fitted.out_of_fold
        if said is not None:
            every = np.full((n_rows, said.shape[1]), np.nan)
            every[learned.rows] = said
            self.oof_prediction_ = every if hasattr(self, "predict_proba") else every[:, 0]

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "pipeline_")

    def _shown_network(self) -> tuple[Any, dict[str, Sequence[str]]] | None:
        """The network, after the columns that its inputs are made of; None before ``fit``."""
        if not hasattr(self, "pipeline_"):
            return None
        network, names = self.pipeline_[-1]._shown_network()
        columns = [one.name for one in self.columns_ if one.role in _LEARNED_FROM]
        folds = ["each without a fold of the rows"] if hasattr(self, "oof_prediction_") else []
        return network, {**names, "inputs": (), "columns": columns, "more": [*folds, *names["more"]]}

    def _said(self, verb: str, X: Any) -> np.ndarray:
        check_is_fitted(self)
        frame, _ = self._frame(X, reset=False)
        return np.asarray(getattr(self.pipeline_, verb)(frame.to_native()))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.categorical = tags.input_tags.string = True
        tags.target_tags.required = True
        return tags


def _goes_within(callback: Any) -> bool:
    """Whether a callback is for the networks that are trained within a fit."""
    return isinstance(callback, Tracer) or hasattr(callback, "on_chosen")
