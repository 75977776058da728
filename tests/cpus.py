"""Runs the numerical tests as other CPUs would: NumPy, OpenBLAS, Numba and our kernels choose by what there is.

``python tests/cpus.py`` runs all dispatches that this CPU can: instructions of the libraries on all rooms that compute,
widths of vectors and providers of large products on the engine's. ``--quick``: the lowest and the highest instructions
on the rooms that are mostly NumPy, unless the libraries choose these by themselves, and a few tests of the engine at
another width and with another provider. A line for each; what this CPU cannot run, or is not installed, is named and
left out. Two run at once, each in one process: what is imported and compiled for it, is once.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

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
# All that is about the compiled engine: agreement with the reference, bits by threads, what it falls back to.
ENGINE = ("engine",)
# One precision, so that little is compiled, and a few shapes with vectors that are not full, chunks and large products.
QUICK_ENGINE = ("engine/test_engines_agree.py", "engine/test_threads.py")
QUICK_PICK = "float32 and (7-9-7 or 16-17-16 or batches or chunks or wide)"
CHOOSE = (
    "NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE", "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES",
    "GLASSPROP_VECTOR_BITS", "GLASSPROP_PRODUCTS",
)  # fmt: skip
AT_ONCE = 2
KERNELS = Path(__file__).resolve().parent.parent / "build" / "cpus"  # compiled ones, by what they are compiled for


@dataclass(frozen=True)
class Dispatch:
    """What each library is told to use at most. None: whatever it finds.

    numpy: "baseline", or "AVX2" for nothing above it. openblas, numba: names of theirs. bits: of a vector in our
    kernels. products: who makes large products for them. needs: CPU features, as NumPy calls them, without which it
    would end in an illegal instruction. only, pick: tests to run rather than all that compute, and which of them.
    """

    name: str
    numpy: str | None = None
    openblas: str | None = None
    numba: str | None = None
    needs: tuple[str, ...] = ()
    x86: bool = True
    bits: int | None = None
    products: str | None = None
    only: tuple[str, ...] = ()
    pick: str = ""

    @property
    def kernels(self) -> str:
        """What kernels are compiled for, as the name of a folder; empty if for what a process finds by itself."""
        told = (self.numba or "", f"{self.bits} bits" if self.bits else "")
        return ", ".join(filter(None, told))


WIDTHS = (128, 256, 512)
PROVIDERS = ("own", "openblas", "blis", "mkl")


def _at(bits: int, only: tuple[str, ...], pick: str = "") -> Dispatch:
    return Dispatch(f"vectors of {bits} bits", bits=bits, x86=False, only=only, pick=pick)


def _by(products: str, only: tuple[str, ...], pick: str = "") -> Dispatch:
    return Dispatch(f"products by {products}", products=products, x86=False, only=only, pick=pick)


DISPATCHES = (
    Dispatch("as found", x86=False),
    Dispatch("baseline", "baseline", "Nehalem", "generic", ("SSE42",)),
    Dispatch("AVX2", "AVX2", "Haswell", "haswell", ("AVX2", "FMA3")),
    Dispatch("NumPy low, OpenBLAS high", "baseline", "SkylakeX", None, ("AVX512_SKX",)),
    Dispatch("NumPy high, OpenBLAS low", None, "Nehalem", "haswell", ("AVX2", "FMA3")),
    Dispatch("NumPy baseline", "baseline", x86=False),
    *(_at(bits, ENGINE) for bits in WIDTHS),
    *(_by(products, ENGINE) for products in PROVIDERS),
)
QUICK = (
    Dispatch("baseline", "baseline", "Nehalem", needs=("SSE42",)),
    Dispatch("AVX-512", None, "SkylakeX", needs=("AVX512_SKX",)),
    Dispatch("NumPy baseline", "baseline", x86=False),
    _at(128, QUICK_ENGINE, QUICK_PICK),
    *(_by(products, QUICK_ENGINE, QUICK_PICK) for products in ("own", "openblas")),
)

PROBE = """
import json, platform
import numpy, numba, threadpoolctl
from numpy._core import _multiarray_umath as core
has = [name for name, there in core.__cpu_features__.items() if there]
bits = refused = None
try:
    import glassprop.engine.compiled.engine
    from glassprop.engine.compiled.vector_width import WIDTH
    bits = WIDTH.bits
except ModuleNotFoundError:
    pass
except Exception as error:
    refused = str(error).splitlines()[0]
print(json.dumps({
    "bits": bits,
    "refused": refused,
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


def products_of(environment: dict[str, str]) -> tuple[str, str]:
    """Who makes large products under this environment, as ``glassprop info --engine`` tells; and its refusal to say."""
    command = [sys.executable, "-m", "glassprop.cli", "info", "--engine"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        return "", (done.stderr.strip().splitlines() or ["glassprop does not say who makes products"])[0]
    words = re.findall(r"\w+", done.stdout.lower())
    asked = environment.get("GLASSPROP_PRODUCTS", "")
    return asked if asked in words else "", ""


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
    if dispatch.bits:
        made["GLASSPROP_VECTOR_BITS"] = str(dispatch.bits)
    if dispatch.products:
        made["GLASSPROP_PRODUCTS"] = dispatch.products
    if dispatch.kernels:
        made["NUMBA_CACHE_DIR"] = str(KERNELS / dispatch.kernels)
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


def unheeded(dispatch: Dispatch, uses: dict[str, object]) -> str:
    """What came of a setting of glassprop's that was not followed; empty if all were."""
    for name, asked in (("bits", dispatch.bits), ("products", dispatch.products)):
        if asked and uses["refused"]:
            return str(uses["refused"])
        if asked and uses[name] != asked:
            return f"{name} should be {asked} and are {uses[name] or 'not to be set in this glassprop'}"
    return ""


def told(uses: dict[str, object]) -> str:
    """What the libraries use, for people."""
    facts = {
        "NumPy": " ".join(uses["dispatched"]) or "baseline",
        "OpenBLAS": " ".join(uses["openblas"]) or "none",
        "Numba": uses["numba"],
        "bits of a vector": uses["bits"],
        "products by": uses["products"],
    }
    return "; ".join(f"{name} {value}" for name, value in facts.items() if value)


def as_found(dispatch: Dispatch, uses: dict[str, object], found: dict[str, object]) -> bool:
    """Whether this is what the libraries choose by themselves, and so what all other tests run on."""
    return not dispatch.products and all(uses[name] == found[name] for name in found)


def command(dispatch: Dispatch, rooms: tuple[str, ...]) -> list[str]:
    """How its tests are run."""
    made = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=short", "-n", "0"]
    made += ["-k", dispatch.pick] if dispatch.pick else []
    if not dispatch.only:
        made += [f"--ignore=tests/{room}" for room in NOT_NUMERICAL]
    return made + [f"tests/{room}" for room in dispatch.only or rooms]


def run(dispatch: Dispatch, found: dict[str, object], *, quick: bool) -> bool | None:
    """Run the tests under a dispatch and say in a line how they ended; None if they were left out."""
    environment = environment_of(dispatch, found)
    uses = probe(environment)
    if quick and as_found(dispatch, uses, found):
        return say(dispatch, "skipped", ": the libraries choose it here by themselves, and so for all other tests")
    uses |= {"products": None}
    if dispatch.products:
        uses["products"], refusal = products_of(environment)
        uses["refused"] = uses["refused"] or refusal
    why = unheeded(dispatch, uses)
    if why:
        return say(dispatch, "skipped", f": {why}")
    made = command(dispatch, QUICK_ROOMS if quick else ROOMS)
    done = subprocess.run(made, env=environment, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines() or ["no tests"]
    say(dispatch, "FAILED" if done.returncode else "ok", f" ({told(uses)}): {lines[-1].strip('= ')}")
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n", flush=True)
    return done.returncode == 0


def say(dispatch: Dispatch, how: str, more: str) -> None:
    """A line, of one piece: another dispatch may have something to say at the same time."""
    print(f"{how:<{8 if how == 'skipped' else 7}}{dispatch.name}{more}\n", end="", flush=True)


def main() -> int:
    """The exit code: 0 if all dispatches that could be run passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a part, with little compiling, as `make test` does")
    parser.add_argument("--only", default="", help="those whose name has this in it")
    arguments = parser.parse_args()
    quick = arguments.quick
    found = probe({name: value for name, value in os.environ.items() if name not in CHOOSE})
    there = []
    for dispatch in QUICK if quick else DISPATCHES:
        if arguments.only not in dispatch.name:
            continue
        why = obstacle(dispatch, found)
        if why:
            say(dispatch, "skipped", f": {why}")
        else:
            there.append(dispatch)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        passed = list(pool.map(lambda dispatch: run(dispatch, found, quick=quick), there))
    ran = [one for one in passed if one is not None]
    return 0 if ran and all(ran) else 1


if __name__ == "__main__":
    sys.exit(main())
