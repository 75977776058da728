"""A part of the compiled engine, called by itself: the machine code that networks run, on arrays of NumPy's."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from glassprop.engine.compiled import kernels
from glassprop.engine.compiled.part import Part
from glassprop.engine.compiled.places import PLACES

_KINDS = {"N": ctypes.c_void_p, "P": ctypes.c_void_p, "D": ctypes.c_void_p, "I": ctypes.c_int64, "F": ctypes.c_double}


def call(part: Part, dtype: Any, *arguments: Any) -> None:
    """Call it with arrays, of which it is handed the address, and numbers. dtype: of the numbers of its network."""
    letters, dtype = part.shape.letters, np.dtype(dtype)
    of_letter = {"N": dtype, "P": np.dtype(np.int64), "D": np.dtype(np.float64)}
    handed = []
    for letter, argument in zip(letters, arguments, strict=True):
        if letter in of_letter:
            assert argument.dtype == of_letter[letter]
            handed.append(argument.ctypes.data)
        else:
            handed.append(argument)
    function: Any = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 2, *[_KINDS[letter] for letter in letters])
    function(kernels.load([part], dtype.name)[part])(*[ctypes.create_string_buffer(8) for _ in range(2)], *handed)


def places_for(part: Part, dtype: Any) -> np.ndarray:
    """The places with the addresses of those that it calls."""
    places = np.zeros(PLACES, dtype=np.int64)
    for called, address in kernels.load([part], np.dtype(dtype).name).items():
        if called.shape.slot >= 0:
            places[called.shape.slot] = address
    return places
