"""Findings in the data: scales, marks for what is missing, leaks, contradictions, classes, output and cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, isfinite, isnan

from glassprop.diagnosis.measured import ColumnMeasured, Measured
from glassprop.diagnosis.symptom import Seen
from glassprop.ground.number_text import percent
from glassprop.ground.text import listed, quoted

_CLASS_COSTS = ("cross_entropy", "binary_cross_entropy")
_RANGE = "the activation's range, which no weight widens"
_DIFFERENT = 0.45  # of the rows: where fewer are, as of categories alone, equal rows are no surprise
_CHANCE = 0.15  # what few rows that are held out may be off by
_RARE = 0.3  # of an equal share: a class with less is a rare one
_MOSTLY = 0.5
_TOLD_APART = 3  # columns of which the same is found
_TINY = 15.0  # times as far from 1, as what is too large


def wrong_derivative(measured: Measured, threshold: float) -> list[Seen]:
    if isnan(measured.derivative):
        return []
    said = (
        "a function of your own has a wrong derivative, so every step goes in a wrong direction: "
        f"{measured.derivative_words}"
    )
    return [Seen(measured.derivative, said)]


def marks_for_missing(measured: Measured, threshold: float) -> list[Seen]:
    return [*_missing(measured), *_marks(measured, threshold)]


def _missing(measured: Measured) -> list[Seen]:
    lacking = [column for column in measured.columns if column.missing]
    if not lacking:
        return []
    worst = max(lacking, key=lambda column: column.missing)
    said = (
        f"{_columns(lacking)} no number (NaN or infinity) in up to {percent(worst.missing)} of the rows, and no "
        "network can be trained on that; fill them in, and mark in a column of its own where"
    )
    return [Seen(inf, said, worst.words)]


def _marks(measured: Measured, threshold: float) -> list[Seen]:
    marked = [column for column in measured.columns if column.mark_gap >= threshold and column.is_itself]

    def scaled(column: ColumnMeasured) -> str:
        return "" if column.column is None else " (as the network is given it)"

    def said(column: ColumnMeasured, more: str) -> str:
        return (
            f"{percent(column.mark_share)} of the rows have {column.mark:g}{scaled(column)} in {column.words}, "
            f"{column.mark_gap:.2g} times the range of all other values away from them: it looks like a mark for a "
            f"missing value, but is taken for a number{more}"
        )

    return _each(marked, [column.mark_gap for column in marked], said)


def _each(
    columns: Sequence[ColumnMeasured], numbers: Sequence[float], said: Callable[[ColumnMeasured, str], str]
) -> list[Seen]:
    """A finding for each column; of many, one, of that with the largest number, which names some of the others."""
    if len(columns) <= _TOLD_APART:
        return [Seen(number, said(one, ""), one.words) for one, number in zip(columns, numbers, strict=True)]
    worst = max(range(len(columns)), key=lambda k: numbers[k])
    others = [one.name for k, one in enumerate(columns) if k != worst]
    more = f"; {len(others)} more columns are like it ({listed(others, 3)})"
    return [Seen(numbers[worst], said(columns[worst], more), columns[worst].words)]


def inputs_unscaled(measured: Measured, threshold: float) -> list[Seen]:
    plain = [c for c in measured.columns if not c.category and c.mark_gap < 1 and not c.missing and c.size > 0]
    if not plain:
        return []
    large = [column for column in plain if column.size >= threshold]
    worst = max(plain, key=lambda column: column.size)
    if large:
        said = (
            f"{_columns(large)} numbers far from 1 (up to {worst.size:.3g} in {worst.words}, as root mean square): "
            "they drown out the others, and a learning rate that suits them suits no other; standardize the inputs"
        )
        return [Seen(worst.size, said, worst.words)]
    if 1 / worst.size >= _TINY * threshold:
        said = (
            f"all inputs are tiny (the largest, {worst.words}, has a root mean square of {worst.size:.3g}): the first "
            "layer hardly reacts to them; standardize the inputs"
        )
        return [Seen(1 / worst.size, said, worst.words, _TINY * threshold)]
    return []


def target_unscaled(measured: Measured, threshold: float) -> list[Seen]:
    target = measured.target
    if target.task != "numbers" or not measured.free or not target.spread > 0:
        return []
    number = max(target.size, 1 / target.spread)
    if number < threshold:
        return []
    size = (
        f"a size of {target.size:.3g}" if target.size >= threshold else f"a standard deviation of {target.spread:.3g}"
    )
    said = (
        f"the target has {size}, and a network starts with outputs about 1 in size: it first has to bridge that "
        "difference; standardize the target"
    )
    return [Seen(number, said)]


def output_and_cost(measured: Measured, threshold: float) -> list[Seen]:
    found = []
    target = measured.target
    if target.outside >= threshold:
        said = (
            f"{percent(target.outside)} of the targets lie outside the range of the output's activation, "
            f"{measured.output}: use one that reaches them (identity for regression)"
        )
        found.append(Seen(target.outside, said, "output", source=_RANGE))
    if target.task != "numbers" and measured.cost_name.split("(")[0] not in _CLASS_COSTS and measured.cost_name:
        said = (
            f"classes are learned with the cost {measured.cost_name} (output {measured.output}): its gradient "
            "vanishes where the network is confidently wrong; use log_loss, with the output that goes with it"
        )
        found.append(Seen(1.0, said, "output"))
    return found


def leak(measured: Measured, threshold: float) -> list[Seen]:
    telling = [column for column in measured.columns if column.alone >= threshold]

    def tells(column: ColumnMeasured, more: str) -> str:
        return (
            f"{column.words} alone explains {percent(column.alone)} of the target's variance in rows that it was not "
            f"fitted on: it may be known only after the target, and be missing where predictions are made{more}"
        )

    found = _each(telling, [column.alone for column in telling], tells)
    target = measured.target
    if not isnan(target.repeated) and target.repeated >= max(_MOSTLY, 2 * (1 - target.distinct)):
        said = (
            f"{percent(target.repeated)} of the validation rows are also among the training rows: they measure what "
            "was memorized"
        )
        found.append(Seen(target.repeated, said, "validation rows", _MOSTLY, "more than half of them"))
    return found


def contradicting_labels(measured: Measured, threshold: float) -> list[Seen]:
    share = measured.target.contradicting
    if share < threshold or measured.target.different < _DIFFERENT:
        return []
    what = "another class" if measured.target.task != "numbers" else "another number"
    said = (
        f"{percent(share)} of the rows have the same inputs as other rows, most of which have {what}: one or the "
        "other is wrong"
    )
    return [Seen(share, said)]


def imbalance_ignored(measured: Measured, threshold: float) -> list[Seen]:
    target = measured.target
    if target.task != "classes" or not measured.course.cost:
        return []
    return [*_rare(measured, target.recalls, "these", threshold), *_rare_held_out(measured, threshold)][:1]


def _rare_held_out(measured: Measured, threshold: float) -> list[Seen]:
    return _rare(measured, measured.target.recalls_held_out, "those held out", threshold + _CHANCE)


def _rare(measured: Measured, recalls: tuple[float, ...], which: str, threshold: float) -> list[Seen]:
    """The rare class that is found least."""
    shares = measured.target.shares
    if len(recalls) != len(shares) or len(shares) < 2:
        return []
    often = max(range(len(shares)), key=lambda k: shares[k])
    rare = [k for k, share in enumerate(shares) if share * len(shares) <= _RARE and isfinite(recalls[k])]
    if not rare or not isfinite(recalls[often]):
        return []
    worst = min(rare, key=lambda k: recalls[k])
    number, name = recalls[often] - recalls[worst], quoted(measured.target.names[worst])
    if number < threshold:
        return []
    said = (
        f"class {name} has {percent(shares[worst])} of the rows, and {percent(recalls[worst])} of {which} are found, "
        f"against {percent(recalls[often])}: all rows weigh the same, so this class hardly counts"
    )
    return [Seen(number, said, f"class {name}")]


def _columns(columns: list[ColumnMeasured]) -> str:
    if len(columns) == 1:
        return f"{columns[0].words} has"
    return f"{len(columns)} columns ({listed([column.name for column in columns], 3)}) have"
