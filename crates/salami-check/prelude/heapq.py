"""Heaps of items that have comparison methods of their own, and choice by a key function."""


def heappush(heap, item):
    heap.append(item)
    rise(heap, 0, len(heap) - 1)


def heappop(heap):
    if not heap:
        raise IndexError("index out of range")
    last = heap.pop()
    if not heap:
        return last
    least = heap[0]
    heap[0] = last
    sink(heap, 0)
    return least


def heapreplace(heap, item):
    if not heap:
        raise IndexError("index out of range")
    least = heap[0]
    heap[0] = item
    sink(heap, 0)
    return least


def heappushpop(heap, item):
    if heap and heap[0] < item:
        least = heap[0]
        heap[0] = item
        sink(heap, 0)
        return least
    return item


def heapify(heap):
    for index in range(len(heap) // 2 - 1, -1, -1):
        sink(heap, index)


def rise(heap, top, index):
    """Moves the item at the index up to its place below the top."""
    item = heap[index]
    while index > top:
        parent = (index - 1) // 2
        if not item < heap[parent]:
            break
        heap[index] = heap[parent]
        index = parent
    heap[index] = item


def sink(heap, top):
    """Moves the item at the top down to a leaf along the lesser children, then up to its place."""
    item = heap[top]
    index = top
    child = 2 * index + 1
    while child < len(heap):
        if child + 1 < len(heap) and not heap[child] < heap[child + 1]:
            child += 1
        heap[index] = heap[child]
        index = child
        child = 2 * index + 1
    heap[index] = item
    rise(heap, top, index)


def nlargest(n, iterable, key):
    return sorted(iterable, key=key, reverse=True)[:max(n, 0)]


def nsmallest(n, iterable, key):
    return sorted(iterable, key=key)[:max(n, 0)]


def merge(iterables, key, reverse):
    columns = []
    heads = []
    for iterable in iterables:
        column = iter(iterable)
        for value in column:
            columns.append(column)
            heads.append(value)
            break
    keys = heads[:] if key is None else [key(value) for value in heads]
    while heads:
        chosen = 0
        for index in range(1, len(heads)):
            if (keys[chosen] < keys[index]) if reverse else (keys[index] < keys[chosen]):
                chosen = index
        yield heads[chosen]
        for value in columns[chosen]:
            heads[chosen] = value
            keys[chosen] = value if key is None else key(value)
            break
        else:
            del columns[chosen]
            del heads[chosen]
            del keys[chosen]
