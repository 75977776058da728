"""What wraps one model, as kinds: frozen, with a transformed target, with another threshold between two classes."""

from __future__ import annotations

from typing import Any

from glassprop.export.kinds.inner_models import classes_of, inputs_of, must_give_numbers, must_have, outputs_of, take
from glassprop.export.kinds.inner_steps import Step, Template
from glassprop.export.kinds.kind import Bare, Kind, add
from glassprop.export.kinds.named_functions import TRANSFORMING_FUNCTION
from glassprop.export.kinds.scikit_values import Number, RandomState
from glassprop.export.kinds.splitters import Splitter
from glassprop.export.schema.array_values import Array, Scalar
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.values import (
    Either,
    Field,
    Flag,
    Maybe,
    NotKept,
    Object,
    Real,
    Several,
    Text,
    Whole,
    Word,
)


def _target_fits(made: Any, at: str) -> None:
    must_give_numbers(made.regressor_, f"{at}.regressor_")
    must_have(made.transformer_, f"{at}.transformer_", "inverse_transform")
    given, taken = outputs_of(made.regressor_), inputs_of(made.transformer_)
    if given is not None and taken is not None and given != taken:
        raise Misfit(at, f"its transformer_ takes {taken} columns, and its regressor_ gives {given}")


def _frozen_fits(made: Any, at: str) -> None:
    must_have(made.estimator, at, "predict", "transform")


def _frozen_state(value: Any) -> dict[str, Any]:
    return {"model": vars(value)["estimator"], **{k: part for k, part in vars(value).items() if k != "estimator"}}


def _thaw(made: Any, attributes: dict[str, Any]) -> None:
    vars(made).update({"estimator": attributes.pop("model"), **attributes})


def _two_classes(made: Any, at: str) -> None:
    must_have(made.estimator_, at, "predict_proba", "decision_function")
    classes = classes_of(made.estimator_, at)
    if len(classes) != 2:
        raise Misfit(at, "a threshold lies between two classes")
    if made.response_method != "auto":
        must_have(made.estimator_, at, made.response_method)
    positive = getattr(made, "pos_label", None)
    if positive is not None and positive not in classes:
        raise Misfit(at, "its pos_label is none of its classes")
    take([made.estimator_], getattr(made, "n_features_in_", None), at)


def _tuned_fits(made: Any, at: str) -> None:
    _two_classes(made, at)
    made._curve_scorer = made._get_curve_scorer()  # which asks the scorer of that name for its positive class
    if made.cv == "prefit":
        made.estimator = made.estimator_


_RESPONSE = Word("auto", "decision_function", "predict_proba")
_THRESHOLDS = Either(Whole(2, 10**6), Array(), Several(Real(), least=2))
_HELD: dict[str, Field] = {"estimator_": Step()}
add(
    Kind(
        "frozen_estimator", "sklearn.frozen:FrozenEstimator",
        {"model": Step()},
        check=_frozen_fits,
        width=lambda made: None,
        columns=False,
        state=_frozen_state,
        restore=_thaw,
        # It is not cloned, so it is fitted wherever it stands.
        bare=Bare({"estimator": Step()}),
        holds=lambda made: [made.estimator],
    ),
    Kind(
        "transformed_target", "sklearn.compose:TransformedTargetRegressor",
        {"regressor": Maybe(Template()), "transformer": Maybe(Template()), "func": Maybe(TRANSFORMING_FUNCTION),
         "inverse_func": Maybe(TRANSFORMING_FUNCTION), "check_inverse": Flag()},
        {"regressor_": Step(), "transformer_": Step(), "_training_dim": Whole(1, 2)},
        check=_target_fits,
        width=lambda made: outputs_of(made.regressor_),
        columns=False,
        holds=lambda made: [made.regressor_],
    ),
    Kind(
        "fixed_threshold", "sklearn.model_selection:FixedThresholdClassifier",
        {"estimator": Template(), "response_method": _RESPONSE, "pos_label": Maybe(Scalar()),
         "threshold": Either(Word("auto"), Number())},
        _HELD,
        {"n_features_in_": Whole(1)},
        check=_two_classes,
        width=lambda made: 1,
        columns=False,
        holds=lambda made: [made.estimator_],
    ),
    Kind(
        "tuned_threshold", "sklearn.model_selection:TunedThresholdClassifierCV",
        {"estimator": Template(), "response_method": _RESPONSE, "scoring": Text(200), "thresholds": _THRESHOLDS,
         "cv": Either(Maybe(Whole(2)), Real(0, 1), Word("prefit"), Splitter()), "refit": Flag(), "n_jobs": NotKept(),
         "random_state": RandomState(), "store_cv_results": Flag()},
        {**_HELD, "best_score_": Number(), "best_threshold_": Number()},
        {"n_features_in_": Whole(1), "cv_results_": Object({"thresholds": Array(), "scores": Array()})},
        derived=("_curve_scorer",),
        check=_tuned_fits,
        width=lambda made: 1,
        columns=False,
        holds=lambda made: [made.estimator_],
    ),
)  # fmt: skip
