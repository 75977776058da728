"""Findings in layers: the start, gradients that vanish or explode, units that are dead, constant or saturated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf, isfinite, isnan, log

from glassprop.diagnosis.measured import LayerMeasured, Measured, Moment
from glassprop.diagnosis.symptom import Seen
from glassprop.ground.number_text import percent

_LEARNED = 0.5  # of what a constant costs: who costs less has learned, whatever its gradients
_LEAST, _MOST = 1e-2, 20.0  # sizes of z at the start: signals fade, or run away
_ALIKE = 0.9  # of the units of a layer
_SYMMETRY = "weights that differ, for units to differ (Goodfellow et al. 2016, 8.4)"
_SMALL_REST = 0.05  # of what a constant costs
_SMALL = 1e-4  # AutoTrainer's: below it the gradient of the first layer is small
_VARIANCE = "a start that keeps the variance of signals (Glorot & Bengio 2010; He et al. 2015), far off"


def bad_start(measured: Measured, threshold: float) -> list[Seen]:
    start = measured.start
    if start is None:
        return _bad_first_epoch(measured, threshold)
    if not isfinite(start.cost):
        return []
    number = start.cost / reference(measured)
    found = []
    if number >= threshold and not _undone_at_once(measured, threshold):
        than = (
            "predicting equal shares (log k)"
            if measured.target.task != "numbers"
            else "predicting the mean alone (the variance)"
        )
        said = (
            f"before the first step the cost is {start.cost:.3g}, {number:.3g} times that of {than}: the network "
            "starts out confident in wrong predictions, and has to unlearn them first"
        )
        found.append(Seen(number, said))
    first = next((layer for layer in start.layers if layer.hidden and layer.kind == "dense"), None)
    if first is not None and first.units > 2 and first.constant >= _ALIKE:
        said = (
            f"at the start {percent(first.constant)} of the units of layer {first.number} give the same output as "
            "another unit, or a constant one: with equal weights they get equal gradients, and stay alike; start "
            "from random weights"
        )
        return [*found, Seen(first.constant, said, f"layer {first.number}", _ALIKE, _SYMMETRY)]
    for layer in start.layers:
        if layer.hidden and layer.kind == "dense" and not _LEAST < layer.z < _MOST:
            small = layer.z <= _LEAST
            said = (
                f"at the start the weighted sums of layer {layer.number} are {layer.z:.3g} in size, where about 1 is "
                "usual: its weights are " + ("too small" if small else "too large")
            )
            return [*found, Seen(layer.z, said, f"layer {layer.number}", _LEAST if small else _MOST, _VARIANCE)]
    return found


def _undone_at_once(measured: Measured, threshold: float) -> bool:
    """Whether the first epoch has undone it, and next to nothing was left in the end, of rows held out neither."""
    costs, base = measured.course.cost, measured.target.base
    if not costs or not costs[0] < threshold * reference(measured) or not measured.train_cost <= _SMALL_REST * base:
        return False
    return bool(measured.validation_cost <= _SMALL_REST * measured.target.base_held_out)


def _bad_first_epoch(measured: Measured, threshold: float) -> list[Seen]:
    """Where nobody saw how the network started: what the first epoch cost, where it got better since."""
    costs = measured.course.cost
    if len(costs) < 2 or not isfinite(costs[0]) or costs[0] < max(threshold * reference(measured), costs[-1]):
        return []
    number = costs[0] / reference(measured)
    said = (
        f"the first epoch cost {costs[0]:.3g}, {number:.3g} times that of predicting the same for all rows: the "
        "network started out confident in wrong predictions, and had to unlearn them first"
    )
    return [Seen(number, said)]


def reference(measured: Measured) -> float:
    """What a network that knows nothing costs: log k; log 2 for each of several labels; the variance; by its cost."""
    target, classes = measured.target, max(len(measured.target.shares), 2)
    if measured.cost_name == "cross_entropy":
        return log(classes)
    if measured.cost_name == "binary_cross_entropy":
        return log(2) * measured.outputs
    return target.base


def exploding_gradients(measured: Measured, threshold: float) -> list[Seen]:
    if measured.course.diverged:
        said = f"training ended in NaN or infinite numbers: {measured.course.error or measured.course.stopped_by}"
        return [Seen(inf, said)]
    if learned(measured):
        return []
    worst = _extreme(measured, max)
    if worst is None or worst[0] < threshold:
        return []
    number, moment, first, last = worst
    said = (
        f"{_when(moment)} the gradient of layer {first.number} is {number:.3g} times as large as that of layer "
        f"{last.number}: it grows from layer to layer on its way back"
    )
    return [Seen(number, said, f"layer {first.number}")]


def vanishing_gradients(measured: Measured, threshold: float) -> list[Seen]:
    if learned(measured):
        return []
    worst = _extreme(measured, min)
    if worst is None or worst[0] >= threshold or worst[2].norm >= _SMALL:
        return []
    number, moment, first, last = worst
    said = (
        f"{_when(moment)} the gradient of layer {first.number} has a norm of {first.norm:.2g}, {number:.2g} of that "
        f"of layer {last.number}: it shrinks from layer to layer on its way back, and the first layers hardly change"
    )
    return [Seen(number, said, f"layer {first.number}")]


def fades(measured: Measured, threshold: float) -> bool:
    """Whether gradients vanish before the first step already, or are not there: then it is no rate that made them."""
    start = measured.start
    norms = [] if start is None else [layer.norm for layer in start.layers if isfinite(layer.norm)]
    if len(norms) > 2 and norms[-1] > 0 and min(norms) == 0:
        return True
    found = None if start is None else _extreme(replace(measured, moments=(start,)), min)
    return found is not None and found[0] < threshold and found[2].norm < _SMALL


def _extreme(
    measured: Measured, which: Callable[..., tuple[float, Moment, LayerMeasured, LayerMeasured]]
) -> tuple[float, Moment, LayerMeasured, LayerMeasured] | None:
    """The ratio of the gradients' lengths, first layer to last, where it is least or largest."""
    found = []
    for moment in measured.moments:
        layers = [layer for layer in moment.layers if isfinite(layer.norm)]
        if len(layers) > 2 and layers[-1].norm > 0 and layers[0].norm > 0:
            found.append((layers[0].norm / layers[-1].norm, moment, layers[0], layers[-1]))
    return which(found, key=lambda one: one[0]) if found else None


def learned(measured: Measured) -> bool:
    """Whether the network does much better than a constant."""
    return not isnan(measured.train_cost) and measured.train_cost < _LEARNED * measured.target.base


def dead_units(measured: Measured, threshold: float) -> list[Seen]:
    def said(layer: LayerMeasured) -> str:
        return (
            f"{percent(layer.dead)} of the {layer.units} units of layer {layer.number} ({layer.activation}) pass no "
            "gradient in any row: their output is always the same, and no step can revive them"
        )

    return _worst(measured, threshold, "dead", said)


def saturated_units(measured: Measured, threshold: float) -> list[Seen]:
    def said(layer: LayerMeasured) -> str:
        return (
            f"the {layer.units} units of layer {layer.number} ({layer.activation}) are at an end of their range in "
            f"{percent(layer.saturated)} of the cases, where hardly any gradient passes"
        )

    return _worst(measured, threshold, "saturated", said)


def constant_units(measured: Measured, threshold: float) -> list[Seen]:
    def said(layer: LayerMeasured) -> str:
        return (
            f"{percent(layer.constant)} of the {layer.units} units of layer {layer.number} ({layer.activation}) give "
            "the same output for every row, or the same as another unit: they add no information"
        )

    return _worst(measured, threshold, "constant", said)


def _worst(measured: Measured, threshold: float, name: str, said: Callable[[LayerMeasured], str]) -> list[Seen]:
    """The layers that reach the threshold at the end."""
    layers = [layer for layer in (measured.end.layers if measured.end else ()) if layer.hidden]
    beyond = [layer for layer in layers if getattr(layer, name) >= threshold]
    return [Seen(getattr(layer, name), said(layer), f"layer {layer.number}") for layer in beyond]


def _when(moment: Moment) -> str:
    return "before the first step" if moment.epoch == 0 else f"after epoch {moment.epoch}"
