"""A cell as one C99 header that stands alone, both passes, for float and double."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from lstm_ref.derive.codegen.c_expressions import BINARY, HELPERS, ascii_name
from lstm_ref.derive.codegen.c_functions import CFunctions
from lstm_ref.derive.codegen.fusing import fused
from lstm_ref.derive.codegen.loops import Loops
from lstm_ref.derive.codegen.lowering import lowered
from lstm_ref.derive.codegen.numpy_code import program as programmed
from lstm_ref.derive.codegen.parts import in_parts
from lstm_ref.derive.codegen.program import Program
from lstm_ref.derive.codegen.source_lines import block, indent, within
from lstm_ref.derive.typeset import latex
from lstm_ref.sizes import meaning

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

HEAD = """/* {title}

{equations}

Derived and written by lstm_ref.derive from the equations above; do not edit.
C99; needs libm and nothing else, and allocates nothing.

{rules}

Arrays are dense, the last axis runs fastest; samples are the last axis.
{shapes}
{sizes}
*/
"""

RULES = (  # how the code is used, a paragraph each
    "The numbers are double. Where {name}_FLOAT is defined before the header is included they are "
    "float, and every name of a function or a type has an f at its end, as in tanhf. Both may be "
    "had.",
    "{name}_forward fills y, the last states, and the work array, which has {name}_work(n) "
    "numbers. {name}_backward takes the work array as forward has left it, and the same params "
    "and inputs; it sets the gradients (it does not add to them), the errors at the inputs and "
    "those at the initial states. dy is the error that enters at the outputs, dlast at the last "
    "states. NULL in the place of an initial state, of dy or of a state of dlast stands for zeros.",
    "For speed, define before the header is included: {name}_INDEPENDENT, what stands before a "
    "loop whose rounds do not depend on each other; {name}_PRODUCTS, if you have the three "
    "products of matrices of your own, see below.",
)

SWITCH = """#include <math.h>
#include <stddef.h>
#include <string.h>

#ifndef {name}_INDEPENDENT
#define {name}_INDEPENDENT
#endif

#ifndef {name}_SIZES
#define {name}_SIZES
typedef struct {{
    size_t {letters};
}} {name}_sizes;
#endif

#if (defined {name}_FLOAT && !defined {name}_HAS_FLOAT) || \\
    (!defined {name}_FLOAT && !defined {name}_HAS_DOUBLE)

#ifdef {name}_FLOAT
#define {name}_HAS_FLOAT
#define REAL float
#define NAMED(name) {name}_##name##f
#define MATH(name) name##f
#else
#define {name}_HAS_DOUBLE
#define REAL double
#define NAMED(name) {name}_##name
#define MATH(name) name
#endif
"""

PRODUCTS = """
/* target (rows, columns) = left (rows, inner) right (inner, columns), added to it or not. In the
   second one left is transposed, (inner, rows) in memory, in the third one right is. */
#ifndef {name}_PRODUCTS
static inline void NAMED(plain)(size_t rows, size_t columns, size_t inner,
    const REAL *left, const REAL *right, REAL *target, int add) {{
    if (!add) memset(target, 0, rows * columns * sizeof(REAL));
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < inner; k++) {{
            const REAL factor = left[r * inner + k];
            for (size_t c = 0; c < columns; c++)
                target[r * columns + c] += factor * right[k * columns + c];
        }}
}}

static inline void NAMED(left_turned)(size_t rows, size_t columns, size_t inner,
    const REAL *left, const REAL *right, REAL *target, int add) {{
    if (!add) memset(target, 0, rows * columns * sizeof(REAL));
    for (size_t k = 0; k < inner; k++)
        for (size_t r = 0; r < rows; r++) {{
            const REAL factor = left[k * rows + r];
            for (size_t c = 0; c < columns; c++)
                target[r * columns + c] += factor * right[k * columns + c];
        }}
}}

static inline void NAMED(right_turned)(size_t rows, size_t columns, size_t inner,
    const REAL *left, const REAL *right, REAL *target, int add) {{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) {{
            REAL sum = 0;
            for (size_t k = 0; k < inner; k++) sum += left[r * inner + k] * right[c * inner + k];
            target[r * columns + c] = add ? target[r * columns + c] + sum : sum;
        }}
}}
#endif
"""

END = """
#undef REAL
#undef NAMED
#undef MATH
#endif"""


def source(cell: Cell) -> str:
    """The header's text, the same bytes on every run."""
    program = programmed(cell)
    loops = in_parts(fused(lowered(program)))
    return Header(program, loops).text()


def name(cell: Cell) -> str:
    """What the names of a cell's functions and types begin with."""
    return ascii_name(cell.name)


def sizes(cell: Cell) -> list[str]:
    """Letters of the sizes, in the order in which the struct of sizes has them."""
    found = dict.fromkeys("".join([*cell.INPUTS.values(), *cell.letters.values()]))
    return [k for k in found if k != "1"]


class Header:
    """Prints a program in loops as a header."""

    def __init__(self, program: Program, loops: Loops) -> None:
        self.program, self.cell = program, program.cell
        self.prefix = name(program.cell)
        self.functions = CFunctions(program, loops, self.prefix)
        self.members = self.functions.expressions.members

    def text(self) -> str:
        """All of it."""
        functions = self.functions
        passes = [*functions.forward(), "", *functions.backward()]
        arrays = functions.arrays()
        own = [*within([*self._types(), "", *arrays]), *self._helpers()]
        own += [*PRODUCTS.format(name=self.prefix).splitlines(), "", *within(passes)]
        return "\n".join([self._head(), self._switch(), *own, END]) + "\n"

    def _head(self):
        cell, letters = self.cell, sizes(self.cell)
        counted = ", ".join(f"{k} {meaning(k)}" for k in letters)
        equations = "\n".join(indent(latex.equations_as_text(cell, 96).splitlines()))
        title = f"{cell.name}: {cell.title}" if cell.doc else cell.name
        return HEAD.format(
            title="\n".join(textwrap.wrap(commented(title), 96)),
            equations=commented(equations),
            rules="\n\n".join(textwrap.fill(r.format(name=self.prefix), 98) for r in RULES),
            shapes="\n".join(textwrap.wrap(self._shapes(), 98)),
            sizes=textwrap.fill(f"Sizes: {counted}.", 98),
        )

    def _shapes(self):
        cell, names = self.cell, self.functions.expressions.names
        found = [(names[x], word) for x, word in cell.INPUTS.items()]
        found += [("y", cell.OUTPUT), ("dy", cell.OUTPUT)]
        found += [(names[s], word) for s, word in cell.STATES.items()]
        found += [
            (self.members[p], word) for p, word in [*cell.SHAPES.items(), *cell.FIXED.items()]
        ]
        return ", ".join(f"{n} ({', '.join(word)})" for n, word in found) + "."

    def _switch(self):
        return SWITCH.format(name=self.prefix, letters=", ".join(sizes(self.cell)))

    def _types(self):
        cell, names = self.cell, self.functions.expressions.names
        given = [f"*{self.members[p]}" for p in [*cell.SHAPES, *cell.FIXED]]
        learned = [f"*{self.members[p]}" for p in cell.SHAPES]
        states = [f"*{names[s]}" for s in cell.states]
        found = _struct("const REAL", given, "params") + _struct("REAL", learned, "gradients")
        return found + _struct("const REAL", states, "state") + _struct("REAL", states, "state_out")

    def _helpers(self):
        found = [""]
        for word, text in HELPERS.items():
            if word in self.functions.expressions.helpers:
                items = "REAL u, REAL v" if word in BINARY else "REAL u"
                found += block(f"static inline REAL NAMED({word})({items}) {{", [f"return {text};"])
                found.append("}")
        return found if len(found) > 1 else []


def _struct(kind, members, name):
    lines = textwrap.wrap(f"{kind} {', '.join(members or ['*none'])};", 92)
    return [*block("typedef struct {", lines), f"}} NAMED({name});"]


def commented(text: str) -> str:
    """Text inside of a comment: nothing in it ends the comment or the line."""
    text = text.replace("*/", "* /").replace("/*", "/ *").replace("\\\n", "\\ \n")
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)
