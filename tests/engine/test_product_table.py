"""The table that says who makes large products: looked up, measured when asked for, kept whole, and not trusted."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from glassprop import Layer, Network
from glassprop.engine.compiled import cache, product_table, products, tuning
from glassprop.engine.compiled.product_table import SHIPPED, Row
from glassprop.engine.compiled.vector_width import TARGET, WIDTH
from glassprop.engine.variables import PRODUCTS, WIDTHS

BITS = WIDTH.bits
ROWS = (
    Row(BITS, "float32", 0, "own"),
    Row(BITS, "float32", 10_000, "blis"),
    Row(BITS, "float32", 1_000_000, "openblas"),
    Row(BITS, "float64", 5_000, "mkl"),
)


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(product_table, "users_folder", lambda wished="": tmp_path)
    monkeypatch.delenv(PRODUCTS, raising=False)
    return tmp_path


def test_the_folder_is_the_one_that_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GLASSPROP_CACHE_DIR", str(tmp_path))
    assert tmp_path in cache.users_folder().parents


@pytest.mark.parametrize("bits", WIDTHS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_table_that_ships_has_an_answer_for_everybody(bits: int, dtype: str) -> None:
    for weights in (1, 40_000, 10**12):
        name, why = product_table.provider(dtype, bits, weights)
        assert name in products.PROVIDERS
        assert why == product_table.SHIPPED_TABLE
    assert all(row.provider in products.PROVIDERS for row in SHIPPED)


def test_what_was_measured_here_comes_first_by_the_number_of_weights() -> None:
    product_table.write(ROWS)
    found = [product_table.provider("float32", BITS, n) for n in (1, 9_999, 10_000, 999_999, 1_000_000, 10**9)]
    assert [name for name, _ in found] == ["own", "own", "blis", "blis", "openblas", "openblas"]
    assert {why for _, why in found} == {product_table.USERS}
    assert product_table.provider("float64", BITS, 4_999) == ("own", product_table.SHIPPED_TABLE)  # no row of it fits
    other = next(bits for bits in WIDTHS if bits != BITS)
    assert product_table.provider("float32", other, 10**6)[1] == product_table.SHIPPED_TABLE


def test_a_network_is_looked_up_by_its_largest_layer() -> None:
    product_table.write((Row(BITS, "float32", 0, "own"), Row(BITS, "float32", 600, "another library")))
    network = Network(20, [Layer(30, "tanh"), Layer(3, "identity")])
    assert products.largest(network) == 600
    assert products.chosen(network, "float32").name == "own"  # what it names is not there: done without


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"format": 1}',
        json.dumps({"format": 2, "cpu": TARGET.cpu, "rows": [asdict(ROWS[1])]}).encode(),
        json.dumps({"format": 1, "cpu": "another", "rows": [asdict(ROWS[1])]}).encode(),
        json.dumps({"format": 1, "cpu": TARGET.cpu, "rows": [asdict(ROWS[1]) | {"weights": "many"}]}).encode(),
        json.dumps({"format": 1, "cpu": TARGET.cpu, "rows": [asdict(ROWS[1]) | {"weights": -1}]}).encode(),
        json.dumps({"format": 1, "cpu": TARGET.cpu, "rows": [asdict(ROWS[1]) | {"weights": True}]}).encode(),
        json.dumps({"format": 1, "cpu": TARGET.cpu, "rows": [asdict(ROWS[1]) | {"provider": ["own"]}]}).encode(),
        json.dumps({"format": 1, "cpu": TARGET.cpu, "rows": [asdict(ROWS[1]) | {"more": 1}]}).encode(),
        json.dumps({"format": 1, "cpu": TARGET.cpu, "rows": [[1, 2]]}).encode(),
        json.dumps({"format": 1, "cpu": TARGET.cpu, "rows": [asdict(ROWS[1])]}).encode() + b" " * 70_000,
    ],
)
def test_what_is_no_such_table_is_left_alone(content: bytes) -> None:
    path = product_table.write(ROWS)
    path.write_bytes(content)
    assert product_table.users() == ()
    assert product_table.provider("float32", BITS, 10**6)[1] == product_table.SHIPPED_TABLE


# --- measuring -----------------------------------------------------------------------------------------------------


def test_a_library_has_to_be_clearly_faster() -> None:
    seconds = {
        ("float32", 256): {"own": 1.0, "blis": 0.97},
        ("float32", 512): {"own": 1.0, "blis": 0.9, "openblas": 0.8},
        ("float64", 256): {"own": 1.0, "mkl": 0.5},
    }
    assert tuning.decided(seconds) == (
        Row(BITS, "float32", 0, "own"),
        Row(BITS, "float32", 512 * 512, "openblas"),
        Row(BITS, "float64", 0, "mkl"),
    )


def test_tuning_measures_and_keeps_what_it_found(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(tuning, "SIZES", (8, 16))
    told = []
    done = tuning.tune(lambda *measured: told.append(measured))
    assert [(dtype, size) for dtype, size, _ in told] == [(d, s) for d in ("float32", "float64") for s in (8, 16)]
    assert all(seconds > 0 for *_, by_provider in told for seconds in by_provider.values())
    assert folder in done.path.parents
    assert product_table.users() == done.rows == tuning.decided(done.seconds)
    assert list(done.path.parent.iterdir()) == [done.path]  # nothing half-written beside it
