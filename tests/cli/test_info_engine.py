"""``glassprop info --engine``: which kernels train here, in words and as JSON."""

from __future__ import annotations

import json

import pytest

from glassprop.cli.app import run
from glassprop.engine.compiled import kernel_facts, product_table
from glassprop.engine.compiled.product_table import Row
from glassprop.engine.compiled.vector_width import TARGET, WIDTH
from glassprop.engine.variables import PRODUCTS, PROVIDERS


def facts(capsys: pytest.CaptureFixture[str]) -> dict:
    assert run(["info", "--engine", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_facts_are_those_of_the_kernels(capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.setenv(PRODUCTS, "own")
    found = facts(capsys)
    assert (found["engine"], found["compiled_for"], found["vector_bits"]) == ("compiled", TARGET.cpu, WIDTH.bits)
    assert set(found["providers"]) == set(PROVIDERS)
    assert found["products"]["float32"] == {"forward": "own", "back": "own", "outer": "own"}
    for provider in found["providers"].values():
        assert provider["available"] or provider["why"]


def test_as_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PRODUCTS, "own")
    assert run(["info", "--engine"]) == 0
    shown = capsys.readouterr().out
    assert f"vectors of {WIDTH.bits} bits" in shown
    assert "forward own" in shown
    assert all(name in shown for name in PROVIDERS)


def test_kernels_that_do_not_use_all_of_the_cpu_are_said(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PRODUCTS, "own")
    monkeypatch.setattr(kernel_facts, "cpu_bits", lambda: 2 * WIDTH.bits)
    assert f"{WIDTH.bits} of the {2 * WIDTH.bits} bits" in facts(capsys)["cautions"][0]
    assert run(["info", "--engine"]) == 0
    assert f"warning: own: its kernels use {WIDTH.bits} of the {2 * WIDTH.bits} bits" in capsys.readouterr().err


def test_a_table_that_names_what_is_not_here_is_shown_as_it_is_followed(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.delenv(PRODUCTS, raising=False)
    monkeypatch.setattr(product_table, "users_folder", lambda wished="": tmp_path)
    product_table.write((Row(WIDTH.bits, "float32", 0, "another library"),))
    found = facts(capsys)
    assert found["products"]["float32"]["forward"] == "own"
    assert run(["info", "--engine"]) == 0


def test_without_numba_it_is_the_reference_engine(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glassprop.engine.engine_facts.compiled_module", lambda: "there is no Numba")
    assert facts(capsys) == {"engine": "reference", "why": "there is no Numba", "cautions": []}


@pytest.mark.parametrize("arguments", [["info"], ["info", "model", "--engine"]])
def test_either_a_model_or_the_engine(capsys, arguments: list[str]) -> None:
    assert run(arguments) == 2
    assert "give one of the two" in capsys.readouterr().err


def test_a_provider_that_there_is_none_of(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PRODUCTS, "best")
    assert run(["info", "--engine"]) == 2
    assert "GLASSPROP_PRODUCTS must be one of own, openblas, blis, mkl, got" in capsys.readouterr().err
