"""Arithmetic for an answer key: exact where it can be, and to a hundred digits where e or a logarithm come in.

A number here is a fraction that remembers whether it is exact. Sums, products and quotients are exact always; only the
exponential and the logarithm round, at the hundredth digit, so that what a key prints of them is rounded rightly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import log10

from glassprop.equations.expression import Arithmetic
from glassprop.errors import SettingsError

_HUNDRED = Context(prec=100, rounding=ROUND_HALF_EVEN, Emax=999999, Emin=-999999)
_PI = Fraction("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899")
_MOST_BITS = 1000  # of a rounded number, beyond which its digits are cut
_READABLE = 24  # characters of a decimal; of a fraction half of that
_MOST_EXPONENT = 100  # beyond that nobody computes e^z on paper


@dataclass(frozen=True)
class Number:
    """A fraction, and whether it is the exact value or one rounded at the hundredth digit."""

    value: Fraction
    exact: bool = True

    def __post_init__(self) -> None:
        if not self.exact and self.value.denominator.bit_length() > _MOST_BITS:
            object.__setattr__(self, "value", _to_digits(self.value))

    def __add__(self, other: Number) -> Number:
        return Number(self.value + other.value, self.exact and other.exact)

    def __sub__(self, other: Number) -> Number:
        return Number(self.value - other.value, self.exact and other.exact)

    def __mul__(self, other: Number) -> Number:
        if (self.exact and not self.value) or (other.exact and not other.value):
            return ZERO  # whatever the other factor
        return Number(self.value * other.value, self.exact and other.exact)

    def __truediv__(self, other: Number) -> Number:
        return Number(self.value / other.value, self.exact and other.exact)

    def __neg__(self) -> Number:
        return Number(-self.value, self.exact)

    def readable(self) -> Number:
        """The same; one of so many digits that nobody reads them all counts as rounded."""
        bits = self.value.numerator.bit_length() + self.value.denominator.bit_length()
        if not self.exact or bits > 8 * _READABLE:  # at least so many digits as that
            return Number(self.value, exact=False)
        decimal = decimal_of(self.value)
        text = f"{self.value.numerator}/{self.value.denominator}" if decimal is None else decimal
        return Number(self.value, len(text) <= (_READABLE if decimal is not None else _READABLE // 2))


def _to_digits(x: Fraction) -> Fraction:
    """To a hundred digits and some more."""
    places = 120 - _power_of(x) if x else 0
    return Fraction(round(x * Fraction(10) ** places)) / Fraction(10) ** places


def _power_of(x: Fraction) -> int:
    """The power of ten of its first digit; of x other than 0."""
    power = round((x.numerator.bit_length() - x.denominator.bit_length()) * log10(2))
    while abs(x) >= Fraction(10) ** (power + 1):
        power += 1
    while abs(x) < Fraction(10) ** power:
        power -= 1
    return power


ZERO, HALF, ONE = (Number(Fraction(x)) for x in ("0", "1/2", "1"))


def number(x: float, places: int | None = None) -> Number:
    """A float by its shortest decimal form, rounded to so many places after the point if given."""
    decimal = Decimal(repr(float(x)))
    if places is not None:
        decimal = decimal.quantize(Decimal(1).scaleb(-places), context=Context(prec=400))
    return Number(Fraction(decimal))


def add(numbers: Sequence[Number]) -> Number:
    """Their sum."""
    total = ZERO
    for one in numbers:
        total = total + one
    return total


def exp(x: Number) -> Number:
    """e to the power of x; exact at 0."""
    if abs(x.value) > _MOST_EXPONENT:
        raise SettingsError(
            f"a worksheet cannot take e to the power of {float(x.value):.4g}: "
            "choose a row with smaller numbers, or a network whose weights are smaller"
        )
    return ONE if not x.value else _rounded(x, Context.exp)


def ln(x: Number) -> Number:
    """The natural logarithm; exact at 1."""
    return ZERO if x.value == 1 else _rounded(x, Context.ln)


def sqrt(x: Number) -> Number:
    """The root; exact at 0 and 1."""
    return x if x.value in (0, 1) else _rounded(x, Context.sqrt)


def _rounded(x: Number, function: Callable[[Context, Decimal], Decimal]) -> Number:
    decimal = _HUNDRED.divide(Decimal(x.value.numerator), Decimal(x.value.denominator))
    return Number(Fraction(function(_HUNDRED, decimal)), exact=False)


def _gauss(z: Number) -> Number:
    """φ(z), the density of the normal distribution."""
    root = Fraction(_HUNDRED.sqrt(_HUNDRED.divide(Decimal((2 * _PI).numerator), Decimal((2 * _PI).denominator))))
    return exp(-(z * z) * HALF) / Number(root, exact=False)


def _normal(z: Number) -> Number:
    """Φ(z), its distribution: ½ + φ(z) (z + z³/3 + z⁵/(3·5) + …)."""
    term = total = z.value
    n = 1
    while abs(term) > Fraction(1, 10**70) and n < 20_000:
        n += 2
        term = Fraction(round(term * z.value**2 / n * 10**80), 10**80)
        total += term
    return HALF + _gauss(z) * Number(total, exact=not z.value)


EXACT: Arithmetic[Number] = Arithmetic(  # for the definitions of activations and costs
    whole=lambda n: Number(Fraction(n)),
    constant=lambda x: Number(Fraction(Decimal(repr(x))), exact=False),
    positive=lambda x: x.value > 0,
    zero=lambda x: x.exact and not x.value,
    functions={"exp": exp, "ln": ln, "Φ": _normal, "φ": _gauss},
)


# --- as text --------------------------------------------------------------------------------------------------


def decimal_of(x: Fraction) -> str | None:
    """An exact decimal, whole; None if the fraction's decimals never end."""
    rest, places = x.denominator, 0
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest, count = rest // prime, count + 1
        places = max(places, count)
    if rest != 1:
        return None
    return _with_point(x.numerator * 10**places // x.denominator, places)


def _with_point(whole: int, places: int) -> str:
    digits = str(abs(whole)).rjust(places + 1, "0")
    shown = f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}" if places else digits
    return ("-" if whole < 0 else "") + shown


def rounded(x: Fraction, significant: int) -> tuple[str, int]:
    """The number with so many significant digits, rightly rounded (half to even): mantissa and power of ten.

    The power is 0 where the number is neither very small nor very large, and the mantissa then the number itself.

    Examples
    --------
    >>> rounded(Fraction(2, 3), 3), rounded(Fraction(1, 30000000), 3)
    (('0.667', 0), ('3.33', -8))
    """
    if not x:
        return "0", 0
    power = _power_of(x)
    whole = round(x / Fraction(10) ** (power - significant + 1))
    if abs(whole) == 10**significant:  # 9.999 became 10.00
        whole, power = whole // 10, power + 1
    if -5 < power < significant:
        return _with_point(whole, significant - 1 - power), 0
    if significant <= power < 7:
        return str(whole * 10 ** (power - significant + 1)), 0
    return _with_point(whole, significant - 1), power
