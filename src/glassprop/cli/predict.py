"""``glassprop predict``: a model and a table in, predictions and probabilities out."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from glassprop.cli.models import load_model, read
from glassprop.cli.options import Trust, Word
from glassprop.cli.output import Messages, say, write_bytes
from glassprop.errors import SettingsError, TableError

if TYPE_CHECKING:
    import polars

_FORMATS = (".csv", ".tsv", ".parquet")


def predict(
    model: Annotated[Word, Parameter(help="Model file, as glassprop train wrote it.")],
    data: Annotated[
        Word,
        Parameter(
            help="Rows to predict: a file, - for CSV on standard input, built-in data.",
        ),
    ],
    /,
    *,
    out: Annotated[
        Word,
        Parameter(
            help="File to write: .csv, .tsv or .parquet; - for CSV on standard output.",
        ),
    ] = "-",
    trust: Trust = (),
) -> int:
    """Predict the target for each row of a table."""
    from glassprop.ground.atomic import check_writable, replacing

    if out != "-":
        _suffix(out)
        check_writable(out, error=TableError)
    pipeline, record = load_model(model, trust)

    from glassprop.tables import predict_table

    messages = Messages()
    frame = predict_table(pipeline, record, read(data), on_message=messages)
    messages.open()
    if out == "-":
        write_bytes(_encoded(frame, ".csv"))
        return 0
    with replacing(out, error=TableError) as file:
        file.write(_encoded(frame, _suffix(out)))
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
    raise SettingsError(f"--out {out!r}: the ending says how to write it; give one of {', '.join(_FORMATS)}")


def _encoded(frame: polars.DataFrame, suffix: str) -> memoryview:
    """The table as bytes, before anything is opened for writing."""
    buffer = BytesIO()
    if suffix == ".parquet":
        frame.write_parquet(buffer)
    else:
        frame.write_csv(buffer, separator="\t" if suffix == ".tsv" else ",")
    return buffer.getbuffer()
