"""``glassprop lesson``: a small network in numbers of one's own, or one of those that ship, shown in any form."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from glassprop.cli.explained_forms import FormOf, Forms
from glassprop.cli.options import MaybeWord, Wholes
from glassprop.cli.output import print_json, print_sentence, print_table, print_title, say
from glassprop.errors import SettingsError

if TYPE_CHECKING:
    from glassprop.lessons import Lesson

_ENDINGS = (".toml", ".json")


def lesson(
    lesson: Annotated[
        MaybeWord,
        Parameter(help="A TOML or JSON file, - for standard input, or the name of a lesson that comes with glassprop."),
    ] = None,
    /,
    *,
    list: Annotated[
        bool, Parameter(help="List the lessons that come with glassprop instead.", negative="", show_default=False)
    ] = False,
    row: Annotated[
        Wholes,
        Parameter(
            help="Row of the lesson to show, counted from 0. May be repeated. Default: all.",
            negative="",
            show_default=False,
        ),
    ] = (),
    forms: Annotated[Forms, Parameter(name="*")] = Forms(),  # noqa: B008  # frozen
) -> int:
    """Show the chain rule on a network in numbers of your own, on paper or on a page."""
    if list != (lesson is None):
        from glassprop.lessons import READY

        raise SettingsError(f"name a lesson, or --list, and not both: a file, or one of {', '.join(READY)}")
    if lesson is None:
        return _list(forms)
    forms.check(row, [("the lesson", lesson)])
    found = _found(lesson, row)
    found = found if forms.rate is None else replace(found, rate=forms.rate)
    _tell(found, row, forms)
    return 0


def _tell(found: Lesson, row: tuple[int, ...], forms: Forms) -> None:
    def ready() -> None:
        if forms.files or forms.json:
            return
        if found.title:
            print_title(found.title)
        if found.about:
            print_sentence(found.about)

    form = FormOf(True, found.digits, lambda *_: "", ready, found.title, found.about)
    forms.tell(found.explained(row), form)


def _found(name: str, row: tuple[int, ...]) -> Lesson:
    """The file of that name; if there is none, and it is no name of a file, the lesson that comes with glassprop."""
    from glassprop.lessons import read_lesson, ready_lesson

    is_file = name == "-" or name.lower().endswith(_ENDINGS) or os.path.basename(name) != name or os.path.exists(name)
    found = read_lesson(name) if is_file else ready_lesson(name)
    n = len(found.inputs)
    beyond = [number for number in row if number >= n]
    if beyond:
        there = "one row, 0" if n == 1 else f"rows 0 to {n - 1}"
        raise SettingsError(f"--row {beyond[0]}: the lesson has {there}")
    return found


def _list(forms: Forms) -> int:
    from glassprop.lessons import READY, ready_lesson

    if forms.files or forms.places or forms.input:
        raise SettingsError("--list shows all lessons: it can only be combined with --json")
    lessons = [(name, ready_lesson(name)) for name in READY]
    if forms.json:
        told: Any = [{"name": name, "title": one.title, "about": one.about} for name, one in lessons]
        print_json({"lessons": told})
        return 0
    print_table(["lesson", "what it is"], [[name, one.title] for name, one in lessons], whole=(0,))
    say("Show one: glassprop lesson NAME. Begin your own with one: glassprop lesson NAME --save mine.toml")
    return 0
