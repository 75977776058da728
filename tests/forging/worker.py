"""A process that reads and uses forged files, one after the other, as it is told on standard input.

It is told ``PATH NAME`` a line and answers with a line of JSON. A crash ends it, and counts against the file at hand;
so does CPU time without end.
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import sys
import time
import warnings
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

from forging.good import TABLE
from forging.odd_tables import TABLES, TARGET
from forging.recipes import RECIPES
from forging.traces import TRACES, read_trace, use_trace
from forging.use import Faults, command, read, read_trusting, use
from forging.watch import Memory, Watch, scratch, status
from glassprop.engine.blas_threads import ONE_THREAD

# Above what two files and the arrays take: what descriptions may become (16 MiB, glassprop.export.schema.budget), the
# allocator's own blocks, and what scikit-learn holds on to when it meets a kind for the first time.
ALLOWANCE = 20 << 20
ALLOWANCE_OF_USE = 192 << 20  # predictions, scores and pages of any model; BLAS and compiled kernels at their first use
_CPU_SECONDS = 120  # compiling for what no good file has needed yet is within it
_MOST_MEMORY = 8 << 30
_WARM = (
    "table_classes",
    "table_amount",
    "table_counts",
    "compiled",
    "amounts",
    "step_infrequent",
    "frames",
    "two_amounts",
)


def main(folder: Path) -> None:
    """Warm up on good files, then answer."""
    answers, sys.stdout = os.fdopen(os.dup(1), "w"), io.StringIO()
    os.dup2(2, 1)  # whatever is printed past Python's streams is no answer
    warnings.simplefilter("ignore")
    own, memory = scratch(), Memory()
    os.chdir(own)
    _warm_up(folder, own)
    most = status("VmSize") + _MOST_MEMORY  # many cores map much without using it
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    watch = Watch([folder, own])
    answers.write("ready\n")
    answers.flush()
    for line in sys.stdin:
        path, name = line.split()
        signal.setitimer(signal.ITIMER_PROF, _CPU_SECONDS)  # its signal ends the process
        if name == TABLES:
            answer = _tried_table(Path(path), own, watch)
        elif name == TRACES:
            answer = _tried_trace(Path(path), own, watch, memory)
        else:
            answer = _tried(Path(path), name, folder, own, watch, memory)
        signal.setitimer(signal.ITIMER_PROF, 0)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _warm_up(folder: Path, own: Path) -> None:
    """Import and compile what good files need, so that it does not count against a forged one."""
    faults = Faults()
    import_module("jinja2")  # for reports
    with ONE_THREAD:  # large networks have libraries of products looked for, once
        pass
    command(["--help"], faults)
    for name, recipe in RECIPES.items():
        for kind in (1, 2):
            model, record, refused = read(folder / f"{name}.{kind}", faults)
            if not refused and name in _WARM and kind == 2:
                use(model, record, folder / f"{name}.{kind}", recipe, folder / TABLE, own, faults)
    if faults:
        raise RuntimeError("good files are not read: " + "; ".join(faults))


def _tried(path: Path, name: str, folder: Path, own: Path, watch: Watch, memory: Memory) -> dict[str, Any]:
    faults, before, used = Faults(), time.process_time(), 0
    size, recipe = path.stat().st_size, RECIPES[name]
    memory.start()
    with watch:
        model, record, refused = read(path, faults)
    seen, taken, allowed = watch.seen, memory.taken(), 2 * size + _declared(path, size) + ALLOWANCE
    if taken is not None and taken > allowed:
        faults.append(f"reading took {taken:,} bytes, {allowed:,} are allowed")
    if not refused:
        with watch:
            used = use(model, record, path, recipe, folder / TABLE, own, faults)
        after = memory.taken()
        if after is not None and after > allowed + ALLOWANCE_OF_USE:
            faults.append(f"using took {after:,} bytes, {allowed + ALLOWANCE_OF_USE:,} are allowed")
        seen = seen + watch.seen
    else:
        with watch:
            read_trusting(path, faults)
        seen = seen + watch.seen
    faults += seen + [f"left {left.name} behind" for left in own.iterdir() if left.name not in ("again", "page.html")]
    spent = time.process_time() - before
    return {
        "refused": refused[:300],
        "used": used,
        "taken": taken,
        "size": size,
        "cpu": round(spent, 3),
        "faults": faults,
    }


def _tried_trace(path: Path, own: Path, watch: Watch, memory: Memory) -> dict[str, Any]:
    """Read a trace, and ask along one that holds all the same."""
    faults, before, used, size = Faults(), time.process_time(), 0, path.stat().st_size
    memory.start()
    with watch:
        trace, refused = read_trace(path, faults)
    taken, seen = memory.taken(), watch.seen
    if taken is not None and taken > 2 * size + ALLOWANCE:
        faults.append(f"reading took {taken:,} bytes, {2 * size + ALLOWANCE:,} are allowed")
    if trace is not None:
        with watch:
            used = use_trace(trace, own, faults)
        seen = seen + watch.seen
    faults += seen
    spent = round(time.process_time() - before, 3)
    return {"refused": refused[:300], "used": used, "taken": taken, "size": size, "cpu": spent, "faults": faults}


def _tried_table(path: Path, own: Path, watch: Watch) -> dict[str, Any]:
    """Train on a table, predict, score; each may refuse it in a line."""
    faults, before, model, page = Faults(), time.process_time(), own / "again", own / "page.html"
    model.unlink(missing_ok=True)
    train = ["train", str(path), "--target", TARGET, "--model", str(model), "--epochs", "1", "--hidden", "2"]
    with watch:
        command([*train, "--report", str(page)], faults)
        for line in ("predict", "score"):
            if model.exists():
                command([line, str(model), str(path)], faults)
    faults += watch.seen
    refused = "" if model.exists() else "no model"
    spent = round(time.process_time() - before, 3)
    return {"refused": refused, "used": 2, "size": path.stat().st_size, "cpu": spent, "faults": faults}


def _declared(path: Path, size: int) -> int:
    """The bytes of the arrays in an archive as its directory has them; those of format 2 lie in the file itself."""
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = [info.file_size for info in archive.infolist() if info.filename.endswith(".npy")]
    except Exception:
        return 0
    return sum(sizes) if sum(sizes) <= 25 * size + (1 << 22) else 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
