"""Complex numbers."""

import math


def shown(number):
    text = repr(number)
    return text[:-2] if text.endswith(".0") else text


def power_of_whole(base, exponent):
    result = complex(1.0, 0.0)
    mask = 1
    power = base
    while mask <= exponent:
        if exponent & mask:
            result = result * power
        mask <<= 1
        power = power * power
    return result


def parsed_part(text):
    try:
        return float(text)
    except ValueError:
        raise ValueError("complex() arg is a malformed string") from None


def parsed(text):
    """The two parts of a text such as `1+2j`."""
    text = text.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    if not text or text[-1] not in "jJ":
        return parsed_part(text), 0.0
    text = text[:-1]
    at = len(text) - 1
    while at > 0 and not (text[at] in "+-" and text[at - 1] not in "eE"):
        at -= 1
    imaginary = text[at:] if at > 0 or text[:1] in ("+", "-") else text
    real = text[:at] if at > 0 else ""
    if imaginary in ("", "+", "-"):
        imaginary += "1"
    return parsed_part(real) if real else 0.0, parsed_part(imaginary)


class complex:
    def __init__(self, real=0, imag=0):
        if isinstance(real, str):
            self.real, self.imag = parsed(real)
        else:
            first, second = as_complex_parts(real), as_complex_parts(imag)
            self.real = first[0] - second[1]
            self.imag = first[1] + second[0]

    def conjugate(self):
        return complex(self.real, -self.imag)

    def __complex__(self):
        return self

    def __repr__(self):
        if self.real == 0.0 and math.copysign(1.0, self.real) == 1.0:
            return shown(self.imag) + "j"
        text = shown(self.imag)
        sign = "" if text[0] in "+-" else "+"
        return f"({shown(self.real)}{sign}{text}j)"

    def __format__(self, spec):
        if not spec:
            return str(self)
        kind = spec if spec[-1].isalpha() else spec + "g"
        return f"{format(self.real, kind)}{format(self.imag, '+' + kind.lstrip('+'))}j"

    def __bool__(self):
        return self.real != 0.0 or self.imag != 0.0

    def __hash__(self):
        return hash(self.real) + 1000003 * hash(self.imag)

    def __eq__(self, other):
        if isinstance(other, complex):
            return self.real == other.real and self.imag == other.imag
        if isinstance(other, (int, float)):
            return self.imag == 0.0 and self.real == other
        return False

    def __neg__(self):
        return complex(-self.real, -self.imag)

    def __pos__(self):
        return self

    def __abs__(self):
        return math.hypot(self.real, self.imag)

    def __add__(self, other):
        real, imag = as_complex_parts(other)
        return made(self.real + real, self.imag + imag)

    def __radd__(self, other):
        return made(float(other) + self.real, 0.0 + self.imag)

    def __sub__(self, other):
        real, imag = as_complex_parts(other)
        return made(self.real - real, self.imag - imag)

    def __rsub__(self, other):
        return made(float(other) - self.real, 0.0 - self.imag)

    def __mul__(self, other):
        real, imag = as_complex_parts(other)
        return made(self.real * real - self.imag * imag, self.real * imag + self.imag * real)

    def __rmul__(self, other):
        real = float(other)
        return made(real * self.real - 0.0 * self.imag, real * self.imag + 0.0 * self.real)

    def __truediv__(self, other):
        real, imag = as_complex_parts(other)
        return divided(self.real, self.imag, real, imag)

    def __rtruediv__(self, other):
        return divided(float(other), 0.0, self.real, self.imag)

    def __pow__(self, other):
        real, imag = as_complex_parts(other)
        if imag == 0.0 and real == math.floor(real) and abs(real) <= 100.0:
            exponent = int(real)
            if exponent >= 0:
                return power_of_whole(self, exponent)
            whole = power_of_whole(self, -exponent)
            return divided(1.0, 0.0, whole.real, whole.imag)
        return general_power(self.real, self.imag, real, imag)

    def __rpow__(self, other):
        return general_power(float(other), 0.0, self.real, self.imag)


def made(real, imag):
    result = complex()
    result.real = real
    result.imag = imag
    return result


def as_complex_parts(value):
    if isinstance(value, complex):
        return value.real, value.imag
    return float(value), 0.0


def divided(real, imag, by_real, by_imag):
    if abs(by_real) >= abs(by_imag):
        if by_real == 0.0:
            raise ZeroDivisionError("complex division by zero")
        ratio = by_imag / by_real
        denominator = by_real + by_imag * ratio
        return made((real + imag * ratio) / denominator, (imag - real * ratio) / denominator)
    ratio = by_real / by_imag
    denominator = by_real * ratio + by_imag
    return made((real * ratio + imag) / denominator, (imag * ratio - real) / denominator)


def general_power(real, imag, by_real, by_imag):
    if by_real == 0.0 and by_imag == 0.0:
        return made(1.0, 0.0)
    if real == 0.0 and imag == 0.0:
        if by_imag != 0.0 or by_real < 0.0:
            raise ZeroDivisionError("0.0 to a negative or complex power")
        return made(0.0, 0.0)
    size = math.hypot(real, imag)
    length = math.pow(size, by_real)
    angle = math.atan2(imag, real)
    phase = angle * by_real
    if by_imag != 0.0:
        length /= math.exp(angle * by_imag)
        phase += by_imag * math.log(size)
    return made(length * math.cos(phase), length * math.sin(phase))
