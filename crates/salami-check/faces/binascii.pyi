# binascii.

Error = prelude("binascii.Error")
Incomplete = prelude("binascii.Incomplete")

@prelude("binascii.a2b_base64")
def a2b_base64(data: bytes | str, /, *, strict_mode: object = False) -> bytes: ...
@prelude("binascii.b2a_base64")
def b2a_base64(data: bytes, /, *, newline: object = True) -> bytes: ...
@prelude("binascii.hexlify")
def hexlify(data: bytes, sep: str | bytes | None = None, bytes_per_sep: int = 1) -> bytes: ...
@prelude("binascii.unhexlify")
def unhexlify(hexstr: bytes | str, /) -> bytes: ...
b2a_hex = hexlify
a2b_hex = unhexlify
@leaf("zlib.crc32")
def crc32(data: bytes, crc: int = 0, /) -> int: ...
@prelude("binascii.crc_hqx")
def crc_hqx(data: bytes, crc: int, /) -> int: ...
a2b_qp = refused("decode it with a loop over the text")
b2a_qp = refused("encode it with a loop over the bytes")
a2b_uu = refused("use base64")
b2a_uu = refused("use base64")
