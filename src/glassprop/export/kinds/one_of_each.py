"""One model for each output, each class or each pair of classes, as kinds."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.export.kinds.inner_models import classes_of, inputs_of, must_give_numbers, must_have, outputs_of, take
from glassprop.export.kinds.inner_steps import Step, Template
from glassprop.export.kinds.kind import Kind, add
from glassprop.export.kinds.scikit_values import Binarizer, RandomState, labels_rise
from glassprop.export.kinds.splitters import CV
from glassprop.export.schema.array_values import Array, Values
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.values import Either, Field, Flag, Maybe, NotKept, Several, Whole, Word

_MODELS = Several(Step(), least=1, most=10_000)
_COUNTED: dict[str, Field] = {"n_features_in_": Whole(1)}
_VERBOSE = Either(Flag(), Whole())


def _each_fits(made: Any, at: str) -> None:
    for model in made.estimators_:
        must_have(model, at, "predict")
        if outputs_of(model) not in (None, 1) and not hasattr(model, "classes_"):
            raise Misfit(at, "each of its models must predict one number")
    take(made.estimators_, getattr(made, "n_features_in_", None), at)


def _each_amount_fits(made: Any, at: str) -> None:
    _each_fits(made, at)
    for model in made.estimators_:
        must_give_numbers(model, at)


def _each_of_classes_fits(made: Any, at: str) -> None:
    _each_fits(made, at)
    for model in made.estimators_:
        classes_of(model, at)
    made.classes_ = [model.classes_ for model in made.estimators_]


# --- chains -----------------------------------------------------------------------------------------------------


def _chain_fits(made: Any, at: str) -> None:
    count = len(made.estimators_)
    if sorted(np.asarray(made.order_).tolist()) != list(range(count)):
        raise Misfit(at, "its order_ must name each of its models once")
    for k, model in enumerate(made.estimators_):
        must_give_numbers(model, at, by=getattr(made, "chain_method_", "predict"))
        if inputs_of(model) not in (None, made.n_features_in_ + k):
            raise Misfit(at, "each of its models must take the columns, and what those before it predict")


def _chain_of_classes_fits(made: Any, at: str) -> None:
    _chain_fits(made, at)
    for model in made.estimators_:
        if len(classes_of(model, at)) > 2:
            raise Misfit(at, "each of its models must tell two classes apart")
        must_give_numbers(model, at)  # whichever way those after it ask
    made.classes_ = [model.classes_ for model in made.estimators_]


_ORDER = Either(Array(("int64",)), Several(Whole()))
_CHAIN: dict[str, Field] = {
    "estimator": Template(), "order": Maybe(Either(Word("random"), _ORDER, Several(Whole(), into=tuple))), "cv": CV,
    "random_state": RandomState(), "verbose": _VERBOSE,
}  # fmt: skip
_CHAINED: dict[str, Field] = {"order_": _ORDER, "estimators_": _MODELS}
_METHOD = Word("predict", "predict_proba", "predict_log_proba", "decision_function")


# --- classes ----------------------------------------------------------------------------------------------------


def _two_classes_each(made: Any, at: str) -> None:
    labels_rise(made.classes_, at)
    take(made.estimators_, getattr(made, "n_features_in_", None), at)
    for model in made.estimators_:
        must_have(model, at, "predict_proba", "decision_function")
        if len(classes_of(model, at)) != 2:
            raise Misfit(at, "each of its models must tell two classes apart")


def _rest_fits(made: Any, at: str) -> None:
    _two_classes_each(made, at)
    count, binarizer = len(made.classes_), made.label_binarizer_
    one = binarizer.y_type_ == "binary" and count == 2
    if len(made.estimators_) != (1 if one else count) or (binarizer.y_type_ == "binary" and not one):
        raise Misfit(at, f"it must have a model for each of its {count} classes")
    if binarizer.classes_.tolist() != made.classes_.tolist():
        raise Misfit(at, "its label_binarizer_ has other classes")


def _pairs_fit(made: Any, at: str) -> None:
    _two_classes_each(made, at)
    count = len(made.classes_)
    if count < 2 or len(made.estimators_) != count * (count - 1) // 2:
        raise Misfit(at, f"it must have a model for each pair of its {count} classes")
    for model in made.estimators_:
        if classes_of(model, at) != [0, 1]:
            raise Misfit(at, "the classes of each of its models must be 0 and 1")
    made.pairwise_indices_ = None  # those of kernels that were computed beforehand


_OF_OUTPUTS: dict[str, Field] = {"estimator": Template(), "n_jobs": NotKept()}
add(
    Kind(
        "multi_output_classifier", "sklearn.multioutput:MultiOutputClassifier",
        _OF_OUTPUTS,
        {"estimators_": _MODELS},
        _COUNTED,
        derived=("classes_",),
        check=_each_of_classes_fits,
        width=lambda made: len(made.estimators_),
        columns=False,
        holds=lambda made: made.estimators_,
    ),
    Kind(
        "multi_output_regressor", "sklearn.multioutput:MultiOutputRegressor",
        _OF_OUTPUTS,
        {"estimators_": _MODELS},
        _COUNTED,
        check=_each_amount_fits,
        width=lambda made: len(made.estimators_),
        columns=False,
        holds=lambda made: made.estimators_,
    ),
    Kind(
        "classifier_chain", "sklearn.multioutput:ClassifierChain",
        {**_CHAIN, "chain_method": Either(_METHOD, Several(_METHOD, least=1, most=4))},
        {**_CHAINED, "chain_method_": _METHOD},
        derived=("classes_",),
        check=_chain_of_classes_fits,
        width=lambda made: len(made.estimators_),
        holds=lambda made: made.estimators_,
    ),
    Kind(
        "regressor_chain", "sklearn.multioutput:RegressorChain",
        _CHAIN,
        _CHAINED,
        check=_chain_fits,
        width=lambda made: len(made.estimators_),
        holds=lambda made: made.estimators_,
    ),
    Kind(
        "one_vs_rest", "sklearn.multiclass:OneVsRestClassifier",
        {**_OF_OUTPUTS, "verbose": _VERBOSE},
        {"estimators_": _MODELS, "classes_": Values(), "label_binarizer_": Binarizer(sparse=True)},
        _COUNTED,
        check=_rest_fits,
        width=lambda made: len(made.classes_),
        columns=False,
        holds=lambda made: made.estimators_,
    ),
    Kind(
        "one_vs_one", "sklearn.multiclass:OneVsOneClassifier",
        _OF_OUTPUTS,
        {"estimators_": Several(Step(), into=tuple, least=1, most=10_000), "classes_": Values()},
        _COUNTED,
        derived=("pairwise_indices_",),
        check=_pairs_fit,
        width=lambda made: len(made.classes_),
        columns=False,
        holds=lambda made: made.estimators_,
    ),
)  # fmt: skip
