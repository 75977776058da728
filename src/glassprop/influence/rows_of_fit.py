"""The rows that a fit was given, as its network takes them: which are trained on, and which are not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from glassprop.engine.plan import Data
from glassprop.influence.known_rows import digest_of_rows
from glassprop.network import Network
from glassprop.training.looks import Looks


@dataclass(frozen=True, eq=False)
class RowsOfFit:
    """What callbacks are told of the rows, as far as they are here.

    Attributes
    ----------
    network : Network
    task : {"classes", "labels", "numbers"}
        See ``SeenRows``.
    n : int
        How many ``fit`` was given.
    data : Data or None
        Those that are trained on; None where they come from a source, or lie in several processes.
    kept : integers (of data,) or None
        Which of the n these are; None: all.
    held, aside : Data and integers, or None
        Those that were set aside.
    looks : Looks or None
        Whom to ask for what epochs see of ``data``; None where they cannot tell.
    """

    network: Network
    task: str
    n: int
    data: Data | None
    kept: NDArray[np.integer] | None = None
    held: Data | None = None
    aside: NDArray[np.integer] | None = None
    looks: Looks | None = None

    @cached_property
    def known(self) -> str:
        """By what all of them are known again; "": they are not here."""
        if self.data is None:
            return ""
        apart = [] if self.held is None or self.aside is None else [(self.aside, self.held)]
        return digest_of_rows([(self.kept, self.data), *apart])
