"""Sorting, least and greatest by a function or by comparison methods of the program."""

from _leaf import sort_by_keys


def sorted_by(iterable, key, reverse):
    values = list(iterable)
    if key is None:
        return ordered(values, values, reverse)
    keys = [key(value) for value in values]
    return ordered(values, keys, reverse)


def list_sort(self, key, reverse):
    self[:] = sorted_by(self, key, reverse)


def ordered(values, keys, reverse):
    """The values in the order of their keys, equal ones as they were."""
    return sort_by_keys(values, keys, reverse)


def merge_by_keys(values, keys, reverse):
    """As `sort_by_keys`, for keys that are compared by a method of the program."""
    order = list(range(len(values)))
    width = 1
    while width < len(order):
        merged = []
        for start in range(0, len(order), 2 * width):
            left = order[start:start + width]
            right = order[start + width:start + 2 * width]
            merged.extend(merge(left, right, keys, reverse))
        order = merged
        width *= 2
    return [values[index] for index in order]


def merge(left, right, keys, reverse):
    merged = []
    i = 0
    j = 0
    while i < len(left) and j < len(right):
        a = keys[left[i]]
        b = keys[right[j]]
        if (a < b) if reverse else (b < a):
            merged.append(right[j])
            j += 1
        else:
            merged.append(left[i])
            i += 1
    merged.extend(left[i:])
    merged.extend(right[j:])
    return merged


def max_by(iterable, key):
    values = iter(iterable)
    for first in values:
        return greatest(first, values, key)
    raise ValueError("max() arg is an empty sequence")


def max_or(iterable, default, key):
    values = iter(iterable)
    for first in values:
        return greatest(first, values, key)
    return default


def max_of(first, second, rest, key):
    return greatest(first, [second, *rest], key)


def greatest(first, values, key):
    best = first
    if key is None:
        for value in values:
            if value > best:
                best = value
        return best
    best_key = key(first)
    for value in values:
        value_key = key(value)
        if value_key > best_key:
            best = value
            best_key = value_key
    return best


def min_by(iterable, key):
    values = iter(iterable)
    for first in values:
        return least(first, values, key)
    raise ValueError("min() arg is an empty sequence")


def min_or(iterable, default, key):
    values = iter(iterable)
    for first in values:
        return least(first, values, key)
    return default


def min_of(first, second, rest, key):
    return least(first, [second, *rest], key)


def least(first, values, key):
    best = first
    if key is None:
        for value in values:
            if value < best:
                best = value
        return best
    best_key = key(first)
    for value in values:
        value_key = key(value)
        if value_key < best_key:
            best = value
            best_key = value_key
    return best


# What `functools.total_ordering` adds to a class, by the method that it has.


def less_or_equal_by_less(self, other):
    return self < other or self == other


def greater_by_less(self, other):
    return not self < other and self != other


def greater_or_equal_by_less(self, other):
    return not self < other


def less_by_less_or_equal(self, other):
    return self <= other and self != other


def greater_by_less_or_equal(self, other):
    return not self <= other


def greater_or_equal_by_less_or_equal(self, other):
    return not self <= other or self == other


def less_by_greater(self, other):
    return not self > other and self != other


def less_or_equal_by_greater(self, other):
    return not self > other


def greater_or_equal_by_greater(self, other):
    return self > other or self == other


def less_by_greater_or_equal(self, other):
    return not self >= other


def less_or_equal_by_greater_or_equal(self, other):
    return not self >= other or self == other


def greater_by_greater_or_equal(self, other):
    return self >= other and self != other
