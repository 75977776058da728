"""What is handed to other processes comes back as it was: bits of numbers, texts of any kind, empty arrays."""

from __future__ import annotations

import numpy as np
import pytest

from glassprop.tables.streaming.plain_bytes import as_numbers, of_bytes, of_numbers, to_bytes


def test_all_of_it_comes_back():
    odd = np.array([np.nan, -0.0, np.inf, 5e-324, 1.5])
    odd[:1].view(np.uint64)[0] |= 7  # a NaN with a payload
    value = {"a": [1, None, "ß\ud800\0", {"b": odd, "c": np.array([], np.int64)}], "": {}, "n": 2**60, "x": 0.1}
    found = of_bytes(to_bytes(value))
    assert found["a"][3]["b"].tobytes() == odd.tobytes()
    assert (found["a"][3]["c"].dtype, found["a"][3]["c"].shape) == (np.int64, (0,))
    assert found["a"][:3] == value["a"][:3]
    assert (found["n"], found["x"], found[""]) == (2**60, 0.1, {})
    found["a"][3]["b"][0] = 1.0  # it is the receiver's own


@pytest.mark.parametrize("parts", [[], [b""], [b"a", b"", b"12345678", b"123456789"]])
def test_bytes_go_as_numbers(parts):
    vector = as_numbers(parts)
    assert vector.dtype == np.float64
    assert of_numbers(vector.copy()) == parts


@pytest.mark.parametrize("array", [np.zeros((2, 2)), np.zeros(2, np.float32)])
def test_other_arrays_are_refused(array):
    with pytest.raises(TypeError, match="one axis"):
        to_bytes({"a": array})
