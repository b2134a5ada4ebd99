def main():
    n = 2000000
    flags = [True] * n
    i = 2
    while True:
        j = i * i
        if not j < n:
            break
        if flags[i]:
            while j < n:
                flags[j] = False
                j += i
        i += 1
    count = 0
    for flag in flags:
        if flag:
            count += 1
    counts = {}
    i = 0
    while i < 1000000:
        key = i % 1000
        counts[key] = counts.get(key, 0) + i
        i += 1
    return count + len(counts)
print(main())
