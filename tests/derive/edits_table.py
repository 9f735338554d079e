"""Every edit of the list of terms of every cell, judged by the proof: `make edits`.

    python tests/derive/edits_table.py [CELL ...]

One line for each cell: edits tried, those refuted by numbers, those that are refused because the
proof cannot show them, those that pass, and those left out because they change no number. Exit
code 1 if one passes. A cell has hundreds of edits; `LSTM` takes five seconds, all of them minutes.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

import edits

from lstm_ref.derive import catalogue, proof


def main(arguments: list[str]) -> int:
    """Print the table; the edits that pass are printed below it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cells", nargs="*", metavar="CELL", help="all of the catalogue without it")
    names = parser.parse_args(arguments).cells or list(catalogue.CELLS)
    print(f"{'cell':24} {'tried':>6} {'wrong':>6} {'not shown':>9} {'passed':>6} {'no edit':>7}")
    total, passed = Counter(), []
    for name in names:
        cell = catalogue.find(name)
        found = edits.judged(cell, edits.edits(cell))
        counts = Counter(verdict for _, verdict in found)
        passed += [(name, edit) for edit, verdict in found if verdict == proof.SHOWN]
        print(line(name, counts), flush=True)
        total += counts
    print(line(f"all {len(names)}", total))
    for name, edit in passed:
        print(f"passed: {name}: {edit}")
    return 1 if passed else 0


def line(name: str, counts: Counter) -> str:
    """A row of the table."""
    tried = counts.total() - counts["no edit"]
    wrong, hidden, passed = (counts[k] for k in (proof.WRONG, proof.NOT_SHOWN, proof.SHOWN))
    return f"{name:24} {tried:6} {wrong:6} {hidden:9} {passed:6} {counts['no edit']:7}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
