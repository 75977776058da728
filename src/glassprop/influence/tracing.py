"""Keeping a trace while training runs: k weights spread over the epochs, however many there will be."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from glassprop.equations.arrays import Array, on_host
from glassprop.errors import SettingsError
from glassprop.influence.trace import Trace
from glassprop.training.state import TrainState


@dataclass
class Tracing:
    """What has been kept of a fit: weights at multiples of a stride, which doubles when there are more than k of them.

    Epochs are numbered as in the history, which goes on where a fit begins with the weights of one before. ``sums``
    has, of every epoch, what the gradient of a row was multiplied by so far, so that weights that are let go of leave
    their share to the next that are kept.
    """

    k: int
    kept: dict[int, Array] = field(default_factory=dict)
    sums: dict[int, float] = field(default_factory=dict)
    stride: int = 1
    start: int = 0
    earlier: int = 0
    last: tuple[int, Array] | None = None
    _so_far: tuple[int, int] = (0, 0)  # steps and samples

    def begin(self, state: TrainState) -> None:
        """Training is about to begin, or to go on."""
        self.start = len(state.history.cost)
        self.kept, self.sums, self.stride, self.last = {}, {self.start: 0.0}, 1, None
        self._so_far = state.step, state.samples

    def end(self, state: TrainState) -> None:
        """Training may be over: what it ends with, as far as is known."""
        epoch = len(state.history.cost)
        if epoch > max(self.sums, default=epoch):  # Ctrl-C came before ``take`` was told of it
            self.sums[epoch] = self.sums[max(self.sums)] + self._multiplier(state)
        self.earlier = epoch - state.epoch
        self.last = state.kept_epoch or epoch, np.array(on_host(state.theta))

    def take(self, state: TrainState) -> None:
        """An epoch is over."""
        epoch = len(state.history.cost)
        self.sums[epoch] = self.sums[max(self.sums)] + self._multiplier(state)
        if (
            self.k > 1 and (epoch - self.start) % self.stride == 0
        ):  # one place is for the weights that training ends with
            self.kept[epoch] = np.array(on_host(state.theta))
        while len(self.kept) >= self.k > 1:
            self.stride *= 2
            self.kept = {at: theta for at, theta in self.kept.items() if (at - self.start) % self.stride == 0}

    def _multiplier(self, state: TrainState) -> float:
        """What the gradient of a row was multiplied by in an epoch; 1 of an optimizer that has no learning rate."""
        steps, samples = state.step - self._so_far[0], state.samples - self._so_far[1]
        self._so_far = state.step, state.samples
        if state.rate is None or steps <= 0 or samples <= 0:
            return 1.0
        return float(state.rate) * steps / samples

    def _reached(self, epoch: int) -> float:
        """What the gradient of a row was multiplied by up to an epoch, as far as was told."""
        told = [at for at in self.sums if at <= epoch]
        return self.sums[max(told)] if told else 0.0

    def trace(self) -> Trace:
        """What was kept up to the weights that training ended with, these among it.

        Raises
        ------
        SettingsError
            If no fit came to its end.
        """
        if self.last is None:
            raise SettingsError(
                "this Tracer has watched no completed fit: set it with set_callbacks(tracer) on an MLPClassifier or "
                "MLPRegressor and call fit"
            )
        end, theta = self.last
        epochs = [epoch for epoch in sorted(self.kept) if epoch < end] + [end]
        rates = np.diff([self._reached(epoch) for epoch in [self.start, *epochs]])
        if not rates.any():  # training came back to where it began
            rates = np.ones(len(epochs))
        thetas = np.stack([*(self.kept[epoch] for epoch in epochs[:-1]), theta])
        return Trace(thetas, rates, np.array(epochs) - self.earlier)
