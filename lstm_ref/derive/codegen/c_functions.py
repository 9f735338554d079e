"""The functions of a C header, line by line."""

from __future__ import annotations

from lstm_ref.derive.codegen.c_expressions import CExpressions
from lstm_ref.derive.codegen.c_statements import CStatements, called
from lstm_ref.derive.codegen.loops import BIASES, DELTA, NET, SAMPLES, Array, Loops, Operation, read
from lstm_ref.derive.codegen.program import Program
from lstm_ref.derive.codegen.source_lines import block, indent
from lstm_ref.derive.tree import Signal

FORWARD = "static inline void NAMED(forward)"
BLOCKS, ZEROS = (NET, DELTA), "all zeros"
BACKWARD = "static inline void NAMED(backward)"


class CFunctions:
    """Prints them; expressions.helpers: what they need."""

    def __init__(self, program: Program, loops: Loops, prefix: str) -> None:
        self.program, self.loops, self.cell = program, loops, program.cell
        if ("e", 0) in set().union(*map(read, loops.all())):  # what stands for a missing dy
            loops.arrays[ZEROS] = Array(program.variables["e"].letters, SAMPLES)
        self.expressions = CExpressions(program, loops)
        self.statements = CStatements(self.expressions)
        self.statements.prefix = prefix
        self.prefix = prefix

    # ---- the work array

    def arrays(self) -> list[str]:
        """The struct of all arrays, how large they are together, and where each begins."""
        write, fields = self.expressions, self.expressions.fields
        write.sizes = set()
        counts = {key: self._count(array) for key, array in self.loops.arrays.items()}
        lines = [f"REAL *{fields[key]}; /* {self._said(a)} */" for key, a in self._arrays()]
        found = ["/* Where everything stands in the work array. */"]
        found += [*block("typedef struct {", lines), "} NAMED(arrays);", ""]
        found.append("static inline size_t NAMED(work)(" + f"{self.prefix}_sizes n) {{")
        body = [*self._sizes(), "size_t count = 0;"]
        body += [f"count += {count}; /* {fields[key]} */" for key, count in counts.items()]
        found += [*indent([*body, "return count;"]), "}", ""]
        head = "static inline NAMED(arrays) NAMED(places)"
        found.append(f"{head}({self.prefix}_sizes n, REAL *work) {{")
        body = [*self._sizes(), "NAMED(arrays) a;"]
        for key, count in counts.items():
            body += [f"a.{fields[key]} = work;", f"work += {count};"]
        body[-1] = "(void)n;" if not write.sizes else "return a;"
        if body[-1] != "return a;":
            body.append("return a;")
        return [*found, *indent(body), "}"]

    def _arrays(self):
        return self.loops.arrays.items()

    def _count(self, array):
        write = self.expressions
        time = f"{write.size('T')} + 1" if array.over_time else "1"
        deep = [write.size(letter) for letter in array.deep]
        area = self.statements.area(array.height, array.columns)
        return write.times(time, *deep, area)

    def _said(self, array):
        """The shape of an array in letters."""
        rows = self.expressions.height(array.height)
        axes = ["T + 1"] * array.over_time + [rows, *array.deep]
        if array.columns != "one":
            axes.append({"samples": "B"}.get(array.columns, array.columns).replace(
                "samples of all steps", "T * B"))  # fmt: skip
        return f"({', '.join(axes)})"

    # ---- both passes

    def forward(self) -> list[str]:
        """Lines of the function `forward`."""
        self._fresh()
        parts = self.loops
        work = [*self._copied(), *self._part(parts.begin)]
        for state in self.cell.states:
            work += self._start(state)
        work += self._loop(parts.flatten, "t = 1; t <= T; t++")
        work += self._part(parts.whole)
        out = self.cell.output
        width = self._area(out)
        copy = f"memcpy(y + (t - 1) * {width}, {{}}, {width} * sizeof(REAL));"
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
        work += self._loop(parts.back, "t = T; t > 0; t--")
        work += self._part(parts.end)
        work += self._loop(parts.spread, "t = 1; t <= T; t++")
        for state in self.cell.states:
            target = self.statements.place(Signal(f"next {state}"))
            count = f"{self._area(state)} * sizeof(REAL)"
            work.append(f"memcpy(dinitial->{names[state]}, {target}, {count});")
        items = [*self._common(), "REAL *work", "const REAL *dy", "const NAMED(state) *dlast"]
        items += ["NAMED(gradients) *dparams"]
        items += [f"REAL *{self._argument(f'input d{x}')}" for x in self.cell.inputs]
        return self._function(BACKWARD, [*items, "NAMED(state_out) *dinitial"], work)

    def _fresh(self):
        write = self.expressions
        write.sizes, write.parameters, write.constants = {"T", "B"}, set(), set()
        self.fixed: dict[str, None] = {}  # declared before the loop

    def _common(self):
        inputs = [f"const REAL *{self._argument(x)}" for x in self.cell.inputs]
        return [f"{self.prefix}_sizes n", "const NAMED(params) *params", *inputs]

    def _argument(self, key):
        return self.expressions.names[key]

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

    def _sizes(self):
        letters = [k for k in "TB" if k in self.expressions.sizes]
        letters += sorted(self.expressions.sizes - {*"TB"})
        return [f"const size_t {', '.join(f'{k} = n.{k}' for k in letters)};"] * bool(letters)

    # ---- parts of them

    def _part(self, operations: list[Operation]) -> list[str]:
        """Operations outside of a loop over time."""
        self.expressions.arrays = {}
        lines = self.statements.lines(operations)
        self._declared()
        return lines

    def _loop(self, operations, over, copied=None):
        """A loop over time, with pointers to what it uses of this step."""
        if not operations and not copied:
            return []
        self.expressions.arrays = {}
        body = self.statements.lines(operations)
        if copied:
            key, line = copied
            self.expressions.arrays[key, 0] = None
            body.append(line.format(self.expressions.array(key, 0)))
        return [*block(f"for (size_t {over}) {{", [*self._declared(), *body]), "}"]

    def _declared(self) -> list[str]:
        """Pointers to the arrays that have been used; those without steps before the loop."""
        found: dict[str, None] = {}
        write = self.expressions
        for key, lag in write.arrays:
            if key in write.steps:
                size, name = self._area(key), self._argument(key)
                kind = "REAL" if key.startswith("input ") else "const REAL"
                line = f"{kind} *const {write.steps[key]} = {name} + (t - 1) * {size};"
                found[line] = None
            elif key == "e":
                size = self._area(self.cell.output)
                line = f"const REAL *const {write.names[key]} = dy ? dy + (t - 1) * {size}"
                found[f"{line} : a.{write.fields[ZEROS]};"] = None
            elif key in BLOCKS:
                found[self._block(key)] = None
            elif key.removeprefix("delta ") in self.program.layout.rows:
                prefix = DELTA if key.startswith("delta ") else NET
                found[self._block(prefix, lag)] = None
                at = self.statements.behind(
                    self._block_name(prefix, lag), self._above(key), SAMPLES
                )
                found[f"REAL *const {write.array(key, lag)} = {at};"] = None
            elif self.loops.arrays[key].over_time:
                slot = self._slot(key, "(t - 1)" if lag else "t")
                found[f"REAL *const {write.array(key, lag)} = {slot};"] = None
            else:
                self.fixed[key] = None
        return list(found)

    def _above(self, key):
        return self.program.layout.cut((key.removeprefix("delta "),))[0]

    def _block_name(self, block, lag=0):
        return f"{'last_' if lag else ''}{self.expressions.fields[block]}_t"

    def _block(self, name, lag=0):
        """The declaration of the rows of a step."""
        field = self.expressions.fields[name]
        at = f" + {'(t - 1)' if lag else 't'} * {self._area(name)}" if name == NET else ""
        return f"REAL *const {self._block_name(name, lag)} = a.{field}{at};"

    def _slot(self, key, when=""):
        """Where the step `when` of an array over time begins, the initial one unless given."""
        is_row = key in self.program.layout.rows
        size = self._area(NET if is_row else key)
        start = f"a.{self.expressions.fields[NET if is_row else key]}"
        start += f" + {when} * {size}" if when else ""
        return self.statements.behind(start, self._above(key), SAMPLES) if is_row else start

    def _area(self, key):
        """Numbers of one step of a signal or a block."""
        if key in BLOCKS:
            return self.statements.area(self.loops.arrays[key].height, SAMPLES)
        letters = self.loops.variables[key].letters
        return self.expressions.times(*map(self.expressions.size, (*letters, "B")))

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
