"""A worksheet written down: as Markdown that reads as plain text, as one HTML file, as a LaTeX document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from glassprop.document.html_document import html_text
from glassprop.document.latex_document import LatexMath
from glassprop.document.markdown_document import markdown_text
from glassprop.document.plain import PlainMath, superscript
from glassprop.document.tex import tex_text
from glassprop.worksheet.exact import Number, decimal_of, rounded
from glassprop.worksheet.sheet import Given, Item, Section, Sheet

_BLANK = "____________"
_PLAIN, _TEX = PlainMath(), LatexMath()
_LONG = 16  # digits of an exact decimal, beyond which its rounded form stands beside it


class _Style(Protocol):
    """How numbers and products look in one of the forms."""

    times: str
    about: str

    def power(self, mantissa: str, exponent: int) -> str: ...

    def fraction(self, number: Number) -> str: ...


class _Plain:
    times, about = "·", "≈"

    def power(self, mantissa: str, exponent: int) -> str:
        return f"{mantissa}·10{superscript(exponent)}"

    def fraction(self, number: Number) -> str:
        return f"{number.value.numerator}/{number.value.denominator}"


class _Tex:
    times, about = r" \cdot ", r"\approx"

    def power(self, mantissa: str, exponent: int) -> str:
        return rf"{mantissa} \cdot 10^{{{exponent}}}"

    def fraction(self, number: Number) -> str:
        top = number.value.numerator
        return ("-" if top < 0 else "") + rf"\tfrac{{{abs(top)}}}{{{number.value.denominator}}}"


def _rounded(number: Number, style: _Style, significant: int) -> str:
    mantissa, exponent = rounded(number.value, significant)
    return style.power(mantissa, exponent) if exponent else mantissa


def _shown(number: Number, style: _Style, significant: int) -> str:
    """A number within a product or a table: exact if it is."""
    exact = decimal_of(number.value) if number.exact else None
    if exact is not None:
        return exact
    return style.fraction(number) if number.exact else _rounded(number, style, significant)


def _answer(item: Item, style: _Style, significant: int) -> str:
    """The right side of an answer: the working if there is any, and the number."""
    number = item.answer
    parts = []
    if item.products:
        exact_factors = all(factor.exact for product in item.products for factor in product)
        parts.append(f"{'=' if exact_factors else style.about} {_working(item, style, significant)}")
    if not number.exact:
        return " ".join([*parts, f"{style.about} {_rounded(number, style, significant)}"])
    exact = _shown(number, style, significant)
    parts.append(f"= {exact}")
    if len(exact) > _LONG or decimal_of(number.value) is None:
        parts.append(f"{style.about} {_rounded(number, style, significant)}")
    return " ".join(parts)


def _working(item: Item, style: _Style, significant: int) -> str:
    terms = [
        style.times.join(_in_brackets(_shown(factor, style, significant), n) for n, factor in enumerate(product))
        for product in item.products
    ]
    return " + ".join(terms).replace("+ -", "- ")


def _in_brackets(shown: str, place: int) -> str:
    return f"({shown})" if place and shown.startswith("-") else shown


# --- Markdown -------------------------------------------------------------------------------------------------


def _as_text(sheet: Sheet) -> str:
    style = _Plain()
    lines = [f"# {sheet.title}", ""]
    lines += [line for text in sheet.intro for line in (markdown_text(text), "")]
    lines += ["## Given", ""]
    for given in sheet.given:
        lines += [*_markdown_table(given, style, sheet.significant), ""]
    lines += _markdown_sections(sheet, "## ", lambda item: f"= {_BLANK}")
    lines += ["", "---", "", "# Answer key", ""]
    lines += [line for note in sheet.notes for line in (markdown_text(note), "")]
    lines += _markdown_sections(sheet, "## ", lambda item: _answer(item, style, sheet.significant), key=True)
    return "\n".join(lines).rstrip() + "\n"


def _markdown_sections(sheet: Sheet, mark: str, right: Callable[[Item], str], key: bool = False) -> list[str]:
    lines: list[str] = []
    for number, section in enumerate(sheet.sections, start=1):
        lines += [f"{mark}{number}. {section.title}", ""]
        if not key:
            lines += [section.text, ""]
            lines += [f"    {_formulas(section)}", ""]
        lines += [*(f"    {_PLAIN.write(item.symbol)} {right(item)}" for item in section.items), ""]
    return lines


def _markdown_table(given: Given, style: _Style, significant: int) -> list[str]:
    cells = [
        [_label(_PLAIN.write(symbol), markdown_text(name)), *(_shown(x, style, significant) for x in row)]
        for symbol, name, row in given.rows
    ]
    table = [list(given.columns), *cells]
    widths = [max(3, *(len(row[i]) for row in table)) for i in range(len(given.columns))]
    lines = [f"{given.title}:", ""]
    for number, row in enumerate(table):
        padded = [
            cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(f"| {' | '.join(padded)} |")
        if number == 0:
            lines.append(f"| {' | '.join('-' * w if i == 0 else '-' * (w - 1) + ':' for i, w in enumerate(widths))} |")
    return lines


def _formulas(section: Section) -> str:
    return ",  ".join(map(_PLAIN.write, section.formulas))


def _label(symbol: str, name: str) -> str:
    return f"{symbol}: {name}" if name else symbol


# --- HTML -----------------------------------------------------------------------------------------------------

_CSS = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 Georgia, "Times New Roman", serif; max-width: 46em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: 0 0 1em; }
th, td { padding: .15em .7em; border-bottom: 1px solid #8888; text-align: right; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; }
caption { text-align: left; font-weight: bold; }
.formula { margin: .5em 1.5em; font-style: italic; }
ul { list-style: none; padding-left: 1.5em; }
li { margin: .55em 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.blank { display: inline-block; min-width: 9em; border-bottom: 1px solid; }
.key { break-before: page; border-top: 3px double; margin-top: 3em; }
@media print { body { margin: 0; max-width: none; } section { break-inside: avoid; } }
""".strip()


def _as_html(sheet: Sheet) -> str:
    style = _Plain()
    parts = [
        f"<h1>{html_text(sheet.title)}</h1>",
        *(f"<p>{html_text(text)}</p>" for text in sheet.intro),
        "<h2>Given</h2>",
    ]
    parts += [_html_table(given, style, sheet.significant) for given in sheet.given]
    blank = '= <span class="blank" role="img" aria-label="blank"></span>'
    parts += [_html_section(n, section, lambda item: blank) for n, section in enumerate(sheet.sections, start=1)]
    parts += ['<div class="key">', "<h1>Answer key</h1>", *(f"<p>{html_text(note)}</p>" for note in sheet.notes)]

    def answer(item: Item) -> str:
        return html_text(_answer(item, style, sheet.significant))

    parts += [_html_section(n, section, answer, key=True) for n, section in enumerate(sheet.sections, start=1)]
    body = "\n".join([*parts, "</div>"])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html_text(sheet.title)}</title>\n<style>\n{_CSS}\n</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _html_section(number: int, section: Section, right: Callable[[Item], str], key: bool = False) -> str:
    parts = ["<section>", f"<h2>{number}. {html_text(section.title)}</h2>"]
    if not key:
        parts.append(f"<p>{html_text(section.text)}</p>")
        parts.append(f'<p class="formula">{html_text(_formulas(section))}</p>')
    items = "\n".join(f"<li>{html_text(_PLAIN.write(item.symbol))} {right(item)}</li>" for item in section.items)
    return "\n".join([*parts, f"<ul>\n{items}\n</ul>", "</section>"])


def _html_table(given: Given, style: _Style, significant: int) -> str:
    head = "".join(f'<th scope="col">{html_text(name)}</th>' for name in given.columns)
    rows = "\n".join(
        f"<tr><td>{html_text(_label(_PLAIN.write(symbol), name))}</td>"
        + "".join(f"<td>{_shown(x, style, significant)}</td>" for x in row)
        + "</tr>"
        for symbol, name, row in given.rows
    )
    return f"<table>\n<caption>{html_text(given.title)}</caption>\n<tr>{head}</tr>\n{rows}\n</table>"


# --- LaTeX ----------------------------------------------------------------------------------------------------

_TEX_HEAD = r"""% A worksheet with its answer key, written by glassprop. pdflatex compiles it as it is.
\documentclass[11pt]{article}
\usepackage[utf8]{inputenc}
\usepackage[a4paper, margin=22mm]{geometry}
\usepackage{amsmath}
\setlength{\parindent}{0pt}
\setlength{\parskip}{5pt}
\setlength{\emergencystretch}{3em}
\renewcommand{\arraystretch}{1.25}
\begin{document}
"""
_TEX_BLANK = r"= \underline{\hspace{4cm}}"


def _as_latex(sheet: Sheet) -> str:
    style = _Tex()
    parts = [_TEX_HEAD, rf"\section*{{{_tex(sheet.title)}}}", *(f"{_tex(text)}\n" for text in sheet.intro)]
    parts += [_tex_table(given, style, sheet.significant) for given in sheet.given]
    parts += [_tex_section(n, section, lambda item: _TEX_BLANK) for n, section in enumerate(sheet.sections, start=1)]
    parts += [r"\clearpage", r"\section*{Answer key}", *(f"{_tex(note)}\n" for note in sheet.notes)]

    def answer(item: Item) -> str:
        return _answer(item, style, sheet.significant)

    parts += [_tex_section(n, section, answer, key=True) for n, section in enumerate(sheet.sections, start=1)]
    return "\n".join([*parts, r"\end{document}", ""])


def _tex(text: str) -> str:
    return tex_text(text, most=None)


def _tex_section(number: int, section: Section, right: Callable[[Item], str], key: bool = False) -> str:
    parts = [rf"\subsection*{{{number}. {_tex(section.title)}}}"]
    if not key:
        parts.append(_tex(section.text))
        formulas = r", \qquad ".join(map(_TEX.write, section.formulas))
        parts.append(rf"\[ {formulas} \]")
    parts += [rf"$\displaystyle {_TEX.write(item.symbol)} {right(item)}$\par" for item in section.items]
    return "\n".join(parts)


def _tex_table(given: Given, style: _Style, significant: int) -> str:
    lines = [
        rf"\textbf{{{_tex(given.title)}}}\par",
        rf"\begin{{tabular}}{{@{{}}l{'r' * (len(given.columns) - 1)}@{{}}}}",
    ]
    lines.append(" & ".join(map(_tex, given.columns)) + r" \\ \hline")
    for symbol, name, row in given.rows:
        numbers = (f"${_shown(x, style, significant)}$" for x in row)
        lines.append(" & ".join([_label(f"${_TEX.write(symbol)}$", tex_text(name)), *numbers]) + r" \\")
    return "\n".join([*lines, r"\end{tabular}\par"])


FORMS: dict[str, Callable[[Sheet], str]] = {"text": _as_text, "html": _as_html, "latex": _as_latex}
