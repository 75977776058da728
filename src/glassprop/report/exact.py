"""Arithmetic for an answer key: exact where it can be, and to a hundred digits where e or a logarithm come in.

A number here is a fraction that remembers whether it is exact. Sums, products and quotients are exact always; only the
exponential and the logarithm round, at the hundredth digit, so that what a key prints of them is rounded rightly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from glassprop.equations.activation import SELU_ALPHA, SELU_SCALE
from glassprop.errors import SettingsError

_HUNDRED = Context(prec=100, rounding=ROUND_HALF_EVEN, Emax=999999, Emin=-999999)
_PI = Fraction("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899")
_MOST_EXPONENT = 100  # beyond that nobody computes e^z on paper


@dataclass(frozen=True)
class Number:
    """A fraction, and whether it is the exact value or one rounded at the hundredth digit."""

    value: Fraction
    exact: bool = True

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


ZERO, HALF, ONE, TWO = (Number(Fraction(x)) for x in ("0", "1/2", "1", "2"))


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


def _rounded(x: Number, function: Callable[[Context, Decimal], Decimal]) -> Number:
    decimal = _HUNDRED.divide(Decimal(x.value.numerator), Decimal(x.value.denominator))
    return Number(Fraction(function(_HUNDRED, decimal)), exact=False)


# --- activations: z -> a, and (z, a) -> slope -----------------------------------------------------------------


def _sigmoid(z: Number) -> Number:
    return ONE / (ONE + exp(-z))


def _tanh(z: Number) -> Number:
    e = exp(TWO * z)
    return (e - ONE) / (e + ONE)


def _softplus(z: Number) -> Number:
    return ln(ONE + exp(z))


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


_ALPHA, _SCALE = (Number(Fraction(Decimal(repr(x))), exact=False) for x in (SELU_ALPHA, SELU_SCALE))


def _selu(z: Number) -> Number:
    return _SCALE * (z if z.value > 0 else _ALPHA * (exp(z) - ONE))


def _mish_slope(z: Number, a: Number) -> Number:
    t = _tanh(_softplus(z))
    return t + z * (ONE - t * t) * _sigmoid(z)


def _silu_slope(z: Number, a: Number) -> Number:
    s = _sigmoid(z)
    return s + a * (ONE - s)


VALUES: dict[str, Callable[..., Number]] = {
    "identity": lambda z: z,
    "relu": lambda z: z if z.value > 0 else ZERO,
    "leaky_relu": lambda z, p: z if z.value > 0 else p * z,
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "softplus": _softplus,
    "elu": lambda z, p: z if z.value > 0 else p * (exp(z) - ONE),
    "selu": _selu,
    "gelu": lambda z: z * _normal(z),
    "silu": lambda z: z * _sigmoid(z),
    "mish": lambda z: z * _tanh(_softplus(z)),
    "exp": exp,
}

SLOPES: dict[str, Callable[..., Number]] = {
    "identity": lambda z, a: ONE,
    "relu": lambda z, a: ONE if z.value > 0 else ZERO,
    "leaky_relu": lambda z, a, p: ONE if z.value > 0 else p,
    "sigmoid": lambda z, a: a * (ONE - a),
    "tanh": lambda z, a: ONE - a * a,
    "softplus": lambda z, a: _sigmoid(z),
    "elu": lambda z, a, p: ONE if z.value > 0 else a + p,
    "selu": lambda z, a: _SCALE if z.value > 0 else a + _SCALE * _ALPHA,
    "gelu": lambda z, a: _normal(z) + z * _gauss(z),
    "silu": _silu_slope,
    "mish": _mish_slope,
    "exp": lambda z, a: a,
}


def softmax(z: Sequence[Number]) -> list[Number]:
    """E21: of one layer."""
    powers = [exp(one) for one in z]
    total = add(powers)
    return [power / total for power in powers]


# --- costs: (a, y) of one output -> what it adds, and its derivative by a -------------------------------------


def _sign(x: Number) -> Number:
    return Number(Fraction((x.value > 0) - (x.value < 0)))


def _absolute(x: Number) -> Number:
    return Number(abs(x.value), x.exact)


def _times_ln(y: Number, a: Number) -> Number:
    return ZERO if not y.value else y * ln(a)


def _huber(a: Number, y: Number, p: Number) -> Number:
    r = _absolute(a - y)
    return HALF * r * r if r.value <= p.value else p * (r - HALF * p)


def _huber_slope(a: Number, y: Number, p: Number) -> Number:
    r = a - y
    return r if abs(r.value) <= p.value else p * _sign(r)


def _quantile(a: Number, y: Number, p: Number) -> Number:
    r = y - a
    return p * r if r.value > 0 else (p - ONE) * r


def _quantile_slope(a: Number, y: Number, p: Number) -> Number:
    r = a - y
    return ZERO if not r.value else ONE - p if r.value > 0 else -p


COST_VALUES: dict[str, Callable[..., Number]] = {
    "squared_error": lambda a, y: (a - y) * (a - y),
    "half_squared_error": lambda a, y: HALF * (a - y) * (a - y),
    "cross_entropy": lambda a, y: -_times_ln(y, a),
    "binary_cross_entropy": lambda a, y: -(_times_ln(y, a) + _times_ln(ONE - y, ONE - a)),
    "absolute_error": lambda a, y: _absolute(a - y),
    "huber": _huber,
    "poisson": lambda a, y: _times_ln(y, y) - _times_ln(y, a) - y + a,
    "quantile": _quantile,
}

COST_SLOPES: dict[str, Callable[..., Number]] = {
    "squared_error": lambda a, y: TWO * (a - y),
    "half_squared_error": lambda a, y: a - y,
    "cross_entropy": lambda a, y: -(y / a),
    "binary_cross_entropy": lambda a, y: (ONE - y) / (ONE - a) - y / a,
    "absolute_error": lambda a, y: _sign(a - y),
    "huber": _huber_slope,
    "poisson": lambda a, y: ONE - y / a,
    "quantile": _quantile_slope,
}


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
    """The number with so many digits that count, rightly rounded (half to even): mantissa and power of ten.

    The power is 0 where the number is neither very small nor very large, and the mantissa then the number itself.

    Examples
    --------
    >>> rounded(Fraction(2, 3), 3), rounded(Fraction(1, 30000000), 3)
    (('0.667', 0), ('3.33', -8))
    """
    if not x:
        return "0", 0
    power = len(str(abs(x.numerator))) - len(str(x.denominator))
    if abs(x) < Fraction(10) ** power:
        power -= 1
    whole = round(x / Fraction(10) ** (power - significant + 1))
    if abs(whole) == 10**significant:  # 9.999 became 10.00
        whole, power = whole // 10, power + 1
    if -5 < power < significant:
        return _with_point(whole, significant - 1 - power), 0
    if significant <= power < 7:
        return str(whole * 10 ** (power - significant + 1)), 0
    return _with_point(whole, significant - 1), power
