"""Pages that commands write beside what they print: refused before any work, and written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from glassprop.cli.output import say
from glassprop.cli.read_files import refuse_to_replace


def check_page(path: str | None, others: Sequence[tuple[str, str]]) -> None:
    """That the page can be written, if one is asked for.

    Parameters
    ----------
    others : sequence of (str, str)
        What files that must not be written over are, and their names.

    Raises
    ------
    SettingsError, DataError, MissingPackageError
    """
    if path is None:
        return
    from glassprop.errors import DataError
    from glassprop.ground.atomic import check_writable
    from glassprop.training_report.html_pages import need_jinja

    need_jinja()
    refuse_to_replace(path, others)
    check_writable(path, error=DataError)


def write_page(path: str, text: str, contents: str) -> None:
    """The whole page or none, and a word on what is in it.

    Raises
    ------
    DataError
        It cannot be written.
    """
    from glassprop.errors import DataError
    from glassprop.ground.atomic import write_together

    write_together({path: text.encode("utf-8", "backslashreplace")}, error=DataError)
    say(f"{path} {contents}")
