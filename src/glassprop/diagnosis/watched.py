"""What is kept of a training while it runs: θ and the optimizer's memory at a few epochs, the start among them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from glassprop.equations.arrays import Array, on_host
from glassprop.network import Network
from glassprop.optimizer import OptimizerState
from glassprop.training.state import TrainState

# Epochs at which θ is kept: three in each ten times as many, so that there are few copies of it.
KEPT = frozenset({1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000})


# Bytes that may be kept: of a large network there are fewer epochs.
_ROOM = 256 << 20


@dataclass(frozen=True, eq=False)
class Kept:
    """θ after an epoch, with what the optimizer remembers and the rate of the last step; both None before the first."""

    theta: Array
    memory: OptimizerState | None = None
    rate: float | None = None


@dataclass
class Watched:
    """What was kept, by epoch (0: before the first step), and the network that is trained."""

    kept: dict[int, Kept] = field(default_factory=dict)
    network: Network | None = None

    def begin(self, network: Network, state: TrainState) -> None:
        """Training is about to begin, or to go on."""
        self.network = network
        if state.left:
            return  # it goes on with a fit that was left
        self.kept[0] = Kept(np.array(on_host(state.theta)))

    def take(self, state: TrainState) -> None:
        """Keep what there is after this epoch, if it is one of those."""
        if state.epoch in KEPT and state.epoch not in self.kept and not state.stopped_by:
            each = 3 * state.theta.nbytes  # with two vectors of the optimizer's
            if len(self.kept) * each > _ROOM:
                return
            memory = None if state.optimizer is None else state.optimizer.copy()
            self.kept[state.epoch] = Kept(np.array(on_host(state.theta)), memory, state.rate)
