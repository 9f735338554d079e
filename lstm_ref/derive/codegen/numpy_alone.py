"""A cell as one NumPy file that stands alone: it brings the functions that it uses.

Their source is that of `lstm_ref.generated.runtime_alone`, of its `runtime` and of
`lstm_ref.cells.functions`, which are read and not loaded: this runs where NumPy is not.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from lstm_ref.derive.codegen.numpy_code import (
    constants,
    described,
    interface,
    program,
    shapes_in_words,
    sizes_in_words,
)
from lstm_ref.derive.codegen.numpy_expressions import Expressions
from lstm_ref.derive.codegen.numpy_functions import Functions
from lstm_ref.derive.codegen.numpy_statements import Statements
from lstm_ref.derive.codegen.program import Program
from lstm_ref.derive.codegen.source_lines import call_with_tuple

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

HEAD = '''"""{title}

{equations}

Derived and written by lstm_ref.derive from the equations above; do not edit.
Needs NumPy and nothing else:

    outputs, state_T, tape = forward(params, x, state0)
    dparams, dx, dstate0 = backward(params, tape, dh, dstate_T)

params is a dict of arrays by their names, x {x}; samples are the last axis.
dh is the error that enters at the outputs, dstate_T at the last states; state0, dh and dstate_T
may be None, for zeros.
{shapes}
{sizes}
Arrays over time have T + 1 slots, and slot 0 holds the initial state: c[t - 1] is c_{{t-1}}.
"""

import numpy as np
'''

FORWARD = '''

def forward(params, x, state0=None):
{run_over}

    Returns (outputs ({Y}), last states, tape for `backward`, which needs the same params).
    Raises ValueError for a wrong shape.
    """'''

BACKWARD = '''

def backward(params, tape, dh, dstate_T=None):
    """Back-propagation through time, {exact}.

    dh ({Y}): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """'''

BEHIND = "\n\n# ---- what both of them call\n\n"

SOURCES = ("generated/runtime_alone.py", "generated/runtime.py", "cells/functions.py")
# Two modules have functions with these names: those of the runtime have others here.
RENAMED = {("generated/runtime.py", "total"): "over_steps"}
RENAMED |= {("generated/runtime.py", "outer"): "product_over_steps"}


def _alone(name):
    """What a file calls the function `name` of a module."""
    module, _, own = name.rpartition(".")
    if module == "run":
        return RENAMED.get(("generated/runtime.py", own), own)
    return own if module == "fn" else name


WORDS = {word: _alone(name) for word, name in Expressions.words.items()}


class AloneExpressions(Expressions):
    """Prints trees: functions by their own names, no module before them."""

    words = WORDS


class AloneFunctions(Functions):
    """Both functions of a program."""

    run, heads = "", (FORWARD, BACKWARD)

    def __init__(self, program: Program) -> None:
        super().__init__(program, Statements(AloneExpressions(program)))

    def _enter(self):
        cell = self.cell
        shapes = "{**SHAPES, **FIXED}" if cell.FIXED else "SHAPES"
        inputs = "INPUTS" if len(cell.inputs) > 1 else '{"x": INPUT}'
        return [f"sizes, initial, new, tape = enter({shapes}, {inputs}, STATES, params, x, state0)"]

    def _leave(self, outputs, last):
        return call_with_tuple("outputs, state_T = results", [outputs], last, ",")

    def _enter_backward(self):
        return ["sizes, new, outside, last = enter_backward(OUTPUT, STATES, tape, dh, dstate_T)"]


def source(cell: Cell) -> str:
    """The file's text, the same bytes on every run."""
    functions = AloneFunctions(program(cell))
    passes = [*functions.forward(), *functions.backward()]
    title, equations = described(cell)
    several = len(cell.inputs) > 1
    head = HEAD.format(
        title=title,
        equations=equations,
        x="a dict of the inputs" if several else "the inputs of all steps",
        shapes=shapes_in_words(cell),
        sizes=sizes_in_words(cell),
    )
    lines = [head, *interface(cell), *constants(functions.program), *passes]
    return "\n".join([*lines, BEHIND, *brought("\n".join(passes))]) + "\n"


def brought(text: str) -> list[str]:
    """Lines of the functions that this code calls, and of those that they call."""
    known, wanted, waiting = helpers(), set(), named(text)
    while waiting:
        name = waiting.pop()
        if name in known and name not in wanted:
            wanted.add(name)
            waiting |= named(known[name])
    lines = "\n\n\n".join(text for name, text in known.items() if name in wanted)
    return lines.splitlines()


def named(text: str) -> set[str]:
    """Every name in code."""
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


@cache
def helpers() -> dict[str, str]:
    """The functions that a file may bring with it, by name, without their annotations."""
    found: dict[str, str] = {}
    for path in SOURCES:
        text = resources.files("lstm_ref").joinpath(path).read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                node.name = RENAMED.get((path, node.name), node.name)
                found.setdefault(node.name, _plain(node, text.splitlines()))
    return found


def _plain(node, lines):
    """A function's source; its head without annotations, its body as it is written."""
    arguments = node.args
    for argument in [*arguments.args, *filter(None, [arguments.vararg])]:
        argument.annotation = None
    head = f"def {node.name}({ast.unparse(arguments)}):"
    return "\n".join([head, *lines[node.body[0].lineno - 1 : node.end_lineno]])
