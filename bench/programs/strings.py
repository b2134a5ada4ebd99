"""Text built piece by piece, sliced, replaced, joined."""

SIZE = 100_000


def main():
    text = ""
    for i in range(SIZE):
        text += str(i % 10)
    pieces = [text[i : i + 7] for i in range(0, len(text), 7)]
    joined = ",".join(piece.replace("3", "x").upper() for piece in pieces)
    print(len(joined), joined.count("X"), joined.split(",")[-1])


main()
