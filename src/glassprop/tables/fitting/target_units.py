"""A regression target's scale fitted to the rows trained on: which its shape asks for, its numbers, its means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from glassprop.architecture.own_units import OwnUnits
from glassprop.architecture.target_scales import SCALES, quantile_places
from glassprop.tables.fitting import final_step
from glassprop.tables.fitting.examples import Examples

LEAST_ROWS = 100  # fewer say too little
# Which targets are tried on other scales: the upper half spreads so many times as far as the lower half (from the 5th
# percentile to the 95th), and the large ones are so many times as large as the small ones.
_LOPSIDED, _DECADES = 2.0, 5.0
_QUANTILES = 65
_ROOM = 2.0  # standard deviations on the log scale that predictions may leave the range of the training rows by
_LOW_POSITIVE = 0.1  # the quantile of the numbers above 0 that is added where 0 occurs
_LARGEST_FACTOR = 10.0


def worth_trying(y: np.ndarray) -> tuple[str, ...]:
    """The scales that the shape of a target asks for; none where it is not heavy-tailed, or there are few rows."""
    if len(y) < LEAST_ROWS or y.min() < 0:
        return ()
    low, middle, high = np.quantile(y, [0.05, 0.5, 0.95])
    if high - middle < _LOPSIDED * (middle - low) or high < _DECADES * low or high <= low:
        return ()
    return ("log", "quantile", "poisson")


def loss_of(units: OwnUnits | None) -> str:
    """The cost that goes with a scale."""
    return "poisson" if units is not None and units.scale == "poisson" else "squared_error"


def fault(name: str, y: np.ndarray) -> str:
    """Why targets have no place on a scale, or nothing."""
    if name in ("log", "poisson") and y.min() < 0:
        return f"takes numbers of 0 or more, and {int((y < 0).sum())} of {len(y)} rows have one below"
    return ""


def units_of(name: str, train: Examples, plain: OwnUnits) -> OwnUnits:
    """A scale, fitted to targets."""
    if name == "none":
        return OwnUnits(plain.mean, plain.spread)
    y = train.y
    if name == "poisson":
        mean = float(np.average(y, weights=train.weights))
        return OwnUnits(0.0, mean if mean > 0 else 1.0, "poisson")
    shift = 0.0
    knots: tuple[float, ...] = ()
    if name == "quantile":
        knots = tuple(np.quantile(y, _probabilities()).tolist())
    else:
        shift = 0.0 if y.min() > 0 else float(np.quantile(y[y > 0], _LOW_POSITIVE))
    v = np.log(y + shift) if name == "log" else OwnUnits(0.0, 1.0, name, knots=knots).standard(y)
    on_scale = final_step.target_scale(v, train.weights)
    if name == "log":
        room = _ROOM * on_scale.spread
        low = 0.0 if shift else float(np.exp(v.min() - room))
        knots = (low, float(np.exp(v.max() + room)) - shift)
    return OwnUnits(on_scale.mean, on_scale.spread, name, shift=shift, knots=knots)


def _probabilities() -> np.ndarray:
    """Of the knots; the outermost are the smallest and the largest target."""
    found = ndtr(quantile_places(_QUANTILES))
    found[[0, -1]] = 0.0, 1.0
    return found


def mean_or_median(units: OwnUnits, medians: np.ndarray, rows: Examples) -> tuple[OwnUnits, np.ndarray]:
    """With the factor that lets predictions add up to what the targets do, if squared errors are smaller with it."""
    if not SCALES[units.scale].bends:
        return units, medians
    total = np.average(medians + units.shift, weights=rows.weights)
    wanted = np.average(rows.y + units.shift, weights=rows.weights)
    if not (total > 0 and wanted > 0):
        return units, medians
    factor = float(np.clip(wanted / total, 1 / _LARGEST_FACTOR, _LARGEST_FACTOR))
    means = np.maximum(factor * (medians + units.shift) - units.shift, units.knots[0])
    errors = [np.average((said - rows.y) ** 2, weights=rows.weights) for said in (medians, means)]
    return (replace(units, factor=factor), means) if errors[1] < errors[0] else (units, medians)
