"""A cell as a NumPy module: source that can be read, stored as a file, or compiled at once.

The module has the interface of `lstm_ref.cells`: SHAPES, STATES, `init`, `forward`, `backward`.
"""

from __future__ import annotations

import json
import types
from typing import TYPE_CHECKING

from lstm_ref.derive.codegen import backward, forward
from lstm_ref.derive.codegen.plan import Plan
from lstm_ref.derive.codegen.source_lines import call, indent
from lstm_ref.derive.typeset import latex
from lstm_ref.sizes import meaning

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

HEAD = '''"""{title}

{equations}

Derived and written by lstm_ref.derive from the equations above; do not edit.
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{{t-1}}.
Sizes: {sizes}.
"""

from typing import Any

import numpy as np

from lstm_ref.generated import runtime as run
from lstm_ref.generated.runtime import sigmoid
from lstm_ref.types import Array, Arrays, Params, State, Tape, Workspace
'''

FORWARD = '''

def forward(
    params: Params, x: Array, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
    """Run over x ({X}) from state0 = ({states}); None means zeros.

    Returns (outputs ({Y}), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """
'''

BACKWARD = '''

def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, Array, State]:
    """Back-propagation through time, {exact}.

    dh ({Y}): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """
'''

INIT = '''

def init(rng: np.random.Generator, D: int, H: int, **options: Any) -> Arrays:
    """Fresh parameters; options: see lstm_ref.cells.params.init."""
    return run.init(rng, CELL, D, H, **options)
'''


def source(cell: Cell) -> str:
    """The module's text, the same bytes on every run."""
    plan = Plan(cell)
    way_back, tape = backward.body(plan)
    way_there = forward.body(plan, tape)
    words = {
        "X": ", ".join(cell.INPUT),
        "Y": ", ".join(cell.OUTPUT),
        "exact": "with terms left out on purpose" if cell.dropped else "exact",
        "states": ", ".join(f"{s}_0" for s in cell.states) + "," * (len(cell.states) == 1),
    }
    text = [_head(cell), *_constants(cell), INIT.rstrip("\n")]
    text += [FORWARD.format(**words).rstrip("\n"), *way_there]
    text += [BACKWARD.format(**words).rstrip("\n"), *way_back]
    code = "\n".join(text) + "\n"
    if "sigmoid(" not in code.split('"""', 2)[2].replace("import sigmoid", ""):
        code = code.replace("from lstm_ref.generated.runtime import sigmoid\n", "")
    return code


def _head(cell):
    letters = dict.fromkeys([*cell.INPUT, *"".join(cell.letters.values())])
    letters.pop("1", None)
    sizes = ", ".join(f"{k} {meaning(k)}" for k in letters)
    equations = "\n".join(indent(latex.equations_as_text(cell).splitlines()))
    title = _escaped(f"{cell.name}: {cell.title}" if cell.doc else cell.name)
    return HEAD.format(title=title, equations=equations, sizes=sizes)


def _escaped(title):
    """A title inside of a docstring: nothing in it ends the string or starts an escape."""
    title = title.replace("\\", r"\\").replace('"""', r"\"\"\"")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in title)


def _constants(cell):
    name = json.dumps(cell.name, ensure_ascii=False)
    states = ", ".join(f'"{s}": "{letters}"' for s, letters in cell.STATES.items())
    keeps = f', "{cell.KEEPS}"' if cell.KEEPS else ", None"
    return [
        f'NAME, INPUT, OUTPUT = {name}, "{cell.INPUT}", "{cell.OUTPUT}"',
        *call("SHAPES = ", [f'"{n}": "{word}"' for n, word in cell.SHAPES.items()], "{", "}"),
        f"STATES = {{{states}}}",
        f"CELL = run.Interface(NAME, SHAPES, STATES, INPUT, OUTPUT{keeps}, __name__)",
    ]


def compiled(cell: Cell) -> types.ModuleType:
    """The module itself, without a file; its SOURCE is its text, its DECLARATION this cell."""
    text = source(cell)
    module = types.ModuleType(f"lstm_ref.derived.{cell.name}")
    module.__dict__.update(SOURCE=text, DECLARATION=cell)
    exec(compile(text, f"<derived {cell.name!r}>", "exec"), module.__dict__)
    return module
