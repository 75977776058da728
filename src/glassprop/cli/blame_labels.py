"""What ``glassprop blame … --labels`` does: which targets of a table are probably wrong, listed, and in a CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from glassprop.cli.blamed_rows import Cells, print_rows
from glassprop.cli.models import is_model_file, load_model, read, read_for, read_schema
from glassprop.cli.options import MaybeWord
from glassprop.cli.output import Messages, encodable, print_json, print_line, print_sentence, say
from glassprop.cli.pages import write_page
from glassprop.cli.progress import PassProgress, TrainingProgress
from glassprop.cli.read_files import refuse_to_replace
from glassprop.cli.suspects_csv import check_csv, write_csv
from glassprop.cli.train import passed_on
from glassprop.cli.train_options import TrainOptions, as_text_columns, of_one_network, rows_after_model, settings_of
from glassprop.errors import SettingsError

if TYPE_CHECKING:
    from glassprop.tables import Table
    from glassprop.tables.use.suspect_table import SuspectedRows


@Parameter(name="*")
@dataclass(frozen=True)
class LabelOptions:
    """Which labels are probably wrong, rather than what drove a row."""

    labels: Annotated[
        bool, Parameter(help="List which labels are probably wrong.", negative="", show_default=False)
    ] = False
    csv: Annotated[
        MaybeWord,
        Parameter(help="With --labels: file to write: all rows with score and suggestion, the suspected ones first."),
    ] = None
    only_suspected: Annotated[
        bool,
        Parameter(help="With --csv: only the suspected and the unusual rows.", negative="", show_default=False),
    ] = False
    retrain: Annotated[
        bool,
        Parameter(
            help="With --labels: report what training without the suspected rows gains; takes ten more training runs.",
            negative="",
            show_default=False,
        ),
    ] = False

    def check(self, read_ones: Sequence[tuple[str, str]]) -> None:
        """Refuse what cannot be asked or written, before any work. read_ones: what files are read, and their names.

        Raises
        ------
        SettingsError, TableError
        """
        given = {"--csv": self.csv is not None, "--only-suspected": self.only_suspected, "--retrain": self.retrain}
        without = [name for name, there in given.items() if there]
        if without and not self.labels:
            raise SettingsError(f"{' and '.join(without)}: only with --labels")
        if self.only_suspected and self.csv is None:
            raise SettingsError("--only-suspected is about the file of --csv: give --csv FILE too, or leave it out")
        if self.csv is not None:
            refuse_to_replace(self.csv, read_ones)
            check_csv(self.csv)


@dataclass(frozen=True)
class SuspectedLabels:
    """What is to be told."""

    found: SuspectedRows
    table: Table
    cells: Cells | None
    messages: Messages
    model: str | None

    def tell(self, asked: LabelOptions, top: int, *, html: str | None, as_json: bool) -> None:
        """Write the files, and print the rest."""
        self.messages.open()
        if self.found.interrupted:
            say(
                "interrupted: what was seen of training until then is used"
                + ("; nothing is retrained" if asked.retrain else "")
            )
        if html is not None:
            write_page(html, self._page(), "holds the rows that it lists, with their cells")
        if asked.csv is not None:
            rows = write_csv(asked.csv, self.found, self.table, only_suspected=asked.only_suspected, cells=self.cells)
            say(f"{rows:,} rows in {asked.csv}")
        if as_json:
            print_json({**self._data(), "csv": asked.csv, "html": html, "notes": self.messages.data()})
        else:
            self._print(top)

    def _page(self) -> str:
        from glassprop.training_report.suspects_page import suspects_page

        found, own = self.found, self.table.frame.drop(self.found.target)
        return suspects_page(
            found.suspects,
            own[found.rows],
            numbers=found.rows.tolist(),
            target=found.target,
            source=self.table.name,
        )

    def _data(self) -> dict[str, Any]:
        found = self.found
        told = found.suspects.to_dict()
        for row in told["rows"]:
            row["row"] = int(found.rows[row["row"]])
            if self.cells is not None:
                row["cells"] = self.cells.of(row["row"])
        return {
            "model": self.model,
            **told,
            "task": found.task,
            "target": found.target,
            "interrupted": found.interrupted,
        }

    def _print(self, top: int) -> None:
        suspects = self.found.suspects
        for line in str(suspects).split("\n\n")[0].splitlines():  # how many, and by what
            print_line(encodable(line))
        print_line()
        for title, rows in (
            ("Probably wrong", suspects.suspected),
            ("Unusual rows, far from the others: judgments of them are uncertain", suspects.unusual),
        ):
            if len(rows):
                more = "" if len(rows) <= top else f" ({top} of {len(rows):,}; --top and --csv have more)"
                print_rows(title + more, ["row", "given", "suggested", "score"], self._lines(rows[:top]), self.cells)
        self._print_retrained()

    def _lines(self, rows: Any) -> list[tuple[int, list[str]]]:
        told = [self.found.suspects.row(int(i)) for i in rows]
        return [
            (int(self.found.rows[one["row"]]), [_text(one["given"]), _text(one["suggested"]), f"{one['score']:.3f}"])
            for one in told
        ]

    def _print_retrained(self) -> None:
        from glassprop.influence.suspects import said_of

        if self.found.suspects.retrained is not None:
            print_sentence(said_of(self.found.suspects.retrained))


def _text(target: Any) -> str:
    return f"{target:.6g}" if isinstance(target, float) else str(target)


def suspect_labels(
    data: Sequence[str], options: TrainOptions, asked: LabelOptions, trust: Sequence[str], *, cells: bool
) -> SuspectedLabels:
    """Of a table, by one network that is trained for it; or of a model and the table that it was trained on."""
    messages = Messages()
    with PassProgress("trainings") as passes:

        def progress(done: int, of: int) -> None:
            passes("with and without suspected rows", done, of)

        look = _of_model if is_model_file(data[0]) else _of_table
        found, table = look(data, options, asked, trust, messages, progress)
    of_rows = Cells(table, found.target) if cells else None
    return SuspectedLabels(found, table, of_rows, messages, data[0] if look is _of_model else None)


def _of_table(
    data: Sequence[str],
    options: TrainOptions,
    asked: LabelOptions,
    trust: Sequence[str],
    messages: Messages,
    progress: Any,
) -> tuple[SuspectedRows, Table]:
    plain = of_one_network(data, options, trust, "watched")
    if options.validation != TrainOptions().validation:
        raise SettingsError("--validation holds rows out, but --labels looks at all rows: leave it out")
    from glassprop.tables.use.suspect_table import suspect_table

    schema = None if options.schema is None else read_schema(options.schema)
    table = read(data, as_text_columns(options, schema))
    settings = settings_of(plain, schema, table.frame.columns, table.text_columns)
    shown = TrainingProgress(on_start=messages.open)
    found = suspect_table(
        table,
        settings,
        retrain=asked.retrain,
        callbacks=(shown,),
        on_message=passed_on(messages),
        progress=progress,
    )
    return found, table


def _of_model(
    data: Sequence[str],
    options: TrainOptions,
    asked: LabelOptions,
    trust: Sequence[str],
    messages: Messages,
    progress: Any,
) -> tuple[SuspectedRows, Table]:
    path, rows = data[0], rows_after_model(data, options, "the table that it was trained on")
    from glassprop.tables.use.suspect_table import suspect_model

    loaded = load_model(path, trust)
    table = read_for(loaded, rows)
    messages.open()
    return suspect_model(*loaded, table, retrain=asked.retrain, on_message=messages, progress=progress), table
