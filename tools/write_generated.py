"""Write lstm_ref/generated, code and tables, from the catalogue; `make generate` runs it.

A test derives every cell again and compares with these files. What known mistakes amount to is read
from their numbers, which takes some minutes; tests read those of a few cells again.
"""

from pathlib import Path

from lstm_ref.derive import catalogue, table, tabulate
from lstm_ref.derive.codegen import numpy_code
from lstm_ref.diagnose import known_edits, naming

FOLDER = Path(__file__).resolve().parent.parent / "lstm_ref" / "generated"
BY_HAND = {"__init__.py", "runtime.py", "runtime_alone.py"}


def files(names=catalogue.CELLS):
    """File name -> text, for these cells of the catalogue, or for all."""
    cells = {n.lower(): catalogue.CELLS[n] for n in names}
    found = {f"{n}.py": numpy_code.source(cell) for n, cell in cells.items()}
    tables = {n: table.dumped(tabulate.table(cell)) for n, cell in cells.items()}
    computed = {n: table.dumped(tabulate.computed(cell)) for n, cell in cells.items()}
    for folder, texts in ((table.FOLDER, tables), (table.COMPUTED, computed)):
        found |= {f"{folder}/{n}.json": text for n, text in texts.items()}
    return found


def known(names=catalogue.BOOK):
    """File name -> text, of the known mistakes of these cells, by default those of the chapters."""
    cells = {n.lower(): catalogue.BOOK[n] for n in names}
    return {f"{naming.FOLDER}/{n}.json": known_edits.dumped(c) for n, c in cells.items()}


def stored():
    """File name -> text, of the files that are there."""
    tables = (FOLDER / folder for folder in (table.FOLDER, table.COMPUTED))
    paths = [*FOLDER.glob("*.py"), *(path for folder in tables for path in folder.glob("*"))]
    names = {path.relative_to(FOLDER).as_posix(): path for path in paths}
    return {n: p.read_text(encoding="utf-8") for n, p in names.items() if n not in BY_HAND}


def main():
    wanted = files()
    for name in stored().keys() - wanted.keys():
        (FOLDER / name).unlink()
    wanted |= known()
    for folder in (table.FOLDER, table.COMPUTED, naming.FOLDER):
        (FOLDER / folder).mkdir(exist_ok=True)
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(wanted)} files written to lstm_ref/generated")


if __name__ == "__main__":
    main()
