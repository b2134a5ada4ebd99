"""Writes the tables of the module `unicodedata` to src/native/unicode/tables.rs.

Run it with the CPython whose tables count: `python3.11 tables/properties.py`, from the crate's folder.
Everything is asked of `unicodedata` itself.
"""

import unicodedata as data
from fractions import Fraction

assert data.unidata_version == "14.0.0", "the semantics version fixes Unicode 14"

BLOCK = 128
LAST = 0x110000
HANGUL = range(0xAC00, 0xD7A4)


def rows(items, width=280):
    line = "   "
    for item in items:
        if len(line) + len(item) > width:
            yield line
            line = "   "
        line += f" {item},"
    if line.strip():
        yield line


def quoted(text):
    return '"' + "".join(f"\\u{{{ord(c):x}}}" for c in text) + '"'


def table(out, doc, declaration, items):
    print(f"/// {doc}\npub(super) static {declaration} = [", file=out)
    print("\n".join(rows(items)), file=out)
    print("];\n", file=out)


def properties(out):
    records, record_of, blocks, block_of, first = [], {}, [], {}, []
    for start in range(0, LAST, BLOCK):
        block = []
        for code in range(start, start + BLOCK):
            char = chr(code)
            key = (data.category(char), data.bidirectional(char), data.combining(char), data.east_asian_width(char), data.mirrored(char))
            if key not in record_of:
                record_of[key] = len(records)
                records.append(key)
            block.append(record_of[key])
        key = tuple(block)
        if key not in block_of:
            block_of[key] = len(blocks)
            blocks.append(key)
        first.append(block_of[key])
    shown = [f'Record("{a}", "{b}", {c}, "{d}", {str(bool(e)).lower()})' for a, b, c, d, e in records]
    table(out, "The distinct sets of properties.", f"RECORDS: [Record; {len(records)}]", shown)
    table(out, f"The block of each {BLOCK} code points.", f"BLOCKS: [u16; {len(first)}]", map(str, first))
    index = [str(value) for block in blocks for value in block]
    table(out, "The record of each character of each block.", f"INDEX: [u16; {len(index)}]", index)


def numbers(out):
    """Runs of characters whose numbers go up by one, or are equal: first, last, kind, number, denominator, step."""
    runs = []
    for code in range(LAST):
        char = chr(code)
        value = data.numeric(char, None)
        if value is None:
            continue
        kind = 2 if data.decimal(char, None) is not None else 1 if data.digit(char, None) is not None else 0
        number = Fraction(value).limit_denominator(1000)
        assert float(number) == value, (code, value)
        above, below = number.numerator, number.denominator
        if runs:
            last = runs[-1]
            if last[1] == code - 1 and last[2] == kind and last[4] == below:
                if last[5] is None and above - last[6] in (0, 1):
                    last[5] = above - last[6]
                if last[5] is not None and above - last[6] == last[5]:
                    last[1], last[6] = code, above
                    continue
        runs.append([code, code, kind, above, below, None, above])
    shown = [f"({a:#x}, {b:#x}, {k}, {n}, {d}, {s or 0})" for a, b, k, n, d, s, _ in runs]
    doc = "Runs of characters with numbers: first, last, kind (2 decimal, 1 digit), number of the first, denominator, step."
    table(out, doc, f"NUMBERS: [(u32, u32, u8, i64, i64, i64); {len(runs)}]", shown)


def decompositions(out):
    tags, shown, excluded = [""], [], []
    for code in range(LAST):
        char = chr(code)
        text = data.decomposition(char)
        if not text or code in HANGUL:
            continue
        parts = text.split()
        tag = ""
        if parts[0].startswith("<"):
            tag = parts.pop(0)
        if tag not in tags:
            tags.append(tag)
        target = "".join(chr(int(part, 16)) for part in parts)
        shown.append(f"({code:#x}, {tags.index(tag)}, {quoted(target)})")
        if not tag and len(target) == 2 and data.normalize("NFC", char) != char:
            excluded.append(f"{code:#x}")
    table(out, "The kinds of decompositions; the first is the canonical one.", f"TAGS: [&str; {len(tags)}]", [f'"{tag}"' for tag in tags])
    table(out, "Decompositions but those of Hangul: character, kind, text.", f"DECOMPOSITIONS: [(u32, u8, &str); {len(shown)}]", shown)
    table(out, "Characters of two that normal forms do not compose.", f"EXCLUDED: [u32; {len(excluded)}]", excluded)


def main():
    with open("src/native/unicode/tables.rs", "w") as out:
        print("//! CPython 3.11's `unicodedata` (Unicode 14). Made by tables/properties.py; not edited by hand.", file=out)
        print("#![cfg_attr(rustfmt, rustfmt_skip)]\n", file=out)
        print("use super::Record;\n", file=out)
        print(f"/// Characters of a block.\npub(super) const BLOCK: usize = {BLOCK};\n", file=out)
        properties(out)
        numbers(out)
        decompositions(out)


main()
