"""Trees as expressions for one unit of one sample, in a language that writes arrays as C does.

`C` and `JavaScript` differ in how they say numbers, functions and powers, and in nothing else here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lstm_ref.derive import tree
from lstm_ref.derive.codegen.loops import Each, Loops
from lstm_ref.derive.codegen.program import ONCE, Program
from lstm_ref.derive.codegen.shapes import Shapes
from lstm_ref.derive.codegen.source_lines import Token, around, joined, outermost, shifted
from lstm_ref.derive.tree import walk

SUM, PRODUCT, ATOM = range(3)  # how tightly something holds together
SAMPLE, FLAT, ROW, COLUMN = "b", "j", "row", "col"  # names of indices


@dataclass(frozen=True)
class Index:
    """Where in the arrays: units by their axes; flat: unit and sample as one number.

    samples: is there a sample at all? local: keys of what is a number here.
    """

    axes: tuple[str, ...]
    letters: tuple[str, ...]
    flat: bool = False
    samples: bool = True
    local: frozenset[str] = frozenset()


class Scalars:
    """Prints values. index: where; used: sizes, arrays, parameters, helpers that were printed."""

    def __init__(self, program: Program, loops: Loops) -> None:
        self.program, self.loops, self.cell = program, loops, program.cell
        self.shapes = Shapes(loops.variables, program.cell.letters)
        self.index = Index((), ())
        self.sizes: set[str] = set()
        self.arrays: dict[tuple[str, int], None] = {}
        self.parameters: set[str] = set()
        self.constants: set[str] = set()
        self.helpers: set[str] = set()

    # ---- what a language decides

    def number(self, value: int | Fraction | float) -> str:
        """A number; one that is not whole is of the type of the arrays."""
        raise NotImplementedError

    def function(self, word: str) -> str:
        """A function by its word in a declaration, "max", or by "sqrt" and "power"."""
        raise NotImplementedError

    def real(self, text: str) -> str:
        """A whole number as a number of the type of the arrays."""
        return text

    def block(self, row: str) -> str:
        """The block that a unit belongs to, where whole numbers divide to whole numbers."""
        return f"{row} / ({self.size('H')} / {self.size('G')})"

    def array(self, key: str, lag: int) -> str:
        """The name of an array at this step or the one before."""
        raise NotImplementedError

    def parameter_name(self, name: str) -> str:
        """The name of a parameter or a constant."""
        raise NotImplementedError

    # ---- sizes and places

    def size(self, letter: str) -> str:
        """The name of a size."""
        if letter == "1":
            return "1"
        self.sizes.add(letter)
        return letter

    def height(self, letters: Sequence[str]) -> str:
        """Sizes added: "4 * H", "H + P", "0"."""
        counts = {k: letters.count(k) for k in letters}
        terms = [str(n) if k == "1" else f"{n} * {self.size(k)}" if n > 1 else self.size(k)
                 for k, n in counts.items()]  # fmt: skip
        return " + ".join(terms) or "0"

    def times(self, *factors: str) -> str:
        """A product of sizes, without factors 1."""
        factors = tuple(f"({f})" if " + " in f else f for f in factors if f != "1")
        return "0" if "0" in factors else " * ".join(factors) or "1"

    def place(self, axes: Sequence[str], letters: Sequence[str], samples: bool) -> str:
        """The index of a unit and sample in an array of these letters."""
        at = "0"
        for axis, letter in zip(axes, letters, strict=False):
            if letter != "1":
                at = axis if at == "0" else f"{at} * {self.size(letter)} + {axis}"
        if not samples:
            return at
        at = f"({at})" if "+" in at else at
        return SAMPLE if at == "0" else f"{at} * {self.size('B')} + {SAMPLE}"

    def fits_flat(self, each: Each) -> bool:
        """May one number count units and samples together?"""
        if not each.samples or each.letters == ("1",):
            return False
        for node in walk(*(part for s in each.sets for part in (s.target, s.value))):
            if isinstance(node, tree.Outer) or getattr(node, "function", None) == "spread":
                return False
            if isinstance(node, tree.Parameter) and self.shapes.parameter(node.name) != ("1",):
                return False
            if isinstance(node, tree.Signal):
                variable = self.loops.variables[node.name]
                number = variable.when == ONCE and variable.letters == ("1",)
                if not number and (variable.when == ONCE or variable.letters != each.letters):
                    return False
        return True

    def element(self, key: str, lag: int = 0, axes: tuple[str, ...] | None = None) -> str:
        """One number of an array."""
        name, variable = self.array(key, lag), self.loops.variables[key]
        if key in self.index.local:
            return name
        self.arrays[key, lag] = None
        if self.index.flat and variable.when != ONCE:
            return f"{name}[{FLAT}]"
        axes = self.index.axes if axes is None else axes
        return f"{name}[{self.place(axes, variable.letters, variable.when != ONCE)}]"

    # ---- values

    def text(self, node: object, axes: tuple[str, ...] | None = None) -> str:
        """A value on one line."""
        return joined(self.tokens(node, SUM, axes))

    def tokens(
        self, node: object, tight: int = SUM, axes: tuple[str, ...] | None = None
    ) -> list[Token]:
        """A value in pieces that a line may be broken between; axes: those of the index."""
        axes = self.index.axes if axes is None else axes
        found, holds = self._tokens(node, axes)
        return around("(", shifted(found), ")") if holds < tight else found

    def _tokens(self, node: object, axes: tuple[str, ...]) -> tuple[list[Token], int]:
        match node:
            case tree.Sum(parts):
                return self._sum(parts, axes), SUM
            case tree.Product(factors):
                return self._product(factors, axes), PRODUCT
            case tree.Quotient(above, below):
                down = around("/ ", self.tokens(below, ATOM, axes), "")
                over = self.real(self.text(above)) if _whole(above) else ""
                up = [(0, over)] if over else self.tokens(above, PRODUCT, axes)
                return [*up, *outermost(down)], PRODUCT
            case tree.Power(base, exponent):
                return self._power(base, exponent, axes)
            case tree.Call("spread", (inner,)):
                block = self.block(axes[0])
                return self.tokens(inner, SUM, (block,)), ATOM
            case tree.Call(word, arguments):
                return self._called(word, arguments, axes), ATOM
            case tree.Outer(left, right):
                ends = [(left, axes[:1]), (right, axes[1:])]
                ends = [end for end in ends if end[0] != tree.Known("ones")]
                tokens = self.tokens(ends[0][0], PRODUCT, ends[0][1])
                for end, own in ends[1:]:
                    tokens += outermost(around("* ", self.tokens(end, PRODUCT, own), ""))
                return tokens, PRODUCT
            case tree.Number(value) if isinstance(value, Fraction):
                return [(0, self.number(value))], PRODUCT
        return [(0, self._atom(node, axes))], ATOM

    def _atom(self, node, axes):
        match node:
            case tree.Signal(name, lag):
                return self.element(name, lag, axes)
            case tree.Parameter(name):
                self.parameters.add(name)
                letters = self.cell.letters[name]
                return f"{self.parameter_name(name)}[{self.place(axes, letters, False)}]"
            case tree.Constant(name):
                self.constants.add(name)
                return self.parameter_name(name)
            case tree.Size(letter):
                return self.real(self.size(letter))
            case tree.Number(value):
                return self.number(value)
        raise TypeError(f"node: expected one that is elementwise, got {node!r}")

    def _sum(self, parts, axes):
        found: list[Token] = []
        for sign, part in parts:
            word = ("- " if found else "-") if sign < 0 else ("+ " if found else "")
            tokens = shifted(self.tokens(part, PRODUCT, axes))
            found += outermost(around(word, tokens, ""))
        return found

    def _product(self, factors, axes):
        found: list[Token] = []
        for factor in factors:
            tokens = self.tokens(factor, ATOM if found else PRODUCT, axes)
            found += outermost(around("* ", tokens, "") if found else tokens)
        return found

    def _power(self, base, exponent, axes):
        if exponent == tree.Number(Fraction(1, 2)):
            return self._called("sqrt", (base,), axes), ATOM
        if exponent == tree.Number(2) and isinstance(base, tree.Signal | tree.Parameter):
            text = self.text(base, axes)
            return [(0, f"{text} * {text}")], PRODUCT
        if exponent == tree.Number(2):
            return self._called("square", (base,), axes), ATOM
        return self._called("power", (base, exponent), axes), ATOM

    def _called(self, word, arguments, axes):
        inside: list[Token] = []
        for argument in arguments:
            inside = around("", inside, ",") if inside else inside
            tokens = self.tokens(argument, SUM, axes)
            inside += [(0, self.real(joined(tokens)))] if _whole(argument) else tokens
        return around(f"{self.function(word)}(", shifted(inside), ")")


def _whole(node):
    """A whole number, which must be told what type to be."""
    return isinstance(node, tree.Number) and isinstance(node.value, int)
