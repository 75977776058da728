"""``MLflowLogger``: a callback that writes a fit down in MLflow: arguments, metrics by epoch, and the model."""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from collections.abc import Mapping
from copy import copy
from importlib.util import find_spec
from inspect import signature
from math import isfinite
from numbers import Real
from pathlib import Path
from typing import Any
from weakref import ref

from glassprop.errors import MissingPackageError, ModelFileError, SettingsError
from glassprop.estimator.callbacks import OF_THE_FIT
from glassprop.export.model_file import save
from glassprop.export.savable import check_savable
from glassprop.ground.note import Note, NoteWarning
from glassprop.ground.text import first_line, quoted, shortened

MODEL_FILE = "model.glassprop"  # the name of the artifact
_LONGEST = 6000  # what MLflow takes of a parameter, where it does not say itself
_AT_ONCE = 1000  # metrics in one message, at most
_CURVES = {"loss": "loss_curve_", "validation_loss": "validation_curve_", "validation_score": "validation_scores_"}
_NUMBERS = {"n_iter": "n_iter_", "best_epoch": "best_epoch_"}  # of a network, at the end


class MLflowLogger:
    """A callback that logs each fit to MLflow, as a run.

    The run's parameters are the arguments that differ from their defaults; its metrics, by epoch, are ``loss`` and, if
    there are validation data, ``validation_loss`` and ``validation_score``; its artifact is the model, as a model file
    (``glassprop.load`` reads it). MLflow's settings are not changed: ``mlflow.set_tracking_uri`` and
    ``mlflow.set_experiment`` decide where runs are kept.

    An active run is used, and stays active; if it already holds another fit, a run is nested in it. Otherwise each fit
    has a run of its own, which ends with it: as failed if the fit raises, as killed if Ctrl-C ended it. If MLflow fails
    during training, there is a warning, and training goes on.

    Parameters
    ----------
    run_name : str, optional
        Of runs that are started.
    nested : bool, default=False
        Nest a run in the active one for each fit, as for those of a search.
    log_model : bool, default=True
        Whether the model is kept as an artifact, ``model.glassprop``.
    every : float, default=1.0
        Seconds between two transfers of metrics; the rest is sent at the end.

    Notes
    -----
    On a TabularClassifier, a TabularRegressor or a Pipeline all metrics come at the end, and the artifact is the whole
    model; on a search they are those of the best, and ``best_score``. Set on the last step of a Pipeline, or on what a
    search tries, they come by epoch, and the artifact is that step. Each call of ``partial_fit`` is a fit: start a run
    around them (``mlflow.start_run()``), and leave the artifact to the end (``log_model=False``).

    Examples
    --------
    >>> import mlflow                                                        # doctest: +SKIP
    >>> from glassprop import MLPClassifier, MLflowLogger
    >>> clf = MLPClassifier((64,), dropout=0.1).set_callbacks(MLflowLogger())  # doctest: +SKIP
    >>> clf.fit(X, y)                                                        # doctest: +SKIP
    """

    run_name: str | None
    nested: bool
    log_model: bool
    every: float

    def __init__(
        self, run_name: str | None = None, *, nested: bool = False, log_model: bool = True, every: float = 1.0
    ) -> None:
        if run_name is not None and not isinstance(run_name, str):
            raise SettingsError(f"run_name must be text or None, got {quoted(run_name, 60)}")
        if isinstance(every, bool) or not isinstance(every, Real) or not (isfinite(every) and every >= 0):
            raise SettingsError(f"every must be a number of seconds, 0 or more, got {quoted(every, 60)}")
        if find_spec("mlflow") is None:
            raise MissingPackageError("MLflowLogger needs MLflow: pip install 'glassprop[mlflow]' (or mlflow itself)")
        self.run_name, self.nested, self.log_model, self.every = run_name, bool(nested), bool(log_model), float(every)
        self._fits: dict[Any, _Fit] = {}  # those under way
        self._holds: dict[str, Any] = {}  # whose fit an active run holds

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_fits": {}, "_holds": {}}

    # --- scikit-learn's protocol ------------------------------------------------------------------------------

    def setup(self, estimator: Any, context: Any) -> None:
        """A fit begins: take the active run, or start one, and log the arguments."""
        import mlflow

        active = mlflow.active_run()
        said = parameters_of(estimator)
        if active is None or self.nested or self._is_taken(active.info.run_id, estimator, said):
            run, own = mlflow.start_run(run_name=self.run_name, nested=active is not None), True
        else:
            run, own = active, False
            self._holds[run.info.run_id] = ref(estimator)
        fit = self._fits[context.root_uuid] = _Fit(run.info.run_id, own, context, self.every)
        mlflow.log_params({name: shortened(text, _longest()) for name, text in said.items()})
        fit.client().set_tag(fit.run_id, "estimator", f"glassprop.{type(estimator).__name__}")
        fit.keeps = self.log_model and _can_be_kept(estimator)

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Nothing to do before an epoch."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """An epoch is over, or all."""
        fit = self._fits.get(context.root_uuid)
        if fit is None:
            return
        network = _network_of(estimator)
        fit.take(network, at_once=context is fit.root)
        if context is fit.root:
            fit.end(network, {"best_score": getattr(estimator, "best_score_", None)})
            if fit.keeps:
                fit.keep(estimator)
            fit.status = "KILLED" if getattr(network, "interrupted_", False) else "FINISHED"

    def teardown(self, estimator: Any, context: Any) -> None:
        """The fit is over, or has failed."""
        fit = self._fits.pop(context.root_uuid, None)
        if fit is not None:
            fit.close()

    def _is_taken(self, run_id: str, estimator: Any, said: Mapping[str, str]) -> bool:
        """Whether the run holds what this fit cannot be added to."""
        from mlflow import MlflowClient

        held = self._holds.get(run_id)
        there = MlflowClient().get_run(run_id).data.params
        other = any(there.get(name, text) != shortened(text, _longest()) for name, text in said.items())
        return other or (held is not None and held() is not estimator)


class _Fit:
    """One fit and its run."""

    def __init__(self, run_id: str, own: bool, root: Any, every: float) -> None:
        self.run_id, self.own, self.root, self.status = run_id, own, root, "FAILED"
        self._logged, self._lost, self.keeps = 0, False, False
        self._waiting: list[Any] = []
        self._every, self._next = every, time.monotonic() + every

    def client(self) -> Any:
        from mlflow import MlflowClient

        return MlflowClient()

    def take(self, network: Any, *, at_once: bool) -> None:
        """Log the epochs that have come since, or have them wait."""
        done = int(getattr(network, "n_iter_", 0))
        fresh, total = done - self._logged, len(getattr(network, "loss_curve_", ()))
        for name, attribute in _CURVES.items():
            numbers = (getattr(network, attribute, None) or [])[-fresh:] if fresh > 0 else []
            self._add((name, number, total - len(numbers) + place) for place, number in enumerate(numbers, start=1))
        self._logged = max(done, self._logged)
        if at_once or time.monotonic() >= self._next:
            self.send()

    def end(self, network: Any, more: Mapping[str, float | None]) -> None:
        """Log what is known at the end."""
        step = len(getattr(network, "loss_curve_", ()))
        found = {name: getattr(network, attribute, None) for name, attribute in _NUMBERS.items()} | dict(more)
        self._add((name, number, step) for name, number in found.items() if number is not None)
        self.send()

    def _add(self, numbers: Any) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        self._waiting += [Metric(name, float(number), now, step) for name, number, step in numbers]

    def send(self) -> None:
        """Send what waits."""
        waiting, self._waiting, self._next = self._waiting, [], time.monotonic() + self._every
        for start in range(0, len(waiting), _AT_ONCE):
            self._safely(lambda start=start: self.client().log_batch(self.run_id, waiting[start : start + _AT_ONCE]))

    def keep(self, estimator: Any) -> None:
        """Log the model."""

        def log() -> None:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / MODEL_FILE
                if hasattr(estimator, "pipeline_"):
                    estimator.save(path)
                else:
                    save(_without_the_fit(estimator), path)
                self.client().log_artifact(self.run_id, str(path))

        self._safely(log)

    def _safely(self, log: Any) -> None:
        """What is not logged is no reason to lose a fit."""
        if self._lost:
            return
        try:
            log()
        except Exception as error:
            self._lost = True
            text = f"MLflow run {self.run_id} lacks what comes from here on: {first_line(error)}; training goes on"
            warnings.warn(NoteWarning(Note(text, "not-logged")), stacklevel=2)

    def close(self) -> None:
        """End the run, if it was started for this fit."""
        import mlflow

        self.send()
        if not self.own:
            return
        status = "KILLED" if isinstance(sys.exception(), KeyboardInterrupt) else self.status
        active = mlflow.active_run()
        if active is not None and active.info.run_id == self.run_id:
            mlflow.end_run(status)
        else:
            self.client().set_terminated(self.run_id, status)


def _can_be_kept(estimator: Any) -> bool:
    """Whether a model file could hold the model; where not, that is said before training, and the rest is logged."""
    try:
        check_savable(estimator)
    except (ModelFileError, MissingPackageError) as error:
        text = f"the MLflow run will have no model: {first_line(error)}; log_model=False asks for none"
        warnings.warn(NoteWarning(Note(text, "not-logged")), stacklevel=2)
        return False
    return True


def parameters_of(estimator: Any) -> dict[str, str]:
    """The arguments that are not as they are by default, as text; of a Pipeline its steps and those of the last."""
    more: dict[str, str] = {}
    if hasattr(estimator, "steps"):
        more = {"steps": ", ".join(name for name, _ in estimator.steps)}
        estimator = _network_of(estimator)
    given = {name: of.default for name, of in signature(type(estimator)).parameters.items()}
    said = {name: getattr(estimator, name) for name in given if hasattr(estimator, name)}
    return more | {name: _text(value) for name, value in said.items() if not _is(value, given[name])}


def _is(value: Any, default: Any) -> bool:
    return value is default or (isinstance(value, bool | int | float | str | tuple) and value == default)


def _text(value: Any) -> str:
    return str(getattr(value, "spec", value)) if not callable(getattr(value, "spec", None)) else repr(value)


def _without_the_fit(estimator: Any) -> Any:
    """A copy without what belongs to a fit that is under way; of a search, what it found."""
    plain = copy(getattr(estimator, "best_estimator_", estimator))
    for name in OF_THE_FIT:
        vars(plain).pop(name, None)
    return plain


def _network_of(model: Any) -> Any:
    """What a model ends in; of a search, what it found."""
    model = getattr(model, "best_estimator_", model)
    model = getattr(model, "pipeline_", model)
    while hasattr(model, "steps"):
        model = model.steps[-1][1]
    return model


def _longest() -> int:
    from mlflow.utils import validation

    return int(getattr(validation, "MAX_PARAM_VAL_LENGTH", _LONGEST))
