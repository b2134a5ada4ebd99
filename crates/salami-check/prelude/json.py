"""JSON of values that a function of the program converts."""

import json

from _leaf import json_dumps_with, json_strangers


def dumps_by(obj, skipkeys, ensure_ascii, check_circular, allow_nan, cls, indent, separators, default, sort_keys):
    answers = []
    answer_strangers(obj, skipkeys, default, sort_keys, answers)
    return json_dumps_with(obj, answers, skipkeys, ensure_ascii, allow_nan, indent, separators, sort_keys)


def answer_strangers(value, skipkeys, default, sort_keys, answers):
    """Appends what stands for each value that JSON has not, in the order in which they are written."""
    if not json_strangers(value, skipkeys, sort_keys):
        return
    for stranger in strangers(value, sort_keys):
        answer = default(stranger)
        if answer is stranger:
            raise ValueError("Circular reference detected")
        answers.append(answer)
        answer_strangers(answer, skipkeys, default, sort_keys, answers)


def strangers(value, sort_keys):
    """The same as the leaf gives, walked here so that the checker knows what they can be."""
    if value is None or isinstance(value, (str, int, float)):
        return
    if isinstance(value, dict):
        for key in sorted(value) if sort_keys else value:
            yield from strangers(value[key], sort_keys)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strangers(item, sort_keys)
    else:
        yield value


def dump(obj, fp, skipkeys, ensure_ascii, check_circular, allow_nan, cls, indent, separators, default, sort_keys):
    text = json.dumps(
        obj,
        skipkeys=skipkeys,
        ensure_ascii=ensure_ascii,
        check_circular=check_circular,
        allow_nan=allow_nan,
        indent=indent,
        separators=separators,
        default=default,
        sort_keys=sort_keys,
    )
    fp.write(text)


def loads_hooked(s, cls, object_hook, parse_float, parse_int, parse_constant, object_pairs_hook):
    if parse_float is None and parse_int is None:
        return hooked(json.loads(s), object_hook)
    return loads_paired(
        s, cls, None, parse_float, parse_int, parse_constant, lambda pairs: object_hook(dict(pairs))
    )


def hooked(value, hook):
    """The data with what the hook makes of each object, the inner ones first."""
    if isinstance(value, dict):
        return hook({key: hooked(item, hook) for key, item in value.items()})
    if isinstance(value, list):
        return [hooked(item, hook) for item in value]
    return value


def dumps_by_class(obj, skipkeys, ensure_ascii, check_circular, allow_nan, cls, indent, separators, default, sort_keys):
    encoder = cls(
        skipkeys=skipkeys,
        ensure_ascii=ensure_ascii,
        check_circular=check_circular,
        allow_nan=allow_nan,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )
    return encoder.encode(obj)


class JSONEncoder:
    def __init__(
        self,
        *,
        skipkeys=False,
        ensure_ascii=True,
        check_circular=True,
        allow_nan=True,
        sort_keys=False,
        indent=None,
        separators=None,
    ):
        self.skipkeys = skipkeys
        self.ensure_ascii = ensure_ascii
        self.check_circular = check_circular
        self.allow_nan = allow_nan
        self.sort_keys = sort_keys
        self.indent = indent
        self._separators = separators

    def default(self, o):
        raise TypeError(f"Object of type {type(o).__name__} is not JSON serializable")

    def encode(self, o):
        return dumps_by(
            o,
            self.skipkeys,
            self.ensure_ascii,
            self.check_circular,
            self.allow_nan,
            None,
            self.indent,
            self._separators,
            self.default,
            self.sort_keys,
        )


def loads_paired(s, cls, object_hook, parse_float, parse_int, parse_constant, object_pairs_hook):
    # What is not JSON is an error here; then the text is read again, for keys that come twice are pairs too.
    json.loads(s)
    text = s.decode() if isinstance(s, bytes) else s
    value, _ = paired(text, past_space(text, 0), parse_float, parse_int, object_pairs_hook)
    return value


def past_space(text, at):
    while at < len(text) and text[at] in " \t\n\r":
        at += 1
    return at


def past_text(text, at):
    """Where a text ends that begins here."""
    at += 1
    while text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    return at + 1


def paired(text, at, parse_float, parse_int, hook):
    """A value of a text that is JSON, and where it ends."""
    if text[at] == "{":
        pairs = []
        at = past_space(text, at + 1)
        while text[at] != "}":
            end = past_text(text, at)
            key = str(json.loads(text[at:end]))
            at = past_space(text, past_space(text, end) + 1)
            value, at = paired(text, at, parse_float, parse_int, hook)
            pairs.append((key, value))
            at = past_space(text, at)
            if text[at] == ",":
                at = past_space(text, at + 1)
        return hook(pairs), at + 1
    if text[at] == "[":
        items = []
        at = past_space(text, at + 1)
        while text[at] != "]":
            value, at = paired(text, at, parse_float, parse_int, hook)
            items.append(value)
            at = past_space(text, at)
            if text[at] == ",":
                at = past_space(text, at + 1)
        return items, at + 1
    if text[at] == '"':
        end = past_text(text, at)
        return json.loads(text[at:end]), end
    end = at
    while end < len(text) and text[end] not in ",]} \t\n\r":
        end += 1
    token = text[at:end]
    if token[0] in "-0123456789":
        is_float = "." in token or "e" in token or "E" in token
        if is_float and parse_float is not None:
            return parse_float(token), end
        if not is_float and parse_int is not None:
            return parse_int(token), end
    return json.loads(token), end
