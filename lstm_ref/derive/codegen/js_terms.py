"""A cell as a JavaScript module where every summand of every error term has a name and a weight.

What `js_code` prints is fast and fused; this is what a figure asks that takes a derivation apart.
It is printed from the table of summands, one at a time, as the page shows them. A cell whose
signals are not all vectors, or whose errors are carried by more than matrices of weights, is
refused.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lstm_ref.derive import tabulate, tree
from lstm_ref.derive.codegen.js_statements import FUNCTIONS, HELPERS
from lstm_ref.derive.codegen.js_terms_text import BACK, HEAD, HELP
from lstm_ref.derive.codegen.source_lines import indent
from lstm_ref.derive.table import Product, Table

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell


def module(cell: Cell) -> str:
    """The text of the module, the same bytes on every run.

    Raises ValueError for a cell that has more than vectors and matrices of weights.
    """
    table = tabulate.computed(cell)
    _refuse(table)
    write = _Writer(table)
    passes = [*write.forward(), "", *write.backward()]
    inside = ['"use strict";', "", *write.tables(), *_helpers(passes), *HELP.split("\n"), *passes]
    tables = "shapes, states, letters, summands"
    inside += ["", f"return Object.freeze({{ {tables}, forward, backward }});"]
    equations = "\n".join(indent(list(table.text or tabulate.text(cell))))
    text = [HEAD.format(name=table.name, equations=equations), f"const {table.name} = (() => {{"]
    return "\n".join([*text, *indent(inside, 2), "})();"]) + f"\n\nexport default {table.name};\n"


def names(table: Table) -> dict[str, Any]:
    """Every summand by its name, "c from h"; a second one of the same two has a 2 behind it."""
    found: dict[str, Any] = {}
    for one in [
        s for kind in (table.terms, table.products) for each in kind.values() for s in each
    ]:
        name = base = f"{one.of} from {one.by}"
        count = 1
        while name in found:
            count += 1
            name = f"{base} {count}"
        found[name] = one
    return found


def _refuse(table: Table) -> None:
    signals = (*table.inputs, *table.equations)
    odd = [n for n in signals if len(table.letters[n]) != 1 or table.letters[n] == "1"]
    vias = [s.via for each in table.terms.values() for s in each if s.via is not None]
    odd += [v.kind for v in vias if v.kind not in ("matrix", "transposed")]
    odd += ["a matrix of signals" for v in vias if not isinstance(v.node, tree.Parameter)]
    odd += [*table.fixed, *table.inputs[1:]]
    if odd:
        raise ValueError(f"cell: expected one of vectors and matrices of weights, got {odd[0]!r}")


def _helpers(lines):
    used = "\n".join(lines)
    return [f"const {n} = (u) => {value};" for n, value in HELPERS.items() if f"{n}(" in used]


class _Writer:
    """Prints both passes. Expressions are of one unit, `row`, of one sample, place `j`."""

    def __init__(self, table):
        self.table = table
        self.names = names(table)
        self.nets = {tree.net_name(name): name for name in table.equations}

    def tables(self):
        table = self.table
        signals = {n: table.letters[n] for n in (*table.inputs, *table.equations)}
        summands = {name: [one.of, one.by] for name, one in self.names.items()}
        states = {n: table.letters[n] for n in table.states}
        said = {"shapes": table.SHAPES, "states": states, "letters": signals, "summands": summands}
        return [f"const {name} = {json.dumps(value)};" for name, value in said.items()]

    # ---- expressions

    def value(self, node, t="t"):
        """A tree as JavaScript; t: the step at which it is read."""
        sub = lambda part: self.value(part, t)  # noqa: E731
        match node:
            case tree.Number(value):
                return f"({value!r})" if value < 0 else repr(value)
            case tree.Constant(name):
                return repr(self.table.constants[name])
            case tree.Parameter(name):
                return f"params.{name}[row]"
            case tree.Signal(name, lag):
                kind = "nets" if name in self.nets else "signals"
                return self.read(kind, self.nets.get(name, name), f"{t} - {lag}" if lag else t)
            case tree.Sum(parts):
                signs = [("- " if sign < 0 else "+ ") + sub(part) for sign, part in parts]
                return f"({' '.join(signs).removeprefix('+ ')})"
            case tree.Product(parts):
                return " * ".join(map(sub, parts))
            case tree.Quotient(top, bottom):
                return f"{sub(top)} / ({sub(bottom)})"
            case tree.Power(base, exponent):
                return f"Math.pow({sub(base)}, {sub(exponent)})"
            case tree.Call(word, parts):
                return f"{FUNCTIONS[word]}({', '.join(map(sub, parts))})"
            case tree.Apply():
                return self.products[node]
        raise ValueError(f"cell: expected one of vectors and matrices, got a {type(node).__name__}")

    def read(self, kind, name, t):
        return f"{kind}.{name}[({t}) * sizes.{self.table.letters[name]} * B + j]"

    def whole(self, node, letter, t="t"):
        """A tree as an array (units, B)."""
        return self.whole_of(self.value(node, t), letter)

    def whole_of(self, text, letter):
        return f"filled(sizes.{letter}, B, (row, j) => {text})"

    def product(self, matrix, v, turned):
        """A v or Aᵀ v as an array; matrix: the name of A."""
        rows, columns = self.table.letters[matrix]
        sizes = f"sizes.{rows}, sizes.{columns}"
        return f"times(params.{matrix}, {sizes}, {v}, B, {str(turned).lower()})"

    def multiplied(self, *nodes, t="t"):
        """Lines that compute the products with matrices inside of trees, the inner ones first."""
        applied = [n for n in dict.fromkeys(tree.walk(*nodes)) if isinstance(n, tree.Apply)]
        self.products, lines = {}, []
        for k, node in enumerate(reversed(applied)):
            turned = isinstance(node.matrix, tree.Transposed)
            matrix: Any = node.matrix
            matrix = matrix.matrix if turned else matrix
            if not isinstance(matrix, tree.Parameter):
                raise ValueError(f"cell: expected matrices of weights, got {matrix}")
            v = self.whole(node.vector, self.table.letters[matrix.name][not turned], t)
            lines.append(f"const product{k} = {self.product(matrix.name, v, turned)};")
            self.products[node] = f"product{k}[j]"
        return lines

    def put(self, kind, name, printed):
        """The values of a signal at step t."""
        values = self.whole_of(printed, self.table.letters[name])
        return [f'at({kind}, "{name}", t, sizes).set(', f"  {values});"]

    # ---- forward

    def forward(self):
        table, x = self.table, self.table.input
        body = ["const { T, B } = sizes;", "const signals = {}, nets = {};"]
        body += ["for (const [name, letter] of Object.entries(letters)) {"]
        body += ["  signals[name] = new Float64Array((T + 1) * sizes[letter] * B);"]
        body += ["  nets[name] = new Float64Array((T + 1) * sizes[letter] * B);", "}"]
        body += [f"signals.{x}.set({x}, sizes.{table.letters[x]} * B);"]
        body += [f"if (state0.{s}) signals.{s}.set(state0.{s});" for s in table.states]
        body += ["for (let t = 1; t <= T; t++) {"]
        for name, equation in table.equations.items():
            body += indent(self.equation(name, equation), 2)
        body += ["}", "return { signals, nets };"]
        return [f"function forward(sizes, params, {x}, state0 = {{}}) {{", *indent(body, 2), "}"]

    def equation(self, name, equation):
        """The net of one signal and the signal itself at step t."""
        lines = self.multiplied(equation.net)
        net = self.read("nets", name, "t")
        value = f"{FUNCTIONS[equation.activation]}({net})" if equation.activation else net
        for kind, printed in (("nets", self.value(equation.net)), ("signals", value)):
            lines += self.put(kind, name, printed)
        return ["{", *indent(lines, 2), "}"]

    # ---- backward

    def backward(self):
        table = self.table
        output, x = table.output, table.input
        body = ["const { T, B } = sizes;", *BACK.split("\n")]
        for s in table.states:
            body.append(f'if (dstate.{s}) at(totals, "{s}", T, sizes).set(dstate.{s});')
        body += ["for (let t = T; t >= 0; t--) {"]
        n = f"sizes.{table.letters[output]} * B"
        body += [f'  if (dy && t) at(totals, "{output}", t, sizes).forEach((value, j, total) => {{']
        body += [f"    total[j] = value + dy[(t - 1) * {n} + j];", "  });"]
        for name in (*reversed(table.equations), x):
            body += indent(self.total(name), 2)
        body += ["}", *self.gradients(), "return { totals, errors, parts, dparams };"]
        head = "function backward(sizes, params, signals, nets, dy, dstate = {}, weights = {}) {"
        return [head, *indent(body, 2), "}"]

    def total(self, name):
        """All summands of the total of one signal at step t, and its error term."""
        lines = []
        for key, one in self.names.items():
            if one.of == name:
                when, later = (f"t + {one.lag} <= T", f"t + {one.lag}") if one.lag else ("t", "t")
                products = self.multiplied(one.inner, one.outer, t=later)
                added = f"add({json.dumps(key)}, t, {self.summand(one, later)});"
                lines += [f"if ({when}) {{", *indent([*products, added], 2), "}"]
        if name in self.table.equations:
            slope = self.table.slopes[name]
            products = self.multiplied(slope)
            factor = f" * {self.value(slope)}" if slope is not None else ""
            error = self.put("errors", name, self.read("totals", name, "t") + factor)
            lines += ["if (t) {", *indent([*products, *error], 2), "}"]
        return lines

    def summand(self, one, later):
        """A summand of a total at step t, as an array (units, B)."""
        carried = self.whole_of(self.error(one, later), self.table.letters[one.by])
        if one.via is not None:
            carried = self.product(one.via.node.name, carried, one.via.kind == "matrix")
        if _is_one(one.outer):
            return carried
        letter = self.table.letters[one.of][0]
        outer = self.whole_of(f"G[j] * {self.value(one.outer, later)}", letter)
        return f"((G) => {outer})({carried})"

    def error(self, one, t):
        """The error of a summand before it is carried on, of one unit."""
        error = self.read("errors", one.by, t)
        return error if _is_one(one.inner) else f"{error} * {self.value(one.inner, t)}"

    def gradients(self):
        """The summands of every gradient of a parameter, over all steps."""
        lines = ["for (let t = 1; t <= T; t++) {"]
        for key, one in self.names.items():
            if one.of in self.table.SHAPES:
                products = self.multiplied(one.inner, one.v if _is_product(one) else one.outer)
                added = f"add({json.dumps(key)}, null, {self.gradient(one)});"
                lines += ["  {", *indent([*products, added], 4), "  }"]
        return [*lines, "}"]

    def gradient(self, one):
        """A summand of the gradient of a parameter at step t, as an array."""
        rows, columns = self.table.letters[one.of]
        if not _is_product(one):
            return f"summed(sizes.{rows}, B, {self.summand(one, 't')})"
        G = self.whole_of(self.error(one, "t"), self.table.letters[one.by])
        v = self.whole(one.v, rows if one.transposed else columns)
        left, right = (v, G) if one.transposed else (G, v)
        return f"outer(sizes.{rows}, sizes.{columns}, {left}, {right}, B)"


def _is_one(node):
    return isinstance(node, tree.Number) and node.value == 1


def _is_product(one):
    return isinstance(one, Product)
