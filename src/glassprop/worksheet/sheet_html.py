"""A worksheet as one HTML file that runs nothing and loads nothing, made to be printed."""

from __future__ import annotations

from glassprop.document.html_document import Html, html_text
from glassprop.document.html_math import HtmlMath
from glassprop.document.mathematics import Math
from glassprop.worksheet.drawn_svg import drawing_as_svg
from glassprop.worksheet.sheet import Given, Grid, Item, Section, Sheet
from glassprop.worksheet.sheet_style import Plain, answer_text, check_text, number_text

_WORDS, _MATH, _STYLE = Html(), HtmlMath(), Plain()
_NARROW = ' class="blanks"'
_BLANK = '<span class="blank" role="img" aria-label="blank"></span>'

_CSS = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 Georgia, "Times New Roman", serif; max-width: 46em; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; margin: 0 0 1em; }
th, td { padding: .15em .7em; border-bottom: 1px solid #8888; text-align: right; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; }
.derivatives td:nth-child(2) { text-align: left; overflow-wrap: anywhere; }
caption { text-align: left; font-weight: bold; white-space: nowrap; }
h2, h3, caption { break-after: avoid; }
.formula { margin: .5em 1.5em; line-height: 1.8; }
ul { list-style: none; padding-left: 1.5em; }
li { margin: .55em 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.blanks { columns: 2; }
.blanks li { margin: 0; padding: .275em 0; break-inside: avoid; }
.blank { display: inline-block; min-width: 9em; border-bottom: 1px solid; }
td .blank { min-width: 5em; }
.key { break-before: page; border-top: 3px double; margin-top: 3em; }
.network { display: block; width: 100%; height: auto; max-height: 30em; margin: 1em 0; }
.network line { stroke: currentColor; stroke-opacity: .45; }
.network circle, .network rect { fill: Canvas; stroke: currentColor; stroke-width: 1.5; }
.network text { fill: currentColor; font: 13px Georgia, "Times New Roman", serif; text-anchor: middle; }
.network .weight { font-size: 12px; paint-order: stroke; stroke: Canvas; stroke-width: 4px; }
@media print { body { margin: 0; max-width: none; } section, table, svg { break-inside: avoid; } }
""".strip()


def as_html(sheet: Sheet) -> str:
    """The whole sheet, and its key on a page of its own."""
    parts = [f"<h1>{html_text(sheet.title)}</h1>", *(f"<p>{_WORDS.line(text)}</p>" for text in sheet.intro)]
    parts += ["<h2>The network</h2>", drawing_as_svg(sheet.drawing, sheet.significant, key=False), "<h2>Given</h2>"]
    parts += [_given(given, sheet.significant) for given in sheet.given]
    parts += _chapters(sheet, key=False)
    parts += ['<div class="key">', "<h1>Answer key</h1>", *(f"<p>{_WORDS.line(note)}</p>" for note in sheet.notes)]
    if sheet.drawing.cost is not None:
        parts.append(drawing_as_svg(sheet.drawing, sheet.significant, key=True))
    body = "\n".join([*parts, *_chapters(sheet, key=True), "</div>"])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html_text(sheet.title)}</title>\n<style>\n{_CSS}\n</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _chapters(sheet: Sheet, key: bool) -> list[str]:
    parts, number = [], sheet.first - 1
    for chapter in sheet.chapters:
        parts += [f"<h2>{html_text(chapter.title)}</h2>"] if chapter.title else []
        for section in chapter.sections:
            number += 1
            depth = 3 if chapter.title else 2
            parts.append(f"<section>\n<h{depth}>{number}. {html_text(section.title)}</h{depth}>")
            parts += [*_section(section, sheet.significant, key), "</section>"]
    return parts


def _section(section: Section, significant: int, key: bool) -> list[str]:
    parts = []
    if not key:
        parts += [f"<p>{_WORDS.line(text)}</p>" for text in section.lines]
        parts += [f'<p class="formula">{"<br>".join(_MATH.lines(one))}</p>' for one in section.formulas]
    parts += [_grid(grid, significant, key) for grid in section.grids]
    parts += [_items(section.items, significant, key)] if section.items else []
    if key:
        parts += [f"<p>{_WORDS.line(text)}</p>" for text in section.key]
        parts += [_items(section.key_items, significant, key)] if section.key_items else []
    return parts


def _items(items: tuple[Item, ...], significant: int, key: bool) -> str:
    checked = tuple(item for item in items if item.check)
    if checked:
        others = tuple(item for item in items if not item.check)
        return (_items(others, significant, key) if others else "") + _with_checks(checked, significant, key)
    lines = (f"<li>{_math(item.symbol)} {_answer(item, significant, key)}</li>" for item in items)
    return f"<ul{'' if key else _NARROW}>\n" + "\n".join(lines) + "\n</ul>"


def _answer(item: Item, significant: int, key: bool) -> str:
    return html_text(answer_text(item, _STYLE, significant)) if key else f"= {_BLANK}"


def _with_checks(items: tuple[Item, ...], significant: int, key: bool) -> str:
    """A table, with a column for the numbers by differences."""
    rows = []
    for item in items:
        check = html_text(check_text(item, _STYLE, significant)) if key else _BLANK
        cells = _math(item.symbol), _answer(item, significant, key), check
        rows.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("", "derivative", "by difference"))
    return f'<table class="derivatives">\n<tr>{heads}</tr>\n' + "\n".join(rows) + "\n</table>"


def _grid(grid: Grid, significant: int, key: bool) -> str:
    heads = "".join(f'<th scope="col">{_math(one)}</th>' for one in (grid.corner, *grid.columns))
    rows = []
    for symbol, row in grid.rows:
        cells = "".join(f"<td>{number_text(x, _STYLE, significant) if key else _BLANK}</td>" for x in row)
        rows.append(f"<tr><td>{_math(symbol)}</td>{cells}</tr>")
    return f"<table>\n<tr>{heads}</tr>\n" + "\n".join(rows) + "\n</table>"


def _given(given: Given, significant: int) -> str:
    head = "".join(f'<th scope="col">{_WORDS.line(name)}</th>' for name in given.columns)
    rows = "\n".join(
        f"<tr><td>{_label(symbol, name)}</td>"
        + "".join(f"<td>{'' if x is None else number_text(x, _STYLE, significant)}</td>" for x in row)
        + "</tr>"
        for symbol, name, row in given.rows
    )
    return f"<table>\n<caption>{html_text(given.title)}</caption>\n<tr>{head}</tr>\n{rows}\n</table>"


def _label(symbol: Math, name: str) -> str:
    return f"{_math(symbol)}: <bdi>{html_text(name)}</bdi>" if name else _math(symbol)


def _math(node: Math) -> str:
    return _WORDS.math(node)
