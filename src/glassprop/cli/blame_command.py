"""``glassprop blame``: which rows of a table drove what a model says of one of them."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from glassprop.cli.blame_row import RowOptions, blame_row
from glassprop.cli.models import is_model_file
from glassprop.cli.options import Trust, Word, at_least
from glassprop.errors import SettingsError
from glassprop.ground.text import quoted


def blame(
    *data: Annotated[
        Word,
        Parameter(help="A model file and, after it, the table that it was trained on.", required=True),
    ],
    asked: RowOptions | None = None,
    no_rows: Annotated[
        bool, Parameter(help="Leave out what stands in the table.", negative="", show_default=False)
    ] = False,
    json: Annotated[
        bool, Parameter(help="Print one JSON object instead of tables.", negative="", show_default=False)
    ] = False,
    trust: Trust = (),
) -> int:
    """Say which training rows drove a prediction: those for it, and those against it."""
    rows = asked or RowOptions()
    rows.check(data)
    at_least("--top", rows.top, 1)
    if rows.row is None:
        raise SettingsError("give --row N, counted from 0: whose prediction is asked for")
    if not is_model_file(data[0]):
        raise SettingsError(f"{quoted(data[0])} is no model file: give that first, and after it the table")
    if len(data) < 2:
        raise SettingsError(f"{quoted(data[0])} is a model: give the table that it was trained on after it")
    blame_row(data[0], data[1:], rows, trust, cells=not no_rows).tell(as_json=json)
    return 0
