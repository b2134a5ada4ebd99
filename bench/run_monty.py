"""Runs one program in pydantic-monty: prints its output, and on stderr the seconds that the run took.

Only the run is timed, without the start of the worker process, which Salami's and CPython's times include.
"""

import sys
import time

import pydantic_monty


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        source = file.read()
    printed = pydantic_monty.CollectString(max_bytes=None)
    with pydantic_monty.Monty() as pool, pool.checkout() as session:
        begin = time.perf_counter()
        session.feed_run(source, print_callback=printed)
        elapsed = time.perf_counter() - begin
    sys.stdout.write(printed.output)
    sys.stderr.write(f"{elapsed}\n")


main()
