from __future__ import annotations
import asyncio
import base64
import bisect
import copy
import datetime
import fractions
import functools
import hashlib
import heapq
import itertools
import json
import math
import re
import statistics
import string
import textwrap
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal, ROUND_HALF_UP
from enum import Enum, IntEnum
from typing import NamedTuple
class Failure(Exception):
    pass
class Precise(Failure):
    def __init__(self, message, code=0):
        super().__init__(message, code)
        self.code = code
    def __str__(self):
        return f'{self.args[0]} ({self.code})'
class Guard:
    def __init__(self, name, quiet=False):
        self.name = name
        self.quiet = quiet
    def __enter__(self):
        print('enter', self.name)
        return self
    def __exit__(self, kind, error, trace):
        print('exit', self.name, repr(error))
        return self.quiet
def traced(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        print('call', function.__name__, len(args), sorted(kwargs))
        return function(*args, **kwargs)
    return wrapper
def repeated(times):
    def decorate(function):
        def wrapper(*args, **kwargs):
            for _ in range(times - 1):
                function(*args, **kwargs)
            return function(*args, **kwargs)
        return wrapper
    return decorate
