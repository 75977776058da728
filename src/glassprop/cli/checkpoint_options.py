"""Options of a training that is kept on the disk while it runs, and gone on with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Parameter

from glassprop.cli.options import MaybeWhole, MaybeWord, at_least
from glassprop.errors import SettingsError
from glassprop.ground.note import Say
from glassprop.ground.text import quoted

_UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_TIME = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*+(s|m|min|h|d)?\s*", re.IGNORECASE)
_EVERY, _LAST = 60.0, 3


@Parameter(name="*")
@dataclass(frozen=True)
class CheckpointOptions:
    """Where a training is kept while it runs, and how often."""

    checkpoint: Annotated[
        MaybeWord,
        Parameter(help="Folder to write checkpoints to during training, so that it can be resumed."),
    ] = None
    every: Annotated[
        MaybeWord, Parameter(help="With --checkpoint: how often, for example 30s, 5m or 1h. Default: 60s.")
    ] = None
    keep_last: Annotated[MaybeWhole, Parameter(help="With --checkpoint: how many checkpoints stay. Default: 3.")] = None
    resume: Annotated[
        bool,
        Parameter(
            help="With --checkpoint: resume from the newest one in the folder, and end with the same model as an "
            "uninterrupted run.",
            negative="",
            show_default=False,
        ),
    ] = False

    def callback(self, say: Say) -> tuple[Any, ...]:
        """The callback that keeps the training; none where that is not asked for.

        Raises
        ------
        SettingsError
            An option has no meaning.
        """
        given = {"--every": self.every, "--keep-last": self.keep_last, "--resume": self.resume or None}
        without = [name for name, value in given.items() if value is not None]
        if self.checkpoint is None:
            if without:
                raise SettingsError(f"{' and '.join(without)}: only with --checkpoint FOLDER")
            return ()
        at_least("--keep-last", self.keep_last, 1)
        every = _EVERY if self.every is None else seconds_of(self.every)
        if every is None:
            raise SettingsError(f"--every {quoted(self.every)}: give a time, for example 30s, 5m or 1h")
        from glassprop.export.checkpoint import Checkpoint

        keep = _LAST if self.keep_last is None else self.keep_last
        made = Checkpoint(self.checkpoint, every, keep, resume=self.resume, on_message=say)
        made.refuse_others()  # before the table is read
        return (made,)


def seconds_of(text: str) -> float | None:
    """ "5m" in seconds; None where it is no time.

    Examples
    --------
    >>> seconds_of("30s"), seconds_of("1.5 h"), seconds_of("90"), seconds_of("soon")
    (30.0, 5400.0, 90.0, None)
    """
    match = _TIME.fullmatch(text)
    return None if match is None else float(match[1]) * _UNITS[(match[2] or "").lower()]
