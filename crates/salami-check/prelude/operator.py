"""operator: the operators as functions."""


def add(a, b):
    return a + b


def and_(a, b):
    return a & b


def concat(a, b):
    return a + b


def contains(a, b):
    return b in a


def countOf(a, b):
    found = 0
    for item in a:
        if item is b or item == b:
            found += 1
    return found


def delitem(a, b):
    del a[b]


def eq(a, b):
    return a == b


def floordiv(a, b):
    return a // b


def ge(a, b):
    return a >= b


def getitem(a, b):
    return a[b]


def gt(a, b):
    return a > b


def inv(a):
    return ~a


def is_(a, b):
    return a is b


def is_not(a, b):
    return a is not b


def le(a, b):
    return a <= b


def lshift(a, b):
    return a << b


def lt(a, b):
    return a < b


def mod(a, b):
    return a % b


def mul(a, b):
    return a * b


def ne(a, b):
    return a != b


def neg(a):
    return -a


def not_(a):
    return not a


def or_(a, b):
    return a | b


def pos(a):
    return +a


def pow_(a, b):
    return a ** b


def rshift(a, b):
    return a >> b


def setitem(a, b, c):
    a[b] = c


def sub(a, b):
    return a - b


def truediv(a, b):
    return a / b


def truth(a):
    return True if a else False


def xor(a, b):
    return a ^ b
