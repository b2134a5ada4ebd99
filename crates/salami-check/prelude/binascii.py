"""binascii: bytes as text."""

from _leaf import base64_decode, base64_encode, hex_decode


class Error(ValueError):
    pass


class Incomplete(Exception):
    pass


def b2a_base64(data, /, *, newline=True):
    return base64_encode(data) + b"\n" if newline else base64_encode(data)


def a2b_base64(data, /, *, strict_mode=False):
    result = base64_decode(data, True if strict_mode else False)
    if isinstance(result, str):
        raise Error(result)
    return result


def hexlify(data, sep=None, bytes_per_sep=1):
    if sep is None:
        return data.hex().encode()
    return data.hex(sep, bytes_per_sep).encode()


def unhexlify(hexstr):
    result = hex_decode(hexstr)
    if isinstance(result, str):
        raise Error(result)
    return result


def crc_hqx(data, crc):
    value = crc & 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) ^ 0x1021 if value & 0x8000 else value << 1
        value &= 0xFFFF
    return value
