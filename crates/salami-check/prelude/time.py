"""Waiting."""

from _leaf import instant_after, wait_until


def sleep(seconds):
    wait_until(instant_after(seconds))
