"""Which page a result has, and what of it is seen where there is no room or no trust for a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from glassprop.backprop.check_result import GradientCheck
from glassprop.classroom.lesson import Lesson
from glassprop.diagnosis.finding import Diagnosis
from glassprop.document.blocks import Document
from glassprop.document.html_document import html_piece
from glassprop.equations.arrays import on_host
from glassprop.errors import GlasspropError
from glassprop.influence.blame import Blame
from glassprop.influence.model_trace import ModelTrace
from glassprop.influence.seen_rows import SeenRows
from glassprop.influence.suspects import Suspects
from glassprop.influence.trace import Trace
from glassprop.insight.chosen import default_weight
from glassprop.insight.contributions import Contributions
from glassprop.insight.explanation import Explanation
from glassprop.insight.factors import Derivative, ExamplePulls
from glassprop.insight.paths import Paths
from glassprop.insight.step import OptimizerStep
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.whole import document_of
from glassprop.notebook import result_tables as tables
from glassprop.notebook.frame import framed, text_piece

_MOST = 8  # neurons, paths and rows that are told of an explanation where its page is not seen
_TALL, _LOW = 720, 420  # pixels of a page that is worked with, and of one that is read, until its height is known


@singledispatch
def in_notebook(result: Any) -> str:
    """What a notebook shows of a result: a piece of HTML. Names are text in it, whatever they are made of."""
    return text_piece(str(result))


@in_notebook.register
def _(result: Explanation) -> str:
    from glassprop.report.page import page

    place = default_weight(result)
    told = document_of(result, Asked(() if place is None else (place,), top=_MOST))
    return framed(page(result.to_dict()), html_piece(told), "The chain rule, with numbers", height=_TALL, runs=True)


@in_notebook.register
def _(result: Lesson) -> str:
    return framed(result.page(), text_piece(repr(result)), "A lesson", height=_TALL, runs=True)


@in_notebook.register
def _(result: Suspects) -> str:
    from glassprop.training_report.suspects_page import suspects_page

    return _page(result, lambda: suspects_page(result, _rows(result, len(result))), "Suspected labels", runs=True)


@in_notebook.register
def _(result: Blame) -> str:
    from glassprop.training_report.blame_page import blame_page

    return _page(result, lambda: blame_page(result, _rows(result, len(result.scores))), "What drove a prediction")


@in_notebook.register
def _(result: Diagnosis) -> str:
    from glassprop.training_report.doctor_page import doctor_page

    return _page(result, lambda: doctor_page(result.to_dict(), target="the target"), "What keeps it from learning")


def _page(result: Any, make: Callable[[], str], title: str, *, runs: bool = False) -> str:
    """The page; the text, where there can be none: without jinja2, or of several numbers in a row."""
    text = text_piece(str(result))
    try:
        document = make()
    except (GlasspropError, TypeError, ValueError) as error:  # rows may be of any kind that `fit` takes
        return f"{text}{text_piece(f'Its page is not shown: {error}')}"
    return framed(document, text, title, height=_TALL if runs else _LOW, runs=runs)


def _rows(result: Suspects | Blame, n: int) -> Any:
    """The rows that it is of, where they are known; else rows without a cell."""
    import numpy as np

    return np.empty((n, 0)) if result.rows is None else on_host(result.rows)


_TABLES: dict[type, Callable[[Any], Document]] = {
    Contributions: tables.of_contributions,
    Derivative: tables.of_derivative,
    ExamplePulls: tables.of_pulls,
    GradientCheck: tables.of_check,
    ModelTrace: tables.of_model_trace,
    OptimizerStep: tables.of_step,
    Paths: tables.of_paths,
    SeenRows: tables.of_seen_rows,
    Trace: tables.of_trace,
}
for _kind, _told in _TABLES.items():
    in_notebook.register(_kind, lambda result, told=_told: html_piece(told(result)))
