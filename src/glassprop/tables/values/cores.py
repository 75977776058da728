"""How many threads work on the rows of a table: as many as on its network, and one where rows are few."""

from __future__ import annotations

import os


def threads_for(rows: int, enough: int) -> int:
    """Threads for so many rows (or bytes), where each thread is to have `enough` of them."""
    wanted = rows // max(enough, 1)
    return max(1, min(wanted, _cores())) if wanted > 1 else 1


def _cores() -> int:
    try:
        from glassprop.engine.compiled.threads import usable_cores
    except ImportError:  # without Numba
        return os.cpu_count() or 1
    return usable_cores()
