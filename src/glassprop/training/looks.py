"""At which epochs training looks at what its forward passes give of each row, where somebody wants to know."""

from __future__ import annotations

from glassprop.engine.seen_sums import SeenSums
from glassprop.equations.arrays import Array

EVERY = 5  # epochs, where to look takes a while beside an epoch
_IN_CACHE = 1 << 17  # bytes of sums that stay near from batch to batch, beside weights and activations


class Looks:
    """Nothing, until somebody asks. Then at every epoch where that costs next to nothing, else at every fifth.

    Kernels add up in passing. Larger sums than a cache holds have to be brought from memory and back, row by row, and
    where outputs are handed over to be added up by NumPy, of small tables that takes a part of an epoch.

    Parameters
    ----------
    task : {"classes", "labels", "numbers"}
        What outputs are held against.
    Y : array (n, n_L)
        Targets of the rows that are trained on, without label smoothing.

    Attributes
    ----------
    sums : SeenSums or None
        What was seen; None where nobody asks.
    """

    def __init__(self, task: str, Y: Array) -> None:
        self._task, self._Y = task, Y
        self.sums: SeenSums | None = None

    def ask(self) -> SeenSums:
        """From here on look."""
        if self.sums is None:
            self.sums = SeenSums(self._task, self._Y)
        return self.sums

    def at(self, epoch: int, *, in_passing: bool) -> SeenSums | None:
        """Where an epoch that is about to begin, by its number from 1, adds what it sees; None: nowhere.

        in_passing: whether kernels add it up while they train.
        """
        sums = self.sums
        if sums is None or not (is_due(epoch) or (in_passing and sums.sums.nbytes <= _IN_CACHE)):
            return None
        return sums.begin(epoch)


def is_due(epoch: int) -> bool:
    """Whether an epoch is one of those that are looked at in any case, the first among them."""
    return (epoch - 1) % EVERY == 0
