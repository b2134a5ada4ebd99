"""Iteration that runs functions or generators of the program."""

from _leaf import async_resumed, async_thrown, generator_is_done


def sum_of(iterable, start):
    if isinstance(start, str):
        raise TypeError("sum() can't sum strings [use ''.join(seq) instead]")
    if isinstance(start, bytes):
        raise TypeError("sum() can't sum bytes [use b''.join(seq) instead]")
    total = start
    for value in iterable:
        total = total + value
    return total


def all_of(iterable):
    for value in iterable:
        if not value:
            return False
    return True


def any_of(iterable):
    for value in iterable:
        if value:
            return True
    return False


def next_of(iterator):
    return iterator.__next__()


def next_or(iterator, default):
    for value in iterator:
        return value
    return default


def iter_until(function, sentinel):
    while True:
        value = function()
        if value == sentinel:
            return
        yield value


def at_most(iterable, count):
    """The first values."""
    values = []
    for value in iterable:
        values.append(value)
        if len(values) == count:
            break
    return values


def enumerate_of(iterable, start):
    index = start
    for value in iterable:
        yield index, value
        index += 1


def filter_by(function, iterable):
    for value in iterable:
        if function(value):
            yield value


def filter_true(function, iterable):
    for value in iterable:
        if value:
            yield value


def map_one(function, iterable):
    for value in iterable:
        yield function(value)


def map_two(function, first, second):
    rest = iter(second)
    for left in first:
        for right in rest:
            yield function(left, right)
            break
        else:
            return


def map_three(function, first, second, third):
    seconds = iter(second)
    thirds = iter(third)
    for a in first:
        for b in seconds:
            for c in thirds:
                yield function(a, b, c)
                break
            else:
                return
            break
        else:
            return


def zip_one(iterables, strict):
    for value in iterables[0]:
        yield (value,)


def zip_two(iterables, strict):
    rest = iter(iterables[1])
    for left in iterables[0]:
        for right in rest:
            yield left, right
            break
        else:
            if strict:
                raise ValueError("zip() argument 2 is shorter than argument 1")
            return
    if strict:
        for right in rest:
            raise ValueError("zip() argument 2 is longer than argument 1")


def zip_three(iterables, strict):
    pairs = zip_two((iterables[0], iterables[1]), strict)
    rest = iter(iterables[2])
    for left, middle in pairs:
        for right in rest:
            yield left, middle, right
            break
        else:
            if strict:
                raise ValueError("zip() argument 3 is shorter than arguments 1-2")
            return
    if strict:
        for right in rest:
            raise ValueError("zip() argument 3 is longer than arguments 1-2")


def zip_many(iterables, strict):
    iterators = [iter(iterable) for iterable in iterables]
    if not iterators:
        return
    while True:
        values = []
        for iterator in iterators:
            for value in iterator:
                values.append(value)
                break
            else:
                if strict:
                    check_lengths(iterators, len(values))
                return
        yield tuple(values)


def check_lengths(iterators, ended):
    """Raises unless all iterators end with the one at this index."""
    if ended > 0:
        others = "argument 1" if ended == 1 else f"arguments 1-{ended}"
        raise ValueError(f"zip() argument {ended + 1} is shorter than {others}")
    for index in range(1, len(iterators)):
        for value in iterators[index]:
            others = "argument 1" if index == 1 else f"arguments 1-{index}"
            raise ValueError(f"zip() argument {index + 1} is longer than {others}")


def iterate_object(iterator):
    """What an iterator object of the program gives."""
    while True:
        try:
            value = iterator.__next__()
        except StopIteration:
            return
        yield value


def close_generator(generator):
    try:
        generator.throw(GeneratorExit())
    except (GeneratorExit, StopIteration):
        return
    raise RuntimeError("generator ignored GeneratorExit")


def close_coroutine(coroutine):
    if generator_is_done(coroutine):
        return
    try:
        coroutine.throw(GeneratorExit())
    except (GeneratorExit, StopIteration):
        return
    raise RuntimeError("coroutine ignored GeneratorExit")


async def async_next(generator):
    return async_resumed(generator, None)


async def async_next_or(generator, default):
    try:
        return async_resumed(generator, None)
    except StopAsyncIteration:
        return default


async def async_send(generator, value):
    return async_resumed(generator, value)


async def async_throw(generator, exception):
    return async_thrown(generator, exception)


async def async_close(generator):
    try:
        async_thrown(generator, GeneratorExit())
    except (GeneratorExit, StopAsyncIteration):
        return
    raise RuntimeError("async generator ignored GeneratorExit")


async def iterate_async(iterator):
    """What an asynchronous iterator of the program gives."""
    while True:
        try:
            value = await iterator.__anext__()
        except StopAsyncIteration:
            return
        yield value


def iterate_items(value):
    """What has `__getitem__` and no `__iter__`: its items from 0 on, to the first that is not there."""
    index = 0
    while True:
        try:
            item = value[index]
        except IndexError:
            return
        yield item
        index += 1


def reversed_items(value):
    """The items of what has `__len__` and `__getitem__`, from the last to the first."""
    for index in range(len(value) - 1, -1, -1):
        yield value[index]
