"""Remedies in training: rates, schedules, epochs, batches, and what holds a network back."""

from __future__ import annotations

from glassprop.diagnosis.measured import Measured
from glassprop.estimator.remedies_network import dense_layers, layer_with, sizes_of
from glassprop.estimator.remedy_change import Arguments, Change, argument, worded

_USUAL_RATE = {"sgd": 0.01, "adam": 0.001, "adamw": 0.001}
_LONGEST = 1.0  # gradient that clip_norm leaves as it is


def lower_rate(arguments: Arguments, measured: Measured) -> Change | None:
    usual = _USUAL_RATE.get(arguments["solver"])
    if usual is None:
        return None
    rate = min(arguments["learning_rate_init"] / 10, 10 * usual)
    return argument("lower the learning rate", learning_rate_init=rate)


def raise_rate(arguments: Arguments, measured: Measured) -> Change | None:
    usual = _USUAL_RATE.get(arguments["solver"])
    if usual is None or measured.course.diverged:
        return None
    return argument("raise the learning rate", learning_rate_init=max(arguments["learning_rate_init"] * 10, usual))


def warmup(arguments: Arguments, measured: Measured) -> Change | None:
    if arguments["solver"] == "lbfgs" or arguments["warmup"]:
        return None
    return argument("let the learning rate rise over the first epochs", warmup=2.0)


def clip_norm(arguments: Arguments, measured: Measured) -> Change | None:
    now = arguments["clip_norm"]
    if arguments["solver"] == "lbfgs" or (now is not None and now <= _LONGEST):
        return None
    return argument("clip longer gradients", clip_norm=_LONGEST)


def other_schedule(arguments: Arguments, measured: Measured) -> Change | None:
    if arguments["solver"] == "lbfgs":
        return None
    name = "cosine" if arguments["learning_rate"] == "constant" else "constant"
    return argument("use another schedule", learning_rate=name)


def more_epochs(arguments: Arguments, measured: Measured) -> Change:
    course = measured.course
    if course.exhausted or not course.epochs:
        return Change(*worded("train longer", max_iter=2 * int(arguments["max_iter"])), work=2.0)
    patient = {"n_iter_no_change": 4 * arguments["n_iter_no_change"], "tol": arguments["tol"] / 100}
    return Change(*worded("be more patient", **patient), work=2.0)


def early_stopping(arguments: Arguments, measured: Measured) -> Change | None:
    if arguments["early_stopping"] or arguments["solver"] == "lbfgs":
        return None
    return argument("keep the epoch that is best on rows set aside", early_stopping=True, scoring="loss")


def weight_decay(arguments: Arguments, measured: Measured) -> Change:
    return argument("regularize the weights", alpha=max(1.0, 10 * arguments["alpha"]))


def dropout(arguments: Arguments, measured: Measured) -> Change | None:
    if arguments["solver"] == "lbfgs" or not sizes_of(measured):
        return None
    layers = dense_layers(arguments)
    if layers is not None:
        made = [layer_with(layer, dropout=max(0.3, getattr(layer, "dropout", 0.0))) for layer in layers]
        return Change("drop a part of the hidden activations in each step: dropout=0.3", {"layers": made})
    now = arguments["dropout"]
    if isinstance(now, list | tuple) or now >= 0.3:
        return None
    return argument("drop a part of the hidden activations in each step", dropout=0.3)


def class_weight(arguments: Arguments, measured: Measured) -> Change | None:
    if arguments.get("class_weight", "") is not None or measured.target.task != "classes":
        return None
    return argument("give every class the same total weight", class_weight="balanced")


def larger_batch(arguments: Arguments, measured: Measured) -> Change | None:
    size = min(max(32, 8 * measured.batch), max(measured.rows // 4, 1))
    if arguments["solver"] == "lbfgs" or size <= measured.batch:
        return None
    return argument("use more rows in each step", batch_size=size)


def smaller_batch(arguments: Arguments, measured: Measured) -> Change | None:
    size = max(8, min(64, measured.rows // 16))
    if arguments["solver"] == "lbfgs" or size >= measured.batch:
        return None
    return argument("use fewer rows in each step", batch_size=size)


def momentum(arguments: Arguments, measured: Measured) -> Change | None:
    if arguments["solver"] != "sgd" or arguments["momentum"] == 0.9:
        return None
    return argument("use the usual momentum", momentum=0.9)


def other_optimizer(arguments: Arguments, measured: Measured) -> Change | None:
    if arguments["solver"] in ("adam", "adamw"):
        return None
    return argument("use another optimizer", solver="adam", learning_rate_init=_USUAL_RATE["adam"])
