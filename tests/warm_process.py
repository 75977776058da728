"""Python processes that begin with the package imported: forks of one that has done so, each with streams of its own.

A command's own process takes two seconds to import what it needs. Where a test asks what signals, terminals, limits and
dead processes do to a command, and not how it starts, a fork that begins after the imports asks the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from waiting import HANG

COMMAND = "import sys; from glassprop.cli import main; sys.exit(main(sys.argv[1:]))"
FORKS = sys.platform == "linux"  # elsewhere libraries that are loaded may not bear it: there processes begin cold
# What commands import; none of it may start a thread, since forks would be without it.
IMPORTED = """
import glassprop.cli.app, glassprop.export.model_file, glassprop.backprop.ranks
import sklearn.datasets, sklearn.neural_network, glassprop.export.trace_file
import glassprop.export.checkpoint_folder, glassprop.tables.fitting.fit, glassprop.tables.fitting.assess
import glassprop.tables.streaming.on_sample, glassprop.tables.streaming.held_out, glassprop.tables.streaming.would_fit
import glassprop.tables.streaming.fit_stream
"""
_ROOM = 1 << 20  # bytes of a request


class Fork:
    """A process that runs; `wait` gives its exit code, negative for the signal that ended it."""

    def __init__(self, pid: int, answers: socket.socket) -> None:
        self.pid, self._answers = pid, answers
        self._ended: int | None = None

    def wait(self) -> int:
        if self._ended is None:
            try:
                self._ended = _number(self._answers, "ended")
            except TimeoutError:
                self.kill()
                self._ended = _number(self._answers, "ended")
                raise
        return os.waitstatus_to_exitcode(self._ended)

    def kill(self) -> None:
        """End it at once, if it runs."""
        if self._ended is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


def _number(answers: socket.socket, what: str) -> int:
    """The number in an answer, which must be about this: else a pid would be taken for a status, or the reverse."""
    told, number = answers.recv(_ROOM).decode().split()
    assert told == what, f"{what} was to be told, and {told} was"
    return int(number)


class ColdProcesses:
    """Starts code in processes that begin anew."""

    def end(self) -> None:
        """Nothing is kept."""

    def start(
        self, code: str, *argv: str, cwd: Path, streams: list[int], env: dict[str, str] | None = None
    ) -> Fork | subprocess.Popen[bytes]:
        """Run code in a folder with arguments, standard input, output and error, and more variables."""
        whole = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | (env or {})
        stdin, stdout, stderr = streams
        return subprocess.Popen(
            [sys.executable, "-c", code, *map(str, argv)], cwd=cwd, env=whole, stdin=stdin, stdout=stdout, stderr=stderr
        )

    def run(self, code: str, *argv: str, cwd: Path, **more: Any) -> subprocess.CompletedProcess[str]:
        """The same to its end, with nothing to read."""
        with (
            open(os.devnull) as nothing,
            tempfile.TemporaryFile("w+", encoding="utf-8") as out,
            tempfile.TemporaryFile("w+", encoding="utf-8") as err,
        ):
            process = self.start(code, *argv, cwd=cwd, streams=[one.fileno() for one in (nothing, out, err)], **more)
            returncode = process.wait()
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess([code, *argv], returncode, out.read(), err.read())


class WarmProcesses(ColdProcesses):
    """Starts code in forks of one process that has imported what commands use; one fork at a time."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.settimeout(HANG)
        command = [sys.executable, __file__, str(theirs.fileno())]
        more = {"PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
        self._parent = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=os.environ | more)
        theirs.close()

    def end(self) -> None:
        self._ours.close()
        try:
            self._parent.wait(timeout=10)
        except subprocess.TimeoutExpired:  # a fork lives on
            self._parent.kill()
            self._parent.wait()

    def start(
        self, code: str, *argv: str, cwd: Path, streams: list[int], env: dict[str, str] | None = None
    ) -> Fork | subprocess.Popen[bytes]:
        request = {
            "code": code,
            "argv": ["-c", *map(str, argv)],
            "cwd": str(cwd),
            "env": dict(os.environ) | (env or {}),
        }
        socket.send_fds(self._ours, [json.dumps(request).encode()], streams)
        return Fork(_number(self._ours, "began"), self._ours)


@contextlib.contextmanager
def started(
    warm: ColdProcesses, code: str, *argv: str, cwd: Path
) -> Iterator[tuple[Fork | subprocess.Popen[bytes], BinaryIO, BinaryIO]]:
    """A process that holds back nothing that it writes, and what it writes to standard output and error."""
    (from_out, to_out), (from_err, to_err) = os.pipe(), os.pipe()
    with open(os.devnull) as nothing, open(from_out, "rb") as out, open(from_err, "rb") as err:
        streams = [nothing.fileno(), to_out, to_err]
        process = warm.start(code, *argv, cwd=cwd, streams=streams, env={"PYTHONUNBUFFERED": "1"})
        os.close(to_out)
        os.close(to_err)
        late = threading.Timer(HANG, process.kill)  # else whoever reads what it writes would wait for ever
        late.start()
        try:
            yield process, out, err
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            late.cancel()


def _serve(asked: socket.socket) -> None:
    """Fork for each request, say the fork's number and how it ended; until nobody asks."""
    exec(IMPORTED, {})
    threads = [task for task in Path("/proc/self/task").iterdir() if task.name != str(os.getpid())]
    names = [(task / "comm").read_text() for task in threads]
    others = [name for name in names if not name.startswith("jemalloc")]  # jemalloc minds forks
    assert not others, f"threads that forks would lack: {others}; polars has some, and may not be imported here"
    while True:
        data, streams, _, _ = socket.recv_fds(asked, _ROOM, 3)
        if not data:
            return
        pid = os.fork()
        if not pid:
            asked.close()
            _begin(json.loads(data), streams)
        for stream in streams:
            os.close(stream)
        asked.send(f"began {pid}".encode())
        asked.send(f"ended {os.waitpid(pid, 0)[1]}".encode())


def _begin(request: dict[str, Any], streams: list[int]) -> None:
    """Be the process that was asked for, to its end."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(request["env"])
    encoding = os.environ.get("PYTHONIOENCODING", "utf-8")
    buffering = 1 if os.environ.get("PYTHONUNBUFFERED") else -1
    sys.stdin = sys.__stdin__ = os.fdopen(0, encoding=encoding, closefd=False)
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", buffering, encoding=encoding, closefd=False)
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", 1, encoding=encoding, errors="backslashreplace", closefd=False)
    os.chdir(request["cwd"])
    sys.argv = request["argv"]
    os._exit(_code_of(request["code"]))


def _code_of(code: str) -> int:
    """The exit code of the code, once its streams are written out."""
    found = 0
    try:
        exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})
    except SystemExit as end:
        found = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        found = 1
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    return found


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
