"""Writes operators.txt: what CPython 3.11 makes of every operator on every pair of some values.

The first line has the values; each other an outcome, a tab, and the cases (operator, left, right) that have it.
"""

import operator

VALUES = [
    "None", "True", "False", "5", "-3", "10**30", "-10**19", "1.5", "0.0", "-2.0", "1e300", "float('inf')",
    "'ab'", "''", "b'x'", "[1, 2]", "(1, 2)", "{1: 2}", "{1}", "frozenset({1, 2})", "range(3)", "int",
]
OPERATORS = [
    ("+", operator.add), ("-", operator.sub), ("*", operator.mul), ("/", operator.truediv), ("//", operator.floordiv),
    ("%", operator.mod), ("**", operator.pow), ("&", operator.and_), ("|", operator.or_), ("^", operator.xor),
    ("<<", operator.lshift), (">>", operator.rshift),
    ("+=", operator.iadd), ("-=", operator.isub), ("*=", operator.imul), ("&=", operator.iand), ("|=", operator.ior),
    ("^=", operator.ixor),
    ("<", operator.lt), ("<=", operator.le), (">", operator.gt), (">=", operator.ge), ("==", operator.eq),
    ("!=", operator.ne), ("in", lambda a, b: a in b), ("[]", operator.getitem), ("del", operator.delitem),
]


def outcome(function, left, right):
    try:
        result = function(eval(left), eval(right))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if isinstance(result, complex):
        return None
    text = repr(result)
    return text if len(text) < 200 else None


def main():
    outcomes = {}
    for symbol, function in OPERATORS:
        for left in VALUES:
            for right in VALUES:
                # Types have an | of their own, results too large to compute are tested elsewhere,
                # and a subscripted type is an annotation.
                if "int" in (left, right) and symbol in ("|", "|=", "[]"):
                    continue
                if symbol in ("**", "<<", "*", "*=") and ("10**" in left or "10**" in right):
                    if symbol != "*" or any(kind in left + right for kind in "'[("):
                        continue
                if symbol == "%" and left.startswith(("'", "b")):
                    continue
                result = outcome(function, left, right)
                if result is not None:
                    case = f"{symbol},{VALUES.index(left)},{VALUES.index(right)}"
                    outcomes.setdefault(result, []).append(case)
    lines = ["\t".join(VALUES)]
    lines += [f"{result}\t{' '.join(cases)}" for result, cases in outcomes.items()]
    with open("operators.txt", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


main()
