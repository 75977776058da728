"""Few bytes that would become many are weighed before anything is made of them, and refused in one line."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forging.sealing import Entry, Parts, parts_of, sealed

from glassprop import MLPClassifier, load, save
from glassprop.errors import ModelFileError
from glassprop.export.archive import array_in
from glassprop.export.model_file import read_record
from glassprop.export.schema.budget import ALLOWANCE

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "m.glassprop"


def weighed(path: Path, forge: Callable[[Parts], None], *, record_too: bool = True) -> None:
    """Forge a saved model, and see it refused for the memory that it would take."""
    X = np.random.default_rng(0).normal(size=(24, 3))
    save(MLPClassifier((3,), max_iter=2, random_state=0, engine="reference").fit(X, np.repeat(["no", "yes"], 12)), path)
    parts = parts_of(path.read_bytes())
    forge(parts)
    path.write_bytes(sealed(parts))
    for read in (load, read_record) if record_too else (load,):
        with pytest.raises(ModelFileError, match="more memory") as caught:
            read(path)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("small", ["0", "{}", "[]", '"a"', '{"a":0}', "1e9"])
def test_a_description_that_would_fill_the_memory_is_not_parsed(path: Path, small: str) -> None:
    def forge(parts: Parts) -> None:
        parts.document["record"]["more"] = "HERE"
        parts.text = parts.body().replace(b'"HERE"', b"[" + b",".join([small.encode()] * 400_000) + b"]")

    weighed(path, forge)


def test_an_object_of_very_many_keys_is_not_parsed(path: Path) -> None:
    def forge(parts: Parts) -> None:
        parts.document["record"] = dict.fromkeys(map(str, range(200_000)))

    weighed(path, forge)


def test_a_header_of_very_many_arrays_is_not_parsed(path: Path) -> None:
    def forge(parts: Parts) -> None:
        parts.arrays |= {str(k): Entry("U8", [0], b"") for k in range(30_000)}

    weighed(path, forge)


def test_a_long_text_with_one_wide_character_is_weighed_as_wide(path: Path) -> None:
    def forge(parts: Parts) -> None:
        parts.document["record"]["more"] = "\U0001f600" + "x" * ALLOWANCE

    weighed(path, forge)


def test_classes_that_would_make_a_wide_array_are_not_made(path: Path) -> None:
    """Twelve texts, one of a million characters: as an array of text, each would have a million."""

    def forge(parts: Parts) -> None:
        estimator = parts.document["model"]
        values = ["x" * 1_000_000, *map(str, range(12))]
        estimator["classes_"]["values"] = estimator["_label_binarizer"]["classes_"]["values"] = values

    weighed(path, forge, record_too=False)


def test_a_long_history_is_weighed_before_it_becomes_a_list(path: Path) -> None:
    """1,000,000 numbers are 8 MB in the file, and 32 MB as a list: that is within what a file of 8 MB may take; twice
    it is not, for then one array would count several times."""

    def forge(parts: Parts) -> None:
        for name in parts.arrays:
            if ".history." in name:
                parts.arrays[name] = Entry("F64", [700_000], bytes(5_600_000))

    weighed(path, forge, record_too=False)


def test_an_archive_of_very_many_members_is_not_listed(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for k in range(25_000):
            archive.writestr(zipfile.ZipInfo(f"{k}.bin"), b"")
    for read in (load, read_record):
        with pytest.raises(ModelFileError, match="directory is far too large"):
            read(path)


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_that_says_it_is_smaller_than_it_is(path: Path, packed: int) -> None:
    """Python's zipfile unpacks these by whole parts, whatever size the member is said to have."""
    with zipfile.ZipFile(path, "w", packed) as archive:
        archive.writestr("schema.json", bytes(100_000_000))
    data = path.read_bytes()
    assert len(data) < 20_000
    path.write_bytes(data.replace((100_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    for read in (load, read_record):
        with pytest.raises(ModelFileError, match="without a limit"):
            read(path)


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_is_read_from_an_archive_part_by_part(order: Any) -> None:
    array = np.arange(500_000.0).reshape(500, 1000).copy(order=order)
    member, buffer = io.BytesIO(), io.BytesIO()
    np.save(member, array)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", member.getvalue())
        np.testing.assert_array_equal(array_in(archive, "a.npy"), array)
