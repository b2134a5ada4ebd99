"""sys: leaving, the exception at hand, and what the interpreter is."""

from typing import NamedTuple


def leave(status):
    raise SystemExit(status)


def leave_well():
    raise SystemExit


def exception():
    """The exception that is handled where this is called: what is raised here has it as context."""
    try:
        raise LookupError
    except LookupError as probe:
        return probe.__context__


def exc_info():
    error = exception()
    if error is None:
        return None, None, None
    return type(error), error, None


class VersionInfo(NamedTuple):
    major: int
    minor: int
    micro: int
    releaselevel: str
    serial: int


def version_info():
    return VersionInfo(3, 11, 0, "final", 0)


class FloatInfo(NamedTuple):
    max: float
    max_exp: int
    max_10_exp: int
    min: float
    min_exp: int
    min_10_exp: int
    dig: int
    mant_dig: int
    epsilon: float
    radix: int
    rounds: int


def float_info():
    return FloatInfo(
        max=1.7976931348623157e308,
        max_exp=1024,
        max_10_exp=308,
        min=2.2250738585072014e-308,
        min_exp=-1021,
        min_10_exp=-307,
        dig=15,
        mant_dig=53,
        epsilon=2.220446049250313e-16,
        radix=2,
        rounds=1,
    )


class Depth:
    """How deep calls may go: kept only to be read again, the host has its own limit."""

    limit = 1000


def getrecursionlimit():
    return Depth.limit


def setrecursionlimit(limit: int):
    if limit < 1:
        raise ValueError("recursion limit must be greater or equal than 1")
    Depth.limit = limit


def intern(string: str):
    return string


def getdefaultencoding():
    return "utf-8"
