"""``glassprop doctor``: what keeps the network of a table, or a model on its rows, from learning, and what helped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from glassprop.cli.faults import INTERRUPTED
from glassprop.cli.models import is_model_file, load_model, read_for, read_schema
from glassprop.cli.options import MaybeWord, Trust, Word
from glassprop.cli.output import Messages, encodable, print_json, print_line
from glassprop.cli.pages import check_page, write_page
from glassprop.cli.progress import TrainingProgress, TrialProgress
from glassprop.cli.read_files import files_read_for
from glassprop.cli.remedy_options import remedy_lines, remedy_options
from glassprop.cli.table_or_sample import table_or_sample
from glassprop.cli.train import passed_on
from glassprop.cli.train_options import TrainOptions, as_text_columns, of_one_network, rows_after_model, settings_of
from glassprop.errors import SettingsError

if TYPE_CHECKING:
    from glassprop.diagnosis.finding import Diagnosis


def doctor(
    *data: Annotated[
        Word,
        Parameter(
            help="A table to train on, as train takes it; or a model file and, after it, a table with the target.",
            required=True,
        ),
    ],
    options: TrainOptions | None = None,
    budget: Annotated[
        float, Parameter(help="How many training runs may be spent on trying remedies; 0: none is tried.")
    ] = 1.0,
    html: Annotated[MaybeWord, Parameter(help="Write the report as an HTML page.")] = None,
    json: Annotated[
        bool, Parameter(help="Print one JSON object instead of text.", negative="", show_default=False)
    ] = False,
    trust: Trust = (),
) -> int:
    """Say what keeps a network from learning, and try what would help."""
    if not 0 <= budget < float("inf"):
        raise SettingsError(f"--budget must be a number of training runs, 0 or more, got {budget:g}")
    chosen, messages = options or TrainOptions(), Messages()
    check_page(html, files_read_for(data, chosen))
    with TrialProgress() as trials:
        if is_model_file(data[0]):
            found, about = _of_model(data, chosen, budget, trust, messages, trials)
        else:
            found, about = _of_table(data, chosen, budget, trust, messages, trials)
    messages.open()
    if html is not None:
        _write_page(found, about, html)
    if json:
        print_json({**about, **found.to_dict(), "html": html, "notes": messages.data()})
    else:
        _print(found, html, chosen)
    return INTERRUPTED if about["interrupted"] else 0


def _print(found: Diagnosis, html: str | None, options: TrainOptions) -> None:
    following = remedy_lines(remedy_options(found, accumulate=options.accumulate), options.recipe or "plain")
    for line in [*str(found).splitlines(), *following]:
        print_line(encodable(line))
    if html is not None:
        print_line(f"Page: {html}")


def _of_table(
    data: tuple[str, ...],
    options: TrainOptions,
    budget: float,
    trust: tuple[str, ...],
    messages: Messages,
    trials: TrialProgress,
) -> tuple[Diagnosis, dict[str, Any]]:
    """One network is trained for it; of the plain recipe, if no other is asked for."""
    plain = of_one_network(data, options, trust, "looked at")
    from glassprop.tables.use.doctor_table import doctor_table

    schema = None if options.schema is None else read_schema(options.schema)
    table = table_or_sample(data, as_text_columns(options, schema), options.seed, messages)
    settings = settings_of(plain, schema, table.frame.columns, table.text_columns)
    progress = TrainingProgress(on_start=messages.open)
    told = doctor_table(
        table, settings, budget=budget, callbacks=(progress,), on_message=passed_on(messages), on_try=trials
    )
    if told.interrupted and not told.found.measured.course.epochs:
        raise KeyboardInterrupt  # before the first epoch was over there is nothing to be told
    about = {name: getattr(told, name) for name in ("task", "target", "rows", "interrupted")}
    return told.found, {**about, "model": None}


def _of_model(
    data: tuple[str, ...],
    options: TrainOptions,
    budget: float,
    trust: tuple[str, ...],
    messages: Messages,
    trials: TrialProgress,
) -> tuple[Diagnosis, dict[str, Any]]:
    path, rows = data[0], rows_after_model(data, options, "a table with its target")
    model = load_model(path, trust)
    from glassprop.tables.use.doctor_table import doctor_model

    table = read_for(model, rows)
    messages.open()
    found = doctor_model(*model, table, budget=budget, on_message=messages, on_try=trials)
    record = model[1]
    about = {"task": record["task"], "target": record["target"], "rows": {"train": found.measured.rows}, "model": path}
    return found, {**about, "interrupted": False}


def _write_page(found: Diagnosis, about: dict[str, Any], path: str) -> None:
    from glassprop.training_report.doctor_page import doctor_page

    text = doctor_page(found.to_dict(), target=about["target"])
    write_page(path, text, "holds no rows of the table, but names of its columns and classes")
