"""What is told of compiling: messages, and how far it is."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[str], None]


class Told(str):
    """A message that says how much of something is done; for a bar, where there is one.

    Attributes
    ----------
    done, of : int
    """

    done: int
    of: int

    def __new__(cls, done: int, of: int) -> Told:
        """The message in words, and its numbers."""
        told = super().__new__(cls, f"glassprop: compiling its kernels: {done} of {of} parts")
        told.done, told.of = done, of
        return told
