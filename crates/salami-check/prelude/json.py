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
    return hooked(json.loads(s, parse_float=parse_float, parse_int=parse_int), object_hook)


def hooked(value, hook):
    """The data with what the hook makes of each object, the inner ones first."""
    if isinstance(value, dict):
        return hook({key: hooked(item, hook) for key, item in value.items()})
    if isinstance(value, list):
        return [hooked(item, hook) for item in value]
    return value
