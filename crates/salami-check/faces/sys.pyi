# sys.

maxsize: int = 9223372036854775807
maxunicode: int = 1114111
byteorder: str = "little"
@prelude("sys.leave_well")
def exit() -> Never: ...
@prelude("sys.leave")
def exit(status: object, /) -> Never: ...
argv: list[str]
stdin: io.StringIO
stdout: io.StringIO
stderr: io.StringIO
exception = prelude("sys.exception")
exc_info = prelude("sys.exc_info")
version_info = prelude("sys.version_info()")
float_info = prelude("sys.float_info()")
getrecursionlimit = prelude("sys.getrecursionlimit")
setrecursionlimit = prelude("sys.setrecursionlimit")
intern = prelude("sys.intern")
getdefaultencoding = prelude("sys.getdefaultencoding")
path = refused("modules are fixed when the program is checked")
modules = refused("modules are fixed when the program is checked")
version = refused("programs do not depend on the version: this is Python 3.11")
platform = refused("programs run the same on every machine")
getsizeof = refused("sizes are not visible to programs")
