"""The small parts: values of options, what is printed of names and numbers, progress lines."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from glassprop.cli import progress as progress_module
from glassprop.cli.column_list import print_columns
from glassprop.cli.options import column_names, default_model_path, held_out_share, layer_sizes
from glassprop.cli.output import few, number, one_line, write_bytes
from glassprop.cli.progress import TrainingProgress
from glassprop.errors import SettingsError
from glassprop.estimator.callbacks import CalledHooks, Unheard, Watchers
from glassprop.ground.tell import Told
from glassprop.ground.text import visible


@pytest.mark.parametrize(
    ("text", "sizes"),
    [(None, None), ("100", (100,)), ("100,50", (100, 50)), (" 3 , 4 ", (3, 4)), ("+7", (7,))],
)
def test_layer_sizes(text, sizes):
    assert layer_sizes(text) == sizes


@pytest.mark.parametrize("text", ["", ",", "1,", "0", "-1", "1.5", "1e3", "x", "１２", "0x10", "9" * 20])
def test_layer_sizes_refused(text):
    with pytest.raises(SettingsError, match="--hidden"):
        layer_sizes(text)


@pytest.mark.parametrize(("text", "share"), [("0.1", 0.1), ("1e-3", 0.001), ("a.csv", None), ("digits", None)])
def test_held_out_share(text, share):
    assert held_out_share(text) == share


@pytest.mark.parametrize(
    ("values", "names"),
    [((), ()), (("a,b",), ("a,b",)), (("c,d", "c"), ("c", "d")), (("c, d,",), ("c", "d"))],
)
def test_column_names(values, names):
    assert column_names(values, ["a,b", "a", "b", "c", "d"]) == names


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("iris", "iris.glassprop"),
        ("some/where/data.CSV", "data.glassprop"),
        ("data.tar.csv", "data.tar.glassprop"),
        ("-", "model.glassprop"),
        (".csv", "model.glassprop"),
    ],
)
def test_default_model_path(data, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert default_model_path(data) == name
    (tmp_path / name).symlink_to(tmp_path / "nowhere")
    assert default_model_path(data) == name.replace(".glassprop", "-2.glassprop")


def test_text_is_visible():
    assert visible("a\x1b[31mb\n\u202e") == "a\\x1b[31mb\\n\\u202e"
    assert one_line(" a\n\tb\x07 ") == "a b\\x07"
    assert visible("Größe → 3") == "Größe → 3"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.98765, "0.9877"),
        (1234567, "1,234,567"),
        (1e-5, "1e-05"),
        (123456.0, "1.235e+05"),
        (0.0, "0.0000"),
        (None, "-"),
    ],
)
def test_numbers(value, text):
    assert number(value) == text


def test_long_lists_are_cut_in_the_middle():
    assert few("abc") == "a, b, c"
    assert few(range(20), 4) == "0, 1, …, 19 (20)"


def test_all_bytes_are_written_though_a_write_takes_only_some(monkeypatch):
    class Slow(io.BytesIO):
        def write(self, data):
            return super().write(data[:3]) if len(self.getvalue()) % 2 else super().write(data[:1])

    stream = SimpleNamespace(buffer=Slow(), flush=lambda: None)
    monkeypatch.setattr(sys, "stdout", stream)
    write_bytes(b"0123456789")
    assert stream.buffer.getvalue() == b"0123456789"


@pytest.mark.parametrize("epochs", [1, 3, 40, 200, None])
def test_plain_progress_is_a_few_lines(epochs, capsys):
    started = []
    progress = TrainingProgress(on_start=lambda: started.append(1))
    root = SimpleNamespace(parent=None, max_subtasks=epochs)
    estimator = SimpleNamespace(loss_curve_=[0.5], validation_curve_=[0.25], validation_scores_=[-0.25])
    progress.setup(estimator, root)
    for _ in range(epochs or 100):
        progress.on_fit_task_begin(estimator, SimpleNamespace(parent=root))
        progress.on_fit_task_end(estimator, SimpleNamespace(parent=root))
    progress.on_fit_task_end(estimator, root)
    progress.teardown(estimator, root)
    lines = capsys.readouterr().err.splitlines()
    assert started == [1]
    assert 1 <= len(lines) <= 5
    assert lines[0] == f"epoch 1{f'/{epochs}' if epochs else ''}: cost 0.5, validation cost 0.25"


def test_a_long_list_of_columns_is_cut(capsys):
    columns = [(f"c{k}", "number", "numbers " + "x" * k) for k in range(200)]
    print_columns(columns, most=16)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 24
    assert "184 more" in "\n".join(lines)
    print_columns(columns)
    assert "c199" in capsys.readouterr().out


def test_columns_of_one_kind_share_a_row(capsys):
    numbers = [(f"c{k}", "number", f"numbers, {k} missing" if k % 3 else "numbers") for k in range(300)]
    texts = [(f"t{k}", "category", f"{2 + k % 5} different texts ({k % 3 + 1}% of them numbers)") for k in range(150)]
    print_columns([*numbers, *texts], most=16)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 10
    assert any("numbers, up to 299 missing" in line for line in lines)
    assert any("2 to 6 different texts" in line for line in lines)
    assert any("(300)" in line for line in lines)


@pytest.mark.parametrize("length", [3, 11, 17, 30, 40, 41, 60, 100])
@pytest.mark.parametrize("blank", ["_", " "])
def test_no_name_of_a_column_is_broken(capsys, length, blank):
    names = [f"{k}{blank}".ljust(length, "x") + "z" for k in range(6)] + ["Größe in ㎝ 高さ"]
    print_columns([(name, "number", "numbers that are told at some length, so that it is wrapped") for name in names])
    out = capsys.readouterr().out
    for name in names:
        assert name in out
    if length <= 40:
        assert max(map(len, out.splitlines())) <= 80


def test_how_far_compiling_is_stands_in_the_bar(monkeypatch):
    shown = []
    bar = SimpleNamespace(update=lambda task, **fields: shown.append(fields), start=lambda: None, stop=lambda: None)
    monkeypatch.setattr(progress_module, "_bar", lambda console, epochs: bar)
    monkeypatch.setattr(
        progress_module, "console_for", lambda file: SimpleNamespace(is_terminal=True, is_dumb_terminal=False)
    )
    progress = TrainingProgress()
    progress.setup(None, SimpleNamespace(parent=None, max_subtasks=3))
    progress.on_compiling(4, 13)
    assert shown == [{"state": "compiling: 4 of 13 parts"}]


@pytest.mark.parametrize("terminal", [True, False])
def test_how_far_compiling_is_goes_to_who_asks_for_it(terminal, monkeypatch, capsys):
    """Without such a callback to a terminal, and to nobody elsewhere."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    Unheard().told(Told(4, 13))
    assert capsys.readouterr().err == "\rglassprop: compiling its kernels: 4 of 13 parts" * terminal
    heard = []
    estimator = SimpleNamespace(_skl_callbacks=[SimpleNamespace(on_compiling=lambda *told: heard.append(told))])
    hooks = CalledHooks(estimator, Mock(), {}, 3, dict, Watchers([], alone=False))
    hooks.told(Told(4, 13))
    hooks.told("something else")
    assert heard == [(4, 13)]
    assert capsys.readouterr().err == "something else\n"
