from typing import reveal_type

import json


def find(items, wanted):
    for item in items:
        if item == wanted:
            return item
    return None


x = find(["a"], "a")
reveal_type(x)  # type: str | None
print(x.upper())  # assertion: type.optional
if x is not None:
    reveal_type(x)  # type: str
if not x:
    print("none")
else:
    reveal_type(x)  # type: str
y = x or "default"
reveal_type(y)  # type: str


def kind(v):
    if isinstance(v, int):
        return v + 1
    return v.upper()


for v in [1, "a"]:
    print(kind(v))

data = json.loads("{}")
if isinstance(data, dict):
    reveal_type(data)  # type: dict[str, Json]
n: int = data["n"]  # assertion: type.json
reveal_type(n)  # type: int
print(data["a"] + 1)  # assertion: type.json
if x:
    late = 1
print(late)  # assertion: name.unbound
