"""Ctrl-C and SIGTERM while something is to be brought to an end first: heard at once, answered when that is done."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

_ANSWERED = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
TERMINATED = 128 + signal.SIGTERM


class TerminatedExit(SystemExit):
    """SIGTERM came, and what was under way has been brought to an end; unanswered, Python ends with code 143."""

    def __init__(self, message: str) -> None:
        super().__init__(TERMINATED)
        self._message = message

    def __str__(self) -> str:
        return self._message


class StopSignals:
    """Takes the signals from `start` to `stop`, where it can: in the main thread, and where nobody else has.

    Attributes
    ----------
    waits : bool
        Whether a signal is only noted, for somebody asks `heard` soon. A second one ends things at once.
    heard : int
        The signal that came; 0 if none did.
    """

    def __init__(self) -> None:
        self.waits, self.heard = False, 0
        self._before: dict[int, Any] = {}

    def start(self) -> None:
        """Take them."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number, usual in _ANSWERED.items():
            if signal.getsignal(number) == usual:
                self._before[number] = signal.signal(number, self._take)

    def stop(self) -> None:
        """Give them back."""
        while self._before:
            number, handler = self._before.popitem()
            if signal.getsignal(number) == self._take:
                signal.signal(number, handler)

    def _take(self, number: int, frame: FrameType | None) -> None:
        again, self.heard = bool(self.heard), number
        if again or not self.waits:
            self.answer()

    def answer(self, message: str = "terminated") -> None:
        """End as the signal asks for, if one came. message: that of the end by SIGTERM.

        Raises
        ------
        KeyboardInterrupt, TerminatedExit
        """
        if self.heard == signal.SIGTERM:
            raise TerminatedExit(message)
        if self.heard:
            raise KeyboardInterrupt
