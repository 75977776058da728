"""What is scheduled: rates, and what weight decay and dropout are multiplied by, one number a step."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.errors import SettingsError
from glassprop.training.schedule import Progress, Schedule
from glassprop.training.train_settings import Settings


def check_factors(architecture: Architecture, settings: Settings) -> None:
    """Refuse a schedule of what is not there, and one that would drop everything.

    Raises
    ------
    SettingsError
    """
    if settings.dropout_schedule is None:
        return
    largest = _largest(architecture)
    if not largest:
        raise SettingsError("dropout_schedule was given, and no layer has dropout; leave it out, or give a Layer some")
    _refuse_all_dropped(settings.dropout_schedule.rate, largest)


def scheduled(architecture: Architecture, settings: Settings, progress: Progress, n_steps: int) -> dict[str, Any]:
    """What a plan has of the next steps, by its names there: (n_steps,), or None where there is no schedule."""
    dropouts = _factors("dropout_schedule", settings.dropout_schedule, progress, n_steps)
    if dropouts is not None:
        _refuse_all_dropped(float(dropouts.max()), _largest(architecture))
    return {
        "rates": settings.schedule.rates(progress, n_steps),
        "decays": _factors("decay_schedule", settings.decay_schedule, progress, n_steps),
        "dropouts": dropouts,
    }


def _factors(name: str, schedule: Schedule | None, progress: Progress, n_steps: int) -> NDArray[np.float64] | None:
    if schedule is None:
        return None
    factors = schedule.rates(progress, n_steps)
    if not (factors >= 0).all():  # of a schedule of the user's own, and NaN too
        raise SettingsError(f"{name} must give factors of 0 or more, got {factors[~(factors >= 0)][0]:g}")
    return factors


def _largest(architecture: Architecture) -> float:
    return max(layer.dropout for layer in architecture.layers)


def _refuse_all_dropped(factor: float, largest: float) -> None:
    if not factor * largest < 1:
        raise SettingsError(
            f"dropout_schedule multiplies the layers' dropout, and {factor:g} times {largest:g} is not below 1; a "
            "schedule that starts from 1, such as Cosine(1.0), gives dropout as it is set and less"
        )
