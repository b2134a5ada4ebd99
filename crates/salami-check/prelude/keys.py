"""Objects with a `__hash__` of their own as keys: equal ones get the same number, which stands for them."""


def numbered(key, known, numbers):
    """Gives the key the number of an equal one that was used as a key before, or a new one."""
    alike = known.setdefault(hash(key), [])
    for other in alike:
        if other is key or other == key:
            key.__key__ = other.__key__
            return key
    key.__key__ = len(numbers)
    numbers.append(None)
    alike.append(key)
    return key


def found(key, known):
    """Gives the key the number of an equal one that was used as a key before, or one that none has."""
    alike = known.get(hash(key))
    if alike is not None:
        for other in alike:
            if other is key or other == key:
                key.__key__ = other.__key__
                return key
    key.__key__ = -1
    return key
