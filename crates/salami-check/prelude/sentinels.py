"""`object()`: a value that is only itself. The checker gives each place that makes one a class of its own."""

from typing import Generic, TypeVar

T = TypeVar("T")


class object(Generic[T]):
    def __repr__(self):
        return "<object object at 0x000000000000>"
