//! Functions with the shapes of everyday helpers, without annotations: each is called with values of many kinds.

use super::template::Row;

/// A helper: its text, and the rows by which expressions call it.
pub type Helper = (&'static str, &'static [Row]);

/// The helpers.
pub const HELPERS: &[Helper] = &[
    (
        "def identity(value):\n    return value",
        &[
            ("T", "identity(«T»)"),
            ("list[T]", "list(map(identity, «list[T]»))"),
        ],
    ),
    (
        "def pair(left, right=None):\n    return (left, right)",
        &[
            ("tuple[T, U]", "pair(«T», «U»)"),
            ("tuple[T, opt[U]]", "pair(«T», None)"),
            ("tuple[T, U]", "pair(right=«U», left=«T»)"),
        ],
    ),
    (
        "def first(items, default=None):\n    for item in items:\n        return item\n    return default",
        &[
            ("T", "first(«list[T]», «T»)"),
            ("opt[T]", "first(«list[T]»)"),
            ("str", "first(«str», '-')"),
            ("opt[K]", "first(«dict[K, T]»)"),
        ],
    ),
    (
        "async def work(value, turns):\n    for turn in range(turns):\n        print('turn', turn)\n        await asyncio.sleep(0)\n    return value\n\nasync def gathered(values, turns):\n    return await asyncio.gather(*[work(value, turns) for value in values])\n\nasync def queued(values, size):\n    queue = asyncio.Queue(maxsize=size)\n    lock = asyncio.Lock()\n    taken = []\n    async def produce():\n        for value in values:\n            await queue.put(value)\n            print('put', queue.qsize())\n    async def consume():\n        for _ in values:\n            value = await queue.get()\n            async with lock:\n                taken.append(value)\n            print('got', len(taken))\n    await asyncio.gather(produce(), consume())\n    return taken\n\nasync def counted(count):\n    for number in range(count):\n        yield number\n        await asyncio.sleep(0)\n\nasync def collected(count):\n    return [number async for number in counted(count)]",
        &[
            ("list[T]", "asyncio.run(gathered(«list[T]», «small»))"),
            ("list[T]", "asyncio.run(queued(«list[T]», «small»))"),
            ("T", "asyncio.run(work(«T», «small»))"),
            ("list[int]", "asyncio.run(collected(«small»))"),
        ],
    ),
    (
        "def averages():\n    total, count = 0, 0\n    while True:\n        value = yield (total, count)\n        if value is None:\n            return count\n        total += value\n        count += 1\n\ndef sent(values):\n    generator = averages()\n    seen = [next(generator)]\n    for value in values:\n        seen.append(generator.send(value))\n    try:\n        generator.send(None)\n    except StopIteration as stop:\n        print('stopped', stop.value)\n    return seen",
        &[
            ("list[tuple[int, int]]", "sent(«list[int]»)"),
            ("int", "len(sent(«list[int]»))"),
        ],
    ),
    (
        "def swap(two):\n    a, b = two\n    return b, a",
        &[("tuple[T, U]", "swap(«tuple[U, T]»)")],
    ),
    (
        "def compose(outer, inner):\n    return lambda value: outer(inner(value))",
        &[("fn[A, T]", "compose(«fn[B, T]», «fn[A, B]»)")],
    ),
    (
        "def apply(function, *arguments, **named):\n    return function(*arguments, **named)",
        &[
            ("T", "apply(«fn[A, T]», «A»)"),
            ("T", "apply(«fn[A, B, T]», «A», «B»)"),
            ("str", "apply('{}{x}'.format, «T», x=«U»)"),
        ],
    ),
    (
        "def repeat_call(times, function, value):\n    if times <= 0:\n        return value\n    return repeat_call(times - 1, function, function(value))",
        &[("T", "repeat_call(«small», «fn[T, T]», «T»)")],
    ),
    (
        "def group_by(items, key):\n    groups = {}\n    for item in items:\n        groups.setdefault(key(item), []).append(item)\n    return groups",
        &[("dict[K, list[T]]", "group_by(«list[T]», «fn[T, K]»)")],
    ),
    (
        "def flatten(rows):\n    result = []\n    for row in rows:\n        result.extend(row)\n    return result",
        &[
            ("list[T]", "flatten(«list[list[T]]»)"),
            ("list[T]", "flatten([«vector[T]», «vector[T]»])"),
        ],
    ),
    (
        "def fold(function, items, start):\n    total = start\n    for item in items:\n        total = function(total, item)\n    return total",
        &[
            ("T", "fold(«fn[T, U, T]», «list[U]», «T»)"),
            (
                "T",
                "fold(lambda «bind T as a», «bind U as b»: «T@3», «vector[U]», «T»)",
            ),
        ],
    ),
    (
        "def maybe(value, function):\n    if value is None:\n        return None\n    return function(value)",
        &[("opt[T]", "maybe(«opt[U]», «fn[U, T]»)")],
    ),
    (
        "def partition(items, test):\n    yes, no = [], []\n    for item in items:\n        (yes if test(item) else no).append(item)\n    return yes, no",
        &[(
            "tuple[list[T], list[T]]",
            "partition(«list[T]», «fn[T, bool]»)",
        )],
    ),
    (
        "def count_by(items):\n    counts = {}\n    for item in items:\n        counts[item] = counts.get(item, 0) + 1\n    return counts",
        &[
            ("dict[K, int]", "count_by(«list[K]»)"),
            ("dict[str, int]", "count_by(«str»)"),
        ],
    ),
    (
        "def chunks(items, size):\n    return [items[i:i + size] for i in range(0, len(items), size)]",
        &[
            ("list[list[T]]", "chunks(«list[T]», «small»)"),
            ("list[str]", "chunks(«str», «positive»)"),
        ],
    ),
    (
        "def take(iterator, count):\n    taken = []\n    for item in iterator:\n        if len(taken) >= count:\n            break\n        taken.append(item)\n    return taken",
        &[("list[T]", "take(«iter[T]», «small»)")],
    ),
    (
        "def walk(value, depth=0):\n    yield depth, value\n    if isinstance(value, list):\n        for item in value:\n            yield from walk(item, depth + 1)",
        &[
            ("str", "repr(list(walk(«list[T]»)))"),
            ("str", "repr(list(walk(«list[list[T]]»)))"),
        ],
    ),
    (
        "def countdown(count):\n    while count > 0:\n        yield count\n        count -= 1\n    return 'done'",
        &[
            ("iter[int]", "countdown(«small»)"),
            ("list[int]", "[*countdown(«small»)]"),
        ],
    ),
    (
        "def windows(items, size=2):\n    for start in range(len(items) - size + 1):\n        yield tuple(items[start:start + size])",
        &[
            ("iter[vector[T]]", "windows(«list[T]»)"),
            (
                "list[vector[T]]",
                "list(windows(«vector[T]», size=«positive»))",
            ),
        ],
    ),
    (
        "def total(*numbers, scale=1, **named):\n    result = sum(numbers) * scale\n    for name in sorted(named):\n        result += named[name]\n    return result",
        &[
            ("int", "total(«int», «int», scale=«int»)"),
            ("int", "total(*«list[int]», a=«int», b=«int»)"),
            ("float", "total(«float», «float»)"),
            ("int", "total()"),
        ],
    ),
    (
        "def describe(value):\n    if value is None:\n        return 'nothing'\n    if isinstance(value, bool):\n        return 'flag'\n    if isinstance(value, (int, float)):\n        return f'number {value + 1}'\n    if isinstance(value, str):\n        return value.upper()\n    if isinstance(value, (list, tuple)):\n        return '[' + ' '.join(describe(item) for item in value) + ']'\n    if isinstance(value, dict):\n        return ','.join(f'{describe(key)}={describe(item)}' for key, item in value.items())\n    return type(value).__name__",
        &[
            ("str", "describe(«T»)"),
            ("str", "describe(«opt[T]»)"),
            ("str", "describe(«union[int, str]»)"),
            ("str", "describe(«dict[K, T]»)"),
        ],
    ),
    (
        "def remember(item, seen=[]):\n    seen.append(item)\n    del seen[:-4]\n    return len(seen)",
        &[("int", "remember(«T»)"), ("int", "remember(«int»)")],
    ),
    (
        "def counter_from(start):\n    count = start\n    def bump(by=1):\n        nonlocal count\n        count = (count + by) % 1000\n        return count\n    return bump",
        &[
            ("fn[int, int]", "counter_from(«int»)"),
            ("int", "counter_from(«int»)()"),
        ],
    ),
    (
        "def accumulator():\n    items = []\n    def add(item):\n        items.append(item)\n        return list(items)\n    return add",
        &[
            ("list[T]", "accumulator()(«T»)"),
            ("fn[T, list[T]]", "accumulator()"),
        ],
    ),
    (
        "def is_even(n):\n    return True if n == 0 else is_odd(n - 1)\n\ndef is_odd(n):\n    return False if n == 0 else is_even(n - 1)",
        &[("bool", "is_even(«small»)"), ("bool", "is_odd(«small»)")],
    ),
    (
        "@functools.lru_cache(maxsize=None)\ndef fibonacci(n):\n    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)",
        &[("int", "fibonacci(«small»)"), ("int", "fibonacci(«shift»)")],
    ),
    (
        "def binary_search(items, wanted):\n    low, high = 0, len(items)\n    while low < high:\n        middle = (low + high) // 2\n        if items[middle] < wanted:\n            low = middle + 1\n        else:\n            high = middle\n    return low",
        &[("int", "binary_search(sorted(«list[O]»), «O»)")],
    ),
    (
        "def quicksort(items):\n    if len(items) < 2:\n        return items\n    pivot, *rest = items\n    return quicksort([x for x in rest if x < pivot]) + [pivot] + quicksort([x for x in rest if not x < pivot])",
        &[("list[O]", "quicksort(«list[O]»)")],
    ),
    (
        "def parse_number(text, default=None):\n    try:\n        return int(text)\n    except ValueError:\n        try:\n            return float(text)\n        except ValueError:\n            return default",
        &[
            ("str", "repr(parse_number(«numtext»))"),
            ("str", "repr(parse_number(«str», «T»))"),
        ],
    ),
    (
        "def safe(function, *arguments):\n    try:\n        return function(*arguments)\n    except (ValueError, ArithmeticError, LookupError) as error:\n        return f'{type(error).__name__}: {error}'",
        &[
            ("str", "repr(safe(«fn[A, T]», «A»))"),
            ("str", "repr(safe(int, «str»))"),
            ("str", "repr(safe(lambda: «T»))"),
        ],
    ),
    (
        "def merge(left, right):\n    result = dict(left)\n    for key, value in right.items():\n        if key in result and isinstance(result[key], dict) and isinstance(value, dict):\n            result[key] = merge(result[key], value)\n        else:\n            result[key] = value\n    return result",
        &[("dict[K, T]", "merge(«dict[K, T]», «dict[K, T]»)")],
    ),
    (
        "def invert(table):\n    return {value: key for key, value in table.items()}",
        &[("dict[H, K]", "invert(«dict[K, H]»)")],
    ),
    (
        "def longest(*items, key=len):\n    return max(items, key=key)",
        &[
            ("str", "longest(«str», «str»)"),
            ("list[T]", "longest(«list[T]», «list[T]», «list[T]»)"),
            ("int", "longest(«int», «int», key=abs)"),
        ],
    ),
    (
        "def transpose(rows):\n    return [list(column) for column in zip(*rows)]",
        &[("list[list[T]]", "transpose(«list[list[T]]»)")],
    ),
    (
        "def curry(function):\n    return lambda left: lambda right: function(left, right)",
        &[
            ("T", "curry(«fn[A, B, T]»)(«A»)(«B»)"),
            ("fn[B, T]", "curry(«fn[A, B, T]»)(«A»)"),
        ],
    ),
];
