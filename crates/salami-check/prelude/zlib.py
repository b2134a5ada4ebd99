"""zlib: compression."""

from _leaf import zlib_compress, zlib_decompress


class error(Exception):
    pass


def compress(data, /, level=-1, wbits=15):
    if not -1 <= level <= 9:
        raise error("Bad compression level")
    return zlib_compress(data, level, wbits)


def decompress(data, /, wbits=15, bufsize=16384):
    result = zlib_decompress(data, wbits, 0)
    if isinstance(result, str):
        raise error(result)
    if not result[2]:
        raise error("Error -5 while decompressing data: incomplete or truncated stream")
    return result[0]


class Compress:
    """What `compressobj` makes: it compresses all at the end."""

    def __init__(self, level, wbits):
        self._level = level
        self._wbits = wbits
        self._chunks = [b""]

    def compress(self, data: bytes, /):
        self._chunks.append(data)
        return b""

    def flush(self, mode: int = 4, /):
        if mode != 4:
            return b""
        return zlib_compress(b"".join(self._chunks), self._level, self._wbits)


class Decompress:
    """What `decompressobj` makes: it goes over what it was given again with each piece."""

    def __init__(self, wbits):
        self.unused_data = b""
        self.unconsumed_tail = b""
        self.eof = False
        self._wbits = wbits
        self._data = b""
        self._given = 0

    def decompress(self, data: bytes, /, max_length: int = 0):
        if self.eof:
            self.unused_data += data
            return b""
        self._data += data
        limit = self._given + max_length if max_length > 0 else 0
        result = zlib_decompress(self._data, self._wbits, limit)
        if isinstance(result, str):
            raise error(result)
        made = result[0][self._given:]
        self._given = len(result[0])
        if result[2]:
            self.eof = True
            self.unused_data = self._data[result[1]:]
        return made

    def flush(self, length: int = 16384, /):
        return self.decompress(b"")


def compressobj(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=None):
    return Compress(level, wbits)


def decompressobj(wbits=15, zdict=b""):
    return Decompress(wbits)
