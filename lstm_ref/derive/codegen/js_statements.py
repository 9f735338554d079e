"""Operations of `loops` as lines of JavaScript."""

from __future__ import annotations

from fractions import Fraction

from lstm_ref.derive.codegen import loops
from lstm_ref.derive.codegen.loop_statements import Statements, statement
from lstm_ref.derive.codegen.loops import (
    BIASES,
    NET,
    SAMPLES,
    SEQUENCE,
    Collect,
    CopyRows,
    Flat,
    Gradient,
    Loops,
    Operand,
    Rows,
    Stacked,
    Zero,
)
from lstm_ref.derive.codegen.names import Names
from lstm_ref.derive.codegen.program import STEPS, Program
from lstm_ref.derive.codegen.scalars import FLAT, ROW, Index, Scalars
from lstm_ref.derive.codegen.source_lines import indent
from lstm_ref.derive.tree import Parameter, Signal

KEYWORDS = """arguments await break case catch class const continue debugger default delete do else
enum eval export extends false finally for function if implements import in instanceof interface let
new null package private protected public return static super switch this throw true try typeof
undefined var void while with yield"""
OURS = """a b j row col t n y state tape sizes params inputs state0 dy dstate dparams dstate0 Math
Object Number Array Float64Array TypeError RangeError Infinity NaN globalThis next sum name shapes
states output forward backward checked numbers letters sigmoid softplus logsigmoid step plain
leftTurned rightTurned length"""
# word of a declaration -> function; those without Math are helpers
FUNCTIONS = {n: f"Math.{n}" for n in ("tanh", "exp", "log", "sin", "cos", "atan", "sinh", "cosh")}
FUNCTIONS |= {n: f"Math.{n}" for n in ("max", "min", "abs", "sign", "sqrt")}
FUNCTIONS |= {"power": "Math.pow", "sigma": "sigmoid", "square": "square", "relu": "relu"}
FUNCTIONS |= {n: n for n in ("softplus", "logsigmoid", "step")}
HELPERS = {
    "sigmoid": "0.5 * Math.tanh(0.5 * u) + 0.5",
    "relu": "u <= 0 ? 0 : u",
    "softplus": "(u <= 0 ? 0 : u) + Math.log1p(Math.exp(-Math.abs(u)))",
    "logsigmoid": "(u >= 0 ? 0 : u) - Math.log1p(Math.exp(-Math.abs(u)))",
    "step": "u > 0 ? 1 : 0",
    "square": "u * u",
}


class JSExpressions(Scalars):
    """Prints values in JavaScript. names: of arrays and of numbers, by their keys."""

    def __init__(self, program: Program, loops: Loops) -> None:
        super().__init__(program, loops)
        letters = {*"".join(program.cell.letters.values()), *"TB"} - {"1"}
        taken = [*KEYWORDS.split(), *OURS.split(), *HELPERS, *letters]
        taken += ["dx"] * (len(program.cell.inputs) > 1)
        self.unique = names = Names(taken, reserved=())
        known = loops.variables.items()
        self.names = {k: names.new(v.name if v.name != "temp" else "part") for k, v in known}
        self.own = {n: names.new(known) for n, known in program.parameters.items()}
        for key in loops.arrays:
            if key not in self.names:
                self.names[key] = names.new(_field(key, self.names))
        dated = [k for k, v in known if v.when == STEPS] + [NET] * (NET in loops.arrays)
        self.now = {k: names.new(f"{self.names[k]}_t") for k in sorted(dated)}
        self.last = {k: names.new(f"{self.names[k]}_last") for k in sorted(dated)}

    def number(self, value: int | Fraction | float) -> str:
        """A number."""
        if isinstance(value, Fraction):
            return f"{value.numerator} / {value.denominator}"
        return f"({value!r})" if value < 0 else repr(value)

    def function(self, word: str) -> str:
        """A function by its word."""
        self.helpers.add(FUNCTIONS[word])
        return FUNCTIONS[word]

    def array(self, key: str, lag: int) -> str:
        """This step of an array or the one before, or the array where it has no steps."""
        if not self.is_dated(key):
            return self.names[key]
        return self.last[key] if lag else self.now[key]

    def is_dated(self, key: str) -> bool:
        """Does it have a part for each step?"""
        if key in self.index.local:
            return False
        array = self.loops.arrays.get(key)
        rows = self.program.layout.rows
        return key in rows or (array.over_time if array else not key.startswith("delta "))

    def parameter_name(self, name: str) -> str:
        """A parameter or a constant."""
        return self.own[name]

    def block(self, row: str) -> str:
        """The block that a unit belongs to."""
        return f"Math.floor({row} / ({self.size('H')} / {self.size('G')}))"


def _field(key, names):
    """The name of an array that is no variable: flat x 0 -> flat_x."""
    kind, _, rest = key.partition(" ")
    if kind == "all":
        return rest
    if kind != "flat":
        return key
    name, _, lag = rest.rpartition(" ")
    if name in names:
        return f"flat_{'last_' if lag == '1' else ''}{names[name]}"
    return f"flat_{rest if rest.isidentifier() else 'part'}"


class JSStatements(Statements[JSExpressions]):
    """Prints operations."""

    def loop(self, index: str, end: str, body: list[str]) -> list[str]:
        """A loop of an index from 0 to end - 1."""
        return loop(index, end, body)

    def larger(self, target: str) -> str:
        """The statement that raises a target to `next`, if that is larger."""
        return f"{target} = Math.max({target}, next);"

    def bias(self) -> str:
        """The number that is added to a row."""
        self.expressions.arrays[BIASES, 0] = None
        return f"{self.expressions.names[BIASES]}[{ROW}]"

    def _Collect(self, collect: Collect) -> list[str]:
        write, found = self.expressions, []
        write.index = Index(self._axes(collect.letters), collect.letters)
        at = "0" if collect.letters == ("1",) else ROW
        for name, value in collect.pairs:
            target = f"{self.place(Gradient(name))}[{at}]"
            found += statement(f"{target} += ", write.tokens(value))
        return self._over(collect.letters, True, found)

    # ---- whole arrays

    def place(self, operand: Operand) -> str:
        """An operand as an array that begins where it does."""
        write = self.expressions
        match operand:
            case Signal(key, lag):
                write.arrays[key, lag] = None
                return write.array(key, lag)
            case Parameter(name):
                write.parameters.add(name)
                return write.own[name]
            case Rows(block, _, above):
                write.arrays[block, 0] = None
                name = write.now[block] if block == NET else write.names[block]
                return self.behind(name, above, SAMPLES)
            case Flat(key, _, above):
                write.arrays[key, 0] = None
                return self.behind(write.names[key], above, SEQUENCE)
            case Stacked(stack):
                if stack not in self.program.stacks:
                    return self.place(Parameter(str(stack.matrices[0])))
                key = self.program.stacks[stack]
                write.arrays[key, 0] = None
                return write.names[key]
        if operand.key in self.letters:
            return f"dparams.{operand.key}"
        write.arrays[operand.key, 0] = None
        return write.names[operand.key]

    def behind(self, start: str, above: tuple[str, ...], columns: str) -> str:
        """The part of an array behind some rows."""
        letters = tuple(self.letters[name] for name in above)
        return f"{start}.subarray({self.area(letters, columns)})" if above else start

    def _Product(self, product: loops.Product) -> list[str]:
        over_time = product.inner == (SEQUENCE,)
        inner = self.columns(SEQUENCE) if over_time else self.expressions.height(product.inner)
        items = [self.expressions.height(product.height), self.columns(product.columns), inner]
        items += map(self.place, (product.left, product.right, product.target))
        name = {"": "plain", "left": "leftTurned", "right": "rightTurned"}[product.turned]
        end = "true" if product.add else "false"
        tokens = [(0, f"{item},") for item in items[1:]]
        return statement(f"{name}({items[0]},", [*tokens, (0, f"{end})")])

    def _CopyRows(self, copy: CopyRows) -> list[str]:
        write, (height, width) = self.expressions, copy.letters
        begin = write.times(write.height(copy.above), write.size(width))
        count = write.times(write.size(height), write.size(width))
        source, target = self.place(copy.source), self.place(copy.target)
        if copy.add:
            return loop(FLAT, count, [f"{target}[{FLAT}] += {source}[{begin} + {FLAT}];"])
        end = count if begin == "0" else f"{begin} + {count}"
        return [f"{target}.set({source}.subarray({begin}, {end}));"]

    def _Zero(self, zero: Zero) -> list[str]:
        return []  # every array is new, and so of zeros


def loop(index: str, end: str, body: list[str]) -> list[str]:
    """for (index ...) body."""
    head = f"for (let {index} = 0; {index} < {end}; {index}++)"
    return [f"{head} {{", *indent(body, 2), "}"] if body[1:] else [head, *indent(body, 2)]
