"""What a file may take of memory beyond its own bytes: so much for all its descriptions, and as much as its arrays."""

from __future__ import annotations

from glassprop.export.schema.misfit import Misfit

ALLOWANCE = 1 << 24
# What parsed JSON takes for each of its marks, at most: an object, a list, a value in either, a key.
_COSTS = {"{": 240, "[": 100, ",": 64, ":": 130}


class Budget:
    """Bytes that are left; whoever makes more of a file than it has bytes asks before it is done.

    Parameters
    ----------
    arrays : int
        The bytes of the file's arrays.
    """

    def __init__(self, arrays: int = 0) -> None:
        self.left = ALLOWANCE + arrays

    def spend(self, size: int, at: str) -> None:
        """Take `size` bytes off.

        Raises
        ------
        Misfit
            There are not so many.
        """
        self.left -= size
        if self.left < 0:
            raise Misfit(at, "it would take far more memory than its length allows")

    def spend_on_json(self, text: str, at: str) -> None:
        """Take off what parsing `text` would take, estimated from its marks before it is done.

        Raises
        ------
        Misfit
        """
        cost = sum(each * text.count(mark) for mark, each in _COSTS.items())
        if "\\u" in text:  # one character that is none of ASCII's makes a whole text wide
            cost += 3 * len(text)
        self.spend(cost, at)
