"""What is kept of encoded rows for the next epoch: the same rows, in a bounded file that leaves nothing behind."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stream_cases import fitted_steps, mixed_table, targets_of, write_groups

from glassprop.engine.plan import Data
from glassprop.errors import SettingsError, TableError
from glassprop.tables.fitting.key_columns import KeyReading
from glassprop.tables.streaming import lane_rows, scratch
from glassprop.tables.streaming.lane_rows import EncodedLanes
from glassprop.tables.streaming.row_source import row_source
from glassprop.tables.streaming.scratch import Scratch, ScratchSettings

ROWS, LANES = 2000, 3


@pytest.fixture(autouse=True)
def nothing_is_kept_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_rows, "_KEPT", 0)
    monkeypatch.setattr(lane_rows, "_SHORT", 100)


class Counting:
    """A source that counts the rows that are read of it."""

    def __init__(self, source: Any) -> None:
        self._source, self.read = source, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def frames(self, first: int, stop: int, columns: Any = None) -> Any:
        for frame in self._source.frames(first, stop, columns):
            self.read += frame.height
            yield frame


def made(
    tmp_path: Path, *, texts: bool = False, settings: ScratchSettings | None = None
) -> tuple[Counting, EncodedLanes]:
    frame = mixed_table(ROWS, texts=texts)
    file = tmp_path / "a.parquet"
    source = Counting(row_source(file if file.exists() else write_groups(frame, file, 150)))
    targets = targets_of(frame, weight=KeyReading("weight"))
    lanes = EncodedLanes(source, fitted_steps(frame), targets, n_lanes=LANES, budget=2_000_000, scratch=settings)
    source.read = 0
    return source, lanes


def epoch_of(lanes: EncodedLanes, epoch: int, first: int = 0) -> list[tuple[bytes, ...]]:
    def whole(pieces: list[Data]) -> tuple[bytes, ...]:
        X = [piece.X.toarray() if hasattr(piece.X, "toarray") else piece.X for piece in pieces]
        weights = [piece.sample_weight for piece in pieces if piece.sample_weight is not None]
        return tuple(np.concatenate(arrays).tobytes() for arrays in (X, [piece.Y for piece in pieces], weights))

    return [whole(list(lanes.lane(lane, epoch, first))) for lane in range(LANES)]


@pytest.mark.parametrize("texts", [False, True])
@pytest.mark.parametrize("bound", [10**9, 30_000])
def test_rows_and_their_order_are_those_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: bool, bound: int
) -> None:
    monkeypatch.setattr(lane_rows, "_AT_ONCE", 10**9 if texts else 0)  # texts make a CSR matrix
    _, plain = made(tmp_path, texts=texts)
    source, kept = made(tmp_path, texts=texts, settings=ScratchSettings(str(tmp_path), bound))
    read = []
    for epoch, first in ((0, 0), (1, 0), (2, 117)):
        assert epoch_of(kept, epoch, first) == epoch_of(plain, epoch, first)
        read.append(source.read)
    kept.close()
    if bound == 10**9:
        assert read == [ROWS] * 3  # once, and never again
        assert kept.notes == ()
    else:
        assert ROWS < read[1] < 2 * ROWS  # some of it again
        (note,) = kept.notes
        assert note.kind == "scratch"
        assert note.number is not None
        assert note.number > bound


def test_few_rows_are_kept_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, plain = made(tmp_path)
    monkeypatch.setattr(lane_rows, "_KEPT", 0.5)
    source, kept = made(tmp_path)
    assert epoch_of(kept, 0) != epoch_of(kept, 1)
    assert source.read == ROWS
    assert kept.lanes == plain.lanes


def test_the_file_keeps_to_its_bound(tmp_path: Path) -> None:
    _, lanes = made(tmp_path, settings=ScratchSettings(str(tmp_path), 30_000))
    epoch_of(lanes, 0)
    kept = lanes._kept
    assert isinstance(kept, Scratch)
    assert 10_000 < kept.size <= 30_000


def _flip(kept: Any, file: Any, place: int) -> None:
    """Change a bit, or change it back; threads that were under way when another ended in an error still read."""
    with kept._lock:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 4]))
        file.flush()


def test_a_bit_that_has_changed_is_told(tmp_path: Path) -> None:
    _, lanes = made(tmp_path, settings=ScratchSettings(str(tmp_path), 10**9))
    epoch_of(lanes, 0)
    kept: Any = lanes._kept
    file, size = kept._file, kept.size
    for place in (3, size // 2, size - 1):
        _flip(kept, file, place)
        with pytest.raises(TableError, match="the scratch file holds something else"):
            epoch_of(lanes, 1)
        _flip(kept, file, place)
    epoch_of(lanes, 1)


def test_a_disk_that_is_full_ends_the_keeping_and_not_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, plain = made(tmp_path)
    source, lanes = made(tmp_path, settings=ScratchSettings(str(tmp_path), 10**9))
    kept: Any = lanes._kept

    class Full:
        """A file that takes a few bytes."""

        def __init__(self, file: Any) -> None:
            self._file, self._left = file, 20_000

        def __getattr__(self, name: str) -> Any:
            return getattr(self._file, name)

        def write(self, part: Any) -> int:
            self._left -= len(part)
            if self._left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return int(self._file.write(part))

    monkeypatch.setattr(kept, "_file", Full(kept._file))
    for epoch in (0, 1):
        assert epoch_of(lanes, epoch) == epoch_of(plain, epoch)
    assert ROWS < source.read < 2 * ROWS


def test_nothing_is_left_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "scratch"
    folder.mkdir()
    _, lanes = made(tmp_path, settings=ScratchSettings(str(folder), 10**9))
    epoch_of(lanes, 0)
    lanes.close()
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="open files keep their names there")
def test_nothing_is_left_of_it_by_a_program_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, numpy as np\n"
        "from glassprop.tables.streaming.compact_rows import CompactRows\n"
        "from glassprop.tables.streaming.scratch import Scratch, ScratchSettings\n"
        "kept = Scratch(ScratchSettings(sys.argv[1], 10**9))\n"
        "kept.put((0, 0), CompactRows(np.ones((9, 2)), np.zeros((9, 1), np.int32), None, np.ones((9, 1)), None))\n"
        "print(kept.size, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 200
        process.send_signal(signal.SIGKILL)
    assert list(tmp_path.iterdir()) == []


def test_what_is_said_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ScratchSettings.of("1.5MB") == ScratchSettings(tempfile.gettempdir(), 1_500_000)
    assert ScratchSettings.of("20 kb").bound == 20_000
    monkeypatch.setattr(scratch.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10**6}))
    assert ScratchSettings.of(str(tmp_path)) == ScratchSettings(str(tmp_path), 500_000)
    assert ScratchSettings.of(tmp_path) == ScratchSettings(str(tmp_path), 500_000)
    for said, why in (("nowhere", "neither a size"), ("", "neither a size"), ("2MB", "has 1 MB left")):
        with pytest.raises(SettingsError, match=why):
            ScratchSettings.of(said)
