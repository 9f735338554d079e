"""A tree as pieces of text: brackets, ⊙ or nothing between factors, where a line may be broken.

What the letters look like is said by `alphabets`, for LaTeX and for plain text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from lstm_ref.derive import tree
from lstm_ref.derive.typeset.pieces import Piece, joined, width
from lstm_ref.derive.typeset.signs import Pieces, Signs

HALF = tree.Number(Fraction(1, 2))
LEADING = (tree.Number, tree.Constant)  # what is not left alone at the end of a line
# What stands without brackets wherever it stands.
CLOSED = (*tree.LETTERS, tree.Number, tree.Call, tree.Partial, tree.Marked, tree.Changed)


@dataclass(frozen=True)
class Printer(Signs):
    """Prints compound trees, by the signs of a subclass."""

    def _inside(self, node, depth):
        return self.bracket(self.pieces(node, depth + 1))

    def _closed(self, node, depth, also=()):
        """With brackets unless it needs none anywhere, or it is one of `also`."""
        plain = isinstance(node, (*CLOSED, *also)) or self.is_root(node)
        negative = isinstance(node, tree.Number) and node.value < 0
        plain = plain and not negative and not self._slashed(node)
        return self.pieces(node, depth) if plain else self._inside(node, depth)

    def is_root(self, node: tree.Node) -> bool:
        """Is it printed as a square root?"""
        return isinstance(node, tree.Power) and node.exponent == HALF

    def _slashed(self, node):
        """Is it printed with a / on one line?"""
        if isinstance(node, tree.Number):
            return self.slashed_numbers and isinstance(node.value, Fraction)
        return isinstance(node, tree.Quotient) and self._line_of(node) is None

    slashed_numbers = False

    def _sum(self, node, depth):
        found: Pieces = []
        for sign, part in node.parts:
            sign, part = _signed(sign, part)
            new = self._summand(part, depth)
            sign_text = self.minus if sign < 0 else "+"
            if found:
                head = Piece(sign_text, 1, 2 * depth, " ", self.space)
                found += [head, replace(new[0], gap=" ", space=self.space), *new[1:]]
            elif sign < 0:
                found += [Piece(self.minus, 1), *new]
            else:
                found += new
        return found

    def _summand(self, part, depth):
        return self._inside(part, depth) if isinstance(part, tree.Sum) else self.pieces(part, depth)

    def _product(self, node, depth):
        found: Pieces = []
        so_far = 0
        for k, factor in enumerate(node.factors):
            own, last = self.rank(factor), k == len(node.factors) - 1
            new = self._as_factor(factor, last and not so_far, depth)
            if not found:
                found, so_far = [*new], own
                continue
            level = 2 * depth + 1
            if so_far and own:
                times = Piece(self.times, 1, level, " ", self.space)
                found += [times, replace(new[0], gap=" ", space=self.space), *new[1:]]
            elif isinstance(factor, tree.Number):
                times = Piece(self.dot, 1, level, " ", self.space)
                found += [times, replace(new[0], gap=" ", space=self.space), *new[1:]]
            else:
                glued = None if isinstance(node.factors[k - 1], LEADING) else level
                head = replace(new[0], gap=self.thin, space=self.space, level=glued)
                found += [head, *new[1:]]
            so_far = max(so_far, own)
        return found

    def _as_factor(self, factor, alone, depth):
        """alone: with nothing but numbers in front of it and nothing behind it."""
        if isinstance(factor, tree.Apply | tree.Outer | tree.Chain) or _is_spread(factor):
            # a number in front belongs to all of W v; behind a ⊙ it would not
            return self.pieces(factor, depth) if alone else self._inside(factor, depth)
        also = (tree.Quotient, tree.Power)
        return self._closed(factor, depth, also)

    def _line_of(self, node):
        """A fraction with its line, or None where it is printed with a /."""
        above, below = (joined_piece(self.pieces(part, 0)) for part in (node.above, node.below))
        if self.widest is not None and max(above.width, below.width) > self.widest:
            return None
        return self.stacked([above], [below])

    def _quotient(self, node, depth):
        if (stacked := self._line_of(node)) is not None:
            return stacked
        above = self._closed(node.above, depth, (tree.Power,))
        if isinstance(node.above, tree.Product) and all(
            isinstance(part, (*CLOSED, tree.Sum, tree.Dot)) and not self._slashed(part)
            for part in node.above.factors
        ):
            above = self.pieces(node.above, depth)
        below = self._closed(node.below, depth, (tree.Power,))
        slash = Piece(self.quotient, 1, 2 * depth + 1, " ", self.space)
        return [*above, slash, replace(below[0], gap=" ", space=self.space), *below[1:]]

    def _power(self, node, depth):
        base, exponent = node.base, node.exponent
        if self.is_root(node):
            return self.root(self.pieces(base, depth + 1))
        whole = isinstance(exponent, tree.Number) and isinstance(exponent.value, int)
        if whole and isinstance(base, tree.Call) and self.has_name(base) and exponent.value > 0:
            head = self.function(base.function, exponent.value)
            return [head, *self.arguments(self._arguments(base, depth))]
        atom = isinstance(base, tree.Atom) and not (
            isinstance(base, tree.Number) and (base.value < 0 or self._slashed(base))
        )
        bare = self.pieces(base, depth) if atom else self._inside(base, depth)
        return self.raised(bare, self.pieces(exponent, depth + 1))

    def has_name(self, node: tree.Call) -> bool:
        """Is it printed as a name with one argument, which may have a power: tanh²(c)?"""
        special = ("abs", "norm", "sqrt", "spread", "gather", "diag", "max", "min")
        return node.function not in special

    def _call(self, node, depth):
        word, arguments = node.function, node.arguments
        if word == "sqrt":
            return self.root(self.pieces(arguments[0], depth + 1))
        if word in ("spread", "gather"):
            S = tree.Parameter("S")
            matrix: tree.Node = S if word == "spread" else tree.Transposed(S)
            return self._apply(tree.Apply(matrix, arguments[0]), depth)
        return [self.function(word), *self.arguments(self._arguments(node, depth))]

    def _arguments(self, node, depth):
        found: Pieces = []
        for part in node.arguments:
            new = self.pieces(part, depth + 1)
            if found:
                found.append(Piece(",", 1))
                new = [replace(new[0], gap=" ", space=self.space, level=2 * depth + 2), *new[1:]]
            found += new
        return found

    def _apply(self, node, depth):
        if node.matrix == tree.Parameter("spread"):
            node = tree.Apply(tree.Parameter("S"), node.vector)
        also = (tree.Apply,) if self.rank(node.matrix) == 2 else ()  # (A B) v is A (B v)
        matrix = self._closed(node.matrix, depth, (tree.Transposed, *also))
        chain = isinstance(node.vector, tree.Apply) and self.rank(node.vector) == 2
        if chain:  # diag(f) C diag(d): it does not matter which product comes first
            vector = self.pieces(node.vector, depth)
        elif _is_spread(node.vector):
            vector = self._inside(node.vector, depth)
        else:
            vector = self._closed(node.vector, depth)
        return [*matrix, replace(vector[0], gap=self.thin, space=self.space), *vector[1:]]

    def _chain(self, node, depth):
        found: Pieces = []
        for matrix in node.matrices:
            new = self._closed(matrix, depth, (tree.Transposed,))
            level = 2 * depth + 1 if found else None
            found += [replace(new[0], gap=self.thin, space=self.space, level=level), *new[1:]]
        return [replace(found[0], gap="", space=0), *found[1:]]

    def _transposed(self, node, depth):
        inside = node.matrix
        letter = isinstance(inside, tree.LETTERS)
        return self.transposed(
            self.pieces(inside, depth) if letter else self._inside(inside, depth)
        )

    def _outer(self, node, depth):
        left = self._closed(node.left, depth)
        right = self._transposed(tree.Transposed(node.right), depth)
        return [*left, replace(right[0], gap=self.thin, space=self.space, level=None), *right[1:]]

    def _dot(self, node, depth):
        left = self._transposed(tree.Transposed(node.left), depth)
        right = self._closed(node.right, depth)
        return [*left, replace(right[0], gap=self.thin, space=self.space, level=None), *right[1:]]

    def _changed(self, node, depth):
        found: Pieces = []
        for part, sign in ((node.old, self.struck), (node.new, self.put)):
            if part is not None:
                loose = isinstance(part, tree.Sum) and len(part.parts) > 1
                inside = self.pieces(part, depth + 1)
                found += sign(joined_piece(self.bracket(inside) if loose else inside))
        return [joined_piece(found)]

    def _sumovertime(self, node, depth):
        body = self._summand(node.body, depth)
        return [self.sum_sign(), replace(body[0], gap=" ", space=self.space), *body[1:]]


def joined_piece(pieces: Pieces) -> Piece:
    """Pieces that stay together, as one."""
    return Piece(joined(pieces), width(pieces), tall=any(piece.tall for piece in pieces))


def _is_spread(node):
    return isinstance(node, tree.Call) and node.function in ("spread", "gather")


def _signed(sign, part):
    """A summand with the sign of the number in front of it taken out."""
    if isinstance(part, tree.Number) and part.value < 0:
        return -sign, tree.Number(-part.value)
    if isinstance(part, tree.Product):
        inner, first = _signed(sign, part.factors[0])
        if inner != sign:
            return inner, tree.product(first, *part.factors[1:])
    if isinstance(part, tree.Sum) and len(part.parts) == 1:
        ((inner, only),) = part.parts
        return sign * inner, only
    return sign, part
