"""What a class of the program has from a builtin type that it derives from: its objects keep a value of that type.

Where no class of the program says otherwise, natives and operators take that value in place of the object.
"""

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


def plain(value, kind):
    return value.__data__ if isinstance(value, kind) else value


class dict_(Generic[K, V]):
    def __init__(self, *args, **kwargs):
        self.__data__ = dict(*args, **kwargs)

    def __len__(self):
        return len(self.__data__)

    def __getitem__(self, key):
        if hasattr(self, "__missing__"):
            if key not in self.__data__:
                return self.__missing__(key)
        return self.__data__[key]

    def __setitem__(self, key, value):
        self.__data__[key] = value

    def __delitem__(self, key):
        del self.__data__[key]

    def __contains__(self, key):
        return key in self.__data__

    def __iter__(self):
        return iter(self.__data__)

    def __reversed__(self):
        return reversed(self.__data__)

    def __eq__(self, other):
        return self.__data__ == plain(other, dict_)

    def __repr__(self):
        return repr(self.__data__)


class list_(Generic[V]):
    def __init__(self, *args):
        self.__data__ = list(*args)

    def __len__(self):
        return len(self.__data__)

    def __getitem__(self, index):
        return self.__data__[index]

    def __setitem__(self, index, value):
        self.__data__[index] = value

    def __delitem__(self, index):
        del self.__data__[index]

    def __contains__(self, value):
        return value in self.__data__

    def __iter__(self):
        return iter(self.__data__)

    def __reversed__(self):
        return reversed(self.__data__)

    def __eq__(self, other):
        return self.__data__ == plain(other, list_)

    def __iadd__(self, other):
        self.__data__.extend(other)
        return self

    def __repr__(self):
        return repr(self.__data__)


class set_(Generic[V]):
    def __init__(self, *args):
        self.__data__ = set(*args)

    def __len__(self):
        return len(self.__data__)

    def __contains__(self, value):
        return value in self.__data__

    def __iter__(self):
        return iter(self.__data__)

    def __eq__(self, other):
        return self.__data__ == plain(other, set_)

    def __repr__(self):
        name = type(self).__name__
        return f"{name}({self.__data__!r})" if self.__data__ else f"{name}()"


class str_:
    def __len__(self):
        return len(self.__data__)

    def __getitem__(self, index):
        return self.__data__[index]

    def __contains__(self, value):
        return value in self.__data__

    def __iter__(self):
        return iter(self.__data__)

    def __eq__(self, other):
        return self.__data__ == plain(other, str_)

    def __lt__(self, other):
        return self.__data__ < plain(other, str_)

    def __hash__(self):
        return hash(self.__data__)

    def __str__(self):
        return self.__data__

    def __repr__(self):
        return repr(self.__data__)

    def __format__(self, spec):
        return format(self.__data__, spec)


class tuple_:
    def __len__(self):
        return len(self.__data__)

    def __getitem__(self, index):
        return self.__data__[index]

    def __contains__(self, value):
        return value in self.__data__

    def __iter__(self):
        return iter(self.__data__)

    def __eq__(self, other):
        return self.__data__ == plain(other, tuple_)

    def __lt__(self, other):
        return self.__data__ < plain(other, tuple_)

    def __hash__(self):
        return hash(self.__data__)

    def __repr__(self):
        return repr(self.__data__)


class int_:
    def __eq__(self, other):
        return self.__data__ == plain(other, int_)

    def __lt__(self, other):
        return self.__data__ < plain(other, int_)

    def __hash__(self):
        return hash(self.__data__)

    def __repr__(self):
        return repr(self.__data__)

    def __format__(self, spec):
        return format(self.__data__, spec)

    def __abs__(self):
        return abs(self.__data__)

    def __int__(self):
        return int(self.__data__)

    def __float__(self):
        return float(self.__data__)

    def __round__(self, digits=None):
        return round(self.__data__, digits)


class float_:
    def __eq__(self, other):
        return self.__data__ == plain(other, float_)

    def __lt__(self, other):
        return self.__data__ < plain(other, float_)

    def __hash__(self):
        return hash(self.__data__)

    def __repr__(self):
        return repr(self.__data__)

    def __format__(self, spec):
        return format(self.__data__, spec)

    def __abs__(self):
        return abs(self.__data__)

    def __int__(self):
        return int(self.__data__)

    def __float__(self):
        return float(self.__data__)

    def __round__(self, digits=None):
        return round(self.__data__, digits)
