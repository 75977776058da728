"""How much memory this process may still take: of the machine, of its control group (containers), of its own limit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_ENDLESS = 1 << 60  # what old control groups say where there is no limit


def free_memory(proc: Path = Path("/proc"), groups: Path = _GROUPS) -> int | None:
    """Bytes that can still be had; None where the system does not tell."""
    found = [free for free in (_of_machine(proc), _of_limit(proc), *_of_groups(proc, groups)) if free is not None]
    return max(0, min(found)) if found else None


def _of_machine(proc: Path) -> int | None:
    """As Linux tells it; elsewhere half of what is built in, where that is known."""
    available = _line(proc / "meminfo", "MemAvailable:")
    if available is not None:
        return available * 1024
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, ValueError, OSError):  # Windows; a system that does not know these names
        return None


def _of_limit(proc: Path) -> int | None:
    """What ``ulimit -v`` leaves."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    used = _line(proc / "self" / "status", "VmSize:")
    return None if most == resource.RLIM_INFINITY or used is None else most - used * 1024


def _of_groups(proc: Path, groups: Path) -> Iterator[int]:
    """What is left to the control group that we are in, and to those that it is in; both versions of them."""
    for line in _text(proc / "self" / "cgroup").splitlines():
        _, kinds, name, *_ = *line.split(":", 2), "", ""
        if not kinds:
            root, limit, usage = groups, "memory.max", "memory.current"
        elif "memory" in kinds.split(","):
            root, limit, usage = groups / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
        else:
            continue
        folder = root / name.lstrip("/")
        for place in (folder, *folder.parents):
            most, used = _whole(place / limit), _whole(place / usage)
            if most is not None and used is not None and most < _ENDLESS:
                yield most - used + (_line(place / "memory.stat", "inactive_file") or 0)  # cached files make room
            if place == root:
                break


def _line(path: Path, start: str) -> int | None:
    """The number behind a word at the start of a line."""
    words = next((line.split() for line in _text(path).splitlines() if line.split()[:1] == [start]), [])
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else None


def _whole(path: Path) -> int | None:
    text = _text(path).strip()
    return int(text) if text.isdecimal() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
