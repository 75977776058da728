"""Public: an explanation as a page, a document or a worksheet; what its step needs, names of things; other pages."""

from __future__ import annotations

from glassprop.insight.explanation import Explanation
from glassprop.insight.names import Column, Names, Scaling
from glassprop.insight.step import Training
from glassprop.report.documents import html_of, latex_of, markdown_of
from glassprop.report.page import page
from glassprop.training_report.blame_page import blame_page
from glassprop.training_report.suspects_page import suspects_page
from glassprop.worksheet.worksheet import classroom_network, worksheet_of

__all__ = [
    "Column",
    "Explanation",
    "Names",
    "Scaling",
    "Training",
    "blame_page",
    "classroom_network",
    "html_of",
    "latex_of",
    "markdown_of",
    "page",
    "suspects_page",
    "worksheet_of",
]
