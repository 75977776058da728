"""Public: an explanation as a page, a document or a worksheet; what its step needs, and what things are called."""

from __future__ import annotations

from glassprop.insight.explanation import Explanation
from glassprop.insight.names import Column, Names, Scaling
from glassprop.insight.step import Training
from glassprop.report.documents import html_of, latex_of, markdown_of
from glassprop.report.page import page
from glassprop.worksheet.worksheet import classroom_network, worksheet_of

__all__ = [
    "Column",
    "Explanation",
    "Names",
    "Scaling",
    "Training",
    "classroom_network",
    "html_of",
    "latex_of",
    "markdown_of",
    "page",
    "worksheet_of",
]
