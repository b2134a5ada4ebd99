"""uuid: universally unique identifiers."""

from _leaf import digest, entropy_bytes

RESERVED_NCS = "reserved for NCS compatibility"
RFC_4122 = "specified in RFC 4122"
RESERVED_MICROSOFT = "reserved for Microsoft compatibility"
RESERVED_FUTURE = "reserved for future definition"


def int_of_text(text):
    digits = text.replace("urn:", "").replace("uuid:", "").strip("{}").replace("-", "")
    if len(digits) != 32:
        raise ValueError("badly formed hexadecimal UUID string")
    return int(digits, 16)


def int_of_bytes(data):
    return int.from_bytes(data, "big")


def int_of_fields(fields):
    if len(fields) != 6:
        raise ValueError("fields is not a 6-tuple")
    value = 0
    for number, (field, bits) in enumerate(zip(fields, (32, 16, 16, 8, 8, 48))):
        if not 0 <= field < 1 << bits:
            article = "an" if bits == 8 else "a"
            raise ValueError(f"field {number + 1} out of range (need {article} {bits}-bit value)")
        value = value << bits | field
    return value


def swapped(data):
    """The first three fields with their bytes the other way round."""
    return data[3::-1] + data[5:3:-1] + data[7:5:-1] + data[8:]


class UUID:
    def __init__(
        self,
        hex: str | None = None,
        bytes: bytes | None = None,
        bytes_le: bytes | None = None,
        fields: tuple[int, int, int, int, int, int] | None = None,
        int: int | None = None,
        version: int | None = None,
    ):
        given = 0
        value = 0
        if hex is not None:
            given += 1
            value = int_of_text(hex)
        if bytes_le is not None:
            given += 1
            if len(bytes_le) != 16:
                raise ValueError("bytes_le is not a 16-char string")
            value = int_of_bytes(swapped(bytes_le))
        if bytes is not None:
            given += 1
            if len(bytes) != 16:
                raise ValueError("bytes is not a 16-char string")
            value = int_of_bytes(bytes)
        if fields is not None:
            given += 1
            value = int_of_fields(fields)
        if int is not None:
            given += 1
            value = int
        if given != 1:
            raise TypeError("one of the hex, bytes, bytes_le, fields, or int arguments must be given")
        if not 0 <= value < 1 << 128:
            raise ValueError("int is out of range (need a 128-bit value)")
        if version is not None:
            if not 1 <= version <= 5:
                raise ValueError("illegal version number")
            value &= ~(0xC000 << 48)
            value |= 0x8000 << 48
            value &= ~(0xF000 << 64)
            value |= version << 76
        self.int = value

    def __eq__(self, other):
        return isinstance(other, UUID) and self.int == other.int

    def __lt__(self, other):
        return self.int < other.int

    def __gt__(self, other):
        return self.int > other.int

    def __le__(self, other):
        return self.int <= other.int

    def __ge__(self, other):
        return self.int >= other.int

    def __hash__(self):
        return hash(self.int)

    def __int__(self):
        return self.int

    def __repr__(self):
        return f"UUID('{self}')"

    def __str__(self):
        digits = self.hex
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    @property
    def bytes(self):
        return self.int.to_bytes(16, "big")

    @property
    def bytes_le(self):
        return swapped(self.int.to_bytes(16, "big"))

    @property
    def fields(self):
        return (
            self.time_low,
            self.time_mid,
            self.time_hi_version,
            self.clock_seq_hi_variant,
            self.clock_seq_low,
            self.node,
        )

    @property
    def time_low(self):
        return self.int >> 96

    @property
    def time_mid(self):
        return self.int >> 80 & 0xFFFF

    @property
    def time_hi_version(self):
        return self.int >> 64 & 0xFFFF

    @property
    def clock_seq_hi_variant(self):
        return self.int >> 56 & 0xFF

    @property
    def clock_seq_low(self):
        return self.int >> 48 & 0xFF

    @property
    def time(self):
        return (self.time_hi_version & 0x0FFF) << 48 | self.time_mid << 32 | self.time_low

    @property
    def clock_seq(self):
        return (self.clock_seq_hi_variant & 0x3F) << 8 | self.clock_seq_low

    @property
    def node(self):
        return self.int & 0xFFFFFFFFFFFF

    @property
    def hex(self):
        return f"{self.int:032x}"

    @property
    def urn(self):
        return f"urn:uuid:{self}"

    @property
    def variant(self):
        if not self.int & 0x8000 << 48:
            return RESERVED_NCS
        if not self.int & 0x4000 << 48:
            return RFC_4122
        if not self.int & 0x2000 << 48:
            return RESERVED_MICROSOFT
        return RESERVED_FUTURE

    @property
    def version(self):
        if self.variant == RFC_4122:
            return self.int >> 76 & 0xF
        return None


def uuid4():
    return UUID(bytes=entropy_bytes(16), version=4)


def named(namespace, name, algorithm, version):
    data = name if isinstance(name, bytes) else name.encode()
    return UUID(bytes=digest(algorithm, [namespace.bytes, data], 0)[:16], version=version)


def uuid3(namespace: UUID, name: str | bytes):
    return named(namespace, name, "md5", 3)


def uuid5(namespace: UUID, name: str | bytes):
    return named(namespace, name, "sha1", 5)


def namespace_dns():
    return UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")


def namespace_url():
    return UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


def namespace_oid():
    return UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")


def namespace_x500():
    return UUID("6ba7b814-9dad-11d1-80b4-00c04fd430c8")
