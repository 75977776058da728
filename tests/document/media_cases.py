"""The media that show documents, and a reader of the numbers in what they write, whatever their manner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from html import unescape
from xml.etree import ElementTree

from glassprop.cli.terminal import pieces_of, show
from glassprop.document.blocks import Matrix
from glassprop.document.html_document import html_document, html_piece
from glassprop.document.latex_document import latex_document
from glassprop.document.markdown_document import markdown_document
from glassprop.document.mathematics import Number

MEDIA = ("terminal", "latex", "markdown", "html", "notebook")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def shown_in(medium, document, capsys):
    """The document as a medium shows it."""
    if medium == "terminal":
        capsys.readouterr()
        show(pieces_of(document))
        return capsys.readouterr().out
    write = {"latex": latex_document, "markdown": markdown_document, "html": html_document, "notebook": html_piece}
    return write[medium](document)


def formulas_in(html: str) -> Iterator[ElementTree.Element]:
    """The formulas of a document as trees, each read by itself."""
    for found in re.finditer(r"<math\b.*?</math>", html, flags=re.DOTALL):
        yield ElementTree.fromstring(found[0])


def math_text(node: ElementTree.Element) -> str:
    """A formula as text: indices and layers left out, what is above a line before what is below."""
    parts = list(map(math_text, node))
    match node.tag:
        case "msub" | "msubsup":
            return parts[0]
        case "munder":
            return f"{parts[0]}_{parts[1]} "
        case "msup":
            return "^".join(parts)
        case "mfrac":
            return "/".join(parts)
        case "mspace":
            return " "
        case "mtr":
            return f"{' '.join(parts)}; "
        case "mo":
            sign = (node.text or "").replace("−", "-").replace("{", "")
            return sign if node.get("form") in ("prefix", "postfix") else f" {sign} "
    return (node.text or "") + "".join(parts)


def html_as_text(html: str) -> str:
    """What a document shows, formulas as ``math_text`` writes them."""
    formulas = map(math_text, formulas_in(html))
    html = re.sub(r"<math\b.*?</math>", lambda _: re.sub(r" · 10\^", "e", next(formulas)), html, flags=re.DOTALL)
    return unescape(re.sub(r"<(style|title)>.*?</\1>|<span aria-hidden.*?</span>|<[^>]*>", " ", html, flags=re.DOTALL))


def numbers_in(text):
    """The numbers of a text, without their signs: powers of ten put in, markup and the numbers of layers left out."""
    if "<table>" in text or "<p" in text:
        text = html_as_text(text)
    text = re.sub(r"\s*\\cdot 10\^\{(-?\d+)\}", r"e\1", text)
    text = re.sub(r"·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda power: f"e{power[1].translate(_SUPERSCRIPTS)}", text)
    return [abs(float(x)) for x in re.findall(r"(?<![\w.^{\[])\d+\.?\d*(?:e[-+]?\d+)?(?![\w\]])", text)]


def nodes_of(thing):
    """Every part of a document, and of what is in it."""
    yield thing
    if is_dataclass(thing):
        for field in fields(thing):
            yield from nodes_of(getattr(thing, field.name))
    elif isinstance(thing, tuple):
        for part in thing:
            yield from nodes_of(part)


def numbers_of(document):
    """The numbers that a document holds: those by themselves or in formulas, and those of matrices."""
    found = list(nodes_of(document))
    alone = [node.value for node in found if isinstance(node, Number)]
    return alone, [x for node in found if isinstance(node, Matrix) for row in node.rows for x in row]
