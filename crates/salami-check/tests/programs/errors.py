from dataclasses import dataclass


@dataclass
class Trade:
    symbol: str
    shares: int


print(totl)  # error: name.undefined
print("a" + 1)  # error: type.operator
print("a".uper())  # error: type.attribute
t = Trade("A", 1)
print(t.share)  # error: type.attribute
Trade("A")  # error: call.arguments
Trade("A", "b")  # error: type.argument


def f(a, b=1):
    return a + b


f()  # error: call.arguments
f(1, 2, 3)  # error: call.arguments
f(1, c=2)  # error: call.arguments
for i in 5:  # error: type.iterable
    pass
len(5)  # error: type.argument
(1)(2)  # error: type.call
[1]["a"]  # error: type.subscript
a, b = (1, 2, 3)  # error: type.unpack
raise 5  # error: type.exception
