"""Where everything of a C header stands: the work array, and pointers to parts of a step."""

from __future__ import annotations

from collections.abc import Sequence

from lstm_ref.derive.codegen.c_expressions import CExpressions
from lstm_ref.derive.codegen.c_statements import CStatements
from lstm_ref.derive.codegen.loops import DELTA, NET, SAMPLES, Array, Loops, Operation, read
from lstm_ref.derive.codegen.parts import are_needed
from lstm_ref.derive.codegen.program import Program
from lstm_ref.derive.codegen.source_lines import block, indent

BLOCKS, ZEROS = (NET, DELTA), "all zeros"
STEPS = """
/* Products are for so many steps at once, whose arrays side by side stay in the cache. */
static inline size_t NAMED(most)({name}_sizes n) {{
    const size_t most = 256 / (n.B + 1) + 1;
    return n.T < most ? n.T : most;
}}
"""


class CLayout:
    """Prints it; expressions.helpers: the functions that the code needs."""

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
        steps = ["const size_t steps = NAMED(most)(n);"] * are_needed(self.loops)
        found = [*STEPS.format(name=self.prefix).strip().splitlines(), ""] if steps else []
        found += ["/* Where everything stands in the work array. */"]
        found += [*block("typedef struct {", lines), "} NAMED(arrays);", ""]
        found.append("static inline size_t NAMED(work)(" + f"{self.prefix}_sizes n) {{")
        body = [*self._sizes(), *steps, "size_t count = 0;"]
        body += [f"count += {count}; /* {fields[key]} */" for key, count in counts.items()]
        found += [*indent([*body, "return count;"]), "}", ""]
        head = "static inline NAMED(arrays) NAMED(places)"
        found.append(f"{head}({self.prefix}_sizes n, REAL *work) {{")
        body = [*self._sizes(), *steps, "NAMED(arrays) a;"]
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
                "samples of all steps", "steps * B"))  # fmt: skip
        return f"({', '.join(axes)})"

    # ---- parts of a function

    def _fresh(self) -> None:
        """Nothing is used yet."""
        write = self.expressions
        write.sizes, write.parameters, write.constants = {"T", "B"}, set(), set()
        self.fixed: dict[str, None] = {}  # declared before the loop

    def _part(self, operations: Sequence[Operation]) -> list[str]:
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

    def _argument(self, key):
        return self.expressions.names[key]

    def _sizes(self):
        letters = [k for k in "TB" if k in self.expressions.sizes]
        letters += sorted(self.expressions.sizes - {*"TB"})
        return [f"const size_t {', '.join(f'{k} = n.{k}' for k in letters)};"] * bool(letters)
