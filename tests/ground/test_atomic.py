"""Files are written whole or not at all, with what was there before left alone."""

from __future__ import annotations

import errno
import io
import os
import stat

import pytest

from glassprop.errors import ModelFileError, TableError
from glassprop.ground import atomic
from glassprop.ground.atomic import check_writable, replacing


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out.bin"


def left_in(folder):
    return sorted(name.name for name in folder.iterdir())


def write(path, data, then=None):
    with replacing(path) as file:
        file.write(data)
        if then is not None:
            raise then


def test_the_file_appears_when_the_block_ends(path):
    with replacing(path) as file:
        file.write(b"new")
        assert not path.exists()
    assert path.read_bytes() == b"new"
    assert left_in(path.parent) == ["out.bin"]


def test_an_old_file_is_replaced_and_keeps_its_mode(path):
    path.write_bytes(b"old")
    path.chmod(0o640)
    with replacing(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_mode_that_open_would_give(path):
    with replacing(path) as file:
        file.write(b"new")
    plain = path.with_name("plain")
    plain.write_bytes(b"")
    assert path.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file_and_nothing_else(path, error):
    path.write_bytes(b"old")
    with pytest.raises(error):
        write(path, b"half", then=error)
    assert path.read_bytes() == b"old"
    assert left_in(path.parent) == ["out.bin"]


@pytest.mark.parametrize("place", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_nothing_and_says_so(path, monkeypatch, place):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def fail(*_):
        raise full

    if place != "write":
        monkeypatch.setattr(os, place, fail)
    with pytest.raises(ModelFileError, match="disk is full") as caught:
        write(path, b"new", then=full if place == "write" else None)
    assert "\n" not in str(caught.value)
    assert left_in(path.parent) == []


FAULTS = {
    errno.EDQUOT: "your share of the disk is used up",
    errno.EROFS: "the disk is read-only",
    errno.EIO: "error",
    errno.EFBIG: "larger than this system or process may write",
    errno.ESTALE: "stale",
}


@pytest.mark.parametrize("number", FAULTS)
def test_any_other_fault_leaves_the_old_file_and_says_what_it_was(path, number):
    path.write_bytes(b"old")
    with pytest.raises(ModelFileError, match=FAULTS[number]) as caught:
        write(path, b"half", then=OSError(number, os.strerror(number)))
    assert "; nothing was written" in str(caught.value)
    assert (path.read_bytes(), left_in(path.parent)) == (b"old", ["out.bin"])


@pytest.mark.skipif(os.name != "posix", reason="a folder that is in use cannot be removed elsewhere")
def test_the_current_folder_is_gone(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(ModelFileError, match="cannot write 'm': the current folder does not exist any more"):
        check_writable("m")


def test_a_disk_that_is_full_already_is_told_before_the_work(path, monkeypatch):
    class Full(io.BytesIO):
        def write(self, _):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    real = atomic.new_temporary

    def full(folder):
        temporary, file = real(folder)
        file.close()
        return temporary, Full()

    monkeypatch.setattr(atomic, "new_temporary", full)
    with pytest.raises(ModelFileError, match="disk is full; nothing was written, make room"):
        check_writable(path)
    assert left_in(path.parent) == []


@pytest.mark.parametrize("name", ["m" * 255, "\N{GRINNING FACE}" * 60])
def test_a_name_as_long_as_the_folder_allows(tmp_path, name):
    check_writable(tmp_path / name)
    with replacing(tmp_path / name) as file:
        file.write(b"new")
    assert left_in(tmp_path) == [name]


def test_a_link_stays_a_link(path):
    link = path.with_name("link")
    link.symlink_to(path)
    with replacing(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"


def test_a_device_is_written_not_replaced():
    check_writable("/dev/null")
    with replacing("/dev/null") as file:
        file.write(b"new")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_the_device_that_is_always_full():
    with pytest.raises(TableError, match="disk is full"), replacing("/dev/full", error=TableError) as file:
        file.write(b"new")


def test_check_writable_leaves_nothing(path):
    check_writable(path)
    assert left_in(path.parent) == []


def unwritable(tmp_path):
    (tmp_path / "file").touch()
    return {
        "no folder": (tmp_path / "no" / "m", "does not exist"),
        "a folder": (tmp_path, "is a folder"),
        "below a file": (tmp_path / "file" / "m", "is not a folder"),
        "too long": (tmp_path / ("m" * 300), "too long"),
    }


@pytest.mark.parametrize("case", ["no folder", "a folder", "below a file", "too long"])
def test_paths_that_cannot_be_written(tmp_path, case):
    path, words = unwritable(tmp_path)[case]
    with pytest.raises(ModelFileError, match=words) as caught:
        check_writable(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(ModelFileError, match=words), replacing(path):
        pass


@pytest.mark.skipif(os.name != "posix", reason="access rights of POSIX")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_no_right_to_write(path, monkeypatch, what):
    if what == "file":
        path.touch()
        monkeypatch.setattr(os, "access", lambda *_: False)
    else:

        def forbidden(*_):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

        monkeypatch.setattr(os, "open", forbidden)
    with pytest.raises(ModelFileError, match="permission denied"):
        check_writable(path)
