"""Green threads for CPython: one runs at a time, until it waits.

A *turn* runs every thread that can run, those of a higher priority first and of these the oldest, each
until it waits. Only then are its calls of tools made, in that order; where there are none the clock goes to
the next timer. Each thread is a thread of the operating system that has the baton or waits for it.
Arguments and results are copied, as each thread has its own memory.
"""

from __future__ import annotations

import copy
import threading
import time

_sleep = time.sleep


class Cancelled(BaseException):
    """A thread was cancelled: raised where it waits, and by who asks for its result."""


class RealClock:
    """The clock of the machine, in microseconds."""

    def now(self) -> int:
        return time.monotonic_ns() // 1000

    def reach(self, instant: int) -> None:
        """Waits until then."""
        left = instant - self.now()
        if left > 0:
            _sleep(left / 1e6)


clock = RealClock()

READY, WAITING, RETURNED, RAISED, CANCELLED = range(5)


class Thread:
    def __init__(self, number: int, work):
        self.number, self.work = number, work
        self.priority = 0
        self.state = READY
        self.has_begun = self.is_received = False
        self.baton = threading.Semaphore(0)
        self.result = self.error = None
        # What it waits for, while it does: a call to make, an instant, threads.
        self.call = self.instant = self.tasks = None
        # What its wait gives or raises.
        self.answer = self.problem = None
        self.is_interrupted = self.timed_out = False
        # Of the threads that it waits for it waits for all, or for one that does not return.
        self.waits_for_all = False
        # When what it waits for raises TimeoutError.
        self.deadline = None

    def has_ended(self) -> bool:
        return self.state >= RETURNED

    def place(self) -> tuple[int, int]:
        return (-self.priority, self.number)


class Threads:
    """All threads of a program. The one with the baton calls everything here."""

    def __init__(self):
        self.current = Thread(0, None)
        self.current.has_begun = True
        self.all = [self.current]
        self.untold = []

    def start(self, work) -> Thread:
        thread = Thread(len(self.all), work)
        self.all.append(thread)
        return thread

    def life(self, thread: Thread) -> None:
        thread.baton.acquire()
        try:
            self.end(thread, RETURNED, thread.work(), None)
        except Cancelled:
            self.end(thread, CANCELLED, None, None)
        except BaseException as error:  # Whoever joins it gets it.
            self.end(thread, RAISED, None, error)
        self.pass_on(thread)

    def end(self, thread: Thread, state: int, result, error) -> None:
        thread.state, thread.result, thread.error = state, result, error
        for other in self.all:
            if other.state == WAITING and other.tasks is not None and thread in other.tasks:
                if not other.waits_for_all or state != RETURNED:
                    self.wake(other, other.tasks.index(thread))
                elif all(task.has_ended() for task in other.tasks):
                    self.wake(other, -1)

    def wake(self, thread: Thread, answer=None, problem=None) -> None:
        if thread in self.untold:
            self.untold.remove(thread)
        thread.call = thread.instant = thread.tasks = None
        thread.answer, thread.problem = answer, problem
        thread.timed_out = False
        thread.state = READY

    def pass_on(self, thread: Thread) -> None:
        """Gives the baton to the next thread; when this one has it again, returns."""
        following = self.following()
        if following is thread:
            return
        self.current = following
        if following.has_begun:
            following.baton.release()
        else:
            following.has_begun = True
            following.baton.release()
            threading.Thread(target=self.life, args=(following,), daemon=True).start()
        if not thread.has_ended() or thread.number == 0:
            thread.baton.acquire()

    def following(self) -> Thread:
        while True:
            ready = [thread for thread in self.all if thread.state == READY]
            if ready:
                return min(ready, key=Thread.place)
            if self.untold:
                # The turn is over: its calls are made, and their answers begin the next one.
                for thread in sorted(self.untold, key=Thread.place):
                    try:
                        answer, problem = thread.call(), None
                    except Exception as error:
                        answer, problem = None, error
                    self.wake(thread, answer, problem)
                continue
            timers = [thread.instant for thread in self.all if thread.instant is not None]
            if timers:
                clock.reach(min(timers))
                for thread in self.all:
                    if thread.instant is not None and thread.instant <= clock.now():
                        self.wake(thread, -1)
                        thread.timed_out = True
                continue
            waiting = [thread for thread in self.all if not thread.has_ended()]
            if not waiting:
                return self.all[0]
            message = "no thread can go on: each waits for another"
            self.wake(waiting[0], problem=RuntimeError(message))

    def wait(self, *, call=None, instant=None, tasks=None, waits_for_all=False):
        thread = self.current
        thread.waits_for_all = waits_for_all
        deadline = thread.deadline
        if deadline is not None and (instant is None or deadline < instant):
            if deadline <= clock.now():
                raise TimeoutError
            instant, is_cut = deadline, True
        else:
            is_cut = False
        if not thread.is_interrupted:
            thread.call, thread.instant, thread.tasks = call, instant, tasks
            thread.state = WAITING
            if call is not None:
                self.untold.append(thread)
            self.pass_on(thread)
        if thread.is_interrupted:
            thread.is_interrupted = False
            raise Cancelled
        if is_cut and thread.timed_out:
            raise TimeoutError
        if thread.problem is not None:
            raise thread.problem
        return thread.answer

    def first_ended(self, tasks: list[Thread], instant: int | None) -> int:
        for position, task in enumerate(tasks):
            if task.has_ended():
                return position
        if instant is not None and instant <= clock.now():
            return -1
        return self.wait(instant=instant, tasks=tasks)

    def first_failed(self, tasks: list[Thread]) -> int:
        """Waits until all have returned, -1, or one has ended in another way: its position."""
        for position, task in enumerate(tasks):
            if task.has_ended() and task.state != RETURNED:
                return position
        if all(task.has_ended() for task in tasks):
            return -1
        return self.wait(tasks=tasks, waits_for_all=True)

    def cancel(self, thread: Thread) -> bool:
        if thread.has_ended():
            return False
        if not thread.has_begun:
            self.end(thread, CANCELLED, None, None)
            return True
        thread.is_interrupted = True
        if thread.state == WAITING:
            self.wake(thread)
        return True

    def result_of(self, thread: Thread):
        if thread.state == CANCELLED:
            raise Cancelled
        thread.is_received = True
        if thread.state == RAISED:
            raise copied_error(thread.error)
        return copy.deepcopy(thread.result)


threads = None


def the_threads() -> Threads:
    """Those of this program, the first one's with the first `spawn`."""
    global threads
    if threads is None:
        threads = Threads()
        if isinstance(clock, RealClock):
            time.sleep = sleep
    return threads


def copied_error(error: BaseException) -> BaseException:
    """A copy of an exception, without calling its class."""
    copies = type(error).__new__(type(error), *copy.deepcopy(error.args))
    copies.args = copy.deepcopy(error.args)
    copies.__dict__.update(copy.deepcopy(error.__dict__))
    copies.__cause__, copies.__context__ = error.__cause__, error.__context__
    copies.__suppress_context__ = error.__suppress_context__
    return copies.with_traceback(error.__traceback__)


def sleep(seconds) -> None:
    """`time.sleep` for the thread that calls it."""
    if isinstance(seconds, (int, float)) and seconds >= 0:
        wait_until(clock.now() + int(seconds * 1e6))
    else:
        _sleep(seconds)


def wait_until(instant: int) -> None:
    """Lets the thread wait for an instant, the others run."""
    if threads is None:
        clock.reach(instant)
        return
    if instant <= clock.now() and not threads.current.is_interrupted:
        return
    threads.wait(instant=instant)


class timeout:
    """What is waited for in its block raises `TimeoutError` when so many seconds have passed."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self.outer = None

    def __enter__(self) -> None:
        thread = the_threads().current
        self.outer = thread.deadline
        instant = clock.now() + int(max(self.seconds, 0) * 1e6)
        thread.deadline = instant if self.outer is None else min(self.outer, instant)

    def __exit__(self, kind, error, traceback) -> None:
        the_threads().current.deadline = self.outer


def wait_until_moment(moment) -> None:
    """Waits until a moment."""
    wait_until(round(moment.timestamp() * 1e6))


def waited(call):
    """What a call gives that is made at the end of the turn."""
    return call() if threads is None else threads.wait(call=call)


def finish() -> None:
    """At the program's end: lets all threads come to theirs, and raises what nobody got to see."""
    if threads is None:
        return
    main = threads.all[0]
    main.state = RETURNED
    threads.pass_on(main)
    for thread in threads.all:
        if thread.state == RAISED and not thread.is_received:
            raise thread.error


class Task:
    """A thread that was begun; `join()` gives a copy of what it returned."""

    def __init__(self, thread: Thread):
        self._thread = thread

    def __deepcopy__(self, memo):
        return self

    def join(self, timeout: float | None = None):
        """What the function returned, or what it raised, raised here."""
        instant = None if timeout is None else clock.now() + int(max(timeout, 0) * 1e6)
        if threads.first_ended([self._thread], instant) < 0:
            raise TimeoutError
        return threads.result_of(self._thread)

    def done(self) -> bool:
        """Whether it has ended."""
        return self._thread.has_ended()

    def cancelled(self) -> bool:
        """Whether it ended because it was cancelled."""
        return self._thread.state == CANCELLED

    def cancel(self) -> bool:
        """Raises `Cancelled` where it waits; whether it had not ended."""
        return threads.cancel(self._thread)

    def set_priority(self, priority: int, /) -> None:
        """Those of a higher priority come first in each turn; 0 for all at first."""
        self._thread.priority = priority


def spawn(function, /, *args, **kwargs) -> Task:
    """Begins a thread that calls the function with copies of the arguments."""
    function, args, kwargs = copy.deepcopy((function, args, kwargs))
    return Task(the_threads().start(lambda: function(*args, **kwargs)))


def cancel_but(running: list[Thread], spared: Thread | None) -> None:
    for thread in running:
        if thread is not spared:
            threads.cancel(thread)


def gather(*tasks: Task) -> tuple:
    """The results of all, in the order of the tasks; what one raises first is raised.

    Left by another exception, a timeout or because its thread is cancelled, it cancels those that still run.
    """
    wanted = [task._thread for task in tasks]
    is_left = True
    try:
        failed = threads.first_failed(wanted) if wanted else -1
        is_left = False
    finally:
        if is_left:
            cancel_but(wanted, None)
    if failed >= 0:
        threads.result_of(wanted[failed])
    return tuple(threads.result_of(task._thread) for task in tasks)


def race(*tasks: Task):
    """The result of the one that ends first; the others are cancelled, and all if the wait is ended."""
    if not tasks:
        raise ValueError("race() takes at least one task")
    running = [task._thread for task in tasks]
    winner = None
    try:
        winner = running[threads.first_ended(running, None)]
    finally:
        cancel_but(running, winner)
    return threads.result_of(winner)
