"""Memory and time of predict and score over tables of 1e5, 1e6 and 1e7 rows, streamed and in memory; as a table.

    python bench/stream/use.py FOLDER MODEL [--commands predict,score] [--sizes 1e5,1e6,1e7] [--in-memory 1e5,1e6]

FOLDER has what make_tables.py writes, MODEL was learned from one of them. Each command is a process of its own; its
peak is what the system says of it when it has ended, with all that was imported.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMANDS = {"predict": ["--out", "predictions.parquet"], "score": ["--json"]}
KILOBYTES = 1000 if sys.platform == "darwin" else 1


def measured(command: list[str], folder: str) -> tuple[float, float, float]:
    """Seconds, seconds of all cores, and the peak in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)}: ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000 / KILOBYTES


def main(folder: Path, model: Path, commands: list[str], sizes: list[str], in_memory: list[str]) -> None:
    """A line for each command, size and manner."""
    sys.stdout.write("| command | rows | manner | seconds | of all cores | peak, MB |\n|---|---:|---|---:|---:|---:|\n")
    for name in commands:
        for manner, wanted in (("--stream", sizes), ("--no-stream", in_memory)):
            for size in wanted:
                table = folder / f"rows_{size}.parquet"
                call = [sys.executable, "-m", "glassprop.cli", name, str(model.resolve()), str(table.resolve())]
                with tempfile.TemporaryDirectory(dir=folder) as place:
                    wall, cores, peak = measured([*call, *COMMANDS[name], manner], place)
                how = "streamed" if manner == "--stream" else "in memory"
                sys.stdout.write(f"| {name} | {size} | {how} | {wall:.1f} | {cores:.1f} | {peak:.0f} |\n")
                sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--commands", default=",".join(COMMANDS))
    parser.add_argument("--sizes", default="1e5,1e6,1e7")
    parser.add_argument("--in-memory", default="1e5,1e6")
    asked = parser.parse_args()
    lists = ([one for one in given.split(",") if one] for given in (asked.commands, asked.sizes, asked.in_memory))
    main(asked.folder, asked.model, *lists)
