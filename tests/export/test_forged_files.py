"""Forged model files, aimed and random, read in worker processes: no crash, no bug, nothing opened, bounded memory.

``make soak`` reads thousands of others. A case that fails is done again by ``python -m forging.soak --case N``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from forging.cases import FORGERS, Case, Forger
from forging.good import write_good_files
from forging.pool import reader, tally
from forging.recipes import RECIPES
from forging.sealing import parts_of, sealed
from forging.traces import good_trace, trace_case

from glassprop.export.kinds.all_kinds import KINDS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and memory of processes as Linux has them")
SEED, CASES, TRACES = 8, 240, 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("good")
    write_good_files(place)
    return place


def usual(forger: Forger) -> list[Case]:
    """The first cases, and the first of each good file that is not among them."""
    cases = [forger.case(number) for number in range(CASES)]
    missing = set(RECIPES).difference(case.name for case in cases)
    for number in range(CASES, 100 * CASES):
        if not missing:
            break
        case = forger.case(number)
        if case.name in missing:
            cases.append(case)
            missing.remove(case.name)
    return cases


def test_no_forged_file_does_harm(folder: Path) -> None:
    """All in one test: a process that reads them takes longer to start than a hundred files to read."""
    forger = Forger(folder, SEED)
    cases = usual(forger)
    assert {case.name for case in cases} == set(RECIPES)
    hows = {case.how.partition(":")[0].partition(",")[0] for case in cases}
    assert len(hows) == len(FORGERS) + 1, hows  # each way of forging, and at random
    found = tally(folder, cases)
    told = [f"case {case.number}, {case.name}, {case.how}: {'; '.join(faults)}" for case, faults in found.faults]
    assert not told, "\n".join(told)
    assert found.cases == len(cases)
    assert found.cases / 10 < found.loaded < found.cases / 2  # forged well enough to get in, and to be found out


def test_no_forged_trace_does_harm(folder: Path, tmp_path: Path) -> None:
    good = good_trace(tmp_path)
    found = tally(folder, (trace_case(good, number, SEED) for number in range(TRACES)))
    told = [f"case {case.number}, {case.how}: {'; '.join(faults)}" for case, faults in found.faults]
    assert not told, "\n".join(told)
    assert TRACES / 20 < found.loaded < TRACES / 2


def test_every_kind_is_forged_from(folder: Path) -> None:
    files = [(folder / f"{name}.2").read_bytes() for name in RECIPES]
    for kind in KINDS:
        assert any(f'"kind":"{kind}"'.encode() in data for data in files), f"no recipe has a {kind}"


@pytest.mark.usefixtures("small_jobs")  # as the fixture of the module was made without what each test has
def test_a_case_has_the_same_bytes_whenever_it_is_made(folder: Path, tmp_path: Path) -> None:
    write_good_files(tmp_path)
    one, two = Forger(folder, SEED), Forger(tmp_path, SEED)
    assert all(one.case(number) == two.case(number) for number in range(0, 300, 7))


# The harness itself: what it is to see, it sees.

FAULTS = {
    "": "",
    "open('/etc/hostname')": "opened '/etc/hostname'",
    "import os; os.system('true')": "os.system",
    "import antigravity_and_more": "imported antigravity_and_more",
    "bytearray(100_000_000)": "bytes, ",
    "raise TypeError('x')": "TypeError",
    "import os; os.kill(os.getpid(), 11)": "SIGSEGV",
}
# Put into the workers by way of their ``sitecustomize``: a reader that runs what stands in a record.
HARM = """
import sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "forging.use":
            sys.meta_path.remove(self)
            from glassprop.export import document

            before = document.check_record

            def check_record(record):
                exec(record.get("harm", ""))
                return before(record)

            document.check_record = check_record

sys.meta_path.insert(0, Finder())
"""


def test_what_the_harness_is_to_see(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(HARM)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    parts = parts_of((folder / "amounts.2").read_bytes())
    with reader(folder) as worker:
        for fault, seen in FAULTS.items():
            parts.document["record"] = {"harm": fault}
            faults = worker.tried(Case(0, "amounts", 2, "by hand", sealed(parts)))["faults"]
            assert any(seen in line for line in faults) if seen else not faults, (fault, faults)
