"""Counts the machine instructions of each program with callgrind: python3 bench/instructions.py [PROGRAM...]

Instruction counts hardly depend on the machine or on what else runs there, so a change shows that no
clock would. Each program runs with the small SIZE that bench/instructions.txt names, and its count is
compared with the one there. More than 5 percent dearer fails, unless the change log says why, in a line
of its section "Unreleased":

    - dearer: PROGRAM: what it buys

Those whose names begin with `snapshot_` write or read the state of a small execution SIZE times
(crates/salami-testkit/examples/snapshot_cost.rs): what is counted is what that adds to a run without it. Each has a limit,
whatever it was before: writing 5 microseconds and reading 10, taken as 5,000 instructions each; where the figures were taken
they are three times as many.

Build first: cargo build --release, and cargo build --release -p salami-testkit --example snapshot_cost. Needs valgrind.

    --update     writes what was counted to bench/instructions.txt; what got dearer needs its line first
    --salami F, --snapshots F   other executables
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SALAMI = HERE.parent / "target" / "release" / "salami"
SNAPSHOTS = HERE.parent / "target" / "release" / "examples" / "snapshot_cost"
BASELINE = HERE / "instructions.txt"
CHANGES = HERE.parent / "CHANGELOG.md"
TOLERANCE = 1.05
# Instructions of one, at most.
LIMITS = {"dump": 25_000, "load": 50_000}


def baseline():
    """The size and the count of each program by name; a count of 0 is one not taken yet."""
    known = {}
    for line in BASELINE.read_text().splitlines():
        if line and not line.startswith("#"):
            name, size, count = line.split()
            known[name] = (int(size), int(count))
    return known


def excused():
    """The programs of which the change log says why they are dearer."""
    if not CHANGES.exists():
        return set()
    unreleased = CHANGES.read_text().partition("## Unreleased")[2].partition("\n## ")[0]
    return set(re.findall(r"^- dearer: (\w+): \S", unreleased, re.MULTILINE))


def counted(name, command, folder):
    """The instructions of a command."""
    callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder / 'callgrind.out'}"]
    try:
        finished = subprocess.run([*callgrind, *command], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        sys.exit("valgrind is not there: apt-get install valgrind")
    found = re.search(r"Collected : (\d+)", finished.stderr)
    if finished.returncode != 0 or found is None:
        sys.exit(f"{name}: {finished.stderr}")
    return int(found.group(1))


def snapshots(program, name, size, folder):
    """The instructions of so many snapshots."""
    what = name.removeprefix("snapshot_")
    with_them, without = (counted(name, [program, what, str(times)], folder) for times in (size, 0))
    return with_them - without


def count(salami, name, size, folder):
    """The instructions of one run."""
    source = (HERE / "programs" / f"{name}.py").read_text()
    source, replaced = re.subn(r"^SIZE = [\d_]+$", f"SIZE = {size}", source, flags=re.MULTILINE)
    if replaced != 1:
        sys.exit(f"bench/programs/{name}.py: wants one line `SIZE = N`")
    program = folder / f"{name}.py"
    program.write_text(source)
    return counted(name, [salami, "run", "--strict", "never", "--fuel", "100000000000", program], folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--salami", type=pathlib.Path, default=SALAMI)
    parser.add_argument("--snapshots", type=pathlib.Path, default=SNAPSHOTS)
    options = parser.parse_args()
    known = baseline()
    for name in options.programs:
        if name not in known:
            sys.exit(f"{name}: not in bench/instructions.txt, which has {', '.join(known)}")
    dearer, over = [], []
    print(f"{'program':22} {'size':>7} {'before':>13} {'now':>13} {'times':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.programs or known:
            size, before = known[name]
            if name.startswith("snapshot_"):
                now = snapshots(options.snapshots, name, size, pathlib.Path(folder))
                limit = LIMITS[name.split("_")[1]]
                if now > limit * size:
                    over.append(f"{name} ({now // size} instructions each, at most {limit})")
            else:
                now = count(options.salami, name, size, pathlib.Path(folder))
            times = now / before if before else 1.0
            print(f"{name:22} {size:7} {before:13} {now:13} {times:6.3f}", flush=True)
            if times > TOLERANCE and name not in excused():
                dearer.append(name)
            known[name] = (size, now)
    if over:
        sys.exit(f"over their limits: {', '.join(over)}")
    if dearer:
        sys.exit(
            f"more than 5 percent dearer: {', '.join(dearer)}. Make it cheaper, or say why in CHANGELOG.md, "
            "section Unreleased: `- dearer: PROGRAM: what it buys`"
        )
    if options.update:
        lines = [line for line in BASELINE.read_text().splitlines() if line.startswith("#")]
        lines += [f"{name} {size} {instructions}" for name, (size, instructions) in known.items()]
        BASELINE.write_text("\n".join(lines) + "\n")


main()
