"""xml.etree.ElementTree: XML as a tree of elements."""

from _leaf import xml_events


class ParseError(SyntaxError):
    def __init__(self, message):
        super().__init__(message)
        self.code = 0
        self.position = (0, 0)


class Names:
    """Prefixes that were registered for namespaces."""

    def __init__(self):
        self.known = {
            "http://www.w3.org/XML/1998/namespace": "xml",
            "http://www.w3.org/1999/xhtml": "html",
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
            "http://schemas.xmlsoap.org/wsdl/": "wsdl",
            "http://www.w3.org/2001/XMLSchema": "xs",
            "http://www.w3.org/2001/XMLSchema-instance": "xsi",
            "http://purl.org/dc/elements/1.1/": "dc",
        }


names = Names()


def register_namespace(prefix: str, uri: str):
    if prefix.startswith("ns") and prefix[2:].isdigit():
        raise ValueError("Prefix format reserved for internal use")
    for known, name in list(names.known.items()):
        if known == uri or name == prefix:
            del names.known[known]
    names.known[uri] = prefix


class Element:
    def __init__(self, tag: str, attrib: dict[str, str] = {}, **extra: str):
        self.tag = tag
        self.attrib = dict(attrib)
        for key, value in extra.items():
            self.attrib[key] = value
        self.text = None
        self.tail = None
        self.children = []
        self.is_comment = False

    def __repr__(self):
        return f"<Element {self.tag!r}>"

    def makeelement(self, tag: str, attrib: dict[str, str]):
        return Element(tag, attrib)

    def __copy__(self):
        copy = Element(self.tag, self.attrib)
        copy.text = self.text
        copy.tail = self.tail
        copy.children = self.children[:]
        return copy

    def __len__(self):
        return len(self.children)

    def __bool__(self):
        return len(self.children) != 0

    def __getitem__(self, index):
        return self.children[index]

    def __setitem__(self, index, element):
        self.children[index] = element

    def __delitem__(self, index):
        del self.children[index]

    def __iter__(self):
        # What is taken away on the way is passed over, as in any list.
        index = 0
        while index < len(self.children):
            yield self.children[index]
            index += 1

    def append(self, subelement: "Element"):
        self.children.append(subelement)

    def extend(self, elements):
        for element in elements:
            self.children.append(element)

    def insert(self, index: int, subelement: "Element"):
        self.children.insert(index, subelement)

    def remove(self, subelement: "Element"):
        for index, child in enumerate(self.children):
            if child is subelement:
                del self.children[index]
                return
        raise ValueError("list.remove(x): x not in list")

    def clear(self):
        self.attrib.clear()
        self.children = []
        self.text = None
        self.tail = None

    def get(self, key: str, default=None):
        return self.attrib.get(key, default)

    def set(self, key: str, value: str):
        self.attrib[key] = value

    def keys(self):
        return self.attrib.keys()

    def items(self):
        return self.attrib.items()

    def iter(self, tag: str | None = None):
        pending = [self]
        while pending:
            element = pending.pop()
            if tag is None or tag == "*" or element.tag == tag:
                yield element
            for child in reversed(element.children):
                pending.append(child)

    def itertext(self):
        for piece in pieces_of(self):
            if piece:
                yield piece

    def find(self, path: str, namespaces: dict[str, str] | None = None):
        found = select(self, path, namespaces)
        return found[0] if found else None

    def findtext(self, path: str, default=None, namespaces: dict[str, str] | None = None):
        found = select(self, path, namespaces)
        if not found:
            return default
        return found[0].text or ""

    def findall(self, path: str, namespaces: dict[str, str] | None = None):
        return select(self, path, namespaces)

    def iterfind(self, path: str, namespaces: dict[str, str] | None = None):
        yield from select(self, path, namespaces)


def pieces_of(top):
    """The texts within an element, in order."""
    pieces = []
    pending = [(top, False)]
    while pending:
        element, is_left = pending.pop()
        if is_left:
            pieces.append(element.tail)
            continue
        pieces.append(element.text)
        for child in reversed(element.children):
            pending.append((child, True))
            pending.append((child, False))
    return pieces


def SubElement(parent: Element, tag: str, attrib: dict[str, str] = {}, **extra: str):
    element = Element(tag, attrib)
    for key, value in extra.items():
        element.attrib[key] = value
    parent.append(element)
    return element


def Comment(text: str | None = None):
    element = Element("!--")
    element.text = text
    element.is_comment = True
    return element


def iselement(element):
    return isinstance(element, Element)


# ---- paths


def tokens_of(path, namespaces):
    """The words of a path: `/`, `//`, `[`, `]`, `@`, `=`, `!=`, `(`, `)`, and names and texts; a text begins with `'`."""
    tokens = []
    at = 0
    while at < len(path):
        character = path[at]
        if character in "'\"":
            end = path.find(character, at + 1)
            if end < 0:
                raise SyntaxError("invalid path")
            tokens.append("'" + path[at + 1:end])
            at = end + 1
        elif path.startswith("//", at) or path.startswith("..", at) or path.startswith("!=", at):
            tokens.append(path[at:at + 2])
            at += 2
        elif path.startswith("()", at):
            tokens.append("()")
            at += 2
        elif character in "/[]@=.*()" and character != "{":
            tokens.append(character)
            at += 1
        elif character.isspace():
            at += 1
        else:
            start = at
            while at < len(path) and path[at] not in "/[]@=!'\"()*" and not path[at].isspace():
                if path[at] == "{":
                    end = path.find("}", at)
                    if end < 0:
                        raise SyntaxError("invalid path")
                    at = end
                at += 1
            name = path[start:at]
            if name.endswith("}") and path.startswith("*", at):
                name = name + "*"
                at += 1
            if at == start:
                raise SyntaxError("invalid path")
            tokens.append(qualified(name, namespaces, tokens[-1:] == ["@"]))
    return tokens


def qualified(name, namespaces, is_attribute):
    if name.startswith("{"):
        return name
    if ":" in name:
        prefix, local = name.split(":", 1)
        if namespaces is None or prefix not in namespaces:
            raise SyntaxError(f"prefix {prefix!r} not found in prefix map")
        return f"{{{namespaces[prefix]}}}{local}"
    if namespaces is not None and "" in namespaces and not is_attribute:
        return f"{{{namespaces['']}}}{name}"
    return name


def fits(tag, wanted):
    if wanted == "*" or wanted == "{*}*":
        return True
    if wanted.startswith("{*}"):
        local = wanted[3:]
        return tag == local or (tag.startswith("{") and tag.endswith("}" + local))
    if wanted.startswith("{}"):
        return not tag.startswith("{") and (wanted == "{}*" or tag == wanted[2:])
    if wanted.endswith("}*"):
        return tag.startswith(wanted[:-1])
    return tag == wanted


def parents_below(top):
    parents = {}
    for element in top.iter():
        for child in element.children:
            parents[child] = element
    return parents


def select(top, path, namespaces):
    """The elements that a path means, in order."""
    if path.endswith("/"):
        path = path + "*"
    if path.startswith("/"):
        raise SyntaxError("cannot use absolute path on element")
    tokens = tokens_of(path, namespaces)
    found = [top]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token == "[":
            end = at
            while end < len(tokens) and tokens[end] != "]":
                end += 1
            if end == len(tokens):
                raise SyntaxError("invalid path")
            found = filtered(top, found, tokens[at:end])
            at = end + 1
        elif token == "//":
            if at == len(tokens):
                raise SyntaxError("invalid descendant")
            wanted = tokens[at]
            at += 1
            if wanted == ".":
                wanted = "*"
            if wanted in ("/", "//", "[", "]", "@", "=", "!=", "()", ".."):
                raise SyntaxError("invalid descendant")
            found = [
                below
                for element in found
                for below in element.iter()
                if below is not element and not below.is_comment and fits(below.tag, wanted)
            ]
        elif token == "..":
            found = parents_of(top, found)
        elif token == ".":
            pass
        elif token in ("]", "@", "=", "!=", "()", "(", ")") or token.startswith("'"):
            raise SyntaxError("invalid path")
        elif token != "/":
            found = [
                child
                for element in found
                for child in element.children
                if not child.is_comment and fits(child.tag, token)
            ]
        if at < len(tokens) and tokens[at] == "/":
            at += 1
            if at == len(tokens):
                raise SyntaxError("invalid path")
    return found


def parents_of(top, found):
    parents = parents_below(top)
    above = []
    seen = set()
    for element in found:
        if element in parents:
            parent = parents[element]
            if parent not in seen:
                seen.add(parent)
                above.append(parent)
    return above


def filtered(top, found, predicate):
    """The elements for which what stands in brackets holds."""
    if len(predicate) == 2 and predicate[0] == "@":
        return [element for element in found if element.get(predicate[1]) is not None]
    if len(predicate) == 4 and predicate[0] == "@" and predicate[3].startswith("'"):
        key = predicate[1]
        text = predicate[3][1:]
        if predicate[2] == "=":
            return [element for element in found if element.get(key) == text]
        if predicate[2] == "!=":
            return [element for element in found if element.get(key) is not None and element.get(key) != text]
    if len(predicate) == 3 and predicate[1] in ("=", "!=") and predicate[2].startswith("'"):
        wanted = predicate[2][1:]
        is_equal = predicate[1] == "="
        kept = []
        for element in found:
            if predicate[0] == ".":
                holders = [element]
            else:
                holders = [child for child in element.children if fits(child.tag, predicate[0])]
            for holder in holders:
                if ("".join([piece for piece in pieces_of(holder) if piece]) == wanted) == is_equal:
                    kept.append(element)
                    break
        return kept
    if len(predicate) == 1 and predicate[0].lstrip("-").isdigit():
        position = int(predicate[0]) - 1
        if position < 0:
            raise SyntaxError("XPath position >= 1 expected")
        return at_position(top, found, position)
    if predicate[:2] == ["last", "()"]:
        if len(predicate) == 2:
            return at_position(top, found, -1)
        if len(predicate) == 3 and predicate[2].startswith("-") and predicate[2][1:].isdigit():
            return at_position(top, found, -1 - int(predicate[2][1:]))
        raise SyntaxError("unsupported expression")
    if len(predicate) == 1 and predicate[0] not in (".", "..", "/", "//", "@", "=", "!=") and not predicate[0].startswith("'"):
        return [
            element for element in found if any([fits(child.tag, predicate[0]) for child in element.children])
        ]
    raise SyntaxError("invalid predicate")


def at_position(top, found, position):
    parents = parents_below(top)
    kept = []
    for element in found:
        if element in parents:
            siblings = [child for child in parents[element].children if child.tag == element.tag]
            if -len(siblings) <= position < len(siblings) and siblings[position] is element:
                kept.append(element)
    return kept


# ---- reading


def decoded(text):
    if isinstance(text, str):
        return text
    head = text[:200].decode("latin-1")
    encoding = "utf-8"
    if head.startswith("<?xml") and "encoding" in head[:head.find("?>")]:
        rest = head[head.find("encoding"):].partition("=")[2].strip()
        encoding = rest[1:rest.find(rest[0], 1)].lower()
    try:
        return text.decode(encoding)
    except UnicodeDecodeError:
        before = text.decode(encoding, "replace").partition("\ufffd")[0]
        column = len(before) - before.rfind("\n") - 1
        raise parse_error("not well-formed (invalid token)", 4, before.count("\n") + 1, column)
    except LookupError:
        raise parse_error("unknown encoding", 18, 1, head.find(encoding))


def parse_error(message, code, line, column):
    error = ParseError(f"{message}: line {line}, column {column}")
    error.code = code
    error.position = (line, column)
    return error


def events_of(text):
    events = xml_events(decoded(text))
    for kind, message, pairs in events:
        if kind == 5:
            values = dict(pairs)
            raise parse_error(message, int(values["code"]), int(values["line"]), int(values["column"]))
        break
    return events


class Builder:
    """Puts elements together from events."""

    def __init__(self):
        self.root = Element("")
        self.open = []
        self.last = None
        self.is_closed = False

    def start(self, tag, pairs):
        element = Element(tag)
        for key, value in pairs:
            element.attrib[key] = value
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)
        self.last = element
        self.is_closed = False
        return element

    def end(self):
        element = self.open.pop()
        self.last = element
        self.is_closed = True
        return element

    def data(self, text):
        last = self.last
        if last is None or not self.open:
            return
        if self.is_closed:
            last.tail = (last.tail or "") + text
        else:
            last.text = (last.text or "") + text


def XML(text, parser=None):
    builder = Builder()
    for kind, name, pairs in events_of(text):
        if kind == 1:
            builder.start(name, pairs)
        elif kind == 2:
            builder.end()
        elif kind == 3:
            builder.data(name)
    return builder.root


def fromstringlist(sequence, parser=None):
    return XML("".join(sequence))


def iterparse(source, events=("end",), parser=None):
    builder = Builder()
    for kind, name, pairs in events_of(source.read()):
        if kind == 1:
            element = builder.start(name, pairs)
            if "start" in events:
                yield "start", element
        elif kind == 2:
            element = builder.end()
            if "end" in events:
                yield "end", element
        elif kind == 3:
            builder.data(name)


def parse(source, parser=None):
    return ElementTree(XML(source.read()))


# ---- writing


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped_attribute(text):
    text = escaped(text).replace('"', "&quot;")
    return text.replace("\r", "&#13;").replace("\n", "&#10;").replace("\t", "&#09;")


def prefixes_for(top):
    """Prefixes for the namespaces of all names, and the names with them."""
    shown = {}
    prefixes = {}
    for element in top.iter():
        if element.is_comment:
            continue
        for name in [element.tag] + list(element.attrib):
            if name in shown:
                continue
            if not name.startswith("{"):
                shown[name] = name
                continue
            uri, _, local = name[1:].rpartition("}")
            if uri not in prefixes:
                number = len(prefixes) - ("http://www.w3.org/XML/1998/namespace" in prefixes)
                prefixes[uri] = names.known.get(uri, f"ns{number}")
            prefix = prefixes[uri]
            shown[name] = f"{prefix}:{local}" if prefix else local
    return shown, {uri: prefix for uri, prefix in prefixes.items() if prefix != "xml"}


def written(top, short_empty_elements):
    shown, prefixes = prefixes_for(top)
    pieces = []
    declarations = ""
    for prefix, uri in sorted([(prefix, uri) for uri, prefix in prefixes.items()]):
        key = f"xmlns:{prefix}" if prefix else "xmlns"
        declarations += f' {key}="{escaped_attribute(uri)}"'
    pending = [(top, False)]
    while pending:
        element, is_left = pending.pop()
        if is_left:
            pieces.append(f"</{shown[element.tag]}>")
        elif element.is_comment:
            pieces.append(f"<!--{element.text}-->")
        else:
            pieces.append(f"<{shown[element.tag]}{declarations}")
            declarations = ""
            for key, value in element.attrib.items():
                pieces.append(f' {shown[key]}="{escaped_attribute(value)}"')
            if element.text or element.children or not short_empty_elements:
                pieces.append(">")
                if element.text:
                    pieces.append(escaped(element.text))
                pending.append((element, True))
                for child in reversed(element.children):
                    pending.append((child, False))
                continue
            pieces.append(" />")
        if element.tail:
            pieces.append(escaped(element.tail))
    return "".join(pieces)


def text_of(element, encoding, method, xml_declaration, default_namespace, short_empty_elements):
    if method == "text":
        text = "".join([piece for piece in pieces_of(element) if piece])
        return text + (element.tail or "")
    if method not in (None, "xml"):
        raise ValueError(f"unknown method {method!r}")
    text = written(element, short_empty_elements)
    if xml_declaration:
        return "<?xml version='1.0' encoding='utf-8'?>\n" + text
    return text


def bytes_of(element, encoding, method, xml_declaration, default_namespace, short_empty_elements):
    name = encoding or "us-ascii"
    text = text_of(element, name, method, False, default_namespace, short_empty_elements)
    if xml_declaration or (xml_declaration is None and name.lower() not in ("utf-8", "us-ascii")):
        text = f"<?xml version='1.0' encoding='{name}'?>\n" + text
    return text.encode("ascii" if name.lower() == "us-ascii" else name, "xmlcharrefreplace")


def dump(elem):
    root = elem.getroot() if isinstance(elem, ElementTree) else elem
    text = written(root, True)
    print(text, end="" if root.tail and root.tail.endswith("\n") else "\n")


def indent(tree, space: str = "  ", level: int = 0):
    if level < 0:
        raise ValueError(f"Initial indentation level must be >= 0, got {level}")
    root = tree.getroot() if isinstance(tree, ElementTree) else tree
    if not root.children:
        return
    pending = [(root, level)]
    while pending:
        element, depth = pending.pop()
        inner = "\n" + space * (depth + 1)
        if not (element.text or "").strip():
            element.text = inner
        last = len(element.children) - 1
        for index, child in enumerate(element.children):
            if child.children:
                pending.append((child, depth + 1))
            if not (child.tail or "").strip():
                child.tail = inner if index < last else "\n" + space * depth


class ElementTree:
    def __init__(self, element=None, file=None):
        self._root = element if file is None else XML(file.read())

    def getroot(self):
        return self._root

    def _setroot(self, element):
        self._root = element

    def parse(self, source, parser=None):
        self._root = XML(source.read())
        return self._root

    def iter(self, tag: str | None = None):
        return self._root.iter(tag)

    def find(self, path: str, namespaces: dict[str, str] | None = None):
        return self._root.find("." + path if path.startswith("/") else path, namespaces)

    def findtext(self, path: str, default=None, namespaces: dict[str, str] | None = None):
        return self._root.findtext("." + path if path.startswith("/") else path, default, namespaces)

    def findall(self, path: str, namespaces: dict[str, str] | None = None):
        return self._root.findall("." + path if path.startswith("/") else path, namespaces)

    def iterfind(self, path: str, namespaces: dict[str, str] | None = None):
        return self._root.iterfind("." + path if path.startswith("/") else path, namespaces)

    def write(
        self,
        file,
        encoding: str = "unicode",
        xml_declaration: bool | None = None,
        default_namespace=None,
        method=None,
        *,
        short_empty_elements: bool = True,
    ):
        if encoding.lower() != "unicode":
            raise TypeError("a text file takes encoding='unicode'")
        file.write(text_of(self._root, encoding, method, xml_declaration, default_namespace, short_empty_elements))
