# collections.abc: names for annotations and isinstance.

Awaitable = form
AsyncGenerator = form
AsyncIterable = form
AsyncIterator = form
Callable = form
Collection = form
Container = form
Coroutine = form
Generator = form
Hashable = form
ItemsView = form
Iterable = form
Iterator = form
KeysView = form
Mapping = form
MutableMapping = form
MutableSequence = form
MutableSet = form
Reversible = form
Sequence = form
Set = form
Sized = form
ValuesView = form
