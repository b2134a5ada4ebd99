"""Nothing but the start: from the command to the first result."""

SIZE = 1

print(SIZE + SIZE)
