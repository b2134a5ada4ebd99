"""Writes set_orders.txt: random operations on sets of numbers, and the order that CPython 3.11 gives them.

Each line is a step on the sets s0, s1, s2, and what `list` of the changed set is then.
"""

import random

generator = random.Random(20240229)


def element():
    kind = generator.randrange(10)
    if kind < 5:
        return generator.randrange(200)
    if kind < 7:
        return generator.choice([-1, 1]) * generator.randrange(1 << generator.randrange(1, 80))
    if kind < 8:
        return generator.randrange(50) << generator.choice([8, 16, 40])
    if kind < 9:
        return generator.choice([0.5, -2.25, 1e300, 3.0, 1e16, -0.0, float("inf"), generator.random() * 1000])
    return tuple(generator.randrange(20) for _ in range(generator.randrange(4)))


def show(value):
    if isinstance(value, tuple):
        return "t" + ",".join(map(str, value))
    return repr(value)


def main():
    lines = []
    for _ in range(15):
        sets = [set(), set(), set()]
        lines.append("new")
        for _ in range(50):
            target, one, other = (generator.randrange(3) for _ in range(3))
            action = generator.randrange(14)
            if action < 5:
                values = [element() for _ in range(generator.randrange(1, 25))]
                for value in values:
                    sets[target].add(value)
                step = ["add", str(target), *map(show, values)]
            elif action < 8:
                values = list(sets[target])
                values = generator.sample(values, len(values) // 3)
                for value in values:
                    sets[target].discard(value)
                step = ["discard", str(target), *map(show, values)]
            else:
                name = ["union", "intersection", "difference", "symmetric", "copy", "update"][action - 8]
                if name == "union":
                    sets[target] = sets[one] | sets[other]
                elif name == "intersection":
                    sets[target] = sets[one] & sets[other]
                elif name == "difference":
                    sets[target] = sets[one] - sets[other]
                elif name == "symmetric":
                    sets[target] = sets[one] ^ sets[other]
                elif name == "copy":
                    sets[target] = set(sets[one])
                else:
                    sets[target] |= sets[one]
                step = [name, str(target), str(one), str(other)]
            lines.append(" ".join(step) + " = " + " ".join(map(show, sets[target])))
    with open("set_orders.txt", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


main()
