"""What a notebook shows of a result: its page, by the room that knows all pages."""

from __future__ import annotations


class InNotebook:
    """A result that a notebook shows as its page, in a frame, or as a table.

    Pages stand above the rooms that make results; a result goes through their door, as a user would.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        from glassprop.notebook.result_pages import in_notebook

        return in_notebook(self)
