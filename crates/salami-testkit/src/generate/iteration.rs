//! Iterators and functions as values: generator expressions, itertools, functools, lambdas.

use super::template::Row;

/// Rows for expressions.
pub const ROWS: &[Row] = &[
    ("iter[T]", "(«T@3» for «bind U as a» in «list[U]»)"),
    (
        "iter[T]",
        "(«bind T as a» for «=a» in «list[T]@1» if «bool@3»)",
    ),
    ("iter[T]", "reversed(«list[T]»)"),
    ("iter[T]", "iter(«list[T]»)"),
    ("set[N]", "set(«N@3» for «bind U as a» in «list[U]»)"),
    (
        "dict[K, T]",
        "dict((«K@3», «T@3») for «bind U as a» in «list[U]»)",
    ),
    (
        "counter[K]",
        "Counter(«K@3» for «bind U as a» in «list[U]»)",
    ),
    (
        "deque[T]",
        "deque((«T@3» for «bind U as a» in «list[U]»), maxlen=«positive»)",
    ),
    (
        "T",
        "max((«T@3» for «bind U as a» in «list[U]»), key=«fn[T, int]»)",
    ),
    (
        "list[T]",
        "sorted((«T@3» for «bind U as a» in «list[U]»), key=«fn[T, str]»)",
    ),
    (
        "float",
        "sum((«float@3» for «bind U as a» in «list[U]»), «float»)",
    ),
    (
        "decimal",
        "sum((«decimal@3» for «bind U as a» in «list[U]»), Decimal(0))",
    ),
    (
        "list[int]",
        "sum(([«int@3»] for «bind U as a» in «list[U]»), [])",
    ),
    ("iter[T]", "map(«fn[U, T]», «list[U]»)"),
    ("iter[T]", "map(«fn[U, A, T]», «list[U]», «vector[A]»)"),
    ("iter[T]", "filter(«fn[T, bool]», «list[T]»)"),
    ("iter[T]", "filter(None, «list[T]»)"),
    ("iter[T]", "itertools.chain(«list[T]», «vector[T]»)"),
    ("iter[T]", "itertools.chain.from_iterable(«list[list[T]]»)"),
    ("iter[T]", "itertools.islice(«list[T]», «small»)"),
    (
        "iter[T]",
        "itertools.islice(«iter[T]», «small», None, «positive»)",
    ),
    ("iter[T]", "itertools.islice(itertools.cycle(«list[T]»), 5)"),
    ("iter[T]", "itertools.repeat(«T», «small»)"),
    ("iter[T]", "itertools.takewhile(«fn[T, bool]», «list[T]»)"),
    ("iter[T]", "itertools.dropwhile(«fn[T, bool]», «list[T]»)"),
    ("iter[T]", "itertools.filterfalse(«fn[T, bool]», «list[T]»)"),
    ("iter[T]", "itertools.compress(«list[T]», «list[bool]»)"),
    (
        "iter[T]",
        "itertools.accumulate(«list[T]», lambda «bind T as a», «bind T as b»: «T@3»)",
    ),
    (
        "iter[T]",
        "itertools.starmap(lambda «bind A as a», «bind B as b»: «T@3», «list[tuple[A, B]]»)",
    ),
    ("iter[int]", "itertools.accumulate(«list[int]»)"),
    (
        "iter[int]",
        "itertools.islice(itertools.count(«index», «positive»), «small»)",
    ),
    ("iter[int]", "iter(range(«small»))"),
    ("iter[str]", "iter(«str»)"),
    ("iter[str]", "map(str, «list[T]»)"),
    ("iter[int]", "map(len, «list[list[T]]»)"),
    ("iter[float]", "map(float, «list[int]»)"),
    ("iter[tuple[int, T]]", "enumerate(«list[T]»)"),
    ("iter[tuple[T, U]]", "zip(«list[T]», «list[U]»)"),
    (
        "iter[tuple[T, U]]",
        "zip(«list[T]», «list[U]», strict=True)",
    ),
    ("iter[tuple[T, T]]", "itertools.pairwise(«list[T]»)"),
    (
        "iter[tuple[T, U]]",
        "itertools.product(«list[T]»[:3], «list[U]»[:3])",
    ),
    (
        "iter[tuple[T, T]]",
        "itertools.combinations(«list[T]»[:5], 2)",
    ),
    (
        "iter[vector[T]]",
        "itertools.permutations(«list[T]»[:3], «small»)",
    ),
    (
        "iter[vector[T]]",
        "itertools.combinations_with_replacement(«list[T]»[:3], 2)",
    ),
    (
        "iter[tuple[opt[T], opt[U]]]",
        "itertools.zip_longest(«list[T]», «list[U]»)",
    ),
    (
        "iter[tuple[T, T]]",
        "itertools.zip_longest(«list[T]», «list[T]», fillvalue=«T»)",
    ),
    ("iter[K]", "iter(«dict[K, T]»)"),
    ("iter[tuple[K, T]]", "iter(«dict[K, T]».items())"),
    (
        "list[tuple[N, list[T]]]",
        "[(«bind N as k», list(g)) for «=k», g in itertools.groupby(«list[T]@1», «fn[T, N]@1»)]",
    ),
    ("T", "next(«iter[T]»)"),
    ("T", "next(«iter[T]», «T»)"),
    (
        "T",
        "functools.reduce(lambda «bind T as a», «bind T as b»: «T@3», [«T», *«list[T]»])",
    ),
    (
        "T",
        "functools.reduce(lambda «bind T as a», «bind U as b»: «T@3», «list[U]», «T»)",
    ),
    ("T", "«fn[U, T]»(«U»)"),
    ("T", "«fn[A, B, T]»(«A», «B»)"),
    ("fn[U, T]", "(lambda «bind U as a»: «T@3»)"),
    ("fn[U, T]", "(lambda «bind U as a», extra=«int»: «T@3»)"),
    ("fn[U, T]", "(«fn[U, T]» if «bool» else «fn[U, T]»)"),
    ("fn[T, str]", "str"),
    ("fn[T, str]", "repr"),
    ("fn[T, bool]", "bool"),
    ("fn[str, int]", "len"),
    ("fn[list[T], int]", "len"),
    ("fn[int, int]", "abs"),
    ("fn[str, str]", "str.strip"),
    ("fn[int, str]", "'{:>4}'.format"),
    ("set[N]", "set(«iter[N]»)"),
    ("vector[T]", "tuple(«iter[T]»)"),
    ("deque[T]", "deque(«iter[T]»)"),
    ("str", "', '.join(map(str, «iter[T]»))"),
    ("int", "sum(«iter[int]»)"),
    ("bool", "(«T» in «iter[T]»)"),
];
