"""Who keeps where training stands while it runs, so that it can be gone on with: what the loop asks of them."""

from __future__ import annotations

from typing import Protocol

from glassprop.training.state import TrainState


class Keeper(Protocol):
    """Asked between steps, and at the end of every epoch."""

    def due(self) -> bool:
        """Whether the state is to be kept now. It is asked often, so it must be quick."""
        ...

    def keep(self, state: TrainState) -> None:
        """Write the state down, whole, before this returns: training goes on with the same arrays.

        What it raises ends training; an error leaves the state as after the last epoch, as any error does.
        """
        ...
