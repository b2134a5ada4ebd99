# typing: names for annotations, known to the checker.

Annotated = form
Any = form
AnyStr = form
AsyncGenerator = form
AsyncIterable = form
AsyncIterator = form
Awaitable = form
Callable = form
ClassVar = form
Collection = form
Concatenate = form
Container = form
Coroutine = form
Final = form
Generator = form
Generic = form
Hashable = form
IO = form
Iterable = form
Iterator = form
Literal = form
LiteralString = form
Mapping = form
MutableMapping = form
MutableSequence = form
MutableSet = form
NamedTuple = form
Never = form
NewType = form
NoReturn = form
NotRequired = form
Optional = form
ParamSpec = form
Protocol = form
Required = form
Reversible = form
Self = form
Sequence = form
AbstractSet = form
Sized = form
SupportsFloat = form
SupportsInt = form
TYPE_CHECKING: bool = False
TextIO = form
Type = form
TypeAlias = form
TypeGuard = form
TypeVar = form
TypeVarTuple = form
TypedDict = form
Union = form
Unpack = form
ParamSpecKwargs = form
ParamSpecArgs = form
ValuesView = form
SupportsRound = form
SupportsIndex = form
SupportsComplex = form
SupportsBytes = form
SupportsAbs = form
MappingView = form
KeysView = form
ItemsView = form
ForwardRef = form
ContextManager = form
ByteString = form
BinaryIO = form
AsyncContextManager = form

List = builtins.list
Dict = builtins.dict
Set = builtins.set
FrozenSet = builtins.frozenset
Tuple = builtins.tuple
Text = builtins.str
ChainMap = collections.ChainMap
Counter = collections.Counter
DefaultDict = collections.defaultdict
Deque = collections.deque
OrderedDict = collections.OrderedDict
Pattern = re.Pattern
Match = re.Match

@intrinsic
def cast(typ: object, val: T) -> T: ...
@intrinsic
def overload(func: T) -> T: ...
@intrinsic
def final(f: T) -> T: ...
@intrinsic
def no_type_check(arg: T) -> T: ...
@intrinsic
def runtime_checkable(cls: T) -> T: ...
@intrinsic
def reveal_type(obj: T, /) -> T: ...
@intrinsic
def assert_never(arg: Never, /) -> Never: ...
@intrinsic
def assert_type(val: T, typ: object, /) -> T: ...
get_type_hints = refused("annotations cannot be read at run time; name the fields")
get_origin = refused("annotations cannot be read at run time")
get_args = refused("annotations cannot be read at run time")
get_overloads = refused("annotations cannot be read at run time")
is_typeddict = refused("annotations cannot be read at run time")
