"""Public: what a training run is told, and what it tells."""

from __future__ import annotations

from glassprop.backprop.objective import Objective
from glassprop.training.reports import EpochReport
from glassprop.training.settings import Settings
from glassprop.training.state import History, TrainState

__all__ = ["EpochReport", "History", "Objective", "Settings", "TrainState"]
