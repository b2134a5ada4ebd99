"""The context of decimal arithmetic, and the parts of a Decimal."""

from typing import NamedTuple

from _leaf import decimal_parts, decimal_precision, decimal_rounding, set_decimal_precision, set_decimal_rounding


class DecimalTuple(NamedTuple):
    sign: int
    digits: tuple[int, ...]
    exponent: int | str


def as_tuple(self):
    sign, digits, exponent = decimal_parts(self)
    return DecimalTuple(sign, digits, exponent)


class Context:
    @property
    def prec(self):
        return decimal_precision()

    @prec.setter
    def prec(self, value):
        set_decimal_precision(value)

    @property
    def rounding(self):
        return decimal_rounding()

    @rounding.setter
    def rounding(self, value):
        set_decimal_rounding(value)


def getcontext():
    return Context()
