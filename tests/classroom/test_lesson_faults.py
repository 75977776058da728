"""What is wrong with a lesson is said all at once: where it is and what would do. Nothing in a file is run."""

from __future__ import annotations

import copy
import json
import pickle
import random

import numpy as np
import pytest

from glassprop.errors import DataError, LessonError
from glassprop.lessons import Lesson, lesson_of, read_lesson, ready_lesson

GOOD = {
    "cost": "squared_error",
    "rate": 0.5,
    "inputs": [[1.0, 2.0], [3.0, 4.0]],
    "targets": [[1.0], [0.0]],
    "input_names": ["a", "b"],
    "output_names": ["c"],
    "layers": [
        {"w": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "b": [0.0, 1.0, 2.0], "activation": "relu"},
        {"w": [[1.0, 2.0, 3.0]], "b": [0.0], "activation": "identity"},
    ],
}


def changed(*path, to):
    data = copy.deepcopy(GOOD)
    place = data
    for key in path[:-1]:
        place = place[key]
    if to is KeyError:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return data


L = "layers"
CASES = [
    # sizes that do not fit
    (changed("inputs", 1, to=[3.0]), ["inputs, row 1: has 1 number", "so give 2"]),
    (changed("inputs", to=[[1, 2, 3], [4, 5, 6]]), ["neurons 0 to 2: have 2 numbers each|inputs, rows 0 to 1"]),
    (changed("targets", to=[[1]]), ["targets: has 1 row, where inputs has 2"]),
    (changed("targets", to=[[1, 2], [3, 4]]), ["targets, rows 0 to 1: have 2 numbers each: layer 2 gives 1, so"]),
    (changed(L, 0, "w", 1, to=[3.0]), ["layer 1, w, neuron 1: has 1 number: 2 come in, so give 2"]),
    (changed(L, 0, "w", 1, to=[]), ["layer 1, w, neuron 1: is empty"]),
    (changed(L, 1, "w", to=[[1, 2]]), ["layer 2, w, neuron 0: has 2 numbers: layer 1 gives 3, so give 3"]),
    (changed(L, 0, "b", to=[1, 2]), ["layer 1, b: has 2 numbers, where w has 3 rows"]),
    (changed("input_names", to=["a"]), ["input_names: has 1 name, where there are 2 inputs"]),
    (changed("output_names", to=["a", "b"]), ["output_names: has 2 names, where there are 1"]),
    # what is no number
    (changed(L, 0, "w", 2, 1, to="0,5"), ["layer 1, w, neuron 2, input 1: is the text '0,5': write 0.5, without quot"]),
    (changed(L, 0, "w", 2, 1, to="big"), ["layer 1, w, neuron 2, input 1: is the text 'big': give a number"]),
    (changed("inputs", 0, 1, to=float("nan")), ["inputs, row 0, number 1: is not a finite number"]),
    (changed("targets", 1, 0, to=float("inf")), ["targets, row 1, number 0: is not a finite number"]),
    (changed(L, 0, "b", 1, to=None), ["layer 1, b, neuron 1: is nothing: give a number"]),
    (changed(L, 0, "b", 1, to=True), ["layer 1, b, neuron 1: is true: give a number"]),
    (changed(L, 0, "b", 1, to=10**400), ["layer 1, b, neuron 1: is not a finite number"]),
    (changed(L, 0, "b", 1, to=1e10), ["layer 1, b, neuron 1: is 1e+10: give a number from -1e+09"]),
    (changed(L, 0, "b", 1, to=[1]), ["layer 1, b, neuron 1: is a list: give a number"]),
    (changed(L, 0, "b", 1, to={}), ["layer 1, b, neuron 1: is a table: give a number"]),
    (changed("rate", to=0), ["rate: is 0: give a number above 0"]),
    (changed("rate", to="fast"), ["rate: is the text 'fast': give a number"]),
    # functions
    (changed(L, 0, "activation", to="sigmod"), ["layer 1, activation: no activation is called 'sigmod'; did you mean"]),
    (changed(L, 0, "activation", to=3), ["layer 1, activation: is a number: give text"]),
    (changed("cost", to="square"), ["cost: no cost is called 'square'"]),
    (changed("cost", to="cross_entropy"), ["cross_entropy", "softmax"]),
    (changed("cost", to=["a"]), ["cost: is a list: give text"]),
    # keys
    (changed("weights", to=3), ["the lesson: has an unknown key 'weights'"]),
    (changed("target", to=3), ["the lesson: has an unknown key 'target': did you mean targets?"]),
    (changed("w", to=3), ["the lesson: has an unknown key 'w': w belongs to a layer"]),
    (changed(L, 1, "rate", to=3), ["layer 2: has an unknown key 'rate': rate belongs above the first [[layers]]"]),
    (changed(L, 1, "W", to=3), ["layer 2: has an unknown key 'W': did you mean w?"]),
    (changed("inputs", to=KeyError), ["the lesson: has no inputs"]),
    (changed("layers", to=KeyError), ["the lesson: has no layers"]),
    (changed(L, 1, "w", to=KeyError), ["layer 2: has no w"]),
    (changed(L, 1, "activation", to=KeyError), ["layer 2: has no activation"]),
    # kinds
    (changed(L, to={"w": [[1]]}), ["layers: is one table: write [[layers]]"]),
    (changed(L, to=[]), ["layers: is empty"]),
    (changed(L, 0, to=[[1, 2]]), ["layer 1: is a list: give a table with w, b, activation"]),
    (changed(L, 0, "w", to=[1, 2]), ["layer 1, w: is a list of numbers: give a list of rows"]),
    (changed(L, 0, "w", to=3), ["layer 1, w: is a number: give a list of rows"]),
    (changed("inputs", to=[]), ["inputs"]),
    (changed("input_names", to="ab"), ["input_names: is the text 'ab': give a list of names"]),
    (changed("input_names", to=["a", 2]), ["input_names, name 1: is a number: give text"]),
    (changed("input_names", to=["a", "a"]), ["input_names: has 'a' more than once"]),
    (changed("title", to=["a"]), ["title: is a list: give text"]),
    (changed("title", to="a" * 300), ["title: has 300 characters: give 200 at most"]),
    (changed("title", to="\ud800"), ["title: has a character that no file can hold"]),
    ([GOOD], ["a lesson is a table with layers, inputs, targets, and this is a list"]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "words"), CASES, ids=range(len(CASES)))
def test_a_fault_says_where_it_is_and_what_would_do(data, words):
    Lesson.from_data(GOOD)
    with pytest.raises(LessonError) as caught:
        Lesson.from_data(data)
    said = "\n".join(caught.value.faults)
    for word in words:
        assert any(one in said for one in word.split("|")), said
    assert all("\n" not in fault for fault in caught.value.faults)
    assert len(caught.value.faults) <= 2, said  # one fault is not told in many ways
    assert isinstance(caught.value, DataError)


def test_all_faults_are_said_at_once():
    data = copy.deepcopy(GOOD)
    data["rate"], data["costs"] = -1, "x"
    data["inputs"][1][1] = "3,5"
    data["layers"][0]["activation"] = "sigmod"
    data["layers"][0]["w"][2][0] = None
    data["layers"][1]["b"] = [1, 2]
    with pytest.raises(LessonError) as caught:
        Lesson.from_data(data)
    starts = ["the lesson: has", "rate:", "layer 1, w, neuron 2, input 0:", "layer 1, activation:", "layer 2, b:",
              "inputs, row 1, number 1:"]  # fmt: skip
    assert [fault.startswith(start) for fault, start in zip(caught.value.faults, starts, strict=True)] == [True] * 6
    assert str(caught.value) == "; ".join(caught.value.faults)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.faults) == (str(caught.value), caught.value.faults)


def test_very_many_faults_are_counted():
    with pytest.raises(LessonError) as caught:
        Lesson.from_data(changed(L, 0, "w", to=[["x"] * 200]))
    assert len(caught.value.faults) == 51
    assert caught.value.faults[-1] == "and 153 more faults"


def test_numbers_of_which_nothing_finite_comes_are_refused_by_row():
    data = changed("cost", to="poisson")
    data["layers"][1]["activation"] = "exp"
    data["inputs"] = [[1, 2], [1e6, 2], [1, 1]]
    data["targets"] = [[1], [1], [1]]
    with pytest.raises(LessonError, match=r"^row 1: its cost is not a finite number with these weights: make"):
        Lesson.from_data(data)


def test_of_arrays_of_one_length_and_another_the_rarer_is_the_fault():
    data = changed("inputs", to=[[1, 2], [1, 2], [1, 2], [1, 2, 3]])
    data["targets"] = [[1]] * 4
    with pytest.raises(LessonError, match=r"inputs, row 3: has 3 numbers.*so give 2$") as caught:
        Lesson.from_data(data)
    assert len(caught.value.faults) == 1


def test_the_call_says_the_same():
    with pytest.raises(LessonError, match=r"different numbers of layers, 2 in w, 1 in activations"):
        lesson_of(w=[[[1]], [[1]]], activations=["relu"], inputs=[1], targets=[1])
    with pytest.raises(LessonError, match=r"w: is a number: give a list of one for each.*; activations: is nothing"):
        lesson_of(w=3, activations=None, inputs=[1], targets=[1])
    with pytest.raises(LessonError, match=r"layer 1, w: is a list of numbers"):
        lesson_of(w=[[0.5, 1]], activations="relu", inputs=[1, 2], targets=[1])
    with pytest.raises(LessonError, match=r"layer 1, w, neuron 0, input 1: is not a finite number"):
        lesson_of(w=[np.array([[1, np.nan]])], activations="relu", inputs=[1, 2], targets=[1])


# --- files -----------------------------------------------------------------------------------------------------


def written(folder, name, data):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


FILES = {
    "empty.toml": ("", "is empty"),
    "words.toml": ("hello world", "is no TOML: Expected '=' after a key in a key/value pair (at line 1, column 7)"),
    "point.toml": ("title = 'x'\ninputs = [.5, 1]", "0.5 and 1.0"),
    "comma.toml": ("rate = 0,5", "is no TOML"),
    "twice.toml": ("rate = 1\nrate = 2", "the same key is there twice"),
    "twice.json": ('{"rate": 1, "rate": 2}', "is no JSON: the key 'rate' is there twice"),
    "cut.json": ('{"rate": 1', "is no JSON: Expecting"),
    "list.json": ("[1, 2]", "is a list"),
    "point.json": ('{"rate": .5}', "0.5 and 1.0"),
    "deep.toml": ("w = " + "[" * 100_000, "is nested too deeply"),
    "deep.json": ('{"w": ' + "[" * 100_000, "is nested too deeply"),
    "long.json": ('{"rate": ' + "9" * 5000 + "}", "has a number of thousands of digits"),
    "hex.toml": ("rate = 0x" + "f" * 5000, "rate: is not a finite number"),
    "old.toml": ("title = 'é'".encode("latin-1"), "is no UTF-8 text, from byte 9 on"),
    "huge.toml": (b"#" * 1_000_001, "is larger than 1,000,000 bytes"),
    "zeros.toml": (bytes(1000), "is no TOML"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_lesson(tmp_path, name):
    data, words = FILES[name]
    with pytest.raises(LessonError) as caught:
        read_lesson(written(tmp_path, name, data))
    assert words in str(caught.value)
    for fault in caught.value.faults:
        assert fault.startswith(str(tmp_path / name) + ": ")
        assert len(fault) < 500


def test_what_cannot_be_opened(tmp_path):
    for path, words in ((tmp_path / "no.toml", "No such file"), (tmp_path, "directory"), ("a\0b", "NUL")):
        with pytest.raises(LessonError, match=f"cannot be read: .*{words}"):
            read_lesson(path)
    with pytest.raises(LessonError, match="cannot"):
        ready_lesson("chain").save(tmp_path / "no" / "folder.toml")
    with pytest.raises(LessonError, match=r"no lesson is called 'chian'; did you mean chain\?"):
        ready_lesson("chian")


def test_whatever_stands_in_a_file_is_a_lesson_or_refused(tmp_path):
    """Parts of a good one are replaced by others; of what is a lesson, the page can be made."""
    rng = random.Random(0)
    odd = [None, True, -1, 0, 1e9, 1e-300, "", "x", "relu", [], [[]], {}, [1], [[1]], [[1, 2]], float("nan"), 10**30,
           "softmax", "cross_entropy", ["a"], "__import__('os').system('touch hacked')"]  # fmt: skip
    made = 0
    for _ in range(250):
        data = copy.deepcopy(GOOD)
        for _ in range(rng.choice([1, 1, 2, 4])):
            place = data
            while True:
                keys = list(place) if isinstance(place, dict) else list(range(len(place)))
                key = rng.choice(keys)
                if not isinstance(place[key], dict | list) or not place[key] or rng.random() < 0.2:
                    break
                place = place[key]
            place[key] = rng.choice(odd)
        path = written(tmp_path, "odd.json", json.dumps(data))
        try:
            lesson = read_lesson(path)
        except LessonError:
            continue
        made += 1
        with np.errstate(all="ignore"):
            assert lesson.page()
            assert lesson.latex()
    assert made > 10
    assert [file.name for file in tmp_path.iterdir()] == ["odd.json"]
