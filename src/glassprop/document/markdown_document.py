"""A document as Markdown in GitHub's manner: pipe tables, and mathematics as LaTeX between dollars."""

from __future__ import annotations

import re

from glassprop.document.blocks import Display, Document, Matrix, Name, Paragraph, Section, Table
from glassprop.document.latex_document import LatexMath
from glassprop.document.mathematics import Math
from glassprop.document.media import Medium
from glassprop.document.plain import plain_number
from glassprop.document.tex import tex_number
from glassprop.ground.text import shortened, visible


def markdown_document(document: Document) -> str:
    """The whole file."""
    medium = Markdown()
    parts = [f"# {medium.line(document.title)}", *map(medium.block, document.parts)]
    return "\n\n".join(parts) + "\n"


def markdown_text(text: str) -> str:
    """Text as text: control characters by their escapes, marks by a backslash wherever they would act.

    Brackets as in w[j,k] and [m = j] are left as they are, for they act nowhere.

    Examples
    --------
    >>> print(markdown_text("*a* [b](c) <d> w[1,0]"))
    \\*a\\* \\[b](c) \\<d\\> w[1,0]
    """
    found = re.sub(r"([\\`*<>&|#~$!])", r"\\\1", visible(text))
    found = re.sub(r"\[(?!(?:[\d,jk]++|m = j)\](?![(\[:]))", r"\\[", found)
    found = re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", found)
    return re.sub(r"://|www\.", lambda mark: rf"{mark[0][:-1]}\{mark[0][-1]}", found)  # an address is no link


def _at_the_start(line: str) -> str:
    """A line whose first characters begin no list, and underline no heading."""
    return re.sub(r"^(\s*)([-+=](?=\s|$|[-=])|\d{1,9}[.)])", lambda m: rf"{m[1]}{m[2][:-1]}\{m[2][-1]}", line)


class Markdown(Medium[str]):
    """Each part as Markdown."""

    def __init__(self) -> None:
        self._math, self._among_words = LatexMath(), LatexMath(inline=True)

    def words(self, text: str) -> str:
        return markdown_text(text)

    def name(self, name: Name) -> str:
        return markdown_text(shortened(name.text, name.most))

    def number(self, value: float) -> str:
        return plain_number(value)

    def math(self, node: Math) -> str:
        return f"${self._among_words.write(node)}$"

    def paragraph(self, part: Paragraph) -> str:
        return _at_the_start(self.line(part.line))

    def display(self, part: Display) -> str:
        return _aligned([line for formula in part.formulas for line in self._math.lines(formula)])

    def matrix(self, part: Matrix) -> str:
        body = r" \\ ".join(" & ".join(map(tex_number, row)) for row in part.rows)
        return _aligned([rf"{self._math.write(part.name)} &= \begin{{pmatrix}} {body} \end{{pmatrix}}"])

    def table(self, part: Table) -> str:
        count, what = part.left_out
        width = len(part.columns)
        rows = [[self.line(cell) for cell in row] for row in part.rows]
        if count:
            place = len(rows) - part.total
            rows.insert(place, [f"… {count:,} more {self.words(what)}".rstrip(), *[""] * (width - 1)])
        lines = [[self.line(column.head) for column in part.columns]]
        lines += [["--:" if column.numbers else ":--" for column in part.columns], *rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def section(self, part: Section, depth: int) -> str:
        title = f"{'#' * (depth + 1)} {self.line(part.title)}"
        return "\n\n".join([title, *(self.block(one, depth + 1) for one in part.parts)])


def _aligned(lines: list[str]) -> str:
    body = " \\\\\n".join(lines)
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"
