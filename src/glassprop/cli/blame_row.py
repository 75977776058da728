"""What ``glassprop blame MODEL DATA --row N`` does: the rows that drove one prediction, in the terminal or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from glassprop.cli.blamed_rows import Cells, print_blame, pull_data
from glassprop.cli.models import load_model, read_for
from glassprop.cli.options import MaybeWhole, MaybeWord, at_least
from glassprop.cli.output import Messages, print_json
from glassprop.cli.pages import write_page
from glassprop.cli.progress import PassProgress
from glassprop.cli.read_files import data_files
from glassprop.errors import SettingsError
from glassprop.ground.note import Note

if TYPE_CHECKING:
    from glassprop.influence.blame import Blame
    from glassprop.influence.model_trace import ModelTrace
    from glassprop.tables import Table


@Parameter(name="*")
@dataclass(frozen=True)
class RowOptions:
    """Whose prediction is asked for, and by which weights."""

    row: Annotated[MaybeWhole, Parameter(help="Row whose prediction is to be explained, counted from 0.")] = None
    of: Annotated[MaybeWord, Parameter(help="With --row: another table to take that row from.")] = None
    trace: Annotated[
        MaybeWord,
        Parameter(
            help="With --row: file that glassprop train --trace wrote. Default: only the final weights are used."
        ),
    ] = None

    def check(self, data: Sequence[str]) -> None:
        """Refuse what cannot be asked, before any work.

        Raises
        ------
        SettingsError
        """
        at_least("--row", self.row, 0)
        if self.of == "-" and "-" in data:
            raise SettingsError("standard input holds one table: it cannot be both DATA and --of")

    def files(self) -> list[tuple[str, str]]:
        """What it reads beside the model and its table."""
        table = [] if self.of is None else data_files([self.of], "the table of --of")
        return table if self.trace is None else [*table, ("the trace", self.trace)]


def blame_row(
    path: str, data: Sequence[str], asked: RowOptions, *, top: int, trust: Sequence[str], cells: bool
) -> BlamedRow:
    """Ask the model at `path`, trained on the table at `data`."""
    messages, row = Messages(), asked.row or 0
    trace = None if asked.trace is None else _trace(asked.trace)
    pipeline, record = loaded = load_model(path, trust)
    if trace is not None:
        trace.check_of(pipeline[-1].theta_)  # before the table is read
    table = read_for(loaded, data)
    other = None if asked.of is None else read_for(loaded, asked.of)
    from glassprop.tables.use.blame_table import blame_table

    with PassProgress("gradients") as passes:
        found = blame_table(
            pipeline,
            record,
            table,
            row,
            of=other,
            top=top,
            trace=trace,
            on_message=messages,
            on_done=lambda done, total: passes("compared", done, total),
        )
    if trace is None and (apart := _held_out(record)):
        messages(
            Note(
                f"without --trace it is not known which rows were trained on: {apart} are treated as training rows, "
                "too",
                "untraced",
            )
        )
    of_rows = Cells(table, record["target"]) if cells else None
    of_asked = of_rows if other is None or of_rows is None else Cells(other, record["target"], like=of_rows)
    about = {"model": path, "target": record["target"], **_files(asked)}
    return BlamedRow(found, row, of_rows, of_asked, messages, about, (table, other))


@dataclass(frozen=True)
class BlamedRow:
    """What is to be told.

    cells, asked: of the training rows, and of the table of the row asked for. about: what was asked. tables: that of
    the training rows, and the other one, if there is one.
    """

    found: Blame
    row: int
    cells: Cells | None
    asked: Cells | None
    messages: Messages
    about: dict[str, Any]
    tables: tuple[Table, Table | None]

    def tell(self, *, html: str | None, as_json: bool) -> None:
        """Write the page, and print the rest."""
        self.messages.open()
        if html is not None:
            write_page(html, self._page(), "holds the rows that it lists, with their cells")
        if not as_json:
            print_blame(self.found, self.cells, self.asked, self.row)
            return
        told = {**self.about, **self.found.to_dict(), "row": self.row, "html": html}
        if self.asked is not None:
            told["cells"] = self.asked.of(self.row)
        for side in ("proponents", "opponents"):
            told[side] = [pull_data(pull, self.cells) for pull in getattr(self.found, side)]
        print_json({**told, "notes": self.messages.data()})

    def _page(self) -> str:
        from glassprop.training_report.blame_page import blame_page

        (table, other), target = self.tables, self.about["target"]
        rows, asked = table.frame.drop(target), None
        if other is not None and set(rows.columns) <= set(other.frame.columns):
            asked = other.frame[[self.row]].select(rows.columns)
        return blame_page(self.found, rows, asked=asked, target=target, source=table.name)


def _files(asked: RowOptions) -> dict[str, Any]:
    return {"of_table": asked.of, "trace": asked.trace}


def _trace(path: str) -> ModelTrace:
    from glassprop.export.trace_file import load_trace

    return load_trace(path)


def _held_out(record: dict[str, Any]) -> str:
    """Of a model whose table had rows that were not trained on: how many, and what for."""
    rows = record.get("rows", {})
    parts = [
        (rows.get("held_out", 0), "held out for scores"),
        (rows.get("validation", 0), "watched for early stopping"),
    ]
    return " and ".join(f"{count:,} {why}" for count, why in parts if count)
