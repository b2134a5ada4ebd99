"""Loops over ints: nested, with conditions, while and for."""

SIZE = 400


def main():
    total = 0
    for i in range(SIZE):
        for j in range(SIZE):
            if (i + j) % 3 == 0:
                total += i * j
            elif i > j:
                total -= j
    steps = 0
    for start in range(1, SIZE * 10):
        n = start
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
    print(total, steps)


main()
