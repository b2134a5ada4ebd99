# sys.

maxsize: int = 9223372036854775807
maxunicode: int = 1114111
byteorder: str = "little"
@prelude("sys.leave_well")
def exit() -> Never: ...
@prelude("sys.leave")
def exit(status: object, /) -> Never: ...
argv = refused("the inputs are the parameters of main: `def main(name: str)`")
stdin = refused("make it a parameter of main: `def main(lines: Iterable[str])`")
stdout = refused("use print()")
stderr = refused("use print(): there is one log")
path = refused("modules are fixed when the program is checked")
modules = refused("modules are fixed when the program is checked")
version = refused("programs do not depend on the version: this is Python 3.11")
version_info = refused("programs do not depend on the version: this is Python 3.11")
platform = refused("programs run the same on every machine")
setrecursionlimit = refused("the depth of calls is a limit of the host")
getrecursionlimit = refused("the depth of calls is a limit of the host")
exc_info = refused("write `except Exception as error:`")
getsizeof = refused("sizes are not visible to programs")
