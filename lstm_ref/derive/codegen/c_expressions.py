"""What C99 calls numbers, functions and arrays."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from lstm_ref.derive.codegen.loops import Loops
from lstm_ref.derive.codegen.program import STEPS, Program
from lstm_ref.derive.codegen.scalars import Scalars

KEYWORDS = """auto break case char const continue default do double else enum extern float for goto
if inline int long register restrict return short signed sizeof static struct switch typedef union
unsigned void volatile while asm typeof"""
OURS = """a b j row col t n y work params initial last dy dlast dparams dinitial REAL NAMED MATH
first rest sum memcpy memset size_t NULL INFINITY main from end most steps"""
MATH = "tanh exp log log1p sin cos atan sinh cosh fabs sqrt pow"
UNIX = "unix linux i386 errno"  # macros of some compilers

# Helpers of the code: word of a declaration -> C; {} is the function NAMED(word) of others.
HELPERS = {
    "sigma": "(REAL)0.5 * MATH(tanh)((REAL)0.5 * u) + (REAL)0.5",
    "relu": "u <= 0 ? 0 : u",
    "softplus": "(u <= 0 ? 0 : u) + MATH(log1p)(MATH(exp)(-MATH(fabs)(u)))",
    "logsigmoid": "(u >= 0 ? 0 : u) - MATH(log1p)(MATH(exp)(-MATH(fabs)(u)))",
    "step": "(REAL)(u > 0)",
    "sign": "(REAL)((u > 0) - (u < 0))",
    "square": "u * u",
    "max": "u > v || u != u ? u : v",
    "min": "u < v || u != u ? u : v",
}
BINARY = ("max", "min")
OF_LIBM = {"abs": "fabs", "power": "pow"}


class CNames:
    """Identifiers of C: each is there once, and none is a word of C or of the code."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {*KEYWORDS.split(), *OURS.split(), *MATH.split(), *UNIX.split(), *taken}

    def new(self, wish: str) -> str:
        """The name wished for, in ASCII, or with a number behind it."""
        plain = ascii_name(wish)
        name, k = plain, 2
        while name in self._taken:
            name, k = f"{plain}_{k}", k + 1
        self._taken.add(name)
        return name


def ascii_name(wish: str) -> str:
    """A name in letters, digits and _; other characters by their numbers."""
    parts = [c if c.isascii() and (c.isalnum() or c == "_") else f"_{ord(c):x}_" for c in wish]
    name = "".join("_" if c == " " else part for c, part in zip(wish, parts, strict=True))
    # What begins with _ and a capital belongs to the compiler.
    return name if name[:1].isalpha() else f"x{name}"


class CExpressions(Scalars):
    """Prints values in C."""

    def __init__(self, program: Program, loops: Loops) -> None:
        super().__init__(program, loops)
        letters = set("".join(program.cell.letters.values())) | {*"TB"}
        names = CNames(letters - {"1"})
        self.members = {n: ascii_name(n) for n in program.parameters}
        self.names = {
            key: names.new(v.name if v.name != "temp" else key)
            for key, v in loops.variables.items()
        }
        self.last = {
            key: names.new(f"last_{self.names[key]}")
            for key, v in loops.variables.items()
            if v.when == STEPS
        }
        self.own = {n: names.new(program.parameters[n]) for n in program.parameters}
        self.steps = {key: names.new(f"{self.names[key]}_t") for key in self.arguments()}
        blocks = [key for key in loops.arrays if key not in self.names]
        self.fields = {key: names.new(_field(key, self.names)) for key in blocks}
        self.fields |= {key: self.names[key] for key in loops.arrays if key in self.names}

    def arguments(self) -> list[str]:
        """Keys of the sequences that come as arguments: inputs, and the errors at them."""
        return [*self.cell.inputs, *(f"input d{x}" for x in self.cell.inputs)]

    def number(self, value: int | Fraction | float) -> str:
        """A number; REAL where it is not whole."""
        if isinstance(value, Fraction):
            return f"(REAL){value.numerator} / {value.denominator}"
        text = str(value) if isinstance(value, int) else f"(REAL){value!r}"
        if isinstance(value, int) and abs(value) >= 2**31:
            text = f"(REAL){value}.0"
        return f"({text})" if value < 0 else text

    def real(self, text: str) -> str:
        """A whole number as REAL."""
        return f"(REAL){text}"

    def function(self, word: str) -> str:
        """A function by its word."""
        if word in HELPERS:
            self.helpers.add(word)
            return f"NAMED({word})"
        return f"MATH({OF_LIBM.get(word, word)})"

    def array(self, key: str, lag: int) -> str:
        """The pointer to this step of an array, or to the step before."""
        if key in self.steps:
            return self.steps[key]
        return self.last[key] if lag else self.names[key]

    def parameter_name(self, name: str) -> str:
        """The pointer to a parameter, or a constant."""
        return self.own[name]


def _field(key, names):
    """The name of an array that is no variable: flat x 0 -> flat_x."""
    kind, _, rest = key.partition(" ")
    if kind == "all":
        return rest
    if kind != "flat":
        return key
    name, _, lag = rest.rpartition(" ")
    known = names.get(name)
    if known is None:
        return f"flat_{rest if rest in ('net', 'delta') or rest.isidentifier() else 'part'}"
    return f"flat_{'last_' if lag == '1' else ''}{known}"
