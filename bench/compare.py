"""Measures Salami and CPython side by side: python3 bench/compare.py [PROGRAM...] [--rounds N]

Each round runs both, one after the other, so that a busy machine slows both; the shortest run of
each counts. Prints a ratio for each program (above 1: Salami is faster) and their geometric mean.
Build first: cargo build --release
"""

import argparse
import math
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
SALAMI = HERE.parent / "target" / "release" / "salami"


def seconds(command):
    begin = time.perf_counter()
    finished = subprocess.run(command, capture_output=True, check=False)
    return time.perf_counter() - begin, finished.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    programs = [pathlib.Path(name) for name in options.programs] or sorted((HERE / "programs").glob("*.py"))
    ratios = []
    for program in programs:
        ours, theirs = [], []
        for _ in range(options.rounds):
            time_ours, output_ours = seconds([SALAMI, "run", "--strict", "never", "--fuel", "100000000000", program])
            time_theirs, output_theirs = seconds([sys.executable, program])
            if output_ours != output_theirs:
                print(f"{program.stem:12} outputs differ")
                break
            ours.append(time_ours)
            theirs.append(time_theirs)
        else:
            ratio = min(theirs) / min(ours)
            ratios.append(ratio)
            print(f"{program.stem:12} salami {min(ours):7.3f} s  cpython {min(theirs):7.3f} s  ratio {ratio:5.2f}")
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"{'geometric mean':46} ratio {mean:5.2f}")


main()
