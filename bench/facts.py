"""What the figures come from: the machine, the versions, and which kernels each library runs, as far as it tells."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numba
import threadpoolctl
import torch

from bench.limits import switches
from bench.products import CORES, blis
from glassprop.engine.compiled.vector_width import in_words

_PACKAGES = ("glassprop", "numpy", "scipy", "scikit-learn", "torch", "jax", "jaxlib", "numba", "blis", "mkl")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "GLASSPROP_NUM_THREADS")
_CPU = ("model name", "cpu family", "model", "stepping")


def machine() -> dict[str, Any]:
    """Date, processor, versions, settings of threads, load."""
    return {
        "date": date.today().isoformat(),
        **_processor(),
        "cores": CORES,
        "python": platform.python_version(),
        "versions": {name: found for name in _PACKAGES if (found := _version(name))},
        "thread settings": {name: os.environ[name] for name in _THREADS if name in os.environ} or "none",
        "load": os.getloadavg()[0],
    }


def _processor() -> dict[str, str]:
    """Its name, and where Linux tells them, the numbers that tell one generation from the next."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    pairs = dict(line.partition("\t")[::2] for line in reversed(lines) if ":" in line)  # of the first core
    told = {name.strip(): value.strip(" \t:") for name, value in pairs.items()}
    numbers = ", ".join(f"{name} {told[name]}" for name in _CPU[1:] if name in told)
    return {"cpu": told.get("model name", platform.processor()), "cpu numbers": numbers}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def kernels(column: str) -> dict[str, str]:
    """Whose kernels run, in words, by library."""
    found = {f"OpenBLAS of {_owner(info)}": info["architecture"] for info in _openblas()}
    found |= {
        "glassprop": ours(),
        "Numba": f"compiles for {numba.config.CPU_NAME or 'this CPU'}",
        "torch": f"its own for {torch.backends.cpu.get_cpu_capability()}; {_mkl()}",
        "switches": " ".join(f"{name}={value}" for name, value in switches(column).items()) or "none",
    }
    if blis is not None:
        found["BLIS"] = _blis()
    return found


def ours() -> str:
    """What our own kernels are made for, and who makes large products, as ``glassprop info --engine`` says."""
    command = [sys.executable, "-m", "glassprop.cli", "info", "--engine", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return in_words()
    by = {who for ways in json.loads(done.stdout)["products"].values() for who in ways.values()}
    return f"{in_words()}; large products by {' and '.join(sorted(by))}"


def _openblas() -> list[dict[str, Any]]:
    return [info for info in threadpoolctl.threadpool_info() if info["internal_api"] == "openblas"]


def _owner(info: dict[str, Any]) -> str:
    """The package that brings a library: its name stands before ``.libs``."""
    return next((part.removesuffix(".libs") for part in Path(info["filepath"]).parts if part.endswith(".libs")), "")


def _mkl() -> str:
    """The version line of the MKL that torch was built with."""
    lines = [line.strip(" -") for line in torch.__config__.show().splitlines() if "Math Kernel Library" in line]
    return lines[0] if lines else "without MKL"


def _blis() -> str:
    """The kernels that BLIS takes: it says so at its first product, if it is asked to, and once in a process."""
    code = "import numpy, blis.py; a = numpy.ones((64, 64), 'f4'); blis.py.gemm(a, a)"
    environment = os.environ | {"BLIS_ARCH_DEBUG": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    words = (done.stdout + done.stderr).strip().splitlines()
    return words[0].removeprefix("libblis: ") if words else "it does not say"
