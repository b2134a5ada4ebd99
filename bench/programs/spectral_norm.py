"""Spectral norm of an infinite matrix: nested loops over floats, function calls."""

SIZE = 130


def entry(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(vector):
    size = len(vector)
    return [sum(entry(i, j) * vector[j] for j in range(size)) for i in range(size)]


def times_transposed(vector):
    size = len(vector)
    result = []
    for i in range(size):
        total = 0.0
        for j in range(size):
            total += entry(j, i) * vector[j]
        result.append(total)
    return result


def main():
    u = [1.0] * SIZE
    v = u
    for _ in range(6):
        v = times_transposed(times(u))
        u = times_transposed(times(v))
    numerator = sum(a * b for a, b in zip(u, v))
    denominator = sum(b * b for b in v)
    print(f"{(numerator / denominator) ** 0.5:.9f}")


main()
