"""Run by tests: write files, killed before the nth call to the system, or after it, until none is left to die at."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path

from glassprop.ground.atomic import replacing, write_together

CALLS = ("open", "close", "link", "unlink", "replace", "fsync", "chmod", "listdir")


def dying_at(number, after):
    """Wrap the calls of `os`: the one with that number, counted from 0, is the last."""
    count = [0]

    def wrap(call):
        def wrapped(*args, **more):
            count[0] += 1
            if count[0] == number + 1 and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = call(*args, **more)
            if count[0] == number + 1:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return wrapped

    for name in CALLS:
        setattr(os, name, wrap(getattr(os, name)))


def write(folder, together):
    if together:
        write_together({str(folder / name): name.encode() * 5000 for name in ("a", "b")})
        return
    with replacing(folder / "a") as file:
        file.write(b"a" * 5000)


def try_all(folder, together, old, after):
    """For each moment: the files right after the kill, and what is left once the next has written."""
    found = []
    for number in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in "ab" if old else "":
            (folder / name).write_bytes(b"old")
        child = os.fork()
        if child == 0:
            dying_at(number, after)
            write(folder, together)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        state = {path.name: path.read_bytes().decode() for path in folder.iterdir()}
        with replacing(folder / "next") as file:
            file.write(b"next")
        found.append([os.WIFSIGNALED(status), state, sorted(os.listdir(folder))])
        if not os.WIFSIGNALED(status):
            return found
    raise AssertionError("it never ends")


if __name__ == "__main__":
    options = json.loads(sys.argv[2])
    print(json.dumps(try_all(Path(sys.argv[1]), **options)))
