"""Findings in how training went: rates, batches, curves, and what was left to be learned."""

from __future__ import annotations

from math import inf, isclose, isfinite, isnan

import numpy as np

from glassprop.diagnosis.measured import Measured
from glassprop.diagnosis.symptom import Seen
from glassprop.diagnosis.symptoms_layers import fades
from glassprop.ground.number_text import percent

_MEANT = 1e-3
_ALIKE = 1e-3  # of a cost: float32 may be off by that
_FADES = 1e-3  # AutoTrainer's beta 1
_NOTHING = 0.9  # of what a constant costs: who costs more has learned nothing to speak of
_MUCH_LEFT = 0.3
_SMALL_REST = 0.05
_SWING = 0.03  # of what a constant costs: AutoTrainer's zeta, there of the accuracy
_LAST = 0.2  # the part of the epochs that is the end
_FADED = 0.01  # of the first rate
_FEW_ROWS = 50
_USUAL = 200  # rows of a batch, as by default
_SHOT_UP = 2.0
_WORSE, _WORSE_AMOUNTS = 0.7, 0.3  # of what a constant costs: by how much the validation cost has risen at least
_BY_HEART, _WORSE_BY_HEART = 1.2, 0.1  # of amounts, where next to nothing is left of the training cost
_FEW, _PLENTY = 32, 20  # rows that are to be fitted; parameters for each number of their targets
_NO_PROGRESS = 0.95  # of what a constant costs: where no progress begins
_ONE_MORE = 0.012  # of what a constant costs, that an epoch brings: as of a schedule that ended too soon
_APART = 0.1  # AutoTrainer's: training accuracy above that of validation


def curve(measured: Measured) -> list[float]:
    """The training cost by epoch, that before the first step in front where it is known."""
    start = measured.start
    return ([start.cost] if start is not None else []) + list(measured.course.cost)


def left(measured: Measured) -> float:
    """What is left of the cost, by that of a constant; infinite if it is no number."""
    share = measured.train_cost / measured.target.base if measured.target.base else inf
    return share if isfinite(share) else inf


def judged_alike(measured: Measured) -> bool:
    """Whether the validation costs by epoch are of the rows that are held out now: that of the epoch that was kept is
    the cost of the network as it is."""
    curve, kept = measured.course.validation_cost, measured.course.kept
    if not curve:
        return False
    then = curve[kept - 1] if 0 < kept <= len(curve) else curve[-1]
    return isclose(then, measured.validation_cost, rel_tol=_ALIKE)


def rises(measured: Measured) -> float:
    """The share of the epochs in which the training cost rose by more than a little."""
    costs = np.array(measured.course.cost)
    if len(costs) < 5 or not np.isfinite(costs).all():
        return 0.0
    return float((np.diff(costs) > _SWING * measured.target.base).mean())


def late_fall(measured: Measured) -> float:
    """Which part of all that the training cost fell, it fell in the last fifth of the epochs."""
    costs = curve(measured)
    if len(costs) < 2 or not np.isfinite(costs).all():
        return 0.0
    fallen = costs[0] - min(costs)
    before = costs[-1 - max(1, round(_LAST * (len(costs) - 1)))]
    return (before - costs[-1]) / fallen if fallen > 0 else 0.0


def rate_too_high(measured: Measured, threshold: float) -> list[Seen]:
    course = measured.course
    sizes = [size for _, size in course.updates if not isnan(size)]
    if not sizes or max(sizes) < threshold or fades(measured, _FADES):
        return []
    why = _why_too_high(measured)
    if not why:
        return []
    said = (
        f"a step moves the weights of a layer by up to {max(sizes):.2g} of their norm (about {_MEANT:g} is usual), at "
        f"a learning rate of {course.first_rate:g}, and {why}"
    )
    return [Seen(max(sizes), said)]


def _why_too_high(measured: Measured) -> str:
    """What shows that steps are too long; empty where training went well all the same."""
    course, costs = measured.course, curve(measured)
    if course.diverged:
        return "the cost became NaN or infinite"
    if left(measured) >= _NOTHING:
        return "the cost did not fall below what a constant prediction costs"
    if rises(measured) >= 0.1:
        return f"the cost rose in {percent(rises(measured))} of the epochs"
    if len(costs) > 1 and max(costs[1:]) >= _SHOT_UP * max(costs[0], measured.target.base):
        return f"the cost shot up to {max(costs[1:]):.3g}"
    start, end = measured.start, measured.end
    if start is not None and end is not None:
        for before, after in zip(start.layers, end.layers, strict=True):
            if after.dead - before.dead >= 0.5 or after.saturated - before.saturated >= 0.5:
                return f"since then most units of layer {after.number} are dead or saturated"
    return ""


def rate_too_low(measured: Measured, threshold: float) -> list[Seen]:
    course = measured.course
    sizes = [size for _, size in course.updates if isfinite(size)]
    if not sizes or not course.cost or max(sizes) > threshold or max(sizes) == 0 or left(measured) < 0.5:
        return []
    if course.moved >= 0.1 or _gradient_is_gone(measured):
        return []
    said = (
        f"a step moves the weights of a layer by no more than {max(sizes):.2g} of their norm (about {_MEANT:g} is "
        f"usual), at a learning rate of {course.first_rate:g}: after {course.epochs} epochs the cost is still "
        f"{percent(min(left(measured), 9.99))} of a constant prediction's"
    )
    return [Seen(max(sizes), said)]


def _gradient_is_gone(measured: Measured) -> bool:
    """Whether there is no gradient that a higher rate would follow."""
    layers = measured.start.layers if measured.start else ()
    return any(layer.norm < 1e-8 for layer in layers if isfinite(layer.norm))


def batch_too_small(measured: Measured, threshold: float) -> list[Seen]:
    if measured.batch > threshold or measured.rows < _FEW_ROWS or not measured.course.steps:
        return []
    said = (
        f"each step uses {measured.batch} of {measured.rows} rows: the gradients are mostly noise, and an epoch takes "
        "many times as long as necessary"
    )
    return [Seen(measured.batch, said)]


def batch_too_large(measured: Measured, threshold: float) -> list[Seen]:
    share = measured.batch / max(measured.rows, 1)
    falls, rest = late_fall(measured), left(measured)
    unfinished = (falls >= 0.05 and rest >= _MUCH_LEFT) or (falls >= 0.02 and rest >= 0.1)
    if share < threshold or measured.batch <= _USUAL or measured.arguments.get("solver") == "lbfgs" or not unfinished:
        return []
    course = measured.course
    said = (
        f"each step uses {percent(share)} of the {measured.rows} rows, so {course.epochs} epochs were "
        f"{course.epochs * course.steps} steps, and the cost was still falling: smaller batches give more steps per "
        "epoch"
    )
    return [Seen(share, said)]


def oscillation(measured: Measured, threshold: float) -> list[Seen]:
    share = rises(measured)
    if share < threshold:
        return []
    said = (
        f"the training cost rose by more than {percent(_SWING)} of a constant prediction's cost in {percent(share)} "
        "of the epochs: steps jump across the minimum rather than into it"
    )
    return [Seen(share, said)]


def schedule_ended(measured: Measured, threshold: float) -> list[Seen]:
    course = measured.course
    if isnan(measured.further) or measured.further < threshold or left(measured) < 0.1:
        return []
    said = (
        f"the schedule has lowered the learning rate from {course.first_rate:.2g} to {course.last_rate:.2g}, and with "
        f"half of the first rate one more epoch lowers the cost by {percent(measured.further)} of a constant "
        "prediction's cost: the schedule ended learning, not the data"
    )
    return [Seen(measured.further, said)]


def too_little_capacity(measured: Measured, threshold: float) -> list[Seen]:
    return [*_cannot_fit(measured, threshold), *_linear(measured)][:1]


def _linear(measured: Measured) -> list[Seen]:
    """Layers between which no activation stands."""
    hidden = [layer for layer in (measured.end.layers if measured.end else ()) if layer.hidden]
    dense = [layer for layer in hidden if layer.kind == "dense"]
    if not dense or not all(layer.linear for layer in hidden) or left(measured) < _SMALL_REST:
        return []
    said = (
        f"the {len(dense)} hidden layers have no activation (identity), so that all of them together are one linear "
        f"layer; the cost is still {percent(min(left(measured), 9.99))} of a constant prediction's"
    )
    return [Seen(len(dense), said, f"layer {dense[0].number}", 1.0, "a product of matrices is a matrix")]


def _cannot_fit(measured: Measured, threshold: float) -> list[Seen]:
    if isnan(measured.few_cost) or measured.few_cost < threshold:
        return []
    if left(measured) >= _NO_PROGRESS and measured.parameters >= _PLENTY * _FEW * measured.outputs:
        return []  # a network that large is not too small: it does not get anywhere
    said = (
        f"a network of this kind, with {measured.parameters} parameters, cannot memorize 32 rows: the cost is still "
        f"{percent(measured.few_cost)} of a constant prediction's; the network is too small, or regularized too "
        "strongly"
    )
    return [Seen(measured.few_cost, said)]


def stopped_too_early(measured: Measured, threshold: float) -> list[Seen]:
    return [*_still_falling(measured, threshold), *_gave_up(measured)][:1]


def _gave_up(measured: Measured) -> list[Seen]:
    """Where patience ended it, although the last epoch still brought something."""
    course, base = measured.course, measured.target.base
    val = course.validation_cost
    costs = val if measured.arguments.get("early_stopping") and val else course.cost
    ended = course.exhausted or course.diverged or course.interrupted or measured.arguments.get("solver") == "lbfgs"
    if ended or len(costs) < 2 or left(measured) < 0.1 or not costs[-1] <= min(costs):
        return []
    number = (costs[-2] - costs[-1]) / base
    if not number >= _ONE_MORE:
        return []
    patience, tol = measured.arguments.get("n_iter_no_change"), measured.arguments.get("tol")
    said = (
        f"training stopped after {course.epochs} epochs, although the last of them still lowered the "
        f"{'validation ' * (costs is val)}cost by {percent(number)} of a constant prediction's cost: its patience "
        f"({patience}) and tolerance ({tol}) count that as no progress"
    )
    return [Seen(number, said, threshold=_ONE_MORE, source="what an epoch gains where a schedule ended too soon")]


def _still_falling(measured: Measured, threshold: float) -> list[Seen]:
    course, number = measured.course, late_fall(measured)
    val = course.validation_cost
    worsens = len(val) > 2 and val[-1] > min(val[:-1]) * 1.02
    if number < threshold or worsens or left(measured) < 0.1 or course.diverged:
        return []
    said = (
        f"training ended after {course.epochs} epochs with the cost still falling: {percent(number)} of its whole "
        f"fall came in the last fifth of them; it is still {percent(min(left(measured), 9.99))} of a constant "
        "prediction's cost"
    )
    return [Seen(number, said)]


def overfitting(measured: Measured, threshold: float) -> list[Seen]:
    val, base = [cost for cost in measured.course.validation_cost if isfinite(cost)], measured.target.base
    if not val or isnan(measured.validation_cost) or isnan(measured.train_cost) or left(measured) > _NOTHING:
        return []
    if not judged_alike(measured):
        return []
    best, rise = min(val), measured.validation_cost - min(val)
    number = measured.validation_cost / best if best > 0 else inf
    if measured.target.task == "numbers":
        by_heart = left(measured) <= _SMALL_REST
        threshold = _BY_HEART if by_heart else threshold
        harm = rise >= (_WORSE_BY_HEART if by_heart else _WORSE_AMOUNTS) * base
    else:
        harm = rise >= _WORSE * base and measured.validation_wrong - measured.train_wrong >= _APART
    if number < threshold or not harm:
        return []
    said = (
        f"the validation cost was {best:.3g} at its best, in epoch {val.index(best) + 1}, and is "
        f"{measured.validation_cost:.3g} now, where the training cost is {measured.train_cost:.3g}: since then the "
        "network has memorized training rows"
    )
    return [Seen(number, said, threshold=threshold)]


def no_progress(measured: Measured, threshold: float) -> list[Seen]:
    if measured.target.is_one_value:
        return [Seen(1.0, "the target is the same in all rows: there is nothing to learn", "target")]
    if not measured.course.cost or isnan(measured.train_cost):
        return []
    if left(measured) < threshold:
        return _by_heart_alone(measured, threshold)
    said = (
        f"after {measured.course.epochs} epochs the training cost is {measured.train_cost:.3g}, and predicting the "
        f"same for all rows costs {measured.target.base:.3g}: nothing was learned"
    )
    return [Seen(left(measured), said)]


def _by_heart_alone(measured: Measured, threshold: float) -> list[Seen]:
    """Where what was learned never helped on rows that are held out."""
    if not judged_alike(measured) or measured.held_out < _FEW_ROWS // 2:
        return []
    base, best = measured.target.base_held_out, min(measured.course.validation_cost)
    if not base > 0 or not best >= threshold * base:
        return []
    said = (
        f"the training cost fell, but the validation cost was {best:.3g} at its best, and predicting the same for all "
        f"of these rows costs {base:.3g}: nothing was learned that holds for other rows; do X and y belong together, "
        "and does X say anything about y?"
    )
    return [Seen(best / base, said, "rows held out")]
