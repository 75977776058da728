"""The command line. `main` is light: it imports nothing heavy before a command runs."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_OBJECTS = 50_000  # new ones, after which Python looks for garbage


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``glassprop`` with `argv` (default: the process's own arguments); return the exit code."""
    try:
        from glassprop.cli.app import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"cyclopts", "rich"}:
            raise
        sys.stderr.write(f"glassprop: the command line needs {error.name}: pip install 'glassprop[cli]'\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("glassprop: interrupted; nothing was saved\n")
        return 130
    with _few_collections():
        return run(list(sys.argv[1:] if argv is None else argv))


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for garbage seldom: what is imported is none, and to look through it takes a tenth of a short command."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
