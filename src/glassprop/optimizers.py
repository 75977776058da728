"""Public: optimizers, as frozen records for ``Settings``; one table lists them."""

from __future__ import annotations

from glassprop.optimizer import OPTIMIZERS, SGD, Adam, AdamW, Momentum, Nesterov, Optimizer

__all__ = ["OPTIMIZERS", "SGD", "Adam", "AdamW", "Momentum", "Nesterov", "Optimizer"]
