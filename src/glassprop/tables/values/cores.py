"""How many threads work on the rows of a table: as many as on its network, and one where rows are few."""

from __future__ import annotations

from glassprop.engine.thread_limit import usable_cores


def threads_for(rows: int, enough: int) -> int:
    """Threads for so many rows (or bytes), where each thread is to have `enough` of them."""
    wanted = rows // max(enough, 1)
    return max(1, min(wanted, usable_cores())) if wanted > 1 else 1
