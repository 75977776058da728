"""Runs the numerical tests as other CPUs would: NumPy, OpenBLAS and Numba choose their instructions by what there is.

``python tests/cpus.py`` runs all dispatches that this CPU can. ``--quick``: the lowest and the highest that need no
compiling, on the rooms that are mostly NumPy. A line for each; what this CPU cannot run is named and left out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass

ROOMS = (
    "equations", "architecture", "backprop", "optimizer", "training", "engine", "insight", "estimator",
    "test_network.py", "tables/test_table_explain.py", "tables/test_nudged.py", "tables/test_table_extremes.py",
    "tables/test_table_fit.py", "tables/test_table_apply.py", "report/test_latex.py", "worksheet/test_worksheet.py",
    "export/test_model_file.py",
)  # fmt: skip
NOT_NUMERICAL = ("engine/test_fallbacks.py", "engine/test_interrupting.py", "estimator/test_display.py")
QUICK_ROOMS = (
    "equations", "backprop", "optimizer", "insight", "engine/test_reference_engine.py", "estimator/test_parity.py",
    "test_network.py",
)  # fmt: skip
CHOOSE = ("NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE", "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")


@dataclass(frozen=True)
class Dispatch:
    """What each library is told to use at most. None: whatever it finds.

    numpy: "baseline", or "AVX2" for nothing above it. openblas, numba: names of theirs. needs: CPU features, as NumPy
    calls them, without which it would end in an illegal instruction.
    """

    name: str
    numpy: str | None = None
    openblas: str | None = None
    numba: str | None = None
    needs: tuple[str, ...] = ()
    x86: bool = True


DISPATCHES = (
    Dispatch("as found", x86=False),
    Dispatch("baseline", "baseline", "Nehalem", "generic", ("SSE42",)),
    Dispatch("AVX2", "AVX2", "Haswell", "haswell", ("AVX2", "FMA3")),
    Dispatch("NumPy low, OpenBLAS high", "baseline", "SkylakeX", None, ("AVX512_SKX",)),
    Dispatch("NumPy high, OpenBLAS low", None, "Nehalem", "haswell", ("AVX2", "FMA3")),
    Dispatch("NumPy baseline", "baseline", x86=False),
)
QUICK = (
    Dispatch("baseline", "baseline", "Nehalem", needs=("SSE42",)),
    Dispatch("AVX-512", None, "SkylakeX", needs=("AVX512_SKX",)),
    Dispatch("NumPy baseline", "baseline", x86=False),
)

PROBE = """
import json, platform
import numpy, numba, threadpoolctl
from numpy._core import _multiarray_umath as core
has = [name for name, there in core.__cpu_features__.items() if there]
print(json.dumps({
    "machine": platform.machine().lower(),
    "has": has,
    "dispatched": [name for name in core.__cpu_dispatch__ if name in has],
    "openblas": sorted({p["architecture"] for p in threadpoolctl.threadpool_info() if p["internal_api"] == "openblas"}),
    "numba": numba.config.CPU_NAME or __import__("llvmlite.binding").binding.get_host_cpu_name(),
}))
"""


def probe(environment: dict[str, str]) -> dict[str, object]:
    """What the libraries say they use under this environment."""
    done = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the libraries cannot be loaded:\n{done.stderr}")
    return json.loads(done.stdout)


def environment_of(dispatch: Dispatch, found: dict[str, object]) -> dict[str, str]:
    """The environment in which the libraries choose so."""
    made = {name: value for name, value in os.environ.items() if name not in CHOOSE}
    off = list(found["dispatched"])
    if dispatch.numpy == "AVX2":
        off = [name for name in off if name.startswith(("AVX512", "X86_V4"))]
    if dispatch.numpy and off:
        made["NPY_DISABLE_CPU_FEATURES"] = " ".join(off)
    if dispatch.openblas:
        made["OPENBLAS_CORETYPE"] = dispatch.openblas
    if dispatch.numba:
        made |= {"NUMBA_CPU_NAME": dispatch.numba, "NUMBA_CPU_FEATURES": ""}
    return made


def obstacle(dispatch: Dispatch, found: dict[str, object]) -> str:
    """Why this CPU cannot run a dispatch, or need not; empty if it can."""
    x86 = found["machine"] in ("x86_64", "amd64")
    if dispatch.x86 and not x86:
        return f"it is for x86, and this is {found['machine']}"
    if dispatch.name == "NumPy baseline" and x86:
        return "the baseline of x86 is among the others"
    missing = [name for name in dispatch.needs if name not in found["has"]]
    return f"this CPU has no {', '.join(missing)}" if missing else ""


def run(dispatch: Dispatch, found: dict[str, object], rooms: tuple[str, ...]) -> bool:
    """Run the tests under a dispatch and say in a line how they ended."""
    environment = environment_of(dispatch, found)
    uses = probe(environment)
    told = (
        f"NumPy {' '.join(uses['dispatched']) or 'baseline'}; OpenBLAS {' '.join(uses['openblas']) or 'none'}; "
        f"Numba {uses['numba']}"
    )
    command = [sys.executable, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", "--tb=short"]
    command += [f"--ignore=tests/{room}" for room in NOT_NUMERICAL] + [f"tests/{room}" for room in rooms]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines() or ["no tests"]
    print(f"{'FAILED' if done.returncode else 'ok':7}{dispatch.name} ({told}): {lines[-1].strip('= ')}", flush=True)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", flush=True)
    return done.returncode == 0


def main() -> int:
    """The exit code: 0 if all dispatches that could be run passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two dispatches, without compiling, as `make test` does")
    quick = parser.parse_args().quick
    found = probe({name: value for name, value in os.environ.items() if name not in CHOOSE})
    passed = []
    for dispatch in QUICK if quick else DISPATCHES:
        why = obstacle(dispatch, found)
        if why:
            print(f"{'skipped':8}{dispatch.name}: {why}", flush=True)
        else:
            passed.append(run(dispatch, found, QUICK_ROOMS if quick else ROOMS))
    return 0 if passed and all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
