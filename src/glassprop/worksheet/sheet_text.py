"""A worksheet as Markdown that reads as plain text."""

from __future__ import annotations

from glassprop.document.markdown_document import Markdown, markdown_text
from glassprop.document.mathematics import Math
from glassprop.document.plain import PlainMath
from glassprop.worksheet.drawn_text import drawing_as_text
from glassprop.worksheet.sheet import Given, Grid, Item, Section, Sheet
from glassprop.worksheet.sheet_style import Plain, answer_text, check_text, number_text

_BLANK = "____________"
_SHORT_BLANK = "________"
_PLAIN, _STYLE = PlainMath(), Plain()


class _Words(Markdown):
    """Words and names as Markdown, and formulas as plain text, so that the sheet can be read as it is."""

    def math(self, node: Math) -> str:
        return markdown_text(_PLAIN.write(node))


_WORDS = _Words()


def as_text(sheet: Sheet) -> str:
    """The whole sheet, and its key under a line."""
    lines = [f"# {sheet.title}", ""]
    lines += [line for text in sheet.intro for line in (_WORDS.line(text), "")]
    lines += ["## The network", "", *drawing_as_text(sheet.drawing), ""]
    lines += ["## Given", ""]
    for given in sheet.given:
        lines += [*_given(given, sheet.significant), ""]
    lines += _chapters(sheet, key=False)
    lines += ["", "---", "", "# Answer key", ""]
    lines += [line for note in sheet.notes for line in (_WORDS.line(note), "")]
    lines += _chapters(sheet, key=True)
    return "\n".join(lines).rstrip() + "\n"


def _chapters(sheet: Sheet, key: bool) -> list[str]:
    lines: list[str] = []
    number = sheet.first - 1
    for chapter in sheet.chapters:
        lines += [f"## {chapter.title}", ""] if chapter.title else []
        mark = "###" if chapter.title else "##"
        for section in chapter.sections:
            number += 1
            lines += [f"{mark} {number}. {section.title}", ""]
            lines += _section(section, sheet.significant, key)
    return lines


def _section(section: Section, significant: int, key: bool) -> list[str]:
    lines: list[str] = []
    if not key:
        lines += [line for text in section.lines for line in (_WORDS.line(text), "")]
        lines += [f"    {',  '.join(map(_PLAIN.write, section.formulas))}", ""] if section.formulas else []
    for grid in section.grids:
        lines += [*_grid(grid, significant, key), ""]
    lines += [*_items(section.items, significant, key), ""] if section.items else []
    if key:
        lines += [line for text in section.key for line in (_WORDS.line(text), "")]
        lines += [*_items(section.key_items, significant, key), ""] if section.key_items else []
    return lines


def _items(items: tuple[Item, ...], significant: int, key: bool) -> list[str]:
    checked = tuple(item for item in items if item.check)
    if checked:
        before = _items(tuple(item for item in items if not item.check), significant, key)
        return [*before, *([""] if before else []), *_with_checks(checked, significant, key)]
    right = (lambda item: answer_text(item, _STYLE, significant)) if key else (lambda item: f"= {_BLANK}")
    return [f"    {_PLAIN.write(item.symbol)} {right(item)}" for item in items]


def _with_checks(items: tuple[Item, ...], significant: int, key: bool) -> list[str]:
    """A table, with a column for the numbers by differences."""
    rows = []
    for item in items:
        value = answer_text(item, _STYLE, significant) if key else f"= {_BLANK}"
        check = check_text(item, _STYLE, significant).replace("*", r"\*") if key else _SHORT_BLANK
        rows.append([_PLAIN.write(item.symbol), value, check])
    return _table(["", "derivative", "by difference"], rows, left=2)


def _grid(grid: Grid, significant: int, key: bool) -> list[str]:
    heads = [_PLAIN.write(grid.corner), *map(_PLAIN.write, grid.columns)]
    rows = [
        [_PLAIN.write(symbol), *(number_text(x, _STYLE, significant) if key else _SHORT_BLANK for x in row)]
        for symbol, row in grid.rows
    ]
    return _table(heads, rows)


def _given(given: Given, significant: int) -> list[str]:
    rows = [
        [
            _label(_PLAIN.write(symbol), markdown_text(name)),
            *("" if x is None else number_text(x, _STYLE, significant) for x in row),
        ]
        for symbol, name, row in given.rows
    ]
    return [f"{given.title}:", "", *_table([_WORDS.line(head) for head in given.columns], rows)]


def _table(heads: list[str], rows: list[list[str]], left: int = 1) -> list[str]:
    """Columns that stand in line; the first ones begin at the left, numbers end at the right."""
    table = [heads, *rows]
    widths = [max(3, *(len(row[i]) for row in table)) for i in range(len(heads))]
    lines = []
    for row in table:
        cells = enumerate(zip(row, widths, strict=True))
        lines.append(_row([cell.ljust(width) if i < left else cell.rjust(width) for i, (cell, width) in cells]))
    rule = _row(["-" * w if i < left else "-" * (w - 1) + ":" for i, w in enumerate(widths)])
    return [lines[0], rule, *lines[1:]]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _label(symbol: str, name: str) -> str:
    return f"{symbol}: {name}" if name else symbol
