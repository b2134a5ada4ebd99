# asyncio: coroutines run by an event loop in virtual time. The prelude is the loop; only this face knows
# what futures, tasks and queues hold.

exceptions = module("asyncio.exceptions")
queues = module("asyncio.queues")

CancelledError = prelude("asyncio.exceptions.CancelledError")
InvalidStateError = prelude("asyncio.exceptions.InvalidStateError")
TimeoutError = builtins.TimeoutError
QueueEmpty = prelude("asyncio.queues.QueueEmpty")
QueueFull = prelude("asyncio.queues.QueueFull")

FIRST_COMPLETED: str = "FIRST_COMPLETED"
FIRST_EXCEPTION: str = "FIRST_EXCEPTION"
ALL_COMPLETED: str = "ALL_COMPLETED"

# A future for what waits in the prelude.
_new_future = prelude("asyncio.new_future")

Lock = prelude("asyncio.locks.Lock")
Event = prelude("asyncio.locks.Event")
Condition = prelude("asyncio.locks.Condition")
Semaphore = prelude("asyncio.locks.Semaphore")
BoundedSemaphore = prelude("asyncio.locks.BoundedSemaphore")
TaskGroup = prelude("asyncio.TaskGroup")
Timeout = prelude("asyncio.Timeout")
timeout = prelude("asyncio.timeout")
timeout_at = prelude("asyncio.timeout_at")
AbstractEventLoop = prelude("asyncio.Loop")
Handle = prelude("asyncio.Handle")
TimerHandle = prelude("asyncio.Handle")
get_running_loop = prelude("asyncio.get_running_loop")
get_event_loop = prelude("asyncio.get_event_loop")
new_event_loop = prelude("asyncio.new_loop")
set_event_loop = prelude("asyncio.set_event_loop")

@object("asyncio.Future")
class Future(Generic[T]):
    @erased("asyncio.new_future")
    def __new__(cls, *, loop: object = None) -> Future[T]: ...
    @erased("asyncio.future_done")
    def done(self) -> bool: ...
    @erased("asyncio.future_cancelled")
    def cancelled(self) -> bool: ...
    @mutates
    @erased("asyncio.future_cancel")
    def cancel(self, msg: str | None = None) -> bool: ...
    @erased("asyncio.future_result")
    def result(self) -> T: ...
    @erased("asyncio.future_exception")
    def exception(self) -> BaseException | None: ...
    @mutates
    @erased("asyncio.future_set_result")
    def set_result(self, result: T, /) -> None: ...
    @mutates
    @erased("asyncio.future_set_exception")
    def set_exception(self, exception: BaseException, /) -> None: ...
    @mutates
    @prelude("asyncio.add_done_callback")
    def add_done_callback(self, fn: Callable[[Future[T]], object], /, *, context: None = None) -> None: ...
    @prelude("asyncio.loop_of")
    def get_loop(self) -> object: ...

@object("asyncio.Task")
class Task(Generic[T], Future[T]):
    @mutates
    @prelude("asyncio.add_done_callback")
    def add_done_callback(self, fn: Callable[[Task[T]], object], /, *, context: None = None) -> None: ...
    @erased("asyncio.get_name")
    def get_name(self) -> str: ...
    @mutates
    @erased("asyncio.set_name")
    def set_name(self, value: object, /) -> None: ...
    @erased("asyncio.cancelling")
    def cancelling(self) -> int: ...
    @mutates
    @erased("asyncio.uncancel")
    def uncancel(self) -> int: ...
    get_coro = refused("keep the coroutine in a variable")
    get_stack = refused("print what you need to know")
    print_stack = refused("print what you need to know")

@object("asyncio.queues.Queue")
class Queue(Generic[T]):
    @erased("asyncio.queues.new_queue")
    def __new__(cls, maxsize: int = 0) -> Queue[T]: ...
    @mutates
    @erased("asyncio.queues.queue_put")
    def put(self, item: T) -> coroutine[None]: ...
    @mutates
    @erased("asyncio.queues.queue_put_nowait")
    def put_nowait(self, item: T) -> None: ...
    @mutates
    @erased("asyncio.queues.queue_get")
    def get(self) -> coroutine[T]: ...
    @mutates
    @erased("asyncio.queues.queue_get_nowait")
    def get_nowait(self) -> T: ...
    @erased("asyncio.queues.queue_size")
    def qsize(self) -> int: ...
    @erased("asyncio.queues.queue_empty")
    def empty(self) -> bool: ...
    @erased("asyncio.queues.queue_full")
    def full(self) -> bool: ...
    @mutates
    @erased("asyncio.queues.queue_task_done")
    def task_done(self) -> None: ...
    @erased("asyncio.queues.queue_join")
    def join(self) -> coroutine[None]: ...

@object("asyncio.queues.LifoQueue")
class LifoQueue(Generic[T], Queue[T]):
    @erased("asyncio.queues.new_lifo_queue")
    def __new__(cls, maxsize: int = 0) -> LifoQueue[T]: ...

# The smallest first: the items are compared where their types are known.
@object("asyncio.queues.PriorityQueue")
class PriorityQueue(Generic[T], Queue[T]):
    @erased("asyncio.queues.new_priority_queue")
    def __new__(cls, maxsize: int = 0) -> PriorityQueue[T]: ...
    @mutates
    @prelude("asyncio.queues.priority_put")
    def put(self, item: T) -> coroutine[None]: ...
    @mutates
    @prelude("asyncio.queues.priority_put_nowait")
    def put_nowait(self, item: T) -> None: ...
    @mutates
    @prelude("asyncio.queues.priority_get")
    def get(self) -> coroutine[T]: ...
    @mutates
    @prelude("asyncio.queues.priority_get_nowait")
    def get_nowait(self) -> T: ...

@erased("asyncio.run")
def run(main: coroutine[T], *, debug: bool | None = None) -> T: ...
@erased("asyncio.create_task")
def create_task(coro: coroutine[T], *, name: str | None = None, context: None = None) -> Task[T]: ...
@erased("asyncio.ensure_future")
def ensure_future(coro_or_future: coroutine[T], *, loop: object = None) -> Task[T]: ...
@erased("asyncio.ensure_future")
def ensure_future(coro_or_future: Awaitable[T], *, loop: object = None) -> Future[T]: ...
@erased("asyncio.current_task")
def current_task(loop: object = None) -> Task[object] | None: ...
@erased("asyncio.all_tasks")
def all_tasks(loop: object = None) -> set[Task[object]]: ...

@erased("asyncio.sleep")
def sleep(delay: float, result: T = None) -> coroutine[T]: ...

@erased("asyncio.gather")
def gather(*coros_or_futures: Awaitable[T], return_exceptions: Literal[False] = False) -> Future[list[T]]: ...
@erased("asyncio.gather")
def gather(*coros_or_futures: Awaitable[T], return_exceptions: object) -> Future[list[T | Exception | asyncio.CancelledError]]: ...
@erased("asyncio.wait_for")
def wait_for(fut: Awaitable[T], timeout: float | None) -> coroutine[T]: ...
@erased("asyncio.wait")
def wait(fs: Iterable[Task[T]], *, timeout: float | None = None, return_when: str = "ALL_COMPLETED") -> coroutine[tuple[set[Task[T]], set[Task[T]]]]: ...
@erased("asyncio.wait")
def wait(fs: Iterable[Future[T]], *, timeout: float | None = None, return_when: str = "ALL_COMPLETED") -> coroutine[tuple[set[Future[T]], set[Future[T]]]]: ...
@erased("asyncio.as_completed")
def as_completed(fs: Iterable[Awaitable[T]], *, timeout: float | None = None) -> generator[coroutine[T], None, None]: ...
@erased("asyncio.shield")
def shield(arg: Awaitable[T]) -> Future[T]: ...

@erased("asyncio.is_future")
def isfuture(obj: object) -> bool: ...
@erased("asyncio.iscoroutine")
def iscoroutine(obj: object) -> bool: ...
@intrinsic
def iscoroutinefunction(func: object) -> bool: ...

to_thread = refused("call the function: here one thread does everything, and no call blocks it")
Runner = refused("use asyncio.run(main())")
run_coroutine_threadsafe = refused("use asyncio.create_task(...)")
open_connection = refused("a program reaches no network: import a tool")
start_server = refused("a program reaches no network: import a tool")
create_subprocess_exec = refused("a program starts no processes: import a tool")
create_subprocess_shell = refused("a program starts no processes: import a tool")
Barrier = refused("count the tasks, and wait for an asyncio.Event")
