# urllib: only what handles addresses, as text.

parse = module("urllib.parse")
request = refused("a program reaches no network by itself: import a tool: `from tools import http`")
error = refused("a program reaches no network by itself: import a tool: `from tools import http`")
robotparser = refused("a program reaches no network by itself: import a tool: `from tools import http`")
