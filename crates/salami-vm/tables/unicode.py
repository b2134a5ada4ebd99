"""Writes the character tables of CPython's `str` to src/format/unicode/tables.rs.

Run it with the CPython whose tables count: `python3.11 tables/unicode.py`, from the crate's folder.
Everything is asked of `str` itself, so the tables are by construction what its methods use.
"""

import sys
import unicodedata

assert unicodedata.unidata_version == "14.0.0", "the semantics version fixes Unicode 14"

BLOCK = 128
SURROGATES = range(0xD800, 0xE000)


def properties(char: str) -> tuple:
    """The flags and case mappings of a character."""
    cased = (char + "a").title().endswith("a")
    closes_sigma = (char + "\u03a3").lower().endswith("\u03c2")
    skipped = ("A" + char + "\u03a3").lower().endswith("\u03c2") and not closes_sigma
    flags = [
        char.isalpha(),
        char.isdecimal(),
        char.isdigit(),
        char.isnumeric(),
        char.isspace(),
        char.isprintable(),
        char.islower(),
        char.isupper(),
        unicodedata.category(char) == "Lt",
        char.isidentifier(),
        ("a" + char).isidentifier(),
        cased,
        skipped,
    ]
    bits = sum(1 << position for position, flag in enumerate(flags) if flag)
    digit = int(char) if char.isdecimal() else 0
    return bits, digit, tuple(mapping(char, mapped) for mapped in (char.upper(), char.lower(), char.title(), char.casefold()))


def mapping(char: str, mapped: str):
    """A difference of code points, or the text where one character becomes several."""
    return ord(mapped) - ord(char) if len(mapped) == 1 else mapped


def rows(numbers, width=280):
    """The numbers as lines of source."""
    line = "   "
    for number in numbers:
        item = f" {number},"
        if len(line) + len(item) > width:
            yield line
            line = "   "
        line += item
    if line.strip():
        yield line


def main() -> None:
    records, record_of = [], {}
    special, special_of = [], {}
    blocks, block_of = [], {}
    first = []
    current = []
    for code in range(sys.maxunicode + 1):
        if code in SURROGATES:
            found = (0, 0, (0, 0, 0, 0))
        else:
            found = properties(chr(code))
        if found not in record_of:
            record_of[found] = len(records)
            records.append(found)
        current.append(record_of[found])
        if len(current) == BLOCK:
            block = tuple(current)
            current = []
            if block not in block_of:
                block_of[block] = len(blocks)
                blocks.append(block)
            first.append(block_of[block])
    last = max(index for index, block in enumerate(first) if block != first[-1])

    def change(value) -> int:
        if isinstance(value, int):
            return value
        if value not in special_of:
            special_of[value] = len(special)
            special.append(value)
        # Beyond every code point, so it is no difference of two.
        return 0x200000 + special_of[value]

    out = sys.stdout if "-" in sys.argv else open("src/format/unicode/tables.rs", "w")
    print("//! CPython 3.11's character tables (Unicode 14). Made by tables/unicode.py; not edited by hand.", file=out)
    print("#![cfg_attr(rustfmt, rustfmt_skip)]\n", file=out)
    print("use super::Record;\n", file=out)
    print(f"/// Characters of a block.\npub(super) const BLOCK: usize = {BLOCK};\n", file=out)
    print("/// A case mapping from here on is an entry of [`SPECIAL`].\npub(super) const SPECIAL_BASE: i32 = 0x20_0000;\n", file=out)
    body = []
    for bits, digit, changes in records:
        body.append("Record(%d, %d, [%s])" % (bits, digit, ", ".join(str(change(value)) for value in changes)))
    print("/// The distinct sets of properties: flags, decimal digit, change to upper, lower, title and folded case.", file=out)
    print(f"pub(super) static RECORDS: [Record; {len(records)}] = [", file=out)
    print("\n".join(rows(body)), file=out)
    print("];\n", file=out)
    print("/// Case mappings to several characters.", file=out)
    print(f"pub(super) static SPECIAL: [&str; {len(special)}] = [", file=out)
    print("\n".join(rows('"' + "".join(f"\\u{{{ord(c):x}}}" for c in text) + '"' for text in special)), file=out)
    print("];\n", file=out)
    print(f"/// The block of each {BLOCK} code points; past the end it is the last one.", file=out)
    print(f"pub(super) static BLOCKS: [u16; {last + 2}] = [", file=out)
    print("\n".join(rows(first[: last + 2])), file=out)
    print("];\n", file=out)
    print("/// The record of each character of each block.", file=out)
    print(f"pub(super) static INDEX: [u16; {len(blocks) * BLOCK}] = [", file=out)
    print("\n".join(rows(value for block in blocks for value in block)), file=out)
    print("];", file=out)


main()
