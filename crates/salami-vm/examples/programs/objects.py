class Point:
    __slots__ = ("x", "y")
def count(n):
    i = 0
    while i < n:
        yield i
        i += 1
def main():
    total = 0
    for i in count(1000000):
        point = Point()
        point.x = i
        point.y = i
        total += point.x + point.y
    return total
print(main())
