# bisect.

@needs("T", "ordered")
@unless("__lt__")
def bisect_left(a: Sequence[T], x: object, lo: int = 0, hi: int | None = None, *, key: None = None) -> int: ...
@prelude("bisect.bisect_left_by")
def bisect_left(a: Sequence[T], x: object, lo: int = 0, hi: int | None = None, *, key: Callable[[T], U] | None = None) -> int: ...
@needs("T", "ordered")
@unless("__lt__")
def bisect_right(a: Sequence[T], x: object, lo: int = 0, hi: int | None = None, *, key: None = None) -> int: ...
@prelude("bisect.bisect_right_by")
def bisect_right(a: Sequence[T], x: object, lo: int = 0, hi: int | None = None, *, key: Callable[[T], U] | None = None) -> int: ...
bisect = bisect_right
@mutates
@needs("T", "ordered")
@unless("__lt__")
def insort_left(a: MutableSequence[T], x: T, lo: int = 0, hi: int | None = None, *, key: None = None) -> None: ...
@mutates
@prelude("bisect.insort_left_by")
def insort_left(a: MutableSequence[T], x: T, lo: int = 0, hi: int | None = None, *, key: Callable[[T], U] | None = None) -> None: ...
@mutates
@needs("T", "ordered")
@unless("__lt__")
def insort_right(a: MutableSequence[T], x: T, lo: int = 0, hi: int | None = None, *, key: None = None) -> None: ...
@mutates
@prelude("bisect.insort_right_by")
def insort_right(a: MutableSequence[T], x: T, lo: int = 0, hi: int | None = None, *, key: Callable[[T], U] | None = None) -> None: ...
insort = insort_right
