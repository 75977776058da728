"""The scale that a regression target is learned on: as asked, or by validation on training rows where its shape asks.

Rules and figures: docs/tables.md, docs/decisions/0025-target-scales.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from glassprop.architecture.own_units import OwnUnits
from glassprop.architecture.target_scales import SCALES
from glassprop.errors import DivergenceError, SettingsError, TableError
from glassprop.ground.note import Note, Say
from glassprop.ground.text import quoted
from glassprop.tables.fitting import final_step
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.manner import Builder, Wanted
from glassprop.tables.fitting.scores import regression_scores
from glassprop.tables.fitting.split import split
from glassprop.tables.fitting.spoken import quiet
from glassprop.tables.fitting.target_units import LEAST_ROWS, fault, loss_of, mean_or_median, units_of, worth_trying
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.schema.target import Target

_MOST_ROWS = 20_000  # more say no more
_LEAST_STEPS = 600  # of a short training
_SHORT = 4  # a short training has a quarter of the epochs: four of half the rows, on two halves, cost one
_MARGIN, _NOISE = 0.02, 0.5  # errors must be less by this share and, for chance, this part of 1/√n


@dataclass(frozen=True)
class Tried:
    """A short training on one scale.

    Attributes
    ----------
    units : OwnUnits
        With the factor that makes means, where these do better.
    r2, root_mean_squared_error, mean_absolute_error : float
        In the target's own units, each row predicted by a network that did not see it.
    """

    units: OwnUnits
    r2: float
    root_mean_squared_error: float
    mean_absolute_error: float


@dataclass(frozen=True)
class Choice:
    """The scale that is taken.

    Attributes
    ----------
    units : OwnUnits
        Of all rows to train on.
    asked : bool
    tried : dict of str to Tried
        By scale; empty where none was.
    """

    units: OwnUnits
    asked: bool = False
    tried: dict[str, Tried] = field(default_factory=dict)


def check(asked: str | None, target: Target) -> None:
    """Refuse a scale for classes.

    Raises
    ------
    SettingsError
    """
    if asked not in (None, "auto") and target.task == "classification":
        raise SettingsError(
            f"target_scale={asked!r} needs a numeric target, but target {quoted(target.name)} is for classification "
            f"({target.reason}): leave it out, or ask for regression"
        )


def choose(X: Any, train: Examples, plain: OwnUnits, options: FitOptions, builder: Builder) -> Choice:
    """The scale that was asked for; or the one that does best in short trainings on halves of the rows.

    Parameters
    ----------
    X : array or CSR matrix (n_rows, n_inputs)
        What the network gets of these rows.
    train : Examples
    plain : OwnUnits
        Of the scale "none".
    options : FitOptions
    builder : Builder

    Raises
    ------
    SettingsError
        A scale was asked for on which these targets have no place.
    """
    if options.target_scale not in (None, "auto"):
        why_not = fault(options.target_scale, train.y)
        if why_not:
            raise SettingsError(f"target_scale={options.target_scale!r} {why_not}: leave it out, or ask for another")
        return Choice(units_of(options.target_scale, train, plain), asked=True)
    names = worth_trying(train.y)
    tried = _try(names, _Rows(X, train, plain, options, builder)) if names else {}
    return Choice(units_of(_best(tried, len(train)), train, plain), tried=tried)


@dataclass(frozen=True)
class _Rows:
    """What short trainings have."""

    X: Any
    examples: Examples
    plain: OwnUnits
    options: FitOptions
    builder: Builder

    def of(self, rows: np.ndarray) -> _Rows:
        return replace(self, X=self.X[rows], examples=self.examples.of(rows))


def trainings(train: Examples, options: FitOptions, builder: Builder) -> float:
    """How many of whole length and of all these rows take as long as what is trained for the choice, about."""
    if options.target_scale not in (None, "auto"):
        return 0.0
    count, names = min(len(train), _MOST_ROWS) // 2, worth_trying(train.y)
    if not names or not count:
        return 0.0
    return 2 * (1 + len(names)) * (count / len(train)) * _epochs(builder, count) / builder.epochs(len(train))


def _epochs(builder: Builder, rows: int) -> int:
    """Of a short training."""
    epochs = builder.epochs(rows)
    return min(epochs, max(epochs // _SHORT, _LEAST_STEPS // builder.steps(rows)))


def _try(names: tuple[str, ...], given: _Rows) -> dict[str, Tried]:
    """Train shortly on one half and predict the other, and the other way round unless time forbids it."""
    seed, count = given.options.seed, len(given.examples)
    if count > _MOST_ROWS:
        given = given.of(np.sort(np.random.default_rng(seed).choice(count, _MOST_ROWS, replace=False)))
    keys = given.examples.keys
    try:
        one, other = split(len(given.examples), 0.5, keys, seed)
    except TableError:  # one group, or one moment: no half can be predicted
        return {}
    halves = [(one, other)] if keys.times is not None else [(one, other), (other, one)]
    found = {}
    with quiet():
        for name in ("none", *names):
            try:
                found[name] = _tried(units_of(name, given.examples, given.plain), given, halves)
            except DivergenceError:
                continue
    return found


def _tried(units: OwnUnits, given: _Rows, halves: list[tuple[np.ndarray, np.ndarray]]) -> Tried:
    predicted = np.concatenate([_predicted(units, given.of(learned), given.X[kept]) for learned, kept in halves])
    rows = given.examples.of(np.concatenate([kept for _, kept in halves]))
    units, predicted = mean_or_median(units, predicted, rows)
    return Tried(units, **regression_scores(rows.y, predicted, rows.weights))


def _predicted(units: OwnUnits, learned: _Rows, X: Any) -> np.ndarray:
    """What a short training makes of other rows."""
    builder, count = learned.builder, len(learned.examples)
    estimator = builder.build(
        Wanted(
            count,
            seed=learned.options.seed,
            stop_early=False,
            classification=False,
            loss=loss_of(units),
            epochs=_epochs(builder, count),
            alone=True,
        )
    )
    y, weights = learned.examples.y, learned.examples.weights
    final_step.train(estimator, learned.X, units.standard(y), weights, None, ())
    if estimator.interrupted_:
        raise KeyboardInterrupt
    estimator.set_units(units)
    return np.asarray(estimator.predict(X), np.float64)


def _best(tried: dict[str, Tried], n_rows: int) -> str:
    """ "none" unless another is clearly better: by squared errors, or by absolute ones and no worse by squared ones."""
    if "none" not in tried:  # what was learned as it is diverged
        return min(tried, key=lambda name: tried[name].root_mean_squared_error, default="none")
    plain = tried["none"]
    enough = 1 - _MARGIN - _NOISE / np.sqrt(n_rows)
    sound = [name for name in tried if tried[name].root_mean_squared_error <= plain.root_mean_squared_error]
    for error in (_squared, _absolute):
        better = [name for name in sound if error(tried[name]) < enough * error(plain)]
        if better:
            return min(better, key=lambda name: error(tried[name]))
    return "none"


def _squared(tried: Tried) -> float:
    return tried.root_mean_squared_error


def _absolute(tried: Tried) -> float:
    return tried.mean_absolute_error


def set_units(estimator: Any, choice: Choice, rows: tuple[Any, Examples], *, trained_on: bool) -> OwnUnits:
    """Let a trained estimator predict in the target's own units: means or medians, by the squared errors of some rows.

    Parameters
    ----------
    estimator : MLPRegressor
    choice : Choice
    rows : X and Examples
    trained_on : bool
        Whether it was trained on these rows; short trainings that saw others then say it better.
    """
    units, (X, examples) = choice.units, rows
    estimator.set_units(units)
    tried = choice.tried[units.scale].units if choice.tried else None
    if tried is not None and (tried.factor == 1 or trained_on or len(examples) < LEAST_ROWS):
        units = replace(units, factor=tried.factor)
    elif SCALES[units.scale].bends:
        units, _ = mean_or_median(units, np.asarray(estimator.predict(X), np.float64), examples)
    estimator.set_units(units)
    return units


def tell(choice: Choice, units: OwnUnits, name: str, say: Say) -> None:
    """What was tried, what it brought, and what predictions are; nothing where there was nothing to decide."""
    if not choice.asked and not choice.tried:
        return
    how = f"target {quoted(name)} is learned {_WORDS[units.scale]}"
    if choice.asked:
        why = "as asked"
    else:
        r2 = ", ".join(f"{scale} {tried.r2:.3g}" for scale, tried in choice.tried.items())
        error = ", ".join(f"{scale} {tried.mean_absolute_error:.3g}" for scale, tried in choice.tried.items())
        why = f"short training runs gave R² {r2} and absolute errors {error}"
    said = "predictions are means"
    if units.factor != 1:
        said += f", {units.factor:.3g} times the medians"
    elif SCALES[units.scale].bends:
        said = "predictions are medians"
    say(Note(f"{how} ({why}); {said}", "target-scale", name, examples=tuple(choice.tried)))


_WORDS = {
    "none": "as it is",
    "log": "on a log scale",
    "quantile": "by quantiles",
    "poisson": "as counts, by Poisson deviance",
}
