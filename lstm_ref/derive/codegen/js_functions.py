"""The functions of a JavaScript file, line by line."""

from __future__ import annotations

from lstm_ref.derive.codegen.js_statements import JSExpressions, JSStatements
from lstm_ref.derive.codegen.loops import BIASES, DELTA, NET, SAMPLES, SINGLE, Loops
from lstm_ref.derive.codegen.program import Program
from lstm_ref.derive.codegen.source_lines import indent


class JSFunctions:
    """Prints both passes; kept: keys of the arrays that the way back takes from the tape."""

    def __init__(self, program: Program, loops: Loops) -> None:
        self.program, self.loops, self.cell = program, loops, program.cell
        self.write = JSExpressions(program, loops)
        self.statements = JSStatements(self.write)
        self.several = len(self.cell.inputs) > 1
        self.x = "inputs" if self.several else self.write.names[self.cell.input]
        letters = dict.fromkeys("".join([*self.cell.INPUTS.values(), *self.cell.letters.values()]))
        self.sizes = [k for k in letters if k != "1"]

    def both(self) -> list[str]:
        """Lines of `forward` and `backward`."""
        self._fresh()
        ahead = self._ahead()
        made, given = self.used, self.write.parameters
        self._fresh()
        behind = self._behind()
        inputs = {*self.cell.inputs}
        self.kept = [k for k in self.used if k in made or k in inputs]
        new = [k for k in self.used if k in self.loops.arrays and k not in made]
        back = self._backward(new, behind)
        return [*self._forward(made, ahead, given), "", *back]

    def _fresh(self):
        self.write.parameters, self.used = set(), {}

    # ---- forward

    def _ahead(self):
        """What `forward` does, with its arrays ready."""
        parts, write, out = self.loops, self.write, self.cell.output
        work = [*self._copied(), *self._part(parts.begin)]
        for state in self.cell.states:
            self.used[self._owner(state)] = None
            start = ""
            if self._is_row(state):
                start = f", {self._height(self.program.layout.cut((state,))[0])}"
            name = write.names[self._owner(state)]
            work.append(f"if (state0.{state}) {name}.set(state0.{state}{start});")
        work += self._loop(parts.flatten, "let t = 1; t <= T; t++")
        work += self._part(parts.whole)
        copy = f"y.set({write.array(out, 0)}, (t - 1) * {self._area(out)});"
        return [*work, *self._loop(parts.step, "let t = 1; t <= T; t++", (out, copy))]

    def _forward(self, made, work, parameters):
        cell, write = self.cell, self.write
        head = [f"function forward(sizes, params, {self.x}, state0 = {{}}) {{"]
        lines = [f"const {{ {', '.join(self.sizes)} }} = checkedSizes(sizes);"]
        words = "{ ...shapes, ...fixed }" if cell.FIXED else "shapes"
        lines += [f'checked("params", params, {words}, sizes);']
        given = "inputs" if self.several else f"{{ {_renamed(cell.input, self.x)} }}"
        lines += [f'checked("inputs", {given}, inputShapes, sizes);']
        lines += ['checked("state0", state0, states, sizes, true);', *self._own(parameters)]
        if self.several:
            pairs = [_renamed(x, write.names[x]) for x in cell.inputs]
            lines.append(f"const {{ {', '.join(pairs)} }} = inputs;")
        lines += self._made(made)
        lines.append(f"const y = new Float64Array(T * {self._area(cell.output)});")
        lines += work
        lines.append("const state = {")
        for s in cell.states:
            lines += indent(filled(f"{s}: {self._last(s)},"), 2)
        lines.append("};")
        names = [write.names[key] for key in self.kept if key not in cell.inputs]
        lines += listed("const tape = {", ["sizes", "params", self.x, *names], "};")
        return [*head, *indent([*lines, "return { y, state, tape };"], 2), "}"]

    def _last(self, state):
        """The state at the last step, a copy."""
        owner = self._owner(state)
        name, area = self.write.names[owner], self._area(owner)
        first, end = f"T * {area}", f"(T + 1) * {area}"
        if owner == NET:
            above, down = self.program.layout.cut((state,))
            end = f"{first} + {self._height(down)}"
            first += f" + {self._height(above)}" if above else ""
        return f"{name}.slice({first}, {end})"

    # ---- backward

    def _behind(self):
        parts, write = self.loops, self.write
        work = []
        for state in self.cell.states:
            self.used[f"next {state}"] = None
            name = write.names[f"next {state}"]
            work.append(f"if (dstate.{state}) {name}.set(dstate.{state});")
        work += self._loop(parts.back, "let t = T; t > 0; t--")
        return [*work, *self._part(parts.end), *self._loop(parts.spread, "let t = 1; t <= T; t++")]

    def _backward(self, new, work):
        cell, write = self.cell, self.write
        head = ["function backward(tape, dy, dstate = {}) {"]
        lines = [f"const {{ {', '.join(self.sizes)} }} = tape.sizes;"]
        own = [write.names[key] for key in self.kept if key not in cell.inputs]
        lines += listed(
            "const {", [*([] if self.several else [self.x]), "params", *own], "} = tape;"
        )
        if self.several:
            pairs = [_renamed(x, write.names[x]) for x in cell.inputs]
            lines.append(f"const {{ {', '.join(pairs)} }} = tape.inputs;")
        lines.append('checked("backward", { dy }, { dy: output }, tape.sizes, true);')
        lines.append('checked("dstate", dstate, states, tape.sizes, true);')
        e = write.names["e"]
        lines.append(f"const {e} = dy || new Float64Array(T * {self._area(cell.output)});")
        lines += [*self._own(write.parameters), *self._made(new)]
        lines.append("const dparams = {};")
        lines.append("for (const [name, word] of Object.entries(shapes))")
        lines.append("  dparams[name] = new Float64Array(numbers(word, tape.sizes));")
        for x in cell.inputs:
            count = write.times("T", self._area(x))
            lines.append(f"const {write.names[f'input d{x}']} = new Float64Array({count});")
        dx = ", ".join(f"{x}: {write.names[f'input d{x}']}" for x in cell.inputs)
        only = write.names[f"input d{cell.input}"]
        dx = f"dx: {{ {dx} }}" if self.several else _renamed("dx", only)
        states = ", ".join(f"{s}: {write.names[f'next {s}']}" for s in cell.states)
        done = filled(f"return {{ dparams, {dx}, dstate0: {{ {states} }} }};")
        return [*head, *indent([*lines, *work, *done], 2), "}"]

    # ---- parts of both

    def _own(self, parameters):
        """Names of parameters that the code uses by name."""
        pairs = [(p, self.write.own[p]) for p in self.program.parameters if p in parameters]
        items = [
            p if p == own else f"{p}: {own}" for p, own in pairs if p not in self.cell.constants
        ]
        return listed("const {", items, "} = params;") if items else []

    def _made(self, keys):
        """New arrays."""
        found = []
        for key in self.loops.arrays:
            if key in keys:
                array, write = self.loops.arrays[key], self.write
                time = "(T + 1)" if array.over_time else "1"
                area = self.statements.area(array.height, array.columns)
                count = write.times(time, *map(write.size, array.deep), area)
                count = count.replace("((T + 1))", "(T + 1)")
                found.append(f"const {write.names[key]} = new Float64Array({count});")
                if key == DELTA:
                    for row in self.program.layout.rows:
                        part = self._row(row, write.names[DELTA])
                        found.append(f"const {write.names[f'delta {row}']} = {part};")
        return found

    def _row(self, key, block):
        """A row of the array of this name, at one step."""
        above, down = self.program.layout.cut((key,))
        return f"{block}.subarray({self._height(above)}, {self._height(down)})"

    def _height(self, rows):
        letters = tuple(self.cell.letters[row] for row in rows)
        return self.statements.area(letters, SAMPLES)

    def _step(self, key, lag=0):
        """The part of an array that belongs to a step."""
        slots = key in self.loops.arrays and not lag  # slot 0 holds the initial state
        first, end = ("t", "(t + 1)") if slots else ("(t - 1)", "t")
        area = self._area(key)
        return f"{self.write.names[key]}.subarray({first} * {area}, {end} * {area})"

    def _is_row(self, key):
        return key in self.program.layout.rows

    def _owner(self, key):
        """The key of the array that a signal is in."""
        return NET if self._is_row(key) else key

    def _area(self, key):
        """Numbers of one step of a signal or a block."""
        if key in (NET, DELTA):
            return self.statements.area(self.loops.arrays[key].height, SAMPLES)
        letters = self.loops.variables[key].letters
        return self.write.times(*map(self.write.size, (*letters, "B")))

    def _part(self, operations):
        """Operations outside of a loop over time."""
        self.write.arrays = {}
        lines = self.statements.lines(operations)
        self._views()
        return lines

    def _loop(self, operations, over, copied=None):
        """A loop over time, with the parts of arrays that belong to the step."""
        if not operations and not copied:
            return []
        self.write.arrays = {}
        body = self.statements.lines(operations)
        if copied:
            key, line = copied
            self.write.arrays[key, 0] = None
            body.append(line)
        return [f"for ({over}) {{", *indent([*self._views(), *body], 2), "}"]

    def _views(self):
        """Parts of arrays that belong to a step; notes which arrays have been used."""
        found: dict[str, None] = {}
        write = self.write
        for key, lag in write.arrays:
            if key.removeprefix("delta ") in self.program.layout.rows and key.startswith("delta "):
                self.used[DELTA] = None
                continue
            owner = self._owner(key)
            self.used[owner] = None
            if not (write.is_dated(key) or key == NET):
                continue
            name = write.last[owner] if lag else write.now[owner]
            found[f"const {name} = {self._step(owner, lag)};"] = None
            if owner != key:
                own = write.last[key] if lag else write.now[key]
                found[f"const {own} = {self._row(key, name)};"] = None
        return list(found)

    def _copied(self):
        """Matrices on top of each other, and biases."""
        write, found = self.write, []
        for stack in self.loops.stacks:
            key = self.program.stacks[stack]
            above: tuple[str, ...] = ()
            self.used[key] = None
            width = write.size(self.cell.letters[str(stack.matrices[0])][1])
            for row, matrix in stack.pairs:
                start = f", {write.times(write.height(above), width)}" if above else ""
                found.append(f"{write.names[key]}.set(params.{matrix}{start});")
                above = (*above, self.cell.letters[row])
        for row, vector in self.loops.biases:
            self.used[BIASES] = None
            above = tuple(self.cell.letters[r] for r in self.program.layout.cut((row,))[0])
            start = f", {self.statements.area(above, SINGLE)}" if above else ""
            found.append(f"{write.names[BIASES]}.set(params.{vector}{start});")
        return found


def _renamed(name, own):
    """A part of an object by a name of its own."""
    return name if name == own else f"{name}: {own}"


def listed(left: str, items: list[str], right: str) -> list[str]:
    """left item, item right, on several lines if need be."""
    line = f"{left} {', '.join(items)} {right}"
    return filled(line)


def filled(line: str) -> list[str]:
    """A line, broken behind commas if it is long."""
    if len(line) <= 92:
        return [line]
    found = [""]
    for piece in line.split(", "):
        text = f"{piece}, "
        if len(found[-1]) + len(text) > 90:
            found.append("  ")
        found[-1] += text
    return [text.rstrip() for text in (*found[:-1], found[-1].removesuffix(", "))]
