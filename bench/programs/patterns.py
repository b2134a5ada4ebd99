"""Regular expressions over log lines."""

import re

SIZE = 15_000

LINE = re.compile(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) \[(\w+)\] (\w+): (.*)$")
PAIR = re.compile(r"(\w+)=(\w+)")


def main():
    lines = []
    for i in range(SIZE):
        level = ["INFO", "WARN", "ERROR"][i % 3]
        lines.append(f"2024-03-{i % 28 + 1:02} 10:{i % 60:02}:{i % 59:02} [{level}] mod{i % 7}: user=u{i % 100} took={i % 1000} end")
    levels = {}
    took = 0
    for line in lines:
        match = LINE.match(line)
        if match is None:
            continue
        levels[match.group(3)] = levels.get(match.group(3), 0) + 1
        fields = dict(PAIR.findall(match.group(5)))
        took += int(fields["took"])
    masked = sum(len(re.sub(r"\d+", "#", line)) for line in lines)
    print(levels, took, masked)


main()
