"""``glassprop predict``: a model and a table in, predictions and probabilities out."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from glassprop.cli.delimited import delimited
from glassprop.cli.models import load_model, read_for
from glassprop.cli.options import Trust, Word
from glassprop.cli.output import Messages, say, write_bytes
from glassprop.errors import SettingsError, TableError
from glassprop.ground.text import quoted, visible, without_formulas

if TYPE_CHECKING:
    import polars

_FORMATS = (".csv", ".tsv", ".parquet")


def predict(
    model: Annotated[Word, Parameter(help="Model file, as glassprop train wrote it.")],
    /,
    *data: Annotated[
        Word,
        Parameter(help="Rows to predict: files, - for CSV on standard input, built-in data.", required=True),
    ],
    out: Annotated[
        Word,
        Parameter(
            help="File to write: .csv, .tsv or .parquet; - for CSV on standard output.",
        ),
    ] = "-",
    escape_formulas: Annotated[
        bool,
        Parameter(
            help="In CSV and TSV, put an apostrophe before text that a spreadsheet would run as a formula.",
            negative="",
            show_default=False,
        ),
    ] = False,
    trust: Trust = (),
) -> int:
    """Predict the target for each row of a table."""
    from glassprop.ground.atomic import check_writable, replacing

    if out != "-":
        if _suffix(out) == ".parquet" and escape_formulas:
            raise SettingsError("--escape-formulas is about CSV and TSV, which spreadsheets open: leave it out")
        check_writable(out, error=TableError)
    pipeline, record = load_model(model, trust)

    from glassprop.tables import predict_table

    messages = Messages()
    frame = predict_table(pipeline, record, read_for((pipeline, record), data), on_message=messages)
    messages.open()
    if out == "-":
        for piece in _encoded(frame, ".csv", escape_formulas, sys.stdout.isatty()):
            write_bytes(piece)
        return 0
    document = _encoded(frame, _suffix(out), escape_formulas, _is_terminal(out))
    with replacing(out, error=TableError) as file:
        for piece in document:
            file.write(piece)
    say(f"{frame.height:,} predictions in {out}")
    return 0


def _suffix(out: str) -> str:
    """How to write `out`: by its ending; a device or pipe gets CSV."""
    from glassprop.ground.atomic import is_device

    suffix = Path(out).suffix.lower()
    if suffix in _FORMATS:
        return suffix
    if is_device(out):
        return ".csv"
    raise SettingsError(f"--out {quoted(out)}: the ending says how to write it; give one of {', '.join(_FORMATS)}")


def _is_terminal(out: str) -> bool:
    """Whether `out` is a terminal by its name, such as /dev/tty."""
    if not Path(out).is_char_device():
        return False
    try:
        with open(out, "ab", buffering=0) as file:
            return file.isatty()
    except OSError:  # writing will say why
        return False


def _encoded(frame: polars.DataFrame, suffix: str, escape_formulas: bool, terminal: bool) -> Iterable[bytes]:
    """The table as bytes, piece by piece. On a terminal, names cannot move the cursor."""
    if suffix == ".parquet":
        buffer = BytesIO()
        frame.write_parquet(buffer)
        return [buffer.getvalue()]

    def change(text: str) -> str:
        text = without_formulas(text) if escape_formulas else text
        return visible(text) if terminal else text

    return delimited(frame, "\t" if suffix == ".tsv" else ",", change if escape_formulas or terminal else None)
