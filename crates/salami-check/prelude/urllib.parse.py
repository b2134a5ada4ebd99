"""urllib.parse: addresses, taken apart and put together."""

from typing import NamedTuple

WITH_HOST = (
    " ftp http gopher nntp telnet imap wais file mms https shttp snews prospero rtsp rtspu rsync svn svn+ssh sftp nfs"
    " git git+ssh ws wss "
)
RELATIVE = " ftp http gopher nntp imap wais file https shttp mms prospero rtsp rtspu sftp svn svn+ssh ws wss "
WITH_PARAMETERS = " ftp hdl prospero http https shttp rtsp rtspu sip sips mms sftp tel "
UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"
SCHEME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-."


def is_one_of(scheme, schemes):
    return not scheme or f" {scheme} " in schemes


def user_of(netloc):
    """User and password; None for what is not there."""
    user, at, host = netloc.rpartition("@")
    if not at:
        return None, None
    name, colon, password = user.partition(":")
    return name, password if colon else None


def host_of(netloc):
    """Host and port as texts; None for a port that is not there."""
    place = netloc.rpartition("@")[2]
    before, bracket, rest = place.partition("[")
    if bracket:
        host, bracket, rest = rest.partition("]")
        port = rest.partition(":")[2]
    else:
        host, colon, port = place.partition(":")
    return host, port if port else None


def hostname_of(netloc):
    host, port = host_of(netloc)
    if not host:
        return None
    name, percent, zone = host.partition("%")
    return name.lower() + percent + zone


def port_of(netloc):
    host, port = host_of(netloc)
    if port is None:
        return None
    if not (port.isdigit() and port.isascii()):
        raise ValueError(f"Port could not be cast to integer value as {port!r}")
    number = int(port)
    if number > 65535:
        raise ValueError("Port out of range 0-65535")
    return number


class DefragResult(NamedTuple):
    url: str
    fragment: str

    def geturl(self):
        return self.url + "#" + self.fragment if self.fragment else self.url


class SplitResult(NamedTuple):
    scheme: str
    netloc: str
    path: str
    query: str
    fragment: str

    @property
    def username(self):
        return user_of(self.netloc)[0]

    @property
    def password(self):
        return user_of(self.netloc)[1]

    @property
    def hostname(self):
        return hostname_of(self.netloc)

    @property
    def port(self):
        return port_of(self.netloc)

    def geturl(self):
        return joined(self.scheme, self.netloc, self.path, self.query, self.fragment)


class ParseResult(NamedTuple):
    scheme: str
    netloc: str
    path: str
    params: str
    query: str
    fragment: str

    @property
    def username(self):
        return user_of(self.netloc)[0]

    @property
    def password(self):
        return user_of(self.netloc)[1]

    @property
    def hostname(self):
        return hostname_of(self.netloc)

    @property
    def port(self):
        return port_of(self.netloc)

    def geturl(self):
        path = f"{self.path};{self.params}" if self.params else self.path
        return joined(self.scheme, self.netloc, path, self.query, self.fragment)


def cleaned(text, only_left):
    blanks = "".join([chr(code) for code in range(33)])
    text = text.lstrip(blanks) if only_left else text.strip(blanks)
    for unsafe in "\t\r\n":
        text = text.replace(unsafe, "")
    return text


def urlsplit(url: str, scheme: str = "", allow_fragments: bool = True):
    url = cleaned(url, True)
    scheme = cleaned(scheme, False)
    colon = url.find(":")
    if colon > 0 and url[0].isascii() and url[0].isalpha():
        if all(character in SCHEME for character in url[:colon]):
            scheme = url[:colon].lower()
            url = url[colon + 1:]
    netloc = ""
    if url.startswith("//"):
        end = len(url)
        for delimiter in "/?#":
            place = url.find(delimiter, 2)
            if place >= 0:
                end = min(end, place)
        netloc = url[2:end]
        url = url[end:]
        if ("[" in netloc) != ("]" in netloc):
            raise ValueError("Invalid IPv6 URL")
    query = ""
    fragment = ""
    if allow_fragments:
        url, _, fragment = url.partition("#")
    url, _, query = url.partition("?")
    return SplitResult(scheme, netloc, url, query, fragment)


def urlparse(url: str, scheme: str = "", allow_fragments: bool = True):
    parts = urlsplit(url, scheme, allow_fragments)
    path = parts.path
    params = ""
    if ";" in path and is_one_of(parts.scheme, WITH_PARAMETERS):
        cut = path.find(";", path.rfind("/") + 1)
        if cut >= 0:
            params = path[cut + 1:]
            path = path[:cut]
    return ParseResult(parts.scheme, parts.netloc, path, params, parts.query, parts.fragment)


def joined(scheme, netloc, url, query, fragment):
    if netloc or (scheme and is_one_of(scheme, WITH_HOST) and not url.startswith("//")):
        if url and not url.startswith("/"):
            url = "/" + url
        url = "//" + netloc + url
    if scheme:
        url = scheme + ":" + url
    if query:
        url = url + "?" + query
    if fragment:
        url = url + "#" + fragment
    return url


def urlunsplit(components):
    scheme, netloc, url, query, fragment = components
    return joined(scheme, netloc, url, query, fragment)


def urlunparse(components):
    scheme, netloc, url, params, query, fragment = components
    if params:
        url = f"{url};{params}"
    return joined(scheme, netloc, url, query, fragment)


def urldefrag(url: str):
    if "#" not in url:
        return DefragResult(url, "")
    parts = urlparse(url)
    whole = ParseResult(parts.scheme, parts.netloc, parts.path, parts.params, parts.query, "")
    return DefragResult(whole.geturl(), parts.fragment)


def urljoin(base: str, url: str, allow_fragments: bool = True):
    if not base:
        return url
    if not url:
        return base
    start = urlparse(base, "", allow_fragments)
    end = urlparse(url, start.scheme, allow_fragments)
    scheme = end.scheme
    netloc = end.netloc
    path = end.path
    if scheme != start.scheme or not is_one_of(scheme, RELATIVE):
        return url
    if is_one_of(scheme, WITH_HOST):
        if netloc:
            return urlunparse((scheme, netloc, path, end.params, end.query, end.fragment))
        netloc = start.netloc
    if not path and not end.params:
        query = end.query or start.query
        return urlunparse((scheme, netloc, start.path, start.params, query, end.fragment))
    if path.startswith("/"):
        segments = path.split("/")
    else:
        segments = start.path.split("/")
        if segments[-1] != "":
            segments.pop()
        segments = segments + path.split("/")
        last = len(segments) - 1
        segments = [segment for index, segment in enumerate(segments) if segment or index in (0, last)]
    resolved = []
    for segment in segments:
        if segment == "..":
            if resolved:
                resolved.pop()
        elif segment != ".":
            resolved.append(segment)
    if segments[-1] in (".", ".."):
        resolved.append("")
    return urlunparse((scheme, netloc, "/".join(resolved) or "/", end.params, end.query, end.fragment))


def quote(string, safe="/", encoding: str | None = None, errors: str | None = None):
    if isinstance(string, str):
        if not string:
            return string
        data = string.encode(encoding or "utf-8", errors or "strict")
    else:
        if encoding is not None:
            raise TypeError("quote() doesn't support 'encoding' for bytes")
        if errors is not None:
            raise TypeError("quote() doesn't support 'errors' for bytes")
        data = string
    return quote_from_bytes(data, safe)


def quote_from_bytes(bs, safe="/"):
    if not isinstance(bs, bytes):
        raise TypeError("quote_from_bytes() expected bytes")
    if isinstance(safe, bytes):
        safe = safe.decode("ascii", "ignore")
    kept = UNRESERVED + safe
    return "".join([chr(byte) if byte < 128 and chr(byte) in kept else f"%{byte:02X}" for byte in bs])


def quote_plus(string, safe="", encoding: str | None = None, errors: str | None = None):
    if isinstance(safe, bytes):
        safe = safe.decode("ascii", "ignore")
    return quote(string, safe + " ", encoding, errors).replace(" ", "+")


HEXADECIMAL = "0123456789abcdefABCDEF"


def unquote_to_bytes(string):
    data = string.encode("utf-8") if isinstance(string, str) else string
    parts = data.split(b"%")
    pieces = [parts[0]]
    for part in parts[1:]:
        code = part[:2].decode("latin-1")
        if len(code) == 2 and code[0] in HEXADECIMAL and code[1] in HEXADECIMAL:
            pieces.append(bytes([int(code, 16)]))
            pieces.append(part[2:])
        else:
            pieces.append(b"%" + part)
    return b"".join(pieces)


def unquote(string, encoding: str = "utf-8", errors: str = "replace"):
    if isinstance(string, bytes):
        return unquote_to_bytes(string).decode(encoding, errors)
    if "%" not in string:
        return string
    # Escapes next to each other, and what is ASCII between them, are decoded together.
    pieces = []
    start = 0
    end = len(string)
    while start < end:
        stop = start
        is_ascii = string[start].isascii()
        while stop < end and string[stop].isascii() == is_ascii:
            stop += 1
        piece = string[start:stop]
        pieces.append(unquote_to_bytes(piece).decode(encoding, errors) if is_ascii else piece)
        start = stop
    return "".join(pieces)


def unquote_plus(string: str, encoding: str = "utf-8", errors: str = "replace"):
    return unquote(string.replace("+", " "), encoding, errors)


def parse_qsl(
    qs: str,
    keep_blank_values: bool = False,
    strict_parsing: bool = False,
    encoding: str = "utf-8",
    errors: str = "replace",
    max_num_fields: int | None = None,
    separator: str = "&",
):
    if not separator:
        raise ValueError("Separator must be of type string or bytes.")
    if max_num_fields is not None and max_num_fields < 1 + qs.count(separator):
        raise ValueError("Max number of fields exceeded")
    pairs = []
    if not qs:
        return pairs
    for field in qs.split(separator):
        if not field and not strict_parsing:
            continue
        name, equals, value = field.partition("=")
        if not equals:
            if strict_parsing:
                raise ValueError(f"bad query field: {field!r}")
            if not keep_blank_values:
                continue
        if value or keep_blank_values:
            pairs.append((unquote_plus(name, encoding, errors), unquote_plus(value, encoding, errors)))
    return pairs


def parse_qs(
    qs: str,
    keep_blank_values: bool = False,
    strict_parsing: bool = False,
    encoding: str = "utf-8",
    errors: str = "replace",
    max_num_fields: int | None = None,
    separator: str = "&",
):
    values = {}
    for name, value in parse_qsl(qs, keep_blank_values, strict_parsing, encoding, errors, max_num_fields, separator):
        if name in values:
            values[name].append(value)
        else:
            values[name] = [value]
    return values


def urlencode(
    query, doseq: bool = False, safe="", encoding: str | None = None, errors: str | None = None, quote_via=None
):
    if quote_via is None:
        quote_via = quote_plus
    pairs = query.items() if isinstance(query, dict) else query
    fields = []
    for key, value in pairs:
        name = encoded(key, safe, encoding, errors, quote_via)
        if doseq and isinstance(value, (list, tuple, set, frozenset)):
            for item in value:
                fields.append(name + "=" + encoded(item, safe, encoding, errors, quote_via))
        else:
            fields.append(name + "=" + encoded(value, safe, encoding, errors, quote_via))
    return "&".join(fields)


def encoded(value, safe, encoding, errors, quote_via):
    if isinstance(value, bytes):
        return quote_via(value, safe)
    return quote_via(str(value), safe, encoding, errors)
