"""Trees as NumPy, for one step or for all steps at once."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lstm_ref.derive import tree
from lstm_ref.derive.codegen.program import STEPS, Program, StackedErrors
from lstm_ref.derive.codegen.shapes import Shapes
from lstm_ref.derive.codegen.source_lines import Token, around, joined, outermost, shifted

SUM, PRODUCT, POWER, ATOM = range(4)  # how tightly something holds together

# word of a declaration -> function; fn is lstm_ref.cells.functions
FUNCTIONS = {"sigma": "sigmoid", "atan": "np.arctan"}
FUNCTIONS |= {n: f"np.{n}" for n in ("tanh", "exp", "log", "sin", "cos", "sinh", "cosh")}
FUNCTIONS |= {"max": "fn.maximum", "min": "fn.minimum", "abs": "fn.absolute", "sum": "fn.total"}
FUNCTIONS |= {n: f"fn.{n}" for n in ("relu", "softplus", "logsigmoid", "step", "sign")}
FUNCTIONS |= {n: f"fn.{n}" for n in ("mean", "softmax")}
# what is no word of a declaration
OPERATIONS = {n: f"fn.{n}" for n in ("total", "outer", "apply", "apply_transposed")}
OPERATIONS |= {n: f"run.{n}" for n in ("spread", "gather", "flat")}
OPERATIONS |= {"over steps": "run.total", "product over steps": "run.outer", "root": "np.sqrt"}
OPERATIONS |= {"over axis": "np.sum", "fill": "np.broadcast_to", "stack": "np.concatenate"}
OPERATIONS |= {"zeros like": "np.zeros_like"}
ROWS, COLUMNS = "[..., None, :]", "[..., None, :, :]"  # f as f 1ᵀ and as 1 fᵀ, in every sample


class Expressions:
    """Prints the trees of a program. used: modules and functions that what was printed needs.

    words, axis: what another language for whole arrays says in their place.
    """

    words, axis = FUNCTIONS | OPERATIONS, "axis"

    def __init__(self, program: Program) -> None:
        self.program, self.whole = program, False
        self.shapes = Shapes(program.variables, program.cell.letters)
        self.used: set[str] = set()

    def text(self, node: object, tight: int = SUM) -> str:
        """A tree on one line."""
        return joined(self.tokens(node, tight))

    def tokens(self, node: object, tight: int = SUM, rank: int = 0) -> list[Token]:
        """A tree in pieces that a line may be broken between.

        tight: how tightly it must hold together. rank: of what it is combined with unit by unit.
        """
        found, holds = self._tokens(node)
        letters = self.shapes.of(node)
        if self.whole and rank == 2 and len(letters) == 1 and self.shapes.over_time(node):
            # (T, 1, B) goes with (T, n, m, B) only if it has as many axes
            return around("", self._bracketed(found, holds, ATOM), ROWS)
        return self._bracketed(found, holds, tight)

    def _bracketed(self, tokens, holds, tight):
        return around("(", shifted(tokens), ")") if holds < tight else tokens

    def _tokens(self, node: object) -> tuple[list[Token], int]:
        """(tokens, how tightly they hold together)."""
        match node:
            case tree.Sum(parts):
                return self._sum(parts, node), SUM
            case tree.Product(factors):
                return self._product(factors, node), PRODUCT
            case tree.Quotient(above, below):
                rank = len(self.shapes.of(node))
                down = around("/ ", self.tokens(below, POWER, rank), "")
                return [*self._factor(above, rank), *outermost(down)], PRODUCT
            case tree.Power(base, exponent):
                return self._power(base, exponent, node)
            case tree.Call(word, arguments):
                return self._call(word, arguments, node), ATOM
            case tree.Apply(matrix, vector):
                return self._apply(matrix, vector)
            case tree.Outer(left, right):
                return self._outer(left, right), ATOM
            case tree.Dot(left, right):
                inside = [*self.tokens(left, PRODUCT), *around("* ", self.tokens(right, POWER), "")]
                return self._function("total", inside), ATOM
            case StackedErrors(stack):
                errors = self.rows("delta", stack.rows, "1:" if self.whole else "t")
                return [(0, f"{self.program.stacks[stack]}.T @ {errors}")], PRODUCT
        text = self.atom(node)
        return [(0, text)], ATOM if _is_atom(node) else PRODUCT

    def atom(self, node: object) -> str:
        """What is printed as a whole: a variable, a parameter, a number."""
        match node:
            case tree.Signal(name, lag):
                return self.signal(name, lag)
            case tree.Net(name, lag):
                return self.signal(f"net {name}", lag)
            case tree.Parameter(name) | tree.Constant(name):
                return self.program.parameters[name]
            case tree.Size(letter):
                return letter
            case tree.Number(value):
                return str(value) if isinstance(value, int | Fraction) else repr(value)
        raise TypeError(f"node: no NumPy for {node!r}")

    def signal(self, key: str, lag: int = 0) -> str:
        """A variable at this step or the one before, or at all of them."""
        variable = self.program.variables[key]
        if variable.when != STEPS:
            return variable.name
        when = (":-1" if lag else "1:") if self.whole else ("t - 1" if lag else "t")
        return f"{variable.name}[{when}]"

    def rows(self, block: str, run: Sequence[str], when: str) -> str:
        """The rows of a run, as a part of the array `net` or `delta`."""
        above, down = self.program.layout.cut(tuple(run))
        if len(run) == len(self.program.layout.rows):
            return f"{block}[{when}]"
        start = self.height(above) if above else ""
        return f"{block}[{when}, {start}:{self.height(down)}]"

    def height(self, names: Sequence[str]) -> str:
        """Rows of some equations together: "3 * H", "H + P", "0" for none."""
        letters = [self.program.cell.letters[name] for name in names]
        counts = {k: letters.count(k) for k in letters}
        return " + ".join(k if n == 1 else f"{n} * {k}" for k, n in counts.items()) or "0"

    def _sum(self, parts, node):
        rank = len(self.shapes.of(node))
        found: list[Token] = []
        for sign, part in parts:
            tokens = shifted(self.tokens(part, PRODUCT, rank))
            word = ("- " if found else "-") if sign < 0 else ("+ " if found else "")
            found += outermost(around(word, tokens, ""))
        return found

    def _product(self, factors, node):
        rank = len(self.shapes.of(node))
        found: list[Token] = []
        for factor in factors:
            tokens = self._factor(factor, rank)
            found += outermost(around("* ", tokens, "") if found else tokens)
        return found

    def _factor(self, factor, rank):
        """In brackets where it is a product of matrices: a * W @ v would be (a * W) @ v."""
        loose = _is_apply(factor) or isinstance(factor, StackedErrors)
        return self.tokens(factor, ATOM if loose else PRODUCT, rank)

    def _power(self, base, exponent, node):
        root = exponent == tree.Number(Fraction(1, 2))
        if root and self.shapes.of(base):
            return self._function("root", self.tokens(base)), ATOM
        plain = isinstance(exponent, tree.Number) and isinstance(exponent.value, int)
        above = f"**{self.text(exponent)}" if plain else f"**({self.text(exponent)})"
        return around("", self.tokens(base, ATOM), above), POWER

    def _call(self, word, arguments, node):
        if word in ("spread", "gather"):
            letter = "H" if word == "spread" else "G"
            return [(0, f"{self.function(word)}({self.text(arguments[0])}, {letter})")]
        if word == "norm":
            squares = tree.Power(arguments[0], tree.Number(2))
            return self._function("root", self._call("sum", (squares,), node))
        if word == "diag":
            return self._diagonal(arguments[0], ROWS)
        inside: list[Token] = []
        rank = 0 if word in ("sum", "mean") else len(self.shapes.of(node))
        for argument in arguments:
            inside = around("", inside, ",") if inside else inside
            inside += self.tokens(argument, SUM, rank)
        if word == "sum" and len(self.shapes.of(arguments[0])) == 2:
            inside = self._over_axis(inside, -3)
        return self._function(word, inside) if self.shapes.of(node) else self.number(word, inside)

    def _function(self, word, inside):
        return around(f"{self.function(word)}(", shifted(inside), ")")

    def _over_axis(self, inside, axis):
        return around(f"{self.function('over axis')}(", shifted(inside), f", {self.axis}={axis})")

    def number(self, word: str, inside: list[Token]) -> list[Token]:
        """A function of plain numbers, which gives one."""
        return around("float(", shifted(self._function(word, inside)), ")")

    def function(self, word: str) -> str:
        """A function by its word in a declaration, or one of the operations."""
        name = self.words[word]
        self.used.add(name.partition(".")[0])
        return name

    def _apply(self, matrix, vector):
        """A v: of parameters by @, of a matrix signal or an error in every sample."""
        bare = matrix.matrix if isinstance(matrix, tree.Transposed) else matrix
        if isinstance(bare, tree.Parameter):
            name = self.atom(bare) + ".T" * (bare is not matrix)
            return around(f"{name} @ ", self.tokens(vector, ATOM), ""), PRODUCT
        for diagonal, other, way in ((matrix, vector, ROWS), (vector, matrix, COLUMNS)):
            if isinstance(diagonal, tree.Call) and diagonal.function == "diag":
                scale = self._diagonal(diagonal.arguments[0], way)
                return [*scale, *around("* ", self.tokens(other, POWER), "")], PRODUCT
        if vector == tree.Known("ones"):
            return self._over_axis(self.tokens(bare), -3 if bare is not matrix else -2), ATOM
        inside = [*around("", self.tokens(bare), ","), *self.tokens(vector)]
        word = "apply_transposed" if bare is not matrix else "apply"
        return self._function(word, inside), ATOM

    def _outer(self, left, right):
        if right == tree.Known("ones"):
            return self._diagonal(left, ROWS)
        if left == tree.Known("ones"):
            return self._diagonal(right, COLUMNS)
        inside = [*around("", self.tokens(left), ","), *self.tokens(right)]
        return self._function("outer", inside)

    def _diagonal(self, vector, way):
        """A vector that goes with the rows or with the columns of a matrix."""
        return around("", self.tokens(vector, ATOM), way)


def _is_apply(node):
    return isinstance(node, tree.Apply)


def _is_atom(node):
    return not (isinstance(node, tree.Number) and isinstance(node.value, Fraction))
