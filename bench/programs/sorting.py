"""Sorting with keys: by a lambda, by a tuple, reversed, and of plain numbers."""

SIZE = 60_000


def main():
    state = 42
    rows = []
    for index in range(SIZE):
        state = (state * 6364136223846793005 + 1442695040888963407) % 18446744073709551616
        rows.append((state % 1000, str(state % 777), index))
    by_text = sorted(rows, key=lambda row: row[1])
    by_both = sorted(rows, key=lambda row: (row[0], -row[2]), reverse=True)
    plain = sorted(row[0] for row in rows)
    rows.sort()
    print(by_text[0], by_both[0], plain[SIZE // 2], rows[0], rows[-1])


main()
