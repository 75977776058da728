"""How the C library of Linux keeps freed memory: in a command that streams, large pieces are given back at once."""

from __future__ import annotations

import ctypes
import sys

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8  # of glibc's malloc.h
_LARGE = 256 << 10  # bytes


def give_back_large_pieces() -> bool:
    """Have pieces of memory from 256 kB on returned when they are freed, and one pool for all threads; whether it took.

    By default each thread has a pool, and what may stay in one grows with the pieces that were freed: windows of rows,
    which one thread makes and another lets go, would leave holes of their size. Elsewhere nothing is done.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # another C library
        return False
    return all([mallopt(_MMAP_THRESHOLD, _LARGE) == 1, mallopt(_ARENA_MAX, 1) == 1])
