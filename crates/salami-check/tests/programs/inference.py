from typing import reveal_type

xs = []
xs.append(1)
reveal_type(xs)  # type: list[int | str]
xs.append("a")


def first(items):
    return items[0]


reveal_type(first([1]))  # type: int
reveal_type(first(["a"]))  # type: str


def make():
    return []


a = make()
a.append(1)
b = make()
b.append("x")
reveal_type(a)  # type: list[int]
reveal_type(b)  # type: list[str]

row = {"name": "x", "n": 3}
reveal_type(row["n"])  # type: int
reveal_type(row.get("name"))  # type: str
reveal_type(row.get("other"))  # type: None


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


reveal_type(fib(3))  # type: int
reveal_type([x * 2.0 for x in range(3)])  # type: list[float]
reveal_type({k: len(k) for k in ["a"]})  # type: dict[str, int]
reveal_type(sorted([3, 1], key=lambda x: -x))  # type: list[int]
reveal_type(divmod(7, 2))  # type: tuple[int, int]
reveal_type(max([1.5, 2.5]))  # type: float


class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)
        return self


s = Stack().push(1)
reveal_type(s)  # type: Stack
reveal_type(s.items)  # type: list[int]
