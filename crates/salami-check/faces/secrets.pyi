# secrets: what stands for the operating system's randomness here comes from the recorded seed.

DEFAULT_ENTROPY: int = 32

SystemRandom = prelude("random.SystemRandom")

@effect("state")
@prelude("secrets.token_bytes")
def token_bytes(nbytes: int | None = None) -> bytes: ...
@effect("state")
@prelude("secrets.token_hex")
def token_hex(nbytes: int | None = None) -> str: ...
@effect("state")
@prelude("secrets.token_urlsafe")
def token_urlsafe(nbytes: int | None = None) -> str: ...
@effect("state")
@prelude("secrets.randbelow")
def randbelow(exclusive_upper_bound: int) -> int: ...
@effect("state")
@prelude("secrets.randbits")
def randbits(k: int) -> int: ...
@effect("state")
@prelude("secrets.choice")
def choice(seq: Sequence[T]) -> T: ...
@prelude("secrets.compare_digest")
def compare_digest(a: str | bytes, b: str | bytes, /) -> bool: ...
