"""``glassprop check``: back-propagation against finite differences, on a model and rows of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from glassprop.cli.models import load_model, read_for
from glassprop.cli.options import Trust, Whole, Word, at_least
from glassprop.cli.output import print_json, print_line
from glassprop.cli.streamed import Stream, source_of

if TYPE_CHECKING:
    from glassprop.tables import RowSource, Table

FAILED = 1


def check(
    model: Annotated[Word, Parameter(help="Model file, as glassprop train wrote it.")],
    /,
    *data: Annotated[
        Word,
        Parameter(help="Rows with their target: files, - for CSV on standard input, built-in data.", required=True),
    ],
    rows: Annotated[Whole, Parameter(help="Take at most this many rows.")] = 200,
    json: Annotated[
        bool, Parameter(help="Print one JSON object instead of text.", negative="", show_default=False)
    ] = False,
    stream: Stream = None,
    trust: Trust = (),
) -> int:
    """Check a model's gradient on a table; exit code 1 if it fails."""
    at_least("--rows", rows, 1)
    pipeline, record = load_model(model, trust)

    from glassprop import check_gradient
    from glassprop.tables import gradient_arrays

    source = source_of((pipeline, record), data, stream)
    table = read_for((pipeline, record), data) if source is None else _spread(source, rows)
    network, theta, X, Y, weight = gradient_arrays(pipeline, record, table, limit=rows)
    result = check_gradient(network, theta, X, Y, sample_weight=weight)
    if json:
        print_json({**result.to_dict(), "ok": bool(result.ok), "rows": int(X.shape[0])})
    else:
        print_line(f"Gradient check on {X.shape[0]:,} rows")
        for line in str(result).splitlines():
            print_line(line)
    return 0 if result.ok else FAILED


def _spread(source: RowSource, rows: int) -> Table:
    from glassprop.tables.streaming.some_rows import spread_rows

    return spread_rows(source, rows)
