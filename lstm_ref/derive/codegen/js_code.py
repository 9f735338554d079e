"""A cell as one JavaScript file that stands alone, a script or an ES module, both passes."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

from lstm_ref.derive.codegen.c_code import commented
from lstm_ref.derive.codegen.fusing import fused
from lstm_ref.derive.codegen.js_functions import JSFunctions, filled
from lstm_ref.derive.codegen.js_statements import HELPERS
from lstm_ref.derive.codegen.lowering import lowered
from lstm_ref.derive.codegen.numpy_code import program as programmed
from lstm_ref.derive.codegen.numpy_code import sizes_in_words
from lstm_ref.derive.codegen.source_lines import indent, within
from lstm_ref.derive.typeset import latex

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

HEAD = """/* {title}

{equations}

Derived and written by lstm_ref.derive from the equations above; do not edit.
Needs nothing else. {how}

    const {{ y, state, tape }} = {name}.forward(sizes, params, {x}, state0);
    const {{ dparams, dx, dstate0 }} = {name}.backward(tape, dy, dstate);

sizes: an object of whole numbers, {letters}.{inputs}
params, state0, dstate: objects of arrays by their names; state0, dy and dstate, or arrays of them,
may be left out and are zeros then. dy is the error that enters at y, dstate at the last states.
Arrays are dense Float64Arrays, the last axis runs fastest; samples are the last axis.
{shapes}
{sizes}
What backward needs of params and inputs is not copied: leave them as they are in between.
*/
"""

SCRIPT = "A script: it defines the constant {name}, and is no module."
MODULE = 'A module: import {name} from "./{name}.mjs";'

CHECKS = """
function numbers(word, sizes) {
  let count = 1;
  for (const letter of word) if (letter !== "1") count *= sizes[letter];
  return count;
}

function checkedSizes(sizes) {
  for (const letter of letters) {
    const n = sizes && sizes[letter];
    const least = letter === "T" ? 0 : 1;
    if (!Number.isInteger(n) || n < least)
      throw new RangeError(`sizes.${letter}: expected a whole number >= ${least}, got ${n}`);
  }
  return sizes;
}

function checked(what, arrays, words, sizes, optional = false) {
  if (typeof arrays !== "object" || !arrays)
    throw new TypeError(`${what}: expected an object of arrays, got ${arrays}`);
  for (const name of Object.keys(arrays))
    if (!(name in words))
      throw new TypeError(`${what}.${name}: unknown, expected ${Object.keys(words).join(", ")}`);
  for (const [name, word] of Object.entries(words)) {
    const array = arrays[name];
    if (optional && (array === undefined || array === null)) continue;
    if (Object.prototype.toString.call(array) !== "[object Float64Array]")
      throw new TypeError(`${what}.${name}: expected a Float64Array`);
    const count = numbers(word, sizes);
    if (array.length !== count) {
      const shape = Array.from(word).join(", ");
      throw new RangeError(
        `${what}.${name}: expected (${shape}), ${count} numbers, got ${array.length}`);
    }
  }
}
"""
BLOCKS = """
  if (sizes.H % sizes.G)
    throw new RangeError(`sizes.G: expected a divisor of H = ${sizes.H}, got ${sizes.G}`);
"""

PRODUCTS = """
/* target (rows, columns) = left (rows, inner) right (inner, columns), added to it or not. In the
   second one left is transposed, (inner, rows) in memory, in the third one right is. */
function plain(rows, columns, inner, left, right, target, add) {
  if (!add) target.fill(0, 0, rows * columns);
  for (let r = 0; r < rows; r++)
    for (let k = 0; k < inner; k++) {
      const factor = left[r * inner + k];
      for (let c = 0; c < columns; c++)
        target[r * columns + c] += factor * right[k * columns + c];
    }
}

function leftTurned(rows, columns, inner, left, right, target, add) {
  if (!add) target.fill(0, 0, rows * columns);
  for (let k = 0; k < inner; k++)
    for (let r = 0; r < rows; r++) {
      const factor = left[k * rows + r];
      for (let c = 0; c < columns; c++)
        target[r * columns + c] += factor * right[k * columns + c];
    }
}

function rightTurned(rows, columns, inner, left, right, target, add) {
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += left[r * inner + k] * right[c * inner + k];
      target[r * columns + c] = add ? target[r * columns + c] + sum : sum;
    }
}
"""


def source(cell: Cell) -> str:
    """A script's text, the same bytes on every run; it defines a constant."""
    return _text(cell, SCRIPT, "")


def module(cell: Cell) -> str:
    """An ES module's text, likewise: the script with an export behind it."""
    return _text(cell, MODULE, "\nexport default {name};\n")


def _text(cell, how, end):
    program = programmed(cell)
    functions = JSFunctions(program, fused(lowered(program)))
    passes = functions.both()
    name = functions.write.unique.new(cell.name if cell.name.isidentifier() else "Cell")
    inside = ['"use strict";', "", *_tables(cell, functions), *_constants(functions), ""]
    inside += [*_helpers(functions.write.helpers), *_checks(functions.sizes)]
    used = "\n".join(passes)
    inside += [*_products(used), "", *within(passes, 98), ""]
    tables = "shapes, fixed, states, inputShapes, output"
    inside.append(f"return Object.freeze({{ {tables}, forward, backward }});")
    text = [_head(cell, functions, name, how), f"const {name} = (() => {{", *indent(inside, 2)]
    return "\n".join([*text, "})();"]) + "\n" + end.format(name=name)


def _head(cell, functions, name, how):
    several = len(cell.inputs) > 1
    names = ", ".join(cell.inputs)
    title = f"{cell.name}: {cell.title}" if cell.doc else cell.name
    equations = "\n".join(indent(latex.equations_as_text(cell, 96).splitlines()))
    letters = ", ".join(functions.sizes)
    return HEAD.format(
        title="\n".join(textwrap.wrap(commented(title), 96)),
        equations=commented(equations),
        how=how.format(name=name),
        name=name,
        x="inputs" if several else functions.x,
        letters=letters,
        inputs=f" inputs: an object of {names}; dx likewise." if several else "",
        shapes=_shapes(cell),
        sizes=sizes_in_words(cell),
    )


def _shapes(cell):
    shapes = {
        **cell.INPUTS,
        "y": cell.OUTPUT,
        "dy": cell.OUTPUT,
        **cell.STATES,
        **cell.SHAPES,
        **cell.FIXED,
    }
    words = [f"{n} ({', '.join(word)})".replace(" ", "\0") for n, word in shapes.items()]
    return textwrap.fill(", ".join(words) + ".", 98).replace("\0", " ")


def _tables(cell, functions):
    found = [f"const letters = {json.dumps(''.join(functions.sizes))};"]
    tables = {"shapes": cell.SHAPES, "fixed": cell.FIXED, "states": cell.STATES}
    for name, words in {**tables, "inputShapes": cell.INPUTS}.items():
        items = ", ".join(f'{n}: "{word}"' for n, word in words.items())
        found += filled(f"const {name} = {{ {items} }};" if words else f"const {name} = {{}};")
    return [*found, f'const output = "{cell.OUTPUT}";']


def _constants(functions):
    write, cell = functions.write, functions.cell
    return [f"const {write.own[n]} = {write.number(v)};" for n, v in cell.constants.items()]


def _helpers(used):
    found = []
    for name, value in HELPERS.items():
        if name in used:
            found += [f"function {name}(u) {{", f"  return {value};", "}", ""]
    return found


def _checks(sizes):
    text = CHECKS
    if "G" in sizes:
        text = text.replace("  return sizes;\n", BLOCKS.lstrip("\n") + "  return sizes;\n")
    return text.strip("\n").splitlines()


def _products(used):
    """Those of the three functions that are called."""
    comment, *functions = PRODUCTS.strip("\n").split("\nfunction ")
    named = [f"function {text}".rstrip() for text in functions if f"{text.split('(')[0]}(" in used]
    return "\n\n".join(
        ["", *([f"{comment}\n{named[0]}", *named[1:]] if named else [])]
    ).splitlines()
