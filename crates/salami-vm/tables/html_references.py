"""Writes the character references of HTML to tables/html_references.txt: name, `!` if it needs no semicolon, code points.

Run it from the crate's folder: `python3.11 tables/html_references.py`. The names are HTML 5's, which do not change any more.
"""

from html.entities import html5

references: dict[str, tuple[str, bool]] = {}
for name, text in html5.items():
    bare = name.rstrip(";")
    known = references.get(bare, (text, False))
    references[bare] = (text, known[1] or not name.endswith(";"))
with open("tables/html_references.txt", "w", encoding="ascii") as file:
    for name in sorted(references):
        text, is_open = references[name]
        points = " ".join(f"{ord(character):x}" for character in text)
        file.write(f"{name} {'! ' if is_open else ''}{points}\n")
