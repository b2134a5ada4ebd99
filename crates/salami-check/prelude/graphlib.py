"""graphlib: nodes in an order in which each comes after those that it needs."""

from typing import Generic, TypeVar

T = TypeVar("T")


class CycleError(ValueError):
    pass


class NodeInfo(Generic[T]):
    """A node: how many of its predecessors are not done (-1: given out, -2: done), and who waits for it."""

    def __init__(self, node):
        self.node = node
        self.waits_for = 0
        self.successors = []


class TopologicalSorter(Generic[T]):
    def __init__(self, graph=None):
        self.infos = {}
        self.ready_nodes = None
        self.given_out = 0
        self.finished = 0
        if graph is not None:
            for node, predecessors in graph.items():
                self.add(node, *predecessors)

    def info_of(self, node):
        if node not in self.infos:
            self.infos[node] = NodeInfo(node)
        return self.infos[node]

    def add(self, node, *predecessors):
        if self.ready_nodes is not None:
            raise ValueError("Nodes cannot be added after a call to prepare()")
        info = self.info_of(node)
        info.waits_for += len(predecessors)
        for predecessor in predecessors:
            self.info_of(predecessor).successors.append(node)

    def prepare(self):
        if self.ready_nodes is not None:
            raise ValueError("cannot prepare() more than once")
        self.ready_nodes = [info.node for info in self.infos.values() if info.waits_for == 0]
        cycle = self.find_cycle()
        if cycle is not None:
            raise CycleError("nodes are in a cycle", cycle)

    def get_ready(self):
        ready = self.ready_nodes
        if ready is None:
            raise ValueError("prepare() must be called first")
        result = tuple(ready)
        for node in result:
            self.infos[node].waits_for = -1
        self.ready_nodes = []
        self.given_out += len(result)
        return result

    def is_active(self):
        if self.ready_nodes is None:
            raise ValueError("prepare() must be called first")
        return self.finished < self.given_out or bool(self.ready_nodes)

    def __bool__(self):
        return self.is_active()

    def done(self, *nodes):
        ready = self.ready_nodes
        if ready is None:
            raise ValueError("prepare() must be called first")
        for node in nodes:
            if node not in self.infos:
                raise ValueError(f"node {node!r} was not added using add()")
            info = self.infos[node]
            if info.waits_for >= 0:
                raise ValueError(f"node {node!r} was not passed out (still not ready)")
            if info.waits_for == -2:
                raise ValueError(f"node {node!r} was already marked done")
            info.waits_for = -2
            for successor in info.successors:
                waiting = self.infos[successor]
                waiting.waits_for -= 1
                if waiting.waits_for == 0:
                    ready.append(successor)
            self.finished += 1

    def find_cycle(self):
        """A cycle as a list whose first node is its last too, or None. Depth first along successors."""
        path = []
        place_in_path = {}
        pending = []
        seen = set()
        for start in self.infos:
            if start in seen:
                continue
            node = start
            while True:
                if node in seen:
                    if node in place_in_path:
                        return path[place_in_path[node]:] + [node]
                else:
                    seen.add(node)
                    pending.append(iter(self.infos[node].successors))
                    place_in_path[node] = len(path)
                    path.append(node)
                # On to the next successor of the last node that has one left.
                found = False
                while path and not found:
                    for successor in pending[-1]:
                        node = successor
                        found = True
                        break
                    else:
                        del place_in_path[path.pop()]
                        pending.pop()
                if not found:
                    break
        return None

    def static_order(self):
        self.prepare()
        while self.is_active():
            nodes = self.get_ready()
            yield from nodes
            self.done(*nodes)
