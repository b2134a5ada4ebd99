"""contextlib: what `with` takes."""

from typing import Generic, TypeVar

from _leaf import redirect

T = TypeVar("T")


class _GeneratorContextManager(Generic[T]):
    """A generator that yields once, between entering and leaving. It catches nothing where it yields."""

    def __init__(self, gen):
        self.gen = gen

    def __enter__(self):
        for value in self.gen:
            return value
        raise RuntimeError("generator didn't yield")

    def __exit__(self, kind, value, traceback):
        if value is None:
            for extra in self.gen:
                raise RuntimeError("generator didn't stop")
            return
        throw_into(self.gen, value)
        raise RuntimeError("generator didn't stop after throw()")


class CatchingContextManager(Generic[T]):
    """A generator that may catch what is raised where it yields."""

    def __init__(self, gen):
        self.gen = gen

    def __enter__(self):
        for value in self.gen:
            return value
        raise RuntimeError("generator didn't yield")

    def __exit__(self, kind, value, traceback):
        if value is None:
            for extra in self.gen:
                raise RuntimeError("generator didn't stop")
            return False
        try:
            throw_into(self.gen, value)
        except StopIteration as stop:
            return stop is not value
        raise RuntimeError("generator didn't stop after throw()")


def throw_into(gen, value):
    """Raises the exception where the generator waits. What comes of that is raised here."""
    try:
        gen.throw(value)
    except RuntimeError as error:
        # A StopIteration cannot leave a generator: it comes wrapped.
        if error is not value and isinstance(value, StopIteration) and error.__cause__ is value:
            raise value
        raise


def manager(func):
    def helper(*args, **kwds):
        return _GeneratorContextManager(func(*args, **kwds))

    return helper


def catching_manager(func):
    def helper(*args, **kwds):
        return CatchingContextManager(func(*args, **kwds))

    return helper


class AbstractContextManager:
    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        return None


class closing(Generic[T]):
    def __init__(self, thing):
        self.thing = thing

    def __enter__(self):
        return self.thing

    def __exit__(self, kind, value, traceback):
        self.thing.close()


class nullcontext(Generic[T]):
    def __init__(self, enter_result=None):
        self.enter_result = enter_result

    def __enter__(self):
        return self.enter_result

    def __exit__(self, kind, value, traceback):
        pass


class suppress(Generic[T]):
    def __init__(self, *exceptions):
        self._exceptions = exceptions

    def __enter__(self):
        pass

    def __exit__(self, kind, value, traceback):
        return value is not None and isinstance(value, self._exceptions)


class redirect_stdout(Generic[T]):
    def __init__(self, new_target):
        self._new_target = new_target
        self._old_targets = []

    def __enter__(self):
        self._old_targets.append(redirect(1, self._new_target))
        return self._new_target

    def __exit__(self, kind, value, traceback):
        redirect(1, self._old_targets.pop())


class redirect_stderr(Generic[T]):
    def __init__(self, new_target):
        self._new_target = new_target
        self._old_targets = []

    def __enter__(self):
        self._old_targets.append(redirect(2, self._new_target))
        return self._new_target

    def __exit__(self, kind, value, traceback):
        redirect(2, self._old_targets.pop())


class ExitStack(Generic[T]):
    def __init__(self):
        self._exit_callbacks = []

    def enter_context(self, cm):
        result = cm.__enter__()
        self.push(cm)
        return result

    def push(self, exit):
        self._exit_callbacks.append(lambda kind, value: exit.__exit__(kind, value, None))
        return exit

    def callback(self, callback, /, *args, **kwds):
        def leave(kind, value):
            callback(*args, **kwds)
            return False

        self._exit_callbacks.append(leave)
        return callback

    def pop_all(self):
        other = ExitStack()
        other._exit_callbacks = self._exit_callbacks
        self._exit_callbacks = []
        return other

    def close(self):
        self.__exit__(None, None, None)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        pending = value
        suppressed = False
        while self._exit_callbacks:
            leave = self._exit_callbacks.pop()
            try:
                if leave(None if pending is None else type(pending), pending):
                    suppressed = True
                    pending = None
            except BaseException as error:
                if error is not pending:
                    suppressed = False
                pending = error
        if pending is not None and pending is not value:
            raise pending
        return value is not None and suppressed


class AbstractAsyncContextManager:
    async def __aenter__(self):
        return self

    async def __aexit__(self, exc_type, exc_value, traceback):
        return None


class AsyncExitStack(Generic[T]):
    def __init__(self):
        self._exit_callbacks = []

    async def enter_async_context(self, cm):
        result = await cm.__aenter__()
        self.push_async_exit(cm)
        return result

    def push_async_exit(self, exit):
        async def leave(kind, value):
            return await exit.__aexit__(kind, value, None)

        self._exit_callbacks.append(leave)
        return exit

    def push_async_callback(self, callback, /, *args, **kwds):
        async def leave(kind, value):
            await callback(*args, **kwds)
            return False

        self._exit_callbacks.append(leave)
        return callback

    def enter_context(self, cm):
        result = cm.__enter__()
        self.push(cm)
        return result

    def push(self, exit):
        async def leave(kind, value):
            return exit.__exit__(kind, value, None)

        self._exit_callbacks.append(leave)
        return exit

    def callback(self, callback, /, *args, **kwds):
        async def leave(kind, value):
            callback(*args, **kwds)
            return False

        self._exit_callbacks.append(leave)
        return callback

    def pop_all(self):
        other = AsyncExitStack()
        other._exit_callbacks = self._exit_callbacks
        self._exit_callbacks = []
        return other

    async def aclose(self):
        await self.__aexit__(None, None, None)

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, value, traceback):
        pending = value
        suppressed = False
        while self._exit_callbacks:
            leave = self._exit_callbacks.pop()
            try:
                if await leave(None if pending is None else type(pending), pending):
                    suppressed = True
                    pending = None
            except BaseException as error:
                if error is not pending:
                    suppressed = False
                pending = error
        if pending is not None and pending is not value:
            raise pending
        return value is not None and suppressed


class _AsyncGeneratorContextManager(Generic[T]):
    """An asynchronous generator that yields once. It catches nothing where it yields."""

    def __init__(self, gen):
        self.gen = gen

    async def __aenter__(self):
        async for value in self.gen:
            return value
        raise RuntimeError("generator didn't yield")

    async def __aexit__(self, kind, value, traceback):
        if value is None:
            async for extra in self.gen:
                raise RuntimeError("generator didn't stop")
            return
        await athrow_into(self.gen, value)
        raise RuntimeError("generator didn't stop after athrow()")


class CatchingAsyncContextManager(Generic[T]):
    """An asynchronous generator that may catch what is raised where it yields."""

    def __init__(self, gen):
        self.gen = gen

    async def __aenter__(self):
        async for value in self.gen:
            return value
        raise RuntimeError("generator didn't yield")

    async def __aexit__(self, kind, value, traceback):
        if value is None:
            async for extra in self.gen:
                raise RuntimeError("generator didn't stop")
            return False
        try:
            await athrow_into(self.gen, value)
        except StopAsyncIteration as stop:
            return stop is not value
        raise RuntimeError("generator didn't stop after athrow()")


async def athrow_into(gen, value):
    """Raises the exception where the asynchronous generator waits. What comes of that is raised here."""
    try:
        await gen.athrow(value)
    except RuntimeError as error:
        # What means the end of iteration cannot leave a generator: it comes wrapped.
        if (
            error is not value
            and isinstance(value, (StopIteration, StopAsyncIteration))
            and error.__cause__ is value
        ):
            raise value
        raise


def async_manager(func):
    def helper(*args, **kwds):
        return _AsyncGeneratorContextManager(func(*args, **kwds))

    return helper


def async_catching_manager(func):
    def helper(*args, **kwds):
        return CatchingAsyncContextManager(func(*args, **kwds))

    return helper
