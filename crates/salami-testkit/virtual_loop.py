"""An event loop in virtual time: when nothing is ready its clock goes to the next timer at once.

Timers for one instant go off in the order in which they were set, as they do where time passes
between setting one and the next.
"""

import asyncio
import heapq
import selectors
import time


class Timer(asyncio.TimerHandle):
    __slots__ = ("number",)

    def __lt__(self, other):
        return (self._when, self.number) < (other._when, other.number)


class Selector(selectors.SelectSelector):
    """Nothing comes from outside: waiting for it is waiting for the next timer."""

    loop = None

    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError("every task waits for another: nothing will ever happen")
        if timeout > 0:
            self.loop.go_to(self.loop._scheduled[0]._when)
        return []


class Loop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.seconds = 0.0
        self.instant = time.monotonic_ns()
        self.numbered = 0
        selector = Selector()
        super().__init__(selector)
        selector.loop = self
        self._clock_resolution = 1e-9

    def time(self):
        # A program that sleeps without asyncio moves this clock too, if that one is virtual.
        now = time.monotonic_ns()
        if time.sleep is not REAL_SLEEP and now != self.instant:
            self.seconds += (now - self.instant) // 1000 / 1000000
            self.instant = now
        return self.seconds

    def go_to(self, when):
        ahead = when - self.time()
        if ahead > 0:
            if time.sleep is not REAL_SLEEP:
                time.sleep(ahead)
                self.instant = time.monotonic_ns()
            self.seconds = when

    def call_at(self, when, callback, *args, context=None):
        self._check_closed()
        timer = Timer(when, callback, args, self, context)
        self.numbered += 1
        timer.number = self.numbered
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer


class Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self):
        return Loop()


REAL_SLEEP = time.sleep


def install():
    asyncio.set_event_loop_policy(Policy())
