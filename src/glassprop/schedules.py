"""Public: learning rates over the steps of a training, as frozen records for ``Settings``; one table lists them."""

from __future__ import annotations

from glassprop.training.schedule import SCHEDULES, Adaptive, Constant, Cosine, InvScaling, OneCycle, Schedule, WarmUp

__all__ = ["SCHEDULES", "Adaptive", "Constant", "Cosine", "InvScaling", "OneCycle", "Schedule", "WarmUp"]
