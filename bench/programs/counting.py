"""Counting in dicts, with int, str and tuple keys."""

SIZE = 300_000


def main():
    state = 12345
    by_number = {}
    by_word = {}
    by_pair = {}
    for _ in range(SIZE):
        state = (state * 1103515245 + 12345) % 2147483648
        number = state % 1000
        by_number[number] = by_number.get(number, 0) + 1
        word = "k" + str(number % 100)
        if word in by_word:
            by_word[word] += 1
        else:
            by_word[word] = 1
        pair = (number % 7, number % 11)
        by_pair[pair] = by_pair.get(pair, 0) + 1
    print(len(by_number), max(by_number.values()), sum(by_word.values()), sorted(by_pair.items())[:3])


main()
