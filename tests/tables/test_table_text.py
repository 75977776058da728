"""Columns of text: recognized by words that come again, made inputs by scikit-learn's TF-IDF, alike in every table."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from scipy.sparse import issparse
from sklearn.feature_extraction.text import TfidfVectorizer

import glassprop
from glassprop.errors import TableError
from glassprop.tables import Defaults, FitOptions, Table, explain_table, fit_table, read_table
from glassprop.tables.encoding import block_encoder as block_encoder_module
from glassprop.tables.encoding import table_pipeline, text_inputs, written_inputs
from glassprop.tables.encoding.columns import tell_terms
from glassprop.tables.encoding.encode import TypedColumns, encoder
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.encoding.text_inputs import TextTerms, most_terms
from glassprop.tables.schema.readings import Reading, Schema
from glassprop.tables.schema.recognize import recognize
from glassprop.tables.values.words import LONGEST_READ

WORDS = ["room", "clean", "staff", "Größe", "breakfast", "naïve", "street", "price", "view", "bed", "宿", "не", "тихо"]
GOOD, BAD = ["lovely", "quiet"], ["dirty", "noisy"]
QUICK = Defaults(hidden=(8,), epochs=3, early_stopping_rows=10**6)


def reviews(rows: int, seed: int = 0) -> pl.DataFrame:
    """Reviews of which a word tells the class, some missing; a title; a number of noise; a category."""
    rng = np.random.default_rng(seed)
    good = rng.random(rows) < 0.5
    texts: list[str | None] = [
        f"{' '.join(rng.choice(WORDS, 6))}, {rng.choice(GOOD if k else BAD)}! nr{number}"
        for number, k in enumerate(good)
    ]
    titles = [f"The {rng.choice(WORDS)} of {rng.choice(WORDS)} x{number}" for number in range(rows)]
    for gap in range(5, rows, 10):
        texts[gap] = None
    return pl.DataFrame(
        {
            "review": texts,
            "noise": rng.normal(size=rows).round(3),
            "title": titles,
            "town": rng.choice(["Bern", "Ulm"], rows),
            "stars": np.where(good, "high", "low"),
        }
    )


def role_of(values: list[Any], name: str = "a") -> Any:
    (role,), _ = recognize(nw.from_native(pl.DataFrame({name: values}), eager_only=True), {})
    return role


RNG = np.random.default_rng(1)
COLUMNS = [
    ("reviews", reviews(60)["review"].to_list(), "text"),
    ("titles", reviews(60)["title"].to_list(), "text"),
    ("names", [f"{'Mr' if k % 2 else 'Mrs'}. Tom{k} van Smith{k}" for k in range(60)], "text"),
    ("japanese", ["".join(RNG.choice(list("良い宿は静かで清潔です"), 8)) + str(k) for k in range(60)], "text"),
    ("words of which none comes again", [f"aa{k}x bb{k}x cc{k}x" for k in range(60)], "dropped"),
    ("the same words in all rows", [f"this is number {k}" for k in range(60)], "dropped"),
    ("numbers in words", [f"{k * 7919} {k * 104729} {k % 5} {k % 3}" for k in range(60)], "dropped"),
    ("codes", [f"AB-{k % 7}-{k}" for k in range(60)], "dropped"),
    ("addresses of the web", [f"https://example.com/{'ab'[k % 2]}/{k}" for k in range(60)], "dropped"),
    ("uuids", [f"{k:08x}-12ab-4cde-8f00-{k:012x}" for k in range(60)], "dropped"),
    ("two words", [f"{'ab'[k % 2]}b cc{k}" for k in range(60)], "dropped"),
    ("few rows", reviews(19)["review"].to_list(), "dropped"),
    ("texts that come again", [f"{['good', 'bad', 'fair'][k % 3]} and very nice" for k in range(60)], "category"),
]


@pytest.mark.parametrize(("values", "role"), [case[1:] for case in COLUMNS], ids=[case[0] for case in COLUMNS])
def test_words_that_come_again_make_a_text(values, role):
    assert role_of(values).role == role


def test_why_a_text_is_left_out_is_said():
    found = role_of([f"aa{k}x bb{k}x cc{k}x" for k in range(60)])
    assert "free text" in found.reason
    assert "words that come again stand in 0% of them" in found.reason
    assert role_of(reviews(60)["title"].to_list(), "id").role == "dropped"


def test_inputs_are_those_of_scikit_learn():
    frame = reviews(80)
    texts = np.array(frame.select("review", "title").fill_null("").rows(), dtype=object)
    step = TextTerms(50, 2).fit(texts)
    names = step.get_feature_names_out()
    found = step.transform(texts)
    for column, name in enumerate(("x0", "x1")):
        direct = TfidfVectorizer(
            ngram_range=(1, 2), min_df=2, max_features=50, sublinear_tf=True, token_pattern=r"[宿]|[^\W宿]{2,}"
        )
        expected = direct.fit([text for text in texts[:, column] if text]).transform(texts[:, column]).toarray()
        mine = [k for k, known in enumerate(names) if known.startswith(f"{name}: ")]
        assert [names[k] for k in mine] == [f"{name}: {term}" for term in direct.get_feature_names_out()]
        np.testing.assert_array_equal(found[:, mine], expected)
    assert {"x0: größe", "x0: naïve", "x0: 宿", "x0: не"} <= set(names)
    assert not found[5, : len(step.terms_[0])].any()  # it is missing


def test_equal_letters_are_one_word_however_they_are_written():
    step = TextTerms(20).fit(np.array([["café au lait"], ["CAFE\u0301 noir"], ["thé vert"]], dtype=object))
    assert "café" in step.terms_[0]
    np.testing.assert_array_equal(step.transform([["cafe\u0301"]]), step.transform([["CAFÉ"]]))
    signs = TextTerms(20).fit(np.array([["किताब अच्छी"], ["किताब बुरी"]], dtype=object))
    assert "किताब" in signs.terms_[0]  # whose vowels are signs, no letters by themselves


SCHEMA = Schema.of(
    [Reading("noise", "number"), Reading("town", "category"), Reading("review", "text"), Reading("title", "text")]
)


@pytest.fixture
def in_small_blocks(monkeypatch):
    monkeypatch.setattr(block_encoder_module, "BLOCK", 64)
    monkeypatch.setattr(block_encoder_module, "OF_THE_NETWORK", 1)
    monkeypatch.setattr(table_pipeline, "SHORT", 2)


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("schema", [SCHEMA, Schema.of(SCHEMA.of_kind("text"))], ids=["all", "text alone"])
@pytest.mark.parametrize("convert", [lambda f: f, lambda f: f.to_pandas(), lambda f: f.to_arrow()])
def test_in_blocks_the_bits_are_those_of_the_steps(in_small_blocks, monkeypatch, convert, schema, compact):
    steps = encoder(schema, QUICK, "float32").fit(convert(reviews(300)))
    again = TablePipeline(encoder(schema, QUICK, "float32").steps)
    monkeypatch.setattr(written_inputs.Layout, "compact", lambda self, rows: compact)
    fitted = again.fit_inputs(convert(reviews(300)), np.arange(300))
    assert issparse(fitted) == compact
    dense = fitted.toarray() if compact else fitted
    np.testing.assert_array_equal(dense, steps.transform(convert(reviews(300))))
    assert list(again[-1].get_feature_names_out()) == list(steps[-1].get_feature_names_out())
    other = convert(reviews(333, seed=7))
    found = again.inputs(other)
    assert not compact or found.has_canonical_format
    np.testing.assert_array_equal(found.toarray() if compact else found, steps.transform(other))
    np.testing.assert_array_equal(TablePipeline(steps.steps).transform(other), steps.transform(other))


def trained(rows: int = 400, **asked: Any) -> tuple[Any, list[Any]]:
    notes: list[Any] = []
    options = FitOptions(target="stars", **asked)
    defaults = Defaults(hidden=(16,), epochs=15, early_stopping_rows=10**6)
    return fit_table(Table(reviews(rows), "reviews"), options, defaults=defaults, on_message=notes.append), notes


def test_a_model_learns_from_words_and_tells_of_them():
    outcome, notes = trained()
    assert outcome.scores["accuracy"] > outcome.baseline["accuracy"] + 0.25  # one in ten has no text
    assert {c.name: c.role for c in outcome.columns}["review"] == "text"
    (note,) = [note for note in notes if getattr(note, "kind", "") == "text-terms" and note.column == "review"]
    assert note.number == len(outcome.pipeline[1].named_transformers_["texts"].terms_[0]) <= 360
    assert any("taken as text: 'review', 'title'" in note for note in notes)
    left, _ = trained(drop=("review", "title"))
    assert left.scores["accuracy"] < outcome.scores["accuracy"]
    assert "texts" not in dict(left.pipeline[1].named_transformers_)


def test_a_row_is_the_same_alone_in_company_and_in_every_kind_of_table(tmp_path):
    pipeline = trained()[0].pipeline
    frame = reviews(70, seed=3)
    frame[0, "review"] = "1984"  # a number among texts
    expected = pipeline[:-1].transform(frame)
    frame.write_csv(tmp_path / "t.csv")
    frame.write_parquet(tmp_path / "t.parquet")
    words = {name: frozenset({""}) for name in ("review", "title", "town")}
    tables = [
        frame.to_pandas(),
        frame.to_arrow(),
        frame.to_pandas().astype({"review": "category", "title": object}),
        read_table(str(tmp_path / "t.csv"), as_text=words).frame,
        read_table(str(tmp_path / "t.parquet")).frame,
    ]
    for table in tables:
        np.testing.assert_array_equal(pipeline[:-1].transform(table), expected)
    for row in (0, 5, 33):
        np.testing.assert_array_equal(pipeline[:-1].transform(frame[row]), expected[[row]])
    alone = frame[[0]].to_pandas().assign(review=[1984])
    np.testing.assert_array_equal(pipeline[:-1].transform(alone), expected[[0]])
    new = frame[[0, 1]].with_columns(review=pl.Series(["qqq zzz", None]))
    terms = pipeline[1].output_indices_["texts"].start + np.arange(
        len(pipeline[1].named_transformers_["texts"].terms_[0])
    )
    assert not pipeline[:-1].transform(new)[:, terms].any()  # words never seen, and none


def test_saved_and_loaded_it_predicts_the_same_and_is_explained(tmp_path):
    outcome, _ = trained(120)
    glassprop.save(outcome.pipeline, tmp_path / "m", outcome.record)
    again = glassprop.load(tmp_path / "m")
    frame = reviews(60, seed=5)
    np.testing.assert_array_equal(again.predict_proba(frame), outcome.pipeline.predict_proba(frame))
    explanation = explain_table(again, outcome.record, Table(frame, "t"), [2])
    found = explanation.input("review")
    names = [part.name for part in found.parts if part.x]
    assert names
    there = frame["review"][2].lower().translate(str.maketrans("", "", ",!")).split()
    assert all(set(name.removeprefix("review: ").split()) <= set(there) for name in names)
    assert np.isnan(found.value)
    assert not [name for name in explanation.without_rows().names.inputs if "lovely" in name or "bern" in name.lower()]


def test_a_megabyte_cell_is_read_up_to_its_bound():
    long = "noisy room " * 100_000
    step = TextTerms(20).fit(np.array([[long], ["noisy street"], ["quiet street"]], dtype=object))
    np.testing.assert_array_equal(step.transform([[long]]), step.transform([[long[:LONGEST_READ]]]))
    assert role_of([long, *reviews(60)["review"].to_list()]).role == "text"
    run = TextTerms(20, 1).fit(np.array([["x" * 10**6], ["y z"]], dtype=object))
    assert max(map(len, run.terms_[0])) <= 81


def test_what_is_looked_at_is_bounded(monkeypatch):
    texts = np.array([[f"word{k % 50} and word{k % 7}"] for k in range(1000)], dtype=object)
    monkeypatch.setattr(text_inputs, "_CHARACTERS", 3_000)
    step = TextTerms(50).fit(texts)
    every = int(np.ceil(sum(len(text) for (text,) in texts) / 3_000))
    assert step.terms_ == TextTerms(50).fit(texts[::every]).terms_
    assert [most_terms(columns) for columns in (1, 4, 100)] == [4_000, 2_000, 80]


def test_no_words_in_training_rows():
    empty = TextTerms().fit(np.array([[""], ["! ?"]], dtype=object))
    assert empty.terms_ == [[]]
    assert empty.transform(np.array([["word"]], dtype=object)).shape == (1, 0)
    frame = pl.DataFrame({"text": [None, "a ! b"] * 30, "y": [1.0, 2.0] * 30})
    steps = TablePipeline(encoder(Schema((Reading("text", "text"),)), QUICK, "float32").steps)
    steps.fit_inputs(frame, np.arange(60))
    with pytest.raises(TableError, match="no words to learn from"):
        tell_terms(steps, print)


def test_the_schema_keeps_text_apart():
    typed = TypedColumns(SCHEMA)
    assert typed.groups() == {"numbers": ["noise"], "categories": ["town"], "texts": ["review", "title"]}
    assert Schema.from_list(SCHEMA.to_list()) == SCHEMA
