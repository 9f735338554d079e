"""Write lstm_ref/generated/*.py from the catalogue; `make generate` runs it.

A test derives every cell again and compares with these files.
"""

from pathlib import Path

from lstm_ref.derive import catalogue
from lstm_ref.derive.codegen import numpy_code

FOLDER = Path(__file__).resolve().parent.parent / "lstm_ref" / "generated"
BY_HAND = {"__init__.py", "runtime.py", "runtime_alone.py"}


def files(names=catalogue.CELLS):
    """File name -> text, for these cells of the catalogue, or for all."""
    return {f"{n.lower()}.py": numpy_code.source(catalogue.CELLS[n]) for n in names}


def main():
    wanted = files()
    for path in FOLDER.glob("*.py"):
        if path.name not in {*wanted, *BY_HAND}:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(wanted)} cells written to lstm_ref/generated")


if __name__ == "__main__":
    main()
