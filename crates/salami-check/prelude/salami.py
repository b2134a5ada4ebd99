"""Green threads: what a task is to the program. Whoever runs the threads is outside of it."""

from datetime import datetime

from _leaf import as_a, as_thread, begin_timeout, end_timeout, instant_after
from _leaf import thread_cancel, thread_ended, thread_priority
from _leaf import thread_result, thread_returned, thread_start, thread_state
from _leaf import wait_until as sleep_until

RUNNING = 0
DONE = 1
FAILED = 2
CANCELLED = 3


class Task:
    def __init__(self, number):
        self.number = number


def spawn(function, /, *args, **kwargs):
    def run():
        return function(*args, **kwargs)

    return as_thread(run, Task(thread_start(run)))


def join(task, timeout):
    until = None
    if timeout is not None:
        until = instant_after(max(timeout, 0))
    if thread_ended([task.number], until) < 0:
        raise TimeoutError
    return thread_result(task.number)


def done(task):
    return thread_state(task.number) != RUNNING


def cancelled(task):
    return thread_state(task.number) == CANCELLED


def cancel(task):
    return thread_cancel(task.number)


def set_priority(task, priority):
    thread_priority(task.number, priority)


def numbers_of(tasks):
    return [as_a(task, Task).number for task in tasks]


def cancel_but(numbers, spared):
    for number in numbers:
        if number != spared:
            thread_cancel(number)


# Whoever is left by an exception while it waits has no use for what it waited for. These are clean-ups and no
# handlers: of what the tasks raise they say nothing.
def gather(tasks):
    numbers = numbers_of(tasks)
    is_left = True
    try:
        failed = thread_returned(numbers)
        is_left = False
    finally:
        if is_left:
            cancel_but(numbers, -1)
    if failed >= 0:
        thread_result(numbers[failed])
    return tuple([thread_result(number) for number in numbers])


def gather_1(first):
    return gather((first,))


def gather_2(first, second):
    return gather((first, second))


def gather_3(first, second, third):
    return gather((first, second, third))


def gather_4(first, second, third, fourth):
    return gather((first, second, third, fourth))


def race(tasks):
    if not tasks:
        raise ValueError("race() takes at least one task")
    numbers = numbers_of(tasks)
    winner = -1
    try:
        winner = numbers[thread_ended(numbers, None)]
    finally:
        cancel_but(numbers, winner)
    return thread_result(winner)


class timeout:
    def __init__(self, seconds):
        self.seconds = seconds
        self.outer = None

    def __enter__(self):
        self.outer = begin_timeout(instant_after(max(self.seconds, 0)))

    def __exit__(self, kind, error, traceback):
        end_timeout(self.outer)


def wait_until(moment: datetime) -> None:
    sleep_until(round(moment.timestamp() * 1e6))
