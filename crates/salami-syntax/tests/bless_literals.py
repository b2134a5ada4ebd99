"""Writes what CPython 3.11 makes of each literal of data/literals.txt.

Each line is an expression, then a tab, then its kind and value: `str` and `bytes` in hexadecimal (UTF-8),
`int` in hexadecimal, `float` by its bits, `f` for f-strings with their parts.
"""

import ast
import pathlib
import struct
import sys
import warnings

assert sys.version_info[:2] == (3, 11), "the oracle is CPython 3.11"
warnings.simplefilter("ignore")

PATH = pathlib.Path(__file__).parent / "data" / "literals.txt"


def parts(node):
    shown = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            shown.append(f"t{value.value.encode().hex()}")
        else:
            spec = parts(value.format_spec) if value.format_spec else ""
            conversion = chr(value.conversion) if value.conversion >= 0 else ""
            shown.append("{" + conversion + ":" + spec + "}")
    return "".join(shown)


def verdict(text):
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return "refused"
    if isinstance(node, ast.JoinedStr):
        return f"f {parts(node)}"
    value = ast.literal_eval(node)
    match value:
        case str():
            return f"str {value.encode().hex()}"
        case bytes():
            return f"bytes {value.hex()}"
        case int():
            return f"int {value:x}"
        case float():
            return f"float {struct.unpack('<Q', struct.pack('<d', value))[0]:x}"
    return "other"


def main():
    lines = [line.split("\t")[0] for line in PATH.read_text(encoding="utf-8").splitlines() if line]
    # In the file, a written \n or \r between ⟪⟫ is the character itself.
    source = lambda line: line.replace("⟪n⟫", "\n").replace("⟪r⟫", "\r").replace("⟪t⟫", "\t").replace("⟪f⟫", "\f")
    PATH.write_text("".join(f"{line}\t{verdict(source(line))}\n" for line in lines), encoding="utf-8")


main()
