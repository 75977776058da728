"""MathML: every function has such a reading that means what its text means, and it is drawn, read and copied."""

from __future__ import annotations

from math import isclose
from xml.etree import ElementTree

import pytest
from document.drawn import expression_of
from document.media_cases import formulas_in, math_text, shown_in
from tex_cases import HOSTILE

from glassprop.document.blocks import Display, Document, Paragraph
from glassprop.document.formulas import formula_of
from glassprop.document.html_document import html_document, html_piece
from glassprop.document.mathematics import Aside, Equation, Number, Product, Reading, Sum, Symbol, Words
from glassprop.document.plain import PlainMath
from glassprop.document.written_mathml import MathmlWriter
from glassprop.equations import definitions
from glassprop.equations.activation import ACTIVATIONS, Activation
from glassprop.equations.cost import COSTS, Cost
from glassprop.equations.definitions import definition_of
from glassprop.equations.expression import FLOATS, evaluate, parse
from glassprop.ground.text import visible

NAMES = [
    {"z": z, "z_j": z, "z_m": (z, 0.5), "a": a, "a_j": a, "δ_mj": 1.0, "y": y, "p": 0.3}
    for z in (-4.0, -1.25, 0.7, 3.5)
    for a, y in ((0.25, 0.75), (0.75, 0.25), (0.45, 0.5))
]
BOTH = [*ACTIVATIONS.values(), *COSTS.values()]
ELEMENTS = {  # of MathML Core
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "msub", "msup", "msubsup", "munder", "mfrac", "msqrt",
    "mtable", "mtr", "mtd",
}  # fmt: skip
CHILDREN = {"msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mfrac": 2, "msqrt": 1}
EVERY_FORMULA = Document("All", tuple(Display((Reading(one), Reading(one, derivative=True))) for one in BOTH))


def read(mathml: str) -> ElementTree.Element:
    """The tree, if it is one that every browser draws."""
    tree = ElementTree.fromstring(mathml if mathml.startswith("<math") else f"<math>{mathml}</math>")
    for node in tree.iter():
        assert node.tag in ELEMENTS
        assert len(node) == CHILDREN.get(node.tag, len(node))
        assert node.tag not in ("mi", "mn", "mo") or (node.text and not len(node))
    return tree


# --- every activation and cost has one --------------------------------------------------------------------------------


def assert_has_readings(function: Activation | Cost) -> None:
    """Both come to the numbers of the definition, at some z, or a and y."""
    formula, found = formula_of(function), definition_of(function)
    trees = read(formula.value_mathml), read(formula.derivative_mathml)
    assert found is not None, f"{function.name} has no formula"
    outputs = 1 if isinstance(function, Activation) else 2
    value, slope = (expression_of(tree, outputs) for tree in trees)
    if outputs == 2:
        value, slope = (text.replace("_j", "") for text in (value, slope))
    for names in NAMES:
        known = {**names, **found.constants}
        for name, part in found.where.items():
            known[name] = evaluate(parse(part), known, FLOATS)
        assert isclose(evaluate(parse(value), known, FLOATS), outputs * found.value_at(names, FLOATS))
        one = {"a_m": 0.4}  # of the m; a sum knows all
        assert isclose(evaluate(parse(slope), known | one, FLOATS), found.slope_at(names | one, FLOATS))


@pytest.mark.parametrize("function", BOTH, ids=lambda function: function.name)
def test_every_function_has_readings(function):
    assert_has_readings(function)


def test_one_that_lacks_its_reading_is_found(monkeypatch):
    monkeypatch.delitem(definitions.COST_DEFINITIONS, "log_cosh")
    with pytest.raises(AssertionError, match="log_cosh has no formula"):
        assert_has_readings(COSTS["log_cosh"])


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("x - (y - z)", "x - (y - z)"),
        ("(x - y) - z", "x - y - z"),
        ("-(x + y)", "-(x + y)"),
        ("x*(-y)", "x (-y)"),
        ("(x/y)**2", "(x/y)^2"),
        ("(-x)**2", "(-x)^2"),
        ("-x**2", "-x^2"),
        ("ln(x)**2", "(ln x)^2"),
        ("abs(x)**2", "|x|^2"),
        ("exp(-2*x)", "e^-2 x"),
        ("x*(1 if y > 0 else 2)", "x (1 if y > 0; 2 otherwise; )"),
        ("1 if x > 3 else y if x > -3 else 0", "1 if x > 3; y if x > -3; 0 otherwise; "),
    ],
)
def test_brackets_stand_where_they_are_needed(expression, text):
    assert math_text(read(MathmlWriter().write(parse(expression)))).replace("\u00a0", " ") == text


def test_costs_are_summed_and_their_names_have_an_index():
    tree = read(formula_of(COSTS["squared_error"]).value_mathml)
    assert ["".join(part.itertext()) for part in tree.iter("munder")] == ["∑j"]
    assert ["".join(part.itertext()) for part in tree.iter("msub")] == ["aj", "yj"]


# --- in HTML ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("medium", ["html", "notebook"])
def test_each_formula_has_its_text_beside_it(medium, capsys):
    """As an attribute for who does not see it, and behind it, without room, for who copies it."""
    html = shown_in(medium, EVERY_FORMULA, capsys)
    texts = [PlainMath().write(one) for part in EVERY_FORMULA.parts for one in part.formulas]
    assert [read(ElementTree.tostring(one, "unicode")).get("alttext") for one in formulas_in(html)] == texts
    behind = ElementTree.fromstring(f"<a>{html_piece(EVERY_FORMULA)}</a>").iter("span")
    assert [one.text for one in behind] == texts


@pytest.mark.parametrize("value", [0.0, -0.0, -0.25, 1.5e-7, -2e30, float("inf"), -float("inf"), float("nan")])
def test_a_number_is_that_of_the_plain_medium(value):
    html = html_document(Document("", (Display((Number(value),)),)))
    (tree,) = formulas_in(html)
    said = math_text(read(ElementTree.tostring(tree, "unicode")))
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    plain = PlainMath().write(Number(value))
    assert said.replace(" · 10^", "·10") == plain.translate(raised)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_in_formulas_stay_text(name):
    own = Activation(name or "f", value=lambda z: z, slope=lambda z, a: z)
    parts = Reading(own), Reading(own, derivative=True), Words(name), Aside(Number(0.5), name)
    document = Document("", (Display(parts), Paragraph(parts)))
    for html in (html_document(document), html_piece(document)):
        assert all(line.isprintable() for line in html.split("\n"))
        trees = [read(ElementTree.tostring(one, "unicode")) for one in formulas_in(html)]
        assert len(trees) == 8
        for tree in trees:
            shown = "".join(tree.itertext()).replace("\u00a0", " ")
            assert (visible(name) or "f") in shown or not name
            assert set(tree.attrib) == {"alttext", "style"} | (set(tree.attrib) & {"displaystyle"})


# --- in a browser -----------------------------------------------------------------------------------------------------

LONG = Equation(
    (
        Symbol("z", 2, (1,)),
        Sum(tuple(Product((Number(-0.123456 - k), Number(-1.5e-7 * (k + 1)))) for k in range(30))),
        Product(tuple(Number(0.123456 + k) for k in range(12))),
    )
)


@pytest.mark.parametrize("as_html", [html_document, html_piece])
def test_nothing_overflows_on_a_telephone(as_html, look):
    """Long sums are broken between terms; what cannot be broken scrolls by itself."""
    among_words = (Paragraph(("so ", formula, " it is")) for part in EVERY_FORMULA.parts for formula in part.formulas)
    document = Document("Long", (Display((LONG,)), *EVERY_FORMULA.parts, *among_words))
    begin = '<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    page = look(as_html(document) if as_html is html_document else begin + as_html(document), width=360)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    boxes = page.evaluate(
        "[...document.querySelectorAll('p')].map(p => [p.getBoundingClientRect().right, p.scrollWidth > p.clientWidth,"
        " getComputedStyle(p).overflow, p.scrollHeight - p.clientHeight])"
    )
    assert all(right <= 360 and higher <= 4 for right, _, _, higher in boxes)  # within the padding
    assert any(scrolls for _, scrolls, _, _ in boxes)
    assert all(how == "auto hidden" for _, scrolls, how, _ in boxes if scrolls)
    high = page.evaluate("[...document.querySelectorAll('mfrac')].map(f => f.getBoundingClientRect().height)")
    assert min(high) > 10  # drawn, one above the other


def test_what_is_copied_is_the_text(look):
    page = look(html_document(Document("", (Display((Reading(ACTIVATIONS["elu"]),)),))))
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.formula'))")
    assert page.evaluate("getSelection().toString()").strip() == formula_of(ACTIVATIONS["elu"]).value
