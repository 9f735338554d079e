"""Write a cell as a paper does: a function whose body is its equations::

    @cell
    def Elman(x, h, *, W, b):
        h[t] = tanh(W.hh @ h[t-1] + W.hx @ x[t] + b.h)

Positional parameters are signals, the first is the input. Keyword-only ones are families of
parameters: capital letters are matrices (`W.hx` is W_hx, used with `@`), small ones are vectors,
one number a unit (`b.h` is b_h, used with `+` and `*`). States are what is read at t-1; the output
is the last equation. Nothing else is declared.

The function runs once, on symbols. What makes no sense is refused with the line and the cure.
"""

import inspect
import sys
import traceback

import sympy

from lstm_ref.derive.declaration import Cell, DeclarationError, Equation
from lstm_ref.derive.expressions import FUNCTIONS, Dot, t

__all__ = ["DeclarationError", "cell"]


def cell(function):
    """Decorator: run the function once on symbols, check what it says, return a `Cell`.

    The docstring stays with the cell: a title, and where the equations come from.
    Raises DeclarationError with the line and the cure.
    """
    if not inspect.isfunction(function):
        raise DeclarationError(f"cell: expected a function, got {function!r}")
    names = inspect.signature(function).parameters.values()
    if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in names):
        raise DeclarationError(f"{function.__name__}: expected named signals and families, got *")
    notes = Notes(function)
    families = {p.name: Family(p.name) for p in names if p.kind == p.KEYWORD_ONLY}
    for family in families.values():
        object.__setattr__(family, "_notes", notes)
    signals = [p.name for p in names if p.kind != p.KEYWORD_ONLY]
    if not signals:
        raise DeclarationError(f"{function.__name__}: no signals; the first one is the input")
    notes.signals = signals
    try:
        function(*(Signal(name, notes) for name in signals), **families)
    except DeclarationError:
        raise
    except Exception as error:
        raise DeclarationError(_explain(error, function)) from error
    for name in signals[1:]:
        if name not in notes.equations:
            raise DeclarationError(
                f"{function.__name__}: {name} has no equation; write {name}[t] = ... "
                f"(a plain `{name} = ...` is not seen), or take {name} out of the parameters"
            )
    doc = inspect.getdoc(function) or ""
    return Cell(function.__name__, doc, signals[0], notes.equations)


def _explain(error, function):
    """What Python or SymPy said while the declaration ran, with its line and the likely cure."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.name == function.__name__]
    where = f"{function.__name__}, line {lines[-1]}" if lines else function.__name__
    if isinstance(error, TypeError) and "@" in str(error):
        return (
            f"{where}: only a matrix stands left of @, and it has a capital letter: W.fx @ x[t]; "
            "a vector (b.f, w.fc) multiplies unit by unit, with *"
        )
    return (
        f"{where}: {type(error).__name__}: {error}; a cell runs on symbols, so its functions are "
        f"those of SymPy ({', '.join(f.__name__ for f in FUNCTIONS)}), and it has no if and no max"
    )


class Notes:
    """What was written so far: equations in order, and what the present one has read."""

    def __init__(self, function):
        self.name, self.code = function.__name__, function.__code__
        self.signals, self.equations, self.reads = [], {}, []

    @property
    def input(self):
        return self.signals[0]

    def refuse(self, message):
        """Raise with the line of the declaration that is being run."""
        raise DeclarationError(f"{self.name}{self._line()}: {message}")

    def _line(self):
        frame = sys._getframe(1)
        while frame is not None and frame.f_code is not self.code:
            frame = frame.f_back
        return "" if frame is None else f", line {frame.f_lineno}"


class Signal:
    """A vector that changes with time. Only `s[t]` and `s[t-1]` can be used."""

    __iter__ = None  # else SymPy would try to iterate over it, for ever

    def __init__(self, name, notes):
        self.name, self._notes = name, notes
        self._base = sympy.IndexedBase(name)

    def __getitem__(self, when):
        lag = self._lag(when)
        notes, name = self._notes, self.name
        if lag == 0 and name != notes.input and name not in notes.equations:
            notes.refuse(
                f"{name}[t] is used before it is defined; "
                f"move its equation up, or use {name}[t-1], the step before"
            )
        if lag == 1 and name == notes.input:
            notes.refuse(
                f"{name}[t-1] is the input one step back; "
                f"give it a name of its own: last[t] = {name}[t], then last[t-1]"
            )
        notes.reads.append(self._base[when])
        return self._base[when]

    def __setitem__(self, when, value):
        notes, name = self._notes, self.name
        if self._lag(when) != 0:
            notes.refuse(f"the left side must be {name}[t], got {name}[{when}]")
        if name == notes.input:
            notes.refuse(f"{name} is the input: it has no equation")
        if name in notes.equations:
            notes.refuse(f"{name} is defined twice; a cell has one equation for each signal")
        if isinstance(value, Signal | Weight | Family):
            notes.refuse(f"{value} is not an expression; {value.cure}")
        try:
            expr = sympy.sympify(value, strict=True)
        except sympy.SympifyError:
            notes.refuse(f"{name}[t] = {value!r}: expected an expression")
        notes.equations[name] = Equation(name, expr, tuple(dict.fromkeys(notes.reads)))
        notes.reads = []

    def _lag(self, when):
        lag = t - sympy.sympify(when, strict=True)
        if lag == 0 or lag == 1:
            return int(lag)
        self._notes.refuse(
            f"{self.name}[{when}]: a cell sees this step and the one before; name a delayed "
            f"signal: g[t] = {self.name}[t-1], then g[t-1] is {self.name}[t-2]"
        )

    @property
    def cure(self):
        return f"write {self.name}[t] or {self.name}[t-1]"

    def __repr__(self):
        return self.name

    def _no_time(self, *_):
        self._notes.refuse(f"{self.name} without a time; {self.cure}")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = _no_time
    __matmul__ = __rmatmul__ = __truediv__ = __rtruediv__ = __pow__ = __rpow__ = _no_time
    _sympy_ = _no_time


class Family:
    """Parameters that share a letter: `W.fh` is the parameter W_fh."""

    def __init__(self, letter):
        object.__setattr__(self, "_letter", letter)
        object.__setattr__(self, "_notes", None)

    def __getattr__(self, index):
        if index.startswith("_"):
            raise AttributeError(index)
        symbol = sympy.Symbol(f"{self._letter}_{index}")
        if self._notes is not None:
            if str(symbol) in self._notes.signals:
                self._refuse(f"{symbol} is a signal already; call the family another letter")
            self._notes.reads.append(symbol)
        return Weight(str(symbol), self._notes) if self._letter[0].isupper() else symbol

    def __setattr__(self, index, value):
        self._refuse(f"{self._letter}.{index} is a parameter: it has no equation")

    def _no_index(self, *_):
        self._refuse(f"{self._letter} is a family of parameters; {self.cure}")

    def _refuse(self, message):
        if self._notes is not None:
            self._notes.refuse(message)
        raise DeclarationError(message)

    @property
    def cure(self):
        return f"say which one: {self._letter}.fx, for instance"

    def __repr__(self):
        return self._letter

    __iter__ = None
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = _no_index
    __getitem__ = __rmatmul__ = _sympy_ = _no_index


class Weight:
    """A matrix. It can only multiply a vector, with @."""

    def __init__(self, name, notes):
        self.name, self.notes = name, notes

    def __matmul__(self, v):
        if isinstance(v, Signal | Family | Weight):
            self._refuse(f"{self.name} @ {v}: {v.cure}")
        v = sympy.sympify(v, strict=True)
        if not v.has(sympy.Indexed):
            self._refuse(f"{self.name} @ {v}: a matrix multiplies a vector with a signal in it")
        return Dot(sympy.Symbol(self.name), v)

    def __rmatmul__(self, v):
        self._refuse(f"the matrix stands on the left: {self._call} @ {v}")

    def _elementwise(self, *_):
        self._refuse(
            f"{self.name} is a matrix (capital letter) and works with @: {self._call} @ v; "
            f"a weight for each unit has a small letter: w.{self.name.split('_')[1]} * v"
        )

    def _refuse(self, message):
        if self.notes is not None:
            self.notes.refuse(message)
        raise DeclarationError(message)

    @property
    def _call(self):
        return self.name.replace("_", ".", 1)

    @property
    def cure(self):
        return f"write {self._call} @ v with a vector v"

    def __repr__(self):
        return self.name

    __iter__ = None
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _elementwise
    __truediv__ = __rtruediv__ = __neg__ = __pow__ = _sympy_ = _elementwise
