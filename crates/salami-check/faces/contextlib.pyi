# contextlib: what `with` takes.

@intrinsic
def contextmanager(func: Callable[..., R]) -> Callable[..., object]: ...
@intrinsic
def asynccontextmanager(func: Callable[..., R]) -> Callable[..., object]: ...
AbstractAsyncContextManager = prelude("contextlib.AbstractAsyncContextManager")
AsyncExitStack = prelude("contextlib.AsyncExitStack")
AbstractContextManager = prelude("contextlib.AbstractContextManager")
ContextDecorator = refused("write a function decorator: it calls the function inside `with`")
ExitStack = prelude("contextlib.ExitStack")
closing = prelude("contextlib.closing")
nullcontext = prelude("contextlib.nullcontext")
suppress = prelude("contextlib.suppress")
redirect_stdout = prelude("contextlib.redirect_stdout")
redirect_stderr = prelude("contextlib.redirect_stderr")
chdir = refused("a program reaches no files by itself")
