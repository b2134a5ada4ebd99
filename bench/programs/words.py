"""Counting words."""

SIZE = 300_000


def main():
    words = "the quick brown fox jumps over the lazy dog while the cat sleeps".split()
    counts = {}
    for i in range(SIZE):
        word = words[i % len(words)]
        counts[word] = counts.get(word, 0) + 1
    for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        print(word, count)


main()
