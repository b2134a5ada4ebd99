"""Writes data/decimal.jsonl: [operation, operands, result or "!exception: message"] by CPython 3.11's decimal."""
import json, random
from decimal import *
R = random.Random(7)
SPECIAL = ["0", "-0", "0.00", "1", "-1", "1.00", "10", "1E+3", "1E-3", "2", "3", "0.5", "-2.5", "7", "1E+999999", "9.99E+999999", "1E-999999", "1E-1000026", "Infinity", "-Infinity", "NaN", "NaN123", "9999999999999999999999999999", "0.1", "0E+5", "0E-30", "12345678901234567890123456789012345", "1.234567890123456789012345678901", "1E+20", "1E-20", "100", "1.0000000000000000000000000001"]

def number():
    roll = R.random()
    if roll < .25: return R.choice(SPECIAL)
    digits = "".join(R.choice("0123456789") for _ in range(R.choice([1, 2, 3, 5, 9, 20, 28, 29, 40])))
    text = R.choice(["", "-"]) + digits
    if R.random() < .6:
        at = R.randint(0, len(digits)); text = R.choice(["", "-"]) + (digits[:at] or "0") + "." + digits[at:]
    if R.random() < .3: text += "E" + str(R.randint(-40, 40))
    return text

def outcome(function):
    try:
        result = function()
    except (ArithmeticError, ValueError, TypeError) as error:
        return f"!{type(error).__name__}: {error}"
    return [str(x) for x in result] if isinstance(result, tuple) and not isinstance(result, DecimalTuple) else str(result)

ROUND = ["ROUND_UP", "ROUND_DOWN", "ROUND_CEILING", "ROUND_FLOOR", "ROUND_HALF_UP", "ROUND_HALF_DOWN", "ROUND_HALF_EVEN", "ROUND_05UP"]
D = Decimal
OPS = {
 "+": lambda a, b: D(a) + D(b), "-": lambda a, b: D(a) - D(b), "*": lambda a, b: D(a) * D(b), "/": lambda a, b: D(a) / D(b),
 "//": lambda a, b: D(a) // D(b), "%": lambda a, b: D(a) % D(b), "divmod": lambda a, b: divmod(D(a), D(b)),
 "**": lambda a, b: D(a) ** D(b), "compare": lambda a, b: D(a).compare(D(b)), "compare_total": lambda a, b: D(a).compare_total(D(b)),
 "remainder_near": lambda a, b: D(a).remainder_near(D(b)), "scaleb": lambda a, b: D(a).scaleb(D(b)),
 "quantize": lambda a, b, c: D(a).quantize(D(b), rounding=c), "to_integral_value": lambda a, c: D(a).to_integral_value(rounding=c),
 "normalize": lambda a: D(a).normalize(), "sqrt": lambda a: D(a).sqrt(), "exp": lambda a: D(a).exp(), "ln": lambda a: D(a).ln(), "log10": lambda a: D(a).log10(),
 "neg": lambda a: -D(a), "pos": lambda a: +D(a), "abs": lambda a: abs(D(a)), "hash": lambda a: hash(D(a)) if not D(a).is_nan() else 0, "eng": lambda a: D(a).to_eng_string(),
 "float": lambda a: float(D(a)), "adjusted": lambda a: D(a).adjusted() if D(a).is_finite() else 0, "class": lambda a: D(a).number_class(),
 "format": lambda a, s: format(D(a), s), "parse": lambda a: D(a), "from_float": lambda a: D(float(a)), "fma": lambda a, b, c: D(a).fma(D(b), D(c)),
}

def main():
    cases = []
    for name in ["+", "-", "*", "/", "//", "%", "divmod", "compare", "compare_total", "remainder_near"]:
        for _ in range(180): cases.append((name, [number(), number()]))
    for a in SPECIAL:
        for b in SPECIAL:
            for name in ["+", "/", "//", "%", "divmod", "**"]: 
                if R.random() < .35: cases.append((name, [a, b]))
    for _ in range(150): cases.append(("**", [number(), str(R.randint(-20, 20))]))
    for _ in range(60): cases.append(("**", [number().lstrip("-"), R.choice(["0.5", "-0.5", "1.5", "2.25", "0.3333", "-1.1", "100.5"])]))
    for _ in range(60): cases.append(("scaleb", [number(), str(R.randint(-9, 9))]))
    for _ in range(500): cases.append(("quantize", [number(), R.choice(["1", "0.1", "0.01", "1E+2", "0.0001", "1E-10", "NaN", "Infinity"]), R.choice(ROUND)]))
    for _ in range(300): cases.append(("quantize", [R.choice(["", "-"]) + R.choice(["1.25", "1.35", "2.5", "0.5", "7.505", "0.05", "99.995", "1.01", "1.06"]), R.choice(["1", "0.1", "0.01"]), R.choice(ROUND)]))
    for _ in range(150): cases.append(("to_integral_value", [number(), R.choice(ROUND)]))
    for name in ["normalize", "sqrt", "neg", "pos", "abs", "hash", "eng", "adjusted", "class", "parse"]:
        for _ in range(110): cases.append((name, [number()]))
    for _ in range(100): cases.append(("float", [number()]))
    for _ in range(120): cases.append(("fma", [number(), number(), number()]))
    for name in ["exp", "ln", "log10"]:
        for _ in range(90): cases.append((name, [number()]))
        for a in ["0.001", "2", "10", "1000", "0.1", "1.0000001", "0.9999999999", "1E-30", "23.5", "-3.25", "700"]: cases.append((name, [a]))
    for a in ["0.1", "1.5", "-2.75", "1e300", "1e-300", "5e-324", "0", "-0.0", "123456789.125", "inf", "nan", "1e22", "0.30000000000000004"]: cases.append(("from_float", [a]))
    for a in ["", " 1 ", "1_000", "abc", "1..2", ".", "e5", "1e", "1e+", "+.5", "5.", "--1", "\u0661\u0662", "nan5", "snan", "-sNaN12", "INF", "infinit", "1 2", "1e99999999999999999999", "1e-99999999999999999999", "0e99999999999999999999", "\n7\t", "1__0", "_1", "0x1"]: cases.append(("parse", [a]))
    SPECS = ["", "g", "G", "e", "E", "f", ".2f", ",.2f", "%", ".1%", ".3g", ".0e", ".2e", "012,.2f", ",", "010", "<10", "+", ".2", "z.1f", "*^14.1f", "0=10", "n", " .3f", "15,", ".10", ",d", "d", "s", "<05", "x<", "10.", "é>8", "-^9,"]
    for _ in range(700): cases.append(("format", [number() if R.random() < .5 else R.choice(SPECIAL[:14] + ["1234567.891", "-0.004", "0.125", "99999.995", "NaN", "Infinity"]), R.choice(SPECS)]))
    seen = set()
    for name, args in cases:
        key = (name, tuple(args))
        if key in seen: continue
        seen.add(key)
        line = json.dumps([name, args, outcome(lambda: OPS[name](*args))], ensure_ascii=False, separators=(",", ":"))
        if len(line) < 2000: print(line)
main()
