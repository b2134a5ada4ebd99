"""A defaultdict whose factory is a function of the program."""

from _leaf import stored_item


def default_item(self, key):
    if key in self:
        return stored_item(self, key)
    value = self.default_factory()
    self[key] = value
    return value
