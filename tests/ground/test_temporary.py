"""What killed writers leave is swept up by the next; what is alive, or not ours, stays."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading

import pytest

from glassprop.ground import temporary
from glassprop.ground.atomic import check_writable, replacing
from glassprop.ground.temporary import discard, new_temporary, second_name

posix = pytest.mark.skipif(temporary.fcntl is None, reason="locks of POSIX")
TWO_DAYS = 2 * 24 * 3600


def left_in(folder):
    return sorted(name.name for name in folder.iterdir())


def write(path, data=b"new"):
    with replacing(path) as file:
        file.write(data)


def leftover(folder, *, machine=None, age=0):
    """What a writer that was killed leaves, `age` seconds ago."""
    path = folder / f".glassprop-{machine or temporary._machine()}-{os.urandom(8).hex()}.tmp"
    path.write_bytes(b"half")
    written = path.stat().st_mtime - age
    os.utime(path, (written, written))
    return path


def test_the_name_is_recognized(tmp_path):
    path, file = new_temporary(tmp_path)
    assert temporary._NAME.fullmatch(path.name)
    discard(path, file)
    assert left_in(tmp_path) == []


@posix
@pytest.mark.parametrize("act", [write, check_writable])
def test_what_a_dead_writer_left_is_removed_at_once(tmp_path, act):
    for _ in range(3):
        leftover(tmp_path)
    act(tmp_path / "m")
    assert left_in(tmp_path) == (["m"] if act is write else [])


@posix
def test_rights_that_came_from_the_target_do_not_keep_it(tmp_path):
    leftover(tmp_path).chmod(0o444)
    write(tmp_path / "m")
    assert left_in(tmp_path) == ["m"]


def test_what_is_being_written_stays(tmp_path):
    with replacing(tmp_path / "a") as file:
        file.write(b"a")
        write(tmp_path / "b")
        assert len(left_in(tmp_path)) == 2
    assert left_in(tmp_path) == ["a", "b"]
    assert (tmp_path / "a").read_bytes() == b"a"


WRITER = """
import sys
from glassprop.ground.atomic import replacing
with replacing(sys.argv[1]) as file:
    file.write(b"slow")
    file.flush()
    print("writing", flush=True)
    sys.stdin.readline()
"""


def start_writer(path):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline().strip() == b"writing"
    return process


@posix
def test_another_process_that_writes_is_left_alone_until_it_is_killed(tmp_path):
    with start_writer(tmp_path / "a") as alive, start_writer(tmp_path / "b") as doomed:
        write(tmp_path / "c")
        assert len(left_in(tmp_path)) == 3
        doomed.send_signal(signal.SIGKILL)
        doomed.wait(60)
        write(tmp_path / "c")
        assert len(left_in(tmp_path)) == 2
        alive.communicate(b"\n", timeout=60)
    assert alive.returncode == 0
    assert left_in(tmp_path) == ["a", "c"]
    assert (tmp_path / "a").read_bytes() == b"slow"


MANY = """
import sys
from glassprop.ground.atomic import replacing
for i in range(60):
    with replacing(sys.argv[1 + i % 2]) as file:
        file.write(sys.argv[3].encode() * 100_000)
"""


def test_many_writers_in_one_folder(tmp_path):
    """Each sweeps while the others write, to one target and to its own: no write fails, every file is whole."""
    command = [sys.executable, "-c", MANY, str(tmp_path / "all")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    writers = [
        subprocess.Popen([*command, str(tmp_path / name), name], env=environment, stderr=subprocess.PIPE)
        for name in "abcd"
    ]
    faults = [writer.communicate(timeout=120)[1] for writer in writers]
    assert faults == [b""] * 4
    assert left_in(tmp_path) == ["a", "all", "b", "c", "d"]
    for path in tmp_path.iterdir():
        data = path.read_bytes()
        assert data == data[:1] * 100_000


def test_threads_of_one_process(tmp_path):
    faults = []

    def work(name):
        try:
            for _ in range(30):
                write(tmp_path / name, name.encode())
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert left_in(tmp_path) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "name",
    [
        ".0123456789abcdef.tmp",
        ".glassprop-cache.tmp",
        ".glassprop-0123abcd-0123456789abcdef.tmp~",
        "my.glassprop-0123abcd-0123456789abcdef.tmp",
        ".glassprop-0123ABCD-0123456789abcdef.tmp",
        ".glassprop-0123abcd-0123456789abcdef0.tmp",
    ],
)
def test_names_that_are_not_ours(tmp_path, name):
    (tmp_path / name).write_bytes(b"precious")
    os.utime(tmp_path / name, (0, 0))
    write(tmp_path / "m")
    assert left_in(tmp_path) == sorted(["m", name])


@posix
@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_what_only_has_such_a_name(tmp_path, kind):
    path, precious = leftover(tmp_path), tmp_path / "precious"
    precious.write_bytes(b"precious")
    path.unlink()
    {"folder": path.mkdir, "link": lambda: path.symlink_to(precious), "pipe": lambda: os.mkfifo(path)}[kind]()
    write(tmp_path / "m")
    assert left_in(tmp_path) == [path.name, "m", "precious"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_another_user_s_file_stays(tmp_path):
    path = leftover(tmp_path, age=TWO_DAYS)
    os.chown(path, 12345, -1)
    write(tmp_path / "m")
    assert left_in(tmp_path) == [path.name, "m"]


def no_locks(monkeypatch, how):
    if how == "windows":
        monkeypatch.setattr(temporary, "fcntl", None)
    elif how == "refused":

        def refused(*_):
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr(temporary.fcntl, "flock", refused)


@pytest.mark.parametrize(
    "how", ["windows", pytest.param("refused", marks=posix), pytest.param("other machine", marks=posix)]
)
def test_where_locks_say_nothing_a_day_must_have_passed(tmp_path, monkeypatch, how):
    no_locks(monkeypatch, how)
    machine = "0123abcd" if how == "other machine" else None
    ages = (TWO_DAYS / 4, TWO_DAYS)
    young, _ = (leftover(tmp_path, machine=machine, age=age) for age in ages)
    write(tmp_path / "m")
    assert left_in(tmp_path) == [young.name, "m"]


@posix
def test_another_machine_s_lock_is_kept_where_it_is_seen(tmp_path):
    path = leftover(tmp_path, machine="0123abcd", age=TWO_DAYS)
    with open(path, "rb") as file:
        temporary.fcntl.flock(file, temporary.fcntl.LOCK_EX)
        write(tmp_path / "m")
        assert path.exists()
    write(tmp_path / "m")
    assert left_in(tmp_path) == ["m"]


def test_time_is_the_folder_s(tmp_path, monkeypatch):
    """A machine whose clock is years ahead does not take what others are writing for old."""
    no_locks(monkeypatch, "windows")
    path = leftover(tmp_path)
    monkeypatch.setattr(temporary.time, "time", lambda: 1e12)
    write(tmp_path / "m")
    assert path.exists()


@posix
@pytest.mark.parametrize("sweeper", ["has it locked", "has removed it"])
def test_a_file_that_is_swept_up_before_it_is_locked_is_made_anew(tmp_path, monkeypatch, sweeper):
    lock, seen = temporary._lock, []

    def late(handle):
        seen.append(handle)
        if len(seen) == 1:
            (path,) = tmp_path.iterdir()
            if sweeper == "has it locked":
                other = os.open(path, os.O_RDONLY)
                assert lock(other)
                assert lock(handle) is False
                os.unlink(path)
                os.close(other)
                return False
            os.unlink(path)
        return lock(handle)

    monkeypatch.setattr(temporary, "_lock", late)
    path, file = new_temporary(tmp_path)
    assert path.exists()
    discard(path, file)
    assert left_in(tmp_path) == []


@posix
@pytest.mark.parametrize("links", [True, False])
def test_a_second_name_is_alive_and_has_the_contents(tmp_path, monkeypatch, links):
    if not links:

        def none(*_):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr(os, "link", none)
    (tmp_path / "m").write_bytes(b"old")
    (tmp_path / "m").chmod(0o640)
    path, file = second_name(tmp_path / "m")
    write(tmp_path / "other")
    assert path.read_bytes() == b"old"
    assert path.stat().st_mode == (tmp_path / "m").stat().st_mode
    discard(path, file)
    assert left_in(tmp_path) == ["m", "other"]


def test_a_folder_that_cannot_be_listed_is_written_all_the_same(tmp_path, monkeypatch):
    def forbidden(*_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "listdir", forbidden)
    write(tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == b"new"
