"""``glassprop score``: how well a model predicts rows whose target is known."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from glassprop.cli.models import load_model, read_for
from glassprop.cli.options import Trust, Word
from glassprop.cli.output import Messages, against, print_json, print_scores, print_sentence
from glassprop.cli.streamed import Stream, rows_passing, source_of


def score(
    model: Annotated[Word, Parameter(help="Model file, as glassprop train wrote it.")],
    /,
    *data: Annotated[
        Word,
        Parameter(help="Rows with their target: files, - for CSV on standard input, built-in data.", required=True),
    ],
    json: Annotated[
        bool, Parameter(help="Print one JSON object instead of a table.", negative="", show_default=False)
    ] = False,
    stream: Stream = None,
    trust: Trust = (),
) -> int:
    """Score a model on a table that has the target."""
    pipeline, record = load_model(model, trust)

    messages = Messages()
    source = source_of((pipeline, record), data, stream)
    if source is None:
        from glassprop.tables import score_table

        result = score_table(pipeline, record, read_for((pipeline, record), data), on_message=messages)
    else:
        from glassprop.tables import score_stream

        with rows_passing(source.n_rows, "scoring") as passed:
            result = score_stream(pipeline, record, source, on_message=messages, on_rows=passed)
    messages.open()
    for remark in result["remarks"]:
        messages.keep(remark)
    if json:
        print_json({**result, "notes": messages.data()})
        return 0
    print_scores(
        result["metrics"],
        result["baseline"],
        result["intervals"],
        title=f"{result['task'].capitalize()}, {result['rows']:,} rows",
        against=against(result["task"]),
    )
    for name, most in result.get("within", {}).items():
        print_sentence(f"there are many rows: {name} is computed from bins, and is off by at most {most:.1g}")
    for remark in result["remarks"]:
        print_sentence(remark)
    return 0
