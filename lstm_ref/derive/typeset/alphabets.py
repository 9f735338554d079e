"""Letters, brackets and fractions as LaTeX and as plain text: the two printers of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from lstm_ref.derive import tree
from lstm_ref.derive.letters import indexed, latex_letter, split, text_letter
from lstm_ref.derive.typeset.pieces import Piece
from lstm_ref.derive.typeset.printer import Printer, joined_piece
from lstm_ref.derive.typeset.signs import Pieces

__all__ = ["Latex", "Page", "Text", "latex_letter", "text_letter"]

GATES = {"f": "f", "i": "i", "c_tilde": "c", "o": "o"}  # classes of the style sheet: gate-f, ...
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# Words that have a command of their own; the others are set by \operatorname.
COMMANDS = {word: rf"\{word}" for word in "sigma tanh exp log sin cos sinh cosh max min".split()}
COMMANDS |= {"atan": r"\arctan"}
COMMANDS |= {"logsigmoid": r"\operatorname{log\sigma}"}
SIGNS = {"pi": (r"\pi", "π"), "e": (r"\mathrm{e}", "e"), "E": ("E", "E")}
SIGNS |= {"GoldenRatio": (r"\varphi", "φ"), "EulerGamma": (r"\gamma", "γ")}
SIGNS |= {"ones": (r"\mathbf{1}", "𝟏"), "I": ("I", "I")}


@dataclass(frozen=True)
class Text(Printer):
    """Plain text with Unicode letters."""

    slashed_numbers = True

    def signal(self, name: str, lag: int = 0) -> str:
        """A signal `lag` steps back."""
        when = self.when(lag)
        return f"{text_letter(name)}_{when if len(when) == 1 else f'{{{when}}}'}"

    def parameter(self, name: str) -> str:
        """A parameter."""
        return name

    def delta(self, name: str, lag: int = 0) -> str:
        """The error term of a signal."""
        return f"δ_{text_letter(name)},{self.when(lag)}"

    def net(self, name: str, lag: int = 0) -> str:
        """The weighted input of a signal."""
        return f"net_{text_letter(name)},{self.when(lag)}"

    def atom(self, node: tree.Atom) -> Piece:
        """A number or a letter."""
        text = self._letter(node)
        return Piece(text, len(text.replace("\u0303", "")))

    def _letter(self, node):
        if isinstance(node, tree.Number):
            text = digits(node.value)
            return text.replace("-", self.minus, 1) if node.value < 0 else text
        match node:
            case tree.Known(name):
                return SIGNS[name][1]
            case tree.Size(letter):
                return letter
            case tree.Parameter(name) | tree.Constant(name):
                return self.parameter(name)
            case tree.Signal(name, lag):
                return self.signal(name, lag)
            case tree.Net(name, lag):
                return self.net(name, lag)
            case tree.Delta(name, lag):
                return self.delta(name, lag)
            case tree.Outside(lag):
                return self.signal("e", lag)

    def bracket(self, pieces: Pieces) -> Pieces:
        """Pieces in brackets."""
        return glued(Piece("(", 1), pieces, Piece(")", 1))

    arguments = bracket

    def function(self, word: str, power: int | None = None) -> Piece:
        """The name of a function, with a power behind it."""
        text = "σ" if word == "sigma" else word
        text += "" if power is None else str(power).translate(SUPERSCRIPT)
        return Piece(text, len(text))

    def raised(self, base: Pieces, exponent: Pieces) -> Pieces:
        """A power; the base has its brackets already."""
        if len(exponent) == 1 and exponent[0].text.isdigit():
            return [*base, Piece(exponent[0].text.translate(SUPERSCRIPT), exponent[0].width)]
        return [*base, Piece("^", 1), *self.bracket(exponent)]

    def root(self, inside: Pieces) -> Pieces:
        """A square root."""
        return [Piece("√", 1), *self.bracket(inside)]

    def transposed(self, inside: Pieces) -> Pieces:
        """Something transposed; it has its brackets already."""
        return [*inside, Piece("ᵀ", 1)]

    def stacked(self, above: Pieces, below: Pieces) -> None:
        """None: a fraction stands on one line."""

    def sum_sign(self) -> Piece:
        """Σ over the steps."""
        return Piece("Σ_t", 3)

    def _partial(self, node, depth):
        above, below = self.atom(node.above), self.atom(node.below)
        return [Piece(f"∂{above.text}/∂{below.text}", 3 + above.width + below.width)]

    def _marked(self, node, depth):
        return self._inside(node.body, depth)

    def struck(self, piece: Piece) -> Pieces:
        """What should stand there, as word-wise differences of texts are marked."""
        return [Piece("[-", 2), replace(piece, gap="", space=0), Piece("-]", 2)]

    def put(self, piece: Piece) -> Pieces:
        """What stands there instead."""
        return [Piece("{+", 2), replace(piece, gap="", space=0), Piece("+}", 2)]


@dataclass(frozen=True)
class Latex(Printer):
    """LaTeX. colour: the gates in the colours of the book, by \\class."""

    colour: bool = False

    times, minus, dot, thin = r"\odot", "-", r"\cdot", r"\,"
    space = 0

    def signal(self, name: str, lag: int = 0) -> str:
        """A signal `lag` steps back."""
        letter, below = split(name)
        text = indexed(letter, [*below, self.when(lag)])
        return rf"\class{{gate-{GATES[name]}}}{{{text}}}" if self.coloured(name) else text

    def coloured(self, name: str) -> bool:
        """Is it a gate that gets its colour?"""
        return self.colour and name in GATES

    def parameter(self, name: str) -> str:
        """A parameter."""
        return latex_letter(name)

    def delta(self, name: str, lag: int = 0) -> str:
        """The error term of a signal."""
        return indexed(r"\delta", [latex_letter(name), self.when(lag)])

    def net(self, name: str, lag: int = 0) -> str:
        """The weighted input of a signal."""
        return indexed(r"\mathrm{net}", [latex_letter(name), self.when(lag)])

    def atom(self, node: tree.Atom) -> Piece:
        """A number or a letter; it is about as wide as in plain text, without _ and {}."""
        if isinstance(node, tree.Number):
            return _number(node.value)
        plain = Text(start=self.start).atom(node).text
        return Piece(self._letter(node), sum(letter not in "_{},\u0303" for letter in plain))

    def _letter(self, node):
        match node:
            case tree.Known(name):
                return SIGNS[name][0]
            case tree.Size(letter):
                return letter
            case tree.Parameter(name) | tree.Constant(name):
                return self.parameter(name)
            case tree.Signal(name, lag):
                return self.signal(name, lag)
            case tree.Net(name, lag):
                return self.net(name, lag)
            case tree.Delta(name, lag):
                return self.delta(name, lag)
            case tree.Outside(lag):
                return indexed("e", [self.when(lag)])

    def bracket(self, pieces: Pieces) -> Pieces:
        """Pieces in brackets as high as they are; across lines all are a little larger."""
        left = Piece(r"\left(", 1, side=1, across=r"\bigl(")
        return glued(left, pieces, Piece(r"\right)", 1, side=-1, across=r"\bigr)"))

    def arguments(self, pieces: Pieces) -> Pieces:
        """Arguments of a function: in plain brackets, unless they are high."""
        if any(piece.tall for piece in pieces):
            return self.bracket(pieces)
        return glued(Piece("(", 1), pieces, Piece(")", 1))

    def function(self, word: str, power: int | None = None) -> Piece:
        """The name of a function, with a power behind it."""
        text = COMMANDS.get(word, rf"\operatorname{{{word}}}")
        text += "" if power is None else f"^{{{power}}}"
        wide = 1 if word == "sigma" else 3 * len(word) // 4  # these letters are narrow
        return Piece(text, wide + len(str(power or "")))

    def _call(self, node, depth):
        if node.function in ("abs", "norm"):
            mark = "vert" if node.function == "abs" else "Vert"
            inside = self.pieces(node.arguments[0], depth + 1)
            return glued(Piece(rf"\l{mark} ", 1), inside, Piece(rf"\r{mark}", 1))
        return super()._call(node, depth)

    def raised(self, base: Pieces, exponent: Pieces) -> Pieces:
        """A power; the base has its brackets already."""
        above = joined_piece(exponent)
        return [*base, Piece(f"^{{{above.text}}}", above.width)]

    def root(self, inside: Pieces) -> Pieces:
        """A square root, or the power 1/2 where it is too wide for a line."""
        piece = joined_piece(inside)
        if self.widest is not None and piece.width + 1 > self.widest:
            return [*self.bracket(inside), Piece("^{1/2}", 3)]
        return [Piece(rf"\sqrt{{{piece.text}}}", piece.width + 1)]

    def transposed(self, inside: Pieces) -> Pieces:
        """Something transposed; it has its brackets already."""
        return [*inside, Piece(r"^\top", 1)]

    def stacked(self, above: Pieces, below: Pieces) -> Pieces:
        """A fraction with a line."""
        a, b = joined_piece(above), joined_piece(below)
        return [Piece(rf"\frac{{{a.text}}}{{{b.text}}}", max(a.width, b.width), tall=True)]

    def sum_sign(self) -> Piece:
        """Σ over the steps."""
        return Piece(r"\sum_t", 2)

    def _partial(self, node, depth):
        a, b = self.atom(node.above), self.atom(node.below)
        text = rf"\frac{{\partial {a.text}}}{{\partial {b.text}}}"
        return [Piece(text, 1 + max(a.width, b.width), tall=True)]

    def _marked(self, node, depth):
        loose = isinstance(node.body, tree.Sum) and len(node.body.parts) > 1
        inside = self.pieces(node.body, depth + 1)
        body = joined_piece(self.bracket(inside) if loose else inside)
        return [replace(body, text=rf"\{node.how}{{{body.text}}}")]

    def struck(self, piece: Piece) -> Pieces:
        """What should stand there."""
        return [replace(piece, text=rf"\cancel{{{piece.text}}}")]

    def put(self, piece: Piece) -> Pieces:
        """What stands there instead."""
        return [replace(piece, text=rf"\boxed{{{piece.text}}}")]


def glued(left: Piece, pieces: Sequence[Piece], right: Piece) -> Pieces:
    """Pieces between two others, without a break at these."""
    first, *more = pieces
    return [left, replace(first, gap="", space=0, level=None), *more, right]


def _number(value):
    """A number in LaTeX: a fraction with its line, a power of ten with its dot."""
    if isinstance(value, Fraction):
        sign = "-" * (value < 0)
        p, q = str(abs(value.numerator)), str(value.denominator)
        return Piece(rf"{sign}\frac{{{p}}}{{{q}}}", len(sign) + max(len(p), len(q)), tall=True)
    front, _, power = digits(value).partition("e")
    if not power:
        return Piece(front, len(front))
    text = rf"{front} \cdot 10^{{{int(power)}}}"
    return Piece(text, len(front) + 3 + len(str(int(power))))


def digits(value: int | Fraction | float) -> str:
    """A number as it was typed; 1 - 0.95 without the digits of its rounding error."""
    short = f"{value:.15g}" if isinstance(value, float) else str(value)
    return short if len(short) < len(str(value)) - 2 else str(value)


Page = Latex | Text
