"""Loops over floats in locals."""

SIZE = 60


def escape(x, y, limit):
    a = b = 0.0
    for i in range(limit):
        a, b = a * a - b * b + x, 2 * a * b + y
        if a * a + b * b > 4.0:
            return i
    return limit


def main():
    total = 0
    for row in range(SIZE):
        for column in range(120):
            total += escape(column / 40 - 2, row / 30 - 1, 100)
    print(total)


main()
