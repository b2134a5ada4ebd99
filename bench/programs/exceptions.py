"""Raising and catching, with cleanups."""

SIZE = 120_000


class TooBig(Exception):
    def __init__(self, value):
        super().__init__(f"{value} is too big")
        self.value = value


def check(n):
    if n % 5 == 0:
        raise TooBig(n)
    if n % 7 == 0:
        raise ValueError("seven")
    return n


def guarded(n):
    try:
        return check(n)
    except TooBig as error:
        return -error.value
    finally:
        guarded_calls[0] += 1


guarded_calls = [0]


def main():
    total = 0
    failures = 0
    table = {"a": 1}
    for n in range(SIZE):
        try:
            total += guarded(n)
        except ValueError:
            failures += 1
        try:
            total += table["b"]
        except KeyError:
            total += 1
    print(total, failures, guarded_calls[0])


main()
