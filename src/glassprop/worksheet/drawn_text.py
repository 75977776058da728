"""The drawing of a worksheet in characters: columns of neurons, and between them lines from each to each."""

from __future__ import annotations

from glassprop.document.plain import PlainMath
from glassprop.worksheet.sheet import Drawing

_WIDTH = 76
_PLAIN = PlainMath()
_JOINTS = {  # by whether a line comes from the left, goes to the right, up and down
    (1, 1, 0, 0): "─", (1, 1, 1, 0): "┴", (1, 1, 0, 1): "┬", (1, 1, 1, 1): "┼", (1, 0, 1, 0): "┘", (1, 0, 0, 1): "┐",
    (1, 0, 1, 1): "┤", (0, 1, 1, 0): "└", (0, 1, 0, 1): "┌", (0, 1, 1, 1): "├", (0, 0, 1, 1): "│", (0, 0, 0, 0): " ",
}  # fmt: skip


def drawing_as_text(drawing: Drawing) -> list[str]:
    """Lines of code in Markdown: every number of a column goes into every neuron of the next."""
    columns = [[_PLAIN.symbol(node.symbol) for node in layer] for layer in drawing.layers]
    outputs = columns[-1]
    targets = [_PLAIN.symbol(node.symbol) for node in drawing.targets]
    height = 2 * max(map(len, [*columns, outputs])) - 1
    lines = [""] * height
    for number, column in enumerate(columns):
        if number:
            lines = _joined(lines, _rows(len(columns[number - 1]), height), _rows(len(column), height))
        lines = _beside(lines, column, height)
    lines = _joined(lines, _rows(len(outputs), height), [height // 2])
    lines = _beside(lines, ["C₀"], height)
    lines = _joined(lines, [height // 2], _rows(len(targets), height), back=True)
    lines = _beside(lines, targets, height)
    if max(map(len, lines)) > _WIDTH:
        sizes = " → ".join(str(len(column)) for column in columns)
        return [f"This many layers do not fit into a line of text: draw the network yourself, {sizes}."]
    return [f"    {line}".rstrip() for line in lines]


def _rows(n: int, height: int) -> list[int]:
    """The lines that n things in a column stand in, in the middle of all."""
    first = (height - (2 * n - 1)) // 2
    return [first + 2 * k for k in range(n)]


def _beside(lines: list[str], column: list[str], height: int) -> list[str]:
    """A column more."""
    width, cells = max(map(len, column)), dict(zip(_rows(len(column), height), column, strict=True))
    return [line + cells.get(r, "").ljust(width) for r, line in enumerate(lines)]


def _joined(lines: list[str], left: list[int], right: list[int], back: bool = False) -> list[str]:
    """Lines from each on the left to each on the right, through one upright line; ``back``: they point to the left."""
    top, bottom = min(left + right), max(left + right)
    found = []
    for r, line in enumerate(lines):
        key = int(r in left), int(r in right), int(top < r <= bottom), int(top <= r < bottom)
        joint = _JOINTS[key]
        before = (" ◀─" if back else " ──") if r in left else "   "
        after = ("── " if back else "─▶ ") if r in right else "   "
        found.append(line + before + joint + after)
    return found
