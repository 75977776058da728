"""`make test-cpus` asks of a CPU what it can run, and of each library what it was told to use."""

from __future__ import annotations

import os
import subprocess

import pytest
from cpus import CHOOSE, DISPATCHES, QUICK, as_found, environment_of, obstacle, probe, products_of, unheeded

OLD = {"machine": "x86_64", "has": ["SSE2", "SSE42"], "dispatched": []}
HASWELL = {"machine": "amd64", "has": ["SSE42", "AVX2", "FMA3", "X86_V3"], "dispatched": ["X86_V3"]}
AVX512 = {
    "machine": "x86_64",
    "has": ["SSE42", "AVX2", "FMA3", "AVX512_SKX", "X86_V3", "X86_V4"],
    "dispatched": ["X86_V3", "X86_V4", "AVX512_ICL"],
}
ARM = {"machine": "arm64", "has": ["NEON", "ASIMD", "ASIMDHP"], "dispatched": ["ASIMDHP"]}


@pytest.mark.parametrize(
    ("found", "names"),
    [
        (OLD, ["as found", "baseline"]),
        (HASWELL, ["as found", "baseline", "AVX2", "NumPy high, OpenBLAS low"]),
        (AVX512, ["as found", "baseline", "AVX2", "NumPy low, OpenBLAS high", "NumPy high, OpenBLAS low"]),
        (ARM, ["as found", "NumPy baseline"]),
    ],
)
def test_a_cpu_is_given_what_it_can_run(found, names):
    """What glassprop is told, the width of its vectors and who makes its products, it refuses itself."""
    ours = [f"vectors of {bits} bits" for bits in (128, 256, 512)]
    ours += [f"products by {name}" for name in ("own", "openblas", "blis", "mkl")]
    assert [dispatch.name for dispatch in DISPATCHES if not obstacle(dispatch, found)] == names + ours
    assert [dispatch for dispatch in QUICK if not obstacle(dispatch, found) and not dispatch.only]


def test_a_setting_that_is_not_followed_is_named():
    uses = {"refused": None, "bits": 256, "products": None}
    by_name = {dispatch.name: dispatch for dispatch in DISPATCHES}
    assert unheeded(by_name["as found"], uses) == unheeded(by_name["vectors of 256 bits"], uses) == ""
    assert unheeded(by_name["vectors of 512 bits"], uses) == "bits should be 512 and are 256"
    assert unheeded(by_name["products by mkl"], uses).startswith("products should be mkl and are not to be set")
    refused = uses | {"refused": "there is no MKL"}
    assert unheeded(by_name["products by mkl"], refused) == "there is no MKL"
    assert unheeded(by_name["as found"], refused) == "", "nothing was asked for: the tests must run, and fail"


def test_each_width_has_a_folder_for_what_is_compiled():
    made = {dispatch.name: environment_of(dispatch, AVX512).get("NUMBA_CACHE_DIR") for dispatch in DISPATCHES}
    own = [made[name] for name in ("baseline", "AVX2", *(f"vectors of {bits} bits" for bits in (128, 256, 512)))]
    assert None not in own
    assert len(set(own)) == len(own)
    assert made["as found"] == made["products by own"] == os.environ.get("NUMBA_CACHE_DIR")


def test_what_is_chosen_without_being_asked_for_is_known_by_what_is_used():
    """Then all other tests run on it: a quick run leaves it out."""
    by_name = {dispatch.name: dispatch for dispatch in QUICK}
    found = {"dispatched": ["X86_V3", "X86_V4"], "openblas": ["SkylakeX"], "bits": 512}
    assert as_found(by_name["AVX-512"], found | {"products": None}, found)
    assert not as_found(by_name["AVX-512"], found | {"openblas": ["Haswell"]}, found | {"openblas": ["Zen"]})
    assert not as_found(by_name["products by own"], found, found)
    assert not as_found(by_name["vectors of 128 bits"], found | {"bits": 128}, found)


def test_what_cannot_be_run_is_named():
    said = {dispatch.name: obstacle(dispatch, OLD) for dispatch in DISPATCHES}
    assert said["AVX2"] == "this CPU has no AVX2, FMA3"
    assert obstacle(DISPATCHES[1], ARM) == "it is for x86, and this is arm64"


def test_only_what_numpy_dispatches_here_is_switched_off(monkeypatch):
    for name in CHOOSE:
        monkeypatch.setenv(name, "of the caller")
    made = {dispatch.name: environment_of(dispatch, AVX512) for dispatch in DISPATCHES}
    chosen = {name: {key: value for key, value in values.items() if key in CHOOSE} for name, values in made.items()}
    assert chosen["as found"] == {}
    assert chosen["baseline"] == {
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL",
        "OPENBLAS_CORETYPE": "Nehalem",
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
    }
    assert chosen["AVX2"]["NPY_DISABLE_CPU_FEATURES"] == "X86_V4 AVX512_ICL"


def test_who_makes_products_is_what_glassprop_says_of_itself(monkeypatch):
    said = {"code": 0, "out": "large products: OpenBLAS 0.3.30, kernels SkylakeX", "error": ""}
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda command, **_: subprocess.CompletedProcess(command, said["code"], said["out"], said["error"]),
    )
    assert products_of({"GLASSPROP_PRODUCTS": "openblas"}) == ("openblas", "")
    assert products_of({"GLASSPROP_PRODUCTS": "blis"}) == ("", ""), "it uses another"
    said.update(code=2, error="GLASSPROP_PRODUCTS is mkl, and no MKL is installed\nsee --help")
    assert products_of({"GLASSPROP_PRODUCTS": "mkl"}) == ("", "GLASSPROP_PRODUCTS is mkl, and no MKL is installed")


def test_the_width_of_vectors_is_followed():
    """128 bits, which every CPU has."""
    narrow = next(d for d in DISPATCHES if d.bits == 128)
    assert not unheeded(narrow, probe(environment_of(narrow, OLD)))


def test_the_libraries_do_as_they_are_told():
    """The baseline, on whatever this is: NumPy has nothing left that it chooses at run time."""
    found = probe({name: value for name, value in os.environ.items() if name not in CHOOSE})
    dispatch = next(d for d in QUICK if not obstacle(d, found))
    assert dispatch.numpy == "baseline"
    uses = probe(environment_of(dispatch, found))
    assert uses["dispatched"] == []
    if dispatch.openblas and uses["openblas"]:
        assert uses["openblas"] == [dispatch.openblas]
