"""The end of a training: what goes wrong after it waits until everything else is done, and is then told at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from glassprop.cli.faults import INTERRUPTED
from glassprop.cli.keep import Kept
from glassprop.cli.output import abandon_stdout, say
from glassprop.errors import GlasspropError, ModelFileError, is_panic
from glassprop.ground.text import quoted, shown


@dataclass
class Ending:
    """What became of the model, whether Ctrl-C was pressed, and which of the further steps failed."""

    kept: Kept
    interrupted: bool
    missed: list[tuple[str, BaseException | None]] = field(default_factory=list)

    @contextmanager
    def step(self, otherwise: str) -> Iterator[None]:
        """Go on after the block, whatever happens in it; `otherwise` is what is then to be told."""
        try:
            yield
        except KeyboardInterrupt:
            self.interrupted = True
            self.missed.append((otherwise, None))
        except BaseException as fault:
            if not (isinstance(fault, Exception) or is_panic(fault)):
                raise
            self.missed.append((otherwise, fault))

    def code(self) -> int:
        """Say how it ended, and return the exit code of a training that ended well or by Ctrl-C.

        Raises
        ------
        ModelFileError
            The model is not where it was to be, or a step failed; the message says which, and where the model is.
        BrokenPipeError
            The reader of standard output left, and there is nothing else to tell.
        RuntimeError
            The same, where the fault is glassprop's own.
        """
        if self.interrupted and self.kept.path is not None:
            news = [f"interrupted: the best weights so far are saved in {shown(self.kept.path)}"]
            say("; ".join(news + [otherwise for otherwise, fault in self.missed if fault is None]))
        faults = [fault for fault in (self.kept.fault, *(fault for _, fault in self.missed)) if fault is not None]
        if not faults:
            return INTERRUPTED if self.interrupted else 0
        if any(isinstance(fault, OSError) for fault in faults):
            abandon_stdout()
        if [type(fault) for fault in faults] == [BrokenPipeError]:
            raise faults[0]
        ours = [fault for fault in faults if not isinstance(fault, GlasspropError | OSError | MemoryError)]
        if ours:
            raise RuntimeError(self._line()) from ours[0]  # which `run` admits to be a bug
        raise ModelFileError(self._line()) from faults[0]

    def _line(self) -> str:
        rest = [f"{otherwise}: {_reason(fault)}" for otherwise, fault in self.missed if fault is not None]
        if self.kept.fault is None:
            return f"{self._where()}, but {' and '.join(rest)}"
        return "; ".join([self._where(), *rest])

    def _where(self) -> str:
        if isinstance(self.kept.fault, GlasspropError):
            return str(self.kept.fault)
        if self.kept.path is not None:
            return f"the model is saved in {quoted(self.kept.path)}"
        return "the model is not saved" + ("" if self.kept.fault is None else f": {_reason(self.kept.fault)}")


def _reason(fault: BaseException) -> str:
    if isinstance(fault, MemoryError):
        return "because there is not enough memory; use fewer rows or columns"
    if isinstance(fault, GlasspropError):
        return str(fault)
    return (isinstance(fault, OSError) and fault.strerror) or f"{type(fault).__name__}: {fault}"
