# graphlib: topological order.

TopologicalSorter = prelude("graphlib.TopologicalSorter")
CycleError = prelude("graphlib.CycleError")
