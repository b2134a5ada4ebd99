"""Measures how long `salami check` takes on generated programs: python3 bench/check_speed.py

Prints a table: for each style of program and each length, the milliseconds of the processor that the
whole command takes (it has one thread), the least of several runs: what else runs on the machine counts
little. Functions are called with three combinations of types, or as `--combinations` says. Build first: cargo build --release && cargo build --release -p salami-testkit --example large
"""

import argparse
import pathlib
import resource
import subprocess
import tempfile

RELEASE = pathlib.Path(__file__).resolve().parent.parent / "target" / "release"
STYLES = ["chains", "classes", "closures", "dataclasses", "records", "recursion", "script", "mixture"]


def spent():
    """The seconds of the processor that children took so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def milliseconds(program, rounds):
    best = None
    for _ in range(rounds):
        before = spent()
        finished = subprocess.run([RELEASE / "salami", "check", program], capture_output=True, check=False)
        taken = (spent() - before) * 1000
        if finished.returncode != 0:
            return None
        best = taken if best is None else min(best, taken)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("styles", nargs="*", default=STYLES)
    parser.add_argument("--lines", type=int, nargs="+", default=[100, 1_000, 10_000, 100_000])
    parser.add_argument("--combinations", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    print("| program | " + " | ".join(f"{lines:,} lines" for lines in options.lines) + " |")
    print("|---" * (len(options.lines) + 1) + "|")
    for style in options.styles:
        row = []
        for lines in options.lines:
            command = [RELEASE / "examples" / "large", style, str(lines), str(options.combinations)]
            text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
                file.write(text)
                file.flush()
                taken = milliseconds(file.name, options.rounds if lines <= 10_000 else 2)
            row.append("refused" if taken is None else f"{taken:,.0f} ms")
        print(f"| {style} | " + " | ".join(row) + " |")


main()
