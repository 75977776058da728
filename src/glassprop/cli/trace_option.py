"""The option of a training that has what its network passed through kept, for ``glassprop blame``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Parameter

from glassprop.cli.options import MaybeWord
from glassprop.cli.output import say
from glassprop.cli.read_files import refuse_to_replace
from glassprop.errors import SettingsError
from glassprop.ground.text import quoted, shown


@Parameter(name="*")
@dataclass(frozen=True)
class TraceOption:
    """Where a trace is written."""

    trace: Annotated[
        MaybeWord,
        Parameter(
            help="File to write snapshots of the weights during training to, for glassprop blame; it holds no rows."
        ),
    ] = None

    def tracers(self) -> tuple[Any, ...]:
        """The callback that keeps them; none where that is not asked for."""
        if self.trace is None:
            return ()
        from glassprop.estimator.tracer import Tracer

        return (Tracer(),)

    def files(self) -> list[tuple[str, str]]:
        """What it writes, for those that must not write there, too."""
        return [] if self.trace is None else [("the trace", self.trace)]

    def check(self, model: str, read_ones: Sequence[tuple[str, str]]) -> None:
        """Refuse, before any work, a file that cannot be written, or is another one of this run.

        Raises
        ------
        SettingsError, ModelFileError
        """
        if self.trace is None:
            return
        from glassprop.ground.atomic import check_writable

        if os.path.realpath(self.trace) == os.path.realpath(model):
            raise SettingsError(f"--trace {quoted(self.trace)} would replace the model file: give it another name")
        refuse_to_replace(self.trace, [("the model file", model), *read_ones])
        check_writable(self.trace)

    def write(self, tracers: Sequence[Any]) -> str | None:
        """Write what was kept. -> the file; None: that was not asked for.

        Raises
        ------
        ModelFileError
            If it cannot be written.
        """
        from glassprop.export.trace_file import save_trace

        for tracer in tracers:
            save_trace(tracer, str(self.trace))
            say(f"the trace is saved in {shown(self.trace)}; it has no rows of the table")
        return self.trace if tracers else None
