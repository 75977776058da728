"""What an explanation is asked to tell."""

from __future__ import annotations

from dataclasses import dataclass

from glassprop.errors import SettingsError
from glassprop.insight.largest import Place


@dataclass(frozen=True)
class Asked:
    """What is taken apart, and how much is shown.

    Attributes
    ----------
    places : tuple of (layer, j, k)
        Weights and biases (k None) that are taken apart.
    inputs : tuple of str or int
        The same for inputs, or columns of the table.
    top : int
        At most so many neurons of a layer, paths and rows of a table are shown; the others are counted or summed.
    rows : bool
        Whether what stands in the table is told.
    """

    places: tuple[Place, ...] = ()
    inputs: tuple[str | int, ...] = ()
    top: int = 10
    rows: bool = True

    def __post_init__(self) -> None:
        if isinstance(self.top, bool) or not hasattr(self.top, "__index__") or self.top < 1:
            raise SettingsError(f"top must be a whole number of 1 or more, got {self.top!r}")
