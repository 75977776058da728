"""Text and numbers for LaTeX: what comes from a table stays text, and every TeX that has the base fonts can show it."""

from __future__ import annotations

import math
import unicodedata

_MOST_CHARACTERS = 45

_SPECIALS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "^": r"\textasciicircum{}",
    "_": r"\_", "~": r"\textasciitilde{}", "%": r"\%", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"{\ttfamily\char34}",
    # after the end of a line, \\ would take these for its own
    "[": "{[}", "]": "{]}", "*": "{*}",
    # each by itself, for two of them would make one sign: -- ?` ,, ''
    "-": "{-}", "`": "{`}", "'": "{'}", ",": "{,}", "?": "{?}", "!": "{!}",
}  # fmt: skip

_LETTERS = {
    "ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "œ": r"\oe{}", "Œ": r"\OE{}", "ø": r"\o{}", "Ø": r"\O{}",
    "ł": r"\l{}", "Ł": r"\L{}", "å": r"\aa{}", "Å": r"\AA{}", "ı": r"\i{}",
    "–": r"{\textendash}", "—": r"{\textemdash}", "…": r"\ldots{}", "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}", "‘": r"\textquoteleft{}", "’": r"\textquoteright{}", "§": r"\S{}", "¶": r"\P{}",
    "£": r"\pounds{}", "\u00a0": "~",
}  # fmt: skip

_MATH = {
    "°": r"^\circ", "¹": "^1", "²": "^2", "³": "^3", "µ": r"\mu", "×": r"\times", "÷": r"\div", "±": r"\pm",
    "·": r"\cdot", "−": "-", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "→": r"\to", "←": r"\leftarrow",
    "∞": r"\infty", "√": r"\surd", "∂": r"\partial", "Σ": r"\Sigma", "Δ": r"\Delta", "Ω": r"\Omega", "Φ": r"\Phi",
    "Γ": r"\Gamma", "Θ": r"\Theta", "Λ": r"\Lambda", "Π": r"\Pi", "Ψ": r"\Psi", "Ξ": r"\Xi",
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\epsilon", "ζ": r"\zeta", "η": r"\eta",
    "θ": r"\theta", "ι": r"\iota", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "ν": r"\nu", "ξ": r"\xi", "π": r"\pi",
    "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau", "φ": r"\varphi", "χ": r"\chi", "ψ": r"\psi", "ω": r"\omega",
    "⁰": "^0", "⁴": "^4", "⁵": "^5", "⁶": "^6", "⁷": "^7", "⁸": "^8", "⁹": "^9", "⁽": "^(", "⁾": "^)", "ᵗ": "^t",
    "₀": "_0", "₁": "_1", "₂": "_2", "₃": "_3",
}  # fmt: skip

# Combining characters and the accents that the base fonts have.
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0327": "c",
}  # fmt: skip


def tex_text(text: object, most: int | None = _MOST_CHARACTERS) -> str:
    """``text`` as LaTeX that prints it, in ASCII alone: no command in it is obeyed.

    A character that the base fonts lack, and a control character, becomes its number, as in [U+4E2D]. Text wider than
    ``most`` characters is cut and ends in dots.

    Examples
    --------
    >>> print(tex_text("50% of x_1"))
    50\\% of x\\_1
    """
    parts: list[str] = []
    width = 0
    for c in unicodedata.normalize("NFC", str(text)):
        shown = _character(c)
        width += 8 if "U+" in shown else 1
        if most is not None and width > most:
            return "".join(parts) + r"\ldots{}"
        parts.append(shown)
    return "".join(parts)


def _character(c: str) -> str:
    for table in (_SPECIALS, _LETTERS):
        if c in table:
            return table[c]
    if c in _MATH:
        return rf"\ensuremath{{{_MATH[c]}}}"
    if " " <= c <= "~":
        return c
    parts = unicodedata.normalize("NFD", c)
    if len(parts) == 2 and parts[0].isascii() and parts[0].isalpha() and parts[1] in _ACCENTS:
        base = {"i": r"\i", "j": r"\j"}.get(parts[0], parts[0]) if parts[1] != "\u0327" else parts[0]
        return rf"\{_ACCENTS[parts[1]]}{{{base}}}"
    return f"{{[}}U+{ord(c):04X}{{]}}"


def tex_number(value: float, digits: int = 6) -> str:
    """A number in math mode, with so many significant digits.

    Examples
    --------
    >>> print(tex_number(-1.5e-7))
    -1.5 \\cdot 10^{-7}
    """
    if math.isnan(value):
        return r"\text{undefined}"
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    value += 0.0  # -0 is 0
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def tex_letter(letter: str) -> str:
    """A letter of a formula, Greek and with an index as it may be: ``\\beta_1`` for β₁."""
    return "".join(_MATH.get(c, c) for c in letter)
