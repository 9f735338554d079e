"""Symbols as LaTeX, as plain text and as NumPy: three alphabets for the one printer, `printing`."""

from dataclasses import dataclass, replace

from sympy.printing.latex import tex_greek_dictionary

from lstm_ref.derive.expressions import FUNCTIONS

GREEK = {*tex_greek_dictionary, "alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta"}
GREEK |= {"lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "psi", "omega", "zeta"}
GATES = {"f": "f", "i": "i", "c_tilde": "c", "o": "o"}  # classes of the style sheet: gate-f, ...
SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class Style:
    """How symbols look. shift: steps added to every time. start: times are numbers from 0."""

    shift: int = 0
    start: bool = False
    ranks: tuple = ()

    times, minus = " * ", " - "

    def number(self, value):
        return str(value)

    def outside(self):
        """e_t, the error that enters at the output of step t from outside."""
        when = self.when()
        return f"e_{when}" if len(when) == 1 else f"e_{{{when}}}"

    def later(self, steps):
        return replace(self, shift=self.shift + steps)

    def ranked(self, reads):
        return replace(self, ranks=tuple(reads))

    def when(self, lag=0):
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

    def signal(self, name, lag=0):
        return self._coloured(name, _indexed(latex_letter(name), self.when(lag)))

    def parameter(self, name):
        family, _, index = name.partition("_")
        return f"{family}_{{{index}}}" if len(index) != 1 else f"{family}_{index}"

    def subscripted(self, letter, name, lag=0):
        index = latex_letter(name).replace("_{", "{").strip()
        return rf"{letter}_{{{index},{self.when(lag)}}}"

    def delta(self, name, lag=0):
        return self.subscripted(r"\delta", name, lag)

    def net(self, name, lag=0):
        return self.subscripted(r"\mathrm{net}", name, lag)

    def power(self, base, exponent):
        return f"{base}^{{{exponent}}}"

    def function(self, kind, argument, exponent=None):
        name = {"atan": "arctan"}.get(kind.__name__, kind.__name__)
        power = "" if exponent is None else f"^{{{exponent}}}"
        return rf"\{name}{power}({argument})"

    def transposed(self, W):
        return rf"{W}^\top"

    def partial(self, a, b):
        return rf"\frac{{\partial {a}}}{{\partial {b}}}"

    def _coloured(self, name, text):
        return rf"\class{{gate-{GATES[name]}}}{{{text}}}" if self.colour and name in GATES else text


@dataclass(frozen=True)
class Text(Style):
    """Plain text with Unicode letters."""

    times, minus = " ⊙ ", " − "
    left, right, wide = "(", ")", ("(", ")")
    thin, sum = " ", "Σ_t "

    def signal(self, name, lag=0):
        when = self.when(lag)
        return (
            f"{text_letter(name)}_{when}" if len(when) == 1 else f"{text_letter(name)}_{{{when}}}"
        )

    def parameter(self, name):
        return name

    def subscripted(self, letter, name, lag=0):
        return f"{letter}_{text_letter(name)},{self.when(lag)}"

    def delta(self, name, lag=0):
        return self.subscripted("δ", name, lag)

    def net(self, name, lag=0):
        return self.subscripted("net", name, lag)

    def power(self, base, exponent):
        plain = exponent.lstrip("-").isdigit()
        return base + (exponent.translate(SUPERSCRIPT) if plain else f"^({exponent})")

    def function(self, kind, argument, exponent=None):
        name = kind.__name__
        power = "" if exponent is None else exponent.translate(SUPERSCRIPT)
        return f"{'σ' if name == 'sigma' else name}{power}({argument})"

    def transposed(self, W):
        return f"{W}ᵀ"

    def partial(self, a, b):
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

    def signal(self, name, lag=0):
        name = dict(self.names).get(name, name)
        if self.whole:
            return f"{name}[:-1]" if lag else f"{name}[1:]"
        return f"{name}[t - 1]" if lag else f"{name}[t]"

    def net(self, name, lag=0):
        return self.signal(f"net {name}", lag)

    def parameter(self, name):
        return dict(self.names).get(name, name)

    def number(self, value):
        return str(value) if value.is_Rational else repr(float(value))

    def power(self, base, exponent):
        return f"{base}**{exponent}" if exponent.isdigit() else f"{base}**({exponent})"

    def function(self, kind, argument, exponent=None):
        text = f"{FUNCTIONS[kind]}({argument})"
        return text if exponent is None else self.power(text, exponent)


def latex_letter(name):
    """c_tilde -> \\tilde{c}, alpha -> \\alpha, c1 -> c_{1}, gate -> \\mathrm{gate}."""
    base, _, rest = name.partition("_")
    if rest == "tilde":
        return rf"\tilde{{{base}}}"
    digits = base[len(base.rstrip("0123456789")) :]
    base = base[: len(base) - len(digits)]
    letter = rf"\{base}" if base in GREEK else base if len(base) == 1 else rf"\mathrm{{{base}}}"
    below = ",".join(part for part in (digits, rest.replace("_", ",")) if part)
    return f"{letter}_{{{below}}}" if below else letter


def text_letter(name):
    return f"{name[0]}\u0303" if name[1:] == "_tilde" else name


def _indexed(letter, when):
    """c and t -> c_t; a letter with an index of its own gets both: c_{1,t}."""
    if letter.endswith("}") and "_{" in letter:
        return f"{letter[:-1]},{when}}}"
    return f"{letter}_{when}" if len(when) == 1 else f"{letter}_{{{when}}}"
