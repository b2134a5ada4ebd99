"""secrets: draws from what stands for the operating system's randomness."""

from base64 import urlsafe_b64encode

from _leaf import entropy_bytes, random_below, random_bits


def token_bytes(nbytes=None):
    return entropy_bytes(32 if nbytes is None else nbytes)


def token_hex(nbytes=None):
    return token_bytes(nbytes).hex()


def token_urlsafe(nbytes=None):
    return urlsafe_b64encode(token_bytes(nbytes)).rstrip(b"=").decode("ascii")


def randbelow(exclusive_upper_bound):
    if exclusive_upper_bound <= 0:
        raise ValueError("Upper bound must be positive.")
    return random_below("system", exclusive_upper_bound)


def randbits(k):
    return random_bits("system", k)


def choice(seq):
    if not len(seq):
        raise IndexError("Cannot choose from an empty sequence")
    return seq[random_below("system", len(seq))]


def compare_digest(a, b):
    return a == b
