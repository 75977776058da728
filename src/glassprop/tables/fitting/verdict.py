"""What is to be said of scores, in a sentence: that they are worse than a guess, and why; or of too few rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glassprop.ground.note import Note
from glassprop.ground.number_text import number
from glassprop.tables.fitting.assess import Assessment

WORSE, FEW = "worse-than-guessing", "few-rows"  # the kinds of what is said here

_HIGHER_IS_BETTER = {"accuracy", "balanced_accuracy", "roc_auc", "r2"}
_ROUNDING = 1e-6  # of a score: predictions are float32
# Fewer rows, or a wider interval of one of these scores, say little.
_FEW_ROWS = 30
_WIDE = {"accuracy": 0.2, "balanced_accuracy": 0.2, "roc_auc": 0.2, "r2": 0.4}


@dataclass(frozen=True)
class Circumstances:
    """What is known of a training, besides its scores, that may be why they are bad.

    Attributes
    ----------
    rows : int
        Trained on.
    epochs : int
        That ran.
    interrupted : bool
    asked_epochs : int or None
        The limit that the user gave.
    balanced : bool
        Whether rare classes counted more than they are frequent.
    apart : str
        How the scored rows differ from those trained on; "" where they were drawn at random.
    cost, cost_of_guess : float or None
        On the rows trained on, by the network and by a guess.
    """

    rows: int
    epochs: int = 0
    interrupted: bool = False
    asked_epochs: int | None = None
    balanced: bool = False
    apart: str = ""
    cost: float | None = None
    cost_of_guess: float | None = None


def balanced(target: str, weights: object = "balanced") -> Note:
    """That probabilities of a network of balanced classes are not shares of rows; `weights`: or of weighed classes."""
    how = (
        "every class has the same total weight, as asked: probabilities are scores, as if every class were as "
        "frequent as the "
    )
    how += "others"
    if weights != "balanced":
        how = (
            "classes are weighted, as asked: probabilities are scores, as if classes were as frequent as their "
            "weights say"
        )
    text = (
        f"{how}, for ranking and deciding; they are not shares of rows (docs/tables.md says how to make shares of them)"
    )
    return Note(text, "balanced-probabilities", target)


def worse_than_guessing(found: Assessment, around: Circumstances) -> Note | None:
    """The sentence, where a score is worse than that of a guess, which knows no columns."""
    worse = [name for name in found.scores if name in found.baseline and _worse(found, name)]
    if not worse:
        return None
    what = ", ".join(f"{name} {number(found.scores[name])} against {number(found.baseline[name])}" for name in worse)
    rest = "" if len(worse) == len(found.scores.keys() & found.baseline.keys()) else " (other scores are not)"
    reason = _reason(found, worse, around)
    text = f"worse than the baseline, which knows no columns: {what}{rest}; {reason}"
    return Note(text, WORSE, number=found.rows, examples=tuple(worse))


def _worse(found: Assessment, name: str) -> bool:
    score, other = found.scores[name], found.baseline[name]
    lost = other - score if name in _HIGHER_IS_BETTER else score - other
    return lost > _ROUNDING * max(abs(score), abs(other))


def _reason(found: Assessment, worse: Sequence[str], around: Circumstances) -> str:
    """The likeliest, by what can be known."""
    if around.interrupted:
        return f"training was interrupted after {around.epochs} epoch(s)"
    if around.balanced and set(worse) <= {"accuracy", "log_loss"}:
        return "this is the price of balanced classes: rare classes count more in training than in the data"
    if all(_within(found, name) for name in worse):
        return f"with {found.rows:,} row(s) that may be chance: the baseline lies within the interval"
    if around.apart:
        return f"{around.apart}, and may differ from these"
    return _reason_of_training(around)


def _within(found: Assessment, name: str) -> bool:
    low, high = found.intervals.get(name, (-float("inf"), float("inf")))
    return low <= found.baseline[name] <= high


def _reason_of_training(around: Circumstances) -> str:
    learned = f"the {around.rows:,} training row(s)"
    if around.cost is None or not around.cost_of_guess:
        return f"{learned} are few for so many columns, or the columns say little about the target"
    share = around.cost / around.cost_of_guess
    if share > 0.9 and around.asked_epochs is not None and around.epochs >= around.asked_epochs:
        return f"the {around.asked_epochs} epoch(s) that were asked for are too few to learn anything"
    if share > 0.9:
        return "the columns seem to say nothing about the target: not even the training rows are predicted"
    if share < 0.5:
        return f"{learned} were memorized: too few rows, or columns that say little about the target"
    return f"{learned} are few, or the columns say little about the target"


def few_rows(found: Assessment) -> Note | None:
    """The sentence, where scores are of so few rows that they say little."""
    wide = [
        name
        for name, most in _WIDE.items()
        if name in found.intervals and found.intervals[name][1] - found.intervals[name][0] > most
    ]
    if found.rows >= _FEW_ROWS and not wide:
        return None
    shown = wide or [name for name in found.scores if name in found.intervals][:1]
    spans = ", ".join(f"{name} may be anything from {_span(found, name)}" for name in shown[:2])
    text = f"scores of {found.rows:,} row(s) say little" + (f": {spans}" if spans else "")
    return Note(text, FEW, number=found.rows, examples=tuple(shown))


def _span(found: Assessment, name: str) -> str:
    low, high = found.intervals[name]
    return f"{number(low)} to {number(high)}"
