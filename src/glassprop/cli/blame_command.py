"""``glassprop blame``: which rows of a table drove what a model says of one of them, and which labels are wrong."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from glassprop.cli.blame_labels import LabelOptions, suspect_labels
from glassprop.cli.blame_row import RowOptions, blame_row
from glassprop.cli.faults import INTERRUPTED
from glassprop.cli.models import is_model_file
from glassprop.cli.options import MaybeWord, Trust, Whole, Word, at_least
from glassprop.cli.pages import check_page
from glassprop.cli.read_files import files_read_for, same_file
from glassprop.cli.train_options import TrainOptions
from glassprop.errors import SettingsError
from glassprop.ground.text import quoted


def blame(
    *data: Annotated[
        Word,
        Parameter(
            help="A model file and, after it, the table that it was trained on; with --labels also a table alone.",
            required=True,
        ),
    ],
    asked: RowOptions | None = None,
    suspected: LabelOptions | None = None,
    options: TrainOptions | None = None,
    top: Annotated[Whole, Parameter(help="How many rows are listed: for and against, or suspected.")] = 10,
    no_rows: Annotated[bool, Parameter(help="Leave out the table's values.", negative="", show_default=False)] = False,
    html: Annotated[
        MaybeWord,
        Parameter(
            help="HTML page to write: the rows with their cells or, with --labels, the suspected ones to review by "
            "keyboard."
        ),
    ] = None,
    json: Annotated[
        bool, Parameter(help="Print one JSON object instead of tables.", negative="", show_default=False)
    ] = False,
    trust: Trust = (),
) -> int:
    """Say which training rows drove a prediction, for it and against it; or which labels are probably wrong."""
    at_least("--top", top, 1)
    rows, labels, training = asked or RowOptions(), suspected or LabelOptions(), options or TrainOptions()
    rows.check(data)
    read_ones = [*files_read_for(data, training), *rows.files()]
    labels.check(read_ones)
    if html is not None and no_rows:
        raise SettingsError("--html writes a page of rows, and --no-rows would leave them out: drop one of the two")
    check_page(html, read_ones)
    if html is not None and labels.csv is not None and same_file(html, labels.csv):
        raise SettingsError(f"--html {quoted(html)} would replace what --csv writes: give it another name")
    if labels.labels == (rows.row is not None):
        raise SettingsError(
            "give --row N (counted from 0) for what drove that row's prediction, or --labels for the labels that are "
            "probably wrong: one of the two"
        )
    if labels.labels:
        if rows != RowOptions():
            raise SettingsError("--of and --trace are about --row: leave them out, or --labels")
        found = suspect_labels(data, training, labels, trust, cells=not no_rows)
        found.tell(labels, top, html=html, as_json=json)
        return INTERRUPTED if found.found.interrupted else 0
    if training != TrainOptions():
        raise SettingsError("the model file has decided what is learned, and how: leave out options about that")
    if not is_model_file(data[0]):
        raise SettingsError(f"{quoted(data[0])} is no model file: give the model file first, then the table")
    if len(data) < 2:
        raise SettingsError(f"{quoted(data[0])} is a model: give the table that it was trained on after it")
    blame_row(data[0], data[1:], rows, top=top, trust=trust, cells=not no_rows).tell(html=html, as_json=json)
    return 0
