"""From a constructor's arguments to what the core takes: a Network, an optimizer, a schedule, Settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from math import ceil
from numbers import Real
from typing import Any, Literal, TypeAlias

from glassprop.backprop.objective import Objective
from glassprop.equations.activation import Activation, ActivationLike, find_activation
from glassprop.equations.cost import Cost, CostLike, find_cost
from glassprop.equations.initial import InitialName
from glassprop.errors import SettingsError
from glassprop.estimator.layers_given import layers_given, output_options
from glassprop.layers.dense import Layer
from glassprop.layers.layer_kind import LayerKind
from glassprop.layers.scale import Scale
from glassprop.network import Network
from glassprop.optimizer import OPTIMIZERS, Adam, Optimizer
from glassprop.training.schedule import SCHEDULES, Schedule, WarmUp
from glassprop.training.train_settings import Settings

# scikit-learn's solver "sgd" is one of three optimizers, by its momentum; every other is a solver by its name.
_BEHIND_SGD = ("momentum", "nesterov")
STOCHASTIC_SOLVERS = tuple(name for name in OPTIMIZERS if name not in _BEHIND_SGD)
SolverName = Literal["lbfgs", "sgd", "adam", "adamw"]
_WITH_SGD_ALONE = ("invscaling", "adaptive")
MemberName = Literal["head", "network"]
FactorName = Literal["cosine", "one_cycle", "coslog4", "flat_cos"]  # schedules of what rates are not
# What optimizers and schedules call the estimators' arguments, where they call them otherwise.
_ARGUMENTS = {"decay": "weight_decay", "rate": "learning_rate_init", "power": "power_t"}
# What an argument that may list one entry a hidden layer takes, and how messages say it.
_ENTRIES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "activation": (lambda entry: isinstance(entry, str | Activation), "names or Activation objects"),
    "dropout": (lambda entry: isinstance(entry, Real) and 0 <= float(entry) < 1, "numbers from 0 to less than 1"),
}
_OUTPUT_FOR = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid", "poisson": "exp"}

Arguments: TypeAlias = Mapping[str, Any]  # the constructor's, by name


@dataclass(frozen=True)
class Particulars:
    """Settings that differ between classifier and regressor: see ``Settings`` and ``Objective``."""

    cost_scale: float = 1.0
    clip_probabilities: bool = False
    label_smoothing: float = 0.0


def hidden_sizes(arguments: Arguments) -> list[int]:
    """The hidden layers' sizes as a list; a lone number is one layer, an empty tuple none.

    Raises
    ------
    SettingsError
        If one is not a whole number, or not above 0 (then in scikit-learn's words).
    """
    sizes = arguments["hidden_layer_sizes"]
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
    arguments: Arguments,
    n_inputs: int,
    n_outputs: int,
    cost: Cost,
    output: ActivationLike,
    hidden_layers: Sequence[int] | None = None,
) -> Network:
    """The network that the arguments describe; ``hidden_layers``: sizes other than theirs, of weights that were set.

    With ``layers``, these stand before the output. Else starting weights follow scikit-learn: with
    ``activation="logistic"`` every layer, the output included, is drawn from the narrower range; else every layer from
    Glorot's. Where a list gives an activation for each layer, each hidden layer is drawn by that one.
    """
    sizes, options = hidden_sizes(arguments), output_options(arguments)
    if arguments["layers"] is not None:
        layers = layers_given(arguments, sizes, hidden_layers)
    else:
        layers = _layers_in_words(arguments, n_inputs, sizes if hidden_layers is None else list(hidden_layers))
        alone = arguments["activation"] if isinstance(arguments["activation"], str | Activation) else "identity"
        options = {"initial": _start_of(find_activation(alone)), **options}
    layers = [*_of_members(arguments, layers), Layer(n_outputs, output, **options)]
    return Network(n_inputs, layers, cost, members=int(arguments["n_members"]))


def _of_members(arguments: Arguments, layers: list[LayerKind]) -> list[LayerKind]:
    """The layers before the output, with what each member has of its own where no layer says so itself."""
    if arguments["n_members"] == 1 or any(layer.own for layer in layers):
        return layers
    if arguments["member"] == "network":
        return [layer.owned() for layer in layers]
    front = next((place for place, layer in enumerate(layers) if layer.kind == Scale.kind), None)
    if front is None:
        return [Scale(own=True, initial="signs"), *layers]  # so that they see different things
    return [layer.owned() if place == front else layer for place, layer in enumerate(layers)]


def _layers_in_words(arguments: Arguments, n_inputs: int, sizes: list[int]) -> list[LayerKind]:
    """The layers before the output, from sizes, activations and switches."""
    activations = [find_activation(a) for a in per_layer("activation", arguments["activation"], len(sizes))]
    dropouts = per_layer("dropout", arguments["dropout"], len(sizes))
    residual = _residual_among([n_inputs, *sizes]) if arguments["residual"] else [False] * len(sizes)
    each = zip(sizes, activations, dropouts, residual, strict=True)
    hidden = [Layer(n, a, d, _start_of(a), residual=r) for n, a, d, r in each]
    return [Scale(), *hidden] if arguments["scale_inputs"] else [*hidden]


def _residual_among(sizes: list[int]) -> list[bool]:
    """Which hidden layers are as wide as what they see. sizes: of the inputs, then of the hidden layers."""
    found = [n == before for before, n in pairwise(sizes)]
    if not any(found):
        raise SettingsError(
            "residual=True needs a hidden layer with as many neurons as the one before, or as there are inputs: the "
            f"sizes are {'-'.join(map(str, sizes))}, inputs first"
        )
    return found


def _start_of(activation: Activation) -> InitialName:
    return "glorot_sigmoid" if activation.name == "sigmoid" else "glorot"


def output_activation(arguments: Arguments, cost: Cost, default: ActivationLike | None = None) -> ActivationLike:
    """The output's activation: the argument, or what goes with the cost."""
    wish = arguments["output_activation"]
    if not (isinstance(wish, str) and wish == "auto"):
        return wish
    return default or _OUTPUT_FOR.get(cost.name, "identity")


def regression_cost(loss: CostLike) -> Cost:
    """The cost behind a regressor's ``loss``: ``"squared_error"`` (or "mse") is half of it, as in scikit-learn."""
    cost = find_cost(loss)
    return find_cost("half_squared_error") if isinstance(loss, str) and cost.name == "squared_error" else cost


def build_optimizer(arguments: Arguments) -> Optimizer:
    """The optimizer behind ``solver``."""
    name = arguments["solver"]
    if name == "sgd" and arguments["momentum"]:
        name = "nesterov" if arguments["nesterovs_momentum"] else "momentum"
    return _from_arguments(OPTIMIZERS.get(name, Adam), arguments)  # lbfgs takes no steps, so any will do


def _from_arguments(kind: type[Any], arguments: Arguments) -> Any:
    """An optimizer or schedule, each of its fields from the argument of that name, if there is one."""
    called = {field.name: _ARGUMENTS.get(field.name, field.name) for field in fields(kind)}
    return kind(**{name: arguments[of] for name, of in called.items() if of in arguments})


_ENDLESS = 2**53  # a warm-up of so many steps never ends, and more than these are no whole number


def build_schedule(arguments: Arguments, steps_per_epoch: int) -> Schedule:
    """The schedule behind ``learning_rate``; invscaling and adaptive act with sgd alone, as in scikit-learn."""
    name = arguments["learning_rate"]
    if name in _WITH_SGD_ALONE and arguments["solver"] != "sgd":
        name = "constant"
    schedule: Schedule = _from_arguments(SCHEDULES[name], arguments)
    steps = ceil(min(arguments["warmup"] * steps_per_epoch, _ENDLESS))
    return WarmUp(schedule, steps) if steps else schedule


def _factors(name: str | None) -> Schedule | None:
    """What weight decay or dropout are multiplied by: a schedule that starts from 1."""
    return None if name is None else SCHEDULES[name](1.0)


def build_settings(arguments: Arguments, n: int, particulars: Particulars) -> Settings:
    """All settings of a run over n examples."""
    asked = arguments["batch_size"]
    batch_size = None if asked == "auto" else min(int(asked), n)
    steps = ceil(n / (batch_size or min(200, n)))
    return Settings(
        optimizer=build_optimizer(arguments),
        schedule=build_schedule(arguments, steps),
        decay_schedule=_factors(arguments["decay_schedule"]),
        dropout_schedule=_factors(arguments["dropout_schedule"]),
        epochs=int(arguments["max_iter"]),
        batch_size=batch_size,
        objective=Objective(float(arguments["alpha"]), arguments["clip_norm"], particulars.clip_probabilities),
        label_smoothing=particulars.label_smoothing,
        shuffle=bool(arguments["shuffle"]),
        tol=float(arguments["tol"]),
        patience=float(arguments["n_iter_no_change"]),
        cost_scale=particulars.cost_scale,
        engine=arguments["engine"],
        best_epoch=arguments["best_epoch"],
        own_batches=bool(arguments["own_batches"]),
    )
