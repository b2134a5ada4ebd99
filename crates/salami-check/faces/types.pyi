# types: SimpleNamespace; programs do not look at themselves.

SimpleNamespace = prelude("types.namespace")
FunctionType = refused("use callable(value)")
GeneratorType = refused("programs do not look at themselves: name the functions, classes and fields")
LambdaType = refused("use callable(value)")
MappingProxyType = refused("use a dict that nothing changes, or a frozen dataclass")
MethodType = refused("write `value.method`")
ModuleType = refused("programs do not look at themselves: name the functions, classes and fields")
NoneType = refused("write `None` in annotations, and test with `is None`")
TracebackType = refused("write `object` in annotations")
new_class = refused("write a class statement")
