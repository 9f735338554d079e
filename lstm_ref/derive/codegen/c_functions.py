"""The functions of a C header, line by line."""

from __future__ import annotations

from lstm_ref.derive.codegen.c_layout import ZEROS, CLayout
from lstm_ref.derive.codegen.c_statements import called
from lstm_ref.derive.codegen.loops import BIASES
from lstm_ref.derive.codegen.source_lines import block, indent
from lstm_ref.derive.tree import Signal

FORWARD = "static inline void NAMED(forward)"
BACKWARD = "static inline void NAMED(backward)"
# Steps from + 1 to from + steps are a part, see `parts`.
MOST = "const size_t most = NAMED(most)(n);"
PARTS_AHEAD = "for (size_t from = 0; from < T; from += most) {"
STEPS_AHEAD = "const size_t steps = T - from < most ? T - from : most;"
AHEAD = "t = from + 1; t <= from + steps; t++"
PARTS_BACK = "for (size_t end = T; end > 0;) {"
STEPS_BACK = "const size_t steps = end < most ? end : most, from = end - steps;"


class CFunctions(CLayout):
    """Prints both passes."""

    def forward(self) -> list[str]:
        """Lines of the function `forward`."""
        self._fresh()
        parts = self.loops
        work = [*self._copied(), *self._part(parts.begin)]
        for state in self.cell.states:
            work += self._start(state)
        out = self.cell.output
        width = self._area(out)
        copy = f"memcpy(y + (t - 1) * {width}, {{}}, {width} * sizeof(REAL));"
        if parts.whole:
            steps = [STEPS_AHEAD, *self._loop(parts.flatten, AHEAD), *self._part(parts.whole)]
            steps += self._loop(parts.step, AHEAD, (out, copy))
            work += [MOST, *block(PARTS_AHEAD, steps), "}"]
        else:
            work += self._loop(parts.step, "t = 1; t <= T; t++", (out, copy))
        for state in self.cell.states:
            member, count = self.expressions.names[state], f"{self._area(state)} * sizeof(REAL)"
            work.append(f"memcpy(last->{member}, {self._slot(state, 'T')}, {count});")
        items = [*self._common(), "const NAMED(state) *initial", "REAL *work", "REAL *y"]
        return self._function(FORWARD, [*items, "NAMED(state_out) *last"], work)

    def backward(self) -> list[str]:
        """Lines of the function `backward`."""
        self._fresh()
        parts, names = self.loops, self.expressions.names
        work: list[str] = []
        if ZEROS in parts.arrays:
            zeros, count = self.expressions.fields[ZEROS], self._area(self.cell.output)
            work.append(f"memset(a.{zeros}, 0, {count} * sizeof(REAL));")
        for state in self.cell.states:
            target = self.statements.place(Signal(f"next {state}"))
            work += self._taken(target, f"dlast->{names[state]}", state)
        work += self._part(parts.zero)
        if parts.products:
            steps = [STEPS_BACK, *self._loop(parts.again, AHEAD)]
            steps += [*self._loop(parts.back, "t = end; t > from; t--")]
            steps += [*self._part(parts.products), *self._loop(parts.spread, AHEAD)]
            work += [MOST, *block(PARTS_BACK, [*steps, "end = from;"]), "}"]
        else:
            work += self._loop(parts.back, "t = T; t > 0; t--")
        work += self._part(parts.end)
        for state in self.cell.states:
            target = self.statements.place(Signal(f"next {state}"))
            count = f"{self._area(state)} * sizeof(REAL)"
            work.append(f"memcpy(dinitial->{names[state]}, {target}, {count});")
        items = [*self._common(), "REAL *work", "const REAL *dy", "const NAMED(state) *dlast"]
        items += ["NAMED(gradients) *dparams"]
        items += [f"REAL *{self._argument(f'input d{x}')}" for x in self.cell.inputs]
        return self._function(BACKWARD, [*items, "NAMED(state_out) *dinitial"], work)

    def _common(self):
        inputs = [f"const REAL *{self._argument(x)}" for x in self.cell.inputs]
        return [f"{self.prefix}_sizes n", "const NAMED(params) *params", *inputs]

    def _function(self, head, items, work):
        write = self.expressions
        lines = [*self._sizes(), "const NAMED(arrays) a = NAMED(places)(n, work);"]
        lines += [
            f"const REAL *const {write.own[p]} = params->{write.members[p]};"
            for p in self.program.parameters
            if p in write.parameters
        ]
        lines += [
            f"const REAL {write.own[c]} = {write.number(self.cell.constants[c])};"
            for c in self.cell.constants
            if c in write.constants
        ]
        lines += [f"REAL *const {write.names[key]} = a.{write.fields[key]};" for key in self.fixed]
        unused = [name for name in self._arguments(items) if not _has(work + lines, name)]
        lines += [f"(void){name};" for name in unused]
        return [*_signature(head, items), *indent([*lines, *work]), "}"]

    def _arguments(self, items):
        return [item.rpartition("*")[2].split()[-1] for item in items]

    # ---- what is copied on the way in

    def _start(self, state):
        """The initial state in slot 0."""
        return self._taken(self._slot(state), f"initial->{self.expressions.names[state]}", state)

    def _taken(self, target, given, state):
        """A state that is given, or zeros."""
        count = f"{self._area(state)} * sizeof(REAL)"
        first = called(f"if ({given}) memcpy", [target, given, count])
        return [*first, *called("else memset", [target, "0", count])]

    def _copied(self):
        """Matrices on top of each other, and biases."""
        write, found = self.expressions, []
        for stack in self.loops.stacks:
            field = f"a.{write.fields[self.program.stacks[stack]]}"
            above: tuple[str, ...] = ()
            width = write.size(self.cell.letters[str(stack.matrices[0])][1])
            for row, matrix in stack.pairs:
                letters = (self.cell.letters[row],)
                offset = f" + {write.times(write.height(above), width)}" if above else ""
                count = write.times(write.height(letters), width)
                source = f"params->{write.members[str(matrix)]}"
                found += called("memcpy", [f"{field}{offset}", source, f"{count} * sizeof(REAL)"])
                above = (*above, *letters)
        if BIASES in self.loops.arrays:
            found += self._biases()
        return found

    def _biases(self):
        write, rows = self.expressions, self.program.layout.rows
        array = self.loops.arrays[BIASES]
        held, found = dict(self.loops.biases), []
        field = f"a.{write.fields[BIASES]}"
        if len(held) < len(rows):
            count = self.statements.area(array.height, array.columns)
            found.append(f"memset({field}, 0, {count} * sizeof(REAL));")
        for row in rows:
            if row in held:
                above = tuple(self.cell.letters[r] for r in self._above(row))
                offset = f" + {write.height(above)}" if above else ""
                count = f"{write.size(self.cell.letters[row])} * sizeof(REAL)"
                source = f"params->{write.members[held[row]]}"
                found.append(f"memcpy({field}{offset}, {source}, {count});")
        return found


def _has(lines, name):
    """Is a name among the words of the code?"""
    words = "".join(c if c.isalnum() or c == "_" else " " for line in lines for c in f"{line} ")
    return name in words.split()


def _signature(head, items):
    lines, current = [], f"{head}("
    for number, item in enumerate(items):
        end = ", " if number < len(items) - 1 else ") {"
        if len(current) + len(item) + len(end) > 98:
            lines.append(current.rstrip())
            current = "    "
        current += item + end
    return [*lines, current]
