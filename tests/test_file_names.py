"""A file is found by its name alone: no two in src/ have the same, and no two in tests/."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EVERYWHERE = {"__init__.py", "__main__.py", "conftest.py"}


@pytest.mark.parametrize("folder", ["src", "tests"])
def test_no_two_files_have_the_same_name(folder):
    counts = Counter(path.name for path in (ROOT / folder).rglob("*.py"))
    double = {name for name, count in counts.items() if count > 1} - EVERYWHERE
    assert not double
