"""string.capwords."""


def capwords(s, sep):
    separator = " " if sep is None else sep
    return separator.join([word.capitalize() for word in s.split(sep)])
