"""The table of findings: of each kind what is looked at, from where on it is one, and where that number is from."""

from __future__ import annotations

from dataclasses import replace

from glassprop.diagnosis import symptoms_data as data
from glassprop.diagnosis import symptoms_layers as layers
from glassprop.diagnosis import symptoms_training as training
from glassprop.diagnosis.finding import Diagnosis, Finding
from glassprop.diagnosis.measured import Measured
from glassprop.diagnosis.symptom import Symptom

_AUTOTRAINER = "AutoTrainer (Zhang et al., ICSE 2021)"
_LECUN = "LeCun et al. 1998, Efficient BackProp, 4.3: inputs of mean 0 and variance 1"
_RATIO = "the usual step, about 1e-3 of the weights (Karpathy, CS231n)"
_HERE = "chosen on our own tables and planted faults"

_UNITS = ("dead-units", "saturated-units", "constant-units")
_GRADIENTS = ("exploding-gradients", "vanishing-gradients")
_LEARNING = ("oscillation", "no-progress", "too-little-capacity", "schedule-ended", "stopped-too-early")
_OF_ONE_VALUE = ("wrong-derivative", "marks-for-missing", "no-progress")  # what there is where nothing can be learned
_ALL = ("bad-start", "rate-too-high", "rate-too-low", *_GRADIENTS, *_UNITS, *_LEARNING)

# Causes before what they may bring about: so findings are told.
SYMPTOMS: dict[str, Symptom] = {
    "wrong-derivative": Symptom(data.wrong_derivative, 1e-4, "central differences", _ALL),
    "marks-for-missing": Symptom(
        data.marks_for_missing,
        1.0,
        f"a value further from all others than their range; {_HERE}",
        (*_ALL, "inputs-unscaled", "overfitting"),
    ),
    "inputs-unscaled": Symptom(data.inputs_unscaled, 15.0, _LECUN, (*_ALL, "overfitting", "imbalance-ignored")),
    "target-unscaled": Symptom(
        data.target_unscaled,
        10.0,
        "a start whose outputs are about 1 (Glorot & Bengio 2010)",
        (*_ALL, "batch-too-large"),
    ),
    "output-and-cost": Symptom(data.output_and_cost, 0.01, "log loss for classes (Bishop 2006, 5.2)", _ALL),
    "leak": Symptom(data.leak, 0.97, f"more than any single column explains in tables without a leak; {_HERE}"),
    "contradicting-labels": Symptom(data.contradicting_labels, 0.05, _HERE, ("too-little-capacity", "no-progress")),
    "bad-start": Symptom(
        layers.bad_start,
        5.0,
        "the cost of knowing nothing (Karpathy 2019, A Recipe for Training Neural Networks)",
        (*_GRADIENTS, *_UNITS, *_LEARNING, "rate-too-low", "rate-too-high"),
    ),
    "vanishing-gradients": Symptom(
        layers.vanishing_gradients,
        1e-3,
        f"{_AUTOTRAINER}: beta 1, with a gradient norm below beta 2 = 1e-4",
        (*_UNITS, *_LEARNING, "rate-too-low"),
    ),
    "rate-too-high": Symptom(
        training.rate_too_high, 0.15, f"150 times {_RATIO}", (*_GRADIENTS, *_UNITS, *_LEARNING, "overfitting")
    ),
    "exploding-gradients": Symptom(
        layers.exploding_gradients, 70.0, f"{_AUTOTRAINER}: beta 3, or NaN", (*_UNITS, *_LEARNING)
    ),
    "rate-too-low": Symptom(training.rate_too_low, 3e-4, f"a third of {_RATIO}", (*_LEARNING, "batch-too-large")),
    "batch-too-small": Symptom(
        training.batch_too_small,
        4.0,
        "gradients almost as noisy as those of one row (McCandlish et al. 2018, arXiv 1812.06162)",
        ("oscillation", "dead-units", "rate-too-high", "overfitting"),
    ),
    "batch-too-large": Symptom(
        training.batch_too_large,
        0.5,
        f"too few steps (Keskar et al. 2017, arXiv 1609.04836); {_HERE}",
        ("stopped-too-early",),
    ),
    "saturated-units": Symptom(layers.saturated_units, 0.7, f"{_AUTOTRAINER}: gamma, for saturated units", _LEARNING),
    "dead-units": Symptom(
        layers.dead_units,
        0.7,
        f"{_AUTOTRAINER}: gamma, for units without gradient",
        ("no-progress", "oscillation", "too-little-capacity"),
    ),
    "constant-units": Symptom(
        layers.constant_units, 0.7, f"{_AUTOTRAINER}: gamma, for units with constant output", _LEARNING
    ),
    "schedule-ended": Symptom(training.schedule_ended, 0.012, _HERE, ("no-progress", "stopped-too-early")),
    "too-little-capacity": Symptom(
        training.too_little_capacity,
        0.45,
        "a batch that a network can fit (Karpathy 2019)",
        ("no-progress", "oscillation"),
    ),
    "oscillation": Symptom(
        training.oscillation, 0.25, f"{_AUTOTRAINER}: its rate of 0.25, for swings above zeta = 0.03", ("no-progress",)
    ),
    "stopped-too-early": Symptom(
        training.stopped_too_early, 0.15, f"a cost that falls in a straight line has 0.2; {_HERE}", ("no-progress",)
    ),
    "overfitting": Symptom(training.overfitting, 1.5, _HERE, ("no-progress",)),
    "imbalance-ignored": Symptom(
        data.imbalance_ignored,
        0.25,
        f"the recall of the rarest class beside the most frequent; {_HERE}",
        ("no-progress",),
    ),
    "no-progress": Symptom(training.no_progress, 0.95, f"a constant prediction; {_HERE}"),
}


def diagnosis_of(measured: Measured, cost: float, trained: int = 0) -> Diagnosis:
    """Go through the table. cost: what measuring took, in epochs; trained: epochs of a training made for it."""
    looked_for = _OF_ONE_VALUE if measured.target.is_one_value else SYMPTOMS
    found = [finding for kind in looked_for for finding in findings_of(kind, measured)]
    kinds = {finding.kind for finding in found}
    stand: list[Finding] = []
    follow: list[Finding] = []
    for finding in found:
        cause = next((kind for kind in SYMPTOMS if kind in kinds and finding.kind in SYMPTOMS[kind].brings), "")
        (follow if cause else stand).append(replace(finding, follows_from=cause))
    return Diagnosis(tuple(stand), measured, cost, tuple(follow), trained)


def findings_of(kind: str, measured: Measured) -> list[Finding]:
    """What of this kind is found."""
    symptom = SYMPTOMS[kind]
    return [
        Finding(
            kind,
            float(one.number),
            symptom.threshold if one.threshold is None else one.threshold,
            one.source or symptom.source,
            one.where,
            one.sentence,
        )
        for one in symptom.look(measured, symptom.threshold)
    ]
