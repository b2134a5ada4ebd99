"""functools: functions of functions."""


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


def cache(user_function):
    results = {}

    def cached(*args):
        if args in results:
            return results[args]
        result = user_function(*args)
        results[args] = result
        return result

    return cached


def lru_cached(user_function, typed):
    return cache_newest(user_function, 128)


def lru_cache(maxsize, typed):
    def decorate(user_function):
        return cache_newest(user_function, maxsize)

    return decorate


def cache_newest(user_function, maxsize):
    if maxsize is None:
        return cache(user_function)
    limit = max(maxsize, 0)
    results = {}

    def cached(*args):
        if args in results:
            result = results.pop(args)
            results[args] = result
            return result
        result = user_function(*args)
        if limit > 0:
            if len(results) >= limit:
                for oldest in results:
                    del results[oldest]
                    break
            results[args] = result
        return result

    return cached
