"""Every exception glassprop raises on purpose.

GlasspropError
 ├── SettingsError          a parameter has a value that cannot be used            (ValueError)
 ├── ArchitectureError      layers, activations and cost do not fit together       (ValueError)
 ├── DerivativeError        the derivative of a user-defined function is wrong     (ValueError)
 ├── DataError              arrays that cannot be learned from                     (ValueError)
 │    ├── TableError        the same for a file or table, found by its columns
 │    └── LessonError       a lesson that cannot be used; it names every fault
 ├── DivergenceError        the cost turned NaN or infinite while training         (ValueError)
 ├── ModelFileError         a model file that cannot be written or read            (ValueError)
 ├── ExportError            a model that another format cannot express             (ValueError)
 ├── DistributedError       another of several processes ended, with an error      (RuntimeError)
 └── MissingPackageError    an optional package is not installed                   (ImportError)

All but the last two are also ``ValueError``, since that is what users of scikit-learn catch. Messages are one
line: what was asked, what arrived, what would do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def is_panic(error: BaseException) -> bool:
    """Whether this is a panic of a library written in Rust (polars), which Python does not count as an Exception."""
    return type(error).__name__ == "PanicException" and not isinstance(error, Exception)


class GlasspropError(Exception):
    """Base of all errors raised on purpose."""


class SettingsError(GlasspropError, ValueError):
    """A parameter has a value that cannot be used."""


class ArchitectureError(GlasspropError, ValueError):
    """Layers, activations and cost do not fit together."""


class DerivativeError(GlasspropError, ValueError):
    """The derivative of a user-defined activation or cost disagrees with central differences."""


class DataError(GlasspropError, ValueError):
    """Arrays that cannot be used for training or prediction."""


class TableError(DataError):
    """A file or table that cannot be used for training or prediction."""


class LessonError(DataError):
    """A lesson that cannot be used, read or written.

    Attributes
    ----------
    faults : tuple of str
        Everything that is wrong, each in a line of its own: where it is, what it is, what would do.
    """

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults) or (message,)

    @classmethod
    def of(cls, faults: Sequence[str]) -> LessonError:
        """One error that says all of them."""
        return cls("; ".join(faults), faults)

    def __reduce__(self) -> Any:
        return LessonError, (str(self), self.faults)


class DivergenceError(GlasspropError, ValueError):
    """The cost turned NaN or infinite while training.

    Attributes
    ----------
    epoch : int
        The epoch in which it happened, counted from 1.
    layer : int or None
        The first layer whose numbers were not finite, counted from 1; None if only the cost was not.
    state : TrainState or None
        Training as it stood after the last good epoch, or before the first: ``state.theta``, ``state.history``.
    """

    def __init__(self, message: str, *, epoch: int, layer: int | None, state: Any = None) -> None:
        super().__init__(message)
        self.epoch = epoch
        self.layer = layer
        self.state = state

    def __reduce__(self) -> Any:
        return _divergence, (str(self), self.epoch, self.layer, self.state)


def _divergence(message: str, epoch: int, layer: int | None, state: Any = None) -> DivergenceError:
    return DivergenceError(message, epoch=epoch, layer=layer, state=state)


class ModelFileError(GlasspropError, ValueError):
    """A model file that cannot be written or read."""


class ExportError(GlasspropError, ValueError):
    """A fitted model, or a step of it, that cannot be expressed in another format or language."""


class DistributedError(GlasspropError, RuntimeError):
    """Another of the processes that train together has ended; the message says which, and with what error.

    Attributes
    ----------
    rank : int or None
        Which process; None if it is not known.
    code : int
        The exit code that it asks all to end with.
    """

    def __init__(self, message: str, *, rank: int | None = None, code: int = 1) -> None:
        super().__init__(message)
        self.rank = rank
        self.code = code

    def __reduce__(self) -> Any:
        return _distributed, (str(self), self.rank, self.code)


def _distributed(message: str, rank: int | None, code: int) -> DistributedError:
    return DistributedError(message, rank=rank, code=code)


class MissingPackageError(GlasspropError, ImportError):
    """An optional package is not installed; the message says what to install."""
