"""The functions `forward` and `backward` of a generated module, line by line."""

from __future__ import annotations

import textwrap

from lstm_ref.derive.codegen.numpy_expressions import Expressions
from lstm_ref.derive.codegen.numpy_statements import Statements, stacks
from lstm_ref.derive.codegen.program import (
    STEPS,
    AddBiases,
    Multiply,
    Program,
    StackGradient,
    reads,
)
from lstm_ref.derive.codegen.source_lines import (
    LONGEST,
    block,
    call,
    call_with_tuple,
    indent,
    quoted,
    unpacked,
)
from lstm_ref.derive.tree import walk

FORWARD = '''

def forward(
    params: Params, x: {x}, state0: State | None = None, workspace: Workspace | None = None
) -> tuple[Array, State, Tape]:
{run_over}

    Returns (outputs ({Y}), last states, tape for `backward`). Raises TypeError or
    ValueError for a bad argument and FloatingPointError if the numbers overflow.
    workspace: see lstm_ref.cells.loop.workspace.
    """'''

BACKWARD = '''

def backward(
    params: Params, tape: Tape, dh: Array | None, dstate_T: State | None = None
) -> tuple[Arrays, {dx}, State]:
    """Back-propagation through time, {exact}.

    dh ({Y}): error that enters at the outputs, None for none; dstate_T: error that
    enters at the last states, None for none. Returns (dparams, dx, errors at the initial states).
    """'''


class Functions:
    """Both functions of a program. used: what their code needs besides NumPy and the runtime.

    run: what stands before the functions of the runtime; heads: what both functions begin with.
    """

    run, heads = "run.", (FORWARD, BACKWARD)
    unless_given = "; None means zeros"  # initial states

    def __init__(self, program: Program, statements: Statements | None = None) -> None:
        self.program, self.cell = program, program.cell
        self.statements = statements or Statements(Expressions(program))
        self.expressions = self.statements.expressions
        self.used = self.expressions.used
        read = reads(program.backward)
        self.tape = [key for key in self._computed() if key in read]

    def _computed(self):
        """Keys of what the way forward computes, inputs among it."""
        return [key for key in self.program.variables if key not in self.program.errors]

    def _words(self):
        cell = self.cell
        several = len(cell.inputs) > 1
        shown = ", ".join(f"{x} ({', '.join(word)})" for x, word in cell.INPUTS.items())
        x = f"x, a dict of {shown}," if several else shown.replace(cell.input, "x", 1)
        states = ", ".join(f"{s}_0" for s in cell.states) + "," * (len(cell.states) == 1)
        return {
            "x": "Any" if several else "Array",  # the dict x makes way for the input x
            "dx": "Arrays" if several else "Array",
            "run_over": _docstring(f"Run over {x} from state0 = ({states}){self.unless_given}."),
            "Y": ", ".join(cell.OUTPUT),
            "exact": "with terms left out on purpose" if cell.dropped else "exact",
        }

    def forward(self) -> list[str]:
        """Lines of the function `forward`."""
        program, cell, lines = self.program, self.cell, self.statements.lines
        head = [
            *self._enter(),
            self._sizes(),
            *self._parameters(program.forward),
            *self._stacks(program.forward),
            *self._inputs(),
            *self._arrays(),
        ]
        names = {key: variable.name for key, variable in program.variables.items()}
        head += [f"{names[s]}[0] = initial[{k}]" for k, s in enumerate(cell.states)]
        work = [*lines(program.once), *self.statements.whole(program.whole)]
        work += block("for t in range(1, T + 1):", lines(program.step))
        last, outputs = [f"{names[s]}[T]" for s in cell.states], names[cell.output]
        work += self._leave(outputs, last)
        work += call("tape.update", [f"{names[key]}={names[key]}" for key in self.tape])
        done = ["return outputs, state_T, tape"]
        return self.heads[0].format(**self._words()).splitlines() + indent([*head, *work, *done])

    def backward(self) -> list[str]:
        """Lines of the function `backward`."""
        program, lines = self.program, self.statements.lines
        names = {key: variable.name for key, variable in program.variables.items()}
        late = [names[f"next {s}"] for s in self.cell.states]
        head = [*self._enter_backward(), self._sizes(), *unpacked(late, "last")]
        held = [names[key] for key in self.tape]
        if held:
            words = quoted(held)
            items = [f"tape, {words[0]}"] if len(words) == 1 else ["tape", "\n    ".join(words)]
            head += "\n".join(unpacked(held, f"{self.run}take", items)).splitlines()
        head += [*self._parameters(program.backward), *self._stacks(program.backward)]
        head += [f"{names['e']} = {self.run}from_one(outside)", *self._errors()]
        work = block("for t in range(T, 0, -1):", lines(program.back))
        work += self._after()
        end = "," * (len(late) == 1)
        done = call_with_tuple(f"return {self.run}give", ["dparams", "dx"], late, end)
        return self.heads[1].format(**self._words()).splitlines() + indent([*head, *work, *done])

    def _enter(self):
        found = "sizes, initial, new, tape = run.enter(CELL, params, x, state0, workspace)"
        return [found, 'params = tape["params"]']

    def _leave(self, outputs, last):
        return call_with_tuple("outputs, state_T = run.leave", ["CELL", outputs], last, ",")

    def _enter_backward(self):
        found = "sizes, new, outside, last = run.enter_backward(CELL, params, tape, dh, dstate_T)"
        return [found, 'params = tape["params"]']

    def _after(self):
        """Gradients, when all steps are done."""
        after, inputs = self.program.after, len(self.cell.inputs)
        lines = ["dx = {}"] * (inputs > 1) + self.statements.lines(after[:inputs], whole=True)
        lines.append("dparams = {}")
        if any(isinstance(part, StackGradient) for part in walk(*after)):
            lines.append(f"errors = {self.statements.name('flat')}(delta[1:])")
        return lines + self.statements.lines(after[inputs:], whole=True)

    def _sizes(self):
        """The line of code that gives the sizes a cell uses their letters, T first."""
        used = set("".join(self.cell.letters.values())) - {"1"}
        letters = [k for k in "TDHB" if k in "TB" or k in used]
        letters += sorted(used - set("TDHB"))
        return f'{", ".join(letters)} = (sizes[k] for k in "{"".join(letters)}")'

    def _parameters(self, statements):
        """Local names for the parameters that the code of these statements uses by name."""
        used = {*reads(statements)}
        for part in walk(*statements):
            if isinstance(part, AddBiases) and len(part.vectors) == 1:
                used |= {*part.vectors}
            if isinstance(part, Multiply) and part.stack not in self.program.stacks:
                used |= {str(part.stack.matrices[0])}
        names = self.program.parameters
        return [
            f'{names[p]} = params["{p}"]'
            for p in names
            if p in used and p not in self.cell.constants
        ]

    def _stacks(self, statements):
        """Matrices of the same vector on top of each other, where the statements use them."""
        lines = []
        for stack in self.program.layout.stacks:
            if stack in self.program.stacks and stack in stacks(statements):
                items = [f'params["{W}"]' for W in stack.matrices]
                head = f"{self.program.stacks[stack]} = {self.statements.name('stack')}"
                lines += call(head, items, "([", "])")
        return lines

    def _inputs(self):
        names = [self.program.variables[x].name for x in self.cell.inputs]
        if len(names) == 1:
            return [f"{names[0]} = {self.run}from_one(x)"]
        items = ", ".join(f'x["{x}"]' for x in self.cell.inputs)
        return unpacked(names, "map", [f"{self.run}from_one", f"({items})"])

    def _arrays(self):
        """Room for everything that the way forward keeps over time."""
        rows, lines = self.program.layout.rows, self._rows("net", "")
        for key in self._computed():
            if key not in (*rows, *self.cell.inputs):
                lines += self._array(key)
        return lines

    def _errors(self):
        """Room for the error terms that are needed for all steps together."""
        rows, lines = self.program.layout.rows, self._rows("delta", "delta ")
        of_rows = ["e", *(f"delta {row}" for row in rows)]
        for key in self.program.errors:
            lines += self._array(key) if key not in of_rows else []
        return lines

    def _array(self, key):
        variable = self.program.variables[key]
        letters = ", ".join(f'"{letter}"' for letter in variable.letters)
        return [f"{variable.name} = new({letters})"] * (variable.when == STEPS)

    def _rows(self, array, prefix):
        """One array for all rows, and its parts by their names."""
        rows, cell = self.program.layout.rows, self.cell
        if not rows:
            return []
        names = [self.program.variables[prefix + row].name for row in rows]
        heights = [cell.letters[row] for row in rows]
        made = f'{array} = new("{"".join(heights)}")'
        return [made, *unpacked(names, f"{self.run}rows", [array, *heights])]


def _docstring(sentence):
    """The first sentence of a docstring, on several lines if need be."""
    return textwrap.fill(sentence, LONGEST, initial_indent='    """', subsequent_indent="    ")
