"""types.SimpleNamespace: the checker gives each place that makes one a class with fields for its keywords."""

from typing import Generic, TypeVar

T = TypeVar("T")


class namespace(Generic[T]):
    pass
