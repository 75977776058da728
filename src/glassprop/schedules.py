"""Public: learning-rate schedules, as frozen records for ``Settings``; one table lists them."""

from __future__ import annotations

from glassprop.training.schedule import (
    SCHEDULES,
    Adaptive,
    Constant,
    Cosine,
    CosLog4,
    FlatCos,
    InvScaling,
    OneCycle,
    Schedule,
    WarmUp,
)

__all__ = [
    "SCHEDULES",
    "Adaptive",
    "Constant",
    "CosLog4",
    "Cosine",
    "FlatCos",
    "InvScaling",
    "OneCycle",
    "Schedule",
    "WarmUp",
]
