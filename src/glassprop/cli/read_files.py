"""The files that a command reads, none of which it may replace by what it writes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress

from glassprop.cli.train_options import TrainOptions
from glassprop.errors import SettingsError, TableError
from glassprop.ground.text import quoted


def data_files(data: Sequence[str], what: str = "the data") -> list[tuple[str, str]]:
    """What and where they are: files, those that patterns fit, and those in folders."""
    return [(what, file) for name in data for file in _files(name) if os.path.isfile(file)]


def files_read_for(data: Sequence[str], options: TrainOptions) -> list[tuple[str, str]]:
    """All that a training reads: its table, the held-out rows and the schema."""
    schema = [] if options.schema is None else [("the schema", options.schema)]
    return [*data_files(data), *data_files([options.validation], "the held-out rows"), *schema]


def same_file(path: str, other: str) -> bool:
    """Whether two names are of one file, be it there or not."""
    return os.path.realpath(path) == os.path.realpath(other)


def refuse_to_replace(path: str, others: Sequence[tuple[str, str]]) -> None:
    """Refuse, before any work, to write to a file that is read.

    Raises
    ------
    SettingsError
    """
    if not os.path.isfile(path):
        return
    for what, other in others:
        if os.path.isfile(other) and os.path.samefile(path, other):
            raise SettingsError(f"{quoted(path)} is {what}: name another file to write to")


def _files(name: str) -> Iterator[str]:
    from glassprop.tables.reading.sources import files_of

    if os.path.isdir(name):
        for folder, _, files in os.walk(name):
            yield from (os.path.join(folder, file) for file in files)
        return
    with suppress(TableError):  # which reading it will say
        yield from files_of(name)
