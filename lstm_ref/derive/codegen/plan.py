"""What both passes of a program agree on: names, and which intermediate results are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy

from lstm_ref.derive import tree
from lstm_ref.derive.codegen.names import Names
from lstm_ref.derive.codegen.program import ONCE, STEPS, Program, Variable
from lstm_ref.derive.codegen.shapes import Letters, Shapes
from lstm_ref.derive.codegen.stacking import alone, factors, layout
from lstm_ref.derive.expressions import (
    FUNCTIONS,
    Dot,
    Mean,
    Outer,
    Softmax,
    Total,
    Transposed,
    at,
    matrix,
    parameters,
    signals,
)
from lstm_ref.derive.tree import net_name
from lstm_ref.derive.typeset.arrange import arrange

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

Rules = dict[sympy.Expr, sympy.Indexed]


class Plan:
    """Names and intermediate results of a cell; its program, which the passes are added to.

    kept: (equation, expression, key) of what is computed on the way forward and needed again on
    the way back, inner ones first. once: (expression, key) of what no step changes. rules: each of
    these expressions and the variable that stands for it.
    """

    def __init__(self, cell: Cell) -> None:
        self.cell, self.layout = cell, layout(cell)
        self.names = Names("".join(cell.letters.values()))
        known = {"x": "x"} if cell.input == "x" else {}
        for name in (*cell.inputs, *cell.equations, *_parameters(cell), *cell.constants):
            if name not in known:
                known[name] = self.names.new(name)
        self.variables = {n: self._signal(n, known[n]) for n in (*cell.inputs, *cell.equations)}
        named = {n: known[n] for n in (*_parameters(cell), *cell.constants)}
        self.shapes = Shapes(self.variables, cell.letters)
        self.program = Program(cell, self.layout, self.variables, named)
        self.alone = alone(cell, self.layout)
        self.kept: list[tuple[str, sympy.Expr, str]] = []
        self.once: list[tuple[sympy.Expr, str]] = []
        self.rules: Rules = {}
        self._keep()
        for stack in self.layout.stacks:
            if len(stack.matrices) > 1:
                label = known[stack.v.base.label.name]
                self.program.stacks[stack] = self.names.new(f"W_{label}")
        self.nets = [n for n in cell.equations if self._needs_net(n)]
        for name in self.nets:
            self.add(net_name(name), f"net_{known[name]}", *self._place(name))

    def add(self, key: str, wish: str, letters: Letters, when: str = STEPS) -> tree.Signal:
        """A new variable, with the name wished for where nothing else has it."""
        self.variables[key] = Variable(self.names.new(wish), letters, when)
        return tree.Signal(key)

    def add_error(
        self, wish: str, letters: Letters, when: str, key: str | None = None
    ) -> tree.Signal:
        """A new variable of the way back; key: where others must find it, else one of its own."""
        key = f"error {len(self.program.errors)}" if key is None else key
        self.program.errors.append(key)
        return self.add(key, wish, letters, when)

    def _signal(self, name, known):
        return Variable(known, *self._place(name))

    def _place(self, name):
        return tuple(self.cell.letters[name]), ONCE if name in self.layout.still else STEPS

    def arranged(
        self, expr: sympy.Expr, name: str | None = None, rules: Rules | None = None
    ) -> tree.Node:
        """An expression as a tree, in the order in which the equation of `name` was written.

        rules: what has been computed already; everything unless given.
        """
        rules = self.rules if rules is None else rules
        ranks: list[sympy.Basic] = []
        for symbol in self.cell.equations[name].reads if name else ():
            held = (new for expr, new in rules.items() if expr.has(symbol))
            ranks += dict.fromkeys([*(new for new in held if new not in ranks), symbol])
        return arrange(_in_digits(expr.xreplace(rules)), ranks)

    def _needs_net(self, name):
        slope = self.cell.terms.slopes[name]
        return slope is not None and slope.has(at(net_name(name)))

    def _keep(self):
        wanted = set().union(*(f.atoms(sympy.Function) for f in factors(self.cell)))
        learned = [p for _, p in self.alone if str(matrix(p)) in self.cell.matrices]
        arguments = {p.args[1] for p in learned}
        single = {p for _, p in self.alone}

        def whole(name):  # an intermediate result that is a signal needs no other name
            return None if name in self.layout.rows else self.cell.equations[name].expr

        def visit(name, expr):
            if expr in self.rules or isinstance(expr, sympy.Indexed | sympy.Symbol | Transposed):
                return
            if self._is_steady(expr) and name not in self.layout.still and not _is_filled(expr):
                self.rules[expr] = at(self._variable(expr, ONCE))
                self.once.append((expr, self.rules[expr].base.label.name))
                return
            for argument in expr.args:
                visit(name, argument)
            again = expr in wanted and (not isinstance(expr, Dot) or expr in single)
            again = again and not isinstance(expr, Outer) and bool(expr.free_symbols)
            if again or expr in arguments:
                when = ONCE if name in self.layout.still else STEPS
                key = name if expr == whole(name) else self._variable(expr, when)
                self.kept.append((name, expr, key))
                self.rules[expr] = at(key)

        early = self.layout.early  # they are computed first
        for name in (*early, *(n for n in self.cell.equations if n not in early)):
            visit(name, self.cell.equations[name].net)

    def _is_steady(self, expr):
        """Does it cost something, and is it the same at every step?"""
        roots = (p for p in expr.atoms(sympy.Pow) if not p.exp.is_Integer)
        costly = bool(expr.atoms(sympy.Function)) or any(roots)
        still = all(name in self.layout.still for name, _ in signals(expr))
        return costly and still and not expr.is_number

    def _variable(self, expr, when):
        """tanh(c[t]) -> tanh_c, r[t]*h[t-1] -> r_h, W_hh @ h[t-1] -> W_hh_h, exp(w) -> exp_w."""
        if isinstance(expr, Dot):  # C[t-1] @ k[t] -> k_C
            words = [str(matrix(expr))] * isinstance(matrix(expr), sympy.Symbol)
        else:
            words = [] if expr.is_Mul or expr.is_Add else [_word(expr)]
        read = sorted(expr.atoms(sympy.Indexed), key=str, reverse=True)
        labels = [symbol.base.label.name for symbol in read]
        words += [self.variables[n].name if n in self.variables else n for n in labels]
        if not read:
            words += [str(p) for p in parameters(expr)]
        letters = self.shapes.of(self.arranged(expr))
        name = self.names.new("_".join(words[:4]).replace(" ", "_"))
        self.variables[name] = Variable(name, letters, when)
        return name


def _parameters(cell):
    """Every parameter, learned ones before fixed ones."""
    return [*cell.matrices, *cell.vectors, *cell.fixed]


def _word(expr):
    """The word of a function in a declaration, "tanh" or "mean"."""
    others = {Total: "sum", Mean: "mean", Softmax: "softmax", Outer: "outer", sympy.Pow: "root"}
    return FUNCTIONS.get(expr.func) or others[expr.func]


def _is_filled(expr):
    """Is there a vector of ones in it, as long as what it is combined with?"""
    return any(1 in outer.args for outer in expr.atoms(Outer))


def _in_digits(expr):
    """√2 and π as plain numbers: those of NumPy would turn float32 into float64."""
    atoms = expr.atoms(sympy.Pow, sympy.Function, sympy.NumberSymbol)
    return expr.xreplace({a: sympy.Float(float(a)) for a in atoms if a.is_number})
