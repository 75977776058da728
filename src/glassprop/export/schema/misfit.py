"""What schema and values raise when they do not go together, whichever way they were read."""

from __future__ import annotations


class Misfit(Exception):
    """A value that a model file cannot hold, or may not.

    Attributes
    ----------
    at : str
        Where, as a path through the document: ``model.steps[1].scale_``. "" where there is no saying.
    reason : str
    """

    def __init__(self, at: str, reason: str) -> None:
        super().__init__(f"{at}: {reason}" if at else reason)
        self.at = at
        self.reason = reason


class OtherFile(Exception):
    """The file is something else; the message is the end of the sentence "FILE …"."""
