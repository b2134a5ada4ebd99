//! Just-in-time programming: from a task and an input to a checked, judged, cached program, with a model in the loop.
