"""``glassprop predict``: a model and a table in, predictions and probabilities out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from glassprop.cli.models import load_model, read_for
from glassprop.cli.options import Trust, Word
from glassprop.cli.output import Messages, say, write_bytes
from glassprop.cli.prediction_bytes import delimited, parquet, parquet_pieces
from glassprop.cli.read_files import data_files, refuse_to_replace
from glassprop.cli.streamed import Stream, rows_passing, source_of
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
            help="In CSV and TSV, put an apostrophe before text that a spreadsheet would evaluate as a formula.",
            negative="",
            show_default=False,
        ),
    ] = False,
    stream: Stream = None,
    trust: Trust = (),
) -> int:
    """Predict the target for each row of a table."""
    from glassprop.ground.atomic import check_writable

    if out != "-":
        if _suffix(out) == ".parquet" and escape_formulas:
            raise SettingsError("--escape-formulas is about CSV and TSV, which spreadsheets open: leave it out")
        refuse_to_replace(out, [("the model file", model), *data_files(data)])
        check_writable(out, error=TableError)
    pipeline, record = load_model(model, trust)

    messages = Messages()
    source = source_of((pipeline, record), data, stream)
    if source is None:
        from glassprop.tables import predict_table

        frame = predict_table(pipeline, record, read_for((pipeline, record), data), on_message=messages)
        messages.open()
        rows = frame.height
        _write(iter([frame]), out, escape_formulas, streamed=False)
    else:
        from glassprop.tables import predict_stream

        rows, to_terminal = source.n_rows, out == "-" and sys.stdout.isatty()
        with (
            _ended_by_signals(),
            closing(predict_stream(pipeline, record, source, on_message=messages)) as frames,
            rows_passing(rows, "predicting", hidden=to_terminal) as passed,
        ):
            _write(_counted(frames, passed), out, escape_formulas, streamed=True)
        messages.open()
    if out != "-":
        say(f"{rows:,} predictions in {out}")
    return 0


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM ends the work as Ctrl-C does, so that what was half written is removed."""
    from glassprop.ground.stop_signals import StopSignals

    signals = StopSignals()
    signals.start()
    try:
        yield
    finally:
        signals.stop()


def _counted(frames: Iterable[polars.DataFrame], passed: Callable[[int], None]) -> Iterator[polars.DataFrame]:
    """The same; what goes wrong with the file that they are read from is not said of the one that is written."""
    try:
        for frame in frames:
            yield frame
            passed(frame.height)
    except OSError as error:
        raise TableError(f"the rows cannot be read to their end: {error.strerror or error}") from error


def _write(frames: Iterator[polars.DataFrame], out: str, escape_formulas: bool, *, streamed: bool) -> None:
    """Write predictions as they come."""
    from glassprop.ground.atomic import replacing

    if out == "-":
        for piece in _encoded(frames, ".csv", escape_formulas, sys.stdout.isatty(), streamed):
            write_bytes(piece)
        return
    document = _encoded(frames, _suffix(out), escape_formulas, _is_terminal(out), streamed)
    with replacing(out, error=TableError) as file:
        for piece in document:
            file.write(piece)


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


def _encoded(
    frames: Iterator[polars.DataFrame], suffix: str, escape_formulas: bool, terminal: bool, streamed: bool
) -> Iterable[bytes]:
    """The predictions as bytes, piece by piece. On a terminal, names cannot move the cursor."""
    if suffix == ".parquet":
        return parquet_pieces(frames) if streamed else map(parquet, frames)

    def change(text: str) -> str:
        text = without_formulas(text) if escape_formulas else text
        return visible(text) if terminal else text

    return delimited(frames, "\t" if suffix == ".tsv" else ",", change if escape_formulas or terminal else None)
