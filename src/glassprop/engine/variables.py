"""What people may ask of the engine by environment variables, and whether it makes sense: read without any kernel."""

from __future__ import annotations

import os

from glassprop.engine.thread_limit import NUM_THREADS, number_of_threads
from glassprop.errors import SettingsError
from glassprop.ground.text import quoted

VECTOR_BITS, PRODUCTS = "GLASSPROP_VECTOR_BITS", "GLASSPROP_PRODUCTS"
WIDTHS = (128, 256, 512)
OWN = "own"
PROVIDERS = (OWN, "openblas", "blis", "mkl")
_TAKEN = {VECTOR_BITS: tuple(map(str, WIDTHS)), PRODUCTS: PROVIDERS}
_MOST = 40  # characters of a wish that are shown


def sound(variable: str, wish: str) -> str:
    """``wish``, as it is asked for by a variable that takes one of some words; empty for nothing.

    Raises
    ------
    SettingsError
        If it is none of them.
    """
    if wish and wish not in _TAKEN[variable]:
        raise SettingsError(f"{variable} must be one of {', '.join(_TAKEN[variable])}, got {quoted(wish, _MOST)}")
    return wish


def asked_for(variable: str) -> str:
    """What the environment asks for by such a variable; empty if nothing.

    Raises
    ------
    SettingsError
        If it is none of what may be asked for.
    """
    return sound(variable, os.environ.get(variable, ""))


def refuse_nonsense() -> None:
    """Refuse variables whose values mean nothing, also where what they are about is not needed.

    Raises
    ------
    SettingsError
    """
    for variable in _TAKEN:
        asked_for(variable)
    wish = os.environ.get(NUM_THREADS, "")
    if wish and not number_of_threads(wish):
        raise SettingsError(f"{NUM_THREADS} must be a whole number above 0, got {quoted(wish, _MOST)}")
