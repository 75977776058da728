"""Names and labels that are out to break C: none ends a literal, a comment or a line, and each is found again."""

from __future__ import annotations

import re

import numpy as np
import pytest
from portable.c_drivers import WATCHED, built, compiler, program

from glassprop import MLPClassifier
from glassprop.architecture.architecture import Architecture
from glassprop.errors import ExportError, SettingsError
from glassprop.layers.dense import Layer
from glassprop.portable.c_source import whole_in_c
from glassprop.portable.c_text import c_comment, c_literal, c_names, checked_prefix
from glassprop.portable.plan_of import plan_of
from glassprop.portable.to_c import to_c
from glassprop.portable.whole_model import CategoryInput, Ending, Lookup, NumberInput, Source, TextInput, Whole

HOSTILE = [
    "*/ int evil(void); /*",
    "/* // */ // \\",
    "ends in a backslash \\",
    "trigraphs ??/ ??' ??( ??= ??> ???/",
    'quote " and \' and \\" and \\\\',
    "line\nbreak\r\n#error broken\n\v\f",
    "\x01\x1f2 hex digits behind, \x9fab \xe9e",
    "octal \x0012".replace("\x00", ""),
    "%s %n {0} {} {{x}}",
    "\u202eevil\u202c \u2066x\u2069 \u200b\ufeff",
    "体重 🍎 é Ł",
    "\ud800 alone",
    "int",
    "x",
    "linux",
    "NULL",
    "1",
    "1.0",
    " ",
    "y" * 5000,
    "\\u0041 \\x41 \\N",
]


def whole(count: int = len(HOSTILE)) -> Whole:
    """A category with these names, which has its class by the place of its name; columns and classes are called so."""
    n = len(HOSTILE)
    table = np.vstack([20.0 * np.eye(n), np.zeros((2, n))])
    lookup = Lookup({text: k for k, text in enumerate(HOSTILE)}, {}, n, n + 1)
    architecture = Architecture(n + count, [Layer(n, "softmax")], "cross_entropy")
    theta = np.zeros(architecture.layout.size)
    architecture.layout.w(theta, 1)[:, :n] = np.eye(n)
    sources = [Source("the category */ ??/", "text", "category")]
    sources += [Source(text, "number", "number") for text in HOSTILE[:count]]
    inputs = [CategoryInput(0, lookup, table), *(NumberInput(k + 1) for k in range(count))]
    classes = np.array(HOSTILE, dtype=object)
    return Whole(tuple(sources), tuple(inputs), ((architecture, theta),), Ending("classes", classes, True))


@pytest.mark.parametrize("name", ["gcc", "clang"])
def test_nothing_breaks_out_and_all_is_found_again(name, tmp_path):
    models = {"m": (whole_in_c(whole(), "m", "double"), whole())}
    made = models["m"][0]
    for text in (made.header, made.source):
        assert re.fullmatch(r"[\n -~]*", text), "plain ASCII, and no other characters that move"
        assert "??" not in text
    said = program(models, tmp_path, [compiler(name), *WATCHED])
    given = [[*HOSTILE, None, "never seen"], *([0.0] * (len(HOSTILE) + 2) for _ in HOSTILE)]
    answers = said.answers("m", given)
    assert answers.codes.tolist() == [*range(len(HOSTILE)), 0, 0]
    assert answers.labels[: len(HOSTILE)] == [text.encode("utf-8", "surrogatepass") for text in HOSTILE]


def test_it_is_c_plus_plus_to_those_who_include_it(tmp_path):
    made = whole_in_c(whole(), "m", "float")
    made.write(tmp_path)
    (tmp_path / "user.cpp").write_text(
        '#include "m.h"\nint main() { m_inputs row = m_inputs(); return m_class(&row); }\n'
    )
    built([compiler("gcc"), "-x", "c++", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "user.cpp"], tmp_path)


def test_names_are_names_and_differ():
    names = c_names([*HOSTILE, *HOSTILE, "a", "a", "a_2", "A", "_a_", "while", "While "])
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,50}", name) for name in names)
    assert not {"int", "linux", "while", "null"} & set(names) - {"null"}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_comment_and_a_literal_stay_what_they_are(text):
    comment = c_comment(text)
    assert re.fullmatch(r"[ -~]*", comment)
    assert not re.search(r"\*/|/\*|\?\?|(?<!\\)(\\\\)*\\$", comment)
    literal = c_literal(text)
    found = re.findall(r'\\([0-7]{3})|\\(["\\?])|([^\\"?])', literal[1:-1])
    assert b"".join(bytes([int(octal, 8)]) if octal else (one or two).encode() for octal, one, two in found) == (
        text.encode("utf-8", "surrogatepass")
    )


@pytest.mark.parametrize("name", ["", "1a", "a b", "a__b", "_a", "a_", "int*", "é", "x" * 41, "a\n", 3])
def test_what_cannot_begin_names_is_refused(name):
    with pytest.raises(SettingsError, match="name must be letters and digits"):
        checked_prefix(name)


def small():
    X = np.random.default_rng(0).normal(size=(30, 3))
    return MLPClassifier((2,), solver="lbfgs", random_state=0).fit(X, X[:, 0] > 0)


def test_what_cannot_be_used_is_refused():
    for arguments, said in (
        ({"precision": "half"}, "precision must be one of float, double, or None, got 'half'"),
        ({"int8": 8}, "int8 must be True or False, got 8"),
        ({"rows": np.zeros((2, 3))}, "say int8=True"),
        ({"name": "my model"}, "name must be letters and digits"),
    ):
        with pytest.raises(SettingsError, match=said):
            to_c(small(), **arguments)


def test_text_and_what_is_too_large_are_refused_with_what_to_do():
    text = Whole(
        (Source("ti*/tle", "text", "text"),),
        (TextInput(0, ("a",), np.ones(1)),),
        ((Architecture(1, [Layer(1, "identity")]), np.zeros(2)),),
        Ending("amounts"),
    )
    with pytest.raises(ExportError, match=r"column 'ti\*/tle' is text, .* 'drop'"):
        whole_in_c(text, "m", "float")
    for width, said in ((300_000, "of the stack"), (11_000_000, "parameters")):
        wide = Architecture(width, [Layer(1, "identity")])
        inputs = (CategoryInput(0, Lookup({}, {}, 0, 0), np.zeros((1, width))),)
        networks = ((wide, np.zeros(width + 1, np.float32)),)
        with pytest.raises(ExportError, match=f"{said}.*to_onnx"):
            whole_in_c(Whole((Source("c", "text", "category"),), inputs, networks, Ending("amounts")), "m", "float")


def test_rows_without_what_training_needs_are_refused_not_guessed(tmp_path):
    said = program({"m": (to_c(small(), "m"), plan_of(small()))}, tmp_path, [compiler("gcc"), *WATCHED])
    numbers = [[1.0, np.nan, np.inf, -np.inf, 1e30], [0.0] * 5, [0.0] * 5]
    assert said.answers("m", numbers).codes.tolist()[1:4] == [-1, -1, -1]
    assert said.answers("m", numbers).codes[0] >= 0


def test_files_are_written_together(tmp_path):
    made = to_c(small(), "churn_model")
    header, source = made.write(tmp_path)
    assert (header.name, source.name) == ("churn_model.h", "churn_model.c")
    assert header.read_text() == made.header
    assert source.read_text() == made.source
    with pytest.raises(ExportError, match="nowhere"):
        made.write(tmp_path / "nowhere")
