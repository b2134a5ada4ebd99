"""Lines of text: indented where a function says so, wrapped at a width."""


def indent_by(text, prefix, predicate):
    lines = []
    for line in text.splitlines(True):
        if predicate(line):
            lines.append(prefix + line)
        else:
            lines.append(line)
    return "".join(lines)


def is_letter(text):
    return (text.isalnum() or text == "_") and not text.isdecimal()


def is_word(text):
    return text.isalnum() or text == "_"


def breaks_after_hyphen(text, at):
    """Whether a line may end after the hyphen at this index: two letters before it, two after it."""
    before = at >= 2 and is_letter(text[at - 1]) and is_letter(text[at - 2])
    joined = at >= 3 and is_letter(text[at - 1]) and text[at - 2] == "-" and is_letter(text[at - 3])
    if not (before or joined) or at + 2 >= len(text) or not is_letter(text[at + 1]):
        return False
    if is_letter(text[at + 2]):
        return True
    return text[at + 2] == "-" and at + 3 < len(text) and is_letter(text[at + 3])


def pieces_of(word, break_on_hyphens):
    """A word's pieces between which a line may end."""
    if not break_on_hyphens:
        return [word]
    pieces = []
    start = 0
    at = 0
    while at < len(word):
        if word[at] != "-":
            at += 1
            continue
        end = at
        while end < len(word) and word[end] == "-":
            end += 1
        is_dash = end - at >= 2 and at > 0 and end < len(word) and is_word(word[end])
        if is_dash and (is_word(word[at - 1]) or word[at - 1] in "!\"'&.,?"):
            if at > start:
                pieces.append(word[start:at])
            pieces.append(word[at:end])
            start = end
        elif end - at == 1 and breaks_after_hyphen(word, at):
            pieces.append(word[start:end])
            start = end
        at = end
    if start < len(word):
        pieces.append(word[start:])
    return pieces


def chunks_of(text, break_on_hyphens):
    """Words, their pieces and the white space between."""
    chunks = []
    at = 0
    while at < len(text):
        end = at
        is_space = text[at] in " \t\n\r\x0b\x0c"
        while end < len(text) and (text[end] in " \t\n\r\x0b\x0c") == is_space:
            end += 1
        if is_space:
            chunks.append(text[at:end])
        else:
            chunks.extend(pieces_of(text[at:end], break_on_hyphens))
        at = end
    return chunks


def wrap(
    text, width, initial_indent, subsequent_indent, expand_tabs, replace_whitespace, fix_sentence_endings,
    break_long_words, drop_whitespace, break_on_hyphens, tabsize, max_lines, placeholder,
):
    if expand_tabs:
        text = text.expandtabs(tabsize)
    if replace_whitespace:
        for space in "\t\n\x0b\x0c\r":
            text = text.replace(space, " ")
    chunks = chunks_of(text, break_on_hyphens)
    if fix_sentence_endings:
        for index in range(len(chunks) - 1):
            chunk = chunks[index].rstrip("\"'")
            if chunks[index + 1] == " " and len(chunk) > 1 and chunk[-1] in ".!?" and "a" <= chunk[-2] <= "z":
                chunks[index + 1] = "  "
    if width <= 0:
        raise ValueError(f"invalid width {width!r} (must be > 0)")
    if max_lines is not None:
        indent = subsequent_indent if max_lines > 1 else initial_indent
        if len(indent) + len(placeholder.lstrip()) > width:
            raise ValueError("placeholder too large for max width")
    chunks.reverse()
    lines = []
    while chunks:
        indent = subsequent_indent if lines else initial_indent
        room = width - len(indent)
        line = []
        length = 0
        if drop_whitespace and lines and chunks[-1].strip() == "":
            chunks.pop()
        while chunks and length + len(chunks[-1]) <= room:
            length += len(chunks[-1])
            line.append(chunks.pop())
        if chunks and len(chunks[-1]) > room:
            take = 1 if room < 1 else room - length
            if break_long_words:
                chunk = chunks[-1]
                end = take
                if break_on_hyphens and len(chunk) > take:
                    hyphen = chunk.rfind("-", 0, take)
                    if hyphen > 0 and chunk[:hyphen].replace("-", "") != "":
                        end = hyphen + 1
                line.append(chunk[:end])
                chunks[-1] = chunk[end:]
            elif not line:
                line.append(chunks.pop())
            length = sum(len(piece) for piece in line)
        if drop_whitespace and line and line[-1].strip() == "":
            length -= len(line[-1])
            line.pop()
        if not line:
            continue
        is_last = not chunks or drop_whitespace and len(chunks) == 1 and chunks[0].strip() == ""
        if max_lines is None or len(lines) + 1 < max_lines or is_last and length <= room:
            lines.append(indent + "".join(line))
            continue
        while line:
            if line[-1].strip() != "" and length + len(placeholder) <= room:
                line.append(placeholder)
                lines.append(indent + "".join(line))
                break
            length -= len(line[-1])
            line.pop()
        else:
            if lines:
                previous = lines[-1].rstrip()
                if len(previous) + len(placeholder) <= width:
                    lines[-1] = previous + placeholder
                    return lines
            lines.append(indent + placeholder.lstrip())
        return lines
    return lines


def fill(
    text, width, initial_indent, subsequent_indent, expand_tabs, replace_whitespace, fix_sentence_endings,
    break_long_words, drop_whitespace, break_on_hyphens, tabsize, max_lines, placeholder,
):
    return "\n".join(wrap(
        text, width, initial_indent, subsequent_indent, expand_tabs, replace_whitespace, fix_sentence_endings,
        break_long_words, drop_whitespace, break_on_hyphens, tabsize, max_lines, placeholder,
    ))


def shorten(
    text, width, initial_indent, subsequent_indent, expand_tabs, replace_whitespace, fix_sentence_endings,
    break_long_words, drop_whitespace, break_on_hyphens, tabsize, placeholder,
):
    return "\n".join(wrap(
        " ".join(text.split()), width, initial_indent, subsequent_indent, expand_tabs, replace_whitespace,
        fix_sentence_endings, break_long_words, drop_whitespace, break_on_hyphens, tabsize, 1, placeholder,
    ))


class TextWrapper:
    def __init__(
        self,
        width: int = 70,
        initial_indent: str = "",
        subsequent_indent: str = "",
        expand_tabs: bool = True,
        replace_whitespace: bool = True,
        fix_sentence_endings: bool = False,
        break_long_words: bool = True,
        drop_whitespace: bool = True,
        break_on_hyphens: bool = True,
        tabsize: int = 8,
        *,
        max_lines: int | None = None,
        placeholder: str = " [...]",
    ):
        self.width = width
        self.initial_indent = initial_indent
        self.subsequent_indent = subsequent_indent
        self.expand_tabs = expand_tabs
        self.replace_whitespace = replace_whitespace
        self.fix_sentence_endings = fix_sentence_endings
        self.break_long_words = break_long_words
        self.drop_whitespace = drop_whitespace
        self.break_on_hyphens = break_on_hyphens
        self.tabsize = tabsize
        self.max_lines = max_lines
        self.placeholder = placeholder

    def wrap(self, text: str):
        return wrap(
            text, self.width, self.initial_indent, self.subsequent_indent, self.expand_tabs, self.replace_whitespace,
            self.fix_sentence_endings, self.break_long_words, self.drop_whitespace, self.break_on_hyphens,
            self.tabsize, self.max_lines, self.placeholder,
        )

    def fill(self, text: str):
        return "\n".join(self.wrap(text))
