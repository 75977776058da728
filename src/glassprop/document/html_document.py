"""A document as HTML that stands still: one file, or a piece of a notebook. It runs nothing and loads nothing."""

from __future__ import annotations

from html import escape

from glassprop.document.blocks import Column, Display, Document, Matrix, Name, Paragraph, Section, Table
from glassprop.document.html_math import HtmlMath
from glassprop.document.mathematics import Math
from glassprop.document.media import Medium
from glassprop.document.plain import PlainMath, plain_number
from glassprop.ground.text import shortened, visible

_CSS = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 Georgia, "Times New Roman", serif; max-width: 52em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: .5em 0 1em; display: block; overflow-x: auto; }
th, td { padding: .15em .7em; border-bottom: 1px solid #8888; text-align: left; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.total td { border-top: 2px solid #8888; }
.formula { margin: .5em 1.5em; padding: .3em 0 .3em 2em; text-indent: -2em; line-height: 1.8; }
p { margin: .7em 0; padding: .3em 0; overflow: auto hidden; }
""".strip()


def html_document(document: Document) -> str:
    """The whole file."""
    medium = Html()
    title = medium.line(document.title)
    body = "\n".join([f"<h1>{title}</h1>", *map(medium.block, document.parts)])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{HtmlTitle().line(document.title)}</title>\n<style>\n{_CSS}\n</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def html_piece(document: Document) -> str:
    """A piece for a notebook: what stands first is seen, the sections open at a click; no formula is typeset again."""
    medium = HtmlPiece()
    parts = [f"<p><b>{medium.line(document.title)}</b></p>", *map(medium.block, document.parts)]
    return '<div class="tex2jax_ignore mathjax_ignore">' + "".join(parts) + "</div>"


def html_text(text: str) -> str:
    """Text as text: no markup in it acts, and control characters are seen."""
    return escape(visible(text))


class Html(Medium[str]):
    """Each part as HTML."""

    number_mark, text_mark, formula_mark = ' class="number"', "", ' class="formula"'

    table_mark = paragraph_mark = ""

    def __init__(self) -> None:
        self._math, self._among_words = HtmlMath(), HtmlMath(inline=True)

    def words(self, text: str) -> str:
        return html_text(text)

    def name(self, name: Name) -> str:
        return f"<bdi>{html_text(shortened(name.text, name.most))}</bdi>"

    def number(self, value: float) -> str:
        return plain_number(value)

    def math(self, node: Math) -> str:
        return " ".join(self._among_words.lines(node))  # a line may end between sides

    def paragraph(self, part: Paragraph) -> str:
        return f"<p{self.paragraph_mark}>{self.line(part.line)}</p>"

    def display(self, part: Display) -> str:
        return "".join(f"<p{self.formula_mark}>{'<br>'.join(self._math.lines(one))}</p>" for one in part.formulas)

    def matrix(self, part: Matrix) -> str:
        cells = ("".join(f"<td{self.number_mark}>{plain_number(x)}</td>" for x in row) for row in part.rows)
        rows = "".join(f"<tr>{row}</tr>" for row in cells)
        return f"<p{self.formula_mark}>{self.math(part.name)} =</p><table{self.table_mark}>{rows}</table>"

    def table(self, part: Table) -> str:
        head = "".join(f'<th scope="col"{self._mark(c)}>{self.line(c.head)}</th>' for c in part.columns)
        rows = [
            "".join(f"<td{self._mark(c)}>{self.line(cell)}</td>" for c, cell in zip(part.columns, row, strict=True))
            for row in part.rows
        ]
        lines = [f"<tr>{row}</tr>" for row in rows]
        if part.total:
            lines[-1] = lines[-1].replace("<tr>", '<tr class="total">', 1)
        count, what = part.left_out
        if count:
            said = f"… {count:,} more {self.words(what)}".rstrip()
            lines.insert(len(lines) - part.total, f'<tr><td colspan="{len(part.columns)}">{said}</td></tr>')
        return f"<table{self.table_mark}><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"

    def _mark(self, column: Column) -> str:
        return self.number_mark if column.numbers else self.text_mark

    def section(self, part: Section, depth: int) -> str:
        title = f"<h{depth + 1}>{self.line(part.title)}</h{depth + 1}>"
        return "\n".join(["<section>", title, *(self.block(one, depth + 1) for one in part.parts), "</section>"])


class HtmlTitle(Html):
    """What stands in a window's title, where a browser shows no markup: text alone."""

    def name(self, name: Name) -> str:
        return html_text(shortened(name.text, name.most))

    def math(self, node: Math) -> str:
        return html_text(PlainMath().write(node))


class HtmlPiece(Html):
    """The same where the page and its style are not ours: sections fold."""

    number_mark, text_mark = (f' style="text-align:{side};padding:1px 8px"' for side in ("right", "left"))
    paragraph_mark = ' style="padding:.3em 0;overflow:auto hidden"'
    table_mark = ' style="display:block;overflow-x:auto"'
    formula_mark = ' style="padding:.3em 0 .3em 2em;text-indent:-2em;overflow:auto hidden"'

    def section(self, part: Section, depth: int) -> str:
        if depth > 1:
            return super().section(part, depth + 1)
        inner = "".join(self.block(one, depth + 1) for one in part.parts)
        return f"<details><summary>{self.line(part.title)}</summary>{inner}</details>"
