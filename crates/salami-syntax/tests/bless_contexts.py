"""Writes which expressions CPython 3.11 compiles in which contexts of data/contexts.txt.

Lines `E` are expressions; lines `C` are contexts, where `X` stands for the expression, then the verdicts
in the order of the expressions, in a function and in an async function: `1` compiles, `0` is refused.
"""

import pathlib
import sys
import warnings

assert sys.version_info[:2] == (3, 11), "the oracle is CPython 3.11"
warnings.simplefilter("ignore")

PATH = pathlib.Path(__file__).parent / "data" / "contexts.txt"


def compiles(text):
    try:
        compile(text, "context.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return "0"
    return "1"


def main():
    lines = [line.split("\t") for line in PATH.read_text(encoding="utf-8").splitlines()]
    expressions = [line[1] for line in lines if line[0] == "E"]
    blessed = [f"E\t{expression}\n" for expression in expressions]
    for kind, context, *_ in lines:
        if kind == "C":
            body = context.replace("⟪n⟫", "\n")
            verdicts = [
                "".join(compiles(head + " " + body.replace("X", each) + "\n") for each in expressions)
                for head in ("def o():\n", "async def o():\n")
            ]
            blessed.append(f"C\t{context}\t{verdicts[0]}\t{verdicts[1]}\n")
    PATH.write_text("".join(blessed), encoding="utf-8")


main()
