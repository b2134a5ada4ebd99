"""Salami's words for CPython, so that a program means the same in both."""
