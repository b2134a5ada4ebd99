"""asyncio: the event loop, futures and tasks, and what waits for several of them.

The loop runs in virtual time: when nothing is ready its clock goes to the next timer. What futures
and tasks hold is opaque here: only their face knows it.
"""

from collections import deque
from heapq import heappop, heappush
from typing import Generic, TypeVar

from _leaf import as_a, as_future, as_result, as_task, await_coroutine, clock, instant_after
from _leaf import is_a, is_coroutine, delegated, is_none, erased, opaque, resume, same, thread_number
from _leaf import wait_until
from asyncio import CancelledError, InvalidStateError

T = TypeVar("T")

PENDING = 0
CANCELLED = 1
FINISHED = 2

FIRST_COMPLETED = "FIRST_COMPLETED"
FIRST_EXCEPTION = "FIRST_EXCEPTION"
ALL_COMPLETED = "ALL_COMPLETED"


class Asyncio:
    """What there is one of: the running loop, the one made for code outside, and how many tasks were named."""

    def __init__(self):
        self.running = None
        # The thread of it: another one has a copy of what there was when it began.
        self.thread = 0
        self.outside = None
        self.named = 0


state = Asyncio()


def is_running():
    return state.running is not None and state.thread == thread_number()


# ---- what the loop calls


class Handle:
    """A call that the loop is to make."""

    def __init__(self, callback, future, when):
        self.callback = callback
        self.future = future
        self._when = when
        self._cancelled = False

    def cancel(self):
        self._cancelled = True

    def cancelled(self):
        return self._cancelled

    def when(self):
        return self._when


class Callback:
    """What a future tells that it is done, or the loop calls."""

    def called(self, future):
        pass


class FunctionCall(Callback, Generic[T]):
    """A call of a function of the program."""

    def __init__(self, function, values):
        self.function = function
        self.values = values

    def called(self, future):
        self.function(*self.values)


class DoneFunction(Callback, Generic[T]):
    """A function of the program that is told that a future is done."""

    def __init__(self, function, done):
        self.function = function
        self.done = done

    def called(self, future):
        self.function(self.done)


class Step(Callback):
    def __init__(self, task, error):
        self.task = task
        self.error = error

    def called(self, future):
        self.task.step(self.error)


class Wake(Callback):
    def __init__(self, task):
        self.task = task

    def called(self, future):
        self.task.wakeup(future)


class Release(Callback):
    """Ends the waiting of one that waits for nothing in particular."""

    def __init__(self, waiter):
        self.waiter = waiter

    def called(self, future):
        if not self.waiter.done():
            self.waiter.set_result(None)


class SetLater(Callback):
    def __init__(self, future, value):
        self.sleeping = future
        self.value = value

    def called(self, future):
        if not self.sleeping.cancelled():
            self.sleeping.set_result(self.value)


class StopLoop(Callback):
    def __init__(self, loop):
        self.loop = loop

    def called(self, future):
        if not future.cancelled():
            error = future.error
            if isinstance(error, (SystemExit, KeyboardInterrupt)):
                return
        self.loop.stopping = True


# ---- futures and tasks


class Future:
    def __init__(self, loop):
        self.loop = loop
        self.state = PENDING
        self.value = opaque(None)
        self.error = None
        self.cancel_message = None
        self.cancelled_error = None
        self.callbacks = []
        self.is_awaited = False

    def done(self):
        return self.state != PENDING

    def cancelled(self):
        return self.state == CANCELLED

    def cancel(self, msg):
        if self.state != PENDING:
            return False
        self.state = CANCELLED
        self.cancel_message = msg
        self.schedule_callbacks()
        return True

    def schedule_callbacks(self):
        callbacks = self.callbacks
        self.callbacks = []
        for callback in callbacks:
            self.loop._soon(callback, self)

    def make_cancelled_error(self):
        error = self.cancelled_error
        if error is not None:
            self.cancelled_error = None
            return error
        if self.cancel_message is None:
            return CancelledError()
        return CancelledError(self.cancel_message)

    def result(self):
        if self.state == CANCELLED:
            raise self.make_cancelled_error()
        if self.state != FINISHED:
            raise InvalidStateError("Result is not set.")
        if self.error is not None:
            raise self.error
        return self.value

    def exception(self):
        if self.state == CANCELLED:
            raise self.make_cancelled_error()
        if self.state != FINISHED:
            raise InvalidStateError("Exception is not set.")
        return self.error

    def set_result(self, value):
        if self.state != PENDING:
            raise InvalidStateError("invalid state")
        self.value = opaque(value)
        self.state = FINISHED
        self.schedule_callbacks()

    def set_exception(self, error):
        if self.state != PENDING:
            raise InvalidStateError("invalid state")
        if isinstance(error, StopIteration):
            raise TypeError("StopIteration interacts badly with generators and cannot be raised into a Future")
        self.error = error
        self.state = FINISHED
        self.schedule_callbacks()

    def add_callback(self, callback):
        if self.state != PENDING:
            self.loop._soon(callback, self)
        else:
            self.callbacks.append(callback)

    def remove_callback(self, callback):
        self.callbacks = [known for known in self.callbacks if known is not callback]

    def __await__(self):
        if self.state == PENDING:
            self.is_awaited = True
            yield self
        if self.state == PENDING:
            raise RuntimeError("await wasn't used with future")
        return self.result()


class Task(Future):
    def __init__(self, loop, coroutine, name):
        super().__init__(loop)
        self.coroutine = opaque(coroutine)
        if name is None:
            state.named += 1
            self.name = f"Task-{state.named}"
        else:
            self.name = str(name)
        self.waits_for = None
        self.must_cancel = False
        self.cancels = 0
        loop.tasks[self] = True
        loop._soon(Step(self, None), None)

    def cancel(self, msg):
        if self.state != PENDING:
            return False
        self.cancels += 1
        if self.waits_for is not None and self.waits_for.cancel(msg):
            return True
        self.must_cancel = True
        self.cancel_message = msg
        return True

    def set_result(self, value):
        raise RuntimeError("Task does not support set_result operation")

    def set_exception(self, error):
        raise RuntimeError("Task does not support set_exception operation")

    def finish(self, value, error):
        self.value = opaque(value)
        self.error = error
        self.state = FINISHED
        del self.loop.tasks[self]
        self.schedule_callbacks()

    def finish_cancelled(self):
        self.state = CANCELLED
        del self.loop.tasks[self]
        self.schedule_callbacks()

    def step(self, error):
        if self.must_cancel:
            if not isinstance(error, CancelledError):
                error = self.make_cancelled_error()
            self.must_cancel = False
        self.waits_for = None
        self.loop.current = self
        try:
            if error is None:
                yielded = resume(self.coroutine)
            else:
                yielded = resume(self.coroutine, error)
        except StopIteration as stop:
            if self.must_cancel:
                self.must_cancel = False
                self.finish_cancelled()
            else:
                self.finish(opaque(stop.value), None)
        except CancelledError as cancelled:
            self.cancelled_error = cancelled
            self.finish_cancelled()
        except (KeyboardInterrupt, SystemExit) as left:
            self.finish(opaque(None), left)
            raise
        except BaseException as raised:
            self.finish(opaque(None), raised)
        else:
            self.wait_for_yielded(yielded)
        finally:
            self.loop.current = None

    def wait_for_yielded(self, yielded):
        if is_a(yielded, Future):
            future = as_a(yielded, Future)
            if future is self:
                self.raise_later("Task cannot await on itself")
            elif not future.is_awaited:
                self.raise_later("yield was used instead of yield from in task")
            else:
                future.is_awaited = False
                future.add_callback(Wake(self))
                self.waits_for = future
                if self.must_cancel and future.cancel(self.cancel_message):
                    self.must_cancel = False
        elif is_none(yielded):
            self.loop._soon(Step(self, None), None)
        else:
            self.raise_later("Task got bad yield")

    def raise_later(self, message):
        self.loop._soon(Step(self, RuntimeError(message)), None)

    def wakeup(self, future):
        error = None
        if future.state == CANCELLED:
            error = future.make_cancelled_error()
        else:
            error = future.error
        self.step(error)


class Loop:
    def __init__(self):
        self.ready = deque()
        self.timers = []
        self.numbered = 0
        self.seconds = 0.0
        self.instant = clock()
        self.stopping = False
        self.running_now = False
        self.closed = False
        self.current = None
        self.tasks = {}

    def time(self):
        now = clock()
        if now != self.instant:
            # The program slept without asyncio.
            self.seconds += (now - self.instant) / 1000000
            self.instant = now
        return self.seconds

    def _soon(self, callback, future):
        if self.closed:
            raise RuntimeError("Event loop is closed")
        handle = Handle(callback, future, 0.0)
        self.ready.append(handle)
        return handle

    def _at(self, when, callback):
        if self.closed:
            raise RuntimeError("Event loop is closed")
        handle = Handle(callback, None, when)
        self.numbered += 1
        heappush(self.timers, (when, self.numbered, handle))
        return handle

    def _later(self, delay, callback):
        return self._at(self.time() + delay, callback)

    def _run_once(self):
        while self.timers and self.timers[0][2]._cancelled:
            heappop(self.timers)
        if not self.ready and not self.stopping:
            if not self.timers:
                raise RuntimeError("every task waits for another: nothing will ever happen")
            self._go_to(self.timers[0][0])
        now = self.time()
        while self.timers and self.timers[0][0] <= now:
            self.ready.append(heappop(self.timers)[2])
        for _ in range(len(self.ready)):
            handle = self.ready.popleft()
            if not handle._cancelled:
                handle.callback.called(handle.future)

    def _go_to(self, when):
        """Goes to this time: the clock of the execution goes with it."""
        ahead = when - self.time()
        if ahead > 0:
            self.instant = instant_after(ahead)
            self.seconds = when
            wait_until(self.instant)

    def run_forever(self):
        if self.running_now:
            raise RuntimeError("This event loop is already running")
        if is_running():
            raise RuntimeError("Cannot run the event loop while another loop is running")
        self.running_now = True
        state.running = self
        state.thread = thread_number()
        try:
            while True:
                self._run_once()
                if self.stopping:
                    break
        finally:
            self.stopping = False
            self.running_now = False
            state.running = None

    def _run_until(self, awaitable):
        if self.closed:
            raise RuntimeError("Event loop is closed")
        if self.running_now:
            raise RuntimeError("This event loop is already running")
        if is_running():
            raise RuntimeError("Cannot run the event loop while another loop is running")
        future = ensured(self, awaitable)
        stop = StopLoop(self)
        future.add_callback(stop)
        try:
            self.run_forever()
        finally:
            future.remove_callback(stop)
        if not future.done():
            raise RuntimeError("Event loop stopped before Future completed.")
        return future.result()

    def _cancel_all(self):
        tasks = list(self.tasks)
        if tasks:
            for task in tasks:
                task.cancel(None)
            self._run_until(opaque(gathered(self, [opaque(task) for task in tasks], True)))

    # What programs call.

    def is_running(self):
        return self.running_now

    def is_closed(self):
        return self.closed

    def stop(self):
        self.stopping = True

    def close(self):
        if self.running_now:
            raise RuntimeError("Cannot close a running event loop")
        self.closed = True

    def run_until_complete(self, future):
        return as_result(future, self._run_until(opaque(future)))

    def create_task(self, coro, *, name=None, context=None):
        return as_task(coro, Task(self, opaque(coro), name))

    def create_future(self):
        return as_future(Future(self))

    def call_soon(self, callback, *args):
        return self._soon(FunctionCall(callback, args), None)

    def call_later(self, delay, callback, *args):
        return self._later(delay, FunctionCall(callback, args))

    def call_at(self, when, callback, *args):
        return self._at(when, FunctionCall(callback, args))


def running():
    loop = state.running
    if loop is None:
        raise RuntimeError("no running event loop")
    return loop


def ensured(loop, awaitable):
    """The future that an awaitable is, or the task that runs it."""
    if is_a(awaitable, Future):
        return as_a(awaitable, Future)
    if is_coroutine(awaitable):
        return Task(loop, awaitable, None)
    return Task(loop, awaited(awaitable), None)


async def awaited(awaitable):
    raise TypeError("An asyncio.Future, a coroutine or an awaitable is required")


# ---- what the face names: functions


def run(main, debug):
    if is_running():
        raise RuntimeError("asyncio.run() cannot be called from a running event loop")
    if not is_coroutine(main):
        raise ValueError("a coroutine was expected")
    loop = Loop()
    try:
        return loop._run_until(main)
    finally:
        loop._cancel_all()
        # CPython names two more tasks, in which it shuts down what has been used.
        state.named += 2
        loop.closed = True


def new_loop():
    return Loop()


def get_running_loop():
    return running()


def get_event_loop():
    if state.running is not None:
        return state.running
    if state.outside is None:
        state.outside = Loop()
    return state.outside


def set_event_loop(loop):
    state.outside = loop


def new_future(loop=None):
    return Future(of_loop(loop))


def of_loop(loop):
    """The loop that is named, or else the running one."""
    if is_a(loop, Loop):
        return as_a(loop, Loop)
    return running()


def create_task(coroutine, name, context):
    task = Task(running(), coroutine, None)
    if name is not None:
        task.name = name
    return task


def ensure_future(awaitable, loop):
    return ensured(of_loop(loop), awaitable)


def current_task(loop):
    return of_loop(loop).current


def all_tasks(loop):
    return set(of_loop(loop).tasks)


async def sleep(delay, result):
    if delay <= 0:
        await Pause()
        return result
    loop = running()
    future = Future(loop)
    handle = loop._later(delay, SetLater(future, result))
    try:
        return await future
    finally:
        handle.cancel()


class Pause:
    """Lets the others run once."""

    def __await__(self):
        yield


class GatheringFuture(Future):
    def __init__(self, loop, children):
        super().__init__(loop)
        self.children = children
        self.cancel_requested = False

    def cancel(self, msg):
        if self.state != PENDING:
            return False
        any_cancelled = False
        for child in self.children:
            if child.cancel(msg):
                any_cancelled = True
        if any_cancelled:
            self.cancel_requested = True
        return any_cancelled


class Gather(Callback):
    def __init__(self, return_exceptions):
        self.return_exceptions = return_exceptions
        self.children = []
        self.count = 0
        self.finished = 0
        self.outer = None

    def called(self, future):
        self.finished += 1
        outer = self.outer
        if outer is None or outer.done():
            return
        if not self.return_exceptions:
            if future.cancelled():
                outer.set_exception(future.make_cancelled_error())
                return
            if future.error is not None:
                outer.set_exception(future.error)
                return
        if self.finished != self.count:
            return
        if outer.cancel_requested:
            outer.set_exception(future.make_cancelled_error())
            return
        outer.set_result(opaque([result_or_error(child) for child in self.children]))


def result_or_error(future):
    if future.cancelled():
        return opaque(CancelledError("" if future.cancel_message is None else future.cancel_message))
    if future.error is not None:
        return opaque(future.error)
    return future.value


def gathered(loop, awaitables, return_exceptions):
    gather_call = Gather(return_exceptions)
    seen = []
    for awaitable in awaitables:
        known = None
        for other, future in seen:
            if same(other, awaitable):
                known = future
        if known is None:
            known = ensured(loop, awaitable)
            gather_call.count += 1
            seen.append((awaitable, known))
            known.add_callback(gather_call)
        gather_call.children.append(known)
    outer = GatheringFuture(loop, gather_call.children)
    gather_call.outer = outer
    return outer


def gather(awaitables, return_exceptions):
    loop = running()
    if not awaitables:
        outer = Future(loop)
        outer.set_result(opaque([]))
        return outer
    return gathered(loop, awaitables, bool(return_exceptions))


async def cancel_and_wait(future):
    waiter = Future(future.loop)
    release = Release(waiter)
    future.add_callback(release)
    try:
        future.cancel(None)
        await waiter
    finally:
        future.remove_callback(release)


async def wait_for(awaitable, timeout):
    loop = running()
    if timeout is None:
        return await ensured_or_awaited(awaitable)
    if timeout <= 0:
        future = ensured(loop, awaitable)
        if future.done():
            return future.result()
        await cancel_and_wait(future)
        try:
            return future.result()
        except CancelledError as error:
            raise TimeoutError() from error
    waiter = Future(loop)
    release = Release(waiter)
    timer = loop._later(timeout, release)
    future = ensured(loop, awaitable)
    future.add_callback(release)
    try:
        try:
            await waiter
        except CancelledError:
            if future.done():
                return future.result()
            future.remove_callback(release)
            await cancel_and_wait(future)
            raise
        if future.done():
            return future.result()
        future.remove_callback(release)
        await cancel_and_wait(future)
        try:
            return future.result()
        except CancelledError as error:
            raise TimeoutError() from error
    finally:
        timer.cancel()


async def ensured_or_awaited(awaitable):
    if is_coroutine(awaitable):
        return await_coroutine(awaitable)
    return await as_a(awaitable, Future)


class Completion(Callback):
    def __init__(self, waiter, count, return_when):
        self.waiter = waiter
        self.count = count
        self.return_when = return_when
        self.timer = None

    def called(self, future):
        self.count -= 1
        if (
            self.count <= 0
            or self.return_when == FIRST_COMPLETED
            or (self.return_when == FIRST_EXCEPTION and not future.cancelled() and future.error is not None)
        ):
            if self.timer is not None:
                self.timer.cancel()
            if not self.waiter.done():
                self.waiter.set_result(None)


def distinct(awaitables):
    futures = []
    for awaitable in awaitables:
        future = as_a(awaitable, Future)
        if not any([known is future for known in futures]):
            futures.append(future)
    return futures


async def wait(awaitables, timeout, return_when):
    futures = distinct(awaitables)
    if not futures:
        raise ValueError("Set of Tasks/Futures is empty.")
    if return_when not in (FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED):
        raise ValueError(f"Invalid return_when value: {return_when}")
    loop = running()
    waiter = Future(loop)
    completion = Completion(waiter, len(futures), return_when)
    if timeout is not None:
        completion.timer = loop._later(timeout, Release(waiter))
    for future in futures:
        future.add_callback(completion)
    try:
        await waiter
    finally:
        if completion.timer is not None:
            completion.timer.cancel()
        for future in futures:
            future.remove_callback(completion)
    done = {future for future in futures if future.done()}
    pending = {future for future in futures if not future.done()}
    return done, pending


class NextCompleted(Callback):
    def __init__(self, todo):
        self.todo = todo
        self.finished = deque()
        self.waiters = deque()
        self.timer = None

    def called(self, future):
        if future is None:
            # The time is over.
            for waiting in self.todo:
                waiting.remove_callback(self)
                self.put(None)
            self.todo.clear()
            return
        if not self.todo:
            return
        self.todo.remove(future)
        self.put(future)
        if not self.todo and self.timer is not None:
            self.timer.cancel()

    def put(self, future):
        self.finished.append(future)
        while self.waiters:
            waiter = self.waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                break

    async def next(self):
        while not self.finished:
            waiter = Future(running())
            self.waiters.append(waiter)
            await waiter
        future = self.finished.popleft()
        if future is None:
            raise TimeoutError
        return future.result()


def as_completed(awaitables, timeout):
    loop = running()
    todo = []
    for awaitable in awaitables:
        future = ensured(loop, awaitable)
        if not any([known is future for known in todo]):
            todo.append(future)
    count = len(todo)
    completed = NextCompleted(todo)
    for future in list(todo):
        future.add_callback(completed)
    if todo and timeout is not None:
        completed.timer = loop._later(timeout, completed)
    for _ in range(count):
        yield opaque(completed.next())


class InnerDone(Callback):
    def __init__(self, outer):
        self.outer = outer

    def called(self, inner):
        outer = self.outer
        if outer.cancelled():
            return
        if inner.cancelled():
            outer.cancel(None)
        elif inner.error is not None:
            outer.set_exception(inner.error)
        else:
            outer.set_result(inner.value)


class OuterDone(Callback):
    def __init__(self, inner, inner_done):
        self.inner = inner
        self.inner_done = inner_done

    def called(self, outer):
        if not self.inner.done():
            self.inner.remove_callback(self.inner_done)


def shield(awaitable):
    loop = running()
    inner = ensured(loop, awaitable)
    if inner.done():
        return inner
    outer = Future(loop)
    inner_done = InnerDone(outer)
    inner.add_callback(inner_done)
    outer.add_callback(OuterDone(inner, inner_done))
    return outer


def is_future(value):
    return is_a(value, Future)


def iscoroutine(value):
    return is_coroutine(value)


# ---- what the face names: methods


def future_done(future):
    return future.done()


def future_cancelled(future):
    return future.cancelled()


def future_cancel(future, msg):
    return future.cancel(msg)


def future_result(future):
    return future.result()


def future_exception(future):
    return future.exception()


def future_set_result(future, value):
    future.set_result(value)


def future_set_exception(future, error):
    future.set_exception(error)


def add_done_callback(future, function, context):
    erased(future).add_callback(DoneFunction(function, future))


def loop_of(future):
    return erased(future).loop


def get_name(task):
    return task.name


def set_name(task, name):
    task.name = str(name)


def cancelling(task):
    return task.cancels


def uncancel(task):
    if task.cancels > 0:
        task.cancels -= 1
    return task.cancels


# ---- timeouts and groups


class Expire(Callback):
    def __init__(self, timeout):
        self.timeout = timeout

    def called(self, future):
        self.timeout._on_timeout()


class Timeout:
    def __init__(self, when):
        self._state = "created"
        self._when = when
        self._handler = None
        self._task = None
        self._cancelling = 0

    def when(self):
        return self._when

    def expired(self):
        return self._state in ("expiring", "expired")

    def reschedule(self, when):
        if self._state == "created":
            raise RuntimeError("Timeout has not been entered")
        if self._state != "active":
            raise RuntimeError(f"Cannot change state of {self._state} Timeout")
        self._when = when
        if self._handler is not None:
            self._handler.cancel()
            self._handler = None
        if when is not None:
            loop = running()
            if when <= loop.time():
                self._handler = loop._soon(Expire(self), None)
            else:
                self._handler = loop._at(when, Expire(self))

    def _on_timeout(self):
        self._task.cancel(None)
        self._state = "expiring"
        self._handler = None

    async def __aenter__(self):
        if self._state != "created":
            raise RuntimeError("Timeout has already been entered")
        task = running().current
        if task is None:
            raise RuntimeError("Timeout should be used inside a task")
        self._state = "active"
        self._task = task
        self._cancelling = task.cancels
        self.reschedule(self._when)
        return self

    async def __aexit__(self, kind, error, traceback):
        if self._handler is not None:
            self._handler.cancel()
            self._handler = None
        if self._state == "expiring":
            self._state = "expired"
            if uncancel(self._task) <= self._cancelling and isinstance(error, CancelledError):
                raise TimeoutError from error
        elif self._state == "active":
            self._state = "finished"
        return None


def timeout(delay):
    return Timeout(None if delay is None else running().time() + delay)


def timeout_at(when):
    return Timeout(when)


class MemberDone(Callback):
    def __init__(self, group):
        self.group = group

    def called(self, task):
        self.group._on_task_done(task)


class TaskGroup:
    def __init__(self):
        self._entered = False
        self._exiting = False
        self._aborting = False
        self._parent = None
        self._parent_cancel_requested = False
        self._tasks = {}
        self._errors = []
        self._base_error = None
        self._completed = None

    async def __aenter__(self):
        if self._entered:
            raise RuntimeError("TaskGroup has already been entered")
        self._entered = True
        self._parent = running().current
        if self._parent is None:
            raise RuntimeError("TaskGroup cannot determine the parent task")
        return self

    async def __aexit__(self, kind, error, traceback):
        self._exiting = True
        if error is not None and is_base_error(error) and self._base_error is None:
            self._base_error = error
        propagated = error if isinstance(error, CancelledError) else None
        if self._parent_cancel_requested and uncancel(self._parent) == 0:
            propagated = None
        if error is not None and not self._aborting:
            self._abort()
        while self._tasks:
            if self._completed is None:
                self._completed = Future(running())
            try:
                await self._completed
            except CancelledError as cancelled:
                if not self._aborting:
                    propagated = cancelled
                    self._abort()
            self._completed = None
        if self._base_error is not None:
            raise self._base_error
        if propagated is not None and not self._errors:
            raise propagated
        if error is not None and not isinstance(error, CancelledError):
            self._errors.append(error)
        if self._errors:
            raise ExceptionGroup("unhandled errors in a TaskGroup", self._errors) from None
        return None

    def create_task(self, coro, *, name=None, context=None):
        if not self._entered:
            raise RuntimeError("TaskGroup has not been entered")
        if self._exiting and not self._tasks:
            raise RuntimeError("TaskGroup is finished")
        if self._aborting:
            raise RuntimeError("TaskGroup is shutting down")
        task = Task(running(), opaque(coro), None)
        if name is not None:
            task.name = name
        task.add_callback(MemberDone(self))
        self._tasks[task] = True
        return as_task(coro, task)

    def _abort(self):
        self._aborting = True
        for task in list(self._tasks):
            if not task.done():
                task.cancel(None)

    def _on_task_done(self, task):
        del self._tasks[task]
        if self._completed is not None and not self._tasks and not self._completed.done():
            self._completed.set_result(True)
        if task.cancelled() or task.error is None:
            return
        self._errors.append(task.error)
        if is_base_error(task.error) and self._base_error is None:
            self._base_error = task.error
        if self._parent.done():
            return
        if not self._aborting and not self._parent_cancel_requested:
            self._abort()
            self._parent_cancel_requested = True
            self._parent.cancel(None)


def is_base_error(error):
    return isinstance(error, (SystemExit, KeyboardInterrupt))


def await_of(future):
    return future.__await__()


def coroutine_iterator(coroutine):
    return delegated(coroutine)
    yield
