"""Chains of generators, yield from, and itertools."""

import itertools

SIZE = 100_000


def numbers(limit):
    n = 0
    while n < limit:
        yield n
        n += 1


def odd(source):
    for n in source:
        if n % 2:
            yield n


def pairs(source):
    previous = None
    for n in source:
        if previous is not None:
            yield previous, n
        previous = n


class Tree:
    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.value
        if self.right:
            yield from self.right


def build(low, high):
    if low >= high:
        return None
    middle = (low + high) // 2
    return Tree(middle, build(low, middle), build(middle + 1, high))


def main():
    print(sum(a * b % 7 for a, b in pairs(odd(numbers(2 * SIZE)))))
    tree = build(0, SIZE // 25)
    print(sum(sum(tree) for _ in range(4)))
    print(sum(itertools.islice((x * x for x in itertools.count()), SIZE)))


main()
