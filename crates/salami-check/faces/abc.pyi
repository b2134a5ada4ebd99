# abc: resolved by the checker.

@intrinsic
@derivable
class ABC: ...
ABCMeta = form

@intrinsic
def abstractmethod(funcobj: T) -> T: ...
