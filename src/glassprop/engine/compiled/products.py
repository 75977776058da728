"""Who makes large products: own tiles, or a library, as the user, a training's record, or a table says; never a trial.

The choice decides bits. One provider makes all large products of a network, so that one word says who did, and a training
that is gone on with can ask for the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from glassprop.architecture.architecture import Architecture
from glassprop.engine.compiled import product_table
from glassprop.engine.compiled.libraries import Library, Unavailable, find
from glassprop.engine.compiled.vector_width import WIDTH
from glassprop.engine.variables import OWN, PRODUCTS, PROVIDERS, asked_for
from glassprop.errors import SettingsError


@dataclass(frozen=True)
class Products:
    """Who makes the large products of a network. library: None for own tiles. why: who said so, in words."""

    name: str = OWN
    library: Library | None = None
    why: str = "as ever"

    def held(self, kernel: Callable[[int], Any]) -> Callable[[int], Any]:
        """The same kernel, on every thread that calls it with a library that shares no product among threads."""
        library = self.library
        if library is None:
            return kernel

        def call(thread: int) -> None:
            with library.hold(thread > 0):
                kernel(thread)

        return call


def chosen(architecture: Architecture, dtype: str, recorded: str = "") -> Products:
    """The provider for a network.

    recorded: that of the training that is gone on with; empty if there is none. One that is not here is done without:
    whoever asks compares.

    Raises
    ------
    SettingsError
        If the environment asks for one that cannot be used here; the message says why.
    """
    wish = asked_for(PRODUCTS)
    return _of(wish, f"{PRODUCTS} says so") if wish else unless_asked(dtype, largest(architecture), recorded)


def unless_asked(dtype: str, weights: int, recorded: str = "") -> Products:
    """The provider for a largest layer of so many weights, where the environment asks for none."""
    for name, why in (
        (recorded, "as the training was begun"),
        product_table.provider(dtype, WIDTH.bits, weights),
    ):
        try:
            if name in PROVIDERS:
                return _of(name, why)
        except SettingsError:  # a library that was here once, or on another machine
            continue
    return Products(why="there is no other")


def _of(name: str, why: str) -> Products:
    if name == OWN:
        return Products(OWN, None, why)
    try:
        return Products(name, find(name), why)
    except Unavailable as error:
        raise SettingsError(
            f"large products cannot be made by {name}: {error}; unset {PRODUCTS}, or set it to {OWN}"
        ) from error


def largest(architecture: Architecture) -> int:
    """How many weights the largest layer has."""
    return max(n_in * n_out for n_in, n_out in pairwise(architecture.sizes))
