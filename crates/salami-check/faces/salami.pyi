# salami: Salami's own words; python/salami has them for CPython.

# A call of a tool failed; str() of it says why.
@exception
class ToolError(Exception): ...

# A thread was cancelled: raised where it waits, and by who asks for its result.
@exception
class Cancelled(BaseException): ...

# A thread that was begun. What it returns is copied to whoever joins it, and what it raises is raised there.
@object("salami.Task")
class Task(Generic[T]):
    @mutates
    @erased("salami.join")
    def join(self, timeout: float | None = None) -> T: ...
    @erased("salami.done")
    def done(self) -> bool: ...
    @erased("salami.cancelled")
    def cancelled(self) -> bool: ...
    @mutates
    @erased("salami.cancel")
    def cancel(self) -> bool: ...
    @mutates
    @erased("salami.set_priority")
    def set_priority(self, priority: int, /) -> None: ...

# Begins a thread that calls the function with copies of the arguments.
spawn = prelude("salami.spawn")

# The results of all, in the order of the tasks; what one raises first is raised.
@erased("salami.gather_1")
def gather(first: Task[T], /) -> tuple[T]: ...
@erased("salami.gather_2")
def gather(first: Task[T], second: Task[U], /) -> tuple[T, U]: ...
@erased("salami.gather_3")
def gather(first: Task[T], second: Task[U], third: Task[V], /) -> tuple[T, U, V]: ...
@erased("salami.gather_4")
def gather(first: Task[T], second: Task[U], third: Task[V], fourth: Task[W], /) -> tuple[T, U, V, W]: ...
@erased("salami.gather")
def gather(*tasks: Task[T]) -> tuple[T, ...]: ...

# The result of the one that ends first; the others are cancelled.
@erased("salami.race")
def race(*tasks: Task[T]) -> T: ...

# What is waited for in its block raises TimeoutError when so many seconds have passed.
timeout = prelude("salami.timeout")

# Waits until a moment.
wait_until = prelude("salami.wait_until")

attempt = refused("catch ToolError and call what takes the steps back")
choose = refused("try the options in a loop")
backtrack = refused("try the options in a loop")
todo = refused("ask with a tool, or raise an exception that says what is missing")
