"""A cell as one PyTorch file that stands alone: a Function with the derived way back, a Module."""

from __future__ import annotations

import keyword
import textwrap
from typing import TYPE_CHECKING

from lstm_ref.derive.codegen import torch_helpers
from lstm_ref.derive.codegen.names import Names
from lstm_ref.derive.codegen.numpy_code import (
    described,
    program,
    shapes_in_words,
    sizes_in_words,
    table,
)
from lstm_ref.derive.codegen.source_lines import indent
from lstm_ref.derive.codegen.torch_functions import TorchFunctions

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

HEAD = '''"""{title}

{equations}

Derived and written by lstm_ref.derive from the equations above; do not edit.
Needs torch and nothing else.
{name}(...) is a torch.nn.Module whose way back is the derived one.
Samples are the last axis; vectors of parameters have one column.
{shapes}
{sizes}
Arrays over time have slots 0 to T, and slot 0 holds the initial state: c[t - 1] is c_{{t-1}}.
"""

import torch
from torch.autograd.function import once_differentiable
'''

DERIVED = '''

class Derived(torch.autograd.Function):
    """The cell as one function of inputs, initial states and parameters, in this order."""

    @staticmethod
    def forward(ctx, sizes, *tensors):
        """Returns the outputs and the last states."""
        x, state0, params = fn.parts(tensors)
        outputs, state_T, tape = forward(sizes, params, x, state0)
        ctx.sizes = sizes
        ctx.save_for_backward(*params.values(), *map(fn.over_time, tape))
        return outputs, *state_T

    @staticmethod
    @once_differentiable
    def backward(ctx, dh, *dstate_T):
        """Returns the gradients, nothing for `sizes` and for what is fixed."""
        count = len(SHAPES) + len(FIXED)
        params = dict(zip([*SHAPES, *FIXED], ctx.saved_tensors[:count], strict=True))
        tape = ctx.saved_tensors[count:]
        dparams, dx, dstate0 = backward(ctx.sizes, params, tape, dh, dstate_T)
        return None, {errors}, *dstate0, *map(dparams.get, params)
'''

MODULE = '''

class {name}(torch.nn.Module):
    """outputs, state_T = cell(x, state0).

{text}
    """

    def __init__(self, {arguments}, *, {fixed}device=None, dtype=None):
        super().__init__()
        sizes = {{"1": 1, {letters}}}
        for name, (rows, columns) in SHAPES.items():
            value = torch.zeros(sizes[rows], sizes[columns], device=device, dtype=dtype)
            if columns != "1":
                value.uniform_(-(H**-0.5), H**-0.5)
            self.register_parameter(name, torch.nn.Parameter(value)){more}

    def forward(self, x, state0=None):
        """Run over a sequence, with the derived way back; state0 None: zeros."""
        params, sizes, state0 = self._ready(x, state0)
        tensors = [{inputs}, *state0, *params.values()]
        outputs, *state_T = Derived.apply(sizes, *tensors)
        return outputs, tuple(state_T)

    def plain(self, x, state0=None):
        """The same with autograd's way back, to compare."""
        params, sizes, state0 = self._ready(x, state0)
        outputs, state_T, _ = forward(sizes, params, x, state0)
        return outputs, tuple(state_T)

    def _ready(self, x, state0):
        params = {{name: getattr(self, name) for name in (*SHAPES, *FIXED)}}
        sizes = fn.sizes(params, x, state0)
        if state0 is None:
            state0 = [{first}.new_zeros([sizes[k] for k in word]) for word in STATES.values()]
        return params, sizes, state0
'''


def source(cell: Cell) -> str:
    """The file's text, the same bytes on every run."""
    functions = TorchFunctions(program(cell))
    passes = [*functions.forward(), *functions.backward()]
    name = _name(functions.program)
    text = [_head(cell, name), *_interface(functions.program)]
    text += torch_helpers.printed(functions.used, len(cell.inputs) > 1)
    errors = "*dx.values()" if len(cell.inputs) > 1 else "dx"
    text += [*passes, *DERIVED.format(errors=errors).splitlines()]
    return "\n".join([*text, *_module(cell, name).splitlines()]) + "\n"


def _name(program):
    """The name of the class: that of the cell where it may be one."""
    cell, others = program.cell, program.parameters.values()
    names = Names([*others, "Derived", "SHAPES", "FIXED", "STATES", "INPUTS"])
    usual = cell.name.isidentifier() and not keyword.iskeyword(cell.name)
    return names.new(cell.name if usual else "Cell")


def _head(cell, name):
    title, equations = described(cell)
    return HEAD.format(
        title=title,
        equations=equations,
        name=name,
        sizes=sizes_in_words(cell),
        shapes=shapes_in_words(cell),
    )


def _interface(program):
    """What the cell looks like from outside, and its constants."""
    cell = program.cell
    lines = [f"{program.parameters[n]} = {value!r}" for n, value in cell.constants.items()]
    lines += ["", *table("SHAPES", cell.SHAPES), *table("FIXED", cell.FIXED)]
    return [*lines, *table("INPUTS", cell.INPUTS), *table("STATES", cell.STATES)]


def _module(cell, name):
    others = {*"".join([*cell.SHAPES.values(), *cell.FIXED.values()])} - {*"DH1"}
    letters = [*"DH", *sorted(others)]
    several, ones = len(cell.inputs) > 1, cell.KEEPS == "b_f"
    here = "device=device, dtype=dtype"
    more = [f'self.register_buffer("{n}", torch.as_tensor({n}, {here}))' for n in cell.FIXED]
    more += ["torch.nn.init.ones_(self.b_f)"] * ones
    return MODULE.format(
        name=name,
        text="\n".join(indent(textwrap.wrap(_use(cell, ones), 94))),
        arguments=", ".join(letters),
        fixed="".join(f"{n}, " for n in cell.FIXED),
        letters=", ".join(f'"{k}": {k}' for k in letters),
        more="".join(f"\n        {line}" for line in more),
        inputs="*map(x.get, INPUTS)" if several else "x",
        first=f'x["{cell.input}"]' if several else "x",
    )


def _use(cell, ones):
    """How the module is used, in sentences."""
    states = [f"{s}_0" for s in cell.states]
    text = f"x: a dict of {', '.join(cell.inputs)}. " if len(cell.inputs) > 1 else ""
    text += f"state0: a tuple {' and '.join(states)}, zeros unless given; state_T likewise."
    text += " Matrices start uniform in ±1/sqrt(H), vectors at 0"
    return text + (", b_f at 1." if ones else ".")
