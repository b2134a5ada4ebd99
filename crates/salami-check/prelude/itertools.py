"""itertools: lazy sequences."""


def count_from(start, step):
    value = start
    while True:
        yield value
        value = value + step


def cycle(iterable):
    values = []
    for value in iterable:
        values.append(value)
        yield value
    while values:
        for value in values:
            yield value


def repeat_for_ever(object):
    while True:
        yield object


def repeat(object, times):
    for _ in range(times):
        yield object


def chain(iterables):
    for iterable in iterables:
        for value in iterable:
            yield value


def compress(data, selectors):
    for value, selected in zip(data, selectors):
        if selected:
            yield value


def takewhile(predicate, iterable):
    for value in iterable:
        if not predicate(value):
            return
        yield value


def dropwhile(predicate, iterable):
    values = iter(iterable)
    for value in values:
        if not predicate(value):
            yield value
            break
    for value in values:
        yield value


def filterfalse(predicate, iterable):
    for value in iterable:
        if not predicate(value):
            yield value


def filterfalse_true(predicate, iterable):
    for value in iterable:
        if not value:
            yield value


def starmap(function, iterable):
    for arguments in iterable:
        # What the function raises leaves `next`, where StopIteration is the end.
        try:
            value = function(*arguments)
        except StopIteration:
            return
        yield value


def islice_until(iterable, stop):
    return islice(iterable, 0, stop, 1)


def islice(iterable, start, stop, step):
    if stop == -1:
        raise ValueError("Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
    first = 0 if start is None else start
    if first < 0 or (stop is not None and stop < 0):
        raise ValueError("Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
    distance = 1 if step is None else step
    if distance < 1:
        raise ValueError("Step for islice() must be a positive integer or None.")
    return sliced(iterable, first, stop, distance)


def sliced(iterable, start, stop, step):
    if stop is not None and start >= stop:
        # CPython skips to the start even so.
        skipped = 0
        if start > 0:
            for _ in iterable:
                skipped += 1
                if skipped == start:
                    return
        return
    index = 0
    wanted = start
    for value in iterable:
        if index == wanted:
            yield value
            wanted += step
            if stop is not None and wanted >= stop:
                if index + 1 == stop:
                    return
                wanted = stop
        index += 1
        if stop is not None and index >= stop:
            return


def accumulate_sum(iterable):
    values = iter(iterable)
    for first in values:
        total = first
        yield total
        for value in values:
            total = total + value
            yield total


def accumulate(iterable, function):
    values = iter(iterable)
    for first in values:
        total = first
        yield total
        for value in values:
            total = function(total, value)
            yield total


def accumulate_sum_from(iterable, initial):
    total = initial
    yield total
    for value in iterable:
        total = total + value
        yield total


def accumulate_from(iterable, function, initial):
    total = initial
    yield total
    for value in iterable:
        total = function(total, value)
        yield total


def pairwise(iterable):
    values = iter(iterable)
    for first in values:
        left = first
        for right in values:
            yield left, right
            left = right


def groupby(iterable, key):
    values = iter(iterable)
    for first in values:
        group = [first]
        group_key = first if key is None else key(first)
        for value in values:
            value_key = value if key is None else key(value)
            if value_key == group_key:
                group.append(value)
            else:
                yield group_key, iter(group)
                group = [value]
                group_key = value_key
        yield group_key, iter(group)


def zip_longest(iterables, fillvalue):
    columns = [iter(iterable) for iterable in iterables]
    ended = [False for _ in columns]
    while True:
        row = []
        living = 0
        for index, column in enumerate(columns):
            filled = False
            if not ended[index]:
                for value in column:
                    row.append(value)
                    filled = True
                    living += 1
                    break
            if not filled:
                ended[index] = True
                row.append(fillvalue)
        if living == 0:
            return
        yield tuple(row)


def zip_longest_two(iterables, fillvalue):
    right = iter(iterables[1])
    for a in iterables[0]:
        filled = False
        for b in right:
            yield a, b
            filled = True
            break
        if not filled:
            yield a, fillvalue
    for b in right:
        yield fillvalue, b


def product_two(iterables):
    right = list(iterables[1])
    for a in list(iterables[0]):
        for b in right:
            yield a, b


def product_three(iterables):
    second = list(iterables[1])
    third = list(iterables[2])
    for a in list(iterables[0]):
        for b in second:
            for c in third:
                yield a, b, c


def product(iterables, repeat):
    if repeat < 0:
        raise ValueError("repeat argument cannot be negative")
    pools = [list(iterable) for iterable in iterables] * repeat
    indices = [0 for _ in pools]
    for pool in pools:
        if not pool:
            return
    while True:
        yield tuple([pool[index] for pool, index in zip(pools, indices)])
        place = len(pools) - 1
        while place >= 0:
            indices[place] += 1
            if indices[place] < len(pools[place]):
                break
            indices[place] = 0
            place -= 1
        if place < 0:
            return


def permutations(iterable, r):
    pool = list(iterable)
    size = len(pool) if r is None else r
    if size < 0:
        raise ValueError("r must be non-negative")
    return permuted(pool, size)


def permuted(pool, size):
    n = len(pool)
    if size > n:
        return
    indices = list(range(n))
    cycles = list(range(n, n - size, -1))
    yield tuple([pool[index] for index in indices[:size]])
    while True:
        place = size - 1
        while place >= 0:
            cycles[place] -= 1
            if cycles[place] > 0:
                other = n - cycles[place]
                kept = indices[place]
                indices[place] = indices[other]
                indices[other] = kept
                yield tuple([pool[index] for index in indices[:size]])
                break
            indices = indices[:place] + indices[place + 1:] + [indices[place]]
            cycles[place] = n - place
            place -= 1
        if place < 0:
            return


def combinations_two(iterable, r):
    pool = list(iterable)
    for i in range(len(pool)):
        for j in range(i + 1, len(pool)):
            yield pool[i], pool[j]


def combinations(iterable, r):
    if r < 0:
        raise ValueError("r must be non-negative")
    return combined(list(iterable), r)


def combined(pool, r):
    n = len(pool)
    if r > n:
        return
    indices = list(range(r))
    while True:
        yield tuple([pool[index] for index in indices])
        place = r - 1
        while place >= 0 and indices[place] == place + n - r:
            place -= 1
        if place < 0:
            return
        indices[place] += 1
        for later in range(place + 1, r):
            indices[later] = indices[later - 1] + 1


def combinations_with_replacement(iterable, r):
    if r < 0:
        raise ValueError("r must be non-negative")
    return repeated(list(iterable), r)


def repeated(pool, r):
    n = len(pool)
    if n == 0 and r > 0:
        return
    indices = [0 for _ in range(r)]
    while True:
        yield tuple([pool[index] for index in indices])
        place = r - 1
        while place >= 0 and indices[place] == n - 1:
            place -= 1
        if place < 0:
            return
        first = indices[place] + 1
        for later in range(place, r):
            indices[later] = first


def tee(iterable, n):
    if n < 0:
        raise ValueError("n must be >= 0")
    values = list(iterable)
    return tuple([iter(values) for _ in range(n)])
