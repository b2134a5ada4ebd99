"""What enumerations have: members by value and by name, and how members are shown."""


def by_value(members, value, name):
    for member in members:
        if member.value == value:
            return member
    raise ValueError(f"{value!r} is not a valid {name}")


def by_value_or_missing(members, value, name, missing):
    for member in members:
        if member.value == value:
            return member
    found = missing(value)
    if found is None:
        raise ValueError(f"{value!r} is not a valid {name}")
    return found


def by_name(members, name):
    for member in members:
        if member.name == name:
            return member
    raise KeyError(name)


def by_names(members):
    return {member.name: member for member in members}


def shown(self):
    return f"{type(self).__name__}.{self.name}"


def represented(self):
    return f"<{type(self).__name__}.{self.name}: {self.value!r}>"


def shown_value(self):
    return str(self.value)


def format_value(self, spec):
    return format(self.value, spec)


def format_shown(self, spec):
    return format(str(self), spec)


def hashed(self):
    return hash(self.name)


def find_flags(members, known, value, name):
    """The member or combination with these bits, None if it is a new one."""
    if value < 0:
        value = bits_of(members) & value
    for member in known:
        if member.value == value:
            return member
    if value & ~bits_of(members):
        raise ValueError(f"<flag '{name}'> invalid value {value!r}")
    return None


def bits_of(members):
    bits = 0
    for member in members:
        bits |= member.value
    return bits


def name_of_flags(members, value):
    names = [member.name for member in members if member.value & value]
    if not names:
        return None
    return "|".join(names)


def flag_or(self, other):
    return type(self)(self.value | other.value)


def flag_and(self, other):
    return type(self)(self.value & other.value)


def flag_xor(self, other):
    return type(self)(self.value ^ other.value)


def flag_invert(self):
    return type(self)(~self.value)


def flag_contains(self, other):
    return self.value & other.value == other.value


def flag_bool(self):
    return self.value != 0


def flag_iter(self):
    for member in type(self):
        if member.value & self.value:
            yield member


def flag_len(self):
    return self.value.bit_count()


def flag_shown(self):
    if self.name is None:
        return f"{type(self).__name__}({self.value})"
    return f"{type(self).__name__}.{self.name}"


def flag_represented(self):
    if self.name is None:
        return f"<{type(self).__name__}: {self.value}>"
    return f"<{type(self).__name__}.{self.name}: {self.value}>"
