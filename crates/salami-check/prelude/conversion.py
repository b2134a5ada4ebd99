"""Text, truth and numbers of values whose classes have methods of their own for that."""

import math
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal

from _leaf import escape_non_ascii, field_names, hides_objects, objects_within, shown_before, spoken_object, tell_text, text_with


def bool_of(value):
    if value:
        return True
    return False


def is_instance_of_any(value, kinds):
    for kind in kinds:
        if isinstance(value, kind):
            return True
    return False


def is_subclass_of_any(value, kinds):
    for kind in kinds:
        if issubclass(value, kind):
            return True
    return False


def dict_of(mapping):
    return {key: mapping[key] for key in mapping.keys()}


def str_of(value):
    if type(value) is str:
        return value
    return value.__str__()


def tell_uncaught(error):
    """Tells the texts of an exception and of those that are shown before it, as many as are shown."""
    chain = [error]
    earlier = shown_before(error)
    while earlier is not None and len(chain) < 20 and not is_among(earlier, chain):
        chain.append(earlier)
        earlier = shown_before(earlier)
    for shown in reversed(chain):
        try:
            text = str(shown)
        except Exception:
            text = "<exception str() failed>"
        tell_text(shown, text)


def is_among(value, values):
    for other in values:
        if other is value:
            return True
    return False


def exception_text(error):
    spoken = spoken_object(error)
    if spoken is not None:
        return str(spoken)
    texts = [repr(value) for value in objects_within(error, False)]
    return text_with(error, texts, False)


def exception_repr(error):
    texts = [repr(value) for value in objects_within(error, True)]
    return text_with(error, texts, True)


def text_of_key_error(error):
    if len(error.args) == 1:
        return repr(error.args[0])
    return str(error.args) if error.args else ""


def default_str(value):
    if isinstance(value, str):
        return value
    return repr(value)


def repr_of(value):
    if hasattr(value, "__data__"):
        return value.__repr__()
    if hides_objects(value) and not isinstance(value, BaseException):
        objects = objects_within(value, True)
        if not is_among(value, objects):
            return text_with(value, [repr(item) for item in objects], True)
    if isinstance(value, list):
        return "[" + ", ".join([repr(item) for item in value]) + "]"
    if isinstance(value, tuple):
        return repr_of_tuple(value)
    if isinstance(value, dict):
        return repr_of_dict(value)
    if isinstance(value, set):
        if not value:
            return "set()"
        return "{" + ", ".join([repr(item) for item in value]) + "}"
    if isinstance(value, frozenset):
        if not value:
            return "frozenset()"
        return "frozenset({" + ", ".join([repr(item) for item in value]) + "})"
    if isinstance(value, deque):
        items = "[" + ", ".join([repr(item) for item in value]) + "]"
        if value.maxlen is None:
            return f"deque({items})"
        return f"deque({items}, maxlen={value.maxlen})"
    return value.__repr__()


def repr_of_fields(name, names, texts):
    return name + "(" + ", ".join([field + "=" + text for field, text in zip(names, texts)]) + ")"


def repr_of_tuple(value):
    names = field_names(value)
    if names is not None:
        fields = [name + "=" + repr(item) for name, item in zip(names, value)]
        return type(value).__name__ + "(" + ", ".join(fields) + ")"
    items = [repr(item) for item in value]
    if len(items) == 1:
        return "(" + items[0] + ",)"
    return "(" + ", ".join(items) + ")"


def repr_of_dict(value):
    if isinstance(value, Counter):
        if not value:
            return "Counter()"
        return "Counter({" + ", ".join([repr(key) + ": " + repr(count) for key, count in value.most_common()]) + "})"
    if isinstance(value, OrderedDict):
        if not value:
            return "OrderedDict()"
        pairs = ["(" + repr(key) + ", " + repr(item) + ")" for key, item in value.items()]
        return "OrderedDict([" + ", ".join(pairs) + "])"
    text = "{" + ", ".join([repr(key) + ": " + repr(item) for key, item in value.items()]) + "}"
    if isinstance(value, defaultdict):
        return "defaultdict(" + repr(value.default_factory) + ", " + text + ")"
    return text


def ascii_of(value):
    return escape_non_ascii(repr(value))


def format_of(value, specification):
    return value.__format__(specification)


def default_format(value, specification):
    if specification == "":
        return str(value)
    raise TypeError(f"unsupported format string passed to {type(value).__name__}.__format__")


def hash_of(value):
    return value.__hash__()


def int_of(value):
    if isinstance(value, int) or isinstance(value, float) or isinstance(value, str) or isinstance(value, bytes) or isinstance(value, Decimal):
        return int(value)
    return value.__int__()


def float_of(value):
    if isinstance(value, int) or isinstance(value, float) or isinstance(value, str) or isinstance(value, bytes) or isinstance(value, Decimal):
        return float(value)
    return value.__float__()


def floor_of(value):
    if isinstance(value, int) or isinstance(value, float) or isinstance(value, Decimal):
        return math.floor(value)
    return value.__floor__()


def ceil_of(value):
    if isinstance(value, int) or isinstance(value, float) or isinstance(value, Decimal):
        return math.ceil(value)
    return value.__ceil__()


def trunc_of(value):
    if isinstance(value, int) or isinstance(value, float) or isinstance(value, Decimal):
        return math.trunc(value)
    return value.__trunc__()


def sqrt_of(value):
    return math.sqrt(float(value))


def divmod_of(x, y):
    return x.__divmod__(y)


def divmod_by(x, y):
    return y.__rdivmod__(x)


def abs_of(value):
    if isinstance(value, (int, float, Decimal)):
        return abs(value)
    return value.__abs__()


def round_whole(value):
    if isinstance(value, (int, float, Decimal)):
        return round(value)
    return value.__round__()


def round_of(value, digits):
    if isinstance(value, (int, float, Decimal)):
        return round(value, digits)
    return value.__round__(digits)


def print_values(values, sep, end, file, flush):
    print(*[str(value) for value in values], sep=sep, end=end, file=file)
