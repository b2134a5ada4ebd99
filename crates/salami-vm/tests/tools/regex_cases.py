"""Writes data/regex.jsonl: patterns, texts and what CPython 3.11's `re` makes of them.

One line a case: [pattern, flags, texts, error] or [pattern, flags, texts, null, flags after, groups, names, results];
a result is [spans of finditer with groups and lastindex, end of match, end of fullmatch, sub].
"""
import json, random, re, sys, warnings
warnings.simplefilter("ignore")
R = random.Random(20240511)

HAND = [r"a", r"", r"a*", r"(a)(b)?", r"(?:(a)|b)*", r"(a|ab)(c|bcd)(d*)", r"(?P<x>a)(?P=x)", r"(a)\1", r"(?<=a)b", r"(?<!a)b",
  r"a++b", r"(?>a+)ab", r"(?>a|ab)c", r"(a+)+$", r"(a|a)*b", r"(.*)*x", r"^a.c$", r"\Aab\Z", r"\bfoo\b", r"\Boo", r"[a-z]+", r"[^a-z]",
  r"[]a]", r"[^]a]", r"[a\-z]", r"[\d\-x]", r"[\w.]+@[\w.]+", r"(?i)straße", r"(?i:A)b", r"(?-i:A)b", r"(?s).", r"(?x) a b # c", r"(?m)^a$",
  r"(a)?(?(1)b|c)", r"(?P<n>a)?(?(n)b)", r"x{2,3}", r"x{2,3}?", r"x{2,3}+", r"x{,3}", r"x{2}", r"x{0}y", r"x{a}", r"x{", r"x{}", r"x{1,2",
  r"(a|)*", r"(|a)*", r"(a*)*", r"(a*)+", r"(a*?)*?", r"(?:a|b)*?c", r"(a?){3}", r"(a?){2,3}?b", r"((a)|b)+", r"(?:(a)|(b)|c)*", r"(?=(a+))a*b\1",
  r"(?!ab)a.", r"(?=a)*", r"(?:)*", r"()*", r"(?:a{2,3}){2}", r"(?:ab){2,}", r"(?:ab|a){1,2}?b", r"\d+(?:\.\d+)?", r"(\w+)\s(\1)", r"[\u0400-\u04ff]+",
  r"(?i)[k]", r"(?i)k", r"(?ia)k", r"(?i)[ſ]", r"(?i)ß", r"(?i)[à-ý]+", r"(?i)σ", r"(?i)[α-ω]+", r"(?i)İ", r"(?i)[^x]", r"(?i)\U00010400", r"(?i)[\U00010400-\U00010427]+",
  r"(?a)\w+", r"(?u)\w+", r"\x41\u0042\U00000043\103\07\0", r"\N{LATIN SMALL LETTER A}", r"[\x41-\x43]+", r"[\101]", r"\t\n\r\f\v\a\\", r"a|b|", r"|a", r"(a|b|)c",
  r"(?#comment)a", r"a(?#c)b", r"(?P<a>x)(?P<b>y)?", r"(?<=ab|cd)e", r"(?<=(a))b", r"(?<=^a)b", r"(?<!^)a", r"(?<=\b)a", r"(?:a++b|a)c", r"(?:ab)++c", r"(?:a|ab)*+c", r"(?:a?)++b",
  r"(?i)(a)\1", r"(a)|b\1", r"^*", r"a**", r"a+*", r"a?+?", r"*a", r"a{1,2}{3}", r"(", r")", r"(a", r"a)", r"[", r"[a", r"[^", r"[]", r"[a-", r"[z-a]", r"[\d-x]", r"[a-\d]", "\\", r"a\\", r"\q", r"\8", r"\1", r"(\1)", r"(?P<x>(?P=x))",
  r"(?P<1>a)", r"(?P<>a)", r"(?P<a", r"(?P<a>x)(?P<a>y)", r"(?P=a)", r"(?P=", r"(?Px)", r"(?P", r"(?", r"(?z)", r"(?<a>)", r"(?<", r"(?i", r"(?i-", r"(?i-)", r"(?iz)", r"(?i-i:a)", r"(?-u:a)", r"(?au)", r"(?L)a", r"a(?i)b", r"(?i)(?s)a", r"|(?i)a", r"(?t:a)", r"(?-:a)", r"(?-z:a)", r"(?:a)(?i:b)",
  r"(?(1)a|b)", r"(?(0)a)", r"(?(a)b)", r"(?(-1)b)", r"(?(1)a|b|c)", r"(a)(?(1)b|c|d)", r"(?(1", r"(?()a)", r"(?(99)a)", r"(?( 1)a)(b)", r"(?<=a+)b", r"(?<=a|bc)d", r"(?<=(a)\1)b", r"(a)(?<=\1)b", r"(?<=(?P<q>a)(?P=q))", r"\x4", r"\xg", r"\u12", r"\U0011ffff", r"\U123", r"\N", r"\N{", r"\N{}", r"\N{NO SUCH}", r"\400", r"[\400]", r"[\8]", r"[\q]", r"[\b]", r"[\Z]", r"a{3,2}", r"a{99999999999}", r"a{4294967295}", r"a{4294967294}b", r"(?#", r"(?#a", "a\nb(", "a\n[b", r"\g", r"(?P>a)", r"\c", r"(?=a", r"(?!a", r"(?>a", r"[a&&b]", r"[[a]", r"a{,}", r"a{,}b", r"(?x)[ a]", "(?x)a b\n#c\nd", r"(?x) (?i) a", r"\_", r"\-", r"\ ", r"(?s-i:.)", r"(?im-sx:^a)",
  r"\d{3}-\d{4}", r"(\d+)/(\d+)/(\d+)", r"^(?P<key>\w+)\s*=\s*(?P<value>.*)$", r"<(\w+)[^>]*>(.*?)</\1>", r'"([^"\\]|\\.)*"', r"\s+|,\s*", r"(?<=\d)(?=(?:\d{3})+$)", r"[,;:]", r"(?:https?://)?[\w./-]+", r"\$?\d{1,3}(?:,\d{3})*(?:\.\d\d)?"]
TEXTS = ["", "a", "b", "ab", "aab", "aaab", "abc", "abcd", "aaaaaaaa", "abab ababab", "aXbxAxB", "foo bar foo", "x", "xx", "xxxx", "xxxxxxx", "a\nb\na", "a\n", "c", "bc", "ac", "abe cde", "1234567", "12/31/2020", "k = v", "<b>x</b>", '"a\\"b" c', "a1 b22,c333; d",
  "straße STRASSE STRAßE", "K k K ſ S s ß ẞ", "Σσς", "İ i ı I", "àÀéÉ", "αβΓ", "привет МИР", "\U00010400\U00010428x", "日本語 テスト", "a\tb\r\nc", "ABC", "\u00e9e\u0301", "$1,234.56 and 12.5", "user@example.com, x.y@z.org", "٣4५"]

ATOMS = ["a", "b", "c", ".", "[ab]", "[^a]", r"\w", r"\d", r"\b", "^", "$", r"\s", "x", "é", r"\W", "(?:)", r"\B"]
QUANT = ["", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{2,}", "*+", "?+", "{1,2}+"]

def gen(depth, groups):
    kind = R.random()
    if depth <= 0 or kind < 0.35:
        return R.choice(ATOMS) 
    if kind < 0.55:
        return "".join(gen(depth - 1, groups) + quant() for _ in range(R.randint(1, 3)))
    if kind < 0.65:
        return "(?:" + "|".join(gen(depth - 1, groups) for _ in range(R.randint(2, 3))) + ")"
    if kind < 0.82:
        groups[0] += 1
        return "(" + gen(depth - 1, groups) + ("|" + gen(depth - 1, groups) if R.random() < .4 else "") + ")"
    if kind < 0.87:
        return R.choice(["(?=", "(?!", "(?>"]) + gen(depth - 1, groups) + ")"
    if kind < 0.9:
        return R.choice(["(?<=", "(?<!"]) + R.choice(["a", "b", "ab", r"\w", "a|b", "^", "[ab]."]) + ")"
    if kind < 0.93 and groups[0]:
        return "\\" + str(R.randint(1, groups[0]))
    if kind < 0.95 and groups[0]:
        return f"(?({R.randint(1, groups[0])}){gen(depth-1, groups)}|{gen(depth-1, groups)})"
    return "(?i:" + gen(depth - 1, groups) + ")"

def quant():
    return R.choice(QUANT)

def mutate(pattern):
    alphabet = "()[]{}?*+|\\^$-P<>=!:#ax1,di"
    chars = list(pattern)
    for _ in range(R.randint(1, 2)):
        at = R.randint(0, len(chars))
        roll = R.random()
        if roll < .4: chars.insert(at, R.choice(alphabet))
        elif chars: del chars[min(at, len(chars) - 1)]
    return "".join(chars)

def spans(m):
    return [[list(m.span(i)) for i in range(m.re.groups + 1)], m.lastindex]

def case(pattern, flags, texts):
    try:
        p = re.compile(pattern, flags)
    except RecursionError:
        return None
    except (re.error, ValueError, OverflowError, IndexError) as e:
        return [pattern, flags, [], f"{type(e).__name__}: {e}"]
    results = []
    for text in texts:
        m, f = p.match(text), p.fullmatch(text)
        results.append([[spans(x) for x in p.finditer(text)], m and m.end(), f and f.end(), p.sub(r"<\g<0>>", text)])
    return [pattern, flags, texts, None, p.flags, p.groups, p.groupindex and dict(p.groupindex), results]

# Here CPython 3.11 leaves a group's start where a failed iteration put it: `[^a]` "matches" nothing.
CPYTHON_BUGS = {r"(?:(x){0,2}?é?+([^a]){1,2}|\b|(?<!a))*+"}

def main():
    out = []
    for pattern in HAND:
        out.append(case(pattern, 0, R.sample(TEXTS, 14)))
        for flags in (re.I, re.M | re.S, re.X, re.A):
            out.append(case(pattern, flags, R.sample(TEXTS, 4)))
    for _ in range(2200):
        groups = [0]
        pattern = gen(4, groups)
        short = ["".join(R.choice("aabbcx1 \né") for _ in range(R.randint(0, 8))) for _ in range(3)]
        out.append(case(pattern, R.choice([0, 0, 0, re.I, re.M, re.S]), short))
    for _ in range(1500):
        out.append(case(mutate(R.choice(HAND)), 0, R.sample(TEXTS, 1)))
    seen = set()
    for line in out:
        if line is None or line[0] in CPYTHON_BUGS: continue
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        if text not in seen and len(text) < 20000:
            seen.add(text)
            print(text)
main()
