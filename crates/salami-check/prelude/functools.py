"""functools: functions of functions."""

from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


def reduce_values(function, iterable):
    values = iter(iterable)
    for first in values:
        return reduce_from(function, values, first)
    raise TypeError("reduce() of empty iterable with no initial value")


def reduce_from(function, iterable, initial):
    value = initial
    for item in iterable:
        value = function(value, item)
    return value


class ComparedKey:
    def __init__(self, value, compare):
        self.value = value
        self.compare = compare

    def __lt__(self, other):
        return self.compare(self.value, other.value) < 0

    def __gt__(self, other):
        return self.compare(self.value, other.value) > 0

    def __le__(self, other):
        return self.compare(self.value, other.value) <= 0

    def __ge__(self, other):
        return self.compare(self.value, other.value) >= 0

    def __eq__(self, other):
        return self.compare(self.value, other.value) == 0


def cmp_to_key(mycmp):
    def key(value):
        return ComparedKey(value, mycmp)

    return key


class partial(Generic[T]):
    def __init__(self, func, /, *args, **keywords):
        self.func = func
        self.args = args
        self.keywords = keywords

    def __call__(self, /, *args, **keywords):
        return self.func(*self.args, *args, **{**self.keywords, **keywords})


class CacheInfo(NamedTuple):
    hits: int
    misses: int
    maxsize: int | None
    currsize: int


class CachedFunction(Generic[T]):
    """What `cache` and `lru_cache` make of a function: its results by arguments, the one used last at the end."""

    def __init__(self, function, maxsize, typed):
        self.__wrapped__ = function
        self._results = {}
        self._maxsize = maxsize
        self._typed = typed
        self._hits = 0
        self._misses = 0

    def __call__(self, *args, **kwargs):
        key = key_of(args, kwargs, self._typed)
        if key in self._results:
            self._hits += 1
            result = self._results[key]
            if self._maxsize is not None:
                del self._results[key]
                self._results[key] = result
            return result
        self._misses += 1
        result = self.__wrapped__(*args, **kwargs)
        if self._maxsize is None:
            self._results[key] = result
        elif self._maxsize > 0:
            if key not in self._results and len(self._results) >= self._maxsize:
                for oldest in self._results:
                    del self._results[oldest]
                    break
            self._results[key] = result
        return result

    def cache_info(self):
        return CacheInfo(self._hits, self._misses, self._maxsize, len(self._results))

    def cache_clear(self):
        self._results.clear()
        self._hits = 0
        self._misses = 0

    def cache_parameters(self):
        return {"maxsize": self._maxsize, "typed": self._typed}

    @property
    def __name__(self):
        return self.__wrapped__.__name__

    @property
    def __doc__(self):
        return self.__wrapped__.__doc__


def key_of(args, kwargs, typed):
    key = (args, tuple(kwargs.items())) if kwargs else args
    if typed:
        kinds = [type(value).__name__ for value in args]
        return key, tuple(kinds + [type(value).__name__ for value in kwargs.values()])
    return key


def cache(user_function, /):
    return CachedFunction(user_function, None, False)


def lru_cached(user_function, typed):
    return CachedFunction(user_function, 128, typed)


def lru_cache(maxsize, typed):
    limit = None if maxsize is None else max(maxsize, 0)

    def decorate(user_function):
        return CachedFunction(user_function, limit, typed)

    return decorate
