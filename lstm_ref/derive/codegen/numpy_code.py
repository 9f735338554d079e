"""A cell as a NumPy module: source that can be read, stored as a file, or compiled at once.

The module has the interface of `lstm_ref.cells`: SHAPES, STATES, `init`, `forward`, `backward`.
It imports what all cells share; `numpy_alone` prints a file that imports NumPy only.
"""

from __future__ import annotations

import json
import textwrap
import types
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lstm_ref.derive.codegen.build import program
from lstm_ref.derive.codegen.numpy_functions import Functions
from lstm_ref.derive.codegen.program import Program
from lstm_ref.derive.codegen.source_lines import call, indent
from lstm_ref.derive.typeset import latex
from lstm_ref.sizes import meaning

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

HEAD = '''"""{title}

{equations}

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{{t-1}}.
{sizes}
"""

from typing import Any

import numpy as np

{imports}
'''

INIT = '''

def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)
'''


def source(cell: Cell) -> str:
    """The module's text, the same bytes on every run."""
    functions = Functions(program(cell))
    passes = [*functions.forward(), *functions.backward()]
    text = [
        _head(cell, functions.used),
        *interface(cell),
        *_interface(cell),
        *constants(functions.program),
        *INIT.splitlines(),
        *passes,
    ]
    return "\n".join(text) + "\n"


def described(cell: Cell) -> tuple[str, str]:
    """(title, equations) for the docstring of a file."""
    equations = "\n".join(indent(latex.equations_as_text(cell, 96).splitlines()))
    return _escaped(f"{cell.name}: {cell.title}" if cell.doc else cell.name), equations


def sizes_in_words(cell: Cell) -> str:
    """What the letters of sizes count, a sentence in lines."""
    letters = dict.fromkeys("".join([*cell.INPUTS.values(), *cell.letters.values()]))
    letters.pop("1", None)
    return textwrap.fill("Sizes: " + ", ".join(f"{k} {meaning(k)}" for k in letters) + ".", 100)


def shapes_in_words(cell: Cell) -> str:
    """The shapes of what goes in and out, a sentence in lines."""
    x = cell.INPUTS if len(cell.inputs) > 1 else {"x": cell.INPUT}
    shapes = {**x, "outputs": cell.OUTPUT, **cell.STATES}
    words = ", ".join(f"{n} ({', '.join(word)})" for n, word in shapes.items())
    return textwrap.fill(f"Shapes: {words}; parameters as in SHAPES.", 100)


def _head(cell, used):
    title, equations = described(cell)
    sizes = sizes_in_words(cell)
    imports = ["from lstm_ref.cells import functions as fn"] * ("fn" in used)
    imports += ["from lstm_ref.generated import runtime as run"]
    imports += ["from lstm_ref.generated.runtime import sigmoid"] * ("sigmoid" in used)
    imports += ["from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace"]
    return HEAD.format(title=title, equations=equations, sizes=sizes, imports="\n".join(imports))


def _escaped(title):
    """A title inside of a docstring: nothing in it ends the string or starts an escape."""
    title = title.replace("\\", r"\\").replace('"""', r"\"\"\"")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in title)


def interface(cell: Cell) -> list[str]:
    """What the cell looks like from outside."""
    name = json.dumps(cell.name, ensure_ascii=False)
    lines = [f'NAME, INPUT, OUTPUT = {name}, "{cell.INPUT}", "{cell.OUTPUT}"']
    lines += [*table("SHAPES", cell.SHAPES), *table("STATES", cell.STATES)]
    lines += table("FIXED", cell.FIXED) if cell.FIXED else []
    return lines + (table("INPUTS", cell.INPUTS) if len(cell.inputs) > 1 else [])


def _interface(cell):
    """The same as one object."""
    items = ["NAME", "SHAPES", "STATES", "INPUT", "OUTPUT"]
    items += [f'"{cell.KEEPS}"' if cell.KEEPS else "None", "__name__"]
    items += ["FIXED=FIXED"] * bool(cell.FIXED) + ["INPUTS=INPUTS"] * (len(cell.inputs) > 1)
    return call("CELL = run.Interface", items)


def constants(program: Program) -> list[str]:
    """The numbers of the equations that have names."""
    cell = program.cell
    return [f"{program.parameters[n]} = {_digits(v)}" for n, v in cell.constants.items()]


def _digits(value):
    """A number as Python's own: one of NumPy would turn float32 into float64."""
    return repr(value) if isinstance(value, int) else repr(float(value))


def table(name: str, letters: Mapping[str, str]) -> list[str]:
    """A dict of names and their letters."""
    return call(f"{name} = ", [f'"{n}": "{word}"' for n, word in letters.items()], "{", "}")


def compiled(cell: Cell) -> types.ModuleType:
    """The module itself, without a file; its SOURCE is its text, its DECLARATION this cell."""
    text = source(cell)
    module = types.ModuleType(f"lstm_ref.derived.{cell.name}")
    module.__dict__.update(SOURCE=text, DECLARATION=cell)
    exec(compile(text, f"<derived {cell.name!r}>", "exec"), module.__dict__)
    return module
