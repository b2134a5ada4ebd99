"""html.parser: HTML as a sequence of calls.

The parser takes everything and never fails. What it does not understand becomes data, as in CPython.
"""

import re
from html import unescape

SPACES = r"(?:\s|/(?!>))*"
VALUE = r"""'[^']*'|"[^"]*"|(?!['"])[^>\s]*"""
# An attribute begins after a quote, a space or a slash.
KEY = r"""(?<=['"\s/])[^\s/>][^\s/=>]*"""

tag_name = re.compile(r"([a-zA-Z][^\t\n\r\f />\x00]*)" + SPACES)
attribute = re.compile(f"({KEY})(\\s*=+\\s*({VALUE}))?{SPACES}")
start_tag = re.compile(f"<[a-zA-Z][^\\t\\n\\r\\f />\\x00]*(?:[\\s/]*(?:{KEY}(?:\\s*=+\\s*(?:{VALUE})\\s*)?{SPACES})*)?\\s*")
end_tag = re.compile(r"</\s*([a-zA-Z][-.a-zA-Z0-9:_]*)\s*>")
opens_tag = re.compile(r"<[a-zA-Z]")
number = re.compile(r"&#(?:[0-9]+|[xX][0-9a-fA-F]+)[^0-9a-fA-F]")
entity = re.compile(r"&([a-zA-Z][-.a-zA-Z0-9]*)[^a-zA-Z0-9]")
begun = re.compile(r"&[a-zA-Z#]")
markup = re.compile(r"[&<]")
comment_end = re.compile(r"--\s*>")
section_name = re.compile(r"[a-zA-Z][-_.a-zA-Z0-9]*\s*")
section_end = re.compile(r"]\s*]\s*>")
office_section_end = re.compile(r"]\s*>")
letter = re.compile(r"[a-zA-Z=/]")
blank_or_end = re.compile(r"[\s;]")


class HTMLParser:
    CDATA_CONTENT_ELEMENTS = ("script", "style")

    def __init__(self, *, convert_charrefs: bool = True):
        self.convert_charrefs = convert_charrefs
        self.reset()

    def reset(self):
        self.rawdata = ""
        self.lasttag = "???"
        self.cdata_elem = None
        self.starttag_text = None
        self.lineno = 1
        self.offset = 0

    def feed(self, data: str):
        self.rawdata = self.rawdata + data
        self.goahead(False)

    def close(self):
        self.goahead(True)

    def getpos(self):
        return self.lineno, self.offset

    def get_starttag_text(self):
        return self.starttag_text

    def updatepos(self, i, j):
        """Counts lines and columns from one place to another."""
        if j > i:
            lines = self.rawdata.count("\n", i, j)
            if lines:
                self.lineno += lines
                self.offset = j - self.rawdata.rindex("\n", i, j) - 1
            else:
                self.offset += j - i
        return j

    def text(self, i, j):
        """Text from one place to another, as data."""
        piece = self.rawdata[i:j]
        if self.convert_charrefs and self.cdata_elem is None:
            piece = unescape(piece)
        self.handle_data(piece)

    def next_markup(self, i):
        """Where markup begins next; -1 to wait for more text."""
        rawdata = self.rawdata
        size = len(rawdata)
        element = self.cdata_elem
        if element is not None:
            found = re.compile(f"</\\s*{element}\\s*>", re.I).search(rawdata, i)
            return -1 if found is None else found.start()
        if not self.convert_charrefs:
            found = markup.search(rawdata, i)
            return size if found is None else found.start()
        j = rawdata.find("<", i)
        if j >= 0:
            return j
        # A reference may be cut at the end of what there is.
        start = rawdata.rfind("&", max(i, size - 34))
        if start >= 0 and blank_or_end.search(rawdata, start) is None:
            return -1
        return size

    def goahead(self, end):
        rawdata = self.rawdata
        size = len(rawdata)
        i = 0
        while i < size:
            j = self.next_markup(i)
            if j < 0:
                break
            if i < j:
                self.text(i, j)
            i = self.updatepos(i, j)
            if i == size:
                break
            if rawdata[i] == "<":
                k = self.parse_markup(i)
                if k == -2:
                    break
                if k < 0:
                    if not end:
                        break
                    k = rawdata.find(">", i + 1) + 1
                    if k == 0:
                        k = rawdata.find("<", i + 1)
                        if k < 0:
                            k = i + 1
                    self.text(i, k)
            else:
                k, waits = self.parse_reference(i, end)
                if waits:
                    i = self.updatepos(i, k)
                    break
            i = self.updatepos(i, k)
        if end and i < size and self.cdata_elem is None:
            self.text(i, size)
            i = self.updatepos(i, size)
        self.rawdata = rawdata[i:]

    def parse_markup(self, i):
        """What begins with `<`. Gives its end, -1 if it has none yet, -2 to wait."""
        rawdata = self.rawdata
        if opens_tag.match(rawdata, i):
            return self.parse_starttag(i)
        if rawdata.startswith("</", i):
            return self.parse_endtag(i)
        if rawdata.startswith("<!--", i):
            return self.parse_comment(i)
        if rawdata.startswith("<?", i):
            return self.parse_pi(i)
        if rawdata.startswith("<!", i):
            return self.parse_html_declaration(i)
        if i + 1 < len(rawdata):
            self.handle_data("<")
            return i + 1
        return -2

    def parse_reference(self, i, end):
        """What begins with `&`. Gives its end, and whether more text must come."""
        rawdata = self.rawdata
        if rawdata.startswith("&#", i):
            found = number.match(rawdata, i)
            if found is None:
                if ";" in rawdata[i:]:
                    self.handle_data(rawdata[i:i + 2])
                    return i + 2, True
                return i, True
            self.handle_charref(found.group()[2:-1])
            k = found.end()
            return (k if rawdata[k - 1] == ";" else k - 1), False
        found = entity.match(rawdata, i)
        if found is not None:
            self.handle_entityref(rawdata[found.start(1):found.end(1)])
            k = found.end()
            return (k if rawdata[k - 1] == ";" else k - 1), False
        start = begun.match(rawdata, i)
        if start is not None:
            if end and start.end() == len(rawdata):
                return i + 1, True
            return i, True
        if i + 1 < len(rawdata):
            self.handle_data("&")
            return i + 1, False
        return i, True

    def parse_html_declaration(self, i):
        rawdata = self.rawdata
        if rawdata.startswith("<![", i):
            return self.parse_marked_section(i)
        if rawdata[i:i + 9].lower() == "<!doctype":
            end = rawdata.find(">", i + 9)
            if end < 0:
                return -1
            self.handle_decl(rawdata[i + 2:end])
            return end + 1
        return self.parse_bogus_comment(i)

    def parse_bogus_comment(self, i):
        end = self.rawdata.find(">", i + 2)
        if end < 0:
            return -1
        self.handle_comment(self.rawdata[i + 2:end])
        return end + 1

    def parse_comment(self, i):
        found = comment_end.search(self.rawdata, i + 4)
        if found is None:
            return -1
        self.handle_comment(self.rawdata[i + 4:found.start()])
        return found.end()

    def parse_pi(self, i):
        end = self.rawdata.find(">", i + 2)
        if end < 0:
            return -1
        self.handle_pi(self.rawdata[i + 2:end])
        return end + 1

    def parse_marked_section(self, i):
        rawdata = self.rawdata
        if i + 3 == len(rawdata):
            return -1
        found = section_name.match(rawdata, i + 3)
        if found is None:
            raise AssertionError("expected name token at " + repr(rawdata[i:i + 20]))
        if found.end() == len(rawdata):
            return -1
        name = found.group().strip().lower()
        if name in ("temp", "cdata", "ignore", "include", "rcdata"):
            closing = section_end.search(rawdata, i + 3)
        elif name in ("if", "else", "endif"):
            closing = office_section_end.search(rawdata, i + 3)
        else:
            raise AssertionError(f"unknown status keyword {rawdata[i + 3:found.end()]!r} in marked section")
        if closing is None:
            return -1
        self.unknown_decl(rawdata[i + 3:closing.start()])
        return closing.end()

    def end_of_starttag(self, i):
        rawdata = self.rawdata
        found = start_tag.match(rawdata, i)
        j = i if found is None else found.end()
        following = rawdata[j:j + 1]
        if following == ">":
            return j + 1
        if following == "/":
            return j + 2 if rawdata.startswith("/>", j) else -1
        if following == "" or letter.match(following):
            return -1
        return j if j > i else i + 1

    def parse_starttag(self, i):
        self.starttag_text = None
        end = self.end_of_starttag(i)
        if end < 0:
            return end
        rawdata = self.rawdata
        self.starttag_text = rawdata[i:end]
        name = tag_name.match(rawdata, i + 1)
        if name is None:
            return -1
        tag = rawdata[name.start(1):name.end(1)].lower()
        self.lasttag = tag
        attrs = []
        k = name.end()
        while k < end:
            found = attribute.match(rawdata, k)
            if found is None:
                break
            value = None
            if found.start(2) >= 0:
                value = rawdata[found.start(3):found.end(3)]
                if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
                    value = value[1:-1]
                if value:
                    value = unescape(value)
            key = rawdata[found.start(1):found.end(1)].lower()
            attrs.append((key, value))
            k = found.end()
        rest = rawdata[k:end].strip()
        if rest == "/>":
            self.handle_startendtag(tag, attrs)
        elif rest == ">":
            self.handle_starttag(tag, attrs)
            if tag in self.CDATA_CONTENT_ELEMENTS:
                self.set_cdata_mode(tag)
        else:
            self.handle_data(rawdata[i:end])
        return end

    def set_cdata_mode(self, elem):
        self.cdata_elem = elem.lower()

    def clear_cdata_mode(self):
        self.cdata_elem = None

    def parse_endtag(self, i):
        rawdata = self.rawdata
        end = rawdata.find(">", i + 1) + 1
        if end == 0:
            return -1
        found = end_tag.match(rawdata, i)
        element = self.cdata_elem
        if found is None:
            if element is not None:
                self.handle_data(rawdata[i:end])
                return end
            name = tag_name.match(rawdata, i + 2)
            if name is None:
                return i + 3 if rawdata.startswith("</>", i) else self.parse_bogus_comment(i)
            # Whatever else stands before the end of the tag is passed over.
            end = rawdata.find(">", name.end()) + 1
            self.handle_endtag(rawdata[name.start(1):name.end(1)].lower())
            return end
        tag = rawdata[found.start(1):found.end(1)].lower()
        if element is not None and tag != element:
            self.handle_data(rawdata[i:end])
            return end
        self.handle_endtag(tag)
        self.clear_cdata_mode()
        return end

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_starttag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        pass

    def handle_charref(self, name):
        pass

    def handle_entityref(self, name):
        pass

    def handle_data(self, data):
        pass

    def handle_comment(self, data):
        pass

    def handle_decl(self, decl):
        pass

    def handle_pi(self, data):
        pass

    def unknown_decl(self, data):
        pass
