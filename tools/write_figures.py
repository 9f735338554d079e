"""Write the code and the numbers that moving figures compute with: book/figures/cells and data.

    python tools/write_figures.py

Cells: NAME.mjs for every cell that a figure imports, as `lstm_ref derive NAME --format
javascript-module` prints it; NAME.terms.mjs, where each summand of each error term has a weight, as
`--format javascript-terms` does; and NAME.formulas.mjs, where the formulas of the derivation are
data. Files that no figure imports are removed. Numbers: `figure_data`.
"""

import json
import re
import sys
from pathlib import Path

import figure_data

from lstm_ref.book.moving import training
from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import js_code, js_terms
from lstm_ref.derive.typeset import tokens

FIGURES = Path(__file__).resolve().parent.parent / "book" / "figures"
IMPORT = re.compile(r"""["'](?:\.\./)+cells/(\w+)(\.terms|\.formulas)?\.mjs["']""")
TRAINED = FIGURES / "src" / "train" / "cells.json"
WRITERS = {"": js_code, ".terms": js_terms, ".formulas": tokens}
CELLS = {
    **catalogue.CELLS,
    # wrong on purpose: no error goes from c to the step before by the carousel
    "LSTM_WITHOUT_CAROUSEL": catalogue.LSTM.truncated(
        "LSTM_WITHOUT_CAROUSEL", lambda term: term.of == term.by == "c"
    ),
}


def wanted():
    """The files that the figures import, as {name of the file: its source}."""
    found = {}
    for path in sorted((FIGURES / "src").rglob("*.ts*")):
        for name, kind in IMPORT.findall(path.read_text(encoding="utf-8")):
            found[f"{name}{kind}.mjs"] = WRITERS[kind].module(CELLS[name])
    return found


def trained():
    """Which cells the figure `train` can load, as JSON."""
    return f"{json.dumps(training.names(), indent=1)}\n"


def main():
    files = wanted()
    for path in sorted((FIGURES / "cells").glob("*.mjs")):
        if path.name not in files:
            path.unlink()
    for name, source in files.items():
        (FIGURES / "cells" / name).write_text(source, encoding="utf-8", newline="\n")
    (FIGURES / "data").mkdir(exist_ok=True)
    for name, text in (numbers := figure_data.wanted()).items():
        (FIGURES / "data" / name).write_text(text, encoding="utf-8", newline="\n")
    TRAINED.write_text(trained(), encoding="utf-8", newline="\n")
    print(f"wrote {', '.join(sorted({*files, *numbers}))}")


if __name__ == "__main__":
    sys.exit(main())
