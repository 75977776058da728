"""What is done where the score has stopped improving: training ends, or goes on with a lower rate."""

from __future__ import annotations

from dataclasses import replace

from glassprop.training.schedule import Progress
from glassprop.training.train_settings import Settings


def answer(settings: Settings, progress: Progress, *, by_validation: bool) -> tuple[str, bool]:
    """What to say, and whether training ends; else there is one plateau more, by which the schedule lowers the rate.

    by_validation: whether the score is one of validation data.
    """
    schedule = settings.schedule
    what = "Validation score" if by_validation else "Training loss"
    said = f"{what} did not improve more than tol={settings.tol:f} for {settings.patience:g} consecutive epochs."
    if not schedule.lowers_on_plateau:
        return f"{said} Stopping.", True
    if schedule.now(progress) <= schedule.floor:
        return f"{said} Learning rate too small. Stopping.", True
    lower = schedule.now(replace(progress, plateaus=progress.plateaus + 1))
    return f"{said} Setting learning rate to {lower:f}", False
