"""A program with all there is."""
from __future__ import annotations
import os.path as p, json
from dataclasses import dataclass, field as f


@dataclass(frozen=True)
class Order(Base, metaclass=Meta):
    """An order."""

    symbol: str
    shares: int = 0x1F + 0o17 - 1_000 * 2.5e-3

    def total(self, price: float, /, *rest: int, tax=0.5, **options) -> float:
        "Doc."
        squares = [x**2 for x in range(10) if x if not x]
        return self.shares * price // 3 % 2 << 1 | ~4 & 5 ^ 6


async def main(data, *, limit: int = 3):
    count = 0

    def step():
        nonlocal count
        global total
        count += 1
        total = count

    async with a() as b, c:
        async for x in d:
            await e(x)
    try:
        value = data["a"][1:2, ::3]
    except (KeyError, ValueError) as error:
        raise RuntimeError("no \N{BULLET} \x41") from error
    except:
        pass
    else:
        del value, data[0]
    finally:
        assert value, "message"
    while True:
        if a < b <= c is not None:
            break
        elif not a and b or c:
            continue
        else:
            yield
    for i, (j, *k) in z:
        total += i if i else -j
    else:
        print(*k, sep="", **o)
    match data:
        case {"a": [1, -2.5, *rest], **other} if other:
            pass
        case Point(x=0, y=None) as found:
            lambda x, *y: (x := y)
        case "s" | b"b" | a.b | _:
            print(f"{x!r:>{width}} {{}} {y = } {'a' 'b'}" rf"\{z}" '''t
''')
    a = b = {1: 2, **c}, {1, 2}, {k: v for k, v in d.items()}, (x for x in y)
