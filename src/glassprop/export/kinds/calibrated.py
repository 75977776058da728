"""``CalibratedClassifierCV`` as a kind: classifiers, each with the curve that makes probabilities of what it says."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.export.kinds.inner_models import classes_of, inputs_of, must_have
from glassprop.export.kinds.inner_steps import Step, Template
from glassprop.export.kinds.kind import Kind, add
from glassprop.export.kinds.scikit_values import Number, labels_rise
from glassprop.export.kinds.splitters import CV
from glassprop.export.schema.array_values import Array, Values
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.values import Either, Exactly, Flag, Maybe, NotKept, Object, Several, Whole, Word

_VECTOR = Array(("float64", "float32"))
_HOTTEST = 1e5  # of 1 / temperature; scikit-learn looks up to e^10
_OF_SIGMOID = ("a_", "b_")
_OF_STEPS = ("X_thresholds_", "y_thresholds_", "increasing_")
_CURVES = {
    "sigmoid": Object({name: Number() for name in _OF_SIGMOID}),
    "isotonic": Object({"X_thresholds_": _VECTOR, "y_thresholds_": _VECTOR, "increasing_": Exactly(True)}),
    "temperature": Object({"beta_": Number()}),
}
_ONE = Object({"model": Step(), "calibrators": Several(Either(*_CURVES.values()), least=1, most=100_000)})


def _state(value: Any) -> dict[str, Any]:
    """Its classifiers, each with the numbers of its curves; the curves' own form is scikit-learn's and made anew."""
    known = _CURVES[value.method]
    if any(each.method != value.method for each in value.calibrated_classifiers_):
        raise Misfit("", f"it was fitted by another method than {value.method!r}")
    fitted = [
        {"model": each.estimator, "calibrators": [{name: vars(curve)[name] for name in known.keys} for curve in curves]}
        for each in value.calibrated_classifiers_
        for curves in [each.calibrators]
    ]
    return {**vars(value), "calibrated_classifiers_": fitted}


def _fits(made: Any, at: str) -> None:
    from sklearn.calibration import _CalibratedClassifier

    labels_rise(made.classes_, at)
    if len(made.classes_) < 2:
        raise Misfit(at, "there must be two classes or more")
    found, made.calibrated_classifiers_ = made.calibrated_classifiers_, []
    for k, each in enumerate(found):
        place = f"{at}.calibrated_classifiers_[{k}]"
        model, curves = each["model"], each["calibrators"]
        must_have(model, place, "decision_function", "predict_proba")
        if inputs_of(model) != getattr(made, "n_features_in_", None):
            raise Misfit(place, "it takes other columns than it is given")
        if len(curves) != _curves_of(made, classes_of(model, place), place):
            raise Misfit(place, f"{len(curves)} are not as many curves as it needs")
        made.calibrated_classifiers_.append(
            _CalibratedClassifier(
                model,
                [_curve(made.method, curve, place) for curve in curves],
                classes=made.classes_,
                method=made.method,
            )
        )


def _curves_of(made: Any, classes: list[Any], at: str) -> int:
    """How many curves a classifier of these classes has."""
    known = made.classes_.tolist()
    if made.method == "temperature":  # of labels that are text it was given the places
        fits = classes in (known, list(range(len(known))))
    else:
        fits = len(classes) >= 2 and set(classes) <= set(known)
    if not fits:
        raise Misfit(at, "it tells other classes apart")
    return 1 if made.method == "temperature" or len(classes) == 2 else len(classes)


def _curve(method: str, numbers: dict[str, Any], at: str) -> Any:
    """A curve as scikit-learn has it."""
    from sklearn.calibration import _SigmoidCalibration, _TemperatureScaling

    if numbers.keys() != _CURVES[method].keys.keys():
        raise Misfit(at, f"its curves are not of method {method}")
    if method == "isotonic":
        return _isotonic(numbers, at)
    made = object.__new__(_SigmoidCalibration if method == "sigmoid" else _TemperatureScaling)
    vars(made).update(numbers)
    if method == "temperature" and not 0 < made.beta_ <= _HOTTEST:
        raise Misfit(at, f"its beta_ must be above 0, up to {_HOTTEST:g}")
    return made


def _isotonic(numbers: dict[str, Any], at: str) -> Any:
    from sklearn.isotonic import IsotonicRegression

    x, y = numbers["X_thresholds_"], numbers["y_thresholds_"]
    if not len(x) or x.shape != y.shape or x.dtype != y.dtype or not (np.diff(x) > 0).all():
        raise Misfit(at, "the thresholds of its curve must rise, with a probability each")
    slack = 1e-3
    if not (np.diff(y) >= 0).all() or y[0] < -slack or y[-1] > 1 + slack:
        raise Misfit(at, "the probabilities of its curve must rise from 0 to 1")
    made = IsotonicRegression(out_of_bounds="clip")
    vars(made).update(numbers)
    made.X_min_, made.X_max_ = x[0], x[-1]
    made._build_f(x, y)
    return made


add(
    Kind(
        "calibrated_classifier", "sklearn.calibration:CalibratedClassifierCV",
        {"estimator": Maybe(Template()), "method": Word(*_CURVES), "cv": CV, "n_jobs": NotKept(),
         "ensemble": Either(Flag(), Word("auto"))},
        {"calibrated_classifiers_": Several(_ONE, least=1, most=10_000), "classes_": Values()},
        {"n_features_in_": Whole(1)},
        check=_fits,
        width=lambda made: len(made.classes_),
        columns=False,
        state=_state,
        holds=lambda made: [each.estimator for each in made.calibrated_classifiers_],
    ),
)  # fmt: skip
