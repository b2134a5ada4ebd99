"""hashlib: a hash object keeps what it was given, and its digest is computed when it is asked for."""

from _leaf import blake2_digest, digest, stretched_key


class HASH:
    def __init__(self, name, block_size, digest_size, data):
        self.name = name
        self.block_size = block_size
        self.digest_size = digest_size
        self._chunks = [data]

    def update(self, obj: bytes, /):
        self._chunks.append(obj)

    def digest(self):
        return digest(self.name, self._chunks, 0)

    def hexdigest(self):
        return digest(self.name, self._chunks, 0).hex()

    def copy(self):
        return HASH(self.name, self.block_size, self.digest_size, b"".join(self._chunks))


class HASHXOF:
    """SHAKE, whose digests are as long as one asks."""

    def __init__(self, name, block_size, data):
        self.name = name
        self.block_size = block_size
        self.digest_size = 0
        self._chunks = [data]

    def update(self, obj: bytes, /):
        self._chunks.append(obj)

    def digest(self, length: int):
        return digest(self.name, self._chunks, length)

    def hexdigest(self, length: int):
        return digest(self.name, self._chunks, length).hex()

    def copy(self):
        return HASHXOF(self.name, self.block_size, b"".join(self._chunks))


class BLAKE2:
    """BLAKE2b and BLAKE2s with their parameters."""

    def __init__(self, name, parameters, is_last_node, chunks):
        self.name = name
        self.block_size = 128 if name == "blake2b" else 64
        self.digest_size = parameters[0]
        self._parameters = parameters
        self._is_last_node = is_last_node
        self._chunks = chunks

    def update(self, data: bytes, /):
        self._chunks.append(data)

    def digest(self):
        return blake2_digest(self.name == "blake2b", self._parameters, self._is_last_node, self._chunks)

    def hexdigest(self):
        return self.digest().hex()

    def copy(self):
        return BLAKE2(self.name, self._parameters, self._is_last_node, self._chunks[:])


def md5(string=b"", *, usedforsecurity=True):
    return HASH("md5", 64, 16, string)


def sha1(string=b"", *, usedforsecurity=True):
    return HASH("sha1", 64, 20, string)


def sha224(string=b"", *, usedforsecurity=True):
    return HASH("sha224", 64, 28, string)


def sha256(string=b"", *, usedforsecurity=True):
    return HASH("sha256", 64, 32, string)


def sha384(string=b"", *, usedforsecurity=True):
    return HASH("sha384", 128, 48, string)


def sha512(string=b"", *, usedforsecurity=True):
    return HASH("sha512", 128, 64, string)


def sha3_224(string=b"", *, usedforsecurity=True):
    return HASH("sha3_224", 144, 28, string)


def sha3_256(string=b"", *, usedforsecurity=True):
    return HASH("sha3_256", 136, 32, string)


def sha3_384(string=b"", *, usedforsecurity=True):
    return HASH("sha3_384", 104, 48, string)


def sha3_512(string=b"", *, usedforsecurity=True):
    return HASH("sha3_512", 72, 64, string)


def shake_128(string=b"", *, usedforsecurity=True):
    return HASHXOF("shake_128", 168, string)


def shake_256(string=b"", *, usedforsecurity=True):
    return HASHXOF("shake_256", 136, string)


def new(name, data=b"", *, usedforsecurity=True):
    known = name.lower().replace("-", "_")
    if known in ("sha_1", "sha_224", "sha_256", "sha_384", "sha_512"):
        known = known.replace("_", "")
    if known == "md5":
        return HASH(known, 64, 16, data)
    if known == "sha1":
        return HASH(known, 64, 20, data)
    if known in ("sha224", "sha256"):
        return HASH(known, 64, int(known[3:]) // 8, data)
    if known in ("sha384", "sha512", "sha512_224", "sha512_256"):
        return HASH(known, 128, int(known[-3:]) // 8, data)
    if known in ("sha3_224", "sha3_256", "sha3_384", "sha3_512"):
        size = int(known[5:]) // 8
        return HASH(known, 200 - 2 * size, size, data)
    if known == "blake2b":
        return HASH(known, 128, 64, data)
    if known == "blake2s":
        return HASH(known, 64, 32, data)
    raise ValueError(f"unsupported hash type {name}")


def blake2(name, longest, data, digest_size, key, salt, person, fanout, depth, leaf_size, node_offset, node_depth, inner_size, last_node):
    if not 1 <= digest_size <= longest:
        raise ValueError(f"digest_size must be between 1 and {longest} bytes")
    piece = longest // 4
    if len(salt) > piece:
        raise ValueError(f"maximum salt length is {piece} bytes")
    if len(person) > piece:
        raise ValueError(f"maximum person length is {piece} bytes")
    if not 0 <= fanout <= 255:
        raise ValueError("fanout must be between 0 and 255")
    if not 1 <= depth <= 255:
        raise ValueError("depth must be between 1 and 255")
    if not 0 <= leaf_size < 1 << 32:
        raise OverflowError("leaf_size is too large")
    offset_size = 8 if longest == 64 else 6
    if not 0 <= node_offset < 1 << (8 * offset_size):
        raise OverflowError("node_offset is too large")
    if not 0 <= node_depth <= 255:
        raise ValueError("node_depth must be between 0 and 255")
    if not 0 <= inner_size <= longest:
        raise ValueError(f"inner_size must be between 0 and is {longest}")
    if len(key) > longest:
        raise ValueError(f"maximum key length is {longest} bytes")
    parameters = bytes([digest_size, len(key), fanout, depth])
    parameters += leaf_size.to_bytes(4, "little") + node_offset.to_bytes(offset_size, "little")
    parameters += bytes([node_depth, inner_size]) + bytes(longest // 4 - 2 if longest == 64 else 0)
    parameters += salt + bytes(piece - len(salt)) + person + bytes(piece - len(person))
    chunks = [data]
    if key:
        chunks = [key + bytes(longest * 2 - len(key)), data]
    return BLAKE2(name, parameters, last_node, chunks)


def blake2b(data=b"", /, *, digest_size=64, key=b"", salt=b"", person=b"", fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True):
    return blake2("blake2b", 64, data, digest_size, key, salt, person, fanout, depth, leaf_size, node_offset, node_depth, inner_size, last_node)


def blake2s(data=b"", /, *, digest_size=32, key=b"", salt=b"", person=b"", fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True):
    return blake2("blake2s", 32, data, digest_size, key, salt, person, fanout, depth, leaf_size, node_offset, node_depth, inner_size, last_node)


def guaranteed():
    return {
        "blake2b", "blake2s", "md5", "sha1", "sha224", "sha256", "sha384", "sha3_224", "sha3_256", "sha3_384", "sha3_512",
        "sha512", "shake_128", "shake_256",
    }


def pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None):
    if iterations < 1:
        raise ValueError("iteration value must be greater than 0.")
    length = new(hash_name).digest_size if dklen is None else dklen
    if length < 1:
        raise ValueError("key length must be greater than 0.")
    return stretched_key(hash_name, password, salt, iterations, length)
