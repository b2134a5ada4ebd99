"""csv: dialects as classes, and finding the dialect of a text."""

import csv
import re
from io import StringIO


class Dialect:
    delimiter = ","
    quotechar = '"'
    escapechar = None
    doublequote = True
    skipinitialspace = False
    lineterminator = "\r\n"
    quoting = 0
    strict = False


class excel(Dialect):
    delimiter = ","


class excel_tab(excel):
    delimiter = "\t"


class unix_dialect(Dialect):
    lineterminator = "\n"
    quoting = 1


class SniffedDialect(Dialect):
    """What the Sniffer finds."""

    def __init__(self, delimiter, doublequote, quotechar, skipinitialspace):
        self.delimiter = delimiter
        self.doublequote = doublequote
        self.quotechar = quotechar
        self.skipinitialspace = skipinitialspace


class Sniffer:
    def __init__(self):
        self.preferred = [",", "\t", ";", " ", ":"]

    def sniff(self, sample: str, delimiters: str | None = None):
        quotechar, doublequote, delimiter, skipinitialspace = quotes_in(sample, delimiters)
        if not delimiter:
            delimiter, skipinitialspace = frequent(sample, delimiters, self.preferred)
        if not delimiter:
            raise csv.Error("Could not determine delimiter")
        return SniffedDialect(delimiter, doublequote, quotechar or '"', skipinitialspace)

    def has_header(self, sample: str):
        dialect = self.sniff(sample)
        rows = reader_of(StringIO(sample), dialect)
        header = next(rows)
        width = len(header)
        # What all cells of a column are: -1 a number, else the length of the text.
        kinds = {}
        dropped = set()
        checked = 0
        for row in rows:
            if checked > 20:
                break
            checked += 1
            if len(row) != width:
                continue
            for column in range(width):
                if column in dropped:
                    continue
                kind = kind_of(row[column])
                if kinds.setdefault(column, kind) != kind:
                    dropped.add(column)
        votes = 0
        for column in range(width):
            if column in dropped:
                continue
            if column not in kinds:
                # Nothing was seen below it: no kind, which no title fits.
                votes += 1
            elif kinds[column] == -1:
                votes += -1 if kind_of(header[column]) == -1 else 1
            else:
                votes += 1 if len(header[column]) != kinds[column] else -1
        return votes > 0


def kind_of(text):
    try:
        float(text)
        return -1
    except ValueError:
        bare = text.strip()
        if bare.startswith("(") and bare.endswith(")"):
            bare = bare[1:-1].strip()
            try:
                float(bare)
                return -1
            except ValueError:
                pass
        if complex_number.fullmatch(bare):
            return -1
        return len(text)


PART = r"(?:(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][-+]?[0-9](?:_?[0-9])*)?|inf|infinity|nan)"
complex_number = re.compile(f"[-+]?(?:{PART}[-+])?{PART}?[jJ]", re.I)


def count_in(counts, key):
    counts[key] = counts.get(key, 0) + 1


def most_frequent(counts):
    best = ""
    most = 0
    for key, count in counts.items():
        if count > most:
            best = key
            most = count
    return best


BETWEEN = re.compile(r"([^\w\n\"'])( ?)([\"']).*?\3\1", re.DOTALL | re.MULTILINE)
FIRST = re.compile(r"(?:^|\n)([\"']).*?\1([^\w\n\"'])( ?)", re.DOTALL | re.MULTILINE)
LAST = re.compile(r"([^\w\n\"'])( ?)([\"']).*?\3(?:$|\n)", re.DOTALL | re.MULTILINE)
ALONE = re.compile(r"(?:^|\n)([\"']).*?\1(?:$|\n)", re.DOTALL | re.MULTILINE)


def quoted_texts(sample):
    """Delimiter, space and quote of each quoted text, looked for in one way after the other."""
    found = BETWEEN.findall(sample)
    if found:
        return [(delimiter, space, quote) for delimiter, space, quote in found]
    found = FIRST.findall(sample)
    if found:
        return [(delimiter, space, quote) for quote, delimiter, space in found]
    found = LAST.findall(sample)
    if found:
        return [(delimiter, space, quote) for delimiter, space, quote in found]
    return [("", "", quote) for quote in ALONE.findall(sample)]


def quotes_in(sample, delimiters):
    """Quote, whether it is doubled, delimiter, whether a space follows it: from quoted texts in the sample."""
    texts = quoted_texts(sample)
    if not texts:
        return "", False, "", False
    quotes = {}
    found = {}
    spaces = 0
    for delimiter, space, quote in texts:
        count_in(quotes, quote)
        if delimiter and (delimiters is None or delimiter in delimiters):
            count_in(found, delimiter)
        if space:
            spaces += 1
    quote = most_frequent(quotes)
    delimiter = most_frequent(found)
    skips = bool(found) and found[delimiter] == spaces
    if delimiter == "\n":
        delimiter = ""
    other = re.escape(delimiter)
    doubled = re.compile(f"(({other})|^)\\W*{quote}[^{other}\\n]*{quote}[^{other}\\n]*{quote}\\W*(({other})|$)", re.M)
    return quote, doubled.search(sample) is not None, delimiter, skips


def frequent(sample, delimiters, preferred):
    """The character that comes equally often in nearly all lines, and whether a space follows it."""
    lines = [line for line in sample.split("\n") if line]
    characters = sorted({character for character in sample if character < "\x7f" and character != "\n"})
    size = min(10, len(lines))
    frequencies = {character: {} for character in characters}
    found = {}
    modes = {}
    seen = 0
    chunk = 0
    while seen < len(lines):
        chunk += 1
        for line in lines[seen:seen + size]:
            for character in characters:
                count_in(frequencies[character], line.count(character))
        for character in characters:
            counts = frequencies[character]
            if len(counts) == 1 and 0 in counts:
                continue
            mode = 0
            most = 0
            total = 0
            for number, count in counts.items():
                total += count
                if count > most:
                    mode = number
                    most = count
            modes[character] = (mode, most - (total - most))
        rows = float(min(size * chunk, len(lines)))
        consistency = 1.0
        while not found and consistency >= 0.9:
            for character, (number, score) in modes.items():
                if number > 0 and score > 0 and score / rows >= consistency:
                    if delimiters is None or character in delimiters:
                        found[character] = (number, score)
            consistency -= 0.01
        if len(found) == 1:
            break
        seen += size
    if not found:
        return "", False
    delimiter = ""
    if len(found) == 1:
        for character in found:
            delimiter = character
    else:
        for character in preferred:
            if character in found:
                delimiter = character
                break
        else:
            number, score, delimiter = max([(number, score, key) for key, (number, score) in found.items()])
    return delimiter, lines[0].count(delimiter) == lines[0].count(delimiter + " ")


def reader_of(csvfile, dialect):
    if isinstance(dialect, SniffedDialect):
        return csv.reader(
            csvfile,
            delimiter=dialect.delimiter,
            doublequote=dialect.doublequote,
            quotechar=dialect.quotechar,
            skipinitialspace=dialect.skipinitialspace,
        )
    return csv.reader(
        csvfile,
        delimiter=dialect.delimiter,
        doublequote=dialect.doublequote,
        quotechar=dialect.quotechar,
        escapechar=dialect.escapechar,
        lineterminator=dialect.lineterminator,
        quoting=dialect.quoting,
        skipinitialspace=dialect.skipinitialspace,
        strict=dialect.strict,
    )


def writer_of(csvfile, dialect):
    return csv.writer(
        csvfile,
        delimiter=dialect.delimiter,
        doublequote=dialect.doublequote,
        quotechar=dialect.quotechar,
        escapechar=dialect.escapechar,
        lineterminator=dialect.lineterminator,
        quoting=dialect.quoting,
        skipinitialspace=dialect.skipinitialspace,
        strict=dialect.strict,
    )


def dict_reader_of(f, fieldnames, restkey, restval, dialect):
    if isinstance(dialect, SniffedDialect):
        return csv.DictReader(
            f,
            fieldnames,
            restkey,
            restval,
            delimiter=dialect.delimiter,
            doublequote=dialect.doublequote,
            quotechar=dialect.quotechar,
            skipinitialspace=dialect.skipinitialspace,
        )
    return csv.DictReader(
        f,
        fieldnames,
        restkey,
        restval,
        delimiter=dialect.delimiter,
        doublequote=dialect.doublequote,
        quotechar=dialect.quotechar,
        escapechar=dialect.escapechar,
        lineterminator=dialect.lineterminator,
        quoting=dialect.quoting,
        skipinitialspace=dialect.skipinitialspace,
        strict=dialect.strict,
    )


def dict_writer_of(f, fieldnames, restval, extrasaction, dialect):
    return csv.DictWriter(
        f,
        fieldnames,
        restval,
        extrasaction,
        delimiter=dialect.delimiter,
        doublequote=dialect.doublequote,
        quotechar=dialect.quotechar,
        escapechar=dialect.escapechar,
        lineterminator=dialect.lineterminator,
        quoting=dialect.quoting,
        skipinitialspace=dialect.skipinitialspace,
        strict=dialect.strict,
    )
