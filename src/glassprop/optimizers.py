"""Public: how parameters move. Frozen records, to be given to ``Settings``; one table lists them."""

from __future__ import annotations

from glassprop.optimizer import OPTIMIZERS, SGD, Adam, AdamW, Momentum, Nesterov, Optimizer

__all__ = ["OPTIMIZERS", "SGD", "Adam", "AdamW", "Momentum", "Nesterov", "Optimizer"]
