"""base64: bytes as letters, in bases 16, 32, 64 and 85."""

from _leaf import base64_decode, base64_encode, hex_decode, radix_decode, radix_encode
from binascii import Error

ALPHABET_32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ALPHABET_32_HEX = b"0123456789ABCDEFGHIJKLMNOPQRSTUV"
ALPHABET_85 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
ALPHABET_A85 = b"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu"


def encoded(s):
    """The bytes of what to decode, which may be a text of ASCII."""
    if isinstance(s, str):
        try:
            return s.encode("ascii")
        except UnicodeEncodeError:
            raise ValueError("string argument should contain only ASCII characters")
    return s


def checked(result):
    if isinstance(result, str):
        raise Error(result)
    return result


def b64encode(s, altchars=None):
    text = base64_encode(s)
    if altchars is not None:
        assert len(altchars) == 2, repr(altchars)
        return text.translate(bytes.maketrans(b"+/", altchars))
    return text


def b64decode(s, altchars=None, validate=False):
    text = encoded(s)
    if altchars is not None:
        others = encoded(altchars)
        assert len(others) == 2, repr(others)
        text = text.translate(bytes.maketrans(others, b"+/"))
    return checked(base64_decode(text, True if validate else False))


def standard_b64encode(s):
    return base64_encode(s)


def standard_b64decode(s):
    return checked(base64_decode(s, False))


def urlsafe_b64encode(s):
    return base64_encode(s).translate(bytes.maketrans(b"+/", b"-_"))


def urlsafe_b64decode(s):
    return checked(base64_decode(encoded(s).translate(bytes.maketrans(b"-_", b"+/")), False))


def encodebytes(s):
    lines = [base64_encode(s[start:start + 57]) + b"\n" for start in range(0, len(s), 57)]
    return b"".join(lines)


def decodebytes(s):
    return checked(base64_decode(s, False))


def b16encode(s):
    return s.hex().upper().encode()


def b16decode(s, casefold=False):
    text = encoded(s)
    if casefold:
        text = text.upper()
    for byte in text:
        if byte not in b"0123456789ABCDEF":
            raise Error("Non-base16 digit found")
    return checked(hex_decode(text))


def encode_32(s, alphabet):
    text = radix_encode(s, alphabet, False)
    return text + b"=" * (-len(text) % 8)


def decode_32(s, casefold, alphabet, map01):
    text = encoded(s)
    if len(text) % 8:
        raise Error("Incorrect padding")
    if map01 is not None:
        one = encoded(map01)
        assert len(one) == 1, repr(one)
        text = text.translate(bytes.maketrans(b"01", b"O" + one))
    if casefold:
        text = text.upper()
    digits = text.rstrip(b"=")
    padding = len(text) - len(digits)
    result = radix_decode(digits, alphabet, 0)
    if isinstance(result, int):
        raise Error("Non-base32 digit found")
    if padding not in (0, 1, 3, 4, 6):
        raise Error("Incorrect padding")
    return result


def b32encode(s):
    return encode_32(s, ALPHABET_32)


def b32decode(s, casefold=False, map01=None):
    return decode_32(s, casefold, ALPHABET_32, map01)


def b32hexencode(s):
    return encode_32(s, ALPHABET_32_HEX)


def b32hexdecode(s, casefold=False):
    return decode_32(s, casefold, ALPHABET_32_HEX, None)


def b85encode(b, pad=False):
    return radix_encode(b, ALPHABET_85, True if pad else False)


def b85decode(b):
    text = encoded(b)
    result = radix_decode(text, ALPHABET_85, 0)
    if isinstance(result, int):
        if result >= 0:
            raise ValueError(f"bad base85 character at position {result}")
        raise ValueError(f"base85 overflow in hunk starting at byte {-1 - result}")
    return result


def a85encode(b, *, foldspaces=False, wrapcol=0, pad=False, adobe=False):
    groups = []
    for start in range(0, len(b), 4):
        group = b[start:start + 4]
        if group == b"\0\0\0\0" or pad and len(group) < 4 and not group.strip(b"\0"):
            groups.append(b"z")
        elif foldspaces and group == b"    ":
            groups.append(b"y")
        else:
            groups.append(radix_encode(group, ALPHABET_A85, True if pad else False))
    text = b"".join(groups)
    if adobe:
        text = b"<~" + text
    if wrapcol:
        width = max(2 if adobe else 1, wrapcol)
        lines = [text[start:start + width] for start in range(0, len(text), width)]
        if adobe and lines and len(lines[-1]) + 2 > width:
            lines.append(b"")
        text = b"\n".join(lines)
    if adobe:
        text += b"~>"
    return text


def a85decode(b, *, foldspaces=False, adobe=False, ignorechars=b" \t\n\r\x0b"):
    text = encoded(b)
    if adobe:
        if not text.endswith(b"~>"):
            raise ValueError("Ascii85 encoded byte sequences must end with b'~>'")
        text = text[2:-2] if text.startswith(b"<~") else text[:-2]
    parts = []
    digits = []
    for byte in text:
        if 33 <= byte <= 117:
            digits.append(byte)
            if len(digits) == 5:
                parts.append(whole_group(digits))
                digits = []
        elif byte == 122:
            if digits:
                raise ValueError("z inside Ascii85 5-tuple")
            parts.append(b"\0\0\0\0")
        elif foldspaces and byte == 121:
            if digits:
                raise ValueError("y inside Ascii85 5-tuple")
            parts.append(b"    ")
        elif byte not in ignorechars:
            raise ValueError(f"Non-Ascii85 digit found: {chr(byte)}")
    if digits:
        missing = 5 - len(digits)
        parts.append(whole_group(digits + [117] * missing)[:-missing])
    return b"".join(parts)


def whole_group(digits):
    result = radix_decode(bytes(digits), ALPHABET_A85, 0)
    if isinstance(result, int):
        raise ValueError("Ascii85 overflow")
    return result
