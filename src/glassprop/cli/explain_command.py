"""``glassprop explain``: the chain rule with the numbers of one's own model and rows, in the terminal or a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from glassprop.cli.models import load_model, read_for
from glassprop.cli.options import MaybeWhole, MaybeWord, Trust, Whole, Wholes, Word, at_least
from glassprop.cli.output import Messages, print_json, say, write_bytes
from glassprop.cli.read_files import data_files, refuse_to_replace
from glassprop.cli.streamed import Stream, source_of
from glassprop.errors import SettingsError, TableError
from glassprop.ground.text import quoted

if TYPE_CHECKING:
    from glassprop.insight.explanation import Explanation
    from glassprop.insight.largest import Place

_FILES = ("latex", "markdown", "html", "worksheet")
_DIGITS = 2
_MOST_PLACES = 9  # digits of a number in --weight: more than any network has neurons


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
    weight: Annotated[
        tuple[str, ...],
        Parameter(
            help="Weight to take apart: layer (from 1), neuron, input of it (from 0). May be repeated.",
            negative="",
            show_default=False,
        ),
    ] = (),
    bias: Annotated[
        tuple[str, ...],
        Parameter(help="The same for a bias: layer, neuron. May be repeated.", negative="", show_default=False),
    ] = (),
    input: Annotated[
        tuple[str, ...],
        Parameter(help="Column to take apart, by its name. May be repeated.", negative="", show_default=False),
    ] = (),
    output: Annotated[
        MaybeWord,
        Parameter(
            help="Explain the prediction, not the cost, of this class. Rows without a target are explained so in any "
            "case: default, the likeliest class of each.",
            show_default=False,
        ),
    ] = None,
    of: Annotated[
        MaybeWord,
        Parameter(
            help="Explain the prediction, by its probability, score (before the last activation) or amount.",
            show_default=False,
        ),
    ] = None,
    member: Annotated[
        MaybeWhole,
        Parameter(
            help="Of a model of several members, the one to walk through, counted from 0. Default: the one nearest to "
            "their mean.",
            show_default=False,
        ),
    ] = None,
    rate: Annotated[
        float | None,
        Parameter(
            help="Show the optimizer's step at this learning rate. Default: the last one of training.",
            negative="",
            show_default=False,
        ),
    ] = None,
    top: Annotated[Whole, Parameter(help="Show at most this many paths, and rows of a table.")] = 10,
    json: Annotated[
        bool, Parameter(help="Print one JSON object instead of tables.", negative="", show_default=False)
    ] = False,
    latex: Annotated[MaybeWord, Parameter(help="Write a LaTeX document to this file; - prints it.")] = None,
    markdown: Annotated[MaybeWord, Parameter(help="Write the same as Markdown to this file; - prints it.")] = None,
    html: Annotated[MaybeWord, Parameter(help="Write a page to click through to this file; - prints it.")] = None,
    worksheet: Annotated[
        MaybeWord,
        Parameter(help="Write a worksheet with its key: .html, .tex, else plain text; - prints it."),
    ] = None,
    digits: Annotated[
        MaybeWhole, Parameter(help="Decimals of a worksheet's numbers, 1 to 6. Default: 2.", show_default=False)
    ] = None,
    no_rows: Annotated[
        bool, Parameter(help="Leave out what stands in the table.", negative="", show_default=False)
    ] = False,
    stream: Stream = None,
    trust: Trust = (),
) -> int:
    """Show the chain rule, with numbers, for rows of a table."""
    files = {
        name: path for name, path in zip(_FILES, (latex, markdown, html, worksheet), strict=True) if path is not None
    }
    _check(row, top, digits, json, files)
    if rate is not None:
        _check_rate(rate)
    places = _places(weight, bias)
    for path in files.values():
        _check_file(path, model, *data)
    pipeline, record = load_model(model, trust)

    messages = Messages()
    found = _explained((pipeline, record), data, row, stream, messages, {"top": top, "output": output, "of": of})
    _check_target(found, worksheet, rate)
    found = found if member is None else found.member(member)
    _check_asked(found, places, input)
    found = found if rate is None else found.at_rate(rate)
    found = found.without_rows() if no_rows else found
    asked = places if places or input else None
    for name, path in files.items():
        text = _document(found, name, path, asked, input, top, digits or _DIGITS, not no_rows)
        messages.open()
        _write(path, text, row, no_rows, name)
        return 0
    places = places or ([] if input else _default(found))
    if json:
        whole = _whole(found, places, input, rows=not no_rows)
        messages.open()
        print_json(whole)
        return 0
    from glassprop.cli.terminal import pieces_of, show
    from glassprop.insight.telling.asked import Asked
    from glassprop.insight.telling.whole import document_of

    pieces = pieces_of(document_of(found, Asked(tuple(places), input, top, not no_rows)))
    messages.open()
    show(pieces)
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


# --- options --------------------------------------------------------------------------------------------------


def _check(row: tuple[int, ...], top: int, digits: int | None, json: bool, files: dict[str, str]) -> None:
    """Refuse values out of range, and options that exclude each other; all at once."""
    faults = []
    asked = [*(["--json"] if json else []), *(f"--{name}" for name in files)]
    if len(asked) > 1:
        faults.append(f"{' and '.join(asked)} are different forms of one answer: choose one")
    if digits is not None and "worksheet" not in files:
        faults.append("--digits is for --worksheet: give that too, or leave --digits out")
    negative = [number for number in row if number < 0]
    if negative:
        faults.append(f"--row {negative[0]}: rows are counted from 0")
    twice = sorted({number for number in row if row.count(number) > 1})
    if twice:
        faults.append(f"--row {twice[0]} is given more than once: name each row once")
    for option, value, least, most in (("--top", top, 1, None), ("--digits", digits, 1, 6)):
        try:
            at_least(option, value, least, most)
        except SettingsError as fault:
            faults.append(str(fault))
    if faults:
        raise SettingsError("; ".join(faults))


def _check_rate(rate: float) -> None:
    if not 0 < rate < float("inf"):
        raise SettingsError(f"--rate {rate:g}: give a number above 0, as 0.01")


def _places(weights: tuple[str, ...], biases: tuple[str, ...]) -> list[Place]:
    """What ``--weight`` and ``--bias`` name.

    Raises
    ------
    SettingsError
        Naming every one that is not so many whole numbers.
    """
    found: list[Place] = []
    faults = []
    for option, values, count in (("--weight", weights, 3), ("--bias", biases, 2)):
        for text in values:
            parts = [part.strip() for part in text.split(",")]
            if len(parts) == count and all(re.fullmatch(rf"[0-9]{{1,{_MOST_PLACES}}}", part) for part in parts):
                numbers = [int(part) for part in parts]
                found.append((numbers[0], numbers[1], numbers[2] if count == 3 else None))
            else:
                faults.append(f"{option} {quoted(text)}")
    if faults:
        raise SettingsError(
            f"{', '.join(faults)}: give --weight LAYER,NEURON,INPUT and --bias LAYER,NEURON as whole numbers, layers "
            "counted from 1 and the others from 0, for example --weight 1,0,2 and --bias 1,0"
        )
    return list(dict.fromkeys(found))


def _check_file(path: str, model: str, *data: str) -> None:
    """Refuse, before any work, a file that cannot be written, or that is the model or the data."""
    from glassprop.ground.atomic import check_writable

    if path == "-":
        return
    refuse_to_replace(path, [("the model file", model), *data_files(data)])
    check_writable(path, error=TableError)


# --- faces ----------------------------------------------------------------------------------------------------


def _default(found: Explanation) -> list[Place]:
    from glassprop.insight.chosen import default_weight

    place = default_weight(found)
    return [] if place is None else [place]


def _check_asked(found: Explanation, places: list[Place], inputs: tuple[str, ...]) -> None:
    """Refuse what is not there, whatever is to be written."""
    for layer, j, k in places:
        if k is None:
            found.bias(layer, j)
        else:
            found.weight(layer, j, k)
    for name in inputs:
        found.input(name)


def _check_target(found: Explanation, worksheet: str | None, rate: float | None) -> None:
    """Refuse what takes a target, of rows that are explained without one."""
    if found.predictions is None:
        return
    asked = [*(["--worksheet"] if worksheet is not None else []), *(["--rate"] if rate is not None else [])]
    if asked:
        raise SettingsError(
            f"{' and '.join(asked)}: back-propagation and a step begin at the cost, which takes a target; these rows "
            "are explained by their prediction: choose rows with a target, and leave --output and --of out"
        )


def _whole(found: Explanation, places: list[Place], inputs: tuple[str, ...], *, rows: bool) -> dict[str, Any]:
    from glassprop.insight.chosen import chosen_of

    return {**found.to_dict(rows=rows, live=False), "chosen": chosen_of(found, places, inputs, rows=rows)}


def _document(
    found: Explanation,
    name: str,
    path: str,
    places: list[Place] | None,
    inputs: tuple[str, ...],
    top: int,
    digits: int,
    rows: bool,
) -> str:
    if name in ("latex", "markdown"):
        from glassprop.report.documents import latex_of, markdown_of

        write = latex_of if name == "latex" else markdown_of
        return write(found, weights=places, inputs=inputs, top=top, rows=rows)
    if name == "html":
        from glassprop.report.page import page

        opens = next(iter((*(places or ()), *inputs)), None)
        return page(found.to_dict(rows=rows), rows=rows, opens=opens)
    from glassprop.worksheet.worksheet import worksheet_of

    form = {".html": "html", ".htm": "html", ".tex": "latex"}.get(Path(path).suffix.lower(), "text")
    return worksheet_of(found, digits, form, rows=rows)  # type: ignore[arg-type]  # one of the three


def _write(path: str, text: str, row: tuple[int, ...], no_rows: bool, name: str) -> None:
    """The whole file or none, and a word on what of the table is in it."""
    from glassprop.ground.atomic import replacing

    data = text.encode("utf-8", "backslashreplace")
    if path == "-":
        write_bytes(data)
        return
    with replacing(path, error=TableError) as file:
        file.write(data)
    say(f"{path} is written{_contents(row, no_rows, name)}")


def _contents(row: tuple[int, ...], no_rows: bool, name: str) -> str:
    which = f"row {row[0]}" if len(row) == 1 else f"{len(row)} rows"
    if no_rows:
        return f"; of {which} it contains the numbers that the network computes with"
    if name == "worksheet":
        return f"; it contains the inputs and the target of {which} of your table (--no-rows leaves out the names)"
    return f"; it contains values of {which} of your table (--no-rows leaves them out)"
