"""Files that belong together are written all or none, whatever fails, and the message is true."""

from __future__ import annotations

import errno
import os
import stat

import pytest

from glassprop.errors import DataError, ModelFileError
from glassprop.ground import draft
from glassprop.ground.atomic import replacing, write_together


def pair(tmp_path, data=b"new"):
    return {str(tmp_path / name): data + name.encode() for name in ("a", "b")}


def state(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def failing(monkeypatch, call, number, fault, *, late=False, owner=os):
    """Let the call with that number, counted from 0, fail, and no other; `late`: once it has done its work."""
    real, count = getattr(owner, call), [0]

    def sometimes(*args, **more):
        count[0] += 1
        if count[0] == number + 1 and not late:
            raise fault
        result = real(*args, **more)
        if count[0] == number + 1:
            raise fault
        return result

    monkeypatch.setattr(owner, call, sometimes)


def test_all_are_written(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    write_together(pair(tmp_path))
    assert state(tmp_path) == {"a": b"newa", "b": b"newb"}


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "full"), OSError(errno.EIO, "broken"), KeyboardInterrupt()])
@pytest.mark.parametrize("old", ["", "a", "b", "ab"])
@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("call", ["replace", "fsync", "new_temporary"])
def test_a_fault_leaves_what_was_there(tmp_path, monkeypatch, call, number, old, fault):
    for name in old:
        (tmp_path / name).write_bytes(b"old")
    before = state(tmp_path)
    failing(monkeypatch, call, number, fault, owner=draft if call == "new_temporary" else os)
    with pytest.raises(DataError if isinstance(fault, OSError) else KeyboardInterrupt) as caught:
        write_together(pair(tmp_path), error=DataError)
    assert state(tmp_path) == before
    if isinstance(fault, OSError):
        assert f"cannot write {str(tmp_path / 'ab'[number])!r}: " in str(caught.value)
        assert "; nothing was written" in str(caught.value)


@pytest.mark.parametrize("old", ["", "a", "b", "ab"])
@pytest.mark.parametrize("number", [0, 1])
def test_ctrl_c_just_after_a_rename(tmp_path, monkeypatch, number, old):
    for name in old:
        (tmp_path / name).write_bytes(b"old")
    before = state(tmp_path)
    failing(monkeypatch, "replace", number, KeyboardInterrupt(), late=True)
    with pytest.raises(KeyboardInterrupt):
        write_together(pair(tmp_path))
    assert state(tmp_path) == before


def test_after_a_fault_an_old_file_is_the_same_one(tmp_path, monkeypatch):
    """Its other names, its owner and its rights are what they were."""
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(0o600)
    os.link(tmp_path / "a", tmp_path / "also a")
    failing(monkeypatch, "replace", 1, OSError(errno.EIO, "broken"))
    with pytest.raises(ModelFileError):
        write_together(pair(tmp_path))
    assert (tmp_path / "a").samefile(tmp_path / "also a")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_where_there_are_no_hard_links_a_copy_comes_back(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"old")
    failing(monkeypatch, "link", 0, OSError(errno.EPERM, "no links"))
    failing(monkeypatch, "replace", 1, OSError(errno.EIO, "broken"))
    with pytest.raises(ModelFileError, match="nothing was written"):
        write_together(pair(tmp_path))
    assert state(tmp_path) == {"a": b"old"}


def test_what_cannot_be_put_back_is_named(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"old")
    count = [0]
    real = os.replace

    def once(*args):
        count[0] += 1
        if count[0] > 1:
            raise OSError(errno.EIO, "broken")
        real(*args)

    monkeypatch.setattr(os, "replace", once)
    with pytest.raises(ModelFileError, match=r"nothing was written, but for '.*a', which could not be put back"):
        write_together(pair(tmp_path))
    assert state(tmp_path) == {"a": b"newa"}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_device_among_them(tmp_path):
    (tmp_path / "full").symlink_to("/dev/full")
    files = {str(tmp_path / "a"): b"new", str(tmp_path / "full"): b"new", str(tmp_path / "b"): b"new"}
    with pytest.raises(ModelFileError, match="disk is full") as caught:
        write_together(files)
    assert "nothing was written" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EBUSY])
def test_where_open_files_cannot_be_renamed(tmp_path, monkeypatch, number):
    failing(monkeypatch, "replace", 0, OSError(number, "in use"))
    with replacing(tmp_path / "a") as file:
        file.write(b"new")
    assert state(tmp_path) == {"a": b"new"}
