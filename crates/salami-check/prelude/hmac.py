"""hmac: keyed digests."""

import hashlib

from _leaf import mac


class HMAC:
    def __init__(self, key, chunks, digest):
        self._key = key
        self._chunks = chunks
        self._digest = digest
        self.name = "hmac-" + digest.name
        self.digest_size = digest.digest_size
        self.block_size = digest.block_size

    def update(self, msg: bytes):
        self._chunks.append(msg)

    def digest(self):
        return mac(self._digest.name, self._key, self._chunks)

    def hexdigest(self):
        return self.digest().hex()

    def copy(self):
        return HMAC(self._key, self._chunks[:], self._digest)


def hash_of(digestmod):
    if isinstance(digestmod, str):
        if not digestmod:
            raise TypeError("Missing required parameter 'digestmod'.")
        return hashlib.new(digestmod)
    return digestmod()


def new(key, msg=None, digestmod=""):
    chunks = [b""]
    if msg is not None:
        chunks.append(msg)
    return HMAC(key, chunks, hash_of(digestmod))


def digest(key, msg, digest):
    return mac(hash_of(digest).name, key, [msg])


def compare_digest(a, b):
    return a == b
