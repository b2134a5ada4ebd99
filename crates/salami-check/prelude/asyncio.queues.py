"""asyncio.queues: what producers and consumers share. Each waiter is a future that is done when it may go on."""

from collections import deque
from heapq import heappop, heappush

from _leaf import erased, items_of, opaque
from asyncio import _new_future


class QueueEmpty(Exception):
    """There is nothing to take without waiting."""


class QueueFull(Exception):
    """There is no room without waiting."""


class Queue:
    def __init__(self, maxsize):
        self.maxsize = maxsize
        self.items = [opaque(None) for _ in range(0)]
        self.queue = deque([opaque(None) for _ in range(0)])
        self.getters = deque()
        self.putters = deque()
        self.unfinished = 0
        self.finished = deque()

    def size(self):
        return len(self.queue)

    def store(self, item):
        self.queue.append(item)

    def take(self):
        return self.queue.popleft()

    def is_full(self):
        return self.maxsize > 0 and self.size() >= self.maxsize

    async def room(self):
        while self.is_full():
            putter = _new_future()
            self.putters.append(putter)
            try:
                await putter
            except BaseException:
                putter.cancel(None)
                if putter in self.putters:
                    self.putters.remove(putter)
                if not self.is_full() and not putter.cancelled():
                    wake_next(self.putters)
                raise

    async def something(self):
        while self.size() == 0:
            getter = _new_future()
            self.getters.append(getter)
            try:
                await getter
            except BaseException:
                getter.cancel(None)
                if getter in self.getters:
                    self.getters.remove(getter)
                if self.size() > 0 and not getter.cancelled():
                    wake_next(self.getters)
                raise

    def check_room(self):
        if self.is_full():
            raise QueueFull

    def check_something(self):
        if self.size() == 0:
            raise QueueEmpty

    def stored(self):
        self.unfinished += 1
        wake_next(self.getters)

    def taken(self):
        wake_next(self.putters)


class LifoQueue(Queue):
    def take(self):
        return self.queue.pop()


class PriorityQueue(Queue):
    def size(self):
        return len(self.items)


def wake_next(waiters):
    while waiters:
        waiter = waiters.popleft()
        if not waiter.done():
            waiter.set_result(None)
            break


def new_queue(maxsize):
    return Queue(maxsize)


def new_lifo_queue(maxsize):
    return LifoQueue(maxsize)


def new_priority_queue(maxsize):
    return PriorityQueue(maxsize)


async def queue_put(queue, item):
    await queue.room()
    queue_put_nowait(queue, item)


def queue_put_nowait(queue, item):
    queue.check_room()
    queue.store(opaque(item))
    queue.stored()


async def queue_get(queue):
    await queue.something()
    return queue_get_nowait(queue)


def queue_get_nowait(queue):
    queue.check_something()
    item = queue.take()
    queue.taken()
    return item


async def priority_put(queue, item):
    await erased(queue).room()
    priority_put_nowait(queue, item)


def priority_put_nowait(queue, item):
    kept = erased(queue)
    kept.check_room()
    heappush(items_of(queue), item)
    kept.stored()


async def priority_get(queue):
    await erased(queue).something()
    return priority_get_nowait(queue)


def priority_get_nowait(queue):
    kept = erased(queue)
    kept.check_something()
    item = heappop(items_of(queue))
    kept.taken()
    return item


def queue_size(queue):
    return queue.size()


def queue_empty(queue):
    return queue.size() == 0


def queue_full(queue):
    return queue.is_full()


def queue_maxsize(queue):
    return queue.maxsize


def queue_task_done(queue):
    if queue.unfinished <= 0:
        raise ValueError("task_done() called too many times")
    queue.unfinished -= 1
    if queue.unfinished == 0:
        for waiter in queue.finished:
            if not waiter.done():
                waiter.set_result(True)


async def queue_join(queue):
    if queue.unfinished > 0:
        waiter = _new_future()
        queue.finished.append(waiter)
        try:
            await waiter
        finally:
            queue.finished.remove(waiter)
