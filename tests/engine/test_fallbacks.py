"""What is missing, broken, read-only or cold: everything still works, and people are told what they need to know.

Each of these needs a Python of its own. The real kernels are compiled anew in ``test_first_process``.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from waiting import HANG

WORKS = """
import numpy as np
from glassprop import Layer, Network
from glassprop.engine.choose import choose
from glassprop.errors import SettingsError
from glassprop.training.train_settings import Settings

network = Network(3, [Layer(5, "tanh"), Layer(2, "softmax")], "cross_entropy")
rng = np.random.default_rng(0)
theta, X, Y = network.initial(rng), rng.normal(size=(50, 3)), np.eye(2)[rng.integers(2, size=50)]
large = Settings(epochs=10**6, tol=9.0, patience=1)  # by its settings: it soon ends
state = network.train(theta, X, Y, settings=large, rng=rng)
assert np.allclose(network.predict(state.theta, X), network.forward(state.theta, X).a[-1])
print(state.engine)
print(state.engine_why)
try:
    network.train(theta, X, Y, settings=Settings(epochs=3, engine="compiled"), rng=rng)
except SettingsError as error:
    print(error)
"""

ESTIMATOR = """
import sys
sys.modules["numba"] = None
import numpy as np
from glassprop import MLPRegressor
rng = np.random.default_rng(0)
X = rng.normal(size=(60, 3))
model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=10**6, verbose=True, random_state=0, tol=0.01).fit(X, X[:, 0])
print(model.engine_, model.predict(X).shape)
"""

AT_EXIT = """
import atexit
import numpy as np
from glassprop import Layer, Network

network = Network(64, [Layer(64), Layer(64), Layer(1, "identity")])
theta, X = network.initial(np.random.default_rng(0)), np.ones((20_000, 64))
network.predict(theta, X)
atexit.register(lambda: print(network.predict(theta, X).shape))
"""


def python(code: str, *, first: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own. first: a line to run before it."""
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", first + "\n" + code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=2 * HANG,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


# --- Numba or BLIS missing or broken ---------------------------------------------------------------------------


@pytest.mark.parametrize("package", ["numba", "llvmlite"])
def test_a_missing_package_is_done_without(package: str) -> None:
    done = python(WORKS, first=f"import sys; sys.modules['{package}'] = None")
    engine, why, refusal = done.stdout.strip().splitlines()
    assert engine == "reference"
    assert why.startswith("the reference engine: its kernels cannot be loaded (ModuleNotFoundError: ")
    assert package in why
    assert refusal.startswith("engine='compiled' cannot run this: its kernels cannot be loaded")
    assert done.stderr == ""


@pytest.mark.parametrize("package", ["numba"])
def test_a_package_that_fails_while_it_is_imported_is_done_without(package: str, tmp_path: Path) -> None:
    """As Numba does under a NumPy that is newer than it knows."""
    broken = tmp_path / package
    broken.mkdir()
    (broken / "__init__.py").write_text('raise RuntimeError("needs another NumPy\\nas this long text says")\n')
    done = python(WORKS, first=f"import sys; sys.path.insert(0, {str(tmp_path)!r})")
    engine, why, refusal = done.stdout.strip().splitlines()
    assert engine == "reference"
    assert why == "the reference engine: its kernels cannot be loaded (RuntimeError: needs another NumPy)"
    assert "RuntimeError: needs another NumPy" in refusal


def test_an_older_package_that_lacks_something_is_done_without(tmp_path: Path) -> None:
    old = tmp_path / "numba"
    old.mkdir()
    (old / "__init__.py").write_text("def njit(*arguments, **options):\n    return lambda function: function\n")
    done = python(WORKS, first=f"import sys; sys.path.insert(0, {str(tmp_path)!r})")
    assert done.stdout.splitlines()[0] == "reference"


def test_numba_that_is_told_not_to_compile_is_done_without() -> None:
    """People set this to debug or to measure coverage; kernels cannot run as plain Python."""
    assert python(WORKS, NUMBA_DISABLE_JIT="1").stdout.splitlines()[0] == "reference"


def test_the_estimator_says_why_it_does_without() -> None:
    done = python(ESTIMATOR)
    assert done.stdout.splitlines()[-1] == "reference (60,)"
    assert "glassprop: the reference engine: its kernels cannot be loaded (ModuleNotFoundError: " in done.stderr
    assert "compiling" not in done.stderr


def test_predicting_while_python_shuts_down_works() -> None:
    """No threads can be started by then."""
    assert python(AT_EXIT).stdout.strip() == "(20000, 1)"


# --- what importing loads ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "import glassprop",
        "from glassprop import Network, Layer, Activation, Cost, check_gradient",
        "from glassprop import Layer, Network; Network(2, [Layer(3)]).sizes",
        "import glassprop.cli",
    ],
)
def test_nothing_loads_numba_before_it_is_needed(code: str) -> None:
    heavy = ("numba", "llvmlite", "blis", "polars", "sklearn")
    done = python(f"import sys\n{code}\nprint([name for name in {heavy} if name in sys.modules])")
    assert done.stdout.strip() == "[]"


def test_importing_the_package_loads_not_even_numpy() -> None:
    done = python(
        "import sys, glassprop; print([name for name in ('numpy', 'scipy', 'sklearn') if name in sys.modules])"
    )
    assert done.stdout.strip() == "[]"


# --- the cache ---------------------------------------------------------------------------------------------------


def add_one(x):
    """Stands in for the kernels: compiled at once."""
    x[0] += 1


class Small:
    """A small part where the kernels would be, in a folder of its own; each call is that of a new process."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, monkeypatch
        self.told: list[str] = []
        self.compiled = 0

    @property
    def cache(self) -> Path:
        return self.folder / "__pycache__"

    def __call__(self) -> str:
        """Compile or load it and run it; returns which it was."""
        from engine.part_calls import call

        from glassprop.engine.compiled import kernels
        from glassprop.engine.compiled.part import Shape

        def counted(*arguments: Any) -> Any:
            self.compiled += 1
            return compiled(*arguments)

        compiled, before = kernels.compiled, self.compiled
        self._patch.setattr(kernels, "BESIDE", self.folder)
        self._patch.setattr(kernels, "_READY", {})
        self._patch.setattr(kernels, "_TOLD", set())
        self.told.clear()
        x = np.zeros(1)
        with self._patch.context() as patch, kernels.told_of_compiling(self.told.append):
            patch.setattr(kernels, "compiled", counted)
            call(Shape("D").part()(add_one), float, x)
        assert x[0] == 1
        return "compiled" if self.compiled > before else "loaded"

    def files(self, pattern: str) -> list[Path]:
        return sorted(self.cache.glob(pattern))


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    from glassprop.engine.compiled import kernels

    folder = tmp_path / "package"
    folder.mkdir()
    for name in ("GLASSPROP_CACHE_DIR", "NUMBA_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(kernels, "_FEW", 0)  # of which nothing is said
    monkeypatch.setattr(kernels, "_SOON", np.inf)
    users_folder_is(tmp_path / "user", monkeypatch)
    return Small(folder, monkeypatch)


FIRST = "glassprop: compiling its kernels for this machine, once; later runs load them"


def users_folder_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE"):
        monkeypatch.setenv(name, str(path))


def test_kernels_are_loaded_from_the_cache(small: Small) -> None:
    assert small() == "compiled"
    assert small.told == [FIRST]
    (file,) = small.files("*")
    assert file.name.startswith("test_fallbacks.add_one-float64-")
    assert small() == "loaded"
    assert small.told == []


def test_a_change_in_any_source_compiles_anew(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    from glassprop.engine.compiled import kernels

    small()
    monkeypatch.setattr(kernels, "_DIGEST", "of other sources")
    assert small() == "compiled"
    assert small() == "loaded"


DAMAGES: dict[str, Any] = {
    "empty": lambda whole: b"",
    "cut short": lambda whole: whole[: len(whole) // 2],
    "a byte flipped": lambda whole: whole[:-200] + bytes([whole[-200] ^ 1]) + whole[-199:],
    "its first byte flipped": lambda whole: bytes([whole[0] ^ 255]) + whole[1:],
    "nonsense": lambda whole: b"\x80\x05nonsense",
    "another pickle": lambda whole: pickle.dumps(["something", "else"]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_mended(small: Small, damage: str) -> None:
    """By the next process, which says so; the one after it loads what that has written."""
    small()
    (damaged,) = small.files("*.part")
    damaged.write_bytes(DAMAGES[damage](damaged.read_bytes()))
    assert small() == "compiled"
    (line,) = small.told
    assert line.startswith(f"glassprop: compiling its kernels again: those in {small.cache} were damaged")
    assert "once" not in line
    assert small() == "loaded"
    assert small.told == []


def test_a_file_that_is_missing_or_unreadable_is_mended(small: Small) -> None:
    """A link to nowhere cannot be read, not even by the administrator."""
    small()
    for unreadable in (False, True):
        (file,) = small.files("*.part")
        file.unlink()
        if unreadable:
            file.symlink_to(small.folder / "nowhere" / "at all")
        assert small() == "compiled"
        assert small() == "loaded"


def test_beside_a_file_that_cannot_be_mended_the_users_folder_serves(small: Small) -> None:
    """A folder stands in its place, which no file can replace."""
    small()
    (file,) = small.files("*.part")
    file.unlink()
    file.mkdir()
    assert small() == "compiled"
    assert "were damaged; later runs load the new ones" in small.told[-1]
    assert small() == "loaded"


def test_a_file_that_cannot_be_mended_is_done_without_and_said(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small()
    (file,) = small.files("*.part")
    file.unlink()
    file.mkdir()
    (tmp_path / "file").write_text("a file")
    users_folder_is(tmp_path / "file" / "below", monkeypatch)
    for _ in range(2):
        assert small() == "compiled"
        assert "as every run must: there is no folder to cache them in; set GLASSPROP_CACHE_DIR to" in small.told[-1]


def sealed_anew(file: Path, change: Any) -> None:
    """Change what is in a file, and seal it."""
    from glassprop.engine.compiled import cache

    file.write_bytes(cache._sealed(change(cache._opened(file.read_bytes()))))


CHANGES: dict[str, Any] = {
    "of another function": lambda code: code._replace(symbol="another"),
    "in want of what no process has": lambda code: code._replace(needs=["a_function_that_is_not"]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whole_files_that_cannot_be_loaded_are_mended(small: Small, change: Any) -> None:
    """Whole by their seal, and nothing that can be run: as by another version."""
    small()
    sealed_anew(small.files("*.part")[0], change)
    assert small() == "compiled"
    assert "were damaged" in small.told[-1]
    assert small() == "loaded"


def nowhere(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nowhere to write: a file stands where each folder would be, which stops even the system's administrator."""
    small.cache.write_text("a file")
    (tmp_path / "file").write_text("a file")
    users_folder_is(tmp_path / "file" / "below", monkeypatch)


def test_a_folder_that_cannot_be_written_is_done_without(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere(small, tmp_path, monkeypatch)
    for _ in range(2):
        assert small() == "compiled"
        (line,) = small.told
        assert "as every run must: there is no folder to cache them in; set GLASSPROP_CACHE_DIR" in line
        assert "once" not in line
    assert small.cache.is_file()


def test_a_cache_dir_that_cannot_be_made_is_done_without(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("a file")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "below"))
    assert small() == "compiled"
    assert small() == "loaded"  # beside the source


# --- a folder that is set, shipped, read-only, or another machine's -------------------------------------------------


def only_to_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can write there any more, not even the system's administrator, whom no permissions stop."""
    import tempfile

    before = tempfile.TemporaryFile

    def refused(*arguments: Any, dir: Any, **named: Any) -> Any:
        if Path(dir).is_relative_to(folder):
            raise PermissionError("a read-only file system")
        return before(*arguments, dir=dir, **named)

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_folder_that_is_set_is_where_kernels_lie(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies elsewhere is not enough, so that a folder which is to be shipped is filled."""
    small()
    monkeypatch.setenv("GLASSPROP_CACHE_DIR", str(tmp_path / "kernels"))
    assert small() == "compiled"
    assert small.told == [FIRST]
    assert [path.suffix for path in (tmp_path / "kernels").rglob("*.*")] == [".part"]
    assert small() == "loaded"


def test_our_folder_goes_before_numbas(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "numbas"))
    monkeypatch.setenv("GLASSPROP_CACHE_DIR", str(tmp_path / "ours"))
    small()
    assert contents(tmp_path / "ours")
    assert not (tmp_path / "numbas").exists()
    monkeypatch.delenv("GLASSPROP_CACHE_DIR")
    assert small() == "compiled"
    assert contents(tmp_path / "numbas")


def test_a_shipped_folder_serves_a_package_that_lies_elsewhere(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copied to where it cannot be written to: it is read, and nothing in it changes."""
    import shutil

    monkeypatch.setenv("GLASSPROP_CACHE_DIR", str(tmp_path / "built"))
    small()
    shipped, elsewhere = tmp_path / "shipped", tmp_path / "site-packages"
    shutil.copytree(tmp_path / "built", shipped)
    shutil.rmtree(tmp_path / "built")
    shutil.copytree(small.folder, elsewhere)
    small.folder = elsewhere
    only_to_be_read(shipped, monkeypatch)
    before = contents(shipped)
    monkeypatch.setenv("GLASSPROP_CACHE_DIR", str(shipped))
    assert small() == "loaded"
    assert small.told == []
    assert contents(shipped) == before
    assert not small.cache.exists()


def test_a_package_folder_that_can_only_be_read_is_used(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an image that was built with the kernels."""
    small()
    only_to_be_read(small.cache, monkeypatch)
    assert small() == "loaded"


def of_another_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    from numba.core.codegen import JITCPUCodegen

    monkeypatch.setattr(JITCPUCodegen, "magic_tuple", lambda self: ("a triple", "another processor", ""))


def of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    from glassprop.engine.compiled import kernels

    monkeypatch.setattr(kernels, "_DIGEST", "of other sources")


@pytest.mark.parametrize("written", ["can be written", "can only be read"])
@pytest.mark.parametrize("change", [of_another_processor, of_another_version])
def test_kernels_of_another_machine_are_compiled_anew_with_one_notice(
    small: Small, change: Any, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped"
    monkeypatch.setenv("GLASSPROP_CACHE_DIR", str(shipped))
    small()
    before = contents(shipped)
    if written == "can only be read":
        only_to_be_read(shipped, monkeypatch)
    change(monkeypatch)
    assert small() == "compiled"
    (line,) = small.told
    assert line.startswith(f"glassprop: compiling its kernels again: those in {shipped}")
    assert line.endswith("are for another processor or version; later runs load the new ones")
    assert small() == "loaded"
    assert small.told == []
    changed = [name for name, data in contents(shipped).items() if before.get(name) != data]
    assert bool(changed) == (written == "can be written")


def test_machines_of_two_kinds_share_a_folder(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSPROP_CACHE_DIR", str(tmp_path / "shared"))
    small()
    for change in (of_another_processor, of_another_version):
        with monkeypatch.context() as patch:
            change(patch)
            assert small() == "compiled"
            assert small() == "loaded"
        assert small() == "loaded"


def test_a_disk_that_is_full_costs_no_second_compile(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    def full(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        assert small() == "compiled"
        assert small.compiled == 1
        assert "No space left on device): later runs compile too" in small.told[-1]
    assert small.files("*") == []
    assert small() == "compiled"
    assert small() == "loaded"


def test_twenty_threads_compile_once_and_say_it_once(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from glassprop.engine.compiled import kernels
    from glassprop.engine.compiled.part import Shape

    nowhere(small, tmp_path, monkeypatch)
    small()
    small.told.clear()
    monkeypatch.setattr(kernels, "_READY", {})
    monkeypatch.setattr(kernels, "_TOLD", set())
    part = Shape("D").part()(add_one)
    begin, found = threading.Barrier(20), []

    def work() -> None:
        begin.wait(60)
        with kernels.told_of_compiling(small.told.append):
            found.append(kernels.load([part], "float64")[part])

    workers = [threading.Thread(target=work) for _ in range(20)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 20
    assert len(set(found)) == 1
    assert len(small.told) == 1


def test_a_few_parts_more_are_compiled_without_a_word(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by a network with another activation: it takes less time than to read of it."""
    from glassprop.engine.compiled import kernels

    monkeypatch.setattr(kernels, "_FEW", 1)
    assert small() == "compiled"
    assert small.told == []


def test_compiling_that_takes_long_tells_how_far_it_is(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    from glassprop.engine.compiled import kernels

    monkeypatch.setattr(kernels, "_SOON", -1.0)
    small()
    first, progress = small.told
    assert first == FIRST
    assert (progress, progress.done, progress.of) == ("glassprop: compiling its kernels: 1 of 1 parts", 1, 1)


def test_where_no_cache_can_be_kept_people_are_told_what_the_reference_engine_saves(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seconds that follow from the shapes; nothing, where compiling is worth it. The choice stays the same."""
    from glassprop import Layer, Network
    from glassprop.backprop.objective import Objective
    from glassprop.engine.choose import choose
    from glassprop.engine.compiled import engine, kernels
    from glassprop.engine.compiled.part import Shape
    from glassprop.engine.plan import Data
    from glassprop.engine.worth import COMPILING, Amount, seconds_of_training
    from glassprop.optimizer import Adam

    nowhere(small, tmp_path, monkeypatch)
    small()
    part = Shape("D").part()(add_one)
    monkeypatch.setattr(engine.CompiledEngine, "load", lambda self, dtype: kernels.load([part], "float64"))
    network = Network(2, [Layer(8), Layer(1, "identity")])
    data, theta = Data(np.ones((9, 2)), np.ones((9, 1))), network.initial(np.random.default_rng(0))
    for amount, saved in (
        (Amount(100, 100, 9), ", or use engine='reference', which compiles nothing and saves about {} seconds here"),
        (Amount(10**6, 100, 9), ""),
        (None, ", or use engine='reference', which compiles nothing"),
    ):
        told: list[str] = []
        monkeypatch.setattr(kernels, "_READY", {})
        monkeypatch.setattr(kernels, "_TOLD", set())
        taken = choose("auto", network, Objective(), Adam(), data, theta, told.append, amount=amount)
        assert taken.engine.name == "compiled"
        seconds = 0 if amount is None else seconds_of_training(network, amount, 8)
        (line,) = told
        assert line == (
            "glassprop: compiling its kernels, as every run must: there is no folder to cache them in; set "
            f"GLASSPROP_CACHE_DIR to a folder that can be written{saved.format(f'{COMPILING - seconds:.0f}')}"
        )
