"""How the numbers of a worksheet look: exact where they are, their working, in plain characters and in LaTeX."""

from __future__ import annotations

from typing import Protocol

from glassprop.document.plain import superscript
from glassprop.worksheet.exact import ONE, Number, decimal_of, rounded
from glassprop.worksheet.sheet import Item

_LONG = 16  # digits of an exact decimal, beyond which its rounded form stands beside it


class Style(Protocol):
    """How numbers and products look in one of the forms."""

    times: str
    about: str

    def power(self, mantissa: str, exponent: int) -> str: ...

    def fraction(self, number: Number) -> str: ...

    def divided(self, terms: str, by: str) -> str: ...


class Plain:
    """In characters that every browser and terminal shows."""

    times, about = "·", "≈"

    def power(self, mantissa: str, exponent: int) -> str:
        return f"{mantissa}·10{superscript(exponent)}"

    def fraction(self, number: Number) -> str:
        return f"{number.value.numerator}/{number.value.denominator}"

    def divided(self, terms: str, by: str) -> str:
        return f"({terms})/{by}"


class Tex:
    """In LaTeX's math mode."""

    times, about = r" \cdot ", r"\approx"

    def power(self, mantissa: str, exponent: int) -> str:
        return rf"{mantissa} \cdot 10^{{{exponent}}}"

    def fraction(self, number: Number) -> str:
        top = number.value.numerator
        return ("-" if top < 0 else "") + rf"\tfrac{{{abs(top)}}}{{{number.value.denominator}}}"

    def divided(self, terms: str, by: str) -> str:
        return rf"({terms})/{by}"


def rounded_text(number: Number, style: Style, significant: int) -> str:
    """With so many significant digits."""
    mantissa, exponent = rounded(number.value, significant)
    return style.power(mantissa, exponent) if exponent else mantissa


def number_text(number: Number, style: Style, significant: int) -> str:
    """A number within a product or a table: exact if it is."""
    return exact_text(number, style) or rounded_text(number, style, significant)


def exact_text(number: Number, style: Style) -> str:
    """All of it; empty where it is not exact."""
    if not number.exact:
        return ""
    decimal = decimal_of(number.value)
    return style.fraction(number) if decimal is None else decimal


def answer_text(item: Item, style: Style, significant: int) -> str:
    """The right side of an answer: the working if there is any, and the number."""
    exact, about = exact_text(item.answer, style), f"{style.about} {rounded_text(item.answer, style, significant)}"
    factors = [factor for product in (*item.products, item.less) for factor in product]
    whole = all(exact_text(factor, style) for factor in factors)
    parts = []
    if item.products and (whole or not exact):
        parts.append(f"{'=' if whole else style.about} {_working(item, style, significant)}")
    if not exact:
        return " ".join([*parts, about])
    if item.rounded:
        return " ".join([*parts, f"{style.about} {exact}"])
    parts.append(f"= {exact}")
    if len(exact) > _LONG or decimal_of(item.answer.value) is None:
        parts.append(about)
    return " ".join(parts)


def check_text(item: Item, style: Style, significant: int) -> str:
    """The same by differences; empty where there is none."""
    if item.check is None:
        return ""
    short = exact_text(item.check.value, style)
    mark = "*" if item.check.kink else ""
    return (short if 0 < len(short) <= _LONG else rounded_text(item.check.value, style, significant)) + mark


def _working(item: Item, style: Style, significant: int) -> str:
    terms = [
        style.times.join(_in_brackets(number_text(factor, style, significant), n) for n, factor in enumerate(product))
        for product in item.products
    ]
    written = " + ".join(terms).replace("+ -", "- ")
    written += "".join(f" - {_in_brackets(number_text(one, style, significant), 1)}" for one in item.less)
    return written if item.over == ONE else style.divided(written, number_text(item.over, style, significant))


def _in_brackets(shown: str, place: int) -> str:
    return f"({shown})" if place and shown.startswith("-") else shown
