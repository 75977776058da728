"""Worker processes that read forged files: started, asked, and started again where a file ended one."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forging.cases import Case

_CASES_PER_PROCESS = 600
_PATIENCE = 600  # seconds of no answer: the process's own limit of CPU time ends it long before


class Reader:
    """One worker process, replaced by another after some hundred files, or when it dies."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._process, self._read = folder, None, 0
        self._path = folder / f"case-{os.getpid()}-{id(self)}"

    def tried(self, case: Case) -> dict[str, Any]:
        """What came of a case: ``faults``, a list of lines; and with what it was refused, or in how many ways used."""
        process = self._running()
        self._path.write_bytes(case.data)
        process.stdin.write(f"{self._path} {case.name}\n".encode())
        process.stdin.flush()
        answer = _line_of(process)
        self._read += 1
        if answer:
            found: dict[str, Any] = json.loads(answer)
            return found
        self.close()
        return {
            "refused": "?",
            "used": 0,
            "size": len(case.data),
            "faults": [f"the process {_ended(process.returncode)}"],
        }

    def _running(self) -> Any:
        if self._process is not None and self._read >= _CASES_PER_PROCESS:
            self.close()
        if self._process is None:
            line = [sys.executable, "-m", "forging.worker", os.fspath(self._folder)]
            paths = os.pathsep.join([os.fspath(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (as long as the process)
            self._process = subprocess.Popen(
                line,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env={**os.environ, "PYTHONPATH": paths},
            )
            self._read = 0
            if _line_of(self._process).strip() != b"ready":
                self._errors.seek(0)
                told = self._errors.read()[-3000:].decode(errors="replace")
                self.close()
                raise RuntimeError(f"the worker does not start: {told}")
        return self._process

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.stdin.close()
            self._process.stdout.close()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._errors.close()
        self._process = None


def _line_of(process: Any) -> bytes:
    """The next line of its answers; b"" if it ended, or is ended for being silent."""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(_PATIENCE):
            process.kill()
    line: bytes = process.stdout.readline()
    return line


def _ended(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        return f"died by {name}" + (" (too much CPU time)" if name == "SIGPROF" else "")
    return f"ended with {code}"


@contextmanager
def reader(folder: Path) -> Iterator[Reader]:
    """A reader, closed at the end."""
    found = Reader(folder)
    try:
        yield found
    finally:
        found.close()
        found._path.unlink(missing_ok=True)


@dataclass
class Tally:
    """What came of many cases."""

    cases: int = 0
    loaded: int = 0
    uses: int = 0
    most_taken: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[Case, list[str]]] = field(default_factory=list)

    def add(self, case: Case, answer: dict[str, Any]) -> None:
        """Count one."""
        self.cases += 1
        self.loaded += not answer["refused"]
        self.uses += answer["used"]
        self.most_taken = max(self.most_taken, (answer.get("taken") or 0) - 2 * answer["size"])
        self.outcomes[case.how.partition(":")[0]] += 1
        if answer["faults"]:
            self.faults.append((case, answer["faults"]))


def tally(folder: Path, cases: Iterable[Case], into: Tally | None = None) -> Tally:
    """Read cases in one worker."""
    found = into or Tally()
    with reader(folder) as worker:
        for case in cases:
            found.add(case, worker.tried(case))
    return found
