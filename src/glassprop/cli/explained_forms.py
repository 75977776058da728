"""What commands that explain share: which derivatives are asked for, and in which form, on the screen or in a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from glassprop.cli.options import MaybeWhole, MaybeWord, Whole, at_least
from glassprop.cli.output import print_json, say, write_bytes
from glassprop.cli.read_files import refuse_to_replace
from glassprop.errors import SettingsError, TableError
from glassprop.ground.text import quoted

if TYPE_CHECKING:
    from glassprop.insight.explanation import Explanation
    from glassprop.insight.largest import Place

_MOST_PLACES = 9  # digits of a number in --weight: more than any network has neurons
FILES = ("latex", "markdown", "html", "worksheet", "save")


@dataclass(frozen=True)
class Forms:
    """The options, as they were given."""

    weight: Annotated[
        tuple[str, ...],
        Parameter(
            help="Weight whose derivative to break down: layer (from 1), neuron, its input (from 0). May be repeated.",
            negative="",
            show_default=False,
        ),
    ] = ()
    bias: Annotated[
        tuple[str, ...],
        Parameter(help="The same for a bias: layer, neuron. May be repeated.", negative="", show_default=False),
    ] = ()
    input: Annotated[
        tuple[str, ...],
        Parameter(
            help="The same for an input or column, by its name. May be repeated.", negative="", show_default=False
        ),
    ] = ()
    rate: Annotated[
        float | None,
        Parameter(help="Show the optimizer's step at this learning rate.", negative="", show_default=False),
    ] = None
    top: Annotated[Whole, Parameter(help="At most this many neurons of a layer, paths, and rows of a table.")] = 10
    json: Annotated[
        bool, Parameter(help="Print one JSON object instead of tables.", negative="", show_default=False)
    ] = False
    latex: Annotated[MaybeWord, Parameter(help="Write a LaTeX document to this file; - prints it.")] = None
    markdown: Annotated[MaybeWord, Parameter(help="Write a Markdown document to this file; - prints it.")] = None
    html: Annotated[MaybeWord, Parameter(help="Write a page to click through to this file; - prints it.")] = None
    worksheet: Annotated[
        MaybeWord,
        Parameter(help="Write a worksheet with its answer key: .html, .tex, else plain text; - prints it."),
    ] = None
    digits: Annotated[MaybeWhole, Parameter(help="Decimals of a worksheet's numbers, 1 to 6.", show_default=False)] = (
        None
    )
    save: Annotated[
        MaybeWord,
        Parameter(help="Write network and rows as a lesson, to change numbers in: .json, else TOML; - prints it."),
    ] = None

    @property
    def files(self) -> dict[str, str]:
        """Which files are to be written, by what they are."""
        return {name: path for name in FILES if (path := getattr(self, name)) is not None}

    @property
    def places(self) -> list[Place]:
        """What ``--weight`` and ``--bias`` name.

        Raises
        ------
        SettingsError
            Naming every one that is not so many whole numbers.
        """
        found: list[Place] = []
        faults = []
        for option, values, count in (("--weight", self.weight, 3), ("--bias", self.bias, 2)):
            for text in values:
                parts = [part.strip() for part in text.split(",")]
                if len(parts) == count and all(re.fullmatch(rf"[0-9]{{1,{_MOST_PLACES}}}", part) for part in parts):
                    numbers = [int(part) for part in parts]
                    found.append((numbers[0], numbers[1], numbers[2] if count == 3 else None))
                else:
                    faults.append(f"{option} {quoted(text)}")
        if faults:
            raise SettingsError(
                f"{', '.join(faults)}: give --weight LAYER,NEURON,INPUT and --bias LAYER,NEURON as whole numbers, "
                "layers counted from 1 and the others from 0, for example --weight 1,0,2 and --bias 1,0"
            )
        return list(dict.fromkeys(found))

    def check(self, row: tuple[int, ...], others: Sequence[tuple[str, str]]) -> None:
        """Refuse, before any work, values out of range, forms that exclude each other, files that cannot be written.

        others: files that are read, and what they are.

        Raises
        ------
        SettingsError
            With all that is wrong with the values.
        TableError
            If a file cannot be written.
        """
        faults = _faults(self, row)
        if faults:
            raise SettingsError("; ".join(faults))
        self.places  # noqa: B018
        for path in self.files.values():
            check_file(path, others)

    def tell(self, found: Explanation, form: FormOf) -> None:
        """Write the file that is asked for, or print."""
        places, asked = self.places, bool(self.weight or self.bias or self.input)
        check_asked(found, places, self.input)
        for name, path in self.files.items():
            text, computes = form.document(found, name, path, places if asked else None, self)
            form.ready()
            write_file(path, text, form.contents(name, computes))
            return
        places = places or ([] if self.input else default_of(found))
        if self.json:
            named = {"title": form.title, "about": form.about} if form.title else {}
            whole = {**named, **_whole(found, places, self.input, rows=form.rows)}
            form.ready()
            print_json(whole)
            return
        from glassprop.cli.terminal import pieces_of, show
        from glassprop.insight.telling.asked import Asked
        from glassprop.insight.telling.whole import document_of

        pieces = pieces_of(document_of(found, Asked(tuple(places), self.input, self.top, form.rows)))
        form.ready()
        show(pieces)


@dataclass(frozen=True)
class FormOf:
    """What commands do not share.

    rows : whether what stands in the table is written down.
    digits : decimals of a worksheet where none are asked for.
    contents : what is said of a file, by its form, and by whether it is a page that computes.
    ready : called once all is there, before the first word is printed.
    title, about : what it is, in a line and in some sentences; may be empty.
    """

    rows: bool
    digits: int
    contents: Callable[[str, bool], str]
    ready: Callable[[], None]
    title: str = ""
    about: str = ""

    def document(
        self, found: Explanation, name: str, path: str, places: list[Place] | None, forms: Forms
    ) -> tuple[str, bool]:
        """The text of a file, and whether it is a page that computes, and so holds the model."""
        if name != "html":
            return self._still(found, name, path, places, forms), False
        from glassprop.report.page import page

        record = found.to_dict(rows=self.rows)
        opens = next(iter((*(places or ()), *forms.input)), None)
        title = {"title": self.title} if self.title else {}
        return page(record, rows=self.rows, opens=opens, **title), record["live"] is not None

    def _still(self, found: Explanation, name: str, path: str, places: list[Place] | None, forms: Forms) -> str:
        if name in ("latex", "markdown"):
            from glassprop.report.documents import latex_of, markdown_of

            write = latex_of if name == "latex" else markdown_of
            return write(found, weights=places, inputs=forms.input, top=forms.top, rows=self.rows)
        if name == "save":
            from glassprop.lessons import Lesson

            lesson = Lesson.of(found, title=self.title, about=self.about)
            return lesson.text(as_json=path.lower().endswith(".json"))
        from glassprop.worksheet.worksheet import worksheet_of

        form = {".html": "html", ".htm": "html", ".tex": "latex"}.get(Path(path).suffix.lower(), "text")
        return worksheet_of(found, forms.digits or self.digits, form, rows=self.rows)  # type: ignore[arg-type]


def _faults(forms: Forms, row: tuple[int, ...]) -> list[str]:
    faults = []
    asked = [*(["--json"] if forms.json else []), *(f"--{name}" for name in forms.files)]
    if len(asked) > 1:
        faults.append(f"{' and '.join(asked)} are different forms of one answer: choose one")
    if forms.digits is not None and forms.worksheet is None:
        faults.append("--digits is for --worksheet: give that too, or leave --digits out")
    negative = [number for number in row if number < 0]
    if negative:
        faults.append(f"--row {negative[0]}: rows are counted from 0")
    twice = sorted({number for number in row if row.count(number) > 1})
    if twice:
        faults.append(f"--row {twice[0]} is given more than once: name each row once")
    for option, value, least, most in (("--top", forms.top, 1, None), ("--digits", forms.digits, 1, 6)):
        try:
            at_least(option, value, least, most)
        except SettingsError as fault:
            faults.append(str(fault))
    if forms.rate is not None and not 0 < forms.rate < float("inf"):
        faults.append(f"--rate {forms.rate:g}: give a number above 0, as 0.01")
    return faults


def check_file(path: str, others: Sequence[tuple[str, str]]) -> None:
    """Refuse, before any work, a file that cannot be written, or that is one of those that are read."""
    from glassprop.ground.atomic import check_writable

    if path == "-":
        return
    refuse_to_replace(path, others)
    check_writable(path, error=TableError)


def check_asked(found: Explanation, places: list[Place], inputs: tuple[str, ...]) -> None:
    """Refuse what is not there, whatever is to be written."""
    for layer, j, k in places:
        if k is None:
            found.bias(layer, j)
        else:
            found.weight(layer, j, k)
    for name in inputs:
        found.input(name)


def default_of(found: Explanation) -> list[Place]:
    """The weight that is taken apart where none is asked for."""
    from glassprop.insight.chosen import default_weight

    place = default_weight(found)
    return [] if place is None else [place]


def _whole(found: Explanation, places: list[Place], inputs: tuple[str, ...], *, rows: bool) -> dict[str, Any]:
    from glassprop.insight.chosen import chosen_of

    return {**found.to_dict(rows=rows, live=False), "chosen": chosen_of(found, places, inputs, rows=rows)}


def write_file(path: str, text: str, contents: str = "") -> None:
    """The whole file or none, and a word on what is in it; - is standard output."""
    from glassprop.ground.atomic import replacing

    data = text.encode("utf-8", "backslashreplace")
    if path == "-":
        write_bytes(data)
        return
    with replacing(path, error=TableError) as file:
        file.write(data)
    say(f"{path} was written{contents}")
