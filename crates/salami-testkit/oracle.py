"""The oracle: runs programs in CPython and says what they did.

One JSON object a line on standard input, {"name", "source", "input", "stdin"}; one a line on standard
output, {"output", "raises", "result"}. Each program runs in a process of its own.
"""

import io
import json
import os
import select
import signal
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "python"))

# Imported once, so that each forked program starts with the modules loaded.
import collections, csv, datetime, decimal, re, math, dataclasses, typing, itertools, functools, asyncio, contextlib  # noqa: E401, F401

from salami import clock, entry, tools  # noqa: E402

import virtual_loop  # noqa: E402

SECONDS = 20


def run(case: dict) -> dict:
    """Runs one program in this process."""
    virtual_loop.install()
    captured = io.StringIO()
    sys.stdout = captured
    sys.stdin = io.TextIOWrapper(io.BytesIO((case.get("stdin") or "").encode("latin-1")), encoding="utf-8")
    raises = result = None
    clock.record()
    host = tools.Canned(case.get("host") or "")
    tools.install(case.get("stubs") or {}, host.call)
    try:
        result = entry.run(case["source"], case["name"], case.get("input") or {})
    except BaseException as error:
        raises = "".join(traceback.format_exception_only(error)).rstrip("\n")
        if isinstance(error, SyntaxError) and type(error).__module__ == "builtins":
            raises = f"SyntaxError: {error.msg}"
    finally:
        sys.stdout = sys.__stdout__
    if host.problem or host.rest():
        raises = f"oracle: {host.problem or 'it did not call ' + ', '.join(host.rest())}"
    return {"output": captured.getvalue(), "raises": raises, "result": result}


def isolated(case: dict) -> dict:
    """Runs one program in a forked process, with a time limit."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        sys.stderr = io.StringIO()
        try:
            answer = json.dumps(run(case))
        except BaseException as error:  # A result that JSON cannot say.
            answer = json.dumps({"output": "", "raises": f"oracle: {error!r}", "result": None})
        data = answer.encode()
        while data:
            data = data[os.write(writer, data):]
        os._exit(0)
    os.close(writer)
    data, deadline = b"", time.monotonic() + SECONDS
    while True:
        ready, _, _ = select.select([reader], [], [], max(0, deadline - time.monotonic()))
        chunk = os.read(reader, 1 << 16) if ready else None
        if not chunk:
            break
        data += chunk
    if chunk is None:
        os.kill(child, signal.SIGKILL)
    os.close(reader)
    os.waitpid(child, 0)
    if not data:
        return {"output": "", "raises": f"oracle: no answer in {SECONDS} seconds", "result": None}
    return json.loads(data)


def main() -> None:
    if sys.version_info[:2] != (3, 11):
        sys.exit(f"the oracle is CPython 3.11, this is {sys.version}")
    for line in sys.stdin:
        sys.stdout.write(json.dumps(isolated(json.loads(line))) + "\n")
        sys.stdout.flush()


main()
