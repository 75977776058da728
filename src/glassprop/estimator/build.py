"""From an estimator's constructor arguments to what the core takes: a Network, an optimizer, a schedule, Settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from math import ceil
from numbers import Real
from typing import Any

from glassprop.backprop.objective import Objective
from glassprop.equations.activation import Activation, find_activation
from glassprop.equations.cost import Cost, find_cost
from glassprop.errors import SettingsError
from glassprop.layers.dense import Layer
from glassprop.network import Network
from glassprop.optimizer import OPTIMIZERS, Adam, Optimizer
from glassprop.training.schedule import SCHEDULES, Schedule, WarmUp
from glassprop.training.settings import Settings

# scikit-learn's solver "sgd" is one of three optimizers, by its momentum; every other is a solver by its name.
_BEHIND_SGD = ("momentum", "nesterov")
STOCHASTIC_SOLVERS = tuple(name for name in OPTIMIZERS if name not in _BEHIND_SGD)
_WITH_SGD_ALONE = ("invscaling", "adaptive")
# What optimizers and schedules call the estimators' arguments, where they call them otherwise.
_ARGUMENTS = {"decay": "weight_decay", "rate": "learning_rate_init", "power": "power_t"}
# What an argument that may list one entry a hidden layer takes, and how messages say it.
_ENTRIES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "activation": (lambda entry: isinstance(entry, str | Activation), "names or Activation objects"),
    "dropout": (lambda entry: isinstance(entry, Real) and 0 <= float(entry) < 1, "numbers from 0 to less than 1"),
}
_OUTPUT_FOR = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid", "poisson": "exp"}


def hidden_sizes(estimator: Any) -> list[int]:
    """The hidden layers' sizes as a list; a lone number is one layer, an empty tuple none.

    Raises
    ------
    SettingsError
        If one is not a whole number, or not above 0 (then in scikit-learn's words).
    """
    sizes = estimator.hidden_layer_sizes
    sizes = list(sizes) if hasattr(sizes, "__iter__") else [sizes]
    if not all(isinstance(size, Real) and not isinstance(size, bool) and size % 1 == 0 for size in sizes):
        raise SettingsError(f"hidden_layer_sizes must be one whole number a hidden layer, as in (100, 50), got {sizes}")
    if any(size <= 0 for size in sizes):
        raise SettingsError(f"hidden_layer_sizes must be > 0, got {sizes}.")
    return [int(size) for size in sizes]


def per_layer(name: str, value: Any, n: int) -> list[Any]:
    """Spread an argument over n hidden layers: a list has one entry each, anything else serves all.

    Raises
    ------
    SettingsError
        If a list has another length, or an entry is not what the argument may be.
    """
    fits, rule = _ENTRIES[name]
    if not isinstance(value, Sequence) or isinstance(value, str):
        return [value] * n
    if len(value) != n:
        raise SettingsError(f"{name} lists {len(value)} entries for {n} hidden layers; give one a hidden layer")
    wrong = [entry for entry in value if not fits(entry)]
    if wrong:
        raise SettingsError(f"{name} must list {rule}, one a hidden layer, got {', '.join(map(repr, wrong))} in it")
    return list(value)


def build_network(
    estimator: Any,
    n_inputs: int,
    n_outputs: int,
    cost: Cost,
    output: str | Activation,
    hidden_layers: Sequence[int] | None = None,
) -> Network:
    """The network that the arguments describe; ``hidden_layers``: sizes other than theirs.

    Starting weights follow scikit-learn: with ``activation="logistic"`` every layer, the output included, is drawn
    from the narrower range; else every layer from Glorot's. Where a list gives each layer its own activation, each
    hidden layer is drawn by its own.
    """
    sizes = hidden_sizes(estimator) if hidden_layers is None else list(hidden_layers)
    activations = [find_activation(a) for a in per_layer("activation", estimator.activation, len(sizes))]
    dropouts = per_layer("dropout", estimator.dropout, len(sizes))
    initials = ["glorot_sigmoid" if a.name == "sigmoid" else "glorot" for a in activations]
    alone = estimator.activation if isinstance(estimator.activation, str | Activation) else "identity"
    of_output = "glorot_sigmoid" if find_activation(alone).name == "sigmoid" else "glorot"
    hidden = [Layer(*of_layer) for of_layer in zip(sizes, activations, dropouts, initials, strict=True)]
    return Network(n_inputs, [*hidden, Layer(n_outputs, output, initial=of_output)], cost)


def output_activation(estimator: Any, cost: Cost, default: str | None = None) -> str | Activation:
    """The output's activation: the argument, or what goes with the cost."""
    if not (isinstance(estimator.output_activation, str) and estimator.output_activation == "auto"):
        return estimator.output_activation
    return default or _OUTPUT_FOR.get(cost.name, "identity")


def regression_cost(loss: str | Cost) -> Cost:
    """The cost behind a regressor's ``loss``: ``"squared_error"`` (or "mse") is half of it, as in scikit-learn."""
    cost = find_cost(loss)
    return find_cost("half_squared_error") if isinstance(loss, str) and cost.name == "squared_error" else cost


def build_optimizer(estimator: Any) -> Optimizer:
    """The optimizer behind ``solver``."""
    name = estimator.solver
    if name == "sgd" and estimator.momentum:
        name = "nesterov" if estimator.nesterovs_momentum else "momentum"
    return _from_arguments(OPTIMIZERS.get(name, Adam), estimator)  # lbfgs takes no steps, so any will do


def _from_arguments(kind: type[Any], estimator: Any) -> Any:
    """An optimizer or schedule, each of its fields from the estimator's argument of that name, if there is one."""
    arguments = {field.name: _ARGUMENTS.get(field.name, field.name) for field in fields(kind)}
    return kind(**{name: getattr(estimator, of) for name, of in arguments.items() if hasattr(estimator, of)})


_ENDLESS = 2**53  # a warm-up of so many steps never ends, and more than these are no whole number


def build_schedule(estimator: Any, steps_per_epoch: int) -> Schedule:
    """The schedule behind ``learning_rate``; invscaling and adaptive act with sgd alone, as in scikit-learn."""
    name = estimator.learning_rate
    if name in _WITH_SGD_ALONE and estimator.solver != "sgd":
        name = "constant"
    schedule: Schedule = _from_arguments(SCHEDULES[name], estimator)
    steps = ceil(min(estimator.warmup * steps_per_epoch, _ENDLESS))
    return WarmUp(schedule, steps) if steps else schedule


def build_settings(
    estimator: Any, n: int, *, cost_scale: float, clip_probabilities: bool, label_smoothing: float
) -> Settings:
    """All settings of a run over n examples."""
    batch_size = None if estimator.batch_size == "auto" else min(int(estimator.batch_size), n)
    steps = ceil(n / (batch_size or min(200, n)))
    return Settings(
        optimizer=build_optimizer(estimator),
        schedule=build_schedule(estimator, steps),
        epochs=int(estimator.max_iter),
        batch_size=batch_size,
        objective=Objective(float(estimator.alpha), estimator.clip_norm, clip_probabilities),
        label_smoothing=label_smoothing,
        shuffle=bool(estimator.shuffle),
        tol=float(estimator.tol),
        patience=float(estimator.n_iter_no_change),
        cost_scale=cost_scale,
        engine=estimator.engine,
    )
