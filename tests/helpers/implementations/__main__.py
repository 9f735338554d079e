"""python -m tests.helpers.implementations --count 5000 --seed 1: the table, and what is false.

--only NUMBER shows one file and its answer; with -o FILE.npz it is written too. Anything that is
false makes the exit code 1.
"""

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from . import adapter, judge, table

PIECE = 100  # files that a process takes at once


def parser():
    found = argparse.ArgumentParser(prog="implementations", description=__doc__.splitlines()[0])
    found.add_argument("--count", type=int, default=500, help="how many files")
    found.add_argument("--first", type=int, default=0, help="number of the first one")
    found.add_argument("--seed", type=int, default=1)
    found.add_argument("--cell", help="of this cell only")
    found.add_argument("--kind", choices=table.stored.KINDS, help="what is stored")
    found.add_argument("--plain", action="store_true", help="our names and layout")
    found.add_argument("--core", action="store_true", help="the reading core alone, no layouts")
    found.add_argument("--only", type=int, metavar="NUMBER", help="one file and its answer")
    found.add_argument("--missed", type=int, default=0, help="show so many that are not exact")
    found.add_argument("--jobs", type=int, default=1, help="processes")
    found.add_argument("--json", metavar="FILE", help="write the table there, too")
    found.add_argument("-o", metavar="FILE.npz", help="with --only: write it")
    return found


def main(arguments=None):
    asked = parser().parse_args(arguments)
    chosen = {"cell": asked.cell, "kind": asked.kind, "plain": asked.plain}
    if asked.only is not None:
        return one(asked, table.numbered(asked.seed, asked.only, **chosen))
    found = counted(asked, chosen)
    if asked.json:
        Path(asked.json).write_text(json.dumps(found.record(), indent=1) + "\n", encoding="utf-8")
    print(*found.lines(), "", *found.families(), sep="\n")
    for told in found.missed[: asked.missed]:
        print("missed:", *told, sep="\n  ")
    for told in found.faults:
        print("false:", *told, sep="\n  ")
    return 1 if found.faults else 0


def counted(asked, chosen):
    """The table of all that is asked for, by several processes where there are several."""
    numbers = range(asked.first, asked.first + asked.count)
    pieces = [numbers[n : n + PIECE] for n in range(0, len(numbers), PIECE)]
    run = partial(table.judged, asks(asked), asked.seed, **chosen)
    found = table.Table()
    if asked.jobs == 1:
        for piece in pieces:
            found.join(run(piece))
        return found
    with ProcessPoolExecutor(asked.jobs) as processes:
        for each in processes.map(run, pieces):
            found.join(each)
    return found


def asks(asked):
    return adapter.ask_core if asked.core else adapter.ask


def one(asked, made):
    if asked.o:
        np.savez(asked.o, **made.arrays)
    answer = asks(asked)(made)
    print(json.dumps(made.record(), indent=1, ensure_ascii=False))
    print(answer.text, *judge.judge(made, answer), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
