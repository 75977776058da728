"""Names and labels that are out to break C: none ends a literal, a comment or a line, and each is found again."""

from __future__ import annotations

import re
import subprocess
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from portable import plan_numbers
from portable.c_drivers import STRICT, WATCHED, built, compiler, program
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler
from waiting import HANG

from glassprop import MLPClassifier
from glassprop.architecture.architecture import Architecture
from glassprop.backprop.members import predicted
from glassprop.errors import ExportError, SettingsError
from glassprop.layers.category_embedding import CategoryEmbedding
from glassprop.layers.dense import Layer
from glassprop.portable.c_source import whole_in_c
from glassprop.portable.c_text import c_comment, c_literal, c_names, checked_prefix
from glassprop.portable.plan_of import plan_of
from glassprop.portable.to_c import to_c
from glassprop.portable.whole_model import (
    CategoryInput,
    Ending,
    FixedInput,
    Lookup,
    NumberInput,
    Source,
    TextInput,
    Whole,
)

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


MANY_DIGITS = "1.500000000000000000000000000000000000000000000000001"
NUMERALS = f"""1.5 1.50 01.5 {MANY_DIGITS} .5 -.25 -0.250 -2 -2. -2.0 -0 0. 00 0.0 -.0 +1 1e1 1e3 1E3 1000 0.0000001
0.00000010 .0000001 1e-7 0.10 .1 9007199254740991 9007199254740991.0 9007199254740992 9007199254740993
9007199254740993.0 90071992547409930 123456789.00 1.5. - . -. .. 1.5- 0x1 \u0661 20 2 200 20. 007 7 abc ABC NA n/A N/a
nA né NÉ -2.5 inf nan"""


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
        ({"name": "string"}, "string.h is a header of C's own, which this one would hide"),
    ):
        with pytest.raises(SettingsError, match=said):
            to_c(small(), **arguments)


def test_labels_that_c_cannot_give_back_whole_are_refused():
    labels = Ending("two classes", np.array(["a\0b", "a\0c"], dtype=object), True)
    network = ((Architecture(1, [Layer(1, "sigmoid")], "binary_cross_entropy"), np.zeros(2)),)
    with pytest.raises(ExportError, match=r"the label 'a\\x00b' has a NUL in it, which ends a text in C"):
        whole_in_c(Whole((Source("a", "number", "number"),), (NumberInput(0),), network, labels), "m", "float")


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


@pytest.mark.parametrize("name", ["gcc", "clang"])
def test_columns_called_as_variables_are_and_models_without_columns_compile(name, tmp_path):
    one, none = Architecture(1, [Layer(1, "identity")]), Architecture(1, [Layer(1, "sigmoid")], "binary_cross_entropy")
    for number, whole in enumerate(
        [
            *(
                Whole((Source(word, "number", "number"),), (NumberInput(0),), ((one, np.ones(2)),), Ending("amounts"))
                for word in ("k", "j", "x", "out", "given", "row", "number", "unused")
            ),
            Whole((), (FixedInput(1.0),), ((none, np.ones(2)),), Ending("two classes", np.array([False, True]), True)),
        ]
    ):
        source = whole_in_c(whole, f"m{number}", "float").write(tmp_path)[1].name
        built([compiler(name), *STRICT, "-fsyntax-only", source], tmp_path)


def test_numbers_as_text_are_found_by_what_they_are(tmp_path):
    """As the record says: a text that is a plain number has the row of that number, whatever its zeros."""
    numbers = [1.5, -2.0, 0.0, 1e-7, 123456789.0, 2.0**53 - 1, 0.1, -0.25, 20.0]
    texts = ["abc", "1e3", "007", "9007199254740993"]
    n = len(numbers) + len(texts)
    lookup = Lookup(
        {text: len(numbers) + k for k, text in enumerate(texts)}, {x: k for k, x in enumerate(numbers)}, n, n + 1
    )
    network = Architecture(n + 2, [Layer(n + 2, "softmax")], "cross_entropy")
    theta = np.zeros(network.layout.size)
    network.layout.w(theta, 1)[...] = 20 * np.eye(n + 2)
    source = Source("s", "text", "category", blanks=" \t\u3000\0", words=("na", "n/a", "né", "-2.5"))
    found = Whole(
        (source,),
        (CategoryInput(0, lookup, np.eye(n + 2)),),
        ((network, theta),),
        Ending("classes", np.arange(n + 2), True),
    )
    given = NUMERALS.split()
    given += ["", " ", " 1.5\t", "\u30001.5 \u3000", "1.5 \u00a0", "- 2", "\t na ", "1.5\n", "n a", None]
    said = program({"m": (whole_in_c(found, "m", "float"), found)}, tmp_path, [compiler("clang"), *WATCHED])
    read = plan_numbers.read(source, ["" if text is None else text for text in given])
    want = [plan_numbers.row_of(lookup, text) for text in read]
    for text in ("NÉ", MANY_DIGITS):  # capitals are ASCII alone, and numbers are told apart by their shortest digits
        want[given.index(text)] = lookup.others
    assert said.answers("m", [given]).codes.tolist() == want


def test_dates_are_days_since_1970_and_times_are_hours(tmp_path):
    network = Architecture(2, [Layer(1, "identity")])
    sources = (Source("day", "number", "date"), Source("at", "number", "time"))
    dated = Whole(sources, (NumberInput(0), NumberInput(1)), ((network, np.ones(3)),), Ending("amounts"))
    whole_in_c(dated, "m", "double").write(tmp_path)
    main = """\
#include "m.c"
#include <stdio.h>
int main(void)
{
    int y, m, d;
    printf("%.17g\\n", m_hours(23, 59, 6.5));
    while (scanf("%d %d %d", &y, &m, &d) == 3)
        printf("%.17g\\n", m_days(y, m, d));
    return 0;
}
"""
    (tmp_path / "main.c").write_text(main)
    built([compiler("gcc"), *WATCHED, "-o", "days", "main.c", "-lm"], tmp_path)
    dates = [date.fromordinal(number) for number in [*range(1, 3_652_059, 997), 3_652_059]]
    dates += [date(year, 2, 28) + timedelta(k) for year in (1, 1600, 1900, 1970, 2000, 2023, 2024) for k in range(3)]
    asked = "\n".join(f"{one.year} {one.month} {one.day}" for one in dates)
    done = subprocess.run([tmp_path / "days"], input=asked, capture_output=True, text=True, timeout=HANG, check=True)
    hours, *days = map(float, done.stdout.split())
    assert hours == pytest.approx(23 + 59 / 60 + 6.5 / 3600, abs=1e-14)
    assert days == [(one - date(1970, 1, 1)).days for one in dates]


def test_codes_that_no_category_has_are_refused(tmp_path):
    network = Architecture(2, [CategoryEmbedding([1], [3], 2), Layer(1, "identity")])
    theta = np.arange(float(network.layout.size))
    sources = (Source("x0", "number", "number", gaps=False), Source("x1", "number", "number", gaps=False))
    coded = Whole(sources, (NumberInput(0), NumberInput(1)), ((network, theta),), Ending("amounts"))
    said = program({"m": (whole_in_c(coded, "m", "double"), coded)}, tmp_path, [compiler("gcc"), *WATCHED])
    codes = [0.0, 1.0, 2.0, 3.0, -1.0, 0.5, 1e300, np.nan]
    answers = said.answers("m", [[1.0] * len(codes), codes])
    assert answers.codes.tolist() == [0, 0, 0, -1, -1, -1, -1, -1]
    want = predicted(network, theta, np.array([[1.0, code] for code in codes[:3]]))
    np.testing.assert_allclose(answers.values[:3], want, rtol=1e-12)


def test_categories_that_an_encoder_would_refuse_are_refused(tmp_path):
    frame = pd.DataFrame({"c": ["a", "b", "c"] * 20})
    model = make_pipeline(OrdinalEncoder(), StandardScaler(), MLPClassifier((3,), max_iter=3, random_state=0))
    record = plan_of(model.fit(frame, [0, 1, 1] * 20))
    made = to_c(model, "m", precision="double", int8=True)
    assert "nan" not in made.loss
    said = program({"m": (whole_in_c(record, "m", "double"), record)}, tmp_path, [compiler("gcc"), *WATCHED])
    answers = said.answers("m", [["a", "b", "new", "c", "", None]])
    assert answers.codes.tolist() == [*model.predict(frame[:2]), -1, model.predict(frame[2:3])[0], -1, -1]


@pytest.mark.parametrize("option", ["-ffast-math", "-ffinite-math-only"])
def test_a_compiler_that_knows_no_nan_is_refused(option, tmp_path):
    source = to_c(small(), "m").write(tmp_path)[1].name
    command = [compiler("gcc"), option, "-fsyntax-only", source]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=HANG, check=False)
    assert done.returncode != 0
    assert "missing numbers are NaN" in done.stderr


def test_files_are_written_together(tmp_path):
    made = to_c(small(), "churn_model")
    header, source = made.write(tmp_path)
    assert (header.name, source.name) == ("churn_model.h", "churn_model.c")
    assert header.read_text() == made.header
    assert source.read_text() == made.source
    with pytest.raises(ExportError, match="nowhere"):
        made.write(tmp_path / "nowhere")
