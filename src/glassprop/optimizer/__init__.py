"""How θ moves: frozen records with a step each, on vectors; they know no networks. One table lists them."""

from __future__ import annotations

from glassprop.optimizer.adam import Adam, AdamW
from glassprop.optimizer.base import Optimizer, OptimizerState
from glassprop.optimizer.sgd import SGD, Momentum, Nesterov

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adam": Adam,
    "adamw": AdamW,
}

__all__ = ["OPTIMIZERS", "SGD", "Adam", "AdamW", "Momentum", "Nesterov", "Optimizer", "OptimizerState"]
