"""What may be asked of a training besides the data and the output: the options, and what they mean for a table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from glassprop.cli.models import read
from glassprop.cli.options import (
    Columns,
    MaybeWhole,
    MaybeWord,
    Whole,
    Word,
    at_least,
    column_names,
    held_out_share,
    layer_sizes,
    missing_words,
)
from glassprop.errors import SettingsError
from glassprop.ground.text import quoted

if TYPE_CHECKING:
    from glassprop.tables import FitOptions
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
        Parameter(
            help="Each step follows the gradient of this many batches together: fewer steps, and fewer sums over "
            "processes."
        ),
    ] = 1
    recipe: Annotated[
        Literal["tabular", "plain"] | None,
        Parameter(
            help="tabular (default): embeddings, and an average of several networks; plain: one network, quicker."
        ),
    ] = None
    members: Annotated[
        MaybeWhole, Parameter(help="Train this many networks together and average them; 1 is a single one.")
    ] = None
    member: Annotated[
        Literal["head", "network"],
        Parameter(
            help="With --members: what each has of its own: head (its input scaling and output) or network (all "
            "layers)."
        ),
    ] = "head"
    cross_fit: Annotated[
        MaybeWhole,
        Parameter(help="Average this many networks, each trained without one fold of the rows."),
    ] = None
    max_time: Annotated[
        float | None, Parameter(help="Seconds that training may take: as many epochs are planned as fit.")
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
    keep: Annotated[
        Columns, Parameter(help="Columns to learn from that would be left out as row labels, identifiers or free text.")
    ] = ()
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
        MaybeWord, Parameter(help="How a numeric target is scaled for training: none, log, quantile, poisson or auto.")
    ] = None
    weight: Annotated[MaybeWord, Parameter(help="Column with the weight of each row.")] = None
    class_weight: Annotated[Literal["balanced"] | None, Parameter(help="Give every class the same total weight.")] = (
        None
    )
    group: Annotated[MaybeWord, Parameter(help="Rows with the same value here stay on one side of every split.")] = None
    time: Annotated[MaybeWord, Parameter(help="Hold out the rows that are latest by this column.")] = None
    task: Annotated[
        Literal["classification", "regression"] | None,
        Parameter(help="Classification or regression. Default: decided from the target."),
    ] = None


def check_numbers(options: TrainOptions) -> None:
    layer_sizes(options.hidden)
    held_out_share(options.validation)
    at_least("--epochs", options.epochs, 1)
    at_least("--cross-fit", options.cross_fit, 2)
    at_least("--members", options.members, 1, 1_000)
    at_least("--accumulate", options.accumulate, 1, 1_000_000)
    at_least("--seed", options.seed, 0, 2**32 - 1)


def as_text_columns(options: TrainOptions, schema: TableSchema | None) -> dict[str, Collection[str]]:
    """Columns that are to be categories stay text, so that 1E2 is not 100; whichever way their names are meant."""
    from glassprop.tables.values.cells import MISSING

    names = [*options.category, *column_names(options.category, ())]
    return {**dict.fromkeys(names, MISSING), **({} if schema is None else schema.text_columns())}


def of_one_network(data: Sequence[str], options: TrainOptions, trust: Sequence[str], is_done: str) -> TrainOptions:
    """Options of a training of one network, by the plain recipe if no other is asked for; is_done: what to, in words.

    Raises
    ------
    SettingsError
    """
    if trust:
        raise SettingsError(f"--trust is about a model file, and {quoted(data[0])} is none")
    check_numbers(options)
    if options.cross_fit is not None:
        raise SettingsError(f"--cross-fit trains several networks, but only one is {is_done} here: leave it out")
    return options if options.recipe is not None else replace(options, recipe="plain")


def rows_after_model(data: Sequence[str], options: TrainOptions, wanted: str) -> Sequence[str]:
    """The files after a model's; wanted: what they have to hold.

    Raises
    ------
    SettingsError
    """
    path, rows = data[0], data[1:]
    if not rows:
        raise SettingsError(f"{quoted(path)} is a model: give {wanted} after it")
    if options != TrainOptions():
        raise SettingsError(
            f"{quoted(path)} is a model, which has decided what is learned, and how: leave out options about that"
        )
    return rows


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
