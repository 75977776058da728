"""Whole models in C, compiled and asked: from raw columns to classes, probabilities and amounts, beside our own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from portable import plan_numbers
from portable.c_cases import NAMES, c_case, c_whole
from portable.c_drivers import STRICT, WATCHED, Program, built, compiler, program, sources_of
from portable.plan_cases import outcome

from glassprop.errors import ExportError
from glassprop.portable.c_loss import loss_of_8_bits
from glassprop.portable.c_quantized import with_8_bits
from glassprop.portable.c_source import whole_in_c
from glassprop.portable.whole_model import Whole

OF_8_BITS = ["classes of a table", "recipe, members", "recipe, quantiles", "plain, amounts", "several labels"]
STRICTLY = [
    *OF_8_BITS,
    "classes, trained",
    "recipe, logarithms",
    "recipe, counts",
    "one hot",
    "ordinal",
    "columns by shape",
    "min max",
]
IN_FLOAT = [*STRICTLY, "two numbers", "one class", "one sigmoid a class", "members apart", "amounts", "many numbers"]
WATCHED_IN_FLOAT = ["recipe, logarithms", "one hot", "amounts"]
OF_TEXT_OF_EACH_KIND = ["recipe, two classes", "plain, classes", "trained, amounts"]
TOLERANCE = {"double": 1e-9, "float": 1e-5}


def models(real: str, names: list[str], *, int8: bool = False):
    wholes = {name: c_whole(name) for name in names}
    return {
        name: (whole_in_c(whole, f"m{number}", real, int8=int8), whole)
        for number, (name, whole) in enumerate(wholes.items())
    }


def in_doubles(whole: Whole) -> Whole:
    """The same numbers, calculated with in double: what C does with them under "double"."""
    networks = tuple((network, theta.astype(np.float64)) for network, theta in whole.networks)
    return replace(whole, networks=networks, precision="float64")


def compare(said: Program, name: str, whole: Whole, tolerance: float) -> None:
    """What C says of all frames beside the record read by NumPy."""
    each = [plan_numbers.given_of(whole, frame) for frame in c_case(name).frames]
    given = [[value for column in columns for value in column] for columns in zip(*each, strict=True)]
    answers = said.answers(name, given)
    with np.errstate(all="ignore"):
        want, shares = plan_numbers.said(whole, given)
    assert (answers.codes >= 0).all(), f"{name}: refused"
    if whole.ending.kind == "amounts":
        want = want[:, None] if want.ndim == 1 else want
        room = tolerance * (np.abs(want) + np.abs(want).std(axis=0))
        assert (np.abs(answers.values - want) <= room).all(), name
        return
    if shares is not None:
        np.testing.assert_allclose(answers.probabilities, shares, rtol=0, atol=tolerance, err_msg=name)
    sure = np.ones(len(want), bool) if shares is None else surely(whole, shares, 10 * tolerance)
    if whole.ending.kind == "labels":
        assert (answers.values[sure] == want[sure]).all(), name
        return
    assert (whole.ending.classes[answers.codes[sure]] == want[sure]).all(), name
    assert answers.labels == [called(whole.ending.classes[code]) for code in answers.codes], name


def surely(whole: Whole, shares: np.ndarray, margin: float) -> np.ndarray:
    """The rows in which no rounding can make another class of it."""
    if whole.ending.kind in ("one class", "classes"):
        ordered = np.sort(shares, axis=1)
        return ordered[:, -1] - (ordered[:, -2] if shares.shape[1] > 1 else 0) > margin
    return (np.abs(shares - 0.5) > margin).all(axis=1)


def called(label) -> bytes:
    """A class as C prints it."""
    label = label.item() if hasattr(label, "item") else label
    if isinstance(label, bool):
        return str(int(label)).encode()
    return b"%.17g" % label if isinstance(label, float) else str(label).encode()


# One program for all of them, and so one test: compiling it is most of what this costs.


def test_in_double_it_says_what_ours_says(tmp_path):
    # not optimized: compiling so many is what takes long, and the others are
    said = program(models("double", NAMES), tmp_path, [compiler("gcc"), *WATCHED, "-O0"])
    for name in NAMES:
        compare(said, name, in_doubles(c_whole(name)), TOLERANCE["double"])
    for name in ["classes of a table", "recipe, logarithms", "classes, trained", "three words"]:
        compare_with_the_model(said, name)


def test_in_float_it_says_what_ours_says(tmp_path):
    # most without sanitizers: the same lines are watched in double, and optimized here by another compiler
    said = program(models("float", IN_FLOAT), tmp_path / "all", [compiler("clang"), *STRICT, "-O1"])
    watched = program(models("float", WATCHED_IN_FLOAT), tmp_path / "watched", [compiler("clang"), *WATCHED, "-O0"])
    for name in IN_FLOAT:
        compare(said, name, c_whole(name), TOLERANCE["float"])
    for name in WATCHED_IN_FLOAT:
        compare(watched, name, c_whole(name), TOLERANCE["float"])


def compare_with_the_model(said: Program, name: str) -> None:
    """Not only the record: predictions of the fitted model, of frames as they are."""
    whole, one = c_whole(name), c_case(name)
    for frame in one.frames:
        want, shares = outcome(one, frame)
        answers = said.answers(name, plan_numbers.given_of(whole, frame))
        tolerance = 1e-9 if whole.precision == "float64" else 2e-5  # ours is in float
        if shares is None:
            np.testing.assert_allclose(answers.values[:, 0], want, rtol=tolerance, atol=tolerance * np.std(want))
        else:
            np.testing.assert_allclose(answers.probabilities, shares, rtol=0, atol=tolerance, err_msg=name)


def test_columns_of_text_are_refused():
    for name in OF_TEXT_OF_EACH_KIND:
        with pytest.raises(ExportError, match="is text, and the C export cannot split text into words"):
            whole_in_c(c_whole(name), "m", "float")


def test_weights_in_8_bits_say_what_they_are_told_to(tmp_path):
    said = program(models("float", OF_8_BITS, int8=True), tmp_path, [compiler("gcc"), *WATCHED])
    for name in OF_8_BITS:
        whole = c_whole(name)
        networks = tuple((network, with_8_bits(network, theta)) for network, theta in whole.networks)
        compare(said, name, replace(whole, networks=networks, precision="float64"), TOLERANCE["float"])
        given = plan_numbers.given_of(whole, c_case(name).frames[0])
        loss = loss_of_8_bits(whole, plan_numbers.inputs_of(whole, given))
        answers = said.answers(name, given)
        with np.errstate(all="ignore"):
            labels, shares = plan_numbers.said(whole, given)
        if shares is None:
            continue
        change = np.abs(answers.probabilities - shares)
        assert abs(change.max() - loss.largest) < 1e-5, name
        if whole.ending.kind == "classes":
            other = (whole.ending.classes[answers.codes] != labels).mean()
            assert abs(other - loss.other) < 2 / len(labels), name
        assert 0 < loss.largest < 0.2, name


@pytest.mark.parametrize(
    ("name", "real"), [("gcc", "float"), ("clang", "double"), ("gcc", "8 bits"), ("clang", "8 bits")]
)
def test_no_compiler_has_anything_to_say(name, real, tmp_path):
    found = [compiler(name), *STRICT, "-fsyntax-only", "-Wshadow", "-Wvla", "-Wcast-qual", "-Wwrite-strings"]
    if real == "8 bits":
        files = sources_of(models("float", OF_8_BITS, int8=True), tmp_path)
    else:
        files = sources_of(models(real, STRICTLY), tmp_path)
    built([*found, *([] if real == "double" else ["-Wdouble-promotion"]), *files], tmp_path)
