# time: the recorded clock.

@effect("clock")
def time() -> float: ...
@effect("clock")
def time_ns() -> int: ...
@effect("clock")
def monotonic() -> float: ...
@effect("clock")
def perf_counter() -> float: ...
@intrinsic
def sleep(seconds: float, /) -> None: ...
localtime = refused("use datetime.now()")
gmtime = refused("use datetime.now(timezone.utc)")
strftime = refused("use datetime.now().strftime(format)")
strptime = refused("use datetime.strptime(text, format)")
mktime = refused("use datetime(...).timestamp()")
ctime = refused("use datetime.now().ctime()")
