"""A worksheet as a LaTeX document, which pdflatex compiles as it is."""

from __future__ import annotations

from glassprop.document.latex_document import Latex, LatexMath
from glassprop.document.mathematics import Math
from glassprop.document.tex import tex_text
from glassprop.worksheet.drawn_latex import drawing_as_latex
from glassprop.worksheet.sheet import Given, Grid, Item, Section, Sheet
from glassprop.worksheet.sheet_style import Tex, answer_text, check_text, number_text

_WORDS, _MATH, _AMONG_WORDS, _STYLE = Latex(), LatexMath(), LatexMath(inline=True), Tex()
_HEAD = r"""% A worksheet with its answer key, written by glassprop. pdflatex compiles it as it is.
\documentclass[11pt]{article}
\usepackage[utf8]{inputenc}
\usepackage[a4paper, margin=22mm]{geometry}
\usepackage{amsmath}
\usepackage{longtable}
\usepackage{multicol}
\setlength{\parindent}{0pt}
\setlength{\parskip}{5pt}
\setlength{\emergencystretch}{3em}
\sloppy\raggedright
\binoppenalty=50
\relpenalty=20
\renewcommand{\arraystretch}{1.25}
\begin{document}
"""
_BLANK = r"= \underline{\hspace{4cm}}"
_SHORT_BLANK = r"\underline{\hspace{2cm}}"
_TWO_COLUMNS = 4  # blanks from which on they stand in two columns


def as_latex(sheet: Sheet) -> str:
    """The whole sheet, and its key on a page of its own."""
    parts = [_HEAD, rf"\section*{{{_tex(sheet.title)}}}", *(f"{_WORDS.line(text)}\n" for text in sheet.intro)]
    parts += [drawing_as_latex(sheet.drawing, sheet.significant, key=False)]
    parts += [_given(given, sheet.significant) for given in sheet.given]
    parts += _chapters(sheet, key=False)
    parts += [r"\clearpage", r"\section*{Answer key}", *(f"{_WORDS.line(note)}\n" for note in sheet.notes)]
    if sheet.drawing.cost is not None:
        parts.append(drawing_as_latex(sheet.drawing, sheet.significant, key=True))
    return "\n".join([*parts, *_chapters(sheet, key=True), r"\end{document}", ""])


def _tex(text: str) -> str:
    return tex_text(text, most=None)


def _chapters(sheet: Sheet, key: bool) -> list[str]:
    parts, number = [], sheet.first - 1
    for chapter in sheet.chapters:
        parts += [rf"\section*{{{_tex(chapter.title)}}}"] if chapter.title else []
        for section in chapter.sections:
            number += 1
            parts.append(rf"\subsection*{{{number}. {_tex(section.title)}}}")
            parts += _section(section, sheet.significant, key)
    return parts


def _section(section: Section, significant: int, key: bool) -> list[str]:
    parts = []
    if not key:
        parts += [f"{_WORDS.line(text)}\n" for text in section.lines]
        formulas = r", \qquad ".join(map(_MATH.write, section.formulas))
        parts += [rf"\[ {formulas} \]"] if section.formulas else []
    parts += [_grid(grid, significant, key) for grid in section.grids]
    parts += _items(section.items, significant, key)
    if key:
        parts += [f"{_WORDS.line(text)}\n" for text in section.key]
        parts += _items(section.key_items, significant, key)
    return parts


def _items(items: tuple[Item, ...], significant: int, key: bool) -> list[str]:
    checked = tuple(item for item in items if item.check)
    if checked:
        others = tuple(item for item in items if not item.check)
        return [*_items(others, significant, key), _with_checks(checked, significant, key)]
    lines = [rf"$\displaystyle {_MATH.write(item.symbol)} {_answer(item, significant, key)}$\par" for item in items]
    return lines if key or len(lines) < _TWO_COLUMNS else [r"\begin{multicols}{2}", *lines, r"\end{multicols}"]


def _answer(item: Item, significant: int, key: bool) -> str:
    return answer_text(item, _STYLE, significant) if key else _BLANK


def _with_checks(items: tuple[Item, ...], significant: int, key: bool) -> str:
    """A table, with a column for the numbers by differences."""
    rows = []
    for item in items:
        check = check_text(item, _STYLE, significant) if key else _SHORT_BLANK
        answer = _answer(item, significant, key)
        left = rf"${_AMONG_WORDS.write(item.symbol)} {answer}$"
        rows.append(rf"{left} & ${check}$ \\[1ex]")
    head = r"derivative & by difference \\ \hline \endhead"
    return "\n".join([r"\begin{longtable}[l]{@{}p{122mm}r@{}}", head, *rows, r"\end{longtable}"])


def _grid(grid: Grid, significant: int, key: bool) -> str:
    heads = " & ".join(f"${_MATH.write(one)}$" for one in (grid.corner, *grid.columns))
    lines = [rf"\begin{{tabular}}{{@{{}}l{'r' * len(grid.columns)}@{{}}}}", heads + r" \\ \hline"]
    for symbol, row in grid.rows:
        cells = (f"${number_text(x, _STYLE, significant) if key else _SHORT_BLANK}$" for x in row)
        lines.append(" & ".join([f"${_MATH.write(symbol)}$", *cells]) + r" \\")
    return "\n".join([*lines, r"\end{tabular}\par"])


def _given(given: Given, significant: int) -> str:
    lines = [
        rf"\textbf{{{_tex(given.title)}}}\par\nopagebreak",
        rf"\begin{{tabular}}{{@{{}}l{'r' * (len(given.columns) - 1)}@{{}}}}",
    ]
    lines.append(" & ".join(map(_WORDS.line, given.columns)) + r" \\ \hline")
    for symbol, name, row in given.rows:
        numbers = ("" if x is None else f"${number_text(x, _STYLE, significant)}$" for x in row)
        lines.append(" & ".join([_label(symbol, name), *numbers]) + r" \\")
    return "\n".join([*lines, r"\end{tabular}\par"])


def _label(symbol: Math, name: str) -> str:
    return f"${_MATH.write(symbol)}$: {tex_text(name)}" if name else f"${_MATH.write(symbol)}$"
