"""Work on several pieces at once, on as many threads as are given, and hand the results on in the pieces' own order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def in_order(function: Callable[[Piece], Result], pieces: Iterable[Piece], threads: int) -> Iterator[Result]:
    """Yield ``function(piece)`` for each piece.

    Pieces are taken no further ahead than keeps the threads at work, so that a long stream of them needs little room.
    What a piece raises is raised when its turn comes; work begun on later ones is waited for, and let go.

    Parameters
    ----------
    function : callable
        Called from several threads at a time; what it gives must not depend on which.
    pieces : iterable
    threads : int
        With 1 all is done by the caller's own.
    """
    if threads <= 1:
        yield from map(function, pieces)
        return
    under_way: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="glassprop-piece") as pool:
        try:
            for piece in pieces:
                under_way.append(_begun(pool, function, piece))
                if len(under_way) > threads:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


def _begun(pool: ThreadPoolExecutor, function: Callable[[Piece], Result], piece: Piece) -> Future[Result]:
    try:
        # In the caller's context: what it set there (NumPy's errstate, say) holds for the work as well.
        return pool.submit(copy_context().run, function, piece)
    except RuntimeError:  # Python is ending, or there are too many threads: the caller does it
        done: Future[Result] = Future()
        try:
            done.set_result(function(piece))
        except Exception as error:
            done.set_exception(error)
        return done
