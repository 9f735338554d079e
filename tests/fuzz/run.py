"""Run the fuzzer: `make fuzz`, or one case again by its door, seed and number.

    python tests/fuzz/run.py [--cases 10000] [--seed 1] [DOOR [NUMBER]]

Exit code 0: every case was refused as promised or accepted rightly; 1: some were not, and each is
printed with the line that runs it again.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import fuzz_bombs
import fuzz_bridges
import fuzz_cells
import fuzz_files
import fuzz_text
from fuzz_case import Case, judged

DOORS = {}
for room in (fuzz_files, fuzz_bombs, fuzz_cells, fuzz_bridges, fuzz_text):
    DOORS |= room.DOORS
TOTAL = sum(door.share for door in DOORS.values())
MEMORY = 6 << 30  # bytes of address space of the whole run
PROCESSOR = 3600  # seconds, only against what no count of calls sees


def case(door: str, seed: int, number: int, folder: Path) -> Case:
    """The case of a door; folder: for its files, emptied before."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return DOORS[door].make(Random(f"{door} {seed} {number}"), folder)


def numbers(cases: int) -> Iterator[tuple[str, int]]:
    """(door, number) of so many cases, spread over all doors by their shares."""
    for name, door in DOORS.items():
        for number in range(max(1, round(cases * door.share / TOTAL))):
            yield name, number


def faults(seed: int, chosen: Iterator[tuple[str, int]], folder: Path) -> Iterator[str]:
    """What is wrong, with the line that runs the case again."""
    for door, number in chosen:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            one = case(door, seed, number, folder / "case")
            wrong = judged(one)
        if wrong:
            again = f"python tests/fuzz/run.py --seed {seed} {door} {number}"
            yield f"{again}\n    {one.what:.200}\n    {wrong:.600}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Damaged inputs at every door.")
    parser.add_argument("door", nargs="?", choices=DOORS)
    parser.add_argument("number", nargs="?", type=int)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
    chosen = list(numbers(options.cases))
    if options.door:
        chosen = [pair for pair in chosen if pair[0] == options.door]
    if options.number is not None:
        chosen = [(options.door, options.number)]
    with tempfile.TemporaryDirectory() as folder:
        found = list(faults(options.seed, chosen, Path(folder)))
    print("\n".join(found))
    print(f"seed {options.seed}, {len(found)} of {len(chosen)} cases at fault")
    print(", ".join(f"{door} {count}" for door, count in Counter(d for d, _ in chosen).items()))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
