"""``glassprop train``: a table in, a model file and its held-out scores out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from glassprop.cli.all_ranks import all_ranks
from glassprop.cli.checkpoint_options import CheckpointOptions
from glassprop.cli.distributed_options import DistributedOptions
from glassprop.cli.ending import Ending
from glassprop.cli.faults import INTERRUPTED
from glassprop.cli.keep import keep
from glassprop.cli.models import open_rows, read, read_schema, text_columns_of
from glassprop.cli.options import MaybeWord, Word, default_model_path
from glassprop.cli.output import ABOUT_SCORES, Messages
from glassprop.cli.print_outcome import print_outcome
from glassprop.cli.progress import PassProgress, TrainingProgress
from glassprop.cli.read_files import files_read_for, refuse_to_replace
from glassprop.cli.report_files import report_files, write_report
from glassprop.cli.streaming_options import StreamingOptions, is_streamed
from glassprop.cli.trace_option import TraceOption
from glassprop.cli.train_options import TrainOptions, as_text_columns, check_numbers, settings_of
from glassprop.errors import SettingsError
from glassprop.ground.note import Say, as_note

if TYPE_CHECKING:
    from glassprop.distributed.mpi_group import MpiGroup
    from glassprop.tables import Outcome


def train(
    *data: Annotated[
        Word,
        Parameter(
            help="A .csv, .tsv, .parquet, .arrow or .xlsx file, also packed (.gz, .zst, .zip), or several; - for CSV "
            "on standard input, or one of digits, iris, wine, breast_cancer, diabetes.",
            required=True,
        ),
    ],
    options: TrainOptions | None = None,
    streaming: StreamingOptions | None = None,
    among: DistributedOptions | None = None,
    keeping: CheckpointOptions | None = None,
    tracing: TraceOption | None = None,
    model: Annotated[
        MaybeWord,
        Parameter(help="Model file to write. Default: an unused name in this folder, made from that of the data."),
    ] = None,
    report: Annotated[
        MaybeWord,
        Parameter(
            help="HTML report to write: scores, curves, mistakes, columns, and beside it a page that explains rows "
            "worth a look."
        ),
    ] = None,
    no_rows: Annotated[
        bool,
        Parameter(
            help="Leave the values of single rows out of the report and its page.", negative="", show_default=False
        ),
    ] = False,
    json: Annotated[
        bool, Parameter(help="Print one JSON object instead of tables.", negative="", show_default=False)
    ] = False,
) -> int:
    """Train a network on a table and save it."""
    chosen, sharing = options or TrainOptions(), among or DistributedOptions()
    written = Written(model, report, rows=not no_rows, as_json=json)
    with all_ranks(sharing.distributed, fast_sums=sharing.fast_sums) as group:
        check_numbers(chosen)
        if chosen.validation == "-" in data:
            raise SettingsError("standard input holds one table: it cannot be both DATA and --validation")
        how = streaming or StreamingOptions()
        sharing.check(data, how)
        messages = Messages()
        kept = (keeping or CheckpointOptions()).callback(messages)
        traced = tracing or TraceOption()
        asked = Asked(data, chosen, how, kept, sharing, traced, traced.tracers())
        if group is not None and group.rank:
            return INTERRUPTED if _learned(asked, messages, group).interrupted else 0
        return _train(asked, messages, written, group)


@dataclass(frozen=True)
class Asked:
    """What is to be learned from, and how. kept: the callback that keeps the training, if there is one.

    tracers: the one that keeps what it passes through, if there is one.
    """

    data: Sequence[str]
    options: TrainOptions
    streaming: StreamingOptions
    kept: tuple[Any, ...]
    among: DistributedOptions
    tracing: TraceOption
    tracers: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Written:
    """What is to be written: the model file, a report and whether it may hold rows, JSON rather than tables."""

    model: str | None
    report: str | None
    rows: bool
    as_json: bool


def _train(asked: Asked, messages: Messages, out: Written, group: MpiGroup | None) -> int:
    """The same, in the process that speaks for all."""
    path = _checked_path(out.model, asked.data[0])
    read_ones = files_read_for(asked.data, asked.options)
    refuse_to_replace(path, read_ones)
    asked.tracing.check(path, read_ones)
    others = [("the model file", path), *asked.tracing.files(), *read_ones]
    files = report_files(out.report, rows=out.rows, others=others)
    doctor = None if files is None else files.doctor()
    outcome = _learned(asked, messages, group, () if files is None else (files.margins, doctor))
    messages.open()
    if outcome.interrupted and outcome.pipeline[-1].n_iter_ == 0:
        if asked.kept:
            return INTERRUPTED  # where to go on from has been said
        raise KeyboardInterrupt  # before the first epoch was over there is nothing worth keeping
    place = keep(outcome.pipeline, outcome.record, path, named=out.model is not None)
    ending = Ending(place, interrupted=outcome.interrupted)
    beside: dict[str, str | None] = {"report": None, "trace": None}
    with ending.step("there is no trace"):
        beside["trace"] = asked.tracing.write(asked.tracers)
    with ending.step("there is no report"):
        if files is not None:
            write_report(outcome, files, ending.kept.path or "", doctor, asked.tracers)
            beside["report"] = files.report
    with ending.step("the scores are not printed"):
        print_outcome(outcome, ending.kept.path, beside, messages, as_json=out.as_json)
        sys.stdout.flush()
    return ending.code()


def _learned(asked: Asked, messages: Messages, group: MpiGroup | None, watching: tuple[Any, ...] = ()) -> Outcome:
    """What the table teaches, read into memory or piece by piece. watching: who watches rows in memory."""
    from glassprop.tables import fit_stream, fit_table

    data, options, streaming, among = asked.data, asked.options, asked.streaming, asked.among
    streamed = group is not None or is_streamed(streaming, data, messages)
    streaming.check(() if among.lanes is None else ("--lanes",), streamed=streamed)
    schema = None if options.schema is None else read_schema(options.schema)
    as_text, pass_on = as_text_columns(options, schema), passed_on(messages)
    callbacks = (TrainingProgress(on_start=messages.open), *asked.kept, *asked.tracers)
    if not streamed:
        table = read(data, as_text)
        settings = settings_of(options, schema, table.frame.columns, table.text_columns)
        return fit_table(table, settings, callbacks=(*callbacks, *watching), on_message=pass_on)
    rows = open_rows(data, as_text)
    settings = settings_of(options, schema, rows.columns, lambda: text_columns_of(rows))
    more: dict[str, Any] = {"budget": streaming.budget_bytes(), "scratch": streaming.scratch, **among.of_stream()}
    with PassProgress() as passes:
        return fit_stream(rows, settings, callbacks=callbacks, on_message=pass_on, on_pass=passes, group=group, **more)


def passed_on(messages: Messages) -> Say:
    """Pass on all but the estimator's word on Ctrl-C, which the last line says with the file's name.

    What is to be said of the scores stands beneath them.
    """

    def pass_on(message: str) -> None:
        note = as_note(message)
        if note.kind in ABOUT_SCORES:
            messages.keep(note)
        elif not message.startswith("Training interrupted"):
            messages(message)

    return pass_on


def _checked_path(model: str | None, data: str) -> str:
    """The file to write, once it is sure that it can be: after an hour of training would be late."""
    from glassprop.ground.atomic import check_writable

    path = model if model is not None else default_model_path(data)
    check_writable(path)
    return path
