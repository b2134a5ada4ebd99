"""The recorded clock and seed: what time and randomness are in a run that can be repeated.

Time stands still but where the program waits: `time.sleep` and `asyncio` move it on, at once.
"""

from __future__ import annotations

import asyncio
import datetime
import gc
import math
import os
import random
import selectors
import time

from . import threads

# 2026-01-15 12:00:00 UTC, as for a machine that is given no time.
START = 1_768_478_400_000_000
SEED = 0

_sleep, _localtime, _gmtime, _strftime = time.sleep, time.localtime, time.gmtime, time.strftime
_ctime, _asctime = time.ctime, time.asctime
_select = selectors.DefaultSelector.select
_now = START


class RecordedClock:
    """The clock of the run: it goes where it is told to."""

    def now(self) -> int:
        return _now

    def reach(self, instant: int) -> None:
        global _now
        _now = max(_now, instant)


def record(start: int = START, seed: int = SEED) -> None:
    """Puts the recorded clock, which shows `start` (microseconds since 1970), and seed in place."""
    global _now
    _now = start
    threads.clock = RecordedClock()

    def seconds() -> float:
        return _now / 1e6

    def since_start() -> float:
        return (_now - start) / 1e6

    def sleep(length):
        number = isinstance(length, (int, float)) and 0 <= length <= 9_223_372_036.854775
        if not number:
            _sleep(length)  # which says what is wrong with it
        threads.wait_until(_now + math.ceil(length * 1e6))

    def select(self, timeout=None):
        if timeout is not None and timeout > 0:
            # A loop that waits for its next timer: that time comes now.
            threads.wait_until(_now + max(1, round(timeout * 1e6)))
            timeout = 0
        return _select(self, timeout)

    time.time = seconds
    time.time_ns = lambda: _now * 1000
    time.monotonic = time.perf_counter = time.process_time = since_start
    time.monotonic_ns = time.perf_counter_ns = lambda: (_now - start) * 1000
    time.sleep = sleep
    time.localtime = lambda at=None: _localtime(seconds() if at is None else at)
    time.gmtime = lambda at=None: _gmtime(seconds() if at is None else at)
    time.strftime = lambda form, at=None: _strftime(form, time.localtime() if at is None else at)
    time.ctime = lambda at=None: _ctime(seconds() if at is None else at)
    time.asctime = lambda at=None: _asctime(time.localtime() if at is None else at)
    selectors.DefaultSelector.select = select
    _record_datetime()

    random.seed(seed)
    os.urandom = random._urandom = random.Random(f"salami-{seed}").randbytes


def _record_datetime() -> None:
    """The class is immutable, its dictionary is not."""
    epoch = datetime.datetime(1970, 1, 1)

    def utcnow(cls):
        return epoch + datetime.timedelta(microseconds=_now)

    def now(cls, tz=None):
        if tz is None:
            return utcnow(cls)
        return utcnow(cls).replace(tzinfo=datetime.timezone.utc).astimezone(tz)

    members = gc.get_referents(datetime.datetime.__dict__)[0]
    members["utcnow"] = classmethod(utcnow)
    members["now"] = classmethod(now)
    import ctypes

    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))


asyncio  # its loops take the time and the selector from the modules above
