"""``glassprop train``: a table in, a model file and its held-out scores out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from glassprop.cli.all_ranks import all_ranks
from glassprop.cli.checkpoint_options import CheckpointOptions
from glassprop.cli.distributed_options import DistributedOptions
from glassprop.cli.ending import Ending
from glassprop.cli.faults import INTERRUPTED
from glassprop.cli.keep import keep
from glassprop.cli.models import open_rows, read, read_schema, text_columns_of
from glassprop.cli.options import (
    Columns,
    MaybeWhole,
    MaybeWord,
    Whole,
    Word,
    at_least,
    column_names,
    default_model_path,
    held_out_share,
    layer_sizes,
    missing_words,
)
from glassprop.cli.output import ABOUT_SCORES, Messages
from glassprop.cli.print_outcome import print_outcome
from glassprop.cli.progress import PassProgress, TrainingProgress
from glassprop.cli.read_files import data_files, refuse_to_replace
from glassprop.cli.report_files import report_files, write_report
from glassprop.cli.streaming_options import StreamingOptions, is_streamed
from glassprop.errors import SettingsError
from glassprop.ground.note import Say, as_note

if TYPE_CHECKING:
    from glassprop.distributed.mpi_group import MpiGroup
    from glassprop.tables import FitOptions, Outcome
    from glassprop.tables.schema.schema_file import TableSchema


@Parameter(name="*")
@dataclass(frozen=True)
class TrainOptions:
    """Everything about a training besides the data and the output."""

    target: Annotated[MaybeWord, Parameter(help="Column to predict. Built-in data knows its own.")] = None
    hidden: Annotated[
        MaybeWord,
        Parameter(help="Sizes of the hidden layers, for example 100,50.", allow_leading_hyphen=True),
    ] = None
    activation: Annotated[MaybeWord, Parameter(help="Activation of the hidden layers, for example relu.")] = None
    epochs: Annotated[MaybeWhole, Parameter(help="At most this many passes over the rows.")] = None
    accumulate: Annotated[
        Whole,
        Parameter(help="Each step follows the gradient of so many batches together: fewer steps, and fewer sums."),
    ] = 1
    recipe: Annotated[
        Literal["tabular", "plain"] | None,
        Parameter(help="tabular, by default: embeddings, several networks averaged. plain: one network, quicker."),
    ] = None
    members: Annotated[
        MaybeWhole, Parameter(help="Train so many networks together and average them; 1: a single one.")
    ] = None
    member: Annotated[
        Literal["head", "network"],
        Parameter(help="What each of --members has for itself: its ends, or all of its layers."),
    ] = "head"
    cross_fit: Annotated[
        MaybeWhole,
        Parameter(help="Average so many networks, each trained without one fold of the rows."),
    ] = None
    max_time: Annotated[
        float | None, Parameter(help="Seconds that learning is to take: as many epochs are planned as fit.")
    ] = None
    seed: Annotated[Whole, Parameter(help="The same seed, data and machine give the same model.")] = 0
    validation: Annotated[
        Word,
        Parameter(
            help="Held-out rows for the final scores: their share, or a file of them.",
        ),
    ] = "0.1"
    drop: Annotated[Columns, Parameter(help="Columns to leave out: COL,... May be repeated.")] = ()
    number: Annotated[Columns, Parameter(help="Columns that are numbers, whatever they look like: COL,...")] = ()
    category: Annotated[Columns, Parameter(help="Columns that are categories.")] = ()
    date: Annotated[Columns, Parameter(help="Columns that are dates or times of day.")] = ()
    keep: Annotated[Columns, Parameter(help="Columns to learn from that would be left out as names of rows.")] = ()
    missing: Annotated[
        Columns,
        Parameter(
            help="Words and numbers that stand for a missing value: NA,-9999 or, in one column, COL=NA,-9999.",
            allow_leading_hyphen=True,
        ),
    ] = ()
    schema: Annotated[
        MaybeWord,
        Parameter(help="File that says how columns are read, as glassprop info MODEL --schema prints it."),
    ] = None
    target_scale: Annotated[
        MaybeWord, Parameter(help="How a number to predict is scaled: none, log, quantile, poisson or auto.")
    ] = None
    weight: Annotated[MaybeWord, Parameter(help="Column with the weight of each row.")] = None
    class_weight: Annotated[Literal["balanced"] | None, Parameter(help="Let every class count the same in all.")] = None
    group: Annotated[MaybeWord, Parameter(help="Rows with one value here stay on one side of a split.")] = None
    time: Annotated[MaybeWord, Parameter(help="Hold out the rows that are latest by this column.")] = None
    task: Annotated[
        Literal["classification", "regression"] | None,
        Parameter(help="Overrides what the target looks like."),
    ] = None


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
    model: Annotated[
        MaybeWord,
        Parameter(help="Model file to write. Default: a free name in this folder, after the data."),
    ] = None,
    report: Annotated[
        MaybeWord,
        Parameter(
            help="HTML report to write: scores, curves, mistakes, columns, and a page of telling rows beside it."
        ),
    ] = None,
    no_rows: Annotated[
        bool,
        Parameter(help="Leave values of single rows out of the report.", negative="", show_default=False),
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
        asked = Asked(data, chosen, how, kept, sharing)
        if group is not None and group.rank:
            return INTERRUPTED if _learned(asked, messages, group).interrupted else 0
        return _train(asked, messages, written, group)


@dataclass(frozen=True)
class Asked:
    """What is to be learned from, and how.

    kept: the callback that keeps the training, if there is one; watching: those that watch it, of a table in memory.
    """

    data: Sequence[str]
    options: TrainOptions
    streaming: StreamingOptions
    kept: tuple[Any, ...]
    among: DistributedOptions
    watching: tuple[Any, ...] = ()


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
    read_ones = [*data_files(asked.data), *data_files([asked.options.validation], "the held-out rows")]
    refuse_to_replace(path, read_ones)
    files = report_files(out.report, rows=out.rows, others=[("the model file", path), *read_ones])
    doctor = None if files is None else files.doctor()
    outcome = _learned(asked if doctor is None else replace(asked, watching=(doctor,)), messages, group)
    messages.open()
    if outcome.interrupted and outcome.pipeline[-1].n_iter_ == 0:
        if asked.kept:
            return INTERRUPTED  # where to go on from has been said
        raise KeyboardInterrupt  # before the first epoch was over there is nothing worth keeping
    place = keep(outcome.pipeline, outcome.record, path, named=out.model is not None)
    ending, report = Ending(place, interrupted=outcome.interrupted), None
    with ending.step("there is no report"):
        if files is not None:
            write_report(outcome, files, ending.kept.path or "", doctor)
            report = files.report
    with ending.step("the scores are not printed"):
        print_outcome(outcome, ending.kept.path, report, messages, as_json=out.as_json)
        sys.stdout.flush()
    return ending.code()


def _learned(asked: Asked, messages: Messages, group: MpiGroup | None) -> Outcome:
    """What the table teaches, read into memory or piece by piece."""
    from glassprop.tables import fit_stream, fit_table

    data, options, streaming, among = asked.data, asked.options, asked.streaming, asked.among
    streamed = group is not None or is_streamed(streaming, data, messages)
    streaming.check(() if among.lanes is None else ("--lanes",), streamed=streamed)
    schema = None if options.schema is None else read_schema(options.schema)
    as_text, pass_on = as_text_columns(options, schema), passed_on(messages)
    callbacks = (TrainingProgress(on_start=messages.open), *asked.kept)
    watched = (*callbacks, *asked.watching)
    if not streamed:
        table = read(data, as_text)
        settings = settings_of(options, schema, table.frame.columns, table.text_columns)
        return fit_table(table, settings, callbacks=watched, on_message=pass_on)
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


def check_numbers(options: TrainOptions) -> None:
    layer_sizes(options.hidden)
    held_out_share(options.validation)
    at_least("--epochs", options.epochs, 1)
    at_least("--cross-fit", options.cross_fit, 2)
    at_least("--members", options.members, 1, 1_000)
    at_least("--accumulate", options.accumulate, 1, 1_000_000)
    at_least("--seed", options.seed, 0, 2**32 - 1)


def _checked_path(model: str | None, data: str) -> str:
    """The file to write, once it is sure that it can be: after an hour of training would be late."""
    from glassprop.ground.atomic import check_writable

    path = model if model is not None else default_model_path(data)
    check_writable(path)
    return path


def as_text_columns(options: TrainOptions, schema: TableSchema | None) -> dict[str, Collection[str]]:
    """Columns that are to be categories stay text, so that 1E2 is not 100; whichever way their names are meant."""
    from glassprop.tables.values.cells import MISSING

    names = [*options.category, *column_names(options.category, ())]
    return {**dict.fromkeys(names, MISSING), **({} if schema is None else schema.text_columns())}


def settings_of(
    options: TrainOptions,
    schema: TableSchema | None,
    columns: Sequence[str],
    text_columns: Callable[[], Mapping[str, Collection[str]]],
) -> FitOptions:
    """text_columns: gives the columns that are text, for held-out rows that come from another file."""
    from glassprop.tables import FitOptions

    share = held_out_share(options.validation)
    everywhere, by_column = missing_words(options.missing, columns)
    return FitOptions(
        target=options.target,
        task=options.task,
        drop=column_names(options.drop, columns),
        number=column_names(options.number, columns),
        category=column_names(options.category, columns),
        date=column_names(options.date, columns),
        keep=column_names(options.keep, columns),
        missing=everywhere,
        missing_in=by_column,
        schema=schema,
        target_scale=options.target_scale,
        weight=options.weight,
        class_weight=options.class_weight,
        group=options.group,
        time=options.time,
        validation=read(options.validation, text_columns()) if share is None else share,
        hidden=layer_sizes(options.hidden),
        activation=options.activation,
        epochs=options.epochs,
        accumulate=options.accumulate,
        **({} if options.recipe is None else {"recipe": options.recipe}),
        n_members="auto" if options.members is None else options.members,
        member=options.member,
        cross_fit="auto" if options.cross_fit is None else options.cross_fit,
        max_time=options.max_time,
        seed=options.seed,
    )
