"""The elements of MathML Core that formulas are made of, each as text; what stands in them is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from glassprop.ground.text import visible

_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_HIGH = ("<mfrac", "<mtable", "<munder")


def mi(name: str) -> str:
    """A letter, which is slanted, or the name of a function, which is not."""
    return f"<mi>{escape(visible(name))}</mi>"


def mn(digits: str) -> str:
    """A number without a sign."""
    return f"<mn>{escape(digits)}</mn>"


def mo(sign: str, form: str = "", high: bool = True) -> str:
    """A sign between two things; ``form``: ``prefix`` or ``postfix`` where it belongs to one; whether it may grow."""
    said = (f' form="{form}"' if form else "") + ("" if high else ' stretchy="false"')
    return f"<mo{said}>{escape(sign)}</mo>"


def mtext(text: str) -> str:
    """Words; those from outside, too. Spaces at the ends are kept."""
    inner = text.strip(" ")
    start = len(text) - len(text.lstrip(" "))
    end = len(text) - start - len(inner)
    return f"<mtext>{'&#160;' * start}{escape(visible(inner))}{'&#160;' * end}</mtext>"


def row(*parts: str) -> str:
    """Parts that count as one, wherever they are put."""
    return f"<mrow>{''.join(parts)}</mrow>"


def bracketed(inner: str, left: str = "(", right: str = ")") -> str:
    """Brackets as high as what they hold; those that may grow are wider, so few may."""
    high = any(part in inner for part in _HIGH)
    return row(mo(left, "prefix", high), inner, mo(right, "postfix", high))


def over(above: str, below: str) -> str:
    """A fraction."""
    return f"<mfrac>{row(above)}{row(below)}</mfrac>"


def raised(base: str, power: str) -> str:
    """A power."""
    return f"<msup>{row(base)}{row(power)}</msup>"


def total(index: str, of: str) -> str:
    """The sum over an index."""
    return f"<munder>{mo('∑')}{mi(index)}</munder>{of}"


def space(width: str = "0.17em") -> str:
    """Room between two parts."""
    return f'<mspace width="{width}"/>'


def one_of(cases: Iterable[tuple[str, str]]) -> str:
    """Values, each with the condition under which it holds, behind one brace."""
    left = ' style="text-align:left"'
    rows = "".join(f"<mtr><mtd{left}>{value}</mtd><mtd{left}>{condition}</mtd></mtr>" for value, condition in cases)
    return row(mo("{", "prefix"), f"<mtable>{rows}</mtable>")


def quantity(letter: str, below: Iterable[int | str] = (), above: str = "") -> str:
    """A letter with indices below, those that its own end says among them (C₀, β_1), and something above."""
    name, _, index = letter.partition("_")
    bare = name.rstrip("₀₁₂₃₄₅₆₇₈₉")
    digits = name[len(bare) :].translate(_LOWERED)
    own = [digits] if digits else [index] if index.isdigit() else [*index]
    indices = [*own, *map(str, below)]
    between = mo(",") if below else ""
    lowered = row(between.join(mn(one) if one.isdigit() else mi(one) for one in indices))
    if not indices:
        return raised(mi(bare), above) if above else mi(bare)
    if not above:
        return f"<msub>{mi(bare)}{lowered}</msub>"
    return f"<msubsup>{mi(bare)}{lowered}{row(above)}</msubsup>"


def formula(inner: str, plain: str, display: bool = False) -> str:
    """A whole formula, and what it says as plain text: for who does not see it, and for who copies it.

    A browser copies a drawn formula as one line for each sign. So it is left out of selections, and the text behind it,
    which takes no room, is copied.
    """
    text, style = escape(visible(plain)), ' displaystyle="true"' if display else ""
    return (
        f'<math{style} alttext="{text}" style="-webkit-user-select:none;user-select:none">{inner}</math>'
        f'<span aria-hidden="true" style="font-size:0">{text}</span>'
    )
