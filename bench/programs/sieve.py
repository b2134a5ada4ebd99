"""The sieve of Eratosthenes: a list of bool."""

SIZE = 1_000_000


def sieve(limit):
    flags = [True] * (limit + 1)
    flags[0] = flags[1] = False
    i = 2
    while i * i <= limit:
        if flags[i]:
            for j in range(i * i, limit + 1, i):
                flags[j] = False
        i += 1
    return sum(1 for flag in flags if flag)


print(sieve(SIZE))
