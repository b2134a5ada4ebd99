"""fractions: rational numbers."""

import re
from decimal import Decimal
from math import gcd


def ratio_of_text(text):
    """Numerator and denominator of `3`, `3/4`, `-0.75` or `75e-2`."""
    found = re.fullmatch(
        r"\s*([-+]?)(?=\d|\.\d)(\d*|\d+(?:_\d+)*)(?:(?:/(\d+(?:_\d+)*))?|(?:\.(\d*|\d+(?:_\d+)*))?(?:[eE]([-+]?\d+(?:_\d+)*))?)\s*",
        text,
    )
    if found is None:
        raise ValueError(f"Invalid literal for Fraction: {text!r}")
    sign, whole, below, decimals, exponent = found.groups()
    numerator = int(whole or "0")
    denominator = 1
    if below:
        denominator = int(below)
    else:
        if decimals:
            decimals = decimals.replace("_", "")
            denominator = int(10 ** len(decimals))
            numerator = numerator * denominator + int(decimals)
        if exponent:
            power = int(exponent)
            if power >= 0:
                numerator *= int(10 ** power)
            else:
                denominator *= int(10 ** -power)
    return -numerator if sign == "-" else numerator, denominator


def sign_of(number):
    return (number > 0) - (number < 0)


class Fraction:
    def __init__(
        self,
        numerator: "int | float | str | Decimal | Fraction" = 0,
        denominator: "int | Fraction | None" = None,
    ):
        if denominator is None:
            if isinstance(numerator, str):
                above, below = ratio_of_text(numerator)
                if below == 0:
                    raise ZeroDivisionError(f"Fraction({above}, 0)")
            else:
                above, below = numerator.as_integer_ratio()
        elif isinstance(numerator, str) or isinstance(numerator, float) or isinstance(numerator, Decimal):
            raise TypeError("both arguments should be Rational instances")
        else:
            above = numerator.numerator * denominator.denominator
            below = denominator.numerator * numerator.denominator
            if below == 0:
                raise ZeroDivisionError(f"Fraction({above}, 0)")
        divisor = gcd(above, below)
        if below < 0:
            divisor = -divisor
        self.numerator = above // divisor
        self.denominator = below // divisor

    @classmethod
    def from_float(cls, f: float):
        return Fraction(f)

    @classmethod
    def from_decimal(cls, dec: Decimal):
        return Fraction(dec)

    def as_integer_ratio(self):
        return self.numerator, self.denominator

    @property
    def real(self):
        return self

    @property
    def imag(self):
        return 0

    def conjugate(self):
        return self

    def limit_denominator(self, max_denominator: int = 1000000):
        if max_denominator < 1:
            raise ValueError("max_denominator should be at least 1")
        if self.denominator <= max_denominator:
            return Fraction(self)
        # The convergents of the continued fraction, up to the last whose denominator is allowed.
        before_above, before_below, above, below = 0, 1, 1, 0
        rest, divisor = self.numerator, self.denominator
        while True:
            quotient = rest // divisor
            next_below = before_below + quotient * below
            if next_below > max_denominator:
                break
            before_above, before_below, above, below = above, below, before_above + quotient * above, next_below
            rest, divisor = divisor, rest - quotient * divisor
        steps = (max_denominator - before_below) // below
        # The better of the last convergent and the last value between it and the next.
        if 2 * divisor * (before_below + steps * below) <= self.denominator:
            return Fraction(above, below)
        return Fraction(before_above + steps * above, before_below + steps * below)

    def __repr__(self):
        return f"Fraction({self.numerator}, {self.denominator})"

    def __str__(self):
        if self.denominator == 1:
            return str(self.numerator)
        return f"{self.numerator}/{self.denominator}"

    def __hash__(self):
        modulus = 2305843009213693951
        if self.denominator % modulus == 0:
            value = 314159
        else:
            value = hash(hash(abs(self.numerator)) * pow(self.denominator, -1, modulus))
        if self.numerator < 0:
            value = -value
        return -2 if value == -1 else value

    def __add__(self, other: "int | float | Fraction"):
        if isinstance(other, float):
            return float_of(self) + other
        return Fraction(
            self.numerator * other.denominator + other.numerator * self.denominator,
            self.denominator * other.denominator,
        )

    def __radd__(self, other: int | float):
        return self + other

    def __sub__(self, other: "int | float | Fraction"):
        if isinstance(other, float):
            return float_of(self) - other
        return Fraction(
            self.numerator * other.denominator - other.numerator * self.denominator,
            self.denominator * other.denominator,
        )

    def __rsub__(self, other: int | float):
        return -self + other

    def __mul__(self, other: "int | float | Fraction"):
        if isinstance(other, float):
            return float_of(self) * other
        return Fraction(self.numerator * other.numerator, self.denominator * other.denominator)

    def __rmul__(self, other: int | float):
        return self * other

    def __truediv__(self, other: "int | float | Fraction"):
        if isinstance(other, float):
            return float_of(self) / other
        if not other.numerator:
            raise ZeroDivisionError(f"Fraction({sign_of(self.numerator)}, 0)")
        return Fraction(self.numerator * other.denominator, self.denominator * other.numerator)

    def __rtruediv__(self, other: int | float):
        if isinstance(other, float):
            return other / float_of(self)
        if not self.numerator:
            raise ZeroDivisionError(f"Fraction({sign_of(other)}, 0)")
        return Fraction(other * self.denominator, self.numerator)

    def __floordiv__(self, other: "int | float | Fraction"):
        if isinstance(other, float):
            return float_of(self) // other
        return (self.numerator * other.denominator) // (self.denominator * other.numerator)

    def __rfloordiv__(self, other: int | float):
        if isinstance(other, float):
            return other // float_of(self)
        return (other * self.denominator) // self.numerator

    def __mod__(self, other: "int | float | Fraction"):
        if isinstance(other, float):
            return float_of(self) % other
        return remainder(self.numerator, self.denominator, other.numerator, other.denominator)

    def __rmod__(self, other: int | float):
        if isinstance(other, float):
            return other % float_of(self)
        return remainder(other, 1, self.numerator, self.denominator)

    def __divmod__(self, other: "int | float | Fraction"):
        return self // other, self % other

    def __rdivmod__(self, other: int | float):
        return other // self, other % self

    def __pow__(self, other: "int | float | Fraction"):
        if isinstance(other, float):
            return float_of(self) ** other
        if isinstance(other, int):
            return power_of(self, other)
        if other.denominator == 1:
            return power_of(self, other.numerator)
        return float_of(self) ** float_of(other)

    def __rpow__(self, other: int | float):
        if isinstance(other, float):
            return other ** float_of(self)
        if self.denominator == 1:
            if self.numerator >= 0:
                return int(other ** self.numerator)
            return power_of(Fraction(other), self.numerator)
        return float(other) ** float_of(self)

    def __neg__(self):
        return Fraction(-self.numerator, self.denominator)

    def __pos__(self):
        return Fraction(self.numerator, self.denominator)

    def __abs__(self):
        return Fraction(abs(self.numerator), self.denominator)

    def __bool__(self):
        return self.numerator != 0

    def __int__(self):
        return whole_of(self)

    def __trunc__(self):
        return whole_of(self)

    def __float__(self):
        return self.numerator / self.denominator

    def __floor__(self):
        return self.numerator // self.denominator

    def __ceil__(self):
        return -(-self.numerator // self.denominator)

    def __round__(self, ndigits=None):
        if ndigits is None:
            return nearest(self.numerator, self.denominator)
        shift = int(10 ** abs(ndigits))
        if ndigits > 0:
            return Fraction(nearest(self.numerator * shift, self.denominator), shift)
        return Fraction(nearest(self.numerator, self.denominator * shift) * shift)

    def __eq__(self, other):
        if isinstance(other, Fraction):
            return self.numerator == other.numerator and self.denominator == other.denominator
        if isinstance(other, int):
            return self.denominator == 1 and self.numerator == other
        if isinstance(other, float):
            return is_finite(other) and self == Fraction(other)
        return False

    def __lt__(self, other: "int | float | Fraction"):
        if isinstance(other, float) and not is_finite(other):
            return 0.0 < other
        return order(self, other) < 0

    def __gt__(self, other: "int | float | Fraction"):
        if isinstance(other, float) and not is_finite(other):
            return 0.0 > other
        return order(self, other) > 0

    def __le__(self, other: "int | float | Fraction"):
        if isinstance(other, float) and not is_finite(other):
            return 0.0 <= other
        return order(self, other) <= 0

    def __ge__(self, other: "int | float | Fraction"):
        if isinstance(other, float) and not is_finite(other):
            return 0.0 >= other
        return order(self, other) >= 0


def float_of(value):
    return value.numerator / value.denominator


def is_finite(value):
    return value - value == 0


def order(left, right):
    above, below = right.as_integer_ratio()
    return left.numerator * below - above * left.denominator


def remainder(above, below, divisor_above, divisor_below):
    return Fraction((above * divisor_below) % (divisor_above * below), below * divisor_below)


def power_of(value, power):
    if power >= 0:
        return Fraction(int(value.numerator ** power), int(value.denominator ** power))
    return Fraction(int(value.denominator ** -power), int(value.numerator ** -power))


def whole_of(value):
    if value.numerator < 0:
        return -(-value.numerator // value.denominator)
    return value.numerator // value.denominator


def nearest(above, below):
    """The nearest whole number, the even one of two."""
    floor, rest = divmod(above, below)
    if rest * 2 < below:
        return floor
    if rest * 2 > below:
        return floor + 1
    return floor if floor % 2 == 0 else floor + 1
