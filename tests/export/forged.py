"""Model files that are refused: changed by hand and sealed again, so that only what is in them can be wrong."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from export import small_reader

from glassprop.errors import ModelFileError
from glassprop.export import container
from glassprop.export.model_file import load


def forged(path, change, arrays=None):
    """The file with its document (and arrays) changed, and sealed again; an array that is None is left out."""
    document, held = small_reader.read(path)
    held = {**{name: np.array(array) for name, array in held.items()}, **(arrays or {})}
    held = {name: array for name, array in held.items() if array is not None}
    document = copy.deepcopy(document)
    change(document)
    document.pop("sha256")
    path.write_bytes(b"".join(bytes(chunk) for chunk in container.chunks(document, held)))
    return path


def refused(path, *words):
    """The one line with which `path` is refused; it names the file and contains `words`."""
    with pytest.raises(ModelFileError) as caught:
        load(path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    for word in words:
        assert word in message
    return message
