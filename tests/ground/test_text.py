"""Text from outside made fit to be shown: visible, of bounded length, JSON and cells of spreadsheets among it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassprop.ground.text import (
    LONGEST,
    LONGEST_LINE,
    listed,
    one_line,
    quoted,
    shortened,
    shown,
    visible,
    visible_json,
    without_formulas,
)

ANY = st.text(st.characters(), max_size=400)  # surrogates, too
HUGE = 1_000_000


@given(ANY)
def test_what_is_shown_is_printable_and_short(text: str) -> None:
    for found in (shown(text), quoted(text), one_line(text)):
        assert found.isprintable()
    assert visible(text).isprintable()
    assert len(shown(text)) <= LONGEST
    assert len(quoted(text)) <= 2 * LONGEST + 2


@pytest.mark.parametrize("text", ["a" * HUGE, "\x1b" * HUGE, "\U000e0001" * HUGE, "'\"\\" * HUGE, " \n" * HUGE])
def test_nothing_huge_is_quoted_whole(text: str) -> None:
    assert len(shown(text)) <= LONGEST
    assert len(quoted(text)) <= 2 * LONGEST + 2
    assert len(quoted([text])) <= LONGEST
    assert len(one_line(text)) <= LONGEST_LINE
    assert len(listed([text] * 10_000)) < 13 * (2 * LONGEST + 4)


@given(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=LONGEST))
def test_short_plain_text_is_left_alone(text: str) -> None:
    assert visible(text) == shown(text) == shortened(text) == one_line(text) == text
    assert quoted(text) == repr(text)


@given(st.text(min_size=30, max_size=60), st.integers(4, 29))
def test_the_start_and_the_end_are_kept(text: str, most: int) -> None:
    start, _, end = shortened(text, most).rpartition("…")
    assert len(start) + 1 + len(end) == most
    assert text.startswith(start)
    assert text.endswith(end)
    assert end


def test_many_names_are_counted() -> None:
    assert listed(["a", "b\n"]) == r"'a', 'b\n'"
    assert listed([f"c{k}" for k in range(10_000)], 2) == "'c0', 'c1' and 9,998 more"


@given(st.dictionaries(ANY, ANY | st.floats(allow_nan=False)))
def test_json_means_the_same_and_hides_nothing(value: dict[str, object]) -> None:
    document = visible_json(json.dumps(value, ensure_ascii=False))
    assert document.isprintable()
    assert json.loads(document) == value
    document.encode()  # lone surrogates are escapes


def test_json_of_controls() -> None:
    assert visible_json('"\x9b\x7f\u202eä\U000e0001"') == r'"\u009b\u007f\u202eä\udb40\udc01"'


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-2+cmd|' /C calc'!A0", "'-2+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\rx", "'\rx"),
        ("  =1", "  '=1"),
        ("\ufeff\u200b=1", "\ufeff\u200b'=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("a;=1;-b", "a;'=1;'-b"),
        ("a\n@b", "a\n'@b"),
        ("--", "'--"),
        ("-1.5e3x", "'-1.5e3x"),
        *((plain, plain) for plain in ("-1.5", "+2", "-.5e-7", "1", "", "a-b", "x = 3", "a@b.c", "C++")),
    ],
)
def test_formulas(text: str, safe: str) -> None:
    assert without_formulas(text) == safe


@given(st.text(st.sampled_from("=+-@\t\r\n;,| a1.\ufeff")))
def test_no_formula_is_left_and_nothing_else_is_changed(text: str) -> None:
    safe = without_formulas(text)
    try:
        float(text)
    except ValueError:
        pass
    else:
        return
    for cell in (
        safe.replace("\t", ";").replace("\r", ";").replace("\n", ";").replace(",", ";").replace("|", ";").split(";")
    ):
        assert not cell.strip(" \ufeff").startswith(("=", "+", "-", "@"))
    assert safe.replace("'", "") == text
