"""The command as its own process: pipes, signals, terminals, start-up, a disk that is really full."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from waiting import HANG

from glassprop.export.model_file import read_record

GLASSPROP = [sys.executable, "-m", "glassprop.cli"]
SHORT = ("train", "iris", "--recipe", "plain", "--epochs", "2")  # what is looked at is how it ends
posix = pytest.mark.skipif(os.name != "posix", reason="signals and pipes of POSIX")


def call(*args, cwd, env=None, **more):
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "TERM")}
    return subprocess.run(
        [*GLASSPROP, *map(str, args)],
        cwd=cwd,
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)} | (env or {}),
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


def test_a_table_through_a_pipe(tmp_path, iris_model):
    from glassprop.tables import read_table

    read_table("iris").frame.write_csv(tmp_path / "iris.csv")
    with open(tmp_path / "iris.csv", encoding="utf-8") as data:
        done = call("predict", iris_model, "-", cwd=tmp_path, stdin=data)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 151


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii"}, {}])
def test_no_color_and_80_columns_where_there_is_no_terminal(tmp_path, iris_model, env):
    done = call("info", iris_model, cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    if "PYTHONIOENCODING" in env:
        assert done.stdout.isascii()


@posix
@pytest.mark.parametrize("buffered", [True, False])
def test_a_reader_that_leaves_early_is_no_error(tmp_path, iris_model, buffered):
    rows = "\n".join(["sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)", *["5,3,1,0.2"] * 20000])
    (tmp_path / "many.csv").write_text(rows)
    command = [*GLASSPROP, "predict", str(iris_model), "many.csv"]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONUNBUFFERED": "" if buffered else "1",
    }
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.readline().startswith(b"prediction")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


def start_training(tmp_path, **more):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        # large enough that no engine is done before the signal comes
        [
            *GLASSPROP,
            "train",
            "digits",
            "--epochs",
            "100000",
            "--hidden",
            "1000,500",
            "--recipe",
            "plain",
            "--model",
            "m.glassprop",
        ],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,
    )


@posix
def test_sigint_while_training_saves_the_best_weights(tmp_path):
    with start_training(tmp_path) as process:
        lines = [process.stderr.readline()]
        while not lines[-1].startswith(b"epoch 1/"):
            assert lines[-1], lines
            lines.append(process.stderr.readline())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=HANG)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == b"interrupted: the best weights so far are saved in m.glassprop"
    assert b"Traceback" not in err
    assert b"accuracy" in out
    assert read_record(tmp_path / "m.glassprop")["interrupted"] is True
    assert [path.name for path in tmp_path.iterdir()] == ["m.glassprop"]


@posix
def test_a_bar_on_a_terminal(tmp_path):
    import pty

    main, sub = pty.openpty()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm", "COLUMNS": "80"}
    environment.pop("NO_COLOR", None)
    command = [*GLASSPROP, "train", "iris", "--epochs", "30", "--recipe", "plain", "--model", "m.glassprop"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=sub, stdin=subprocess.DEVNULL
    ) as process:
        os.close(sub)
        shown = read_all(main)
        out = process.stdout.read()
    os.close(main)
    assert process.returncode == 0, shown
    assert b"/30" in shown
    assert b"cost" in shown
    assert b"epoch 1/30: cost" not in shown  # the plain lines are for where there is no terminal
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
def test_a_write_that_fails_midway_leaves_nothing(tmp_path):
    import resource

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = call(*SHORT, "--model", "m.glassprop", cwd=tmp_path, preexec_fn=little_room)
    assert done.returncode == 2
    assert "accuracy" in done.stdout
    assert "cannot write 'm.glassprop'" in done.stderr.splitlines()[-1]
    assert "the model is not saved" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def into_full_device(folder, *arguments):
    """The command run in a folder, with a standard output that takes nothing."""
    with open("/dev/full", "w") as full:
        return subprocess.run(
            [*GLASSPROP, *arguments],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_device_as_output(tmp_path, iris_model):
    done = into_full_device(tmp_path, "info", str(iris_model))
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
def test_what_a_killed_training_left_is_gone_after_the_next(tmp_path):
    (tmp_path / "m.glassprop").write_bytes(b"old")
    train = (*SHORT, "--model", "m.glassprop")
    killed = subprocess.run(
        [sys.executable, "-c", SLAIN, "replace", *train],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (tmp_path / "m.glassprop").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2
    assert call(*train, cwd=tmp_path).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["m.glassprop"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_training_into_a_full_device_says_where_the_model_is(tmp_path):
    done = into_full_device(tmp_path, *SHORT)
    assert done.returncode == 2
    last = "the model is saved in 'iris.glassprop', but the scores are not printed: No space left on device"
    assert done.stderr.splitlines()[-1] == f"glassprop: {last}"
    assert read_record(tmp_path / "iris.glassprop")["scores"]


@posix
def test_a_person_at_a_terminal_is_asked_for_a_place(tmp_path):
    import pty
    import resource

    main, sub = pty.openpty()
    with subprocess.Popen(
        [*GLASSPROP, *SHORT, "--model", "m.glassprop"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TERM": "dumb"},
        stdin=sub,
        stdout=subprocess.PIPE,
        stderr=sub,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    ) as process:
        os.close(sub)
        os.write(main, b"\n/dev/null\n")
        shown = read_all(main)
        out = process.stdout.read()
    os.close(main)
    assert process.returncode == 0, shown
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
