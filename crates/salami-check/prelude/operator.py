"""operator: the operators as functions."""

from typing import Generic, TypeVar

T = TypeVar("T")


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


def indexOf(a, b):
    for index, item in enumerate(a):
        if item is b or item == b:
            return index
    raise ValueError("sequence.index(x): x not in sequence")


def index(a):
    return range(a).stop


def length_hint(obj, default):
    return len(obj)


def matmul(a, b):
    return a @ b


def iadd(a, b):
    a += b
    return a


def iand(a, b):
    a &= b
    return a


def iconcat(a, b):
    a += b
    return a


def ifloordiv(a, b):
    a //= b
    return a


def ilshift(a, b):
    a <<= b
    return a


def imod(a, b):
    a %= b
    return a


def imul(a, b):
    a *= b
    return a


def ior(a, b):
    a |= b
    return a


def ipow(a, b):
    a **= b
    return a


def irshift(a, b):
    a >>= b
    return a


def isub(a, b):
    a -= b
    return a


def itruediv(a, b):
    a /= b
    return a


def ixor(a, b):
    a ^= b
    return a


class itemgetter(Generic[T]):
    """A getter of items whose keys are known only when the program runs."""

    def __init__(self, item, /, *items):
        self._item = item
        self._items = items

    def __call__(self, obj, /):
        if not self._items:
            return obj[self._item]
        return (obj[self._item], *[obj[item] for item in self._items])
