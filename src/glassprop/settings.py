"""Public: what a training run is told, and what it tells."""

from __future__ import annotations

from glassprop.backprop.objective import Objective
from glassprop.training.reports import EpochReport
from glassprop.training.state import History, TrainState
from glassprop.training.train_settings import Settings

__all__ = ["EpochReport", "History", "Objective", "Settings", "TrainState"]
