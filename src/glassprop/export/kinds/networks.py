"""The estimators as kinds: their arguments, the network, and where training stands, checked against the network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import numpy as np

from glassprop.engine.choose import ENGINES
from glassprop.errors import ArchitectureError
from glassprop.estimator.build import STOCHASTIC_SOLVERS, FactorName, MemberName
from glassprop.estimator.plain_state import from_plain, to_plain
from glassprop.export.kinds.kind import Bare, Kind, add
from glassprop.export.kinds.left_fits import LEFT, OPTIMIZER, left_fits
from glassprop.export.kinds.scikit_values import Binarizer, RandomState, Weights, labels_rise
from glassprop.export.schema.array_values import Array, NaN, Numbers, Values
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.network_field import (
    FUNCTION,
    LAYER_ASKED,
    NETWORK,
    OUTPUT_OPTIONS,
    parameters_of,
    sizes_of,
)
from glassprop.export.schema.values import Either, Field, Flag, Maybe, Object, Real, Several, Text, Whole, Word
from glassprop.ground.text import quoted
from glassprop.optimizer import OPTIMIZERS
from glassprop.training.schedule import SCHEDULES
from glassprop.training.train_settings import BestEpoch

_FLOATS = ("float64", "float32")
_SIGNED = Real(infinite=True)
_COST = Either(_SIGNED, NaN())  # of an epoch that diverged


_SETTINGS: dict[str, Field] = {
    "hidden_layer_sizes": Either(Whole(1), Several(Whole(1), into=tuple)),
    "activation": Either(FUNCTION, Several(FUNCTION)),
    "solver": Word("lbfgs", *STOCHASTIC_SOLVERS),
    "alpha": Real(0),
    "batch_size": Either(Word("auto"), Whole(1)),
    "learning_rate": Word(*SCHEDULES),
    "learning_rate_init": Real(0),
    "power_t": Real(0),
    "max_iter": Whole(1),
    "shuffle": Flag(),
    "random_state": RandomState(),
    "tol": Real(0),
    "verbose": Either(Flag(), Whole()),
    "warm_start": Flag(),
    "momentum": Real(0, 1),
    "nesterovs_momentum": Flag(),
    "early_stopping": Flag(),
    "validation_fraction": Real(0, 1),
    "beta_1": Real(0, 1),
    "beta_2": Real(0, 1),
    "epsilon": Real(0),
    "n_iter_no_change": Real(1, infinite=True),
    "max_fun": Whole(1),
    "loss": FUNCTION,
    "output_activation": FUNCTION,
    "dropout": Either(Real(0, 1), Several(Real(0, 1))),
    "weight_decay": Real(0),
    "clip_norm": Maybe(Real(0)),
    "warmup": Real(0),
    "scoring": Maybe(Text(200)),
    "engine": Word(*ENGINES),
}
_CLASSIFIER_SETTINGS: dict[str, Field] = {
    "class_weight": Maybe(Either(Word("balanced"), Several(Weights(), least=1), Weights())),
    "label_smoothing": Real(0, 1),
    "stratify": Either(Flag(), Word("auto")),
}
_STATE = Object(
    {
        "theta": Array(_FLOATS),
        "optimizer": Maybe(OPTIMIZER),
        "history": Object({"cost": Numbers(), "validation_cost": Numbers(), "score": Numbers()}),
        "step": Whole(),
        "epoch": Whole(),
        "samples": Whole(),
        "optimizer_samples": Whole(),
        "plateaus": Whole(),
        "waiting": Whole(),
        "best_score": _SIGNED,
        "best_epoch": Whole(),
        "stopped_by": Text(),
        "exhausted": Flag(),
        "interrupted": Flag(),
        "engine": Text(40),
        "engine_why": Text(),
        "rate": Maybe(Real(0)),
        "kept_epoch": Whole(),
    },
    {"diverged": Flag(), "left": LEFT, "vector_bits": Whole(), "products": Text(40), "planned": Whole()},
)
_FITTED: dict[str, Field] = {"network_": NETWORK, "_state": _STATE, "n_outputs_": Whole(1), "n_layers_": Whole(2)}
_AFTERWARDS: dict[str, Field] = {
    "residual": Flag(),  # these arguments are not in files of earlier versions
    "scale_inputs": Flag(),
    "layers": Maybe(Several(LAYER_ASKED, most=10_000)),
    "output_options": Maybe(OUTPUT_OPTIONS),
    "max_time": Maybe(Real(0)),
    "best_epoch": Word(*get_args(BestEpoch)),
    "n_members": Whole(1),
    "member": Word(*get_args(MemberName)),
    "own_batches": Flag(),
    "decay_schedule": Maybe(Word(*get_args(FactorName))),
    "dropout_schedule": Maybe(Word(*get_args(FactorName))),
    "interrupted_": Flag(),
    "_judged_by": Several(Either(Flag(), Maybe(Text(200))), into=tuple, least=2, most=2),
    "n_iter_": Whole(),
    "t_": Whole(),
    "engine_": Text(40),
    "loss_curve_": Flag(),
    "validation_curve_": Flag(),
    "validation_scores_": Flag(),
    "loss_": _COST,
    "best_iteration_": Maybe(Whole()),
    "best_epoch_": Whole(),
    "n_epochs_planned_": Whole(1),
    "best_validation_score_": Maybe(_COST),
    "best_loss_": Maybe(_COST),
    "input_means_": Array(),
    "code_shares_": Several(Array(), least=1, most=10_000),
    "target_scale_": Object({"mean": Real(), "spread": Real(0)}),  # of earlier files: see `estimator/plain_state.py`
}


def _plain_state(value: Any) -> dict[str, Any]:
    """The attributes as plain data; sizes and lists in the forms that the file has."""
    state = value.__getstate__()
    state.pop("_given", None)  # weights that were set before a fit
    state["hidden_layer_sizes"] = _whole(state["hidden_layer_sizes"])
    train = dict(state["_state"])
    parts = (train, *train.get("left", {}).values())
    points = [part for part in parts if isinstance(part, dict) and "optimizer" in part]
    if not all(_finite(point["optimizer"]) for point in points):
        train.pop("left", None)  # for its next step cannot be written down
    if not _finite(train["optimizer"]):
        train["optimizer"] = None  # it would step nowhere: training goes on without
    state["_state"] = train
    if "classes_" in state:
        state["classes_"] = np.asarray(state["classes_"])
    return state


def _finite(optimizer: dict[str, Any] | None) -> bool:
    return optimizer is None or all(np.isfinite(vector).all() for vector in optimizer["vectors"])


def _bare_state(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments of one that is not fitted, as plain data."""
    arguments["hidden_layer_sizes"] = _whole(arguments["hidden_layer_sizes"])
    plain = to_plain(arguments)
    for name in ("activation", "output_activation", "loss", "scoring", "layers"):
        entries = plain[name] if isinstance(plain[name], list | tuple) else [plain[name]]
        own = next((entry for entry in entries if not isinstance(entry, str | dict | None)), None)
        if own is not None:
            called = quoted(getattr(own, "name", None) or getattr(own, "__name__", type(own).__name__), 60)
            raise Misfit(name, f"{called} is a function of your own, and a model file carries no code")
    return plain


def _take_arguments(made: Any, arguments: dict[str, Any]) -> None:
    vars(made).update(from_plain(arguments))
    made._validate_params()


def _whole(sizes: Any) -> Any:
    """Sizes as a list of whole numbers, for a network takes (10.0,) and arrays as well; anything else as it is."""
    if isinstance(sizes, str) or not hasattr(sizes, "__iter__"):
        return sizes
    return [int(size) if isinstance(size, float | np.floating) and size % 1 == 0 else size for size in sizes]


def _set_plain_state(made: Any, attributes: dict[str, Any]) -> None:
    """The network and θ before all else: nothing is built of what does not fit."""
    _sizes_fit(attributes)
    try:
        vars(made).update(from_plain(attributes))
    except ArchitectureError as error:
        raise Misfit("network_", str(error)) from error


def _sizes_fit(attributes: dict[str, Any]) -> None:
    sizes, parameters = sizes_of(attributes["network_"]), parameters_of(attributes["network_"])
    state = attributes["_state"]
    if "left" in state:
        left_fits(state, attributes["solver"], "_state.left")
    for name, vector in _vectors(state):
        if vector.shape != (parameters,) or vector.dtype != state["theta"].dtype:
            raise Misfit(f"_state.{name}", f"a network of sizes {sizes[:9]} has {parameters:,} parameters, not these")
    counts = {"n_features_in_": sizes[0], "n_outputs_": sizes[-1], "n_layers_": len(sizes)}
    for name, count in counts.items():
        if attributes[name] != count:
            raise Misfit(name, f"the network says {count}, not {attributes[name]}")
    if state["kept_epoch"] > len(state["history"]["cost"]):
        raise Misfit("_state.kept_epoch", "there are not so many epochs")


def _vectors(state: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """All that must be like θ, with their names."""
    for point in (state, *(state["left"][name] for name in ("best", "last") if state.get("left", {}).get(name))):
        yield "theta", point["theta"]
        for vector in [] if point["optimizer"] is None else point["optimizer"]["vectors"]:
            yield "vectors", vector


def _estimator_fits(made: Any, at: str) -> None:
    state = made._state
    for optimizer in (state.optimizer, state.best_optimizer, state.last_optimizer):
        _optimizer_fits(optimizer, f"{at}._state.optimizer")
    if made.network_.own_functions:
        raise Misfit(at, "its network has functions that are in no table")
    names = getattr(made, "feature_names_in_", None)
    if names is not None and len(names) != made.n_features_in_:
        raise Misfit(at, "it must have a name for each input")
    _means_fit(made, at)
    try:
        made._validate_params()
    except ValueError as error:
        raise Misfit(at, str(error)) from error


def _means_fit(made: Any, at: str) -> None:
    """The means of the rows trained on are of the network's inputs, and shares of its codes."""
    means, shares = getattr(made, "input_means_", None), getattr(made, "code_shares_", [])
    if means is not None and means.shape != (made.n_features_in_,):
        raise Misfit(f"{at}.input_means_", "there must be one for each input")
    sizes = [] if means is None else [size for _, size in made.network_.codes]
    if [len(each) for each in shares] != sizes:
        raise Misfit(f"{at}.code_shares_", "there must be a share for each category of each code, and means of inputs")
    if any((each < 0).any() for each in shares):
        raise Misfit(f"{at}.code_shares_", "a share is less than 0")


def _optimizer_fits(state: Any, at: str) -> None:
    if state is None:
        return
    kinds = {kind.__name__: kind for kind in OPTIMIZERS.values()}
    if state.kind not in ("", *kinds):
        raise Misfit(at, f"no optimizer is called {state.kind!r}")
    if state.kind and len(state.vectors) != kinds[state.kind].n_vectors:
        raise Misfit(at, f"{state.kind} remembers {kinds[state.kind].n_vectors} vectors")
    if state.kind.startswith("Adam") and (state.vectors[1] < 0).any():
        raise Misfit(at, "a mean of squares is less than 0")


def _classifier_fits(made: Any, at: str) -> None:
    _estimator_fits(made, at)
    if made.network_.units is not None:
        raise Misfit(at, "classes have no units")
    binarizer, outputs = made._label_binarizer, made.n_outputs_
    kind, count = binarizer.y_type_, len(made.classes_)
    one = kind == "binary" and outputs == 1 and count <= 2
    if not (one or (kind != "binary" and outputs == count)) or not count:
        raise Misfit(at, f"its {count} classes do not go with {outputs} outputs")
    labels_rise(made.classes_, at)
    if binarizer.classes_.tolist() != made.classes_.tolist():
        raise Misfit(at, "its _label_binarizer has other classes")
    if binarizer.sparse_input_ and kind != "multilabel-indicator":
        raise Misfit(at, "only several labels at once can be sparse")


_BARE = Bare(state=_bare_state, restore=_take_arguments)

add(
    Kind(
        "mlp_classifier",
        "glassprop.estimator.classifier:MLPClassifier",
        {**_SETTINGS, **_CLASSIFIER_SETTINGS},
        {**_FITTED, "classes_": Values(), "_label_binarizer": Binarizer(sparse=False)},
        {**_AFTERWARDS, "temperature": Flag(), "temperature_": Real(1e-3, 1e3)},
        check=_classifier_fits,
        width=lambda made: made.n_outputs_,
        state=_plain_state,
        restore=_set_plain_state,
        bare=_BARE,
    ),
    Kind(
        "mlp_regressor",
        "glassprop.estimator.regressor:MLPRegressor",
        _SETTINGS,
        _FITTED,
        _AFTERWARDS,
        check=_estimator_fits,
        width=lambda made: made.n_outputs_,
        state=_plain_state,
        restore=_set_plain_state,
        bare=_BARE,
    ),
)
