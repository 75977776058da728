"""A document as LaTeX: a whole file of class article, which pdflatex compiles as it is."""

from __future__ import annotations

from collections.abc import Sequence

from glassprop.document.blocks import Display, Document, Line, Matrix, Name, Paragraph, Section, Table
from glassprop.document.formulas import formula_of
from glassprop.document.mathematics import Becomes, Equation, Math, Partial, Reading, Sum, Symbol
from glassprop.document.media import Medium
from glassprop.document.tex import tex_letter, tex_number, tex_text
from glassprop.document.writing import MathWriter
from glassprop.document.written_latex import LatexWriter
from glassprop.equations.expression import parse

_MOST_ROWS = 20  # of a table that is kept on one page
_WIDTH = 166  # millimetres of a line
_UNBROKEN = 2  # terms of a sum that stand in one line
_MATRIX_DIGITS = 4

_HEAD = r"""% The chain rule with the numbers of one example, written by glassprop. pdflatex compiles it as it is.
\documentclass[11pt]{article}
\usepackage[utf8]{inputenc}
\usepackage[a4paper, margin=22mm]{geometry}
\usepackage{amsmath}
\usepackage{longtable}
\setlength{\parindent}{0pt}
\setlength{\parskip}{5pt}
\setlength{\emergencystretch}{3em}
\renewcommand{\arraystretch}{1.25}
\allowdisplaybreaks
\begin{document}
"""


def latex_document(document: Document) -> str:
    """The whole file, in ASCII. It needs amsmath, geometry, inputenc and longtable, which every LaTeX comes with."""
    medium = Latex()
    title = rf"{{\raggedright\large\bfseries {medium.line(document.title)}\par}}"
    parts = [_HEAD, title, *map(medium.block, document.parts)]
    return "\n".join([*parts, r"\end{document}", ""])


class LatexMath(MathWriter):
    """Mathematics as LaTeX, without dollars; ``inline``: derivatives with a slash, which is read among words."""

    times, becomes, leads_to, apart = r" \cdot ", r" \leftarrow ", r" \to ", r"\ "

    def __init__(self, inline: bool = False) -> None:
        self._inline = inline

    def number(self, value: float) -> str:
        return tex_number(value)

    def words(self, text: str) -> str:
        return rf"\text{{{tex_text(text, most=None)}}}"

    def symbol(self, symbol: Symbol) -> str:
        index = ",".join(map(str, symbol.indices))
        below = "" if not index else f"_{index}" if len(index) == 1 and index.isalpha() else f"_{{{index}}}"
        return tex_letter(symbol.letter) + below + ("" if symbol.layer is None else f"^{{({symbol.layer})}}")

    def partial(self, partial: Partial) -> str:
        above, below = rf"\partial {self.write(partial.above)}", rf"\partial {self.write(partial.below)}"
        return f"{above} / {below}" if self._inline else rf"\frac{{{above}}}{{{below}}}"

    def sigma(self, at: str, slope: bool) -> str:
        return rf"\sigma'({at})" if slope else rf"\sigma({at})"

    def reading(self, reading: Reading) -> str:
        formula = formula_of(reading.function, parametric=reading.parametric, apart=reading.apart)
        return formula.derivative_latex if reading.derivative else formula.value_latex

    def expression(self, text: str) -> str:
        return LatexWriter().write(parse(text))

    def total(self, index: str, of: str) -> str:
        return rf"\sum_{index} {of}"

    def lines(self, node: Math) -> list[str]:
        """As lines of a display: each side of an equation by itself, and each term of a long sum."""
        if isinstance(node, Becomes):
            return [rf"{self.symbol(node.what)} &\leftarrow {self.write(node.by)}"]
        left, *sides = node.sides if isinstance(node, Equation) else (node,)
        found = []
        for side in sides:
            long = isinstance(side, Sum) and len(side.terms) > _UNBROKEN
            first, *others = map(self.write, side.terms) if isinstance(side, Sum) and long else [self.write(side)]
            found += [f"&= {first}", *(rf"&\quad{self.added(term)}" for term in others)]
        return [f"{self.write(left)} {found[0]}", *found[1:]] if found else [f"&{self.write(left)}"]


class Latex(Medium[str]):
    """Each part as LaTeX."""

    def __init__(self) -> None:
        self._math, self._among_words = LatexMath(), LatexMath(inline=True)

    def words(self, text: str) -> str:
        return tex_text(text, most=None)

    def name(self, name: Name) -> str:
        return tex_text(name.text, name.most)

    def number(self, value: float) -> str:
        return f"${tex_number(value)}$"

    def math(self, node: Math) -> str:
        return f"${self._among_words.write(node)}$"

    def paragraph(self, part: Paragraph) -> str:
        return f"{self.line(part.line)}\n"

    def display(self, part: Display) -> str:
        return _aligned([line for formula in part.formulas for line in self._math.lines(formula)])

    def matrix(self, part: Matrix) -> str:
        body = r" \\ ".join(" & ".join(tex_number(x, _MATRIX_DIGITS) for x in row) for row in part.rows)
        return _aligned([rf"{self._math.write(part.name)} &= \begin{{pmatrix}} {body} \end{{pmatrix}}"])

    def table(self, part: Table) -> str:
        long = len(part.rows) > _MOST_ROWS
        kinds = (
            f"p{{{round(column.share * _WIDTH)}mm}}" if column.share else "r" if column.numbers else "l"
            for column in part.columns
        )
        head = " & ".join(self.line(column.head) for column in part.columns)
        begin = r"\begin{longtable}[l]" if long else r"\par\begin{tabular}"
        lines = [f"{begin}{{@{{}}{''.join(kinds)}@{{}}}}", head + r" \\ \hline" + (r" \endhead" if long else "")]
        lines += [self._row(part, row) for row in (part.rows[:-1] if part.total else part.rows)]
        count, what = part.left_out
        if count:
            said = rf"\ldots{{}} {count:,} more {self.words(what)}"
            lines.append(rf"\multicolumn{{{len(part.columns)}}}{{@{{}}l@{{}}}}{{{said}}} \\")
        if part.total:
            lines.append(rf"\hline {self._row(part, part.rows[-1])}")
        return "\n".join([*lines, r"\end{longtable}" if long else r"\end{tabular}\par"])

    def _row(self, table: Table, row: tuple[Line, ...]) -> str:
        cells = zip(table.columns, row, strict=True)
        return " & ".join((r"\raggedright " if c.share else "") + self.line(cell) for c, cell in cells) + r" \\"

    def section(self, part: Section, depth: int) -> str:
        command = r"\section" if depth == 1 else r"\subsection*"
        title = rf"{command}{{{self.line(part.title)}}}"
        return "\n".join([title, *(self.block(one, depth + 1) for one in part.parts)])


def _aligned(lines: Sequence[str]) -> str:
    body = (r" \\" + "\n").join(lines)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}"
