"""The functions `forward` and `backward` of a PyTorch file, line by line."""

from __future__ import annotations

from lstm_ref.derive.codegen.numpy_functions import Functions
from lstm_ref.derive.codegen.program import STEPS, Program
from lstm_ref.derive.codegen.source_lines import block, call, indent, unpacked
from lstm_ref.derive.codegen.torch_statements import TorchStatements

FORWARD = '''

def forward(sizes, params, x, state0):
{run_over}

    Returns (outputs ({Y}), last states, what `backward` needs). Nothing is written in place,
    so that autograd can follow.
    """'''

BACKWARD = '''

def backward(sizes, params, tape, dh, dstate_T):
    """Back-propagation through time, {exact}: (dparams, dx, errors at the initial states).

    dh ({Y}): error that enters at the outputs; dstate_T: errors that enter at the last states.
    """'''


class TorchFunctions(Functions):
    """Both functions of a program. used: the functions that their code calls."""

    unless_given = ""

    def __init__(self, program: Program) -> None:
        self.printer = TorchStatements(program)
        super().__init__(program, self.printer)
        self.used |= {"fn.from_one", "fn.over_time", "fn.sizes"}

    def forward(self) -> list[str]:
        """Lines of the function `forward`."""
        program, cell, statements = self.program, self.cell, self.printer
        names = {key: variable.name for key, variable in program.variables.items()}
        statements.ahead, statements.of = True, names[cell.input]
        head = [self._sizes(), *self._parameters(program.forward), *self._stacks(program.forward)]
        head += [*self._inputs(), *self._lists()]
        head += unpacked([f"{names[s]}[0]" for s in cell.states], "state0")
        work = [*statements.lines(program.once), *statements.whole(program.whole)]
        statements.expressions.whole = False
        work += block("for t in range(1, T + 1):", statements.step(program.step))
        work += call("state_T = ", [f"{names[s]}[T]" for s in cell.states], "[", "]")
        work += call("tape = ", [names[key] for key in self.tape], "[", "]")
        done = f"return torch.stack({names[cell.output]}[1:]), state_T, tape"
        return FORWARD.format(**self._words()).splitlines() + indent([*head, *work, done])

    def backward(self) -> list[str]:
        """Lines of the function `backward`."""
        program, statements = self.program, self.printer
        names = {key: variable.name for key, variable in program.variables.items()}
        statements.ahead, statements.of = False, "dh"
        late = [names[f"next {s}"] for s in self.cell.states]
        head = [self._sizes(), *unpacked(late, "dstate_T")]
        if self.tape:
            head += unpacked([names[key] for key in self.tape], "tape")
        head += [*self._parameters(program.backward), *self._stacks(program.backward)]
        head += [f"{names['e']} = fn.from_one(dh)", *self._errors()]
        work = block("for t in range(T, 0, -1):", statements.lines(program.back))
        work += [*self._after(), *call("dstate0 = ", late, "[", "]")]
        done = "return dparams, dx, dstate0"
        return BACKWARD.format(**self._words()).splitlines() + indent([*head, *work, done])

    def _inputs(self):
        names = [self.program.variables[x].name for x in self.cell.inputs]
        if len(names) == 1:
            return [f"{names[0]} = fn.from_one(x)"]
        items = ", ".join(f'"{x}"' for x in self.cell.inputs)
        return unpacked(names, f"(fn.from_one(x[name]) for name in ({items}))")

    def _lists(self):
        """What the way forward keeps over time."""
        known = {key: self.program.variables[key] for key in self._computed()}
        names = [v.name for k, v in known.items() if v.when == STEPS and k not in self.cell.inputs]
        return unpacked(names, f"([None] * (T + 1) for _ in range({len(names)}))")

    def _array(self, key):
        variable = self.program.variables[key]
        line = f"{variable.name} = {self.statements.zeros(('T + 1', *variable.letters, 'B'))}"
        return [line] * (variable.when == STEPS)

    def _rows(self, array, prefix):
        rows = self.program.layout.rows
        if not rows:
            return []
        height = self.expressions.height(rows)
        names = [self.program.variables[prefix + row].name for row in rows]
        heights = ", ".join(self.cell.letters[row] for row in rows)
        made = f"{array} = {self.statements.zeros(('T + 1', height, 'B'))}"
        return [made, *unpacked(names, f"{array}.split", [f"[{heights}]", "dim=1"])]
