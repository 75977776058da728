"""Public: an explanation as a page, a document or a worksheet with its key; and what its optimizer's step needs."""

from __future__ import annotations

from glassprop.insight.explanation import Explanation
from glassprop.insight.step import Training
from glassprop.report.documents import html_of, latex_of, markdown_of
from glassprop.report.page import page
from glassprop.worksheet.worksheet import classroom_network, worksheet_of

__all__ = ["Explanation", "Training", "classroom_network", "html_of", "latex_of", "markdown_of", "page", "worksheet_of"]
