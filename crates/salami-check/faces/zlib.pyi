# zlib.

error = prelude("zlib.error")

DEFLATED: int = 8
DEF_BUF_SIZE: int = 16384
DEF_MEM_LEVEL: int = 8
MAX_WBITS: int = 15
Z_BEST_COMPRESSION: int = 9
Z_BEST_SPEED: int = 1
Z_DEFAULT_COMPRESSION: int = -1
Z_FINISH: int = 4
Z_NO_COMPRESSION: int = 0

def adler32(data: bytes, value: int = 1, /) -> int: ...
def crc32(data: bytes, value: int = 0, /) -> int: ...
@prelude("zlib.compress")
def compress(data: bytes, /, level: int = -1, wbits: int = 15) -> bytes: ...
@prelude("zlib.decompress")
def decompress(data: bytes, /, wbits: int = 15, bufsize: int = 16384) -> bytes: ...
@prelude("zlib.compressobj")
def compressobj(level: int = -1, method: int = 8, wbits: int = 15, memLevel: int = 8, strategy: int = 0, zdict: None = None) -> object: ...
@prelude("zlib.decompressobj")
def decompressobj(wbits: int = 15, zdict: Literal[b""] = b"") -> object: ...
