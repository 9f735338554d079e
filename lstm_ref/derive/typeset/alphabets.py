"""Symbols as LaTeX, as plain text and as NumPy: three alphabets for the one printer, `printing`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

import sympy

from lstm_ref.derive.letters import indexed, latex_letter, split, text_letter

__all__ = ["Alphabet", "Latex", "Numpy", "Page", "Style", "Text", "latex_letter", "text_letter"]

GATES = {"f": "f", "i": "i", "c_tilde": "c", "o": "o"}  # classes of the style sheet: gate-f, ...
SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
NUMPY = {"sigma": "sigmoid", "atan": "np.arctan"}
NUMPY |= {n: f"np.{n}" for n in ("tanh", "exp", "log", "sin", "cos", "sinh", "cosh")}
CONSTANTS = {
    sympy.pi: (r"\pi", "π"),
    sympy.E: (r"\mathrm{e}", "e"),
    sympy.GoldenRatio: (r"\varphi", "φ"),
    sympy.EulerGamma: (r"\gamma", "γ"),
}


@dataclass(frozen=True)
class Style:
    """How symbols look. shift: steps added to every time. start: times are numbers from 0."""

    shift: int = 0
    start: bool = False
    ranks: tuple = ()

    times, minus = " * ", " - "

    def constant(self, signs: tuple[str, str]) -> str:
        """A constant, of which LaTeX and plain text are given."""
        raise NotImplementedError

    def fraction(self, p: int, q: int) -> str:
        """The fraction p/q."""
        raise NotImplementedError

    def number(self, value: sympy.Number) -> str:
        """A whole number, a fraction, a decimal number with its own digits, or π and its like."""
        if value in CONSTANTS:
            return self.constant(CONSTANTS[value])
        if value.is_Integer:
            return str(value)
        return self.fraction(value.p, value.q) if value.is_Rational else self.decimal(value)

    def decimal(self, value: sympy.Number) -> str:
        """A decimal number, with the digits it has."""
        return repr(float(value))

    def outside(self) -> str:
        """e_t, the error that enters at the output of step t from outside."""
        when = self.when()
        return f"e_{when}" if len(when) == 1 else f"e_{{{when}}}"

    def later(self, steps: int) -> Self:
        """The same style, some steps later."""
        return replace(self, shift=self.shift + steps)

    def ranked(self, reads: Iterable[sympy.Basic]) -> Self:
        """The same style, factors in the order of what an equation reads."""
        return replace(self, ranks=tuple(reads))

    def when(self, lag: int = 0) -> str:
        """The time `lag` steps back: t, t-1, or a number."""
        steps = self.shift - lag
        if self.start:
            return str(steps)
        return "t" if steps == 0 else f"t{steps:+d}"


@dataclass(frozen=True)
class Latex(Style):
    """LaTeX. colour: the gates in the colours of the book, by \\class."""

    colour: bool = False

    times, minus = r" \odot ", " - "
    left, right, wide = r"\left(", r"\right)", (r"\bigl(", r"\bigr)")  # wide: across lines
    thin, sum = r"\,", r"\sum_t "

    def constant(self, signs: tuple[str, str]) -> str:
        """A constant, of which LaTeX and plain text are given."""
        return signs[0]

    def fraction(self, p: int, q: int) -> str:
        """The fraction p/q."""
        return rf"{'-' * (p < 0)}\frac{{{abs(p)}}}{{{q}}}"

    def decimal(self, value: sympy.Number) -> str:
        """A decimal number, with the digits it has."""
        digits, _, power = super().decimal(value).partition("e")
        return rf"{digits} \cdot 10^{{{int(power)}}}" if power else digits

    def signal(self, name: str, lag: int = 0) -> str:
        """A signal `lag` steps back."""
        letter, below = split(name)
        return self._coloured(name, indexed(letter, [*below, self.when(lag)]))

    def parameter(self, name: str) -> str:
        """A parameter."""
        return latex_letter(name)

    def subscripted(self, letter: str, name: str, lag: int = 0) -> str:
        """A letter with a signal and a time below it."""
        return indexed(letter, [latex_letter(name), self.when(lag)])

    def delta(self, name: str, lag: int = 0) -> str:
        """The error term of a signal."""
        return self.subscripted(r"\delta", name, lag)

    def net(self, name: str, lag: int = 0) -> str:
        """The weighted input of a signal."""
        return self.subscripted(r"\mathrm{net}", name, lag)

    def power(self, base: str, exponent: str) -> str:
        """A power; base and exponent are printed already."""
        return f"{base}^{{{exponent}}}"

    def function(
        self, kind: type[sympy.Function], argument: str, exponent: str | None = None
    ) -> str:
        """A function of FUNCTIONS or σ, to a power if one is given; all are printed already."""
        name = {"atan": "arctan"}.get(kind.__name__, kind.__name__)
        power = "" if exponent is None else f"^{{{exponent}}}"
        return rf"\{name}{power}({argument})"

    def transposed(self, W: str) -> str:
        """The transposed matrix."""
        return rf"{W}^\top"

    def partial(self, a: str, b: str) -> str:
        """The derivative of a by b."""
        return rf"\frac{{\partial {a}}}{{\partial {b}}}"

    def _coloured(self, name, text):
        return rf"\class{{gate-{GATES[name]}}}{{{text}}}" if self.colour and name in GATES else text


@dataclass(frozen=True)
class Text(Style):
    """Plain text with Unicode letters."""

    times, minus = " ⊙ ", " − "
    left, right, wide = "(", ")", ("(", ")")
    thin, sum = " ", "Σ_t "

    def constant(self, signs: tuple[str, str]) -> str:
        """A constant, of which LaTeX and plain text are given."""
        return signs[1]

    def fraction(self, p: int, q: int) -> str:
        """The fraction p/q."""
        return f"{p}/{q}"

    def signal(self, name: str, lag: int = 0) -> str:
        """A signal `lag` steps back."""
        when = self.when(lag)
        return (
            f"{text_letter(name)}_{when}" if len(when) == 1 else f"{text_letter(name)}_{{{when}}}"
        )

    def parameter(self, name: str) -> str:
        """A parameter."""
        return name

    def subscripted(self, letter: str, name: str, lag: int = 0) -> str:
        """A letter with a signal and a time below it."""
        return f"{letter}_{text_letter(name)},{self.when(lag)}"

    def delta(self, name: str, lag: int = 0) -> str:
        """The error term of a signal."""
        return self.subscripted("δ", name, lag)

    def net(self, name: str, lag: int = 0) -> str:
        """The weighted input of a signal."""
        return self.subscripted("net", name, lag)

    def power(self, base: str, exponent: str) -> str:
        """A power; base and exponent are printed already."""
        plain = exponent.lstrip("-").isdigit()
        return base + (exponent.translate(SUPERSCRIPT) if plain else f"^({exponent})")

    def function(
        self, kind: type[sympy.Function], argument: str, exponent: str | None = None
    ) -> str:
        """A function of FUNCTIONS or σ, to a power if one is given; all are printed already."""
        name = kind.__name__
        power = "" if exponent is None else exponent.translate(SUPERSCRIPT)
        return f"{'σ' if name == 'sigma' else name}{power}({argument})"

    def transposed(self, W: str) -> str:
        """The transposed matrix."""
        return f"{W}ᵀ"

    def partial(self, a: str, b: str) -> str:
        """The derivative of a by b."""
        return f"∂{a}/∂{b}"


@dataclass(frozen=True)
class Numpy(Style):
    """NumPy code. whole: all steps at once, c[:-1], instead of one, c[t - 1].

    names: pairs (signal, its name in the code) where the two differ.
    """

    whole: bool = False
    names: tuple = ()

    times, minus = " * ", " - "
    left, right, thin = "(", ")", " @ "

    def signal(self, name: str, lag: int = 0) -> str:
        """A signal `lag` steps back."""
        name = dict(self.names).get(name, name)
        if self.whole:
            return f"{name}[:-1]" if lag else f"{name}[1:]"
        return f"{name}[t - 1]" if lag else f"{name}[t]"

    def net(self, name: str, lag: int = 0) -> str:
        """The weighted input of a signal."""
        return self.signal(f"net {name}", lag)

    def parameter(self, name: str) -> str:
        """A parameter."""
        return dict(self.names).get(name, name)

    def number(self, value: sympy.Number) -> str:
        """A number."""
        return str(value) if value.is_Rational else repr(float(value))

    def power(self, base: str, exponent: str) -> str:
        """A power; base and exponent are printed already."""
        return f"{base}**{exponent}" if exponent.isdigit() else f"{base}**({exponent})"

    def function(
        self, kind: type[sympy.Function], argument: str, exponent: str | None = None
    ) -> str:
        """A function of FUNCTIONS or σ, to a power if one is given; all are printed already."""
        text = f"{NUMPY.get(kind.__name__, kind.__name__)}({argument})"
        return text if exponent is None else self.power(text, exponent)


Alphabet = Latex | Text | Numpy
Page = Latex | Text
