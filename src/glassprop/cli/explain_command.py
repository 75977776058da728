"""``glassprop explain``: the chain rule with the numbers of one's own model and rows, in the terminal or a file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from glassprop.cli.explained_forms import FormOf, Forms
from glassprop.cli.models import load_model, read_for
from glassprop.cli.options import MaybeWhole, MaybeWord, Trust, Wholes, Word
from glassprop.cli.output import Messages
from glassprop.cli.read_files import data_files
from glassprop.cli.streamed import Stream, source_of
from glassprop.errors import SettingsError

if TYPE_CHECKING:
    from glassprop.insight.explanation import Explanation

_DIGITS = 2  # of a worksheet's numbers


def explain(
    model: Annotated[Word, Parameter(help="Model file, as glassprop train wrote it.")],
    /,
    *data: Annotated[
        Word,
        Parameter(
            help="Rows, with their target or without: files, - for CSV on standard input, built-in data.",
            required=True,
        ),
    ],
    row: Annotated[
        Wholes,
        Parameter(help="Row to explain, counted from 0. May be repeated: several rows are one batch.", negative=""),
    ],
    output: Annotated[
        MaybeWord,
        Parameter(
            help="Explain the prediction of this class, not the cost. Default for rows without a target: the "
            "likeliest class of each.",
            show_default=False,
        ),
    ] = None,
    of: Annotated[
        MaybeWord,
        Parameter(
            help="Explain the prediction: its probability, its score (before the last activation) or, in regression, "
            "its amount.",
            show_default=False,
        ),
    ] = None,
    member: Annotated[
        MaybeWhole,
        Parameter(
            help="For a model of several networks: which one to walk through, counted from 0. Default: the one "
            "nearest to their mean.",
            show_default=False,
        ),
    ] = None,
    forms: Annotated[Forms, Parameter(name="*")] = Forms(),  # noqa: B008  # frozen
    no_rows: Annotated[bool, Parameter(help="Leave out the table's values.", negative="", show_default=False)] = False,
    stream: Stream = None,
    trust: Trust = (),
) -> int:
    """Show the chain rule, with numbers, for rows of a table."""
    forms.check(row, (("the model file", model), *data_files(data)))
    pipeline, record = load_model(model, trust)

    messages = Messages()
    question = {"top": forms.top, "output": output, "of": of}
    found = _explained((pipeline, record), data, row, stream, messages, question)
    _check_target(found, forms)
    found = found if member is None else found.member(member)
    found = found if forms.rate is None else found.at_rate(forms.rate)
    found = found.without_rows() if no_rows else found
    forms.tell(found, FormOf(not no_rows, _DIGITS, partial(_contents, row, no_rows), messages.open))
    return 0


def _explained(
    model: tuple[Any, dict[str, Any]],
    data: tuple[str, ...],
    rows: tuple[int, ...],
    stream: bool | None,
    messages: Messages,
    question: dict[str, Any],
) -> Explanation:
    """Of a table that is read piece by piece, only the rows that are asked for."""
    from glassprop.tables import explain_table

    source = source_of(model, data, stream)
    if source is None:
        return explain_table(*model, read_for(model, data), rows, on_message=messages, **question)
    from glassprop.tables.streaming.some_rows import rows_of

    table = rows_of(source, rows)
    return explain_table(*model, table, range(len(rows)), numbers=rows, on_message=messages, **question)


def _check_target(found: Explanation, forms: Forms) -> None:
    """Refuse what takes a target, of rows that are explained without one."""
    if found.predictions is None:
        return
    asked = [f"--{name}" for name in ("worksheet", "save", "rate") if getattr(forms, name) is not None]
    if asked:
        raise SettingsError(
            f"{' and '.join(asked)}: back-propagation and a step begin at the cost, which needs a target, but these "
            "rows are explained by their prediction: choose rows with a target, and leave out --output and --of"
        )


def _contents(row: tuple[int, ...], no_rows: bool, name: str, computes: bool) -> str:
    which = f"row {row[0]}" if len(row) == 1 else f"{len(row)} rows"
    if no_rows:
        model = ", and the model" if name == "save" else ""
        return f"; of {which} it contains the numbers that the network computes with{model}"
    if name == "save":
        return f"; it contains {which} of your table, as numbers, and the model"
    if name == "worksheet":
        instead = "--no-rows gives them as the network takes them"
        return f"; it contains the inputs and the target of {which} of your table ({instead})"
    if computes:
        return (
            f"; it contains values of {which} of your table (--no-rows leaves them out) and, since it computes, "
            "the model: all of its weights and biases"
        )
    return f"; it contains values of {which} of your table (--no-rows leaves them out)"
