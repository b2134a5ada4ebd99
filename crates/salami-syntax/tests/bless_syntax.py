"""Writes CPython's SyntaxError next to each snippet of data/bad_syntax.txt.

Run with CPython 3.11. Snippets are divided by lines of `----`; the line `#! LINE: MESSAGE` before a
snippet is what `compile()` says. A snippet that CPython accepts gets `#! accepted`: it is refused here
by design. Lines that begin with `#?` are comments about the snippet.
"""

import pathlib
import sys
import warnings

assert sys.version_info[:2] == (3, 11), "the oracle is CPython 3.11"
warnings.simplefilter("ignore")

PATH = pathlib.Path(__file__).parent / "data" / "bad_syntax.txt"


def verdict(text):
    try:
        compile(text, "snippet.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"#! {error.lineno}: {error.msg}"
    except ValueError as error:
        return f"#! 1: {error}"
    return "#! accepted"


def main():
    blessed = []
    for block in PATH.read_text(encoding="utf-8").split("----\n"):
        lines = [line for line in block.splitlines(keepends=True) if not line.startswith("#!")]
        comments = "".join(line for line in lines if line.startswith("#?"))
        text = "".join(line for line in lines if not line.startswith("#?"))
        if text:
            blessed.append(f"{comments}{verdict(text)}\n{text}")
    PATH.write_text("----\n".join(blessed), encoding="utf-8")


main()
