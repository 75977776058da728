"""Memory that MPI may write into after Python has ended: what an operation that never came to its end was given."""

from __future__ import annotations

import ctypes


def never_freed(*objects: object) -> None:
    """Keep objects for good.

    An operation that another process has left cannot be taken back, and MPI goes on with it in its own end, which
    comes after Python has freed all that it holds: without this the process would end with a segmentation fault.
    """
    for each in objects:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(each))
