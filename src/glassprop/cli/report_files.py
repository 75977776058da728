"""What ``train --report`` writes: the report of a training, and beside it the page of its telling rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassprop.cli.output import say
from glassprop.errors import DataError, SettingsError
from glassprop.ground.text import quoted
from glassprop.ground.version import versions_here

if TYPE_CHECKING:
    from glassprop.estimator.doctor import Doctor
    from glassprop.influence.model_trace import ModelTrace
    from glassprop.tables import Outcome
    from glassprop.tables.fitting.table_margins import TableMargins


@dataclass(frozen=True)
class ReportFiles:
    """Where they go. page: None where the report is a device or pipe, which has no place beside it.

    margins: what is to watch how rows are learned, of which the report tells.
    """

    report: str
    page: str | None
    rows: bool
    margins: TableMargins

    def doctor(self) -> Doctor:
        """Who watches the training that the report is to be of."""
        from glassprop.tables.use.doctor_table import TableDoctor

        return TableDoctor()


def report_files(report: str | None, *, rows: bool, others: Sequence[tuple[str, str]]) -> ReportFiles | None:
    """The files to write, once it is sure that they can be; None where no report is asked for.

    Parameters
    ----------
    others : sequence of (str, str)
        What files that must not be written over are, and their names.

    Raises
    ------
    SettingsError
        A file that is one of the others; ``--no-rows`` without a report.
    DataError
        A file that cannot be written.
    MissingPackageError
        If jinja2 is not installed.
    """
    if report is None:
        if not rows:
            raise SettingsError("--no-rows is about the report of --report: give --report FILE too, or leave it out")
        return None
    from glassprop.ground.atomic import check_writable, is_device
    from glassprop.tables.fitting.table_margins import TableMargins
    from glassprop.training_report.html_pages import need_jinja

    need_jinja()
    check_writable(report, error=DataError)
    page = None if is_device(report) else page_path(report)
    if page is not None:
        check_writable(page, error=DataError)
        _refuse_same(report, report, others)
        _refuse_same(page, report, [*others, ("the report", report)])
    return ReportFiles(report, page, rows, TableMargins())


def page_path(report: str) -> str:
    """The page of rows of report.html is report-rows.html, in the same folder."""
    path = Path(report)
    return str(path.with_name(f"{path.stem}-rows{path.suffix or '.html'}"))


def _refuse_same(path: str, report: str, others: Sequence[tuple[str, str]]) -> None:
    for what, other in others:
        if os.path.realpath(path) == os.path.realpath(other) or _linked(path, other):
            which = "it" if path == report else f"{quoted(path)}, the page beside it,"
            raise SettingsError(f"--report {quoted(report)}: {which} would replace {what}; give it another name")


def _linked(path: str, other: str) -> bool:
    """Whether two names are one file, as names that differ in case are on some systems."""
    return os.path.exists(path) and os.path.exists(other) and os.path.samefile(path, other)


def write_report(
    outcome: Outcome, files: ReportFiles, model: str, doctor: Doctor | None = None, tracers: Sequence[Any] = ()
) -> None:
    """Write the report and the page of the telling rows that it links to; both, or neither.

    doctor: who watched; tracers: the one that kept what training passed through, if there is one.

    Raises
    ------
    DataError
        A file cannot be written.
    """
    from urllib.parse import quote

    from glassprop.ground.atomic import write_together
    from glassprop.tables import diagnose
    from glassprop.tables.tabular.plane_map import plane_map
    from glassprop.training_report.training_report import report_data, training_report

    diagnosis, trace = diagnose(outcome), tracers[0].model_trace() if tracers else None
    page = files.page if diagnosis["telling"] else None
    name = "./" + quote(os.fsencode(Path(page).name)) if page is not None else None
    seconds = [point[0] for point in getattr(outcome.pipeline[-1], "time_curve_", ())]
    explained = _explained(outcome, diagnosis, files.rows) if diagnosis["telling"] else None
    data = report_data(
        outcome.record,
        diagnosis,
        rows=files.rows,
        model=model,
        page=name,
        seconds=seconds,
        versions=versions_here("numpy", "scikit-learn"),
        predictions=() if explained is None else explained["predictions"],
        found=_found(outcome, doctor),
        seen=_seen(outcome, files),
        drove=_drove(outcome, diagnosis, trace),
        drove_weights=0 if trace is None else trace.weights,
        plane=plane_map(outcome) if files.rows else None,
    )
    documents = {files.report: training_report(data)}
    if page is not None and explained is not None:
        documents = {page: _page_of_rows(outcome, explained, files.rows), **documents}
    write_together(
        {path: text.encode("utf-8", "backslashreplace") for path, text in documents.items()}, error=DataError
    )
    if files.rows:
        both = f"{files.report} and {page} hold" if page is not None else f"{files.report} holds"
        computes = page is not None and explained is not None and explained["live"] is not None
        model = f"; {page} computes, and so holds the model, all of its weights and biases" if computes else ""
        say(f"{both} rows of the table; --no-rows leaves their values out{model}")


def _found(outcome: Outcome, doctor: Doctor | None) -> dict[str, Any] | None:
    """What keeps the network from learning, as plain data; not of a table that was read piece by piece."""
    if "stream" in outcome.record:
        return None
    from glassprop.tables.use.doctor_table import diagnosis_of_outcome

    return diagnosis_of_outcome(outcome, doctor).to_dict()


def _seen(outcome: Outcome, files: ReportFiles) -> dict[str, Any] | str:
    """How hard the rows were to learn, as plain data; or why that is not known."""
    from glassprop.tables.use.taught_by import pulls_of_outcome
    from glassprop.training_report.row_map import has_map, row_map

    if "stream" in outcome.record:
        return "How rows were learned is not known: the table was read piece by piece, and no row was watched."
    train, margins = outcome.parts.train, files.margins
    seen = margins.together(len(train))
    if seen is None or not has_map(seen):
        return "How rows were learned is not known: the training run was too short for that."
    pull = pulls_of_outcome(outcome)
    return row_map(seen, numbers=train.rows, labels=train.y, rows=files.rows, pull=pull, networks=margins.networks)


def _drove(outcome: Outcome, diagnosis: dict[str, Any], trace: ModelTrace | None) -> list[dict[str, Any]]:
    """Which rows trained on drove the predictions of the telling rows; not of a table that was read piece by piece."""
    from glassprop.tables.use.taught_by import drove_outcome

    if "stream" in outcome.record or not diagnosis["telling"]:
        return []
    return drove_outcome(outcome, [told["row"] for told in diagnosis["telling"]], trace)


def _explained(outcome: Outcome, diagnosis: dict[str, Any], rows: bool) -> dict[str, Any]:
    """The telling rows, explained, as plain data."""
    from glassprop.tables import explain_table

    numbers = [told["row"] for told in diagnosis["telling"]]
    # What is to be said of these rows was said when they were scored.
    explanation = explain_table(
        outcome.pipeline, outcome.record, outcome.held_out_table, numbers, on_message=lambda _: None
    )
    return explanation.to_dict(rows=rows)


def _page_of_rows(outcome: Outcome, explained: dict[str, Any], rows: bool) -> str:
    from glassprop.report.page import page

    return page(explained, title=f"Telling rows of {outcome.held_out_table.name}", rows=rows)
