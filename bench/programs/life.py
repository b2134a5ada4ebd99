"""Conway's life on a set of tuples."""

SIZE = 20


def step(cells):
    counts = {}
    for x, y in cells:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy:
                    key = (x + dx, y + dy)
                    counts[key] = counts.get(key, 0) + 1
    return {cell for cell, n in counts.items() if n == 3 or (n == 2 and cell in cells)}


def main():
    cells = {(x, y) for x in range(40) for y in range(40) if (x * 7 + y * 13) % 5 == 0}
    for _ in range(SIZE):
        cells = step(cells)
    print(len(cells))


main()
