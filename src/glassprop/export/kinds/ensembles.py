"""Several models asked together, as kinds: voting, stacking, bagging."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.export.kinds.inner_models import inputs_of, must_give_numbers, must_have, numbered, outputs_of, take
from glassprop.export.kinds.inner_steps import Named, Step, Template
from glassprop.export.kinds.kind import Kind, add
from glassprop.export.kinds.scikit_values import RandomState, labels_rise
from glassprop.export.kinds.splitters import CV
from glassprop.export.schema.array_values import Array, Values
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.values import Either, Field, Flag, Maybe, NotKept, Only, Real, Several, Whole, Word

_MODELS = Several(Step(), least=1, most=10_000)
_VERBOSE = Either(Flag(), Whole())
_ASKED: dict[str, Field] = {"estimators": Named(Template("drop")), "n_jobs": NotKept(), "verbose": _VERBOSE}
_NAMED = ("named_estimators_",)


def _encoder(classes: np.ndarray) -> Any:
    """The LabelEncoder of these classes."""
    from sklearn.preprocessing import LabelEncoder

    made = LabelEncoder()
    made.classes_ = classes
    return made


def _name_all(made: Any, at: str) -> None:
    """Give each fitted model the name of the one that it was asked for as."""
    from sklearn.utils import Bunch

    asked = [name for name, step in made.estimators if not isinstance(step, str)]
    if len(asked) != len(made.estimators_):
        raise Misfit(at, f"it has {len(made.estimators_)} models for {len(asked)} names")
    fitted = dict(zip(asked, made.estimators_, strict=True))
    made.named_estimators_ = Bunch(**{name: fitted.get(name, "drop") for name, _ in made.estimators})
    take(made.estimators_, None, at)


# --- voting -----------------------------------------------------------------------------------------------------


def _weights_fit(made: Any, at: str) -> None:
    if made.weights is None:
        return
    if len(made.weights) != len(made.estimators):
        raise Misfit(at, "it must have a weight for each of its estimators")
    total = sum(weight for weight, (_, step) in zip(made.weights, made.estimators, strict=True) if step != "drop")
    if not 1e-150 <= abs(total) <= 1e150:
        raise Misfit(at, "its weights must come to more than 0")


def _votes_fit(made: Any, at: str) -> None:
    _name_all(made, at)
    _weights_fit(made, at)
    labels_rise(made.classes_, at)
    numbered(made.estimators_, len(made.classes_), at, all_of_them=True)
    for model in made.estimators_:
        must_have(model, at, "predict_proba" if made.voting == "soft" else "predict")
    made.le_ = _encoder(made.classes_)


def _means_fit(made: Any, at: str) -> None:
    _name_all(made, at)
    _weights_fit(made, at)
    for model in made.estimators_:
        must_give_numbers(model, at)
        if outputs_of(model) not in (None, 1):
            raise Misfit(at, "its models must predict one number")


_WEIGHTS = Maybe(Several(Real(-1e100, 1e100), least=1))
add(
    Kind(
        "voting_classifier", "sklearn.ensemble:VotingClassifier",
        {**_ASKED, "voting": Word("hard", "soft"), "weights": _WEIGHTS, "flatten_transform": Flag()},
        {"estimators_": _MODELS, "classes_": Values()},
        derived=(*_NAMED, "le_"),
        check=_votes_fit,
        width=lambda made: None,
        columns=False,
        holds=lambda made: made.estimators_,
    ),
    Kind(
        "voting_regressor", "sklearn.ensemble:VotingRegressor",
        {**_ASKED, "weights": _WEIGHTS},
        {"estimators_": _MODELS},
        derived=_NAMED,
        check=_means_fit,
        width=lambda made: len(made.estimators_),
        columns=False,
        holds=lambda made: made.estimators_,
    ),
)  # fmt: skip


# --- stacking ---------------------------------------------------------------------------------------------------


def _stack_fits(made: Any, at: str) -> None:
    _name_all(made, at)
    if made.cv == "prefit":  # then what was asked for is what is asked
        fitted = made.named_estimators_
        made.estimators = [(name, fitted[name]) for name, _ in made.estimators]
    methods, widths = made.stack_method_, made._n_feature_outs
    if len(methods) != len(made.estimators_) or len(widths) < len(made.estimators_):
        raise Misfit(at, "it must have a stack_method_ for each of its models")
    for model, method in zip(made.estimators_, methods, strict=True):
        must_give_numbers(model, at, by=method)
    must_have(made.final_estimator_, at, "predict")
    seen, given = inputs_of(made.estimators_[0]), sum(widths)
    if made.passthrough:
        given = None if seen is None else given + seen
    taken = inputs_of(made.final_estimator_)
    if given is not None and taken is not None and given != taken:
        raise Misfit(at, f"its final_estimator_ takes {taken} columns, and its models give {given}")


def _stacked_classes_fit(made: Any, at: str) -> None:
    _stack_fits(made, at)
    several = isinstance(made.classes_, list)
    for classes in made.classes_ if several else [made.classes_]:
        labels_rise(classes, at)
        if not len(classes):
            raise Misfit(at, "it must have classes")
    if several:
        made._label_encoder = [_encoder(classes) for classes in made.classes_]
    else:
        made._label_encoder = _encoder(made.classes_)
        numbered([made.final_estimator_], len(made.classes_), at, all_of_them=False)


_METHODS = ("predict_proba", "decision_function", "predict")
_STACKED: dict[str, Field] = {
    "estimators_": _MODELS, "final_estimator_": Step(), "stack_method_": Several(Word(*_METHODS), least=1),
    "_n_feature_outs": Several(Whole(1, 10**6), least=1, most=100_000),
}  # fmt: skip
_TO_STACK: dict[str, Field] = {
    **_ASKED, "final_estimator": Maybe(Template()), "cv": Either(CV, Word("prefit")), "passthrough": Flag()
}  # fmt: skip
add(
    Kind(
        "stacking_classifier", "sklearn.ensemble:StackingClassifier",
        {**_TO_STACK, "stack_method": Word("auto", *_METHODS)},
        {**_STACKED, "classes_": Either(Values(), Several(Values(), least=1, most=10_000))},
        derived=(*_NAMED, "_label_encoder"),
        check=_stacked_classes_fit,
        width=lambda made: None,
        columns=False,
        holds=lambda made: [*made.estimators_, made.final_estimator_],
    ),
    Kind(
        "stacking_regressor", "sklearn.ensemble:StackingRegressor",
        _TO_STACK,
        _STACKED,
        {"stack_method": Word("predict")},  # which is none of its arguments
        derived=_NAMED,
        check=_stack_fits,
        width=lambda made: None,
        columns=False,
        holds=lambda made: [*made.estimators_, made.final_estimator_],
    ),
)  # fmt: skip


# --- bagging ----------------------------------------------------------------------------------------------------


def _bag_fits(made: Any, at: str) -> None:
    if not made.n_estimators == len(made.estimators_) == len(made.estimators_features_):
        raise Misfit(at, f"it must have {made.n_estimators} estimators_, and the columns of each")
    for model, columns in zip(made.estimators_, made.estimators_features_, strict=True):
        must_give_numbers(model, at)
        if not len(columns) or columns.min() < 0 or columns.max() >= made.n_features_in_:
            raise Misfit(at, "its estimators_features_ must be numbers of columns")
        take([model], len(columns), at)


def _bag_of_classes_fits(made: Any, at: str) -> None:
    _bag_fits(made, at)
    labels_rise(made.classes_, at)
    made.n_classes_ = len(made.classes_)
    if not made.n_classes_:
        raise Misfit(at, "it must have classes")
    numbered(made.estimators_, made.n_classes_, at, all_of_them=False)


def _same_outputs(made: Any, at: str) -> None:
    _bag_fits(made, at)
    if len({outputs_of(model) for model in made.estimators_} - {None}) > 1:
        raise Misfit(at, "its models must predict as many numbers")


_BAG: dict[str, Field] = {
    "estimator": Maybe(Template()), "n_estimators": Whole(1), "max_samples": Maybe(Either(Whole(1), Real(0, 1))),
    "max_features": Either(Whole(1), Real(0, 1)), "bootstrap": Flag(), "bootstrap_features": Flag(),
    "oob_score": Flag(), "warm_start": Flag(), "n_jobs": NotKept(), "random_state": RandomState(), "verbose": _VERBOSE,
}  # fmt: skip
_TRAINED_ON = Maybe(Array(("float64", "float32", "int64")))
_BAGGED: dict[str, Field] = {
    "estimator_params": Only(()), "estimator_": Template(), "estimators_": _MODELS,
    "estimators_features_": Several(Array(("int64",)), least=1, most=10_000), "_seeds": Array(("int64",)),
    "_n_samples": Whole(1), "_max_samples": Whole(1), "_max_features": Whole(1), "_sample_weight": _TRAINED_ON,
}  # fmt: skip
_OUT_OF_BAG = Either(Array(numbers="not infinite"), Array(axes=2, numbers="not infinite"))
add(
    Kind(
        "bagging_classifier", "sklearn.ensemble:BaggingClassifier",
        _BAG,
        {**_BAGGED, "classes_": Values()},
        {"oob_score_": Real(), "oob_decision_function_": _OUT_OF_BAG},
        derived=("n_classes_",),
        check=_bag_of_classes_fits,
        width=lambda made: made.n_classes_,
        holds=lambda made: made.estimators_,
    ),
    Kind(
        "bagging_regressor", "sklearn.ensemble:BaggingRegressor",
        _BAG,
        _BAGGED,
        {"oob_score_": Real(), "oob_prediction_": _OUT_OF_BAG},
        check=_same_outputs,
        width=lambda made: outputs_of(made.estimators_[0]),
        holds=lambda made: made.estimators_,
    ),
)  # fmt: skip
