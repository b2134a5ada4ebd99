"""Calls of every kind: positional, keywords, defaults, stars, closures, methods, lambdas."""

SIZE = 100_000


def plain(a, b):
    return a + b


def defaults(a, b=2, *, c=3):
    return a + b + c


def stars(*values, **named):
    return len(values) + len(named)


class Counter:
    step = 1

    def __init__(self):
        self.count = 0

    def add(self, n):
        self.count += n * self.step
        return self

    @staticmethod
    def twice(n):
        return n * 2


def adder(n):
    def add(m):
        return n + m

    return add


def main():
    counter = Counter()
    add = adder(5)
    square = lambda n: n * n
    total = 0
    for i in range(SIZE):
        total += plain(i, 1) + defaults(i) + defaults(i, 1, c=4) + stars(i, i, k=1) + add(i) + square(i)
        counter.add(i).add(Counter.twice(i))
    print(total, counter.count)


main()
