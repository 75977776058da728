"""How one process's error reaches all others: a message on a communicator of its own, looked for while they wait."""

from __future__ import annotations

import json
import time
from typing import Any

from glassprop.distributed.never_freed import never_freed
from glassprop.errors import DistributedError

_ERROR, _SHOWN = 1, 2  # tags: an error's text; that rank 0 has shown it
_LONGEST = 2000  # bytes of a message, so that it is on its way before anybody waits for it
_SENDING = 5.0  # seconds at most until the others have it, or rank 0 has answered: they may be at work


class Alarm:
    """Tells the others of an error here, and raises here what another tells.

    Parameters
    ----------
    communicator : mpi4py communicator
        Nothing else may go over it.
    """

    def __init__(self, communicator: Any) -> None:
        self._communicator = communicator
        self._rank = int(communicator.rank)
        self._raised = False

    def look(self) -> None:
        """Raise if another process has sent its error.

        Raises
        ------
        DistributedError
        """
        if not self._communicator.Iprobe(tag=_ERROR):
            return
        from mpi4py import MPI

        status = MPI.Status()
        told = self._communicator.recv(tag=_ERROR, status=status)
        rank = int(status.Get_source())
        found = json.loads(told)
        self._raised = True
        raise DistributedError(f"rank {rank}: {found['text']}", rank=rank, code=int(found["code"]))

    def raise_elsewhere(self, text: str, code: int = 1) -> None:
        """Send this process's error to all others, unless it has one of theirs; waits for seconds at most."""
        if self._raised:
            return
        self._raised = True
        told = json.dumps({"text": text, "code": code})
        while len(told) > _LONGEST:  # which escapes make longer than the text is
            text = f"{text[: len(text) * 3 // 4]}…"
            told = json.dumps({"text": text, "code": code})
        others = [rank for rank in range(self._communicator.size) if rank != self._rank]
        requests = [self._communicator.isend(told, rank, tag=_ERROR) for rank in others]
        never_freed(*requests)
        _wait(lambda: all(request.test()[0] for request in requests))

    def free(self) -> None:
        """Give back what MPI keeps for it."""
        self._communicator.Free()

    def say_shown(self, rank: int) -> None:
        """Tell a process that its error has been shown to the user."""
        if rank != self._rank:
            never_freed(self._communicator.isend(None, rank, tag=_SHOWN))

    def is_shown(self) -> bool:
        """Whether rank 0 says, within seconds, that it has shown this process's error."""
        return _wait(lambda: bool(self._communicator.iprobe(0, tag=_SHOWN)))


def _wait(for_it: Any) -> bool:
    """Whether it came true within seconds."""
    end = time.monotonic() + _SENDING
    while not for_it():
        if time.monotonic() > end:
            return False
        time.sleep(0.001)
    return True
