"""dataclasses: what `fields` tells of a field."""


class Field:
    def __init__(self, name, init, repr, compare, kw_only):
        self.name = name
        self.init = init
        self.repr = repr
        self.compare = compare
        self.kw_only = kw_only


def made_field(name, init, repr, compare, kw_only):
    return Field(name, init, repr, compare, kw_only)
