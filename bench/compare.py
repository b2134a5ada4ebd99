"""Measures Salami, CPython and pydantic-monty side by side: python3 bench/compare.py [PROGRAM...] [--rounds N]

Each round runs all of them, one after the other, so that a busy machine slows all; the shortest run
of each counts. Prints how many times faster Salami is than each (above 1: Salami is faster) and the
geometric means. Build first: cargo build --release; bench/install_peers.sh installs the peer (without
it only CPython is measured).
"""

import argparse
import math
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
SALAMI = HERE.parent / "target" / "release" / "salami"
PEER = HERE / ".peers" / "bin" / "python"


def command(program):
    """Seconds of the whole command, and what it printed."""
    begin = time.perf_counter()
    finished = subprocess.run(program, capture_output=True, check=False)
    return time.perf_counter() - begin, finished.stdout


def monty(program):
    """Seconds that the peer says its run took, and what it printed; None where it cannot run the program."""
    finished = subprocess.run([PEER, HERE / "run_monty.py", program], capture_output=True, check=False)
    if finished.returncode != 0:
        return None, finished.stderr
    return float(finished.stderr.split()[-1]), finished.stdout


def measure(program, rounds):
    """The shortest seconds of each interpreter by name, or the name of one whose output differs."""
    runners = {
        "salami": lambda: command([SALAMI, "run", "--strict", "never", "--fuel", "100000000000", program]),
        "cpython": lambda: command([sys.executable, program]),
    }
    if PEER.exists():
        runners["monty"] = lambda: monty(program)
    best = {}
    for _ in range(rounds):
        outputs = {}
        for name, run in list(runners.items()):
            seconds, outputs[name] = run()
            if seconds is None:
                del runners[name]
                continue
            best[name] = min(seconds, best.get(name, math.inf))
            if outputs[name] != outputs["salami"]:
                return None, name
    return best, None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    programs = [pathlib.Path(name) for name in options.programs] or sorted((HERE / "programs").glob("*.py"))
    ratios = {"cpython": [], "monty": []}
    print(f"{'program':14} {'salami':>9} {'cpython':>9} {'times':>6} {'monty':>9} {'times':>6}")
    for program in programs:
        best, differs = measure(program, options.rounds)
        if best is None:
            print(f"{program.stem:14} output of {differs} differs")
            continue
        line = f"{program.stem:14} {best['salami']:7.3f} s"
        for name in ("cpython", "monty"):
            if name in best:
                ratios[name].append(best[name] / best["salami"])
                line += f" {best[name]:7.3f} s {ratios[name][-1]:6.2f}"
            else:
                line += f" {'-':>9} {'-':>6}"
        print(line, flush=True)
    line = f"{'geometric mean':24}"
    for name in ("cpython", "monty"):
        mean = math.exp(sum(map(math.log, ratios[name])) / len(ratios[name])) if ratios[name] else math.nan
        line += f" {'':9} {mean:6.2f}"
    print(line)


main()
