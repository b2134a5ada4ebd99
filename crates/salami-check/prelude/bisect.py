"""bisect by a key function or by comparison methods of the program."""


def check_bounds(a, lo, hi):
    if lo < 0:
        raise ValueError("lo must be non-negative")
    return len(a) if hi is None else hi


def bisect_right_by(a, x, lo, hi, key):
    high = check_bounds(a, lo, hi)
    low = lo
    while low < high:
        middle = (low + high) // 2
        item = a[middle] if key is None else key(a[middle])
        if x < item:
            high = middle
        else:
            low = middle + 1
    return low


def bisect_left_by(a, x, lo, hi, key):
    high = check_bounds(a, lo, hi)
    low = lo
    while low < high:
        middle = (low + high) // 2
        item = a[middle] if key is None else key(a[middle])
        if item < x:
            low = middle + 1
        else:
            high = middle
    return low


def insort_right_by(a, x, lo, hi, key):
    wanted = x if key is None else key(x)
    a.insert(bisect_right_by(a, wanted, lo, hi, key), x)


def insort_left_by(a, x, lo, hi, key):
    wanted = x if key is None else key(x)
    a.insert(bisect_left_by(a, wanted, lo, hi, key), x)
