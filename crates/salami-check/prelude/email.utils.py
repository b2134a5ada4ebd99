"""email.utils: addresses and dates of messages."""

from calendar import timegm
from datetime import datetime, timedelta, timezone

from _leaf import clock

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
LONG_MONTHS = "january february march april may june july august september october november december"
DAYS = "mon tue wed thu fri sat sun"


def quote(str: str):
    return str.replace("\\", "\\\\").replace('"', '\\"')


def unquote(str: str):
    if len(str) > 1:
        if str.startswith('"') and str.endswith('"'):
            return str[1:-1].replace("\\\\", "\\").replace('\\"', '"')
        if str.startswith("<") and str.endswith(">"):
            return str[1:-1]
    return str


def formataddr(pair, charset: str = "utf-8"):
    name, address = pair
    address.encode("ascii")
    if not name:
        return address
    if not name.isascii():
        return f"{encoded_word(name, charset)} <{address}>"
    special = any([character in '()<>@,:;".[]\\' for character in name])
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{address}>' if special else f"{escaped} <{address}>"


def encoded_word(text, charset):
    """A name that is not ASCII, as headers write it: base64, or by escapes where that is shorter."""
    data = text.encode(charset)
    plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-!*+/"
    pieces = []
    for byte in data:
        if chr(byte) in plain:
            pieces.append(chr(byte))
        elif byte == 32:
            pieces.append("_")
        else:
            pieces.append(f"={byte:02X}")
    escaped = "".join(pieces)
    if (len(data) + 2) // 3 * 4 < len(escaped):
        return f"=?{charset}?b?{base64_of(data)}?="
    return f"=?{charset}?q?{escaped}?="


def base64_of(data):
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    pieces = []
    for start in range(0, len(data), 3):
        group = data[start:start + 3]
        number = int.from_bytes(group + bytes(3 - len(group)), "big")
        for place in range(4):
            pieces.append(digits[number >> (18 - 6 * place) & 63] if place <= len(group) else "=")
    return "".join(pieces)


class AddressReader:
    """Reads a list of addresses, as RFC 2822 writes them; what it cannot read it passes over."""

    def __init__(self, text):
        self.text = text
        self.at = 0
        self.comments = []

    def peek(self):
        return self.text[self.at:self.at + 1]

    def skip(self):
        """Passes over space and keeps the comments."""
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in " \t\r\n":
                self.at += 1
            elif character == "(":
                self.comments.append(self.comment())
            else:
                break

    def comment(self):
        depth = 0
        pieces = []
        while self.at < len(self.text):
            character = self.text[self.at]
            self.at += 1
            if character == "\\":
                pieces.append(self.text[self.at:self.at + 1])
                self.at += 1
            elif character == "(":
                depth += 1
                if depth > 1:
                    pieces.append(character)
            elif character == ")":
                depth -= 1
                if depth == 0:
                    break
                pieces.append(character)
            else:
                pieces.append(character)
        return "".join(pieces)

    def delimited(self, end):
        """What stands up to the end character, escapes undone."""
        pieces = []
        self.at += 1
        while self.at < len(self.text):
            character = self.text[self.at]
            self.at += 1
            if character == end:
                break
            if character == "\\":
                character = self.text[self.at:self.at + 1]
                self.at += 1
            if character != "\r":
                pieces.append(character)
        return "".join(pieces)

    def atom(self, ends):
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in ends:
            self.at += 1
        return self.text[start:self.at]

    def words(self):
        """A phrase: atoms and quoted texts."""
        found = []
        while True:
            self.skip()
            character = self.peek()
            if character == '"':
                found.append(self.delimited('"'))
            elif not character or character in '()<>@,:;[]\r"':
                return found
            else:
                before = self.at
                found.append(self.atom('()<>@,:;"[] \t\r\n'))
                if self.at == before:
                    return found

    def domain(self):
        pieces = []
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in " \t\r\n":
                self.at += 1
            elif character == "(":
                self.comments.append(self.comment())
            elif character == "[":
                pieces.append("[" + self.delimited("]") + "]")
            elif character == ".":
                pieces.append(".")
                self.at += 1
            elif character == "@":
                # A second at-sign makes no address.
                return ""
            elif character in '()<>,:;"]':
                break
            else:
                pieces.append(self.atom('()<>@,:;.[] \t\r\n"'))
        return "".join(pieces)

    def spec(self):
        """`local@domain`"""
        pieces = []
        self.skip()
        while self.at < len(self.text):
            space = True
            character = self.text[self.at]
            if character == ".":
                if pieces and not pieces[-1].strip():
                    pieces.pop()
                pieces.append(".")
                self.at += 1
                space = False
            elif character == '"':
                pieces.append('"' + quote(self.delimited('"')) + '"')
            elif character in '()<>@,:;[]':
                if pieces and not pieces[-1].strip():
                    pieces.pop()
                break
            else:
                pieces.append(self.atom('()<>@,:;.[] \t\r\n"'))
            before = self.at
            self.skip()
            if space and self.at > before:
                pieces.append(" ")
        self.skip()
        if self.peek() != "@":
            return "".join(pieces)
        self.at += 1
        self.skip()
        domain = self.domain()
        if not domain:
            return ""
        return "".join(pieces) + "@" + domain

    def route(self):
        """`<address>`"""
        self.at += 1
        self.skip()
        address = ""
        in_route = False
        while self.at < len(self.text):
            character = self.text[self.at]
            if in_route:
                self.domain()
                in_route = False
            elif character == ">":
                self.at += 1
                break
            elif character == "@":
                self.at += 1
                in_route = True
            elif character == ":":
                self.at += 1
            else:
                address = self.spec()
                if self.peek() == ">":
                    self.at += 1
                break
            self.skip()
        return address

    def next_address(self):
        """The pairs that one entry gives: one, or those of a group."""
        self.comments = []
        self.skip()
        start = self.at
        kept = self.comments
        words = self.words()
        self.skip()
        found = []
        character = self.peek()
        if not character:
            if words:
                found = [(" ".join(kept), words[0])] if len(words) == 1 else [(" ".join(self.comments), words[0])]
        elif character in ".@":
            self.at = start
            self.comments = kept
            address = self.spec()
            found = [(" ".join(self.comments), address)]
        elif character == ":":
            self.at += 1
            while self.at < len(self.text):
                self.skip()
                if self.peek() == ";":
                    self.at += 1
                    break
                before = self.at
                found = found + self.next_address()
                if self.at == before:
                    break
        elif character == "<":
            address = self.route()
            name = " ".join(words)
            if self.comments:
                found = [(name + " (" + " ".join(self.comments) + ")", address)]
            else:
                found = [(name, address)]
        elif words:
            found = [(" ".join(self.comments), words[0])]
        elif character in '()<>@,:;.[]"':
            self.at += 1
        self.skip()
        if self.peek() == ",":
            self.at += 1
        return found

    def all(self):
        found = []
        while self.at < len(self.text):
            before = self.at
            pairs = self.next_address()
            found = found + (pairs if pairs else [("", "")])
            if self.at == before:
                self.at += 1
        return found


def parseaddr(addr: str):
    found = AddressReader(addr).all()
    return found[0] if found else ("", "")


def getaddresses(fieldvalues):
    return AddressReader(", ".join([str(value) for value in fieldvalues])).all()


def zone_offset(zone):
    """Seconds east of UTC that a zone's name or number means; None for an unknown one."""
    name = zone.upper()
    known = {"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "AST": -400, "ADT": -300, "EST": -500, "EDT": -400}
    western = {"CST": -600, "CDT": -500, "MST": -700, "MDT": -600, "PST": -800, "PDT": -700}
    if name in known:
        number = known[name]
    elif name in western:
        number = western[name]
    else:
        try:
            number = int(zone)
        except ValueError:
            return None
        if number == 0 and zone.startswith("-"):
            return None
    sign = -1 if number < 0 else 1
    number = abs(number)
    return sign * (number // 100 * 3600 + number % 100 * 60)


def month_of(text):
    name = text.lower()
    for names in (MONTHS.split(), LONG_MONTHS.split()):
        if name in names:
            return names.index(name) + 1
    return 0


def date_parts(data):
    """Year, month, day, hour, minute, second and zone in seconds or None; None for no date."""
    words = data.split()
    if not words:
        return None
    if words[0].endswith(",") or words[0].lower() in DAYS.split():
        del words[0]
    else:
        comma = words[0].rfind(",")
        if comma >= 0:
            words[0] = words[0][comma + 1:]
    if len(words) == 3:
        pieces = words[0].split("-")
        if len(pieces) == 3:
            words = pieces + words[1:]
    if len(words) == 4:
        last = words[3]
        sign = last.find("+")
        if sign < 0:
            sign = last.find("-")
        if sign > 0:
            words = words[:3] + [last[:sign], last[sign:]]
        else:
            words.append("")
    if len(words) < 5:
        return None
    day, name, year, time, zone = words[:5]
    if not (day and name and year):
        return None
    month = month_of(name)
    if month == 0:
        day, name = name, day.lower()
        month = month_of(name)
        if month == 0:
            return None
    if day.endswith(","):
        day = day[:-1]
    if ":" in year:
        year, time = time, year
    if year.endswith(","):
        year = year[:-1]
        if not year:
            return None
    if not year[0].isdigit():
        year, zone = zone, year
    if time.endswith(","):
        time = time[:-1]
    clock_parts = time.split(":")
    if len(clock_parts) == 1 and "." in time:
        clock_parts = time.split(".")
    if len(clock_parts) == 2:
        clock_parts.append("0")
    if len(clock_parts) != 3:
        return None
    try:
        numbers = [int(year), int(day), int(clock_parts[0]), int(clock_parts[1]), int(clock_parts[2])]
    except ValueError:
        return None
    full_year = numbers[0]
    if full_year < 100:
        full_year += 1900 if full_year > 68 else 2000
    return full_year, month, numbers[1], numbers[2], numbers[3], numbers[4], zone_offset(zone)


def parsedate_tz(data: str | None):
    if not data:
        return None
    parts = date_parts(data)
    if parts is None:
        return None
    year, month, day, hour, minute, second, offset = parts
    return year, month, day, hour, minute, second, 0, 1, -1, 0 if offset is None else offset


def parsedate(data: str | None):
    if not data:
        return None
    parts = date_parts(data)
    if parts is None:
        return None
    year, month, day, hour, minute, second, offset = parts
    return year, month, day, hour, minute, second, 0, 1, -1


def mktime_tz(data):
    if data[9] is None:
        return timegm(data[:6])
    return timegm(data[:6]) - data[9]


def parsedate_to_datetime(data: str):
    parts = date_parts(data) if data else None
    if parts is None:
        raise ValueError(f'Invalid date value or format "{data}"')
    year, month, day, hour, minute, second, offset = parts
    if offset is None:
        return datetime(year, month, day, hour, minute, second)
    return datetime(year, month, day, hour, minute, second, tzinfo=timezone(timedelta(seconds=offset)))


def written(moment, zone):
    day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][moment.weekday()]
    month = MONTHS.split()[moment.month - 1].title()
    time = f"{moment.hour:02}:{moment.minute:02}:{moment.second:02}"
    return f"{day}, {moment.day:02} {month} {moment.year:04} {time} {zone}"


def format_datetime(dt, usegmt: bool = False):
    if usegmt:
        if dt.tzinfo is None or dt.tzinfo != timezone.utc:
            raise ValueError("usegmt option requires a UTC datetime")
        zone = "GMT"
    elif dt.tzinfo is None:
        zone = "-0000"
    else:
        zone = dt.strftime("%z")
    return written(dt, zone)


def formatdate(timeval: float | None = None, localtime: bool = False, usegmt: bool = False):
    seconds = clock() / 1000000 if timeval is None else timeval
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    if usegmt:
        return written(moment, "GMT")
    return written(moment, "+0000" if localtime else "-0000")
