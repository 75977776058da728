"""Checkpoints of fits: what is kept at any place ends with the bits of a fit straight on, and what differs is refused.

"The same" is that of model files: equal models give equal bytes, and all of a fitted estimator is in them.
"""

from __future__ import annotations

import os
import shutil
import signal
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from estimator.test_resume_fit import DATA, WEIGHT, X, Y, clf, crossed, reg, same
from leaving import StopAfter
from sklearn.model_selection import GridSearchCV
from training.test_sources import Listed

import glassprop
from glassprop import Checkpoint, MLPClassifier
from glassprop.engine.compiled import room
from glassprop.engine.plan import Data
from glassprop.errors import DataError, DivergenceError, ModelFileError, SettingsError
from glassprop.estimator import job
from glassprop.estimator.build import STOCHASTIC_SOLVERS
from glassprop.estimator.left import Left
from glassprop.export import checkpoint_folder
from glassprop.export.checkpoint_file import Kept, read_checkpoint
from glassprop.export.checkpoint_folder import CheckpointFolder
from glassprop.export.schema.misfit import Misfit
from glassprop.ground.note import NoteWarning
from glassprop.ground.stop_signals import TerminatedExit
from glassprop.schedules import SCHEDULES

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:Training interrupted:UserWarning"),
    pytest.mark.filterwarnings("ignore:Got `batch_size`:UserWarning"),
]
ENGINES = ["compiled", "reference"]


@pytest.fixture(autouse=True)
def kept_after_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """With ``every=0``: kernels are called for many steps at once. Disks take their time."""
    monkeypatch.setattr(room, "_CALL_WORK", 1.0)
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """Copies of all checkpoints, in the order in which they were written."""
    copies: list[Path] = []
    write = CheckpointFolder.write

    def written_and_copied(folder: CheckpointFolder, fit: int, kept: Kept, keep: int) -> Path:
        path = write(folder, fit, kept, keep)
        copies.append(tmp_path / f"{len(copies)}" / path.name)
        copies[-1].parent.mkdir()
        shutil.copy(path, copies[-1])
        return path

    monkeypatch.setattr(CheckpointFolder, "write", written_and_copied)
    return copies


def kept(folder: Path, **more: Any) -> Checkpoint:
    return Checkpoint(folder, every=0, **more)


def goes_on(make: Callable[[], Any], folder: Path, written: list[Path], *data: Any, **more: Any) -> Any:
    """Keep all along, which changes nothing; then go on from some of the checkpoints."""
    straight = make().fit(*data, **more)
    same(make().set_callbacks(kept(folder / "all")).fit(*data, **more).set_callbacks(), straight, folder)
    assert len(written) > 12
    for path in [written[0], *written[7::9], written[-1]]:
        said: list[str] = []
        again = make().set_callbacks(Checkpoint(path.parent, resume=True, on_message=said.append))
        same(again.fit(*data, **more).set_callbacks(), straight, folder)
        assert said[0].startswith(f"training is resumed from '{path.name}'")
    return straight


@pytest.mark.parametrize(("solver", "engine", "dtype"), crossed(STOCHASTIC_SOLVERS))
def test_every_solver_goes_on(engine: str, solver: str, dtype: type, tmp_path: Path, written: list[Path]) -> None:
    goes_on(lambda: clf(engine=engine, solver=solver, max_iter=4), tmp_path, written, X.astype(dtype), Y, WEIGHT)


def test_it_is_kept_after_each_step_and_after_each_epoch(tmp_path: Path, written: list[Path]) -> None:
    clf().set_callbacks(kept(tmp_path / "all")).fit(X, Y)
    places = [(found.state.epoch, found.state.steps_made) for found in map(read_checkpoint, written[:8])]
    assert places == [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 6), (1, 0), (1, 1)]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_goes_on(engine: str, schedule: str, tmp_path: Path, written: list[Path]) -> None:
    settings = {"learning_rate": schedule, "learning_rate_init": 0.05, "warmup": 1.5, "solver": "sgd"}
    make = lambda: clf(engine=engine, tol=0.02, **settings | {"n_iter_no_change": 1})  # noqa: E731
    goes_on(make, tmp_path, written, X, Y)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("judge", [{}, {"scoring": "loss"}, {"scoring": "neg_log_loss"}])
@pytest.mark.parametrize("given", [False, True])
def test_early_stopping_goes_on(
    engine: str, judge: dict[str, Any], given: bool, tmp_path: Path, written: list[Path]
) -> None:
    settings = {"engine": engine, "early_stopping": True, "learning_rate_init": 0.05, "tol": 0.01}
    val = {"X_val": X[:20], "y_val": Y[:20], "sample_weight_val": WEIGHT[:20]} if given else {}
    goes_on(lambda: clf(**settings | judge), tmp_path, written, X, Y, WEIGHT, **val)


@pytest.mark.parametrize("case", DATA)
def test_any_data_go_on(case: str, tmp_path: Path, written: list[Path]) -> None:
    make, data = DATA[case]
    if case == "a batch of all":
        make = lambda: clf(batch_size=100, clip_norm=0.5, max_iter=20)  # noqa: E731
    goes_on(make, tmp_path, written, *data)


def test_a_source_goes_on(tmp_path: Path, written: list[Path]) -> None:
    targets = np.eye(3)[np.unique(Y, return_inverse=True)[1]]
    source = Listed(Data(X, targets, WEIGHT), (10, 30, 53))

    def fitted(*callbacks: Any) -> MLPClassifier:
        made = clf().set_callbacks(*callbacks).fit_source(source, n_features=4, classes=np.unique(Y))
        return made.set_callbacks()

    straight = fitted()
    same(fitted(kept(tmp_path / "all")), straight, tmp_path)
    for path in written[3::10]:
        same(fitted(Checkpoint(path.parent, resume=True)), straight, tmp_path)


def test_rows_that_chance_set_aside_are_set_aside_again(tmp_path: Path, written: list[Path]) -> None:
    make = lambda: clf(random_state=None, early_stopping=True)  # noqa: E731
    straight = make().set_callbacks(kept(tmp_path / "all")).fit(X, Y).set_callbacks()
    for path in written[3::10]:
        same(make().set_callbacks(Checkpoint(path.parent, resume=True)).fit(X, Y).set_callbacks(), straight, tmp_path)


def test_a_callback_that_ended_it_has_ended_it(tmp_path: Path) -> None:
    straight = clf().set_callbacks(StopAfter(3)).fit(X, Y).set_callbacks()
    for resume in (False, True, True):
        again = clf().set_callbacks(StopAfter(3), kept(tmp_path / "c", resume=resume)).fit(X, Y).set_callbacks()
        same(again, straight, tmp_path)


# --- which of them stay ------------------------------------------------------------------------------------------


class EndsAfter:
    """A callback that fails after so many epochs, as a crash would."""

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs

    def setup(self, estimator: Any, context: Any) -> None: ...
    def on_fit_task_begin(self, estimator: Any, context: Any) -> None: ...
    def teardown(self, estimator: Any, context: Any) -> None: ...

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        if estimator.n_iter_ == self.epochs:
            raise ZeroDivisionError


def crashed(folder: Path, epochs: int = 3, make: Callable[[], Any] = clf, **more: Any) -> list[str]:
    """The checkpoints that are left of a fit which failed: the last so many, of every step."""
    with pytest.raises(ZeroDivisionError):
        make().set_callbacks(EndsAfter(epochs), kept(folder, **more)).fit(X, Y)
    return sorted(path.name for path in folder.glob("*.checkpoint"))


def test_the_last_ones_stay_and_at_the_end_the_last_one(tmp_path: Path) -> None:
    assert crashed(tmp_path / "c") == [f"fit-001-0000{number}.checkpoint" for number in (18, 19, 20)]
    assert len(crashed(tmp_path / "d", keep=1)) == 1
    clf().set_callbacks(kept(tmp_path / "c", resume=True)).fit(X, Y)
    assert [read_checkpoint(path).ended for path in (tmp_path / "c").glob("*.checkpoint")] == [True]


def test_it_waits_until_it_is_time(tmp_path: Path) -> None:
    clf().set_callbacks(Checkpoint(tmp_path / "c", every=3600)).fit(X, Y)
    assert [path.name for path in (tmp_path / "c").glob("*.checkpoint")] == ["fit-001-000001.checkpoint"]  # the end


def test_a_folder_with_checkpoints_is_not_begun_anew(tmp_path: Path) -> None:
    before = crashed(tmp_path / "c")
    with pytest.raises(SettingsError, match="has checkpoints of a training run: resume it"):
        clf().set_callbacks(Checkpoint(tmp_path / "c")).fit(X, Y)
    assert sorted(path.name for path in (tmp_path / "c").glob("*.checkpoint")) == before


def test_two_trainings_do_not_share_a_folder(tmp_path: Path) -> None:
    folder = CheckpointFolder(tmp_path / "c")
    folder.make()
    with pytest.raises(SettingsError, match="another training run keeps its checkpoints in"):
        clf().set_callbacks(Checkpoint(tmp_path / "c")).fit(X, Y)
    folder.close()
    clf().set_callbacks(Checkpoint(tmp_path / "c")).fit(X, Y)


def test_each_fit_of_a_search_is_gone_on_with_by_itself(tmp_path: Path) -> None:
    def search(*callbacks: Any) -> Any:
        return GridSearchCV(clf(max_iter=3).set_callbacks(*callbacks), {"alpha": [0.1, 0.2]}, cv=2, error_score="raise")

    straight, fits = search().fit(X, Y), iter(range(100))

    class EndsThird(EndsAfter):
        def setup(self, estimator: Any, context: Any) -> None:
            self.epochs = 2 if next(fits) == 2 else 100

    with pytest.raises(ZeroDivisionError):
        search(EndsThird(2), kept(tmp_path / "c")).fit(X, Y)
    assert len({path.name[:7] for path in (tmp_path / "c").glob("fit-*")}) == 3
    again = search(kept(tmp_path / "c", resume=True)).fit(X, Y)
    assert again.best_score_ == straight.best_score_
    np.testing.assert_array_equal(again.best_estimator_.theta_, straight.best_estimator_.theta_)


# --- what goes wrong ---------------------------------------------------------------------------------------------


def spoil(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    if how == "empty":
        data = bytearray()
    elif how == "cut short":
        del data[len(data) // 2 :]
    elif how == "longer":
        data += b"\0"
    else:
        data[int(how) % len(data)] ^= 4
    path.write_bytes(data)


@pytest.mark.parametrize("how", ["empty", "cut short", "longer", "0", "20", "60", "300", "1000", "-300", "-1"])
def test_a_damaged_one_is_passed_over_and_this_is_said(how: str, tmp_path: Path) -> None:
    names, straight = crashed(tmp_path / "c"), clf().fit(X, Y)
    spoil(tmp_path / "c" / names[-1], how)
    with pytest.warns(NoteWarning, match=f"'{names[-1]}' is passed over: .*; the one before is tried"):
        again = clf().set_callbacks(Checkpoint(tmp_path / "c", resume=True)).fit(X, Y)
    same(again.set_callbacks(), straight, tmp_path)


def test_where_none_is_whole_it_begins_anew_and_says_so(tmp_path: Path) -> None:
    names, straight, said = crashed(tmp_path / "c"), clf().fit(X, Y), []
    for name in names:
        spoil(tmp_path / "c" / name, "cut short")
    again = clf().set_callbacks(Checkpoint(tmp_path / "c", resume=True, on_message=said.append)).fit(X, Y)
    same(again.set_callbacks(), straight, tmp_path)
    assert "there is none before it" in said[-2]
    assert "training starts from the beginning" in said[-1]


def test_an_empty_folder_begins_anew_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    again = clf().set_callbacks(Checkpoint(tmp_path / "new" / "c", resume=True, on_message=said.append)).fit(X, Y)
    same(again.set_callbacks(), clf().fit(X, Y), tmp_path)
    assert len(said) == 1
    assert "training starts from the beginning" in said[0]


def test_a_full_disk_leaves_the_older_ones_and_training_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = iter(range(1000))
    whole = checkpoint_folder.write_checkpoint

    def full_from_the_tenth_on(path: Path, kept: Kept) -> None:
        if next(writes) >= 9:
            raise ModelFileError(f"cannot write '{path}': the disk is full; nothing was written")
        whole(path, kept)

    monkeypatch.setattr(checkpoint_folder, "write_checkpoint", full_from_the_tenth_on)
    with pytest.warns(NoteWarning, match="the disk is full.*training goes on, and earlier checkpoints stay"):
        done = clf().set_callbacks(kept(tmp_path / "c")).fit(X, Y)
    straight = clf().fit(X, Y)
    same(done.set_callbacks(), straight, tmp_path)
    monkeypatch.undo()
    assert len(list((tmp_path / "c").iterdir())) == 4  # three, and the lock
    same(clf().set_callbacks(Checkpoint(tmp_path / "c", resume=True)).fit(X, Y).set_callbacks(), straight, tmp_path)


OTHER: dict[str, tuple[Callable[[], Any], tuple[Any, ...], type[Exception], str]] = {
    "another setting": (lambda: clf(alpha=0.5), (X, Y), SettingsError, "alpha was 0.0001 and is 0.5"),
    "another network": (lambda: clf(hidden_layer_sizes=(6, 6)), (X, Y), SettingsError, r"sizes was \[6, 5\] and is"),
    "another seed": (lambda: clf(random_state=1), (X, Y), SettingsError, "random_state was 0 and is 1"),
    "other rows": (clf, (X[:50], Y[:50]), DataError, "rows were 53 and are 50"),
    "another column": (clf, (X[:, :3], Y), DataError, "columns were 4 and are 3"),
    "another number": (clf, (np.where(X[7, 2] == X, 0.0, X), Y), DataError, "X is not what it was"),
    "another target": (clf, (X, np.roll(Y, 1)), DataError, "y is not what it was"),
    "weights": (clf, (X, Y, WEIGHT), DataError, "sample_weight is not what it was"),
    "other labels": (clf, (X, np.char.upper(Y)), SettingsError, "classes was"),
    "another precision": (clf, (X.astype(np.float32), Y), DataError, "X is not what it was"),
    "a regression": (reg, (X, X[:, 0]), SettingsError, "loss was 'log_loss' and is 'squared_error'"),
}  # fmt: skip


@pytest.mark.parametrize("case", OTHER)
def test_another_job_is_refused_by_what_differs(case: str, tmp_path: Path) -> None:
    before = crashed(tmp_path / "c")
    make, data, kind, words = OTHER[case]
    with pytest.raises(kind, match=words) as caught:
        make().set_callbacks(Checkpoint(tmp_path / "c", resume=True)).fit(*data)
    assert "\n" not in str(caught.value)
    assert sorted(path.name for path in (tmp_path / "c").glob("*.checkpoint")) == before


def test_other_validation_data_are_refused(tmp_path: Path) -> None:
    make = lambda: clf(early_stopping=True)  # noqa: E731
    val = {"X_val": X[:20], "y_val": Y[:20]}
    make().set_callbacks(kept(tmp_path / "c")).fit(X, Y, **val)
    for other, words in (
        ({"X_val": X[:21], "y_val": Y[:21]}, "validation rows were 20 and are 21"),
        ({"X_val": X[1:21], "y_val": Y[1:21]}, "validation data is not what it was"),
        ({}, "validation rows were 20 and are none"),
    ):
        with pytest.raises(DataError, match=words):
            make().set_callbacks(Checkpoint(tmp_path / "c", resume=True)).fit(X, Y, **other)


def test_a_warm_start_goes_on_from_the_weights_it_began_with_and_from_no_others(tmp_path: Path) -> None:
    make = lambda: clf(warm_start=True)  # noqa: E731
    straight = make().fit(X, Y).fit(X, Y)
    keeping = kept(tmp_path / "c")
    twice = make().set_callbacks(keeping).fit(X, Y)
    with pytest.raises(ZeroDivisionError):
        twice.set_callbacks(keeping, EndsAfter(2)).fit(X, Y)
    again = make().set_callbacks(kept(tmp_path / "c", resume=True)).fit(X, Y).fit(X, Y)
    np.testing.assert_array_equal(again.theta_, straight.theta_)
    with pytest.raises(DataError, match="the model that it trains on from is not what it was"):
        straight.set_callbacks(kept(tmp_path / "c", resume=True)).fit(X, Y)  # which would be its first fit again


def test_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crashed(tmp_path / "c")
    monkeypatch.setattr(job, "VERSION", "9.9.9")
    with pytest.raises(SettingsError, match=f"it is of glassprop {glassprop.__version__}, and this is 9.9.9"):
        clf().set_callbacks(Checkpoint(tmp_path / "c", resume=True)).fit(X, Y)


def test_on_another_machine_it_goes_on_and_says_that_bits_may_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed(tmp_path / "c")
    monkeypatch.setattr(job, "_machine", lambda: {"CPU": "an abacus"})
    with pytest.warns(NoteWarning, match="bits may differ .*: CPU was .* and is an abacus"):
        clf().set_callbacks(Checkpoint(tmp_path / "c", resume=True)).fit(X, Y)


def test_with_another_engine_it_goes_on_and_says_so(tmp_path: Path) -> None:
    crashed(tmp_path / "c", make=lambda: clf(engine="reference"))
    with pytest.warns(NoteWarning, match="engine was 'reference' and is 'compiled'"):
        done = clf(engine="compiled").set_callbacks(Checkpoint(tmp_path / "c", resume=True)).fit(X, Y)
    np.testing.assert_allclose(done.theta_, clf().fit(X, Y).theta_, rtol=1e-7)


def test_what_it_cannot_keep_is_refused_in_one_line(tmp_path: Path) -> None:
    for fit, words in (
        (lambda: clf(solver="lbfgs", dropout=0.0).set_callbacks(kept(tmp_path)).fit(X, Y), "L-BFGS keeps its state"),
        (
            lambda: clf().set_callbacks(kept(tmp_path)).partial_fit(X, Y, classes=np.unique(Y)),
            "a Checkpoint keeps fits",
        ),
        (lambda: clf().set_callbacks(kept(tmp_path), kept(tmp_path)).fit(X, Y), "one Checkpoint keeps a fit, got 2"),
        (lambda: Checkpoint(""), "folder must be"),
        (lambda: Checkpoint(tmp_path, every=-1), "every must be"),
        (lambda: Checkpoint(tmp_path, keep=0), "keep must be"),
        (lambda: Checkpoint(tmp_path, every=np.nan), "every must be"),
    ):
        with pytest.raises(SettingsError, match=words) as caught:
            fit()
        assert "\n" not in str(caught.value)
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelFileError, match="cannot keep checkpoints in"):
        clf().set_callbacks(kept(tmp_path / "file")).fit(X, Y)


def test_one_that_diverges_leaves_what_there_was(tmp_path: Path) -> None:
    make = lambda: reg(solver="sgd", learning_rate_init=1e150, activation="identity")  # noqa: E731
    with pytest.raises(DivergenceError):
        make().set_callbacks(kept(tmp_path / "c")).fit(X, X[:, 0])
    with pytest.raises(DivergenceError):
        make().set_callbacks(kept(tmp_path / "c", resume=True)).fit(X, X[:, 0])


def test_a_checkpoint_is_no_model_and_a_model_no_checkpoint(tmp_path: Path) -> None:
    names = crashed(tmp_path / "c")
    with pytest.raises(ModelFileError):
        glassprop.load(tmp_path / "c" / names[0])
    glassprop.save(clf().fit(X, Y), tmp_path / "m.glassprop")
    with pytest.raises(Misfit, match="no checkpoint"):
        read_checkpoint(tmp_path / "m.glassprop")


# --- signals -----------------------------------------------------------------------------------------------------


class Signals:
    """A callback that sends this process a signal at the end of an epoch."""

    def __init__(self, number: int, epoch: int) -> None:
        self.number, self.epoch = number, epoch

    def setup(self, estimator: Any, context: Any) -> None: ...
    def on_fit_task_begin(self, estimator: Any, context: Any) -> None: ...
    def teardown(self, estimator: Any, context: Any) -> None: ...

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        if estimator.n_iter_ == self.epoch and context.parent is not None:
            os.kill(os.getpid(), self.number)


@pytest.fixture
def usual_handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler  # as they were
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("usual_handlers")
@pytest.mark.parametrize("engine", ENGINES)
def test_a_signal_writes_a_checkpoint_first(engine: str, tmp_path: Path) -> None:
    straight = clf(engine=engine).fit(X, Y)
    callback = Checkpoint(tmp_path / "c", every=3600)
    with pytest.raises(TerminatedExit) as caught:
        clf(engine=engine).set_callbacks(Signals(signal.SIGTERM, 2), callback).fit(X, Y)
    assert caught.value.code == 143
    (path,) = (tmp_path / "c").glob("*.checkpoint")
    assert read_checkpoint(path).state.epoch == 2
    callback = Checkpoint(tmp_path / "c", every=3600, resume=True)
    stopped = clf(engine=engine).set_callbacks(Signals(signal.SIGINT, 4), callback).fit(X, Y)
    assert stopped.interrupted_
    assert stopped.n_iter_ == 4
    done = clf(engine=engine).set_callbacks(Checkpoint(tmp_path / "c", resume=True)).fit(X, Y)
    same(done.set_callbacks(), straight, tmp_path)


@pytest.mark.usefixtures("usual_handlers")
def test_a_signal_at_the_very_end_is_answered(tmp_path: Path) -> None:
    """After the last epoch nobody asks whether one came."""
    make = lambda: clf(max_iter=3)  # noqa: E731
    with pytest.raises(TerminatedExit, match="training had ended, and it can be resumed from"):
        make().set_callbacks(Signals(signal.SIGTERM, 3), kept(tmp_path / "a")).fit(X, Y)
    done = make().set_callbacks(Checkpoint(tmp_path / "a", resume=True)).fit(X, Y)
    same(done.set_callbacks(), make().fit(X, Y), tmp_path)
    stopped = make().set_callbacks(Signals(signal.SIGINT, 3), kept(tmp_path / "b")).fit(X, Y)
    assert stopped.interrupted_
    assert stopped.n_iter_ == 3


def test_a_process_that_does_not_write_begins_another_fit(tmp_path: Path) -> None:
    """Of several that train together one alone writes; what is in the folder then is theirs."""
    callback, folder = Checkpoint(tmp_path / "c", every=3600), tmp_path / "c"
    fitted = clf(max_iter=2).fit(X, Y)
    own = job.Job("1", {}, {}, {}), Left(len(X), "float64")
    keeping = callback.begin_fit(*own, writes=False)
    folder.mkdir()
    CheckpointFolder(folder).write(1, Kept(*own[:1], fitted._state, own[1], True), 1)
    keeping.ends(fitted._state)
    keeping.close()
    callback.begin_fit(*own, writes=False).close()
    with pytest.raises(SettingsError, match="has checkpoints of a training"):
        Checkpoint(folder).begin_fit(*own, writes=False)


@pytest.mark.usefixtures("usual_handlers")
def test_the_same_callback_goes_on_with_what_ctrl_c_ended(tmp_path: Path) -> None:
    callback = Checkpoint(tmp_path / "c", every=3600, resume=True)
    assert clf().set_callbacks(Signals(signal.SIGINT, 2), callback).fit(X, Y).interrupted_
    same(clf().set_callbacks(callback).fit(X, Y).set_callbacks(), clf().fit(X, Y), tmp_path)


def test_handlers_of_others_are_left_alone(tmp_path: Path) -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        done = clf().set_callbacks(Signals(signal.SIGTERM, 2), kept(tmp_path / "c")).fit(X, Y)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == [signal.SIGTERM]
    assert done.n_iter_ == clf().fit(X, Y).n_iter_


def test_nothing_is_said_where_nothing_is_amiss(tmp_path: Path) -> None:
    crashed(tmp_path / "c")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", NoteWarning)
        clf().set_callbacks(Checkpoint(tmp_path / "c", resume=True)).fit(X, Y)
    assert [each for each in caught if issubclass(each.category, NoteWarning)] == []
