"""textwrap.indent with a function that chooses the lines."""


def indent_by(text, prefix, predicate):
    lines = []
    for line in text.splitlines(True):
        if predicate(line):
            lines.append(prefix + line)
        else:
            lines.append(line)
    return "".join(lines)
