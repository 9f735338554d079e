"""Names in generated code, and which intermediate results are kept for the way back."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import sympy

from lstm_ref.derive import terms
from lstm_ref.derive.codegen.stacking import alone, factors, layout
from lstm_ref.derive.expressions import SPREAD, Dot, at
from lstm_ref.derive.typeset.alphabets import Numpy
from lstm_ref.derive.typeset.printing import show
from lstm_ref.sizes import SPARE

if TYPE_CHECKING:
    from lstm_ref.derive.declare.declaration import Cell

RESERVED = {
    *keyword.kwlist,
    *SPARE,
    *"tTDHBGdx",
    "np",
    "run",
    "sigmoid",
    "params",
    "tape",
    "net",
}
RESERVED |= {"delta", "dx", "dh", "dparams", "sizes", "dtype", "state0", "dstate_T", "CELL"}
RESERVED |= {"initial", "new", "outputs", "state_T", "outside", "last", "errors", "workspace"}
RESERVED |= {"range", "cell", "space", "call", "h_T", "init", "forward", "backward"}


class Plan:
    """Everything that both passes of the generated code agree on.

    names: signal or parameter -> its name in the code. kept: (equation, expression, name) of what
    is computed on the way forward and needed again on the way back, inner ones first.
    """

    def __init__(self, cell: Cell) -> None:
        self.cell, self.layout = cell, layout(cell)
        self._taken = set(RESERVED)
        self.names = {}
        if cell.input == "x":
            self.names["x"] = "x"
        for name in (cell.input, *cell.equations, *cell.matrices, *cell.vectors):
            if name not in self.names:
                self.names[name] = self.new(name)
        self.alone = alone(cell, self.layout)
        self.kept: list[tuple[str, sympy.Expr, str]] = []
        self.rules: dict[sympy.Expr, sympy.Indexed] = {}
        self._keep()
        self.nets = [n for n in cell.equations if self._needs_net(n)]
        self.names |= {f"net {n}": self.new(f"net_{self.names[n]}") for n in self.nets}
        self.deltas = {n: self.new(f"delta_{self.names[n]}") for n in cell.equations}

    def new(self, wish: str) -> str:
        """A name that nothing else has."""
        name, k = wish, 2
        while name in self._taken:
            name, k = f"{wish}_{k}", k + 1
        self._taken.add(name)
        return name

    def show(self, expr: sympy.Expr, name: str | None = None, whole: bool = False) -> str:
        """An expression as code, in the order in which the equation of `name` was written."""
        style = Numpy(names=tuple(self.names.items()), whole=whole, ranks=self._ranks(name))
        return show(expr.xreplace(self.rules), style)

    def _ranks(self, name):
        """Symbols as they were written; what is kept stands where its first symbol stood."""
        ranks: list[sympy.Basic] = []
        for symbol in self.cell.equations[name].reads if name else ():
            held = (new for expr, new in self.rules.items() if expr.has(symbol))
            ranks += dict.fromkeys([*(new for new in held if new not in ranks), symbol])
        return ranks

    def letter(self, expr: sympy.Expr) -> str | None:
        """The size letter of an expression that is not a plain number."""
        letters = self.cell.letters
        if isinstance(expr, Dot):
            return letters[str(expr.args[0])][0]
        if expr.is_Indexed:
            return letters[expr.base.label.name][0]
        if isinstance(expr, sympy.Symbol):
            return letters[str(expr)][0]
        found = (self.letter(a) for a in sorted(expr.args, key=str) if not a.is_number)
        return next(found, None)

    def _needs_net(self, name):
        slope = terms.slope(self.cell, name)
        return slope is not None and slope.has(at(terms.net_name(name)))

    def _keep(self):
        wanted = factors(self.cell)
        arguments = {p.args[1] for _, p in self.alone if p.args[0] != SPREAD}
        single = {p for _, p in self.alone}

        def visit(name, expr):
            for argument in expr.args if not expr.is_Indexed else ():
                visit(name, argument)
            again = isinstance(expr, Dot) and expr in single
            again |= isinstance(expr, sympy.Function) and not isinstance(expr, Dot)
            again = again and bool(expr.free_symbols) and any(f.has(expr) for f in wanted)
            composite = expr in arguments and not expr.is_Indexed
            if (again or composite) and expr not in self.rules:
                self.kept.append((name, expr, self._title(expr)))
                self.rules[expr] = at(self.kept[-1][2])

        early = self.layout.early  # they are computed first
        for name in (*early, *(n for n in self.cell.equations if n not in early)):
            visit(name, self.cell.equations[name].net)

    def _title(self, expr):
        """tanh(c[t]) -> tanh_c, r[t]*h[t-1] -> r_h, W_hh @ h[t-1] -> W_hh_h."""
        words = [] if expr.is_Mul or expr.is_Add else [type(expr).__name__]
        if isinstance(expr, Dot):
            words = [str(expr.args[0])]
        order = sorted(expr.atoms(sympy.Indexed), key=str, reverse=True)
        words += [self.names.get(s.base.label.name, s.base.label.name) for s in order]
        name = self.new("_".join(words[:4]))
        self.names[name] = name
        return name

    def height(self, names: Iterable[str]) -> str:
        """Rows of some equations together: "3 * H", "H + P", "0" for none."""
        letters = [self.cell.letters[name] for name in names]
        parts = [
            k if letters.count(k) == 1 else f"{letters.count(k)} * {k}"
            for k in dict.fromkeys(letters)
        ]
        return " + ".join(parts) or "0"

    def cut(self, run: Sequence[str]) -> str:
        """The rows of a run inside of net, as a slice: "" if it is all of them."""
        rows = self.layout.rows
        first = rows.index(run[0])
        if len(run) == len(rows):
            return ""
        start = self.height(rows[:first]) if first else ""
        return f"{start}:{self.height(rows[: first + len(run)])}"
