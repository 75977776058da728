"""Learning rates: a frozen record each that gives one rate a step; one table lists them."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from glassprop.equations.domain import NOT_NEGATIVE, POSITIVE, refuse_numbers
from glassprop.errors import SettingsError


@dataclass(frozen=True)
class Progress:
    """How far training has come, as far as a schedule needs to know.

    Attributes
    ----------
    step, total_steps : int
        Steps made since the optimizer was started, and steps there will be if nothing stops it.
    samples : int
        Examples seen, as scikit-learn counts them for invscaling; 0 in the first epoch of an optimizer.
    plateaus : int
        How often the score has stopped improving.
    """

    step: int = 0
    total_steps: int = 1
    samples: int = 0
    plateaus: int = 0


@dataclass(frozen=True)
class Schedule:
    """The base. ``rate`` is the learning rate that the others are made from.

    A schedule with ``lowers_on_plateau`` answers a plateau with a lower rate rather than the end of training,
    until the rate is down at ``floor``.

    Parameters
    ----------
    rate : float, default=0.001
        η, above 0.

    Raises
    ------
    SettingsError
        If the rate is not above 0 and finite, here and in all that follow.

    Examples
    --------
    >>> from glassprop.schedules import SCHEDULES
    >>> SCHEDULES["cosine"](0.01)
    Cosine(rate=0.01)
    """

    rate: float = 0.001

    def __post_init__(self) -> None:
        if not POSITIVE.takes(self.rate):
            raise SettingsError(f"a learning rate must be above 0 and finite, got {self.rate!r}")

    @property
    def lowers_on_plateau(self) -> bool:
        """Whether a plateau lowers the rate."""
        return False

    @property
    def runs_to_the_end(self) -> bool:
        """Whether it is made for all the epochs, so that coming to their end is no failure to converge."""
        return False

    @property
    def floor(self) -> float:
        """The rate at or below which a plateau ends training all the same."""
        return 0.0

    def rates(self, progress: Progress, n_steps: int) -> NDArray[np.float64]:
        """The rates of the next ``n_steps`` steps. -> (n_steps,).

        Parameters
        ----------
        progress : Progress
            How far training has come: ``step`` of ``total_steps``, ``samples`` seen, ``plateaus`` so far.
        n_steps : int
        """
        raise NotImplementedError

    def now(self, progress: Progress) -> float:
        """The rate of the next step."""
        return float(self.rates(progress, 1)[0])


def _divided(rate: float, base: float, power: float) -> float:
    """Rate / base^power; 0 where that power is more than a float holds, which Python calls an error."""
    power = int(power) if isinstance(power, Integral) else float(power)
    try:
        return float(rate / base**power)
    except OverflowError:
        return 0.0


@dataclass(frozen=True)
class Constant(Schedule):
    """A constant learning rate: η in every step.

    Parameters
    ----------
    rate : float, default=0.001
        η, above 0.

    Examples
    --------
    >>> Constant(0.1).rates(Progress(total_steps=4), 2).round(4)
    array([0.1, 0.1])
    """

    def rates(self, progress: Progress, n_steps: int) -> NDArray[np.float64]:
        return np.full(n_steps, self.rate)


@dataclass(frozen=True)
class InvScaling(Schedule):
    """η / (t + 1)^p, t the examples seen: constant within an epoch, as in scikit-learn.

    Parameters
    ----------
    rate : float, default=0.001
        η, above 0.
    power : float, default=0.5
        p, 0 or more.

    Examples
    --------
    >>> InvScaling(0.1).rates(Progress(samples=99), 2).round(4)
    array([0.01, 0.01])
    """

    power: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse_numbers("InvScaling", ("power", self.power, NOT_NEGATIVE))

    def rates(self, progress: Progress, n_steps: int) -> NDArray[np.float64]:
        return np.full(n_steps, _divided(self.rate, progress.samples + 1, self.power))


@dataclass(frozen=True)
class Adaptive(Schedule):
    """η / 5^(plateaus so far); training stops at a plateau reached with a rate of 1e-6 or less.

    Parameters
    ----------
    rate : float, default=0.001
        η, above 0.

    Examples
    --------
    >>> Adaptive(0.1).rates(Progress(plateaus=1), 2).round(4)
    array([0.02, 0.02])
    """

    @property
    def lowers_on_plateau(self) -> bool:
        return True

    @property
    def floor(self) -> float:
        return 1e-6

    def rates(self, progress: Progress, n_steps: int) -> NDArray[np.float64]:
        return np.full(n_steps, _divided(self.rate, 5.0, progress.plateaus))


def _shares(progress: Progress, n_steps: int) -> NDArray[np.float64]:
    """Which part of all steps lies before each of the next ones: from 0 to 1, and 1 from there on."""
    return np.minimum(progress.step + np.arange(n_steps), progress.total_steps) / progress.total_steps


@dataclass(frozen=True)
class Cosine(Schedule):
    """η ½ (1 + cos π t/T): from η to 0 over all steps (Loshchilov & Hutter 2016, arXiv 1608.03983).

    Parameters
    ----------
    rate : float, default=0.001
        η, above 0.

    Examples
    --------
    >>> Cosine(0.1).rates(Progress(total_steps=4), 5).round(4)
    array([0.1   , 0.0854, 0.05  , 0.0146, 0.    ])
    """

    @property
    def runs_to_the_end(self) -> bool:
        return True

    def rates(self, progress: Progress, n_steps: int) -> NDArray[np.float64]:
        t = _shares(progress, n_steps)
        return self.rate * 0.5 * (1 + np.cos(np.pi * t))


@dataclass(frozen=True)
class OneCycle(Schedule):
    """From η/25 up to η in the first 30 % of steps, then down to η/250,000 (Smith & Topin 2017, arXiv 1708.07120).

    Parameters
    ----------
    rate : float, default=0.001
        η, above 0.

    Examples
    --------
    >>> OneCycle(0.1).rates(Progress(total_steps=10), 11)[[0, 3, 10]].round(4)
    array([0.004, 0.1  , 0.   ])
    """

    @property
    def runs_to_the_end(self) -> bool:
        return True

    def rates(self, progress: Progress, n_steps: int) -> NDArray[np.float64]:
        t = _shares(progress, n_steps)
        low, last, turn = self.rate / 25, self.rate / 250_000, 0.3
        up = low + (self.rate - low) * 0.5 * (1 - np.cos(np.pi * np.minimum(t / turn, 1)))
        down = last + (self.rate - last) * 0.5 * (1 + np.cos(np.pi * np.clip((t - turn) / (1 - turn), 0, 1)))
        return np.where(t < turn, up, down)


@dataclass(frozen=True)
class CosLog4(Schedule):
    """η ½ (1 - cos 2π log₂(1 + 15 t/T)): four hills, each about twice as long as the one before.

    It ends at 0, and passes lows on the way: after 1/15, 1/5 and 7/15 of the steps (RealMLP: Holzmüller et al. 2024,
    arXiv 2407.04491).

    Parameters
    ----------
    rate : float, default=0.001
        η, above 0.

    Examples
    --------
    >>> CosLog4(0.1).rates(Progress(total_steps=15), 16)[[0, 1, 15]].round(4)
    array([0., 0., 0.])
    """

    @property
    def runs_to_the_end(self) -> bool:
        return True

    def rates(self, progress: Progress, n_steps: int) -> NDArray[np.float64]:
        t = _shares(progress, n_steps)
        return self.rate * 0.5 * (1 - np.cos(2 * np.pi * np.log2(1 + 15 * t)))


@dataclass(frozen=True)
class FlatCos(Schedule):
    """η ½ (1 + cos π (max(1, 2 t/T) - 1)): η for half of the steps, then down to 0 (arXiv 2407.04491).

    Parameters
    ----------
    rate : float, default=0.001
        η, above 0.

    Examples
    --------
    >>> FlatCos(0.1).rates(Progress(total_steps=4), 5).round(4)
    array([0.1 , 0.1 , 0.1 , 0.05, 0.  ])
    """

    @property
    def runs_to_the_end(self) -> bool:
        return True

    def rates(self, progress: Progress, n_steps: int) -> NDArray[np.float64]:
        t = _shares(progress, n_steps)
        return self.rate * 0.5 * (1 + np.cos(np.pi * (np.maximum(1, 2 * t) - 1)))


@dataclass(frozen=True)
class WarmUp(Schedule):
    """Another schedule behind a linear rise from 0 over the first ``steps`` steps.

    Parameters
    ----------
    inner : Schedule
        What it rises to, and goes on with.
    steps : int
        Of the rise; 0 or more.

    Raises
    ------
    SettingsError
        If ``inner`` is no schedule, or ``steps`` no such number.

    Examples
    --------
    >>> WarmUp(Constant(0.1), steps=4).rates(Progress(total_steps=100), 6).round(3)
    array([0.025, 0.05 , 0.075, 0.1  , 0.1  , 0.1  ])
    """

    inner: Schedule = Constant()
    steps: int = 0

    def __init__(self, inner: Schedule, steps: int) -> None:
        if not isinstance(inner, Schedule):
            raise SettingsError(f"WarmUp: inner must be a schedule, got {inner!r}")
        if isinstance(steps, bool) or not isinstance(steps, Integral) or steps < 0:
            raise SettingsError(f"WarmUp: steps must be a whole number of 0 or more, got {steps!r}")
        for name, value in (("inner", inner), ("steps", steps), ("rate", inner.rate)):
            object.__setattr__(self, name, value)

    def rates(self, progress: Progress, n_steps: int) -> NDArray[np.float64]:
        rise = np.minimum((progress.step + 1 + np.arange(n_steps)) / max(self.steps, 1), 1.0)
        return rise * self.inner.rates(progress, n_steps)

    @property
    def lowers_on_plateau(self) -> bool:
        return self.inner.lowers_on_plateau

    @property
    def runs_to_the_end(self) -> bool:
        return self.inner.runs_to_the_end

    @property
    def floor(self) -> float:
        return self.inner.floor


ScheduleName = Literal["constant", "invscaling", "adaptive", "cosine", "one_cycle", "coslog4", "flat_cos"]
SCHEDULES: dict[str, type[Schedule]] = {
    "constant": Constant,
    "invscaling": InvScaling,
    "adaptive": Adaptive,
    "cosine": Cosine,
    "one_cycle": OneCycle,
    "coslog4": CosLog4,
    "flat_cos": FlatCos,
}
