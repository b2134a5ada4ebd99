"""Products of matrices: nested lists, zip, sum of generator expressions."""

SIZE = 80


def multiply(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def main():
    a = [[(i * j) % 7 for j in range(SIZE)] for i in range(SIZE)]
    b = [[(i + j) % 5 for j in range(SIZE)] for i in range(SIZE)]
    c = multiply(a, b)
    print(sum(sum(row) for row in c))


main()
