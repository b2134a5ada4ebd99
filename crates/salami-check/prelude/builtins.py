"""Exceptions that hold several."""


def counted(message, exceptions):
    count = len(exceptions)
    return f"{message} ({count} sub-exception{'' if count == 1 else 's'})"


class BaseExceptionGroup(BaseException):
    def __init__(self, message, exceptions):
        super().__init__(counted(message, exceptions))
        self.message = message
        self.exceptions = tuple(exceptions)

    def __str__(self):
        return counted(self.message, self.exceptions)

    def __repr__(self):
        return f"{type(self).__name__}({self.message!r}, {list(self.exceptions)!r})"


class ExceptionGroup(Exception):
    def __init__(self, message, exceptions):
        super().__init__(counted(message, exceptions))
        self.message = message
        self.exceptions = tuple(exceptions)
        self._is_tuple = isinstance(exceptions, tuple)

    def derive(self, excs):
        return ExceptionGroup(self.message, excs)

    def split(self, condition):
        """The exceptions of some classes, and the others, as two groups; None for an empty one."""
        inside = []
        outside = []
        for error in self.exceptions:
            if isinstance(error, ExceptionGroup):
                matched, rest = error.split(condition)
                if matched is not None:
                    inside.append(matched)
                if rest is not None:
                    outside.append(rest)
            elif isinstance(error, condition):
                inside.append(error)
            else:
                outside.append(error)
        if not outside:
            return self, None
        if not inside:
            return None, self
        return self.derive(inside), self.derive(outside)

    def subgroup(self, condition):
        matched, _ = self.split(condition)
        return matched

    def __str__(self):
        return counted(self.message, self.exceptions)

    def __repr__(self):
        name = type(self).__name__
        if self._is_tuple:
            return f"{name}({self.message!r}, {self.exceptions!r})"
        return f"{name}({self.message!r}, {list(self.exceptions)!r})"
