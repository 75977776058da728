"""``glassprop export``: a model in another language, for where it is deployed."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from glassprop.cli.export_targets import TARGETS, Target, Written
from glassprop.cli.options import MaybeWord, Trust, Word
from glassprop.cli.output import print_json, print_table, say
from glassprop.cli.read_files import refuse_to_replace
from glassprop.errors import ExportError, SettingsError
from glassprop.ground.text import quoted

_SHOWN = 30  # inputs


def export(
    model: Annotated[Word, Parameter(help="Model file.")],
    /,
    *,
    to: Annotated[Word, Parameter(help=f"Language: {', '.join(TARGETS)}.")],
    out: Annotated[
        MaybeWord,
        Parameter(
            help="File to write. Default: an unused name in this folder, made from the model's.", show_default=False
        ),
    ] = None,
    zipmap: Annotated[
        bool,
        Parameter(help="For onnx: probabilities as a map, label to probability.", negative="", show_default=False),
    ] = False,
    precision: Annotated[
        MaybeWord,
        Parameter(help="For c: float or double. Default: as the model was trained.", show_default=False),
    ] = None,
    int8: Annotated[bool, Parameter(help="For c: weights in 8 bits.", negative="", show_default=False)] = False,
    rows: Annotated[
        MaybeWord,
        Parameter(help="For c, with --int8: a table of rows to measure the effect on.", show_default=False),
    ] = None,
    name: Annotated[
        MaybeWord,
        Parameter(help="For c: what all names in it begin with. Default: the file's name.", show_default=False),
    ] = None,
    json: Annotated[
        bool, Parameter(help="Describe what was written, as one JSON object.", negative="", show_default=False)
    ] = False,
    trust: Trust = (),
) -> int:
    """Write a model in another language: raw columns in, predictions and probabilities out."""
    from glassprop.export.model_file import load_with_record
    from glassprop.ground.atomic import check_writable, write_together

    target = _target(to)
    given = {"zipmap": zipmap, "precision": precision, "int8": int8, "rows": rows, "name": name}
    options = _asked(to, target, given)
    if rows is not None and not int8:
        raise SettingsError(
            "--rows are what the effect of --int8 is measured on: give --int8, too, or leave --rows out"
        )
    path = _free(Path(model).stem, target) if out is None else out
    _refuse_no_name(path, target)
    for file in target.files(path):
        refuse_to_replace(file, [("the model file", model), *([("the rows", rows)] if rows else [])])
        check_writable(file, error=ExportError)
    fitted, record = load_with_record(model, trusted=trust)
    if rows is not None:
        options["rows"] = _table((fitted, record), rows)
    written = target.write(fitted, path, options)
    write_together(written.contents, error=ExportError)
    _tell(to, written, json=json)
    return 0


def _target(to: str) -> Target:
    if to not in TARGETS:
        raise SettingsError(f"--to {quoted(to, 60)}: models are written as {' or '.join(TARGETS)}")
    return TARGETS[to]


def _asked(to: str, target: Target, options: dict[str, Any]) -> dict[str, Any]:
    """The options that were given, all of which the language has to know."""
    asked = {name: value for name, value in options.items() if value not in (None, False)}
    for name in asked:
        if name not in target.options:
            known = [language for language, other in TARGETS.items() if name in other.options]
            raise SettingsError(f"--{name} is of --to {' or '.join(known)}, not of {to}: leave it out")
    return asked


def _free(stem: str, target: Target) -> str:
    """A name after the model's, of whose files there is none yet."""
    path, taken = Path(f"{stem}{target.ending}"), Path(f"{stem}{target.ending}")
    for count in itertools.count(2):
        if not any(os.path.lexists(file) for file in target.files(str(path))):
            break
        path = taken.with_name(f"{taken.stem}-{count}{taken.suffix}")
    return str(path)


def _refuse_no_name(path: str, target: Target) -> None:
    """What is there and could not be written itself is no name for several files beside it, either."""
    from glassprop.ground.atomic import check_writable, is_device

    if os.path.isdir(path or "."):
        check_writable(path, error=ExportError)
    if len(target.files(path)) > 1 and is_device(path):
        raise ExportError(
            f"cannot write {quoted(path)}: it is no regular file, and {len(target.files(path))} files are to be written"
        )


def _table(model: tuple[Any, dict[str, Any]], rows: str) -> Any:
    """Rows as the model reads them."""
    from glassprop.cli.models import read_for
    from glassprop.export.table_record import is_of_a_table

    if not is_of_a_table(model[1]):
        raise SettingsError(
            "--rows need a model of a table, and this one was saved without a table's columns: use glassprop.to_c"
        )
    return read_for(model, rows).frame


def _tell(to: str, written: Written, *, json: bool) -> None:
    sizes = {path: len(data) for path, data in written.contents.items()}
    if json:
        files = [{"path": path, "bytes": size} for path, size in sizes.items()]
        print_json({"to": to, "files": files, "inputs": [dict(one) for one in written.inputs], **written.record})
        return
    rows = [("file", f"{path}, {size:,} bytes") for path, size in sizes.items()]
    print_table(["", ""], [*rows, *written.facts])
    print_table(["input", "type", "to be given", "missing"], [_input(one) for one in written.inputs[:_SHOWN]])
    if len(written.inputs) > _SHOWN:
        say(f"and {len(written.inputs) - _SHOWN:,} more inputs: --json has all")


def _input(one: Any) -> tuple[str, str, str, str]:
    missing = one["missing"]
    shown = {None: "none in training", "": "an empty text"}.get(missing, missing)
    return one["name"], one["type"], one["given"], shown
