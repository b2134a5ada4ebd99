"""Integers of thousands of digits."""

SIZE = 20_000


def main():
    a, b = 0, 1
    for _ in range(SIZE):
        a, b = b, a + b
    print(a % 1_000_000_007)


main()
