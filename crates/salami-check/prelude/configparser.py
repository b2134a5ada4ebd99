"""configparser: sections of options."""

import re


class Error(Exception):
    def __init__(self, msg=""):
        self.message = msg
        super().__init__(msg)

    def __repr__(self):
        return self.message

    def __str__(self):
        return self.message


class NoSectionError(Error):
    def __init__(self, section):
        super().__init__(f"No section: {section!r}")
        self.section = section


class DuplicateSectionError(Error):
    def __init__(self, section, source=None, lineno=None):
        self.section = section
        self.source = source
        self.lineno = lineno
        super().__init__(place_of(source, lineno) + f"ection {section!r} already exists")


class DuplicateOptionError(Error):
    def __init__(self, section, option, source=None, lineno=None):
        self.section = section
        self.option = option
        self.source = source
        self.lineno = lineno
        start = "O" if source is None else f"While reading from {source!r} [line {lineno:2d}]: o"
        super().__init__(start + f"ption {option!r} in section {section!r} already exists")


def place_of(source, lineno):
    if source is None:
        return "S"
    return f"While reading from {source!r} [line {lineno:2d}]: s"


class NoOptionError(Error):
    def __init__(self, option, section):
        super().__init__(f"No option {option!r} in section: {section!r}")
        self.option = option
        self.section = section


class InterpolationError(Error):
    def __init__(self, option, section, msg):
        super().__init__(msg)
        self.option = option
        self.section = section


class InterpolationMissingOptionError(InterpolationError):
    def __init__(self, option, section, rawval, reference):
        msg = (
            f"Bad value substitution: option {option!r} in section {section!r} contains "
            f"an interpolation key {reference!r} which is not a valid option name. "
            f"Raw value: {rawval!r}"
        )
        super().__init__(option, section, msg)
        self.reference = reference


class InterpolationSyntaxError(InterpolationError):
    pass


class InterpolationDepthError(InterpolationError):
    def __init__(self, option, section, rawval):
        msg = (
            f"Recursion limit exceeded in value substitution: option {option!r} in section {section!r} "
            f"contains an interpolation key which cannot be substituted in 10 steps. "
            f"Raw value: {rawval!r}"
        )
        super().__init__(option, section, msg)


class ParsingError(Error):
    def __init__(self, source):
        super().__init__(f"Source contains parsing errors: {source!r}")
        self.source = source
        self.errors = []

    def append(self, lineno, line):
        self.errors.append((lineno, line))
        self.message += f"\n\t[line {lineno:2d}]: {line}"


class MissingSectionHeaderError(Error):
    def __init__(self, filename, lineno, line):
        super().__init__(f"File contains no section headers.\nfile: {filename!r}, line: {lineno}\n{line!r}")
        self.source = filename
        self.lineno = lineno
        self.line = line


class BasicInterpolation:
    """`%(name)s` stands for another option of the section or of the defaults."""

    def check(self, value):
        rest = re.sub(r"%\(([^)]+)\)s", "", value.replace("%%", ""))
        if "%" in rest:
            raise ValueError(f"invalid interpolation syntax in {value!r} at position {rest.find('%')}")

    def replaced(self, parser, section, option, rest, values, depth):
        if depth > 10:
            raise InterpolationDepthError(option, section, parser.raw_of(section, option, rest))
        pieces = []
        while rest:
            cut = rest.find("%")
            if cut < 0:
                pieces.append(rest)
                break
            pieces.append(rest[:cut])
            rest = rest[cut:]
            following = rest[1:2]
            if following == "%":
                pieces.append("%")
                rest = rest[2:]
            elif following == "(":
                found = re.match(r"%\(([^)]+)\)s", rest)
                if found is None:
                    raise InterpolationSyntaxError(
                        option, section, f"bad interpolation variable reference {rest!r}"
                    )
                name = parser.optionxform(found.group(1))
                rest = rest[found.end():]
                if name not in values:
                    raw = parser.raw_of(section, option, rest)
                    raise InterpolationMissingOptionError(option, section, raw, name)
                value = values[name]
                if "%" in value:
                    value = self.replaced(parser, section, option, value, values, depth + 1)
                pieces.append(value)
            else:
                raise InterpolationSyntaxError(
                    option, section, f"'%' must be followed by '%' or '(', found: {rest!r}"
                )
        return "".join(pieces)


class ExtendedInterpolation:
    """`${name}` and `${section:name}` stand for other options."""

    def check(self, value):
        rest = re.sub(r"\$\{([^}]+)\}", "", value.replace("$$", ""))
        if "$" in rest:
            raise ValueError(f"invalid interpolation syntax in {value!r} at position {rest.find('$')}")

    def replaced(self, parser, section, option, rest, values, depth):
        if depth > 10:
            raise InterpolationDepthError(option, section, parser.raw_of(section, option, rest))
        pieces = []
        while rest:
            cut = rest.find("$")
            if cut < 0:
                pieces.append(rest)
                break
            pieces.append(rest[:cut])
            rest = rest[cut:]
            following = rest[1:2]
            if following == "$":
                pieces.append("$")
                rest = rest[2:]
            elif following == "{":
                found = re.match(r"\$\{([^}]+)\}", rest)
                if found is None:
                    raise InterpolationSyntaxError(
                        option, section, f"bad interpolation variable reference {rest!r}"
                    )
                path = found.group(1).split(":")
                rest = rest[found.end():]
                if len(path) > 2:
                    raise InterpolationSyntaxError(option, section, f"More than one ':' found: {rest!r}")
                name = parser.optionxform(path[-1])
                place = section
                known = values
                if len(path) == 2:
                    place = path[0]
                    known = parser.values_of(place) if parser.knows(place) else {}
                if name not in known:
                    raw = parser.raw_of(section, option, rest)
                    raise InterpolationMissingOptionError(option, section, raw, ":".join(path))
                value = known[name]
                if "$" in value:
                    value = self.replaced(parser, place, option, value, parser.values_of(place), depth + 1)
                pieces.append(value)
            else:
                raise InterpolationSyntaxError(
                    option, section, f"'$' must be followed by '$' or '{{', found: {rest!r}"
                )
        return "".join(pieces)


class NoInterpolation:
    def check(self, value):
        pass

    def replaced(self, parser, section, option, rest, values, depth):
        return rest


class RawConfigParser:

    def __init__(
        self,
        defaults=None,
        *,
        delimiters=("=", ":"),
        comment_prefixes=("#", ";"),
        inline_comment_prefixes=(),
        strict: bool = True,
        empty_lines_in_values: bool = True,
        default_section: str = "DEFAULT",
        interpolation=(),
    ):
        self.delimiters = list(delimiters)
        self.comment_prefixes = list(comment_prefixes)
        self.inline_prefixes = [] if inline_comment_prefixes is None else list(inline_comment_prefixes)
        self.strict = strict
        self.keeps_empty_lines = empty_lines_in_values
        self.default_section = default_section
        self.interpolation = self.chosen_interpolation(interpolation)
        self.shared = {}
        self.tables = {}
        if defaults is not None:
            for key, value in defaults.items():
                self.shared[self.optionxform(key)] = str(value)

    def chosen_interpolation(self, interpolation):
        if interpolation is None or isinstance(interpolation, tuple):
            return NoInterpolation()
        return interpolation

    def optionxform(self, optionstr):
        return optionstr.lower()

    def defaults(self):
        return self.shared

    def sections(self):
        return list(self.tables)

    def knows(self, section):
        return section == self.default_section or section in self.tables

    def table_of(self, section):
        if section == self.default_section:
            return self.shared
        if section not in self.tables:
            raise NoSectionError(section)
        return self.tables[section]

    def values_of(self, section):
        """All options of a section with the defaults, as they were written."""
        values = dict(self.shared)
        for key, value in self.table_of(section).items():
            values[key] = value
        return values

    def raw_of(self, section, option, fallback):
        return self.values_of(section).get(self.optionxform(option), fallback)

    def add_section(self, section):
        if section == self.default_section:
            raise ValueError(f"Invalid section name: {section!r}")
        if section in self.tables:
            raise DuplicateSectionError(section)
        self.tables[section] = {}

    def has_section(self, section):
        return section in self.tables

    def options(self, section):
        if section not in self.tables:
            raise NoSectionError(section)
        names = list(self.tables[section])
        return names + [name for name in self.shared if name not in names]

    def has_option(self, section, option):
        if not section or section == self.default_section:
            return self.optionxform(option) in self.shared
        if section not in self.tables:
            return False
        name = self.optionxform(option)
        return name in self.tables[section] or name in self.shared

    def find(self, section, option, raw, vars):
        """The value of an option; raises if it is not there."""
        values = self.values_of(section)
        if vars is not None:
            for key, value in vars.items():
                values[self.optionxform(key)] = str(value)
        name = self.optionxform(option)
        if name not in values:
            raise NoOptionError(name, section)
        if raw:
            return values[name]
        return self.interpolation.replaced(self, section, name, values[name], values, 1)

    def has(self, section, option, vars):
        if not self.knows(section):
            return False
        name = self.optionxform(option)
        if vars is not None and name in [self.optionxform(key) for key in vars]:
            return True
        return name in self.table_of(section) or name in self.shared

    def get(self, section, option, *, raw=False, vars=None, fallback=()):
        if not isinstance(fallback, tuple) and not self.has(section, option, vars):
            return fallback
        return self.find(section, option, raw, vars)

    def getint(self, section, option, *, raw=False, vars=None, fallback=()):
        if not isinstance(fallback, tuple) and not self.has(section, option, vars):
            return fallback
        return int(self.find(section, option, raw, vars))

    def getfloat(self, section, option, *, raw=False, vars=None, fallback=()):
        if not isinstance(fallback, tuple) and not self.has(section, option, vars):
            return fallback
        return float(self.find(section, option, raw, vars))

    def getboolean(self, section, option, *, raw=False, vars=None, fallback=()):
        if not isinstance(fallback, tuple) and not self.has(section, option, vars):
            return fallback
        return self.truth(self.find(section, option, raw, vars))

    def truth(self, value):
        text = value.lower()
        if text in ("1", "yes", "true", "on"):
            return True
        if text in ("0", "no", "false", "off"):
            return False
        raise ValueError(f"Not a boolean: {value}")

    def items(self, section=(), raw=False, vars=None):
        if isinstance(section, tuple):
            return [(name, self[name]) for name in [self.default_section] + self.sections()]
        names = list(self.values_of(section))
        if vars is not None:
            names = names + [self.optionxform(key) for key in vars if self.optionxform(key) not in names]
        return [(name, self.find(section, name, raw, vars)) for name in names]

    def set(self, section, option, value=None):
        if not section:
            section = self.default_section
        text = self.checked(value)
        self.table_of(section)[self.optionxform(option)] = text

    def checked(self, value):
        if not isinstance(value, str):
            raise TypeError("option values must be strings")
        self.interpolation.check(value)
        return value

    def remove_option(self, section, option):
        if not section:
            section = self.default_section
        table = self.table_of(section)
        name = self.optionxform(option)
        if name in table:
            del table[name]
            return True
        return False

    def remove_section(self, section):
        if section in self.tables:
            del self.tables[section]
            return True
        return False

    def popitem(self):
        for section in self.sections():
            proxy = self[section]
            del self.tables[section]
            return section, proxy
        raise KeyError

    def __getitem__(self, key):
        if not self.knows(key):
            raise KeyError(key)
        return SectionProxy(self, key)

    def __setitem__(self, key, value):
        if key == self.default_section:
            self.shared.clear()
        else:
            self.tables[key] = {}
        table = self.table_of(key)
        for option, text in value.items():
            table[self.optionxform(option)] = self.checked(str(text))

    def __delitem__(self, key):
        if key == self.default_section:
            raise ValueError("Cannot remove the default section.")
        if key not in self.tables:
            raise KeyError(key)
        del self.tables[key]

    def __contains__(self, key):
        return self.knows(key)

    def __len__(self):
        return len(self.tables) + 1

    def __iter__(self):
        yield self.default_section
        yield from self.sections()

    def keys(self):
        return [self.default_section] + self.sections()

    def values(self):
        return [self[name] for name in self.keys()]

    def read_file(self, f, source: str = "<???>"):
        self.parse(f, source)

    def read_string(self, string: str, source: str = "<string>"):
        self.parse(string.splitlines(True), source)

    def read_dict(self, dictionary, source: str = "<dict>"):
        added = set()
        for section, options in dictionary.items():
            name = str(section)
            if not self.knows(name):
                self.add_section(name)
            elif self.strict and name in added:
                raise DuplicateSectionError(name)
            added.add(name)
            seen = set()
            for key, value in options.items():
                option = self.optionxform(str(key))
                if self.strict and option in seen:
                    raise DuplicateOptionError(name, option)
                seen.add(option)
                self.table_of(name)[option] = self.checked(str(value))

    def without_comment(self, line):
        """The line without comments, and whether it had one."""
        end = len(line)
        for prefix in self.inline_prefixes:
            place = line.find(prefix)
            while place >= 0:
                if place == 0 or line[place - 1].isspace():
                    end = min(end, place)
                    break
                place = line.find(prefix, place + 1)
        has_comment = end < len(line)
        for prefix in self.comment_prefixes:
            if line.strip().startswith(prefix):
                return "", True
        return line[:end].strip(), has_comment

    def parse(self, lines, source):
        gathered = {}
        sections_read = set()
        options_read = set()
        section = None
        option = None
        indent = 0
        problem = None
        for index, line in enumerate(lines):
            lineno = index + 1
            value, has_comment = self.without_comment(line)
            if not value:
                if not self.keeps_empty_lines:
                    indent = 1000000000
                elif not has_comment and section is not None and option:
                    gathered[section, option].append("")
                continue
            start = len(line) - len(line.lstrip())
            if section is not None and option and start > indent:
                gathered[section, option].append(value)
                continue
            indent = start
            header = re.match(r"\[(.+)\]", value)
            if header is not None:
                section = header.group(1)
                option = None
                if section == self.default_section:
                    continue
                if section in self.tables:
                    if self.strict and section in sections_read:
                        raise DuplicateSectionError(section, source, lineno)
                else:
                    self.tables[section] = {}
                sections_read.add(section)
                continue
            if section is None:
                raise MissingSectionHeaderError(source, lineno, line)
            cut = -1
            for delimiter in self.delimiters:
                place = value.find(delimiter)
                if place >= 0 and (cut < 0 or place < cut):
                    cut = place
                    size = len(delimiter)
            name = value[:cut].rstrip() if cut >= 0 else ""
            if not name:
                if problem is None:
                    problem = ParsingError(source)
                problem.append(lineno, repr(line))
                if cut < 0:
                    continue
            option = self.optionxform(name)
            if self.strict and (section, option) in options_read:
                raise DuplicateOptionError(section, option, source, lineno)
            options_read.add((section, option))
            gathered[section, option] = [value[cut + size:].strip()]
        for (place, name), parts in gathered.items():
            self.table_of(place)[name] = "\n".join(parts).rstrip()
        if problem is not None:
            raise problem

    def write(self, fp, space_around_delimiters: bool = True):
        delimiter = f" {self.delimiters[0]} " if space_around_delimiters else self.delimiters[0]
        if self.shared:
            write_section(fp, self.default_section, self.shared, delimiter)
        for section, table in self.tables.items():
            write_section(fp, section, table, delimiter)


def write_section(fp, section, table, delimiter):
    fp.write(f"[{section}]\n")
    for key, value in table.items():
        text = value.replace("\n", "\n\t")
        fp.write(f"{key}{delimiter}{text}\n")
    fp.write("\n")


class ConfigParser(RawConfigParser):
    def chosen_interpolation(self, interpolation):
        if isinstance(interpolation, tuple):
            return BasicInterpolation()
        if interpolation is None:
            return NoInterpolation()
        return interpolation

    def add_section(self, section):
        if not isinstance(section, str):
            raise TypeError("section names must be strings")
        super().add_section(section)


class SectionProxy:
    def __init__(self, parser, name):
        self.parser = parser
        self.name = name

    def __repr__(self):
        return f"<Section: {self.name}>"

    def __getitem__(self, key):
        if not self.parser.has_option(self.name, key):
            raise KeyError(key)
        return self.parser.get(self.name, key)

    def __setitem__(self, key, value):
        self.parser.set(self.name, key, value)

    def __delitem__(self, key):
        if not self.parser.remove_option(self.name, key):
            raise KeyError(key)

    def __contains__(self, key):
        return self.parser.has_option(self.name, key)

    def __len__(self):
        return len(self.keys())

    def __iter__(self):
        yield from self.keys()

    def keys(self):
        if self.name == self.parser.default_section:
            return list(self.parser.defaults())
        return self.parser.options(self.name)

    def values(self):
        return [self[key] for key in self.keys()]

    def items(self):
        return [(key, self[key]) for key in self.keys()]

    def get(self, option, fallback=None, *, raw=False, vars=None):
        if not self.parser.has(self.name, option, vars):
            return fallback
        return self.parser.find(self.name, option, raw, vars)

    def getint(self, option, fallback=None, *, raw=False, vars=None):
        if not self.parser.has(self.name, option, vars):
            return fallback
        return int(self.parser.find(self.name, option, raw, vars))

    def getfloat(self, option, fallback=None, *, raw=False, vars=None):
        if not self.parser.has(self.name, option, vars):
            return fallback
        return float(self.parser.find(self.name, option, raw, vars))

    def getboolean(self, option, fallback=None, *, raw=False, vars=None):
        if not self.parser.has(self.name, option, vars):
            return fallback
        return self.parser.truth(self.parser.find(self.name, option, raw, vars))
