"""Searching and comparing containers whose items have comparison methods of their own."""

from collections import Counter, deque


def list_extend(self, iterable):
    if isinstance(iterable, (list, tuple)):
        self.extend(iterable)
        return
    for item in iterable:
        self.append(item)


def list_extended(self, iterable):
    list_extend(self, iterable)
    return self


def deque_of(iterable, maxlen):
    made = deque((), maxlen)
    for item in iterable:
        made.append(item)
    return made


def deque_extend(self, iterable):
    for item in iterable:
        self.append(item)


def deque_extendleft(self, iterable):
    for item in iterable:
        self.appendleft(item)


def set_of(iterable):
    made = set()
    for item in iterable:
        made.add(item)
    return made


def set_update(self, others):
    for other in others:
        if isinstance(other, (set, frozenset, dict)):
            self.update(other)
        else:
            for item in other:
                self.add(item)


def dict_of(pairs):
    made = {}
    dict_update(made, pairs)
    return made


def dict_update(self, pairs):
    if isinstance(pairs, dict):
        self.update(pairs)
        return
    index = 0
    for pair in pairs:
        if len(pair) != 2:
            raise ValueError(f"dictionary update sequence element #{index} has length {len(pair)}; 2 is required")
        key, value = pair
        self[key] = value
        index += 1


def counter_of(iterable):
    made = Counter()
    counter_update(made, iterable)
    return made


def counter_update(self, iterable):
    if isinstance(iterable, dict):
        self.update(iterable)
        return
    for item in iterable:
        self[item] += 1


def getter(container):
    return lambda key: container[key]


def same(left, right):
    return left is right or left == right


def contains(self, key):
    for item in self:
        if item is key or item == key:
            return True
    return False


def count(self, value):
    found = 0
    for item in self:
        if item is value or item == value:
            found += 1
    return found


def position(self, value, start, stop):
    """The index of the first equal item within the bounds, or -1."""
    if start < 0:
        start = max(start + len(self), 0)
    if stop < 0:
        stop = max(stop + len(self), 0)
    index = start
    while index < stop and index < len(self):
        item = self[index]
        if item is value or item == value:
            return index
        index += 1
    return -1


def list_index(self, value, start, stop):
    index = position(self, value, start, stop)
    if index < 0:
        raise ValueError(f"{value!r} is not in list")
    return index


def tuple_index(self, value, start, stop):
    index = position(self, value, start, stop)
    if index < 0:
        raise ValueError("tuple.index(x): x not in tuple")
    return index


def deque_index(self, value, start, stop):
    index = position(self, value, start, stop)
    if index < 0:
        raise ValueError(f"{value!r} is not in deque")
    return index


def list_remove(self, value):
    index = position(self, value, 0, len(self))
    if index < 0:
        raise ValueError("list.remove(x): x not in list")
    del self[index]


def deque_remove(self, value):
    index = position(self, value, 0, len(self))
    if index < 0:
        raise ValueError(f"{value!r} is not in deque")
    del self[index]


def list_equal(self, other):
    return isinstance(other, list) and equal_items(self, other)


def tuple_equal(self, other):
    return isinstance(other, tuple) and equal_items(self, other)


def deque_equal(self, other):
    return isinstance(other, deque) and equal_items(self, other)


def equal_items(left, right):
    if len(left) != len(right):
        return False
    for a, b in zip(left, right):
        if not (a is b or a == b):
            return False
    return True


def dict_equal(self, other):
    if not isinstance(other, dict) or len(self) != len(other):
        return False
    for key, value in self.items():
        if key not in other:
            return False
        item = other[key]
        if not (item is value or item == value):
            return False
    return True


def less(self, other):
    """Whether the first items that differ are in order, or else the left one is shorter."""
    for a, b in zip(self, other):
        if not (a is b or a == b):
            return a < b
    return len(self) < len(other)


def less_or_equal(self, other):
    for a, b in zip(self, other):
        if not (a is b or a == b):
            return a <= b
    return len(self) <= len(other)


def greater(self, other):
    for a, b in zip(self, other):
        if not (a is b or a == b):
            return a > b
    return len(self) > len(other)


def greater_or_equal(self, other):
    for a, b in zip(self, other):
        if not (a is b or a == b):
            return a >= b
    return len(self) >= len(other)
