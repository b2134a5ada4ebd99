# hmac.

HMAC = prelude("hmac.HMAC")

@prelude("hmac.new")
def new(key: bytes, msg: bytes | None = None, digestmod: object = "") -> object: ...
@prelude("hmac.digest")
def digest(key: bytes, msg: bytes, digest: object) -> bytes: ...
@prelude("hmac.compare_digest")
def compare_digest(a: str | bytes, b: str | bytes, /) -> bool: ...
