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

    def __str__(self):
        return counted(self.message, self.exceptions)

    def __repr__(self):
        return f"{type(self).__name__}({self.message!r}, {list(self.exceptions)!r})"
