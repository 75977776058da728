"""Public: the settings of a training run, and what it reports."""

from __future__ import annotations

from glassprop.backprop.objective import Objective
from glassprop.training.reports import EpochReport
from glassprop.training.state import History, TrainState
from glassprop.training.train_settings import Settings

__all__ = ["EpochReport", "History", "Objective", "Settings", "TrainState"]
