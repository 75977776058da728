"""A group of processes over MPI: what they add up together, and how an error in one of them ends all."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.distributed.alarm import Alarm
from glassprop.distributed.needs_mpi import check_communicator
from glassprop.distributed.never_freed import never_freed
from glassprop.distributed.segments import Adds, Segments, added_up
from glassprop.errors import DistributedError
from glassprop.ground.text import first_line

_FRAME = 64  # numbers of a short message: its length, and up to 63 more
_SHORT = 2048  # numbers of a vector below which all is sent to all: one message rather than two
_SPINS, _YIELDS = 200, 2000  # how often to look before giving up the core, and before sleeping between looks
_PAUSE = 5e-5  # seconds


def words_of(error: BaseException) -> tuple[str, int]:
    """An error as the others are told of it, and the exit code that goes with it."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", 130
    if isinstance(error, SystemExit | GeneratorExit):
        return "it ended before the others", 1
    return first_line(error) or type(error).__name__, 1


@contextmanager
def together(
    communicator: Any,
    *,
    fast_sums: bool = False,
    told: Callable[[BaseException], tuple[str, int]] = words_of,
) -> Iterator[MpiGroup]:
    """A group over a communicator of mpi4py's, for as long as the block lasts; all its processes come here.

    The block ends for all or for none: where one process leaves it with an error, or ends, the others raise
    DistributedError with its words as soon as they wait for it, and leave it too.

    fast_sums: whether MPI adds up gradients as it likes. told: gives the words for an error and an exit code.

    Raises
    ------
    DistributedError, SettingsError, MissingPackageError
    """
    check_communicator(communicator)
    group = MpiGroup(communicator, fast_sums=fast_sums)
    try:
        yield group
        group.meet()
    except BaseException as error:
        group.alarm.raise_elsewhere(*told(error))
        never_freed(group)
        raise
    group.free()


class MpiGroup:
    """Processes that go through the same operations at the same time; see ``Group`` in ``backprop/ranks.py``.

    While a process waits it looks whether another has failed, and gives up its core; how long the others take does not
    matter, for reading may be slow.

    Parameters
    ----------
    communicator : mpi4py communicator
        It is duplicated, twice: whatever else is sent over it stays apart.
    fast_sums : bool
        Whether gradients are added up by MPI as it likes: quicker, to bits that depend on the number of processes.

    Attributes
    ----------
    rank, size : int
        Which process this is, and how many there are.
    reduce : callable or None
        What adds up gradients, where they are not to meet in the fixed tree.
    alarm : Alarm
        Tells the others of an error.
    bytes_sent, messages : int
        What has left here for the others so far, in operations of all.
    """

    def __init__(self, communicator: Any, *, fast_sums: bool = False) -> None:
        self.rank, self.size = int(communicator.rank), int(communicator.size)
        self.bytes_sent = self.messages = 0
        self.reduce = self.summed if fast_sums else None
        self._communicator = _duplicate(communicator)
        self.alarm = Alarm(_duplicate(communicator))
        self._frame, self._frames = np.zeros(_FRAME), np.zeros((self.size, _FRAME))
        self._total = np.empty(0)
        self._segments: dict[tuple[int, Any], Segments] = {}

    def everyone(self, vector: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """Each process's vector, in the order of ranks; they may differ in length."""
        here = np.ascontiguousarray(vector, dtype=np.float64).ravel()
        if self.size == 1:
            return [here.copy()]
        self._frame[0] = len(here)
        self._frame[1 : 1 + min(len(here), _FRAME - 1)] = here[: _FRAME - 1]
        self._count(self._frame.nbytes * (self.size - 1))
        self._wait(self._communicator.Iallgather(self._frame, self._frames), self._frame, self._frames)
        lengths = [int(each) for each in self._frames[:, 0]]
        if max(lengths) < _FRAME:
            return [frame[1 : 1 + length].copy() for frame, length in zip(self._frames, lengths, strict=True)]
        whole = np.empty(sum(lengths))
        self._count(here.nbytes * (self.size - 1))
        self._wait(self._communicator.Iallgatherv(here, [whole, lengths]), here, whole)
        return np.split(whole, np.cumsum(lengths)[:-1])

    def combined(self, roots: NDArray[np.float64], tree: Adds) -> NDArray[np.float64]:
        """The sum of all processes' vectors in a fixed order; the same bits everywhere, whoever has which.

        roots: (n, size), those here. tree: the adds ``a += b``, by the numbers of vectors, of all processes in the
        order of ranks. -> (size,), which the next call writes over.
        """
        segments = self._segments_for(roots, tree)
        if self.size == 1:
            segments.received[...] = roots
            return added_up(segments.received, tree)
        if roots.shape[1] <= _SHORT:
            return self._combined_everywhere(roots, tree, segments)
        sent, received, whole = segments.pack(roots), segments.received, segments.whole
        self._count(sent.nbytes - 8 * segments.sent_counts[self.rank])
        sending, receiving = [sent, segments.sent_counts], [received, segments.received_counts]
        self._wait(self._communicator.Ialltoallv(sending, receiving), sent, received)
        own = added_up(received, tree)
        self._count(own.nbytes * (self.size - 1))
        self._wait(self._communicator.Iallgatherv(own, [whole, segments.widths]), received, whole)
        return whole

    def summed(self, vector: NDArray[np.float64]) -> None:
        """Make of a vector the sum of all processes' vectors, in whatever order MPI adds them up."""
        if self.size > 1:
            from mpi4py import MPI

            total = self._total = vector.copy() if self._total.shape != vector.shape else self._total
            self._count(2 * vector.nbytes * (self.size - 1) // self.size)
            self._wait(self._communicator.Iallreduce(vector, total, MPI.SUM), vector, total)
            vector[...] = total

    def told(self, thing: Any) -> list[Any]:
        """What each process tells the others, in the order of ranks: any value of Python's that can be pickled."""
        packed = np.frombuffer(pickle.dumps(thing), dtype=np.uint8)
        lengths = [int(each[0]) for each in self.everyone(np.array([len(packed)], dtype=np.float64))]
        whole = np.empty(sum(lengths), dtype=np.uint8)
        self._count(packed.nbytes * (self.size - 1))
        self._wait(self._communicator.Iallgatherv(packed, [whole, lengths]), packed, whole)
        return [pickle.loads(part.tobytes()) for part in np.split(whole, np.cumsum(lengths)[:-1])]

    def exchanged(self, parts: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Rows for each process (n, ...) against the rows from each; all of one dtype and one shape but for n."""
        counts = np.array([len(part) for part in parts], dtype=np.float64)
        coming = [int(each[self.rank]) for each in self.everyone(counts)]
        rows = np.ascontiguousarray(np.concatenate(parts))
        came = np.empty((sum(coming), *rows.shape[1:]), rows.dtype)
        sent, received, row = _as_bytes(rows), _as_bytes(came), _row_type(rows)
        going = [len(part) for part in parts]
        self._count(sent.nbytes - parts[self.rank].nbytes)
        self._wait(self._communicator.Ialltoallv([sent, going, row], [received, coming, row]), sent, received)
        row.Free()
        return np.split(came, np.cumsum(coming)[:-1])

    def meet(self) -> None:
        """Wait until all processes have come here."""
        self._wait(self._communicator.Ibarrier())

    def free(self) -> None:
        """Give back what MPI keeps for the group; all processes do so, after they have met."""
        self._communicator.Free()
        self.alarm.free()

    def _combined_everywhere(self, roots: NDArray[np.float64], tree: Adds, segments: Segments) -> NDArray[np.float64]:
        """The same, of short vectors: all go to all, and each process makes all adds."""
        sent, received = np.ascontiguousarray(roots), np.empty((segments.total, roots.shape[1]))
        counts = [each * roots.shape[1] for each in segments.rows]
        self._count(sent.nbytes * (self.size - 1))
        self._wait(self._communicator.Iallgatherv(sent, [received, counts]), sent, received)
        return added_up(received, tree)

    def _segments_for(self, roots: NDArray[np.float64], tree: Adds) -> Segments:
        key = roots.shape[1], tuple(tree)
        if key not in self._segments:  # so it is for all processes at once
            rows = [int(each[0]) for each in self.everyone(np.array([len(roots)], dtype=np.float64))]
            self._segments[key] = Segments(roots.shape[1], rows, self.rank)
        return self._segments[key]

    def _count(self, n_bytes: int) -> None:
        self.messages += 1
        self.bytes_sent += n_bytes

    def _wait(self, request: Any, *arrays: NDArray[Any]) -> None:
        """Until all have done their part of an operation.

        Raises
        ------
        DistributedError
            If another process has ended.
        """
        looks = 0
        try:
            while not request.Test():
                looks += 1
                if looks % _SPINS == 0:
                    self.alarm.look()
                if looks > _SPINS:
                    time.sleep(0 if looks < _YIELDS else _PAUSE)
        except BaseException as error:
            never_freed(request, *arrays)
            if type(error).__module__.partition(".")[0] == "mpi4py":
                raise DistributedError(f"MPI: {first_line(error)}") from error
            raise


def _duplicate(communicator: Any) -> Any:
    duplicate, request = communicator.Idup()
    while not request.Test():  # rather than in MPI, which Ctrl-C does not reach
        time.sleep(_PAUSE)
    return duplicate


def _as_bytes(rows: NDArray[Any]) -> NDArray[np.uint8]:
    """The memory of an array, for kinds of numbers, and text, that MPI does not know."""
    return rows.reshape(-1).view(np.uint8)


def _row_type(rows: NDArray[Any]) -> Any:
    """The type of MPI's for a row, so that counts stay small: they are of 32 bits."""
    from mpi4py import MPI

    width = rows.dtype.itemsize * int(np.prod(rows.shape[1:], dtype=np.int64))
    return MPI.BYTE.Create_contiguous(width).Commit()
