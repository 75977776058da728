"""The command as its own process: pipes, signals, terminals, start-up, a disk that is really full."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile

import pytest
from waiting import HANG
from warm_process import COMMAND, started

from glassprop.export.model_file import read_record

GLASSPROP = [sys.executable, "-m", "glassprop.cli"]
SHORT = ("train", "iris", "--recipe", "plain", "--epochs", "2")  # what is looked at is how it ends
posix = pytest.mark.skipif(os.name != "posix", reason="signals and pipes of POSIX")


LITTLE_ROOM = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));" + COMMAND


@pytest.fixture(autouse=True)
def no_colors_asked(monkeypatch):
    """What is asked of colors is what a test asks."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)


def call(*args, cwd, env=None, **more):
    return subprocess.run(
        [*GLASSPROP, *map(str, args)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | (env or {}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=HANG,
        **more,
    )


def test_help_imports_nothing_heavy(tmp_path):
    """Importing is what takes long: beside the standard library only what draws the help, of ours only what it says."""
    code = (
        "import sys; from glassprop.cli import main; main(['--help']); main(['train', '--help'])\n"
        "heavy = {'numpy', 'scipy', 'sklearn', 'polars', 'skops', 'numba', 'pandas'} & set(sys.modules)\n"
        "ours = {name.split('.')[1] for name in sys.modules if name.startswith('glassprop.')}\n"
        "ours -= {'cli', 'errors', 'ground'}\n"
        "many = len(sys.modules) if len(sys.modules) > 600 else 0\n"
        "sys.exit(f'imported: {heavy | ours}, {many}' if heavy or ours or many else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_table_through_a_pipe(tmp_path, iris_model, warm):
    from glassprop.tables import read_table

    read_table("iris").frame.write_csv(tmp_path / "iris.csv")
    with (
        open(tmp_path / "iris.csv", encoding="utf-8") as data,
        open(tmp_path / "out", "wb") as out,
        open(tmp_path / "err", "wb") as err,
    ):
        streams = [one.fileno() for one in (data, out, err)]
        assert warm.start(COMMAND, "predict", str(iris_model), "-", cwd=tmp_path, streams=streams).wait() == 0
    assert (tmp_path / "err").read_bytes() == b""
    assert (tmp_path / "out").read_bytes().count(b"\n") == 151


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii"}, {}])
def test_no_color_and_80_columns_where_there_is_no_terminal(tmp_path, iris_model, warm, env):
    done = warm.run(COMMAND, "info", str(iris_model), cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    if "PYTHONIOENCODING" in env:
        assert done.stdout.isascii()


MANY = "\n".join(["sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)", *["5,3,1,0.2"] * 20000])


@posix
def test_a_reader_that_leaves_early_is_no_error(tmp_path, iris_model):
    (tmp_path / "many.csv").write_text(MANY)
    command = [*GLASSPROP, "predict", str(iris_model), "many.csv"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("PYTHONUNBUFFERED", None)
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.readline().startswith(b"prediction")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


@posix
def test_nor_is_it_one_where_nothing_is_held_back(tmp_path, iris_model, warm):
    (tmp_path / "many.csv").write_text(MANY)
    with started(warm, COMMAND, "predict", str(iris_model), "many.csv", cwd=tmp_path) as (process, out, err):
        assert out.readline().startswith(b"prediction")
        out.close()
        assert err.read() == b""
        assert process.wait() == 141


@posix
def test_sigint_while_training_saves_the_best_weights(tmp_path, warm):
    # large enough that no engine is done before the signal comes
    train = ("train", "digits", "--epochs", "100000", "--hidden", "1000,500", "--recipe", "plain")
    with started(warm, COMMAND, *train, "--model", "m.glassprop", cwd=tmp_path) as (process, out, err):
        lines = [err.readline()]
        while not lines[-1].startswith(b"epoch 1/"):
            assert lines[-1], lines
            lines.append(err.readline())
        os.kill(process.pid, signal.SIGINT)
        said = err.read()
        assert process.wait() == 130, said
        assert b"accuracy" in out.read()
    assert said.splitlines()[-1] == b"interrupted: the best weights so far are saved in m.glassprop"
    assert b"Traceback" not in said
    assert read_record(tmp_path / "m.glassprop")["interrupted"] is True
    assert [path.name for path in tmp_path.iterdir()] == ["m.glassprop"]


def on_terminal(warm, code, *argv, cwd, typed=None, env):
    """Run code whose standard error is a terminal, and its input, too, where something is typed."""
    import pty

    main, sub = pty.openpty()
    with open(os.devnull) as nothing, tempfile.TemporaryFile() as out:
        streams = [nothing.fileno() if typed is None else sub, out.fileno(), sub]
        process = warm.start(code, *argv, cwd=cwd, streams=streams, env=env)
        os.close(sub)
        os.write(main, typed or b"")
        shown = read_all(main)
        os.close(main)
        assert process.wait() == 0, shown
        out.seek(0)
        return shown, out.read()


@posix
def test_a_bar_on_a_terminal(tmp_path, warm):
    train = ("train", "iris", "--epochs", "30", "--recipe", "plain", "--model", "m.glassprop")
    shown, out = on_terminal(warm, COMMAND, *train, cwd=tmp_path, env={"TERM": "xterm", "COLUMNS": "80"})
    assert b"/30" in shown
    assert b"cost" in shown
    assert b"epoch 1/30: cost" not in shown  # the plain lines are for where there is no terminal
    assert b"\x1b" in shown
    assert b"\x1b" not in out


def read_all(handle):
    data = b""
    while True:
        try:
            piece = os.read(handle, 65536)
        except OSError:  # Linux says so when the other side of a terminal is closed
            return data
        if not piece:
            return data
        data += piece


@posix
def test_a_write_that_fails_midway_leaves_nothing(tmp_path, warm):
    done = warm.run(LITTLE_ROOM, *SHORT, "--model", "m.glassprop", cwd=tmp_path)
    assert done.returncode == 2
    assert "accuracy" in done.stdout
    assert "cannot write 'm.glassprop'" in done.stderr.splitlines()[-1]
    assert "the model is not saved" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_device_as_output(tmp_path, iris_model):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*GLASSPROP, "info", str(iris_model)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "glassprop: cannot read or write standard output: No space left on device\n"


def test_a_missing_package_is_named_with_what_to_install(tmp_path):
    code = "import sys; sys.modules['cyclopts'] = None; from glassprop.cli import main; sys.exit(main([]))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "glassprop: the command line needs cyclopts: pip install 'glassprop[cli]'\n"


SLAIN = """
import os, signal, sys
from glassprop.cli import main

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

import glassprop.tables
real = glassprop.tables.fit_table
def fit(*args, **more):
    outcome = real(*args, **more)
    setattr(os, sys.argv[1], die)
    return outcome
glassprop.tables.fit_table = fit
main(sys.argv[2:])
"""


@posix
def test_what_a_killed_training_left_is_gone_after_the_next(tmp_path, warm):
    (tmp_path / "m.glassprop").write_bytes(b"old")
    train = (*SHORT, "--model", "m.glassprop")
    killed = warm.run(SLAIN, "replace", *train, cwd=tmp_path)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (tmp_path / "m.glassprop").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2
    assert warm.run(COMMAND, *train, cwd=tmp_path).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["m.glassprop"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_training_into_a_full_device_says_where_the_model_is(tmp_path, warm):
    with open("/dev/full", "w") as full, open(os.devnull) as nothing, open(tmp_path / "err", "wb") as err:
        process = warm.start(COMMAND, *SHORT, cwd=tmp_path, streams=[one.fileno() for one in (nothing, full, err)])
        assert process.wait() == 2
    last = "the model is saved in 'iris.glassprop', but the scores are not printed: No space left on device"
    assert (tmp_path / "err").read_text().splitlines()[-1] == f"glassprop: {last}"
    assert read_record(tmp_path / "iris.glassprop")["scores"]


@posix
def test_a_person_at_a_terminal_is_asked_for_a_place(tmp_path, warm):
    train = (*SHORT, "--model", "m.glassprop")
    typed = b"\n/dev/null\n"
    shown, out = on_terminal(warm, LITTLE_ROOM, *train, cwd=tmp_path, typed=typed, env={"TERM": "dumb"})
    assert shown.count(b"Make room and press Enter to try 'm.glassprop' again") == 2
    assert b"accuracy" in out
    assert out.rstrip().endswith(b"Model: /dev/null")
    assert list(tmp_path.iterdir()) == []


@posix
def test_closed_streams_lose_no_model(tmp_path):
    def close():
        os.close(1)
        os.close(2)

    done = call(*SHORT, cwd=tmp_path, preexec_fn=close)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert read_record(tmp_path / "iris.glassprop")["scores"]
