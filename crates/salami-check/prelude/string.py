"""string: capwords and templates."""

import re


def capwords(s, sep):
    separator = " " if sep is None else sep
    return separator.join([word.capitalize() for word in s.split(sep)])


class Template:
    delimiter = "$"

    def __init__(self, template: str):
        self.template = template

    def _parts(self):
        """The text before each placeholder, its name, how it is written and where that begins.

        The name is None where the text ends or a delimiter stands for itself, and empty where it is wrong.
        """
        name = "[_a-zA-Z][_a-zA-Z0-9]*"
        delimiter = re.escape(self.delimiter)
        end = 0
        for found in re.finditer(f"{delimiter}(?:({delimiter})|({name})|{{({name})}}|)", self.template):
            before = self.template[end:found.start()]
            end = found.end()
            escaped, plain, braced = found.groups()
            if escaped is not None:
                yield before + self.delimiter, None, "", end
            else:
                yield before, plain or braced or "", found.group(), found.start()
        yield self.template[end:], None, "", end

    def _invalid(self, place):
        lines = self.template[:place].splitlines(keepends=True)
        column = 1
        line = 1
        if lines:
            column = place - len("".join(lines[:-1]))
            line = len(lines)
        raise ValueError(f"Invalid placeholder in string: line {line}, col {column}")

    def substitute(self, mapping={}, /, **kws):
        texts = []
        for before, name, _, place in self._parts():
            texts.append(before)
            if name is None:
                continue
            if not name:
                self._invalid(place + len(self.delimiter))
            texts.append(str(kws[name]) if name in kws else str(mapping[name]))
        return "".join(texts)

    def safe_substitute(self, mapping={}, /, **kws):
        texts = []
        for before, name, shown, _ in self._parts():
            texts.append(before)
            if name is None:
                continue
            if name in kws:
                texts.append(str(kws[name]))
            elif name in mapping:
                texts.append(str(mapping[name]))
            else:
                texts.append(shown)
        return "".join(texts)

    def is_valid(self):
        for _, name, _, _ in self._parts():
            if name == "":
                return False
        return True

    def get_identifiers(self):
        names = []
        for _, name, _, _ in self._parts():
            if name and name not in names:
                names.append(name)
        return names
