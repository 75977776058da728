"""Terms that onnxruntime finds in texts are those of scikit-learn's vectorizer, or NaN where it cannot know them."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from portable import plan_numbers
from portable.onnx_runs import run_named, session_of
from portable.plan_cases import case
from portable.test_onnx_inputs import arrays, model_of, one_source

from glassprop import to_onnx
from glassprop.errors import ExportError
from glassprop.portable import whole_model as plan
from glassprop.portable.plan_of import plan_of
from glassprop.tables.encoding.text_inputs import TextTerms
from glassprop.tables.values.cells import BLANK

WORDS = "good bad house été é1 漢 字 カ straße i̇stanbul first don σοφος σοφοσ 한글 naïve x_y ết"
WORDS += " tail हिन्दी 2a 12 50 1999 1e kg tel"
PAIRS = "good bad|bad house|漢 字|12 50|good été|house good"
TERMS = sorted([*WORDS.split(), *PAIRS.split("|")])
READ = """good Good GOOD gOOd been été ÉTÉ Été 漢字 x漢 カ ガ straße STRASSE Straße İstanbul ﬁrst ＦＩＲＳＴ
12.10 don't σοφος 한글 NAÏVE x_y X_Y Ết ẾT a I é ½ 2½ 1½good 😀 good😀 👍🏽 ²a 2a ª … wait…good “good”
good—bad bad/house ¨good ° n°5 1,234.50 -0.0 na NA _ __ _a a_ 1e5 ᾳ good\ufe0f \u200bgood good\u200bbad
go\u00adod go\u0301od \u0301good \u0345good""".split()  # noqa: SIM905
READ += ["№", "℡", "№5", "worse⛵", "x⛵", "xy⛵z", "TVアニメ", "世界a", "İlk", "good\u00a0bad", "good\u2028bad"]
READ += [unicodedata.normalize("NFD", word) for word in ("été", "ÉTÉ", "à", "q\u0301", "naïve", "Ết")]
READ += [
    "",
    " ",
    "12.50",
    "12.00",
    "½ cup",
    "\0good",
    "good\tbad\nhouse",
    "a" * 40,
    "b" * 45,
    "b" * 40 + "xyz",
    "good " * 300,
]
UNREAD = [
    "㎏",
    "𝐠𝐨𝐨𝐝",
    "good⛵",
    "ΣΟΦΟΣ",
    "カ\u3099",
    "\u1112\u1161\u11ab",
    "b" * 40 + "tail",
    "B" * 80 + "Tail",
]


@pytest.fixture(scope="module")
def both():
    piece = plan.TextInput(0, tuple(TERMS), np.linspace(1, 4, len(TERMS)))
    source = plan.Source("t", "text", "text", blanks=BLANK, words=("na",))
    whole = one_source(source, piece)
    return whole, session_of(model_of(whole))


def said(session, texts):
    return run_named(session, {"t": np.array(texts, dtype=object).reshape(-1, 1)})["inputs"]


def test_words_are_found_however_they_are_written(both):
    whole, session = both
    np.testing.assert_allclose(said(session, READ), plan_numbers.inputs_of(whole, [READ]), rtol=0, atol=1e-12)


def test_what_cannot_be_known_is_nan_and_no_other_row_with_it(both):
    whole, session = both
    texts = [text for odd in UNREAD for text in (odd, "good", f"bad {odd} house")]
    found = said(session, [*texts, "0.00001"])  # the last would be read as 1e-05
    assert np.isnan(found).all(axis=1).tolist() == [True, False, True] * len(UNREAD) + [True]
    assert (found[1] == plan_numbers.inputs_of(whole, [["good"]])).all()


@pytest.mark.parametrize("glue", ["good{}bad", "{}2 {}", "naï{}ve good{} bad"])
def test_no_character_of_all_leads_to_another_term(both, glue):
    whole, session = both
    some = [*range(0x3100), *range(0x3100, 0xD800, 37), *range(0xF900, 0x11000), *range(0x1D400, 0x1FA00, 19)]
    texts = [glue.replace("{}", chr(code)) for code in some[:: 1 if glue == "good{}bad" else 7]]
    found, expected = said(session, texts), plan_numbers.inputs_of(whole, [texts])
    read = ~np.isnan(found).any(axis=1)
    assert read.sum() > 100
    np.testing.assert_allclose(found[read], expected[read], rtol=0, atol=1e-12)


def test_texts_of_many_words_are_those_of_each(both):
    whole, session = both
    rng = np.random.default_rng(0)
    ends = [" ", " ", "  ", ", ", ".", "-", "\u3000", "; "]
    texts = ["".join(word + rng.choice(ends) for word in rng.choice(READ, 6)) for _ in range(300)]
    found, expected = said(session, texts), plan_numbers.inputs_of(whole, [texts])
    read = ~np.isnan(found).any(axis=1)
    assert read.mean() > 0.9
    np.testing.assert_allclose(found[read], expected[read], rtol=0, atol=1e-12)
    np.testing.assert_array_equal(np.vstack([said(session, [text]) for text in texts[:20]]), found[:20])


def test_large_vocabularies_fit_into_a_runtime(capfd):
    rng = np.random.default_rng(0)
    letters = list("abcdefghijklmnopqrstuvwxyzäöüßéè")
    words = sorted({"".join(rng.choice(letters, rng.integers(2, 12))) for _ in range(2500)})
    texts = [" ".join(rng.choice(words, 20)).title() for _ in range(40)] + ["x" * 64]
    step = TextTerms(4000, 1).fit(np.array(texts * 20, dtype=object)[:, None])
    terms = tuple(step.terms_[0])
    whole = one_source(plan.Source("t", "text", "text"), plan.TextInput(0, terms, step.idf_[0]))
    found = said(session_of(model_of(whole)), texts)
    np.testing.assert_allclose(found, step.transform(np.array(texts, dtype=object)[:, None]), rtol=0, atol=1e-12)
    assert not capfd.readouterr().err  # of patterns that are too large, the runtime tells there


def test_a_script_of_too_many_words_of_one_character_is_refused():
    terms = tuple(map(chr, range(0x4E00, 0x4E00 + 1100)))
    whole = one_source(plan.Source("t", "text", "text"), plan.TextInput(0, terms, np.ones(len(terms))))
    with pytest.raises(ExportError, match="column 't' have 1,100 different characters that are words by themselves"):
        model_of(whole)


@pytest.mark.parametrize("name", ["recipe, classes", "trained, amounts"])
def test_what_cannot_be_read_has_no_prediction(name):
    one = case(name)
    whole = plan_of(one.model)
    frame = one.frames[0][:3].assign(title=["good", "the bad⛵", "ok"])
    model = to_onnx(one.model)
    said = run_named(model, arrays(whole, plan_numbers.given_of(whole, frame)))
    numbers = said["probabilities" if "probabilities" in said else "prediction"].reshape(3, -1)
    assert np.isnan(numbers).any(axis=1).tolist() == [False, True, False]
    assert np.isnan(numbers[1]).all()
