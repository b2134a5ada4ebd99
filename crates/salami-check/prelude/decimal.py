"""The context of decimal arithmetic, and the parts of a Decimal."""

from decimal import Decimal
from typing import NamedTuple

from _leaf import decimal_parts, decimal_precision, decimal_rounding, set_decimal_precision, set_decimal_rounding


class DecimalTuple(NamedTuple):
    sign: int
    digits: tuple[int, ...]
    exponent: int | str


def as_tuple(self):
    sign, digits, exponent = decimal_parts(self)
    return DecimalTuple(sign, digits, exponent)


class Settings:
    """The machine's settings as they were, to be set again."""

    def __init__(self):
        self.prec = decimal_precision()
        self.rounding = decimal_rounding()

    def restore(self):
        set_decimal_precision(self.prec)
        set_decimal_rounding(self.rounding)


class Context:
    """A context of its own, or the one that arithmetic uses: then its settings are the machine's."""

    def __init__(self, prec: int | None = None, rounding: str | None = None):
        self._is_current = False
        self._prec = 28 if prec is None else prec
        self._rounding = "ROUND_HALF_EVEN" if rounding is None else rounding
        self.Emin = -999999
        self.Emax = 999999
        self.capitals = 1
        self.clamp = 0

    @property
    def prec(self):
        return decimal_precision() if self._is_current else self._prec

    @prec.setter
    def prec(self, value):
        self._prec = value
        if self._is_current:
            set_decimal_precision(value)

    @property
    def rounding(self):
        return decimal_rounding() if self._is_current else self._rounding

    @rounding.setter
    def rounding(self, value):
        self._rounding = value
        if self._is_current:
            set_decimal_rounding(value)

    def copy(self):
        return Context(self.prec, self.rounding)

    def clear_flags(self):
        pass

    def clear_traps(self):
        pass

    def Etiny(self):
        return self.Emin - self.prec + 1

    def Etop(self):
        return self.Emax - self.prec + 1

    def _begin(self):
        settings = Settings()
        set_decimal_precision(self.prec)
        set_decimal_rounding(self.rounding)
        return settings

    def create_decimal(self, num: "int | float | str | Decimal" = "0"):
        settings = self._begin()
        result = +Decimal(num)
        settings.restore()
        return result

    def create_decimal_from_float(self, f: float):
        return self.create_decimal(f)

    def abs(self, x: Decimal | int):
        return self._two("abs", Decimal(x), Decimal(0))

    def add(self, x: Decimal | int, y: Decimal | int):
        return self._two("add", Decimal(x), Decimal(y))

    def subtract(self, x: Decimal | int, y: Decimal | int):
        return self._two("subtract", Decimal(x), Decimal(y))

    def multiply(self, x: Decimal | int, y: Decimal | int):
        return self._two("multiply", Decimal(x), Decimal(y))

    def divide(self, x: Decimal | int, y: Decimal | int):
        return self._two("divide", Decimal(x), Decimal(y))

    def divide_int(self, x: Decimal | int, y: Decimal | int):
        return self._two("divide_int", Decimal(x), Decimal(y))

    def remainder(self, x: Decimal | int, y: Decimal | int):
        return self._two("remainder", Decimal(x), Decimal(y))

    def power(self, a: Decimal | int, b: Decimal | int):
        return self._two("power", Decimal(a), Decimal(b))

    def quantize(self, a: Decimal | int, b: Decimal | int):
        return self._two("quantize", Decimal(a), Decimal(b))

    def plus(self, x: Decimal | int):
        return self._two("plus", Decimal(x), Decimal(0))

    def minus(self, x: Decimal | int):
        return self._two("minus", Decimal(x), Decimal(0))

    def sqrt(self, x: Decimal | int):
        return self._two("sqrt", Decimal(x), Decimal(0))

    def exp(self, x: Decimal | int):
        return self._two("exp", Decimal(x), Decimal(0))

    def ln(self, x: Decimal | int):
        return self._two("ln", Decimal(x), Decimal(0))

    def log10(self, x: Decimal | int):
        return self._two("log10", Decimal(x), Decimal(0))

    def to_sci_string(self, x: Decimal | int):
        return str(Decimal(x))

    def _two(self, name, x, y):
        settings = self._begin()
        try:
            return computed(name, x, y)
        finally:
            settings.restore()

    def __repr__(self):
        return (
            f"Context(prec={self.prec}, rounding={self.rounding}, Emin=-999999, Emax=999999, capitals=1, clamp=0, "
            "flags=[], traps=[InvalidOperation, DivisionByZero, Overflow])"
        )


def computed(name, x, y):
    if name == "add":
        return x + y
    if name == "subtract":
        return x - y
    if name == "multiply":
        return x * y
    if name == "divide":
        return x / y
    if name == "divide_int":
        return x // y
    if name == "remainder":
        return x % y
    if name == "power":
        return x ** y
    if name == "quantize":
        return x.quantize(y)
    if name == "abs":
        return abs(x)
    if name == "minus":
        return -x
    if name == "sqrt":
        return x.sqrt()
    if name == "exp":
        return x.exp()
    if name == "ln":
        return x.ln()
    if name == "log10":
        return x.log10()
    return +x


class LocalContext:
    """What `localcontext()` makes: on leaving, the settings are those from before."""

    def __init__(self, prec, rounding):
        self._prec = prec
        self._rounding = rounding
        self._before = Settings()

    def __enter__(self):
        self._before = Settings()
        set_decimal_precision(self._prec)
        set_decimal_rounding(self._rounding)
        return getcontext()

    def __exit__(self, kind, value, traceback):
        self._before.restore()


def getcontext():
    context = Context(decimal_precision(), decimal_rounding())
    context._is_current = True
    return context


def setcontext(ctx: Context, /):
    set_decimal_precision(ctx.prec)
    set_decimal_rounding(ctx.rounding)
    ctx._is_current = True


def localcontext(ctx=None, *, prec=None, rounding=None):
    base = getcontext() if ctx is None else ctx
    return LocalContext(base.prec if prec is None else prec, base.rounding if rounding is None else rounding)


def default_context():
    return Context()


def basic_context():
    return Context(9, "ROUND_HALF_UP")


def extended_context():
    return Context(9, "ROUND_HALF_EVEN")
