"""The contract of the media: each knows every kind of part, tells its numbers and words, and keeps names text."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import get_args

import pytest
from document.media_cases import MEDIA, html_as_text, numbers_in, shown_in
from markdown_it import MarkdownIt
from rich.cells import cell_len
from tex_cases import HOSTILE, compile_tex

from glassprop.document.blocks import (
    Block,
    Column,
    Display,
    Document,
    Matrix,
    Name,
    Paragraph,
    Section,
    Table,
    Waterfall,
)
from glassprop.document.html_document import html_document
from glassprop.document.mathematics import (
    Activated,
    Aside,
    Becomes,
    Difference,
    Equation,
    Expression,
    Math,
    Number,
    Partial,
    Product,
    Reading,
    Route,
    Slope,
    Sum,
    Symbol,
    Total,
    Words,
)
from glassprop.equations.activation import find_activation
from glassprop.ground.text import shortened, visible

W, Z = Symbol("w", 2, (1, 0)), Symbol("z", 2, (1,))
HEADS = Column("things"), Column(W, numbers=True)

# Of each kind of part: one, the numbers in it, and what every medium must show of it.
MATHEMATICS: dict[type, tuple[Math, list[float], list[str]]] = {
    Symbol: (W, [], ["w"]),
    Number: (Number(-0.1234), [0.1234], []),
    Words: (Words("column"), [], ["column"]),
    Partial: (Partial(Z, W), [], ["z", "w"]),
    Slope: (Slope(Z), [], ["z"]),
    Activated: (Activated(Z), [], ["z"]),
    Reading: (Reading(find_activation("leaky_relu(0.125)"), derivative=True), [0.125], ["p"]),
    Expression: (Expression("v - 7*g"), [7], ["v", "g"]),
    Product: (Product((Number(0.5), Number(-0.25))), [0.5, 0.25], []),
    Sum: (Sum((Number(0.5), Number(-0.25))), [0.5, 0.25], ["-"]),
    Difference: (Difference(Symbol("a"), Symbol("y")), [], ["a", "-", "y"]),
    Total: (Total("k", Product((Symbol("w"), Symbol("a")))), [], ["w", "a", "k"]),
    Aside: (Aside(Number(0.5), "data"), [0.5], ["data"]),
    Equation: (Equation((Symbol("g"), Number(0.5), Number(0.25))), [0.5, 0.25], ["g", "="]),
    Becomes: (Becomes(Symbol("v"), Expression("v - 7*g")), [7], ["v", "g"]),
    Route: (Route((Symbol("r"), Symbol("s"))), [], ["r", "s"]),
}
BLOCKS: dict[type, tuple[Block, list[float], list[str]]] = {
    Paragraph: (Paragraph(("in words ", Number(0.5), " ", Name("name"))), [0.5], ["in words", "name"]),
    Display: (Display((Equation((Symbol("g"), Number(0.5))),)), [0.5], ["g"]),
    Matrix: (Matrix(Symbol("J"), ((0.5, -0.25), (0.75, 4.5))), [0.5, 0.25, 0.75, 4.5], ["J"]),
    Table: (
        Table(HEADS, ((Name("first"), Number(0.5)), ("all", Number(0.25))), (3, "rows"), total=True),
        [0.5, 0.25, 3],
        ["things", "w", "first", "3 more rows", "all"],
    ),
    Waterfall: (
        Waterfall(("begun", 0.5), (("more", Name("here"), 0.25), ("less", "", -1.5)), ("end", -0.75)),
        [0.5, 0.25, 0.75, 1.5, 0.75, 0.75],
        ["begun", "more", "here", "less", "end"],
    ),
    Section: (Section(("Layer ", Name("relu")), (Paragraph("in words"),)), [], ["Layer", "relu", "in words"]),
}
KINDS = {**MATHEMATICS, **BLOCKS}


def test_every_kind_of_part_has_its_example_here():
    assert set(MATHEMATICS) == set(get_args(Math))
    assert set(BLOCKS) == set(get_args(Block))


@pytest.mark.parametrize("medium", MEDIA)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_medium_knows_every_kind_of_part(kind, medium, capsys):
    """Mathematics among words, in a cell, and by itself."""
    part, numbers, words = KINDS[kind]
    blocks = (part,)
    if kind in MATHEMATICS:
        blocks = Paragraph(("so ", part, " it is")), Display((part,)), Table((Column("head"),), ((part,),))
    text = shown_in(medium, Document("title", blocks), capsys)
    assert Counter(numbers_in(text)) >= Counter(numbers * len(blocks))
    plain = html_as_text(text) if medium in ("html", "notebook") else text
    for word in ("title", *words):
        assert word in plain


@pytest.mark.parametrize("medium", MEDIA)
def test_a_negative_number_is_subtracted_and_bracketed(medium, capsys):
    line = Paragraph((Sum((Number(0.5), Number(-0.25), Product((Number(-2.5), Number(-3.5))))),))
    text = shown_in(medium, Document("", (line,)), capsys)
    text = " ".join(html_as_text(text).split()) if medium in ("html", "notebook") else text
    plain = re.sub(r"(\.\d*?)0+\b", r"\1", text).replace(r"\cdot", "·").replace("$", "")
    assert "0.5 - 0.25 + (-2.5) · (-3.5)" in plain


# --- names are text in every medium -----------------------------------------------------------------------------------

NAMES = [
    *HOSTILE, "[1](http://evil.example)", "[x]: http://evil.example", "![i](x)", "# not a title", "- no point",
    "1. no point", "a_b __c__ ~~d~~", "=1+1", "http://evil.example www.evil.example", "<b>", "&amp;", "$x$", "`code`",
    "a | b \\| c", "+ no point", "> said", "***", "a\\",
]  # fmt: skip


def full_of_names(name):
    """A document that has a name wherever one can stand."""
    it = Name(name, 60)
    table = Table((Column(it), Column("n", numbers=True)), ((it, Number(0.5)), ((it, " and ", it), it)), total=True)
    return Document((it, " title"), (Paragraph(it), Section(it, (Paragraph(("then ", it)), table, Section(it, ())))))


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def check_html(text, said):
    page = Tags()
    page.feed(text)
    assert page.tags <= {
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "h4", "section", "div", "p", "b", "bdi",
        "table", "thead", "tbody", "tr", "th", "td", "details", "summary",
    }  # fmt: skip
    assert page.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "style", "scope", "colspan"}
    assert page.text.count(said) >= 8


def check_markdown(text, said):
    kinds, texts = Counter(), ""
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        kinds[token.type] += 1
        for child in token.children or ():
            kinds[child.type] += 1
            texts += child.content
        texts += "\n"
    assert set(kinds) <= {
        "heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text", "table_open",
        "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close", "th_open",
        "th_close", "td_open", "td_close", "text_special", "softbreak",
    }  # fmt: skip
    paragraphs = 2 if said else 1
    assert [kinds[f"{what}_open"] for what in ("heading", "paragraph", "td", "table")] == [3, paragraphs, 4, 1]
    assert texts.count(said.strip()) >= 8
    assert not re.search(r"https?://|www\.\w", text)  # which GitHub would make a link of


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
@pytest.mark.parametrize("medium", MEDIA)
def test_hostile_names_stay_text(name, medium, capsys):
    text = shown_in(medium, full_of_names(name), capsys)
    assert all(line.isprintable() for line in text.split("\n"))
    said = visible(shortened(name, 60))
    if medium in ("html", "notebook"):
        check_html(text, said)
    elif medium == "markdown":
        check_markdown(text, said)
    elif medium == "terminal":
        assert max(map(cell_len, text.split("\n"))) <= 80
    else:
        assert text.isascii()


def test_latex_full_of_hostile_names_compiles(tmp_path, capsys):
    text = "".join(
        shown_in("latex", full_of_names(name), capsys).split(r"\begin{document}")[1].split(r"\end{document}")[0]
        for name in NAMES
    )
    head = shown_in("latex", Document("", ()), capsys).split(r"\begin{document}")[0]
    compile_tex(head + r"\begin{document}" + text + r"\end{document}", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.aux", "t.log", "t.tex"]


def test_a_notebook_typesets_no_name(capsys):
    assert "mathjax_ignore" in shown_in("notebook", full_of_names("$x$"), capsys)


def test_the_title_of_a_window_has_no_markup():
    document = Document(("Row ", Name("<i>a & b"), ": ", Symbol("w", 1, (0, 2))), (Paragraph("x"),))
    title = re.search("<title>(.*)</title>", html_document(document))[1]
    assert title == "Row &lt;i&gt;a &amp; b: w[0,2]⁽¹⁾"
