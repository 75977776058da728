"""What may still be taken of memory, read from files as Linux has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from glassprop.ground.free_memory import free_memory

GB = 1 << 30


def system(tmp_path: Path, files: dict[str, Any]) -> dict[str, Path]:
    for name, text in {"proc/meminfo": f"MemTotal: 9 kB\nMemAvailable: {8 * GB // 1024} kB\n", **files}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(text) + "\n", encoding="ascii")
    return {"proc": tmp_path / "proc", "groups": tmp_path / "groups"}


@pytest.mark.parametrize(
    ("files", "free"),
    [
        ({}, 8),
        ({"proc/self/cgroup": "0::/", "groups/memory.max": "max", "groups/memory.current": GB}, 8),
        ({"proc/self/cgroup": "0::/a/b", "groups/a/memory.max": 3 * GB, "groups/a/memory.current": GB}, 2),
        (
            {
                "proc/self/cgroup": "0::/a/b",
                "groups/a/b/memory.max": 4 * GB,
                "groups/a/b/memory.current": 3 * GB,
                "groups/a/b/memory.stat": f"anon 5\ninactive_file {GB}",
                "groups/a/memory.max": 9 * GB,
                "groups/a/memory.current": 4 * GB,
            },
            2,
        ),
        (
            {
                "proc/self/cgroup": "9:cpu:/x\n4:cpu,memory:/c\n0::/",
                "groups/memory/c/memory.limit_in_bytes": 2 * GB,
                "groups/memory/c/memory.usage_in_bytes": GB,
            },
            1,
        ),
        (
            {
                "proc/self/cgroup": "4:memory:/",
                "groups/memory/memory.limit_in_bytes": 9223372036854771712,
                "groups/memory/memory.usage_in_bytes": GB,
            },
            8,
        ),
        ({"proc/self/cgroup": "0::/", "groups/memory.max": GB, "groups/memory.current": 2 * GB}, 0),
    ],
    ids=["machine", "no limit", "of a group above", "of the group itself", "old groups", "old, no limit", "beyond"],
)
def test_the_least_of_all_limits_counts(files: dict[str, Any], free: int, tmp_path: Path) -> None:
    assert free_memory(**system(tmp_path, files)) == free * GB


def test_a_system_that_tells_nothing_of_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> int:
        raise ValueError(name)

    monkeypatch.setattr("os.sysconf", unknown, raising=False)
    assert free_memory(proc=tmp_path, groups=tmp_path) is None
