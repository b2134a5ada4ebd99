def main():
    a, b = 0, 1
    for _ in range(20_000):
        a, b = b, a + b
    print(a % 1_000_000_007)


main()
