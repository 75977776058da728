"""What a notebook shows of an explanation: its document, folded, with one weight taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassprop.document.html_document import html_piece
from glassprop.insight.chosen import default_weight
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.whole import document_of

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

_MOST = 8


def notebook_html(explanation: Explanation) -> str:
    """A self-contained piece of HTML; all names are text in it."""
    place = default_weight(explanation)
    return html_piece(document_of(explanation, Asked(() if place is None else (place,), top=_MOST)))
