"""What enumerations have: members by value and by name, and how members are shown."""


def by_value(members, value, name):
    for member in members:
        if member.value == value:
            return member
    raise ValueError(f"{value!r} is not a valid {name}")


def by_name(members, name):
    for member in members:
        if member.name == name:
            return member
    raise KeyError(name)


def shown(self):
    return f"{type(self).__name__}.{self.name}"


def represented(self):
    return f"<{type(self).__name__}.{self.name}: {self.value!r}>"
